//! Every reading is named when it alone was used.

use std::collections::BTreeSet;
use std::time::Duration;

use data_encoding::{BASE64, HEXLOWER};

use crate::platform::secret::Secret;
use crate::platform::signature;
use crate::platform::signing::variant::Part;
use crate::platform::signing::*;

const TIMESTAMP: &str = "1778659835";
const SECRET: &str = " \"sk_live_MARKER7f3k9q2x8v1m4n6b\" ";
/// With all that a language or a reader may change, and a nested object.
const BODY: &str = "\u{feff} {\"z\": {\"n\": \"a/b\", \"b\": {}}, \"event\": \"payment.success\", \
                    \"name\": \"अ<it's>\",\r\n \"id\": 90071992547409931, \"data\": \
                    {\"order_id\": \"7\", \"amount\": 105.00, \"created_at\": \"14-05-2026\", \
                    \"utr\": null}} \n";

fn keys(secret: &str) -> Keyring {
    let secret_of = |value: &str| Some(Secret::new(value.to_owned()));
    Keyring {
        api_key: secret_of("pk_live_MARKERapi8x2"),
        secret_key: secret_of(secret),
        sandbox_api_key: secret_of("pk_test_MARKERapi1"),
        sandbox_secret_key: secret_of("sk_test_MARKERsecret1"),
        ..Keyring::default()
    }
}

fn names(diagnosis: &Diagnosis) -> Vec<String> {
    match diagnosis {
        Diagnosis::Right => vec!["right".to_owned()],
        Diagnosis::Readings(readings) => readings.iter().map(Reading::name).collect(),
        Diagnosis::Unexplained { .. } => vec!["unexplained".to_owned()],
    }
}

fn way(choice: &Choice) -> String {
    choice.ways[0].iter().map(|variant| variant.name()).collect::<Vec<_>>().join("+")
}

/// Signs with one choice in place of the right one, for each choice, and sees that it is named.
/// Returns all names it knows of.
fn each_is_named(body: &str, timestamp: &str, secret: &str) -> BTreeSet<&'static str> {
    let keys = keys(secret);
    let node = Node::parse(body.trim_start_matches('\u{feff}')).ok();
    let (bodies, times) =
        (choices::bodies(body.as_bytes(), node.as_ref()), choices::times(timestamp, node.as_ref()));
    let (separators, secrets) =
        (choices::separators(), choices::keys(&keys).expect("has a secret"));
    let mut known = BTreeSet::new();
    let check = |expected: String, digest: Vec<u8>| {
        let found = names(&diagnose(&keys, body.as_bytes(), timestamp, &HEXLOWER.encode(&digest)));
        assert!(found.contains(&expected), "{expected} was called {found:?}");
    };
    let sign = |key: &Choice, parts: [&[u8]; 3]| Algorithm::HmacSha256.digest(&key.bytes, &parts);
    let time = times[0].bytes.as_slice();
    for choice in &bodies[1..] {
        let digest = sign(&secrets[0], [&choice.bytes, b"", time]);
        check(way(choice), digest);
    }
    for choice in &times[1..] {
        check(way(choice), sign(&secrets[0], [&bodies[0].bytes, b"", &choice.bytes]));
    }
    for choice in &separators[1..] {
        check(way(choice), sign(&secrets[0], [&bodies[0].bytes, &choice.bytes, time]));
    }
    for choice in &secrets[1..] {
        check(way(choice), sign(choice, [&bodies[0].bytes, b"", time]));
    }
    for (hash, variant) in choices::hashes() {
        let Some(variant) = variant else { continue };
        check(variant.name().to_owned(), hash.digest(&secrets[0].bytes, &[&bodies[0].bytes, time]));
        known.insert(variant.name());
    }
    check("timestamp-first".to_owned(), sign(&secrets[0], [time, b"", &bodies[0].bytes]));
    let choices = [bodies, times, separators, secrets];
    known.extend(
        choices
            .iter()
            .flatten()
            .flat_map(|choice| &choice.ways)
            .flatten()
            .map(|variant| variant.name()),
    );
    known
}

#[test]
fn each_wrong_part_is_named() {
    let mut known = each_is_named(BODY, TIMESTAMP, SECRET);
    known.extend(each_is_named(
        r#"{"order_id":"7","amount":"105.00"}"#,
        " 1778659835123 ",
        "sk_live_0123456789abcdef0123",
    ));
    known.extend(each_is_named(
        r#"{"order_id":"7","amount":"105.00"}"#,
        "1778659835123",
        "sk_live_MARKERk",
    ));
    for variant in Variant::ALL {
        // `spelling`, `near`, `request` and `table` have tests of their own.
        let elsewhere = match variant.part() {
            Part::Body | Part::Separator | Part::Key | Part::Hash => false,
            Part::Timestamp => {
                matches!(variant, Variant::AnotherTimestamp | Variant::MillisecondsHeader)
            }
            _ => true,
        };
        assert!(known.contains(variant.name()) || elsewhere, "{} is never offered", variant.name());
    }
}

