//! The last net: no byte leaves the process that spells out a secret.

use std::fmt;

use aho_corasick::AhoCorasick;
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use golive_checks::model::{Keyring, Origin, Slot};
use golive_checks::platform::keys;

/// Secrets shorter than this are found in too many innocent bytes to look for. In bytes.
const SHORTEST: usize = 12;

/// Knows every spelling of every secret of the run.
pub(crate) struct Guard {
    /// The spellings as they are.
    plain: AhoCorasick,
    /// The spellings without what a renderer may put between their characters.
    squeezed: AhoCorasick,
    /// The slot of each spelling.
    slots: Vec<Slot>,
}

/// A secret was about to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Which one.
    pub(crate) slot: Slot,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it would have shown the value of `{}`; this is a fault of golive, please report it", self.slot.key())
    }
}

impl Guard {
    /// Learns the secrets. Placeholders that everybody knows are none.
    pub(crate) fn new(keyring: &Keyring) -> Self {
        let mut spellings: Vec<Vec<u8>> = Vec::new();
        let mut slots = Vec::new();
        for slot in Slot::ALL {
            let Some(secret) = keyring.get(slot) else { continue };
            let value = secret.expose();
            if value.trim().len() < SHORTEST || keys::facts(value, Origin::Literal).placeholder.is_some() {
                continue;
            }
            for spelling in every_spelling(value) {
                spellings.push(spelling);
                slots.push(slot);
            }
        }
        let machine = |spellings: &[Vec<u8>]| AhoCorasick::new(spellings).expect("a few dozen short patterns fit");
        let squeezed: Vec<Vec<u8>> = spellings.iter().map(|spelling| squeeze(spelling)).collect();
        Self { plain: machine(&spellings), squeezed: machine(&squeezed), slots }
    }

    /// Looks for a secret in bytes that are about to leave.
    ///
    /// # Errors
    ///
    /// [`Found`] when one is in them: the bytes must not leave.
    pub(crate) fn check(&self, bytes: &[u8]) -> Result<(), Found> {
        let hit = self.plain.find(bytes).or_else(|| self.squeezed.find(&squeeze(bytes)));
        match hit {
            Some(hit) => Err(Found { slot: self.slots[hit.pattern().as_usize()] }),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard({} spellings)", self.slots.len())
    }
}

/// The bytes without white space, backslashes and terminal colours: what wrapping, escaping and painting put between the characters of a value.
fn squeeze(bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        match byte {
            0x1b => {
                rest.find(|byte| byte.is_ascii_alphabetic());
            }
            b'\\' => {}
            byte if byte.is_ascii_whitespace() => {}
            byte => kept.push(*byte),
        }
    }
    kept
}

/// A value in every spelling that a library, a server or one of our renderers might give it.
fn every_spelling(value: &str) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for value in [value, value.trim()] {
        let bytes = value.as_bytes();
        let spelled = |spell: &dyn Fn(char) -> String| value.chars().map(spell).collect::<String>().into_bytes();
        all.push(bytes.to_vec());
        all.push(HEXLOWER.encode(bytes).into_bytes());
        all.push(HEXUPPER.encode(bytes).into_bytes());
        for shift in 0..3 {
            let mut shifted = vec![0; shift];
            shifted.extend_from_slice(bytes);
            // Only the characters that no neighbouring byte has a part in.
            let whole = (8 * shift).div_ceil(6)..8 * shifted.len() / 6;
            for encoding in [&BASE64_NOPAD, &BASE64URL_NOPAD] {
                all.push(encoding.encode(&shifted).as_bytes()[whole.clone()].to_vec());
            }
        }
        all.push(spelled(&|c| percent(c, &|c| unreserved(c), true)));
        all.push(spelled(&|c| percent(c, &|c| unreserved(c), false)));
        all.push(spelled(&|c| if c == ' ' { "+".to_owned() } else { percent(c, &|c| unreserved(c), true) }));
        all.push(spelled(&|c| percent(c, &|c| unreserved(c) || ";,/?:@&=+$-_.!~*'()#".contains(c), true)));
        all.push(spelled(&|c| percent(c, &|_| false, true)));
        all.push(spelled(&|c| percent(c, &|_| false, false)));
        all.push(spelled(&|c| json(c, false)));
        all.push(spelled(&|c| json(c, true)));
        all.push(spelled(&|c| utf16(c)));
        all.push(spelled(&|c| html(c, "&#39;", "&quot;")));
        all.push(spelled(&|c| html(c, "&#x27;", "&#34;")));
        all.push(spelled(&|c| html(c, "&apos;", "&#x22;")));
        all.push(spelled(&|c| html(c, "'", "\"")));
        all.push(spelled(&|c| format!("&#{};", u32::from(c))));
    }
    all.retain(|spelling| squeeze(spelling).len() >= SHORTEST);
    all.sort();
    all.dedup();
    all
}

fn unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~".contains(c)
}

fn percent(c: char, keep: &dyn Fn(char) -> bool, upper: bool) -> String {
    if keep(c) {
        return c.to_string();
    }
    let mut utf8 = [0; 4];
    let hex = |byte: &u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
    c.encode_utf8(&mut utf8).as_bytes().iter().map(hex).collect()
}

fn json(c: char, ascii: bool) -> String {
    match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '/' if ascii => "\\/".to_owned(),
        '<' | '>' | '&' | '\'' if ascii => utf16(c),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if c.is_control() || (ascii && !c.is_ascii()) => utf16(c),
        c => c.to_string(),
    }
}

fn utf16(c: char) -> String {
    let mut units = [0; 2];
    c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

fn html(c: char, apostrophe: &str, quote: &str) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '\'' => apostrophe.to_owned(),
        '"' => quote.to_owned(),
        c => c.to_string(),
    }
}
