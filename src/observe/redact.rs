//! Keeps secrets and signatures out of what is recorded, and notices when an answer holds them.

use crate::secret_spellings::{SHORTEST, in_answers};
use data_encoding::{BASE64, HEXLOWER};
use golive_checks::model::{Keyring, Leak, Slot};
use golive_checks::platform::signature;
use zeroize::Zeroizing;

/// How much of a secret may stand at the end of a text that was cut.
const TAIL: usize = 6;

/// Knows every spelling of every configured secret.
pub(crate) struct Redactor<'a> {
    keys: &'a Keyring,
    spellings: Vec<(Slot, Zeroizing<String>)>,
}

impl<'a> Redactor<'a> {
    /// For these secrets.
    pub(crate) fn new(keys: &'a Keyring) -> Self {
        let mut spellings: Vec<(Slot, Zeroizing<String>)> = Vec::new();
        for slot in Slot::ALL {
            let Some(secret) = keys.get(slot) else { continue };
            let value = secret.expose();
            if value.len() < SHORTEST {
                continue;
            }
            for spelling in in_answers(value) {
                if !spellings.iter().any(|(_, known)| *known == spelling) {
                    spellings.push((slot, spelling));
                }
            }
        }
        // Longest first, so that a padded spelling is not left with its padding.
        spellings.sort_by_key(|(_, spelling)| std::cmp::Reverse(spelling.len()));
        Self { keys, spellings }
    }

    /// `text` without any secret.
    pub(crate) fn clean(&self, text: &str) -> String {
        self.spellings.iter().fold(text.to_owned(), |text, (_, spelling)| {
            text.replace(spelling.as_str(), "[secret]")
        })
    }

    /// `text`, which was cut at its end, without any secret and without the beginning of one there.
    pub(crate) fn clean_cut(&self, text: &str) -> String {
        let mut text = self.clean(text);
        let begun = self.spellings.iter().filter_map(|(_, spelling)| {
            (TAIL..spelling.len())
                .rev()
                .filter(|len| spelling.is_char_boundary(*len))
                .find(|len| text.ends_with(&spelling[..*len]))
        });
        if let Some(longest) = begun.max() {
            text.truncate(text.len() - longest);
            text.push_str("[secret]");
        }
        text
    }

    /// The signatures that an answer to `body` has no business to hold: the one that was sent and
    /// the right one.
    pub(crate) fn signatures(
        &self,
        sent: Option<&str>,
        body: &[u8],
        timestamp: Option<&str>,
    ) -> Signatures {
        let right = self
            .keys
            .secret_key
            .as_ref()
            .zip(timestamp)
            .map(|(secret, timestamp)| signature::sign(secret, body, timestamp));
        let mut all: Vec<String> = sent
            .map(str::to_owned)
            .into_iter()
            .chain(right)
            .filter(|text| text.len() >= SHORTEST)
            .collect();
        for hex in all.clone() {
            all.push(hex.to_ascii_uppercase());
            if let Ok(bytes) = HEXLOWER.decode(hex.as_bytes()) {
                all.push(BASE64.encode(&bytes));
            }
        }
        // Longest first: half a signature is part of the whole one.
        all.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Signatures(all)
    }

    /// An answer's body and all its headers as they may be recorded, and what should not have been
    /// in them.
    pub(crate) fn answer(&self, answer: Raw<'_>, signatures: &Signatures) -> Cleaned {
        let everything =
            || answer.headers.iter().map(|(_, value)| value.as_str()).chain([answer.body]);
        let mut leaks: Vec<Leak> = Vec::new();
        for (slot, spelling) in &self.spellings {
            if everything().any(|text| text.contains(spelling.as_str())) {
                leaks.push(Leak::Secret(*slot));
            }
        }
        if everything()
            .any(|text| signatures.0.iter().any(|signature| text.contains(signature.as_str())))
        {
            leaks.push(Leak::Signature);
        }
        if is_stack_trace(answer.body) {
            leaks.push(Leak::StackTrace);
        }
        leaks.sort_unstable();
        leaks.dedup();
        let body = if answer.cut { self.clean_cut(answer.body) } else { self.clean(answer.body) };
        Cleaned {
            headers: answer
                .headers
                .iter()
                .map(|(name, value)| (name.clone(), signatures.remove(self.clean(value))))
                .collect(),
            body: signatures.remove(body),
            leaks,
        }
    }
}

