//! Deliveries that are signed under a wrong signing variant: each is valid under that one alone.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::{Delivery, Keyring, OrderId, Secret, SigningKeys};
use crate::platform::signature;
use crate::platform::signing::table::*;
use crate::platform::signing::{Deviation, Diagnosis, Misreading, Reading, Variant, diagnose};

fn secret(value: &str) -> Option<Secret> {
    Some(Secret::new(value.to_owned()))
}

fn ring(live: &str) -> Keyring {
    Keyring {
        api_key: secret("pk_live_MARKERapi8x2"),
        secret_key: secret(live),
        sandbox_api_key: secret("pk_test_MARKERapi1"),
        sandbox_secret_key: secret("sk_test_MARKERsecret1"),
        ..Keyring::default()
    }
}

const USUAL: &str = "sk_live_MARKER7f3k9q2x8v1m4n6b";
const PADDED: &str = " \"sk_live_0123456789abcdef0123\" ";

/// Everything that could be tried on a receiver that reads the rest so.
fn all(beside_the_body: &[Variant]) -> Vec<&'static Misreading> {
    let beside: Vec<Deviation> = beside_the_body.iter().copied().map(Deviation::from).collect();
    let mut all: Vec<_> = first().collect();
    all.extend(spellings(&[], &beside));
    all.extend(spellings(&[Variant::DataAlone.into()], &beside));
    all
}

/// A delivery as it would go out: body, timestamp, signature. None where the keys do not give
/// it.
fn composed(misreading: &'static Misreading, ring: &Keyring) -> Option<(Vec<u8>, String, String)> {
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
            assert!(signature.contains(['+', '/', '-', '_']), "{name} at {second}: {signature}");
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
    for beside in
        [&[][..], &[Variant::TimestampFirst], &[Variant::MillisecondsHeader, Variant::SeparatorDot]]
    {
        let all = all(beside);
        let names: BTreeSet<&str> = all.iter().map(|misreading| misreading.name).collect();
        assert_eq!(names.len(), all.len());
        for misreading in &all {
            assert!(
                std::ptr::eq(Misreading::named(misreading.name).expect("is known"), *misreading),
                "{}",
                misreading.name
            );
        }
    }
    assert!(everywhere().count() <= 12);
    for nonsense in
        ["reading-nonsense", "control-before", "reading-base64+base64url", "spelling-php-body.x"]
    {
        assert!(Misreading::named(nonsense).is_none(), "{nonsense}");
    }
}

#[test]
fn one_receiver_is_asked_at_most_two_hundred_times() {
    assert!(
        first().count() + spellings(&[], &[Variant::TimestampFirst.into()]).len() < 200,
        "{}",
        first().count()
    );
}

#[test]
fn every_delivery_is_valid_under_its_reading_and_under_no_other() {
    for secret in [USUAL, PADDED] {
        let ring = ring(secret);
        for rest in [&[][..], &[Variant::TimestampFirst, Variant::Base64]] {
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
    let not_made: Vec<&str> = all(&[])
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
    for misreading in all(&[])
        .into_iter()
        .filter(|misreading| !misreading.verifies && misreading.variants().len() == 1)
    {
        let Some((body, timestamp, signature)) = composed(misreading, &ring) else { continue };
        let Diagnosis::Readings(found) = diagnose(&ring, &body, &timestamp, &signature) else {
            panic!("{}", misreading.name)
        };
        let names: Vec<String> = found.iter().map(Reading::name).collect();
        let own = misreading
            .variants()
            .iter()
            .map(|variant| variant.name())
            .collect::<Vec<_>>()
            .join("+");
        let sorted = |name: &str| name.split('+').map(str::to_owned).collect::<BTreeSet<_>>();
        let own_or_nearer = names.iter().any(|name| {
            sorted(name) == sorted(&own) || name.split('+').count() < own.split('+').count()
        });
        assert!(own_or_nearer, "{own} was called {names:?}");
    }
}