#[test]
fn the_right_signature_is_right_and_another_is_not_explained() {
    let right =
        signature::sign(&Secret::new("sk_live_MARKERk".to_owned()), BODY.as_bytes(), TIMESTAMP);
    assert_eq!(
        names(&diagnose(&keys("sk_live_MARKERk"), BODY.as_bytes(), TIMESTAMP, &right)),
        ["right"]
    );
    match diagnose(&keys("sk_live_MARKERother"), BODY.as_bytes(), TIMESTAMP, &right) {
        Diagnosis::Unexplained { tried, digest } => assert!(digest && tried > 2_000, "{tried}"),
        other => panic!("{other:?}"),
    }
    for noise in ["", "0", "hello world", "zz"] {
        assert!(
            matches!(
                diagnose(&keys(SECRET), b"{}", TIMESTAMP, noise),
                Diagnosis::Unexplained { digest: false, .. }
            ),
            "{noise}"
        );
    }
    assert!(matches!(
        diagnose(&Keyring::default(), b"{}", TIMESTAMP, &right),
        Diagnosis::Unexplained { tried: 0, .. }
    ));
}

#[test]
fn three_wrong_parts_and_an_encoding_are_named() {
    let body = r#"{"event":"payment.success","data":{"order_id":"7"}}"#;
    let keys = keys("sk_live_MARKERk");
    let digest = Algorithm::HmacSha256.digest(
        b"sk_live_MARKERk\n",
        &[TIMESTAMP.as_bytes(), b".", br#"{"data":{"order_id":"7"},"event":"payment.success"}"#],
    );
    let found = names(&diagnose(&keys, body.as_bytes(), TIMESTAMP, &BASE64.encode(&digest)));
    assert_eq!(found, ["unexplained"], "four parts are one too many");
    let digest = Algorithm::HmacSha256.digest(
        b"sk_live_MARKERk",
        &[TIMESTAMP.as_bytes(), b".", br#"{"data":{"order_id":"7"},"event":"payment.success"}"#],
    );
    let found = names(&diagnose(&keys, body.as_bytes(), TIMESTAMP, &BASE64.encode(&digest)));
    assert_eq!(found, ["sorted-body+timestamp-first+separator-dot+base64"]);
}

#[test]
fn the_previous_generations_checksum_is_named_as_such() {
    let body = r#"{"order_id":"7","amount":"100","app_id":"9"}"#;
    let digest = Algorithm::HmacSha256.digest(b"sk_live_MARKERk", &[b"amount100app_id9order_id7"]);
    let found =
        diagnose(&keys("sk_live_MARKERk"), body.as_bytes(), TIMESTAMP, &BASE64.encode(&digest));
    assert_eq!(names(&found), ["previous-generation"]);
}

#[test]
fn another_second_and_a_millisecond_are_named_with_the_distance() {
    for (signed, words) in [
        ("1778659838", "3 s later"),
        ("1778659600", "235 s earlier"),
        ("1778659835123", "in milliseconds"),
    ] {
        let signature = signature::sign(&Secret::new("sk_live_MARKERk".to_owned()), b"{}", signed);
        let Diagnosis::Readings(found) =
            diagnose(&keys("sk_live_MARKERk"), b"{}", TIMESTAMP, &signature)
        else {
            panic!("{signed}")
        };
        assert_eq!(found[0].name(), "another-timestamp");
        assert!(
            found[0].detail.as_ref().is_some_and(|detail| detail.as_str().contains(words)),
            "{:?}",
            found[0].detail
        );
    }
}

#[test]
fn several_readings_that_fit_are_all_named() {
    let signature = signature::sign(&Secret::new("sk_live_MARKERk".to_owned()), b"{}\n", TIMESTAMP);
    let found = names(&diagnose(&keys("sk_live_MARKERk"), b"{}", TIMESTAMP, &signature));
    assert_eq!(found, ["separator-newline", "body-with-line-break"]);
}

#[test]
fn a_timestamp_of_any_shape_is_no_trouble() {
    for timestamp in [
        "",
        " ",
        "soon",
        "-1",
        "99999999999999999999",
        "9223372036854775807",
        "१२३",
        "1778659835123456789",
    ] {
        assert_eq!(
            names(&diagnose(&keys("sk_live_MARKERk"), b"\xff\x00", timestamp, &"0".repeat(64))),
            ["unexplained"],
            "{timestamp}"
        );
    }
}

#[test]
fn long_bodies_are_searched_less_deep() {
    let tried = |length: usize| match diagnose(
        &keys("sk_live_MARKERk"),
        &vec![b'x'; length],
        TIMESTAMP,
        &"0".repeat(64),
    ) {
        Diagnosis::Unexplained { tried, .. } => tried,
        other => panic!("{other:?}"),
    };
    let (short, long) = (tried(100), tried(LONG + 1));
    assert!(short > 2 * long && long > 2 * tried(VERY_LONG + 1), "{short} {long}");
    assert!(short < 20_000, "{short} signatures take longer than milliseconds");
    assert!(Duration::from_secs(NEAR.unsigned_abs()) == Duration::from_secs(300));
}
