//! Known ways to get the signature wrong.

use std::sync::LazyLock;

use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};

use crate::platform::digest::Algorithm;
use crate::platform::form::{Decimals, Form, Node, Sort};
use crate::platform::secret::Keyring;
use crate::platform::signature;

pub use crate::platform::payloads::{PAYLOADS, Payload, payload};

/// A known mistake.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// A stable name: `top-level-sort`. Two at once read `top-level-sort+base64`.
    pub name: &'static str,
    /// In words, as a clause: "keys are sorted at the top level only".
    pub words: &'static str,
    /// What to do.
    pub fix: &'static str,
}

/// What `signature` is for `payload` at `timestamp` under the configured secret.
#[derive(Debug)]
pub enum Explained {
    /// What the platform expects.
    Right,
    /// What a known mistake gives, or two at once.
    Mistake(&'static Mistake),
    /// Neither.
    Unexplained,
}

/// Compares a signature with the expected one, and else with what every known mistake gives.
#[must_use]
pub fn explain(keys: &Keyring, payload: &str, timestamp: &str, signature: &str) -> Explained {
    let node = Node::parse(payload).ok();
    let gives = |recipe: &Recipe| {
        recipe.sign(keys, node.as_ref(), payload, timestamp).is_some_and(|given| given == signature)
    };
    if gives(&Recipe::RIGHT) {
        return Explained::Right;
    }
    KNOWN
        .iter()
        .find(|known| gives(&known.recipe))
        .map_or(Explained::Unexplained, |known| Explained::Mistake(&known.mistake))
}

/// The mistake of that name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Mistake> {
    KNOWN.iter().map(|known| &known.mistake).find(|mistake| mistake.name == name)
}

