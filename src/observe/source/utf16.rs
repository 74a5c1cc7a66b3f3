//! UTF-16, as some editors of Windows save it, read as UTF-8.

use std::io::{self, Read};

/// The byte order of a file that is UTF-16, by its mark or by the zero bytes of its first letters.
pub(super) fn byte_order(start: &[u8]) -> Option<ByteOrder> {
    match start {
        [0xff, 0xfe, ..] => Some(ByteOrder::Little),
        [0xfe, 0xff, ..] => Some(ByteOrder::Big),
        [a, 0, b, 0, c, 0, d, 0, ..]
            if [a, b, c, d]
                .iter()
                .all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) =>
        {
            Some(ByteOrder::Little)
        }
        [0, a, 0, b, 0, c, 0, d, ..]
            if [a, b, c, d]
                .iter()
                .all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace()) =>
        {
            Some(ByteOrder::Big)
        }
        _ => None,
    }
}

/// Which byte of a unit comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Little,
    Big,
}

/// Reads UTF-16 as UTF-8. What is neither becomes the replacement character.
pub(super) struct Utf16<R> {
    inner: R,
    order: ByteOrder,
    /// Bytes and units that wait for their other half.
    odd: Option<u8>,
    high: Option<u16>,
    /// UTF-8 that is ready, and how much of it was handed out.
    ready: String,
    given: usize,
    raw: Vec<u8>,
    over: bool,
}

impl<R: Read> Utf16<R> {
    pub(super) fn new(inner: R, order: ByteOrder) -> Self {
        Self {
            inner,
            order,
            odd: None,
            high: None,
            ready: String::new(),
            given: 0,
            raw: vec![0; 16_384],
            over: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        let read = self.inner.read(&mut self.raw)?;
        if read == 0 {
            self.over = true;
            return Ok(());
        }
        let mut units: Vec<u16> = self.high.take().into_iter().collect();
        let bytes: Vec<u8> =
            self.odd.take().into_iter().chain(self.raw[..read].iter().copied()).collect();
        let pairs = bytes.chunks_exact(2);
        self.odd = pairs.remainder().first().copied();
        units.extend(pairs.map(|pair| match self.order {
            ByteOrder::Little => u16::from_le_bytes([pair[0], pair[1]]),
            ByteOrder::Big => u16::from_be_bytes([pair[0], pair[1]]),
        }));
        if units.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)) {
            self.high = units.pop();
        }
        self.ready.extend(
            char::decode_utf16(units)
                .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                .filter(|c| *c != '\u{feff}'),
        );
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.ready.len() && !self.over {
            self.refill()?;
        }
        let rest = &self.ready.as_bytes()[self.given..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_orders_with_and_without_a_mark() {
        let text = "KEY=अ😀\n".repeat(9_000);
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| match order {
                    ByteOrder::Little => unit.to_le_bytes(),
                    ByteOrder::Big => unit.to_be_bytes(),
                })
                .collect();
            assert_eq!(byte_order(&bytes), Some(order));
            let mut read = String::new();
            Utf16::new(bytes.as_slice(), order).read_to_string(&mut read).unwrap();
            assert!(read == text, "{order:?}");
        }
        assert_eq!(byte_order(b"\xff\xfeK\0"), Some(ByteOrder::Little));
        assert_eq!(byte_order(b"KEY=value"), None);
        assert_eq!(byte_order(b""), None);
    }

    #[test]
    fn a_broken_file_ends() {
        let mut read = String::new();
        Utf16::new(&b"\x3d\xd8a"[..], ByteOrder::Little).read_to_string(&mut read).unwrap();
        assert!(read.is_empty());
    }
}
