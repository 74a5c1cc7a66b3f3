//! Secrets that stand in the configuration where none belongs: reports show what is written there.

use std::ops::Range;

use golive_checks::model::{Keyring, Origin, Slot};
use golive_checks::platform::keys;

use super::complaint::{Complaints, Notes};
use super::position::LineIndex;

/// Shorter values are found in too many innocent words. In bytes.
const SHORTEST: usize = 12;

/// Complains about everything that reads as a key of the platform's, comments included, but for the
/// values of the keys that are for secrets: those are a finding of a check.
pub(super) fn complain_of_keys(text: &str, notes: &mut Notes<'_>) {
    for at in keys::written_in(text) {
        if !is_within(&at, &notes.literals) && !notes.has_complained_near(at.start) {
            notes.complain(
                at,
                "what looks like a key of the platform stands here; reports show this text, and \
                 the file is made to be shared: take it out",
            );
        }
    }
}

/// Refuses a file that spells out, where none belongs, a secret that was fetched.
pub(super) fn refuse_copies(
    text: &str,
    literals: &[Range<usize>],
    keyring: &Keyring,
    path: &str,
) -> Result<(), Complaints> {
    for slot in Slot::ALL {
        let Some(value) = keyring.get(slot).map(|secret| secret.expose().trim()) else { continue };
        if value.len() < SHORTEST || keys::facts(value, Origin::Literal).placeholder.is_some() {
            continue;
        }
        let copy = text
            .match_indices(value)
            .map(|(at, _)| at..at + value.len())
            .find(|at| !is_within(at, literals));
        if let Some(at) = copy {
            let words = format!(
                "the value of `{}` stands here; reports show this text, and the file is made to \
                 be shared: take it out",
                slot.key()
            );
            return Err(Complaints::at(path, LineIndex::of(text).place(at.start), words));
        }
    }
    Ok(())
}

fn is_within(inner: &Range<usize>, outer: &[Range<usize>]) -> bool {
    outer.iter().any(|outer| outer.start <= inner.start && inner.end <= outer.end)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Bench, LIVE_KEY, LIVE_SECRET};

    const KEY_WORDS: &str = "what looks like a key of the platform stands here; reports show this \
                             text, and the file is made to be shared: take it out";

    fn complaint(bench: &Bench) -> String {
        bench.load().expect_err("refused").to_string()
    }

    #[test]
    fn a_key_is_refused_wherever_reports_could_show_it() {
        for text in [
            format!("[merchant]\nname = \"{LIVE_SECRET}\"\n"),
            format!("[merchant]\n# secret_key = \"{LIVE_SECRET}\"\n"),
            format!("[signer]\ncommand = [\"node\", \"sign.js\", \"{LIVE_SECRET}\"]\n"),
            format!("[webhook]\nurl = \"https://shop.example/hook?token={LIVE_KEY}\"\n"),
            format!("[webhook.order]\nids = [\"{LIVE_SECRET}\"]\n"),
        ] {
            let words = complaint(&Bench::with(&text));
            assert!(words.starts_with("golive.toml:2:") && words.ends_with(KEY_WORDS), "{words}");
        }
    }

    #[test]
    fn a_secret_without_a_prefix_is_refused_when_its_value_is_known() {
        let text = "[api]\nsecret_key = { env = \"KEY\" }\n[webhook.effects]\nurl = \"https://shop.example/{id}?k=MARKER-0d9f8e7a6b5c\"\n";
        let words = complaint(&Bench::with(text).variable("KEY", "MARKER-0d9f8e7a6b5c"));
        assert_eq!(
            words,
            "golive.toml:4:36: the value of `api.secret_key` stands here; reports show this text, \
             and the file is made to be shared: take it out"
        );
    }

    #[test]
    fn a_literal_in_its_own_place_is_left_to_the_check() {
        let text = format!("[api]\napi_key = \"{LIVE_KEY}\"\nsecret_key = \"{LIVE_SECRET}\"\n");
        assert!(Bench::with(&text).load().is_ok());
        let twice =
            complaint(&Bench::with(format!("{text}[merchant]\nname = \"{LIVE_SECRET}\"\n")));
        assert!(twice.starts_with("golive.toml:5:9: "), "{twice}");
    }

    #[test]
    fn stand_ins_are_no_secrets() {
        assert!(
            Bench::with(
                "# secret_key = \"sk_live_xxxxxxxxx\"\n[merchant]\nname = \"sk_live_backup\"\n"
            )
            .load()
            .is_ok()
        );
    }
}
