//! Secrets that no prefix gives away: a value that a name calls the platform's secret.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

use crate::model::{Entropy, HitKind, Origin, Weight};
use crate::platform::keys;
use crate::scan::match_context::{OTHER, words};
use crate::scan::rule::{Levels, LiteralContext, Match, Reach, Rule, Topic, is_word};

/// The shortest and the longest value that is taken for a secret: what is longer is sealed or no
/// secret.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=128;

/// How far before a value words may say that it is another environment's.
const NEAR: usize = 240;

/// What may follow the word in a name. `…_SECRET_ARN`, `…_SECRET_NAME` and the like name no value.
const TAILS: [&str; 10] = [
    "",
    "key",
    "value",
    "token",
    "live",
    "prod",
    "production",
    "keylive",
    "keyprod",
    "keyproduction",
];

/// A value under the name of the platform's secret.
pub(super) const NAMED_SECRET: Rule = Rule {
    id: "named-secret",
    topic: Topic::Secrets,
    what: "a value that is called the platform's secret",
    why: "Whoever reads it can sign payouts and report payments that never happened.",
    fix: "Take it out, load it from the environment or a secret store, and replace the key: treat \
          it as compromised and rotate it.",
    literals: &["ecret", "ECRET"],
    look,
    levels: Levels {
        config: Weight::Failure,
        code: Weight::Warning,
        selected: Weight::Failure,
        untracked_production: Weight::Information,
        open_to_all: Weight::Warning,
        ..Levels::USUAL
    },
    reach: Reach::PlatformText,
    finds: &[
        "KWIKPAISA_SECRET=q8w7e6r5t4y3u2i1o9p0",
        "ENV KWIKPAISA_SECRET_KEY q8w7e6r5t4y3u2i1o9p0",
        "  KWIKPAISA_SECRET_KEY: \"q8w7e6r5t4y3u2i1o9p0\"",
        "      - KWIKPAISA_SECRET=q8w7e6r5t4y3u2i1o9p0",
        "  - name: KWIKPAISA_SECRET_KEY\n    value: q8w7e6r5t4y3u2i1o9p0",
        "kwikpaisa_secret_key = \"q8w7e6r5t4y3u2i1o9p0\"",
        "{\"kwikpaisaSecretKey\": \"q8w7e6r5t4y3u2i1o9p0\"}",
        "kwikpaisa-secret: cThXN2U2cjV0NHkzdTJpMW85cDA=",
    ],
    spares: &[
        "KWIKPAISA_SECRET=",
        "KWIKPAISA_SECRET=${KWIKPAISA_SECRET_FROM_VAULT_1}",
        "KWIKPAISA_SECRET: {{ vault_kwikpaisa_secret_2026 }}",
        "KWIKPAISA_SECRET_KEY: ${{ secrets.KWIKPAISA_SECRET_KEY_2 }}",
        "kwikpaisaSecret = process.env.KWIKPAISA_SECRET_2026",
        "const kwikpaisaSecret = getenv2026secretvalue('X')",
        "KWIKPAISA_SECRET_ARN=arn:aws:secretsmanager:ap-south-1:123456789012:secret:pay-a1b2c3",
        "KWIKPAISA_SECRET_ID=9f2c4d8e1a7b3c5d9f2c4d8e",
        "KWIKPAISA_SECRET=vault:secret/data/pay2026a#key",
        "KWIKPAISA_SECRET=/run/secrets/kwikpaisa2026a1b2",
        "KWIKPAISA_SECRET=projects/4711/secrets/pay-live-key/versions/12",
        "KWIKPAISA_SECRET_KEY: ENC[AES256_GCM,data:q8w7e6r5t4y3u2i1o9p0,type:str]",
        "KWIKPAISA_SECRET_KEY: AgBy3i4OJSWKPiTySYZZA9rO43cGDEqAgBy3i4OJSWKPiTySYZZA9rO43cGDEqAgBy3i4OJSWKPiTySYZZA9rO43cGDEqAgBy3i4OJSWKPiTySYZZA9rO43cGDEqAgBy3i4OJSWK",
        "KWIKPAISA_SECRET_KEY=sk_live_MARKER7f3k9q2x8v1m4n6b",
        "KWIKPAISA_SECRET_KEY: c2tfbGl2ZV9NQVJLRVI3ZjNrOXEyeDh2MW00bjZi",
        "KWIKPAISA_SECRET_KEY=YOUR_SECRET_KEY_GOES_HERE",
        "SHOP_SECRET=q8w7e6r5t4y3u2i1o9p0",
        "KWIKPAISA_TEST_SECRET=q8w7e6r5t4y3u2i1o9p0",
        "staging:\n  kwikpaisa_secret: q8w7e6r5t4y3u2i1o9p0",
        "KWIKPAISA_SECRET_KEY == q8w7e6r5t4y3u2i1o9p0",
    ],
};