/// Everything that goes into a signature, each part right or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Recipe {
    form: Form,
    message: Message,
    key: Key,
    digest: Algorithm,
    encoding: Encoding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Message {
    /// The payload, what stands between, the timestamp.
    PayloadThenTimestamp(&'static str),
    TimestampFirst,
    PayloadOnly,
    Milliseconds,
    /// The previous generation's: sorted keys and values without anything between.
    KeysAndValues,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Secret,
    Api,
    SandboxSecret,
    Trimmed,
    WithLineBreak,
    WithoutPrefix,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Hex,
    UpperHex,
    Base64,
    UrlBase64,
    Base64OfHex,
    Sha256Equals,
}

impl Recipe {
    const RIGHT: Self = Self {
        form: Form::CANONICAL,
        message: Message::PayloadThenTimestamp(""),
        key: Key::Secret,
        digest: Algorithm::HmacSha256,
        encoding: Encoding::Hex,
    };

    /// The signature it gives; none where it takes a key that is not configured or does not differ
    /// from the right one.
    #[expect(clippy::disallowed_methods, reason = "signing is what the secrets are for")]
    fn sign(
        &self,
        keys: &Keyring,
        node: Option<&Node>,
        payload: &str,
        timestamp: &str,
    ) -> Option<String> {
        let body = node.map_or_else(|| payload.to_owned(), |node| self.form.write(node));
        let message = match self.message {
            Message::PayloadThenTimestamp(between) => format!("{body}{between}{timestamp}"),
            Message::TimestampFirst => format!("{timestamp}{body}"),
            Message::PayloadOnly => body,
            Message::Milliseconds => format!("{body}{timestamp}000"),
            Message::KeysAndValues => node?.keys_and_values()?,
        };
        let secret = keys.secret_key.as_ref()?.expose();
        let key = match self.key {
            Key::Secret => secret.to_owned(),
            Key::Api => keys.api_key.as_ref()?.expose().to_owned(),
            Key::SandboxSecret => keys.sandbox_secret_key.as_ref()?.expose().to_owned(),
            Key::Trimmed => secret.trim().to_owned(),
            Key::WithLineBreak => format!("{secret}\n"),
            Key::WithoutPrefix => secret
                .strip_prefix("sk_live_")
                .or_else(|| secret.strip_prefix("sk_test_"))?
                .to_owned(),
        };
        if self.key != Key::Secret && key == secret {
            return None;
        }
        let digest = self.digest.digest(key.as_bytes(), &[message.as_bytes()]);
        Some(match self.encoding {
            Encoding::Hex => HEXLOWER.encode(&digest),
            Encoding::UpperHex => HEXUPPER.encode(&digest),
            Encoding::Base64 => BASE64.encode(&digest),
            Encoding::UrlBase64 => BASE64URL.encode(&digest).trim_end_matches('=').to_owned(),
            Encoding::Base64OfHex => BASE64.encode(HEXLOWER.encode(&digest).as_bytes()),
            Encoding::Sha256Equals => format!("sha256={}", HEXLOWER.encode(&digest)),
        })
    }
}

/// One thing done wrong.
struct Slip {
    mistake: Mistake,
    /// Two slips in one part exclude each other.
    part: Part,
    apply: fn(&mut Recipe),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Sort,
    Spaces,
    Slashes,
    Letters,
    Html,
    Decimals,
    Integers,
    Message,
    Key,
    Digest,
    Encoding,
    All,
}

macro_rules! slip {
    ($part:ident, $name:literal, $words:literal, $fix:literal, |$recipe:ident| $apply:expr) => {
        Slip {
            mistake: Mistake { name: $name, words: $words, fix: $fix },
            part: Part::$part,
            apply: |$recipe: &mut Recipe| $apply,
        }
    };
}

/// Single slips, the likeliest first.
const SLIPS: &[Slip] = &[
    slip!(
        Sort,
        "top-level-sort",
        "keys are sorted at the top level only, as in the platform's Node sample",
        "Sort the keys of nested objects too: `customer` inside of the order. In Node, sort in a \
         function that calls itself for every object value",
        |r| r.form.sort = Sort::TopLevel
    ),
    slip!(
        Sort,
        "no-sort",
        "keys are not sorted",
        "Sort the keys recursively before encoding: PHP `ksort` on every array, Python \
         `sort_keys=True`, Java `ORDER_MAP_ENTRIES_BY_KEYS`",
        |r| r.form.sort = Sort::Nowhere
    ),
    slip!(
        Slashes,
        "escaped-slashes",
        "slashes are written `\\/`, as PHP does unless told",
        "Encode with unescaped slashes: PHP `json_encode($payload, JSON_UNESCAPED_SLASHES | \
         JSON_UNESCAPED_UNICODE)`",
        |r| r.form.slashes = true
    ),
    slip!(
        Spaces,
        "spaces",
        "spaces follow the commas and colons, as Python writes unless told",
        "Encode without white space: Python `json.dumps(payload, sort_keys=True, \
         separators=(\",\", \":\"), ensure_ascii=False)`",
        |r| r.form.spaced = true
    ),
    slip!(
        Letters,
        "unicode-escapes",
        "letters beyond ASCII are written as `\\u` escapes",
        "Encode letters as raw UTF-8: PHP `JSON_UNESCAPED_UNICODE`, Python `ensure_ascii=False`",
        |r| r.form.unicode = true
    ),
    slip!(
        Html,
        "html-escapes",
        "`<`, `>` and `&` are written as `\\u` escapes, as Go and Gson do unless told",
        "Switch HTML escaping off: Go `encoder.SetEscapeHTML(false)`, Gson `disableHtmlEscaping()`",
        |r| r.form.html = true
    ),
    slip!(
        Decimals,
        "shortened-decimals",
        "decimals are written anew, `105.00` as `105`",
        "Sign and send the same bytes, and give amounts as strings or without trailing zeros",
        |r| r.form.decimals = Decimals::Shortest
    ),
    slip!(
        Decimals,
        "one-digit-decimals",
        "decimals are written anew, `105.00` as `105.0`, as Python and Java do",
        "Sign and send the same bytes, and give amounts as strings or without trailing zeros",
        |r| r.form.decimals = Decimals::OneDigit
    ),
    slip!(
        Integers,
        "rounded-integers",
        "integers beyond 2^53 are altered, as JavaScript does",
        "Give ids as strings, or parse big integers exactly",
        |r| r.form.rounded_integers = true
    ),
    slip!(
        Message,
        "timestamp-first",
        "the timestamp stands before the payload",
        "Append the timestamp to the payload: payload, then timestamp",
        |r| r.message = Message::TimestampFirst
    ),
    slip!(
        Message,
        "timestamp-missing",
        "the timestamp is not signed",
        "Append the value of X-TIMESTAMP to the payload before signing",
        |r| r.message = Message::PayloadOnly
    ),
    slip!(
        Message,
        "milliseconds",
        "the timestamp is in milliseconds",
        "Use UNIX seconds: JavaScript `Math.floor(Date.now() / 1000)`, Java \
         `Instant.now().getEpochSecond()`",
        |r| r.message = Message::Milliseconds
    ),
    slip!(
        Message,
        "separator-dot",
        "a dot stands between payload and timestamp",
        "Append the timestamp without anything between",
        |r| r.message = Message::PayloadThenTimestamp(".")
    ),
    slip!(
        Message,
        "separator-colon",
        "a colon stands between payload and timestamp",
        "Append the timestamp without anything between",
        |r| r.message = Message::PayloadThenTimestamp(":")
    ),
    slip!(
        Message,
        "separator-bar",
        "a vertical bar stands between payload and timestamp",
        "Append the timestamp without anything between",
        |r| r.message = Message::PayloadThenTimestamp("|")
    ),
    slip!(
        Message,
        "separator-space",
        "a space stands between payload and timestamp",
        "Append the timestamp without anything between",
        |r| r.message = Message::PayloadThenTimestamp(" ")
    ),
    slip!(
        Message,
        "separator-newline",
        "a line break stands between payload and timestamp",
        "Append the timestamp without anything between, and cut the line break that reading from \
         standard input may leave",
        |r| r.message = Message::PayloadThenTimestamp("\n")
    ),
    slip!(
        Message,
        "separator-comma",
        "a comma stands between payload and timestamp",
        "Append the timestamp without anything between",
        |r| r.message = Message::PayloadThenTimestamp(",")
    ),
    slip!(
        Key,
        "api-key-as-secret",
        "the API key signs instead of the secret key",
        "Sign with the secret key (`sk_live_…`); the API key only goes into X-API-KEY",
        |r| r.key = Key::Api
    ),
    slip!(
        Key,
        "sandbox-secret",
        "the sandbox secret signs",
        "Load the production secret where the signer runs",
        |r| r.key = Key::SandboxSecret
    ),
    slip!(
        Key,
        "trimmed-secret",
        "the signer trims white space that the configured secret has",
        "Store the secret without white space around it, the same for the application and \
         `api.secret_key`",
        |r| r.key = Key::Trimmed
    ),
    slip!(
        Key,
        "secret-with-line-break",
        "the signer's secret ends in a line break",
        "Cut the line break after reading the secret: `printf %s` instead of `echo`, or trim it \
         in the code",
        |r| r.key = Key::WithLineBreak
    ),
    slip!(
        Key,
        "secret-without-prefix",
        "the secret signs without its `sk_live_` prefix",
        "Use the secret key as it was issued, prefix included",
        |r| r.key = Key::WithoutPrefix
    ),
    slip!(
        Encoding,
        "upper-case-hex",
        "the hex digits are upper case",
        "Write the digest in lower-case hex",
        |r| r.encoding = Encoding::UpperHex
    ),
    slip!(
        Encoding,
        "base64",
        "the digest is written in Base64, as the previous API generation wanted",
        "Write the digest in lower-case hex: Node `.digest('hex')`, PHP `hash_hmac` without its \
         fourth argument, Python `.hexdigest()`",
        |r| r.encoding = Encoding::Base64
    ),
    slip!(
        Encoding,
        "base64url",
        "the digest is written in URL-safe Base64",
        "Write the digest in lower-case hex",
        |r| r.encoding = Encoding::UrlBase64
    ),
    slip!(
        Encoding,
        "base64-of-hex",
        "the hex digits are encoded in Base64 once more",
        "Send the 64 hex digits as they are",
        |r| r.encoding = Encoding::Base64OfHex
    ),
    slip!(
        Encoding,
        "sha256-prefix",
        "`sha256=` stands before the digest, as other providers want",
        "Send the 64 hex digits alone",
        |r| { r.encoding = Encoding::Sha256Equals }
    ),
    slip!(Digest, "sha1", "HMAC uses SHA-1", "Use HMAC-SHA256", |r| r.digest = Algorithm::HmacSha1),
    slip!(Digest, "sha512", "HMAC uses SHA-512", "Use HMAC-SHA256", |r| r.digest =
        Algorithm::HmacSha512),
    slip!(
        Digest,
        "swapped-arguments",
        "message and secret have changed places",
        "Give the secret as the key and payload + timestamp as the message: PHP \
         `hash_hmac('sha256', $message, $secret)`",
        |r| r.digest = Algorithm::Swapped
    ),
    slip!(
        Digest,
        "plain-hash-secret-first",
        "a plain SHA-256 of secret and message is used, no HMAC",
        "Use HMAC-SHA256: Node `createHmac`, PHP `hash_hmac`, Python `hmac.new`, Java \
         `Mac.getInstance(\"HmacSHA256\")`",
        |r| r.digest = Algorithm::PlainSecretFirst
    ),
    slip!(
        Digest,
        "plain-hash-secret-last",
        "a plain SHA-256 of message and secret is used, no HMAC",
        "Use HMAC-SHA256: Node `createHmac`, PHP `hash_hmac`, Python `hmac.new`, Java \
         `Mac.getInstance(\"HmacSHA256\")`",
        |r| r.digest = Algorithm::PlainSecretLast
    ),
    slip!(
        All,
        "previous-generation",
        "it is the `order_checksum` of the previous API generation",
        "Sign as v3 does: the hex HMAC-SHA256 of canonical JSON and timestamp; the official SDKs \
         are all of the previous generation",
        |r| {
            r.message = Message::KeysAndValues;
            r.encoding = Encoding::Base64;
        }
    ),
];

/// A mistake and what it makes of a signature.
struct Known {
    mistake: Mistake,
    recipe: Recipe,
}

/// Single slips, then every two that can happen together. Names and words of the pairs are made
/// once and kept.
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let made = |slips: &[&Slip]| {
        let mut recipe = Recipe::RIGHT;
        slips.iter().for_each(|slip| (slip.apply)(&mut recipe));
        let joined = |of: fn(&Mistake) -> &'static str, between: &str| -> &'static str {
            match slips {
                [one] => of(&one.mistake),
                slips => slips
                    .iter()
                    .map(|slip| of(&slip.mistake))
                    .collect::<Vec<_>>()
                    .join(between)
                    .leak(),
            }
        };
        let mistake = Mistake {
            name: joined(|m| m.name, "+"),
            words: joined(|m| m.words, ", and "),
            fix: joined(|m| m.fix, ". "),
        };
        Known { mistake, recipe }
    };
    let singles = SLIPS.iter().map(|slip| made(&[slip]));
    let pairs = SLIPS
        .iter()
        .enumerate()
        .flat_map(|(at, first)| SLIPS[at + 1..].iter().map(move |second| (first, second)));
    let pairs =
        pairs.filter(|(a, b)| a.part != b.part && a.part != Part::All && b.part != Part::All);
    singles.chain(pairs.map(|(first, second)| made(&[first, second]))).collect()
});

