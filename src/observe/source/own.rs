//! The configured secrets in the spellings that a file may hold them in.

use crate::secret_spellings::{SHORTEST, in_files};
use std::fmt;

use aho_corasick::AhoCorasick;
use golive_checks::model::{Keyring, Origin, Slot};
use golive_checks::platform::keys;
use zeroize::Zeroizing;

/// Every spelling of every configured secret. It shows none.
#[derive(Default)]
pub(super) struct OwnSecrets {
    pub(super) spellings: Vec<Spelling>,
    /// The slots whose values are looked for; two may have one value.
    slots: Vec<Slot>,
}

/// One spelling.
pub(super) struct Spelling {
    /// Whose.
    pub(super) slot: Slot,
    /// How it is spelled, in words.
    pub(super) how: &'static str,
    /// The bytes.
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for OwnSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnSecrets({} spellings)", self.spellings.len())
    }
}

impl OwnSecrets {
    /// Learns the secrets. Stand-ins that everybody knows are none.
    pub(super) fn new(keys: &Keyring) -> Self {
        let mut own = Self::default();
        for slot in Slot::ALL {
            let Some(secret) = keys.get(slot) else { continue };
            let value = secret.expose().trim();
            if value.len() >= SHORTEST && keys::facts(value, Origin::Literal).placeholder.is_none()
            {
                own.slots.push(slot);
                own.learn(slot, value);
            }
        }
        own
    }

    fn learn(&mut self, slot: Slot, value: &str) {
        for (how, bytes) in in_files(value) {
            // Two slots with one value are one finding, of the first slot.
            if bytes.len() >= SHORTEST && !self.spellings.iter().any(|known| known.bytes == bytes) {
                self.spellings.push(Spelling { slot, how, bytes });
            }
        }
    }

    /// The slots whose values are looked for.
    pub(super) fn slots(&self) -> Vec<Slot> {
        self.slots.clone()
    }

    /// Whether a secret stands in a name.
    pub(super) fn stands_in(&self, name: &[u8]) -> bool {
        self.spellings.iter().any(|spelling| {
            name.len() >= spelling.bytes.len()
                && name
                    .windows(spelling.bytes.len())
                    .any(|window| window == spelling.bytes.as_slice())
        })
    }

    /// `text` without any secret, and without the middle of what reads as a key.
    pub(super) fn clean(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for spelling in &self.spellings {
            if let Ok(spelled) = std::str::from_utf8(&spelling.bytes) {
                clean = clean.replace(spelled, "[secret]");
            }
        }
        let keys: Vec<_> = keys::written_in(&clean).collect();
        for range in keys.into_iter().rev() {
            clean.replace_range(range.start + 8..range.end, "…");
        }
        clean
    }

    /// What a search for those spellings looks for that hold none of `literals`: index and
    /// automaton.
    pub(super) fn apart(&self, literals: &[&str]) -> Option<(AhoCorasick, Vec<usize>)> {
        let apart: Vec<usize> = (0..self.spellings.len())
            .filter(|index| self.anchor(*index, literals).is_none())
            .collect();
        if apart.is_empty() {
            return None;
        }
        let automaton =
            AhoCorasick::new(apart.iter().map(|index| self.spellings[*index].bytes.as_slice()))
                .ok()?;
        Some((automaton, apart))
    }

    /// The first of `literals` that a spelling holds, and where.
    pub(super) fn anchor(&self, index: usize, literals: &[&str]) -> Option<(usize, usize)> {
        let bytes = &self.spellings[index].bytes;
        let place = |literal: &str| {
            bytes.windows(literal.len()).position(|window| window == literal.as_bytes())
        };
        literals.iter().enumerate().find_map(|(at, literal)| Some((at, place(literal)?)))
    }
}

#[cfg(test)]
mod tests {
    use golive_checks::model::Secret;

    use super::*;

    const VALUE: &str = "sk_live_MARKER7f3k9q2x8v1m4n6b";

    fn own(value: &str) -> OwnSecrets {
        OwnSecrets::new(&Keyring {
            secret_key: Some(Secret::new(value.to_owned())),
            ..Keyring::default()
        })
    }

    #[test]
    fn keys_of_the_platform_cost_no_search_of_their_own() {
        let literals = super::super::stage::literals_everywhere();
        assert!(own(VALUE).apart(&literals).is_none());
        assert!(own("q8w7e6r5t4y3u2i1MARKER").apart(&literals).is_some());
    }

    #[test]
    fn cleans_paths_of_secrets_and_keys() {
        let clean = own("q8w7e6r5t4y3u2i1MARKER")
            .clean("a/q8w7e6r5t4y3u2i1MARKER/sk_test_MARKER2b7n4x9q.txt");
        assert_eq!(clean, "a/[secret]/sk_test_….txt");
    }

    #[test]
    fn shows_nothing_of_itself() {
        assert!(!format!("{:?}", own(VALUE)).contains("MARKER"));
    }
}