fn look(sight: &LiteralContext<'_>) -> Option<Match> {
    let name = sight.run(|byte| is_word(byte) || byte == b'-' || byte == b'.');
    let words = sight.text(name.clone()).to_ascii_lowercase();
    let last = words.rfind("ecret")?;
    let tail: String = words[last + 5..]
        .trim_start_matches('s')
        .chars()
        .filter(|c| !matches!(c, '_' | '-'))
        .collect();
    let here = sight.at - name.start;
    if !words.contains("kwik") || last != here || !TAILS.contains(&tail.as_str()) {
        return None;
    }
    let start = value_after(sight, name.end)?;
    let is_value = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/_-=".contains(byte);
    let rest = &sight.bytes[start..sight.bytes.len().min(start + 400)];
    let length = rest.iter().take_while(|byte| is_value(byte)).count();
    let ends = rest
        .get(length)
        .is_none_or(|byte| byte.is_ascii_whitespace() || b"\"'`,;}#\\<&".contains(byte));
    let value = std::str::from_utf8(&rest[..length]).ok()?;
    if !ends
        || !is_secret(value.trim_end_matches('='))
        || is_of_another_environment(&sight.bytes[start.saturating_sub(NEAR)..start])
    {
        return None;
    }
    let shown = sight.text(name.clone());
    let excerpt = if length >= 20 {
        format!("{shown}=…{}", &value[length - 4..])
    } else {
        format!("{shown}=…")
    };
    Some(Match { range: start..start + length, excerpt, kind: HitKind::Real })
}

/// Whether words before a value speak of another environment than production.
fn is_of_another_environment(before: &[u8]) -> bool {
    let text = String::from_utf8_lossy(before);
    words(&text).any(|word| OTHER.contains(&word.to_ascii_lowercase().as_str()))
}

/// Where the value begins that is assigned to a name which ends at `end`.
pub(super) fn value_after(sight: &LiteralContext<'_>, end: usize) -> Option<usize> {
    let bytes = sight.bytes;
    let skip = |at: usize, of: &[u8]| {
        at + bytes[at..].iter().take(64).take_while(|byte| of.contains(byte)).count()
    };
    let quoted = skip(end, b"\"'`]");
    let at = skip(quoted, b" \t");
    let line = bytes[..sight.at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
    let rest = &bytes[at..];
    let assigned = match rest {
        [b'=', b'=', ..] => return None,
        [b'=', b'>', ..] | [b':', b'=', ..] => at + 2,
        [b'=' | b':', ..] => at + 1,
        // `- name: NAME`, and the value on a line of its own.
        [b'\r' | b'\n', ..] => {
            let next = skip(at, b"\r\n \t");
            let value = bytes[next..]
                .strip_prefix(b"value:")
                .or_else(|| bytes[next..].strip_prefix(b"\"value\":"))?;
            bytes.len() - value.len()
        }
        _ if at > quoted && bytes[line..].trim_ascii_start().starts_with(b"ENV ") => at,
        _ => return None,
    };
    Some(skip(skip(assigned, b" \t"), b"\"'`"))
}

/// Whether a value is one that somebody made at random, and none that another rule knows.
fn is_secret(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let facts = keys::facts(value, Origin::Literal);
    let speaks =
        ["secret", "kwik", "vault", "k_live_", "k_test_"].iter().any(|word| lower.contains(word));
    let is_path = value.starts_with('/') || value.matches('/').count() > value.len() / 12 + 1;
    let mixed = value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let decoded = BASE64_NOPAD
        .decode(value.as_bytes())
        .or_else(|_| BASE64URL_NOPAD.decode(value.as_bytes()))
        .unwrap_or_default();
    let known = decoded.windows(7).any(|window| matches!(window, b"k_live_" | b"k_test_"));
    let stand_in = std::str::from_utf8(&decoded)
        .is_ok_and(|text| keys::facts(text, Origin::Literal).placeholder.is_some());
    LENGTHS.contains(&value.len())
        && mixed
        && facts.entropy == Entropy::High
        && facts.placeholder.is_none()
        && !speaks
        && !is_path
        && !known
        && !stand_in
}
