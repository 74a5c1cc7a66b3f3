//! Known ways to get the signature wrong.

use std::sync::LazyLock;

use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};

use crate::platform::digest::Algorithm;
use crate::platform::form::{Decimals, JsonForm, Node, Sort};
use crate::platform::secret::Keyring;
use crate::platform::signature;
use crate::platform::signing::variant::{Part, Variant};

pub use crate::platform::payloads::{PAYLOADS, Payload, payload};

/// A known mistake: one variant, or two at once.
#[derive(Debug, PartialEq, Eq)]
pub struct RequestMistake {
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
    Mistake(&'static RequestMistake),
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
pub fn by_name(name: &str) -> Option<&'static RequestMistake> {
    KNOWN.iter().map(|known| &known.mistake).find(|mistake| mistake.name == name)
}

/// Everything that goes into a signature, each part right or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Recipe {
    form: JsonForm,
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
        form: JsonForm::CANONICAL,
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

/// A variant, and what it makes of a recipe.
type Single = (Variant, fn(&mut Recipe));

/// Single variants, the likeliest first, and what each makes of a recipe.
const SINGLES: &[Single] = &[
    (Variant::TopLevelSort, |r| r.form.sort = Sort::TopLevel),
    (Variant::NoSort, |r| r.form.sort = Sort::Nowhere),
    (Variant::EscapedSlashes, |r| r.form.slashes = true),
    (Variant::Spaces, |r| r.form.spaced = true),
    (Variant::UnicodeEscapes, |r| r.form.unicode = true),
    (Variant::HtmlEscapes, |r| r.form.html = true),
    (Variant::ShortenedDecimals, |r| r.form.decimals = Decimals::Shortest),
    (Variant::OneDigitDecimals, |r| r.form.decimals = Decimals::OneDigit),
    (Variant::RoundedIntegers, |r| r.form.rounded_integers = true),
    (Variant::TimestampFirst, |r| r.message = Message::TimestampFirst),
    (Variant::TimestampMissing, |r| r.message = Message::PayloadOnly),
    (Variant::Milliseconds, |r| r.message = Message::Milliseconds),
    (Variant::SeparatorDot, |r| r.message = Message::PayloadThenTimestamp(".")),
    (Variant::SeparatorColon, |r| r.message = Message::PayloadThenTimestamp(":")),
    (Variant::SeparatorBar, |r| r.message = Message::PayloadThenTimestamp("|")),
    (Variant::SeparatorSpace, |r| r.message = Message::PayloadThenTimestamp(" ")),
    (Variant::SeparatorNewline, |r| r.message = Message::PayloadThenTimestamp("\n")),
    (Variant::SeparatorComma, |r| r.message = Message::PayloadThenTimestamp(",")),
    (Variant::ApiKeyAsSecret, |r| r.key = Key::Api),
    (Variant::SandboxSecret, |r| r.key = Key::SandboxSecret),
    (Variant::TrimmedSecret, |r| r.key = Key::Trimmed),
    (Variant::SecretWithLineBreak, |r| r.key = Key::WithLineBreak),
    (Variant::SecretWithoutPrefix, |r| r.key = Key::WithoutPrefix),
    (Variant::UpperCaseHex, |r| r.encoding = Encoding::UpperHex),
    (Variant::Base64, |r| r.encoding = Encoding::Base64),
    (Variant::Base64url, |r| r.encoding = Encoding::UrlBase64),
    (Variant::Base64OfHex, |r| r.encoding = Encoding::Base64OfHex),
    (Variant::Sha256Prefix, |r| r.encoding = Encoding::Sha256Equals),
    (Variant::Sha1, |r| r.digest = Algorithm::HmacSha1),
    (Variant::Sha512, |r| r.digest = Algorithm::HmacSha512),
    (Variant::SwappedArguments, |r| r.digest = Algorithm::Swapped),
    (Variant::PlainHashSecretFirst, |r| r.digest = Algorithm::PlainSecretFirst),
    (Variant::PlainHashSecretLast, |r| r.digest = Algorithm::PlainSecretLast),
    (Variant::PreviousGeneration, |r| {
        r.message = Message::KeysAndValues;
        r.encoding = Encoding::Base64;
    }),
];

/// A mistake and what it makes of a signature.
struct Known {
    mistake: RequestMistake,
    recipe: Recipe,
}

/// Single variants, then every two that can happen together. Names and words of the pairs are made
/// once and kept.
static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let made = |singles: &[&Single]| {
        let mut recipe = Recipe::RIGHT;
        singles.iter().for_each(|(_, apply)| apply(&mut recipe));
        let joined = |of: fn(Variant) -> &'static str, between: &str| -> &'static str {
            match singles {
                [(one, _)] => of(*one),
                both => both
                    .iter()
                    .map(|(variant, _)| of(*variant))
                    .collect::<Vec<_>>()
                    .join(between)
                    .leak(),
            }
        };
        let mistake = RequestMistake {
            name: joined(Variant::name, "+"),
            words: joined(Variant::words, ", and "),
            fix: joined(Variant::fix, ". "),
        };
        Known { mistake, recipe }
    };
    let pairs = SINGLES
        .iter()
        .enumerate()
        .flat_map(|(at, first)| SINGLES[at + 1..].iter().map(move |second| (first, second)));
    let pairs = pairs.filter(|((one, _), (other, _))| go_together(one.part(), other.part()));
    let singles = SINGLES.iter().map(|single| made(&[single]));
    singles.chain(pairs.map(|(first, second)| made(&[first, second]))).collect()
});

/// Two variants in one place exclude each other. What stands between payload and timestamp, their
/// order and the timestamp itself are one place here.
fn go_together(one: Part, other: Part) -> bool {
    let in_message = |part: Part| matches!(part, Part::Timestamp | Part::Order | Part::Separator);
    one != other && !(in_message(one) && in_message(other)) && ![one, other].contains(&Part::Whole)
}

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
            ..Keyring::default()
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
    fn every_variant_is_told_by_a_payload_that_shows_it() {
        let padded = || Keyring {
            secret_key: Some(Secret::new(" sk_live_MARKERk \n".to_owned())),
            ..keys()
        };
        for (variant, apply) in SINGLES {
            let shown_by = match variant.part() {
                Part::KeyOrder => "nested",
                Part::Slashes => "slashes",
                Part::Letters => "hindi",
                Part::Html => "ampersand",
                Part::Decimals => "decimal",
                Part::Integers => "big-id",
                _ => "flat",
            };
            let keys = if *variant == Variant::TrimmedSecret { padded() } else { keys() };
            let mut recipe = Recipe::RIGHT;
            apply(&mut recipe);
            assert_eq!(of(shown_by, &recipe, &keys), variant.name());
        }
    }

    #[test]
    fn two_variants_at_once_are_told() {
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
                JsonForm { unicode: true, ..right },
                JsonForm { html: true, ..right },
                JsonForm { decimals: Decimals::Shortest, ..right },
                JsonForm { decimals: Decimals::OneDigit, ..right },
                JsonForm { rounded_integers: true, ..right },
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
            JsonForm { rounded_integers: true, ..JsonForm::CANONICAL }.write(&node),
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