/// The signature the platform expects for `payload` at `timestamp`; none without a secret or where
/// `payload` is not JSON.
#[must_use]
pub fn expected(keys: &Keyring, payload: &str, timestamp: &str) -> Option<String> {
    let canonical = crate::platform::canonical(payload).ok()?;
    Some(signature::sign(keys.secret_key.as_ref()?, canonical.as_bytes(), timestamp))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::secret::Secret;

    const TIMESTAMP: &str = "1778659835";

    fn keys() -> Keyring {
        let secret = |value: &str| Some(Secret::new(value.to_owned()));
        Keyring {
            api_key: secret("pk_live_MARKERapi8x2"),
            secret_key: secret("sk_live_MARKER7f3k9q2x8v1m4n6b"),
            sandbox_api_key: secret("pk_test_MARKERapi1"),
            sandbox_secret_key: secret("sk_test_MARKERsecret1"),
        }
    }

    fn named(explained: &Explained) -> &'static str {
        match explained {
            Explained::Right => "right",
            Explained::Mistake(mistake) => mistake.name,
            Explained::Unexplained => "unexplained",
        }
    }

    fn of(payload_name: &str, recipe: &Recipe, keys: &Keyring) -> &'static str {
        let text = payload(payload_name).expect("is known").text;
        let signature =
            recipe.sign(keys, Node::parse(text).ok().as_ref(), text, TIMESTAMP).expect("signs");
        named(&explain(keys, text, TIMESTAMP, &signature))
    }

    #[test]
    fn the_platforms_signature_is_right() {
        for payload in PAYLOADS {
            let signature = expected(&keys(), payload.text, TIMESTAMP).expect("signs");
            assert_eq!(
                named(&explain(&keys(), payload.text, TIMESTAMP, &signature)),
                "right",
                "{}",
                payload.name
            );
        }
    }

    #[test]
    fn every_slip_is_told_by_a_payload_that_shows_it() {
        let padded = || Keyring {
            secret_key: Some(Secret::new(" sk_live_MARKERk \n".to_owned())),
            ..keys()
        };
        for slip in SLIPS {
            let shown_by = match slip.part {
                Part::Sort => "nested",
                Part::Slashes => "slashes",
                Part::Letters => "hindi",
                Part::Html => "ampersand",
                Part::Decimals => "decimal",
                Part::Integers => "big-id",
                Part::Spaces
                | Part::Message
                | Part::Key
                | Part::Digest
                | Part::Encoding
                | Part::All => "flat",
            };
            let keys = if slip.mistake.name == "trimmed-secret" { padded() } else { keys() };
            let mut recipe = Recipe::RIGHT;
            (slip.apply)(&mut recipe);
            assert_eq!(of(shown_by, &recipe, &keys), slip.mistake.name);
        }
    }

    #[test]
    fn two_slips_at_once_are_told() {
        let mut php = Recipe::RIGHT;
        (php.form.slashes, php.encoding) = (true, Encoding::Base64);
        assert_eq!(of("slashes", &php, &keys()), "escaped-slashes+base64");
        let mut python = Recipe::RIGHT;
        (python.form.spaced, python.form.unicode) = (true, true);
        assert_eq!(of("hindi", &python, &keys()), "spaces+unicode-escapes");
        let known = by_name("spaces+unicode-escapes").expect("is known");
        assert!(known.words.contains(", and ") && known.fix.contains(". "));
    }

    #[test]
    fn a_certain_payload_is_signed_alike_by_all_who_sort_and_write_compactly() {
        for payload in PAYLOADS.iter().filter(|payload| payload.certain) {
            let right = Recipe::RIGHT.form;
            let node = Node::parse(payload.text).expect("JSON");
            for form in [
                Form { unicode: true, ..right },
                Form { html: true, ..right },
                Form { decimals: Decimals::Shortest, ..right },
                Form { decimals: Decimals::OneDigit, ..right },
                Form { rounded_integers: true, ..right },
            ] {
                assert_eq!(form.write(&node), right.write(&node), "{}", payload.name);
            }
        }
    }

    #[test]
    fn noise_is_unexplained() {
        for signature in ["", "0", &"0".repeat(64)] {
            assert_eq!(
                named(&explain(&keys(), PAYLOADS[0].text, TIMESTAMP, signature)),
                "unexplained"
            );
        }
    }

    #[test]
    fn javascript_rounds_big_integers_like_this() {
        let node = Node::parse("[90071992547409931,9007199254740991,123456789012345678901]")
            .expect("JSON");
        assert_eq!(
            Form { rounded_integers: true, ..Form::CANONICAL }.write(&node),
            "[90071992547409940,9007199254740991,123456789012345680000]"
        );
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = KNOWN.iter().map(|known| known.mistake.name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    /// Signatures that Node, PHP and Python really give with the habits of each.
    #[test]
    fn the_habits_of_node_php_and_python_are_told() {
        let order = r#"{"service_type":"DIGITAL","return_url":"https://merchant.example/return?a=1","order_id":6116229263036,"order_currency":"INR","order_amount":105,"customer":{"name":"Test","email":"t@example.com","phone":"9800000000"}}"#;
        let name = r#"{"order_id":"1","customer":{"name":"अजय"}}"#;
        let keys = Keyring {
            secret_key: Some(Secret::new("sk_test_example_secret".to_owned())),
            ..Keyring::default()
        };
        for (text, signature, mistake) in [
            (order, "018e7ad4979ea63fc7b5a4e52deb23b2f08dc9cf93dea2bbc58b7b36ab0c621f", "right"),
            (
                order,
                "f7c626be61a4f6f2423589d63bda3373dd19373e3e9a771ddeb5e970e814e99d",
                "top-level-sort",
            ),
            (
                order,
                "046bd5cc109700efa95cdfc25b58e97349aed2e3cf0f58cd0dfbb54a9628d571",
                "escaped-slashes",
            ),
            (order, "781df8afc60a6ed95abcb2a3cec6746c2402fafc0535bfc12d23d5a8925ea4f6", "spaces"),
            (
                name,
                "72e96eda2aedd5b669001abeb0cc77f683c91f41ee8dfcc028661e4cbd2159a4",
                "unicode-escapes",
            ),
        ] {
            assert_eq!(named(&explain(&keys, text, TIMESTAMP, signature)), mistake);
        }
    }
}