/// An answer as it came.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a> {
    /// All its headers.
    pub(crate) headers: &'a [(String, String)],
    /// What was read of its body, as text.
    pub(crate) body: &'a str,
    /// The body went on.
    pub(crate) cut: bool,
}

/// An answer as it may be recorded.
#[derive(Debug)]
pub(crate) struct Cleaned {
    /// All its headers.
    pub(crate) headers: Vec<(String, String)>,
    /// Its body.
    pub(crate) body: String,
    /// What should not have been in it.
    pub(crate) leaks: Vec<Leak>,
}

/// Signatures to be looked for and removed.
#[derive(Default)]
pub(crate) struct Signatures(Vec<String>);

impl Signatures {
    fn remove(&self, text: String) -> String {
        self.0.iter().fold(text, |text, signature| text.replace(signature.as_str(), "[signature]"))
    }
}

/// What a signature looks like in a record.
pub(crate) fn cut_signature(signature: &str) -> String {
    if signature.len() <= 8 {
        signature.to_owned()
    } else {
        format!("{}…", signature.chars().take(8).collect::<String>())
    }
}

/// What an API key looks like in a record.
pub(crate) fn cut_key(key: &str) -> String {
    let prefix = ["pk_live_", "pk_test_"]
        .into_iter()
        .find(|prefix| key.starts_with(prefix))
        .unwrap_or_default();
    format!("{prefix}…")
}

/// Whether a text shows where in the code something went wrong, as runtimes print it.
fn is_stack_trace(text: &str) -> bool {
    const SIGNS: [&str; 10] = [
        "Traceback (most recent call last)",
        "Exception in thread",
        "java.lang.",
        ".php on line ",
        ".php</b> on line ",
        "#0 /",
        "panicked at ",
        "goroutine 1 [running]",
        "System.NullReferenceException",
        "stack backtrace:",
    ];
    /// A source file and a line number behind it, as stack frames have them.
    const FILES: [&str; 10] =
        [".js:", ".mjs:", ".cjs:", ".ts:", ".java:", ".kt:", ".rb:", ".go:", ".cs:line ", ".php:"];
    SIGNS.iter().any(|sign| text.contains(sign))
        || text.split('\n').flat_map(|line| line.split("\\n")).any(|line| {
            let frame = line.contains("at ")
                || line.contains(":in ")
                || line.starts_with('\t')
                || line.trim_start().starts_with('#');
            frame
                && FILES.iter().any(|file| {
                    line.match_indices(file).any(|(at, _)| {
                        line[at + file.len()..].starts_with(|next: char| next.is_ascii_digit())
                    })
                })
        })
}

#[cfg(test)]
mod tests {
    use golive_checks::model::Secret;

    use data_encoding::{BASE64URL_NOPAD, HEXUPPER};

    use super::*;

    const LIVE: &str = "sk_live_MARKER/7f3k9q2x8v1m4n6b";

    fn keys() -> Keyring {
        Keyring {
            secret_key: Some(Secret::new(LIVE.to_owned())),
            api_key: Some(Secret::new("pk_live_MARKERa1b2c3".to_owned())),
            sandbox_secret_key: Some(Secret::new("short".to_owned())),
            sandbox_api_key: None,
            ..Keyring::default()
        }
    }

    fn cleaned(body: &str, cut: bool, signatures: &Signatures) -> Cleaned {
        let keys = keys();
        let headers = [("x-debug".to_owned(), format!("key={LIVE}"))];
        Redactor::new(&keys).answer(
            Raw { headers: if body.is_empty() { &headers } else { &[] }, body, cut },
            signatures,
        )
    }

