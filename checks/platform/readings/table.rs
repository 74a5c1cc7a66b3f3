//! The wrong readings that are tried on a receiver, the likeliest first.

use super::misreading::{Misreading, Sample};

/// All but the body: on a body that most write anew as it was, so that what is wrong here shows
/// whatever the receiver does to bodies.
const BESIDE_THE_BODY: &[&str] = &[
    // What is signed, and in which order.
    "timestamp-missing",
    "timestamp-first",
    "separator-dot",
    "timestamp-first+separator-dot",
    "separator-colon",
    "separator-bar",
    "separator-newline",
    "separator-space",
    "separator-comma",
    "separator-ampersand",
    "separator-dash",
    "timestamp-first+separator-colon",
    "timestamp-first+separator-bar",
    "timestamp-first+separator-newline",
    "timestamp-first+separator-space",
    "timestamp-first+separator-comma",
    "timestamp-first+separator-ampersand",
    "timestamp-first+separator-dash",
    // The key.
    "sandbox-secret",
    "api-key-as-secret",
    "sandbox-api-key",
    "trimmed-secret",
    "unquoted-secret",
    "quoted-secret",
    "quoted-secret.1",
    "secret-with-line-break",
    "secret-with-line-break.1",
    "secret-with-line-break.2",
    "secret-without-prefix",
    "secret-from-base64",
    "secret-from-base64.1",
    "secret-from-base64.2",
    "secret-from-hex",
    "secret-in-base64",
    "empty-secret",
    "undefined-secret",
    "undefined-secret.1",
    "undefined-secret.2",
    // The timestamp.
    "milliseconds-header",
    "milliseconds",
    "seconds",
    "timestamp-from-body",
    "undefined-timestamp",
    "undefined-timestamp.1",
    "undefined-timestamp.2",
    "undefined-timestamp.3",
    "decimal-timestamp",
    "iso-timestamp",
    "iso-timestamp.1",
    "iso-timestamp.2",
    // The digest.
    "base64",
    "upper-case-hex",
    "sha256-prefix",
    "base64url",
    "base64url.1",
    "base64-of-hex",
    "sha512",
    "sha1",
    "sha384",
    "swapped-arguments",
    "plain-hash-secret-last",
    "plain-hash-secret-first",
    "plain-hash-without-secret",
    // Bodies that no writing anew gives.
    "python-body",
    "data-alone",
    "data-alone+python-body",
    "replacer-body",
    "empty-body",
    "object-object",
    "php-array",
    "python-dict",
    "encoded-twice",
    "body-base64",
    "keys-and-values",
    // The previous generation's.
    "keys-and-values+timestamp-missing+base64",
    "keys-and-values+timestamp-missing",
    "keys-and-values+base64",
    // Two that come together, as with other providers.
    "timestamp-missing+base64",
    "timestamp-missing+sha256-prefix",
    "timestamp-missing+upper-case-hex",
    "timestamp-missing+base64url",
    "timestamp-first+base64",
    "timestamp-first+sha256-prefix",
    "timestamp-first+upper-case-hex",
    "timestamp-first+separator-dot+base64",
    "timestamp-first+separator-dot+sha256-prefix",
    "separator-dot+base64",
    "separator-dot+sha256-prefix",
    "separator-bar+base64",
    "timestamp-missing+sha512",
    "timestamp-missing+sha1",
    "timestamp-missing+plain-hash-secret-last",
    "timestamp-missing+plain-hash-secret-first",
    "timestamp-missing+swapped-arguments",
    "timestamp-missing+sha512+base64",
    "timestamp-first+sha512",
    "timestamp-first+plain-hash-secret-last",
    "timestamp-first+plain-hash-secret-first",
    "sha512+base64",
    "sha1+base64",
    "sha512+upper-case-hex",
    "timestamp-missing+sandbox-secret",
    "timestamp-missing+api-key-as-secret",
    "timestamp-missing+secret-without-prefix",
    "timestamp-missing+secret-from-base64",
    "timestamp-first+sandbox-secret",
    "timestamp-first+api-key-as-secret",
    "timestamp-first+separator-dot+sandbox-secret",
    "separator-dot+sandbox-secret",
    "separator-dot+api-key-as-secret",
    "api-key-as-secret+base64",
    "sandbox-secret+base64",
    "secret-from-base64+base64",
    "separator-dot+secret-from-base64+base64",
    "milliseconds-header+timestamp-first",
    "milliseconds-header+timestamp-first+separator-dot",
    "milliseconds-header+separator-dot",
    "milliseconds-header+base64",
    "milliseconds+timestamp-first",
    "milliseconds+timestamp-first+separator-dot",
    "milliseconds+separator-dot",
    "python-body+timestamp-missing",
    "python-body+timestamp-first",
    "python-body+separator-dot",
    "python-body+base64",
    "data-alone+timestamp-missing",
    "replacer-body+timestamp-missing",
];

