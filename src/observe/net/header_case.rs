//! Spells header names of a request as a delivery wants them: hyper writes them all in lower case.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use golive_checks::model::Spelling;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream whose outgoing request head has its header names respelled. Never a byte more or less,
/// so framing stays hyper's.
pub(crate) struct Spelled<S> {
    inner: S,
    speller: Speller,
    body_bytes: u64,
}

impl<S> Spelled<S> {
    /// One request goes out over `inner`.
    pub(crate) const fn new(inner: S, spelling: Spelling) -> Self {
        Self {
            inner,
            speller: Speller { spelling, at: At::RequestLine, extension: false },
            body_bytes: 0,
        }
    }

    /// The bytes written after the head.
    pub(crate) const fn body_bytes(&self) -> u64 {
        self.body_bytes
    }

    /// Whether the whole head was written.
    pub(crate) const fn head_written(&self) -> bool {
        matches!(self.speller.at, At::Body)
    }
}

/// The name of a header as `spelling` writes it.
pub(crate) fn spelled(name: &str, spelling: Spelling) -> String {
    let mut speller =
        Speller { spelling, at: At::Name { index: 0, word_start: true }, extension: false };
    name.bytes().map(|byte| char::from(speller.spell(byte))).collect()
}

/// Where in a request head the next byte stands.
#[derive(Clone, Copy)]
enum At {
    RequestLine,
    Name {
        index: usize,
        word_start: bool,
    },
    Value,
    /// A carriage return at the start of a line: the head is about to end.
    BlankLine,
    Body,
}

/// Goes over a request head byte by byte.
#[derive(Clone, Copy)]
struct Speller {
    spelling: Spelling,
    at: At,
    /// The name began with `x`, and may turn out to begin with `x-`.
    extension: bool,
}

impl Speller {
    fn spell(&mut self, byte: u8) -> u8 {
        match (self.at, byte) {
            (At::RequestLine | At::Value, b'\n') => {
                self.at = At::Name { index: 0, word_start: true }
            }
            (At::RequestLine | At::Value | At::Body, _) => {}
            (At::Name { index: 0, .. }, b'\r') => self.at = At::BlankLine,
            (At::Name { index: 0, .. } | At::BlankLine, b'\n') => self.at = At::Body,
            (At::Name { .. }, b':') | (At::BlankLine, _) => self.at = At::Value,
            (At::Name { index, word_start }, _) => return self.letter(index, word_start, byte),
        }
        byte
    }

    fn letter(&mut self, index: usize, word_start: bool, byte: u8) -> u8 {
        self.extension = match index {
            0 => byte.eq_ignore_ascii_case(&b'x'),
            1 => self.extension && byte == b'-',
            _ => self.extension,
        };
        self.at = At::Name { index: index + 1, word_start: byte == b'-' };
        let upper = match self.spelling {
            Spelling::Lower => false,
            Spelling::Title => word_start,
            Spelling::Platform => word_start || self.extension,
        };
        if upper { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Spelled<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        // The stream may take less than it is offered: what counts is what it took.
        let taken = if this.head_written() {
            ready!(Pin::new(&mut this.inner).poll_write(cx, bytes))?
        } else {
            let mut ahead = this.speller;
            let respelled: Vec<u8> = bytes.iter().map(|byte| ahead.spell(*byte)).collect();
            ready!(Pin::new(&mut this.inner).poll_write(cx, &respelled))?
        };
        for byte in &bytes[..taken] {
            this.body_bytes += u64::from(this.head_written());
            this.speller.spell(*byte);
        }
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Spelled<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    /// Takes at most `most` bytes at a time.
    struct Narrow {
        most: usize,
        took: Vec<u8>,
    }

    impl AsyncWrite for Narrow {
        fn poll_write(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            bytes: &[u8],
        ) -> Poll<io::Result<usize>> {
            let taken = bytes.len().min(self.most);
            self.took.extend_from_slice(&bytes[..taken]);
            Poll::Ready(Ok(taken))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    const HEAD: &str = "POST /x-a:b HTTP/1.1\r\nhost: x-y.example\r\ncontent-type: \
                        a/b\r\nx-signature: x-aa\r\nxy: 1\r\nx: 2\r\n\r\n";
    const BODY: &str = "x-body: 1\r\n\r\nx-more: 2";

    async fn written(spelling: Spelling, most: usize) -> (String, u64) {
        let mut stream = Spelled::new(Narrow { most, took: Vec::new() }, spelling);
        stream.write_all(format!("{HEAD}{BODY}").as_bytes()).await.unwrap();
        (String::from_utf8(stream.inner.took.clone()).unwrap(), stream.body_bytes())
    }

    #[tokio::test]
    async fn spells_names_and_nothing_else_however_the_bytes_are_taken() {
        for most in [1, 2, 3, 7, 23, 1000] {
            let (platform, body) = written(Spelling::Platform, most).await;
            let expected = "POST /x-a:b HTTP/1.1\r\nHost: x-y.example\r\nContent-Type: \
                            a/b\r\nX-SIGNATURE: x-aa\r\nXy: 1\r\nX: 2\r\n\r\n";
            assert_eq!(platform, format!("{expected}{BODY}"));
            assert_eq!(body, BODY.len() as u64);
            let (title, _) = written(Spelling::Title, most).await;
            assert_eq!(title, format!("{}{BODY}", expected.replace("X-SIGNATURE", "X-Signature")));
            let (lower, _) = written(Spelling::Lower, most).await;
            assert_eq!(lower, format!("{HEAD}{BODY}"));
        }
    }

    #[test]
    fn names_read_as_the_platform_prints_them() {
        assert_eq!(spelled("X-SIGNATURE", Spelling::Platform), "X-SIGNATURE");
        assert_eq!(spelled("content-type", Spelling::Platform), "Content-Type");
        assert_eq!(spelled("X-SIGNATURE", Spelling::Title), "X-Signature");
        assert_eq!(spelled("X-SIGNATURE", Spelling::Lower), "x-signature");
    }
}