    #[test]
    fn removes_every_spelling_of_a_secret() {
        let bytes = LIVE.as_bytes();
        let spellings = [
            LIVE.to_owned(),
            HEXLOWER.encode(bytes),
            HEXUPPER.encode(bytes),
            BASE64.encode(bytes),
            BASE64URL_NOPAD.encode(bytes),
            "sk_live_MARKER%2F7f3k9q2x8v1m4n6b".to_owned(),
            r"sk_live_MARKER\/7f3k9q2x8v1m4n6b".to_owned(),
        ];
        for spelling in spellings {
            let seen = cleaned(&format!("<{spelling}>"), false, &Signatures::default());
            assert_eq!(seen.body, "<[secret]>", "{spelling}");
            assert_eq!(seen.leaks, [Leak::Secret(Slot::SecretKey)]);
        }
    }

    #[test]
    fn looks_into_headers_too() {
        let seen = cleaned("", false, &Signatures::default());
        assert_eq!(seen.headers, [("x-debug".to_owned(), "key=[secret]".to_owned())]);
        assert_eq!(seen.leaks, [Leak::Secret(Slot::SecretKey)]);
    }

    #[test]
    fn leaves_short_values_alone() {
        assert_eq!(cleaned("a short text", false, &Signatures::default()).body, "a short text");
    }

    #[test]
    fn a_cut_body_does_not_end_in_half_a_secret() {
        let seen = cleaned(&format!("echo {}", &LIVE[..20]), true, &Signatures::default());
        assert_eq!(seen.body, "echo [secret]");
    }

    #[test]
    fn removes_the_sent_and_the_right_signature() {
        let keys = keys();
        let redactor = Redactor::new(&keys);
        let right = signature::sign(keys.secret_key.as_ref().unwrap(), b"{}", "1778659835");
        let forged = "ab".repeat(32);
        let signatures = redactor.signatures(Some(&forged), b"{}", Some("1778659835"));
        for leaked in [right.clone(), right.to_ascii_uppercase(), forged] {
            let seen = cleaned(&format!("expected {leaked}"), false, &signatures);
            assert_eq!(seen.body, "expected [signature]");
            assert_eq!(seen.leaks, [Leak::Signature]);
        }
        let half = redactor.signatures(Some(&right[..32]), b"{}", Some("1778659835"));
        assert_eq!(cleaned(&right, false, &half).body, "[signature]");
        assert!(cleaned("no signature", false, &signatures).leaks.is_empty());
    }

    #[test]
    fn knows_stack_traces_from_ordinary_words() {
        let traces = [
            "Traceback (most recent call last):\n  File \"app.py\", line 3",
            "Error: x\n    at verify (/srv/app/hook.js:12:5)",
            "<pre>Error<br>at Layer.handle \
             (/srv/node_modules/express/lib/router/layer.js:95:5)</pre>",
            "{\"stack\":\"Error: x\\n    at verify (hook.ts:12:5)\"}",
            "<b>Fatal error</b>: Uncaught Exception in /srv/hook.php on line 12",
            "#0 /srv/hook.php(12): verify()",
            "java.lang.NullPointerException",
            "\tat com.shop.Hook.verify(Hook.java:12)",
            "thread 'main' panicked at src/main.rs:1:1",
            "hook.rb:12:in `verify'",
            "   at Shop.Hook.Verify() in C:\\shop\\Hook.cs:line 12",
        ];
        for trace in traces {
            assert!(is_stack_trace(trace), "{trace}");
        }
        let words = [
            "{\"status\":\"ok\"}",
            "see https://shop.example/docs/hook.js for help at 12:30",
            "invalid signature at line 3",
            "<script src=\"/app.js?v=1\"></script>",
        ];
        for word in words {
            assert!(!is_stack_trace(word), "{word}");
        }
    }

    #[test]
    fn records_hold_the_beginning_only() {
        assert_eq!(cut_signature(&"ab".repeat(32)), "abababab…");
        assert_eq!(cut_signature(""), "");
        assert_eq!(cut_key("pk_live_MARKERa1b2c3"), "pk_live_…");
        assert_eq!(cut_key("MARKERa1b2c3"), "…");
    }
}