/// What a receiver may make of a body before it signs; with a language's name alone, keys stay in
/// their order.
const LANGUAGES: &[&str] = &[
    "javascript-body",
    "php-body",
    "php-plain-body",
    "php-slashes-body",
    "php-letters-body",
    "python-body",
    "python-compact-body",
    "python-letters-body",
    "python-compact-letters-body",
    "go-body",
    "java-body",
    "gson-body",
    "dotnet-body",
    "newtonsoft-body",
];
const SORTINGS: &[&str] = &["", "+sorted", "+top-level-sorted"];
const OTHER_SPELLINGS: &[&str] = &[
    "compact-body",
    "sorted-body",
    "top-level-sorted-body",
    "replacer-body",
    "trimmed-body",
    "unix-line-breaks",
    "windows-line-breaks",
];

/// Those that are tried on every receiver, also on one that does right: a few that are common
/// elsewhere.
const EVERYWHERE: [(Sample, &str); 10] = [
    (Sample::Plain, "timestamp-first"),
    (Sample::Plain, "separator-dot"),
    (Sample::Plain, "timestamp-first+separator-dot"),
    (Sample::Plain, "milliseconds"),
    (Sample::Plain, "api-key-as-secret"),
    (Sample::Plain, "plain-hash-secret-last"),
    (Sample::Telling, "javascript-body"),
    (Sample::Telling, "php-body"),
    (Sample::Telling, "python-body"),
    (Sample::Telling, "sorted-body"),
];

/// What is tried first: everything that shows on a plain body.
pub fn first() -> impl Iterator<Item = &'static Misreading> {
    BESIDE_THE_BODY.iter().map(|mistakes| made(Sample::Plain, mistakes))
}

/// What is tried on every receiver.
pub fn everywhere() -> impl Iterator<Item = &'static Misreading> {
    EVERYWHERE.iter().map(|(sample, mistakes)| made(*sample, mistakes))
}

/// What is tried next, once it is known how the receiver reads all but the body, in the words of
/// [`Misreading::beside_the_body`]; nothing for the platform's rule. `within` is
/// [`Misreading::body`] of a body that shows on the plain one already.
#[must_use]
pub fn spellings(within: &str, beside_the_body: &str) -> Vec<&'static Misreading> {
    let with = |body: &str| {
        let between = if body.is_empty() || beside_the_body.is_empty() { "" } else { "+" };
        made(Sample::Telling, &format!("{body}{between}{beside_the_body}"))
    };
    if within.starts_with("data-alone") {
        return std::iter::once("data-alone".to_owned())
            .chain(LANGUAGES.iter().map(|language| format!("data-alone+{language}")))
            .map(|body| with(&body))
            .collect();
    }
    let written_anew =
        within.is_empty() || LANGUAGES.contains(&within) || OTHER_SPELLINGS.contains(&within);
    if !written_anew {
        return Vec::new();
    }
    let as_it_came = (!beside_the_body.is_empty()).then(|| with(""));
    let sorted = SORTINGS
        .iter()
        .flat_map(|sorting| LANGUAGES.iter().map(move |language| format!("{language}{sorting}")));
    let others = OTHER_SPELLINGS.iter().map(|body| (*body).to_owned());
    as_it_came.into_iter().chain(others.chain(sorted).map(|body| with(&body))).collect()
}

