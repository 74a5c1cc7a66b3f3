//! The last net: no byte leaves the process that spells out a secret.

use crate::secret_spellings::{SHORTEST, in_output};
use std::fmt;

use aho_corasick::AhoCorasick;
use golive_checks::model::{Keyring, Origin, Slot};
use golive_checks::platform::keys;

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
pub(crate) struct SecretFound {
    /// Which one.
    pub(crate) slot: Slot,
}

impl fmt::Display for SecretFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "it would have shown the value of `{}`; this is a fault of golive, please report it",
            self.slot.key()
        )
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
            if value.trim().len() < SHORTEST
                || keys::facts(value, Origin::Literal).placeholder.is_some()
            {
                continue;
            }
            for spelling in in_output(value) {
                if squeeze(&spelling).len() < SHORTEST {
                    continue;
                }
                spellings.push(spelling);
                slots.push(slot);
            }
        }
        let machine = |spellings: &[Vec<u8>]| {
            AhoCorasick::new(spellings).expect("a few dozen short patterns fit")
        };
        let squeezed: Vec<Vec<u8>> = spellings.iter().map(|spelling| squeeze(spelling)).collect();
        Self { plain: machine(&spellings), squeezed: machine(&squeezed), slots }
    }

    /// For a process that has no secrets, such as one that judges a saved run.
    pub(crate) fn none() -> Self {
        Self::new(&Keyring::default())
    }

    /// Looks for a secret in bytes that are about to leave.
    ///
    /// # Errors
    ///
    /// [`SecretFound`] when one is in them: the bytes must not leave.
    pub(crate) fn check(&self, bytes: &[u8]) -> Result<(), SecretFound> {
        let hit = self.plain.find(bytes).or_else(|| self.squeezed.find(&squeeze(bytes)));
        match hit {
            Some(hit) => Err(SecretFound { slot: self.slots[hit.pattern().as_usize()] }),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard({} spellings)", self.slots.len())
    }
}

/// What a renderer puts after a character that trackers would act on.
const EMPTY_COMMENT: &[u8] = b"<!---->";

/// The bytes without white space, backslashes, empty comments and terminal colours: what wrapping,
/// escaping and painting put between the characters of a value.
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
            byte => {
                kept.push(*byte);
                if kept.ends_with(EMPTY_COMMENT) {
                    kept.truncate(kept.len() - EMPTY_COMMENT.len());
                }
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};
    use golive_checks::model::Secret;

    use super::*;

    const VALUE: &str = "sk_live_MARKER7f3k9q2x8v1m4n6b";
    /// With all that any format escapes.
    const ODD: &str = "sk_live_MARKER<&\"'/\\|`@#+% é9q";

    fn guard(value: &str) -> Guard {
        Guard::new(&Keyring {
            secret_key: Some(Secret::new(value.to_owned())),
            ..Keyring::default()
        })
    }

    fn catches(value: &str, bytes: &[u8]) -> bool {
        guard(value).check(bytes) == Err(SecretFound { slot: Slot::SecretKey })
    }

    #[test]
    fn lets_innocent_bytes_through() {
        for bytes in
            ["", "sk_live_", "READY: all 61 required checks hold.", "sk_live_MARKER7f3k9q2x8v1m4n6"]
        {
            assert_eq!(guard(VALUE).check(bytes.as_bytes()), Ok(()), "{bytes}");
        }
        assert_eq!(Guard::new(&Keyring::default()).check(VALUE.as_bytes()), Ok(()));
    }

    #[test]
    fn finds_a_secret_as_it_is_and_in_hex() {
        for value in [VALUE, ODD] {
            assert!(catches(value, format!("before {value} after").as_bytes()));
            assert!(catches(value, format!("x{}y", HEXLOWER.encode(value.as_bytes())).as_bytes()));
            assert!(catches(value, format!("x{}y", HEXUPPER.encode(value.as_bytes())).as_bytes()));
        }
    }

    #[test]
    fn finds_a_secret_in_base64_wherever_it_stands() {
        for value in [VALUE, ODD] {
            for before in ["", "a", "ab", "abc", "user:"] {
                for after in ["", "z", "zz"] {
                    let text = format!("{before}{value}{after}");
                    for encoding in [&BASE64, &BASE64URL] {
                        assert!(
                            catches(value, encoding.encode(text.as_bytes()).as_bytes()),
                            "{before} {after}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn finds_a_secret_in_a_url_in_json_and_in_html() {
        let encoded = "sk_live_MARKER%3C%26%22%27%2F%5C%7C%60%40%23%2B%25%20%C3%A99q";
        let html = "sk_live_MARKER&lt;&amp;&quot;&#39;/\\|`@#+% é9q";
        assert!(catches(ODD, encoded.as_bytes()));
        assert!(catches(ODD, encoded.replace("%20", "+").as_bytes()));
        assert!(catches(ODD, serde_json::to_string(ODD).unwrap().as_bytes()));
        assert!(catches(ODD, html.as_bytes()));
        assert!(catches(
            ODD,
            html.replace("&#39;", "&#x27;").replace("&quot;", "&#34;").as_bytes()
        ));
    }

    #[test]
    fn finds_a_secret_that_was_wrapped_painted_or_escaped_for_markdown() {
        assert!(catches(VALUE, b"sk_live_MARKER7f3k\n        9q2x8v1m4n6b"));
        assert!(catches(VALUE, b"sk_live_\x1b[1;31mMARKER7f3k9q2x8v1m4n6b\x1b[0m"));
        assert!(catches(VALUE, br"sk\_live\_MARKER7f3k9q2x8v1m4n6b"));
        assert!(catches("MARKER@f3k9q2x8v1m4n6b", b"MARKER@<!-- -->f3k9q2x8v1m4n6b"));
    }

    #[test]
    fn finds_a_padded_secret_without_its_padding() {
        assert!(catches(" sk_live_MARKER7f3k9q2x8v1m4n6b\n", VALUE.as_bytes()));
    }

    #[test]
    fn does_not_look_for_what_is_short_or_known_to_everybody() {
        assert_eq!(guard("sk_live_abc").check(b"sk_live_abc"), Ok(()));
        assert_eq!(guard("YOUR_SECRET_KEY").check(b"YOUR_SECRET_KEY"), Ok(()));
    }

    #[test]
    fn names_the_key_and_never_the_value() {
        let words = SecretFound { slot: Slot::SecretKey }.to_string();
        assert!(words.contains("`api.secret_key`") && !words.contains("MARKER"));
        assert!(!format!("{:?}", guard(VALUE)).contains("MARKER"));
    }
}