fn made(sample: Sample, mistakes: &str) -> &'static Misreading {
    Misreading::of(sample, mistakes).expect("a test sees that all of them are known")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use jiff::Timestamp;

    use super::*;
    use crate::model::{Delivery, Keyring, OrderId, Secret, SigningKeys};
    use crate::platform::readings::{Diagnosis, Reading, diagnose};
    use crate::platform::signature;

    fn secret(value: &str) -> Option<Secret> {
        Some(Secret::new(value.to_owned()))
    }

    fn ring(live: &str) -> Keyring {
        Keyring {
            api_key: secret("pk_live_MARKERapi8x2"),
            secret_key: secret(live),
            sandbox_api_key: secret("pk_test_MARKERapi1"),
            sandbox_secret_key: secret("sk_test_MARKERsecret1"),
        }
    }

    const USUAL: &str = "sk_live_MARKER7f3k9q2x8v1m4n6b";
    const PADDED: &str = " \"sk_live_0123456789abcdef0123\" ";

    /// Everything that could be tried on a receiver that reads the rest so.
    fn all(beside_the_body: &str) -> Vec<&'static Misreading> {
        let mut all: Vec<_> = first().collect();
        all.extend(spellings("", beside_the_body));
        all.extend(spellings("data-alone", beside_the_body));
        all
    }

    /// A delivery as it would go out: body, timestamp, signature. None where the keys do not give
    /// it.
    fn composed(
        misreading: &'static Misreading,
        ring: &Keyring,
    ) -> Option<(Vec<u8>, String, String)> {
        let wrong = Secret::new("sk_live_MARKERwrong".to_owned());
        let keys = SigningKeys::of(ring.secret_key.as_ref()?, ring, &wrong);
        let at = Timestamp::from_second(1_778_659_835).expect("in range");
        let request = Delivery::under(misreading)
            .compose(&OrderId::new("golive-1", "1.00", false), at, at, &keys)
            .ok()?;
        let header = |name| {
            request.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
        };
        Some((request.body.clone(), header("X-TIMESTAMP")?, header("X-SIGNATURE")?))
    }

    #[test]
    fn the_alphabets_of_base64_are_told_apart_whatever_the_digest() {
        let ring = ring(USUAL);
        let secret = ring.secret_key.as_ref().expect("a secret");
        let keys = SigningKeys::of(secret, &ring, secret);
        for name in ["reading-base64", "reading-base64url", "reading-base64url.1"] {
            let misreading = Misreading::named(name).expect("a reading");
            for second in 1_778_659_000..1_778_659_100 {
                let at = Timestamp::from_second(second).expect("in range");
                let request = Delivery::under(misreading)
                    .compose(&OrderId::new("golive-1", "1.00", false), at, at, &keys)
                    .expect("a reading");
                let signature = &request
                    .headers
                    .iter()
                    .find(|(known, _)| *known == "X-SIGNATURE")
                    .expect("signed")
                    .1;
                assert!(
                    signature.contains(['+', '/', '-', '_']),
                    "{name} at {second}: {signature}"
                );
            }
        }
    }

    /// What a receiver with that reading expects of what arrives.
    fn expected(
        misreading: &Misreading,
        ring: &Keyring,
        body: &[u8],
        timestamp: &str,
    ) -> Option<String> {
        let secret = ring.secret_key.as_ref()?;
        let keys = SigningKeys::of(secret, ring, secret);
        misreading.sign_for(&keys, body, timestamp)
    }

    #[test]
    fn every_name_is_known_and_stands_once() {
        for mistakes in ["", "timestamp-first", "milliseconds-header+separator-dot"] {
            let all = all(mistakes);
            let names: BTreeSet<&str> = all.iter().map(|misreading| misreading.name).collect();
            assert_eq!(names.len(), all.len());
            for misreading in &all {
                assert!(
                    std::ptr::eq(
                        Misreading::named(misreading.name).expect("is known"),
                        *misreading
                    ),
                    "{}",
                    misreading.name
                );
            }
        }
        assert!(everywhere().count() <= 12);
        for nonsense in [
            "reading-nonsense",
            "control-before",
            "reading-base64+base64url",
            "spelling-php-body.x",
        ] {
            assert!(Misreading::named(nonsense).is_none(), "{nonsense}");
        }
    }

    #[test]
    fn one_receiver_is_asked_at_most_two_hundred_times() {
        assert!(
            first().count() + spellings("", "timestamp-first").len() < 200,
            "{}",
            first().count()
        );
    }

    #[test]
    fn every_delivery_is_valid_under_its_reading_and_under_no_other() {
        for secret in [USUAL, PADDED] {
            let ring = ring(secret);
            for rest in ["", "timestamp-first+base64"] {
                let all = all(rest);
                let made: Vec<_> = all
                    .iter()
                    .filter_map(|misreading| Some((*misreading, composed(misreading, &ring)?)))
                    .collect();
                type Expected<'a> = Vec<(&'a str, String)>;
                let mut expects: BTreeMap<(&[u8], &str), Expected<'_>> = BTreeMap::new();
                for (misreading, (body, timestamp, signature)) in &made {
                    let expects = expects.entry((body, timestamp)).or_insert_with(|| {
                        let others = made
                            .iter()
                            .map(|(other, _)| *other)
                            .filter(|other| other.sample == misreading.sample);
                        others
                            .filter_map(|other| {
                                Some((other.name, expected(other, &ring, body, timestamp)?))
                            })
                            .collect()
                    });
                    let taking: Vec<&str> = expects
                        .iter()
                        .filter(|(_, expected)| expected == signature)
                        .map(|(name, _)| *name)
                        .collect();
                    // The same but for the unit of the time, which only a receiver that looks at
                    // the clock can tell.
                    let in_seconds = misreading.name.replace("milliseconds-header+", "");
                    let others: Vec<&&str> = taking
                        .iter()
                        .filter(|name| **name != misreading.name && **name != in_seconds)
                        .collect();
                    assert!(
                        others.is_empty() && taking.contains(&misreading.name),
                        "{} under {others:?}",
                        misreading.name
                    );
                    let right = signature::verify(
                        ring.secret_key.as_ref().expect("a secret"),
                        body,
                        timestamp,
                        signature,
                    );
                    assert_eq!(right, misreading.verifies, "{}", misreading.name);
                }
            }
        }
    }

    #[test]
    fn nearly_all_can_be_made_of_usual_keys() {
        let not_made: Vec<&str> = all("")
            .into_iter()
            .filter(|one| composed(one, &ring(USUAL)).is_none())
            .map(|misreading| misreading.name)
            .collect();
        assert_eq!(
            not_made,
            ["reading-trimmed-secret", "reading-unquoted-secret", "reading-secret-from-hex"]
        );
    }

    #[test]
    fn the_doctor_for_captured_signatures_names_the_same() {
        let ring = ring(USUAL);
        for misreading in all("")
            .into_iter()
            .filter(|misreading| !misreading.verifies && misreading.mistakes().len() == 1)
        {
            let Some((body, timestamp, signature)) = composed(misreading, &ring) else { continue };
            let Diagnosis::Readings(found) = diagnose(&ring, &body, &timestamp, &signature) else {
                panic!("{}", misreading.name)
            };
            let names: Vec<String> = found.iter().map(Reading::name).collect();
            let own = misreading
                .mistakes()
                .iter()
                .map(|mistake| mistake.name)
                .collect::<Vec<_>>()
                .join("+");
            let sorted = |name: &str| name.split('+').map(str::to_owned).collect::<BTreeSet<_>>();
            let own_or_nearer = names.iter().any(|name| {
                sorted(name) == sorted(&own) || name.split('+').count() < own.split('+').count()
            });
            assert!(own_or_nearer, "{own} was called {names:?}");
        }
    }
}
