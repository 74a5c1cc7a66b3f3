//! What a key looks like.

use std::ops::Range;

use super::hosts::{self, HostKind};
use serde::{Deserialize, Serialize};

use super::secret::{
    Damage, Entropy, Origin, Placeholder, Prefix, SecretFacts, Slot, bare, is_blank, is_quote,
};
use super::text::is_invisible;

/// What a value may carry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Carried {
    /// A `pk_test_` or `sk_test_` key, or the configured sandbox key itself.
    SandboxKey,
    /// A live key.
    LiveKey,
    /// A host of the sandbox or of a previous generation of the API.
    SandboxHost(String),
    /// The production host.
    ProductionHost,
    /// A plain `http://` address of the platform.
    PlainHttp,
    /// The configured secret of this slot.
    Configured(Slot),
}

/// The prefixes of the platform's keys. `sk_live_` is INFERRED: no page prints it.
const PREFIXES: [(&str, Prefix); 8] = [
    ("pk_live_", Prefix::ApiLive),
    ("pk_test_", Prefix::ApiTest),
    ("sk_live_", Prefix::SecretLive),
    ("sk_test_", Prefix::SecretTest),
    ("midKey_", Prefix::Previous),
    ("midsalt_", Prefix::Previous),
    ("mid_", Prefix::Previous),
    ("key_", Prefix::Previous),
];

/// Values that pages and samples print.
const DOCUMENTED: [&str; 4] =
    ["sk_test_example_secret", "generated_signature", "generated_timestamp", "generated_api_key"];

/// Words that stand-ins are made of. A value made of nothing else is one.
const STAND_IN_WORDS: [&str; 76] = [
    "a",
    "abc",
    "actual",
    "add",
    "api",
    "apikey",
    "asdf",
    "bar",
    "baz",
    "be",
    "change",
    "changed",
    "changeit",
    "changeme",
    "changethis",
    "client",
    "default",
    "demo",
    "dummy",
    "enter",
    "example",
    "fake",
    "filled",
    "fixme",
    "foo",
    "foobar",
    "from",
    "generated",
    "goes",
    "here",
    "id",
    "in",
    "insert",
    "key",
    "kwikpaisa",
    "live",
    "me",
    "merchant",
    "mock",
    "my",
    "nil",
    "none",
    "null",
    "passwd",
    "password",
    "paste",
    "pk",
    "placeholder",
    "prod",
    "production",
    "provided",
    "put",
    "real",
    "redacted",
    "replace",
    "replaceme",
    "sample",
    "sandbox",
    "secret",
    "secretkey",
    "set",
    "signature",
    "sk",
    "string",
    "tbd",
    "test",
    "testing",
    "the",
    "this",
    "timestamp",
    "to",
    "todo",
    "token",
    "undefined",
    "value",
    "your",
];

/// The facts about a secret that may be known without knowing it. `equals` is left empty.
#[must_use]
pub fn facts(value: &str, origin: Origin) -> SecretFacts {
    let bare = bare(value);
    let (prefix, rest) = split_prefix(bare);
    let placeholder = placeholder(bare);
    SecretFacts {
        origin,
        prefix,
        length: value.len(),
        damage: damage(value),
        placeholder,
        entropy: if placeholder.is_some() { Entropy::Low } else { entropy(rest) },
        equals: Vec::new(),
    }
}

/// What an arbitrary value carries of the platform's: keys, hosts, plain-HTTP addresses. Sorted,
/// each once. Stand-ins such as `sk_test_xxxxxxxxx` are no keys. Whether it holds a configured
/// secret is for the caller to add.
#[must_use]
pub fn carried(value: &str) -> Vec<Carried> {
    let mut carries = carried_keys(value);
    for host in hosts_in(value) {
        match hosts::classify(host.name) {
            HostKind::Production => carries.push(Carried::ProductionHost),
            HostKind::Sandbox | HostKind::PreviousUat | HostKind::FirstGeneration => {
                carries.push(Carried::SandboxHost(host.name.to_ascii_lowercase()));
            }
            HostKind::OtherPlatform if hosts::reads_as_test(host.name) => {
                carries.push(Carried::SandboxHost(host.name.to_ascii_lowercase()));
            }
            HostKind::OtherPlatform => {}
            HostKind::Site | HostKind::LookAlike(_) | HostKind::Other => continue,
        }
        if host.plain_http {
            carries.push(Carried::PlainHttp);
        }
    }
    carries.sort();
    carries.dedup();
    carries
}

fn carried_keys(value: &str) -> Vec<Carried> {
    let carried = |(kind, _, _)| match kind {
        Prefix::ApiTest | Prefix::SecretTest => Carried::SandboxKey,
        Prefix::ApiLive | Prefix::SecretLive | Prefix::Previous | Prefix::None => Carried::LiveKey,
    };
    keys_in(value).map(carried).collect()
}

/// Where a text spells out what can hardly be anything but a key: a prefix of the platform's, then
/// at least nine letters and digits, both. Stand-ins are none, nor is a name such as
/// `sk_live_backup`.
pub fn written_in(text: &str) -> impl Iterator<Item = Range<usize>> {
    keys_in(text).filter_map(|(_, at, key)| {
        let rest = split_prefix(key).1;
        let mixed = rest.contains(|c: char| c.is_ascii_digit())
            && rest.contains(|c: char| c.is_ascii_alphabetic());
        (rest.len() >= 9 && mixed).then_some(at..at + key.len())
    })
}

/// What reads as a key in a value: its kind, where it begins, and the key.
fn keys_in(value: &str) -> impl Iterator<Item = (Prefix, usize, &str)> {
    PREFIXES[..4].iter().flat_map(move |(prefix, kind)| {
        value.match_indices(prefix).filter_map(move |(at, _)| {
            let starts_a_word = !value[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let key = value[at..]
                .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-'))
                .next()
                .unwrap_or_default();
            (starts_a_word && placeholder(key).is_none()).then_some((*kind, at, key))
        })
    })
}

/// A name inside of a value that reads as a host.
struct HostIn<'a> {
    name: &'a str,
    plain_http: bool,
}

/// Runs of host characters with a dot in them, but for user info and mailbox names, which an `@`
/// follows.
fn hosts_in(value: &str) -> impl Iterator<Item = HostIn<'_>> {
    let is_host = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    value.split(move |c: char| !is_host(c)).filter(|name| name.contains('.')).filter_map(
        move |name| {
            let start = name.as_ptr() as usize - value.as_ptr() as usize;
            let after = &value[start + name.len()..];
            let before = value[..start].to_ascii_lowercase();
            let scheme = match before.strip_suffix('@') {
                Some(user) => user.rfind("://").map_or("", |at| &user[..at + 3]),
                None => &before,
            };
            let plain_http = scheme.ends_with("http://");
            (!after.starts_with('@'))
                .then_some(HostIn { name: name.trim_start_matches(['.', '-']), plain_http })
        },
    )
}

fn split_prefix(bare: &str) -> (Prefix, &str) {
    PREFIXES
        .iter()
        .find_map(|(prefix, kind)| bare.strip_prefix(prefix).map(|rest| (*kind, rest)))
        .unwrap_or((Prefix::None, bare))
}

/// What copying did to a value.
#[must_use]
pub fn damage(value: &str) -> Vec<Damage> {
    let is_break =
        |c: char| matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let after_mark = value.strip_prefix('\u{feff}').unwrap_or(value);
    let between_breaks = after_mark.trim_matches(is_break);
    let core = after_mark.trim();
    let inner = bare(value);
    let found = [
        (Damage::Empty, is_blank(value)),
        (Damage::Padded, between_breaks != between_breaks.trim()),
        (Damage::InnerSpace, core.chars().any(|c| c.is_whitespace() && !is_break(c))),
        (
            Damage::LineBreak,
            value.contains(is_break) || core.ends_with("\\n") || core.ends_with("\\r"),
        ),
        (Damage::Quotes, core.starts_with(is_quote) || core.ends_with(is_quote)),
        (Damage::ByteOrderMark, value.starts_with('\u{feff}')),
        (Damage::Invisible, after_mark.chars().any(|c| is_invisible(c) && !c.is_whitespace())),
        (
            Damage::NotAscii,
            inner.chars().any(|c| !c.is_ascii() && !is_invisible(c) && !is_break(c)),
        ),
    ];
    found.into_iter().filter_map(|(damage, is)| is.then_some(damage)).collect()
}

/// Whether a bare value is a stand-in. A random key never is: each rule takes a run or a make-up
/// that chance does not give.
fn placeholder(bare: &str) -> Option<Placeholder> {
    let lower = bare.to_ascii_lowercase();
    let unexpanded = ["${", "$(", "{{", "#{", "<%", "process.env", "os.environ", "getenv("]
        .iter()
        .any(|mark| lower.contains(mark))
        || lower.strip_prefix('$').is_some_and(is_name)
        || lower.strip_prefix('%').and_then(|rest| rest.strip_suffix('%')).is_some_and(is_name);
    if bare.is_empty() {
        return None;
    }
    if unexpanded {
        return Some(Placeholder::Unexpanded);
    }
    let rest = PREFIXES
        .iter()
        .find_map(|(prefix, _)| lower.strip_prefix(&prefix.to_ascii_lowercase()))
        .unwrap_or(&lower);
    let all_x = !rest.is_empty() && rest.chars().all(|c| c == 'x');
    if all_x || lower.contains("xxxxxxxx") || DOCUMENTED.contains(&lower.as_str()) {
        return Some(Placeholder::Documentation);
    }
    let enclosed = [('<', '>'), ('[', ']'), ('{', '}')]
        .iter()
        .any(|(open, close)| rest.starts_with(*open) && rest.ends_with(*close));
    let first = rest.chars().next();
    let one_character = rest.chars().all(|c| Some(c) == first);
    let counted = rest.len() >= 3
        && [
            "0123456789012345678901234567890123456789",
            "abcdefghijklmnopqrstuvwxyz",
            "0123456789abcdef0123456789abcdef",
        ]
        .iter()
        .any(|row| row.contains(rest));
    let speaking = [
        "changeme",
        "change_me",
        "change-me",
        "replaceme",
        "replace_me",
        "replace-me",
        "placeholder",
        "your_",
        "your-",
        "your ",
    ]
    .iter()
    .any(
        |mark| if mark.starts_with("your") { rest.starts_with(mark) } else { rest.contains(mark) },
    );
    (enclosed || one_character || counted || speaking || is_made_of_words(rest))
        .then_some(Placeholder::Template)
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether every word is one of [`STAND_IN_WORDS`], at most a short number after it.
fn is_made_of_words(text: &str) -> bool {
    let mut words =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).peekable();
    words.peek().is_some()
        && words.all(|word| {
            let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
            word.len() - letters.len() <= 6
                && (STAND_IN_WORDS.contains(&letters)
                    || letters.chars().all(|c| c == 'x') && !letters.is_empty())
        })
}

/// Length times Shannon entropy of the characters, corrected for the few there are (Miller and
/// Madow).
fn entropy(rest: &str) -> Entropy {
    let mut counts = std::collections::BTreeMap::<char, f64>::new();
    for c in rest.chars() {
        *counts.entry(c).or_default() += 1.0;
    }
    let length: f64 = counts.values().sum();
    if length == 0.0 {
        return Entropy::Low;
    }
    let shannon: f64 =
        counts.values().map(|count| -(count / length) * (count / length).log2()).sum();
    let kinds: f64 = counts.values().map(|_| 1.0).sum();
    let correction = (kinds - 1.0) / (2.0 * length) * std::f64::consts::LOG2_E;
    match length * (shannon + correction) {
        bits if bits < 40.0 => Entropy::Low,
        bits if bits < 80.0 => Entropy::Fair,
        _ => Entropy::High,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> SecretFacts {
        facts(value, Origin::Literal)
    }

    /// Keys as an issuer would draw them, from a fixed sequence.
    fn drawn(alphabet: &[u8], length: usize, many: usize) -> Vec<String> {
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            alphabet[usize::try_from(state % alphabet.len() as u64).expect("small")] as char
        };
        (0..many).map(|_| (0..length).map(|_| next()).collect()).collect()
    }

    #[test]
    fn tells_prefixes() {
        for (value, prefix) in [
            ("pk_live_a", Prefix::ApiLive),
            ("pk_test_a", Prefix::ApiTest),
            ("sk_live_a", Prefix::SecretLive),
            (" \"sk_test_a\"\n", Prefix::SecretTest),
            ("mid_9f", Prefix::Previous),
            ("key_9f", Prefix::Previous),
            ("midKey_9f", Prefix::Previous),
            ("midsalt_9f", Prefix::Previous),
            ("PK_LIVE_a", Prefix::None),
            ("", Prefix::None),
        ] {
            assert_eq!(of(value).prefix, prefix, "{value:?}");
        }
    }

    #[test]
    fn names_each_damage() {
        for (value, damage) in [
            ("sk_live_MARKER7f3k9q2x8v1m4n6b", vec![]),
            ("", vec![Damage::Empty]),
            ("\"\"", vec![Damage::Empty, Damage::Quotes]),
            ("  ", vec![Damage::Empty, Damage::Padded]),
            (" MARKERk", vec![Damage::Padded]),
            ("MARKERk\t", vec![Damage::Padded]),
            ("MAR KERk", vec![Damage::InnerSpace]),
            ("MARKERk\n", vec![Damage::LineBreak]),
            ("MARKERk\r\n", vec![Damage::LineBreak]),
            ("MARKERk \n", vec![Damage::Padded, Damage::LineBreak]),
            ("MARKERk\\n", vec![Damage::LineBreak]),
            ("MAR\nKER", vec![Damage::LineBreak]),
            ("'MARKERk'", vec![Damage::Quotes]),
            ("\u{201c}MARKERk\u{201d}", vec![Damage::Quotes]),
            ("\u{feff}MARKERk", vec![Damage::ByteOrderMark]),
            ("MARKER\u{200b}k", vec![Damage::Invisible]),
            ("MARKERk\u{200b}", vec![Damage::Invisible]),
            ("MARKER\u{feff}k", vec![Damage::Invisible]),
            ("MАRKERk", vec![Damage::NotAscii]),
        ] {
            assert_eq!(of(value).damage, damage, "{value:?}");
        }
    }

    #[test]
    fn tells_stand_ins() {
        for value in [
            "pk_live_xxxxxxxxx",
            "PK_TEST_XXXXXXXXX",
            "sk_test_xxxxxxxxx",
            "sk_test_example_secret",
            "GENERATED_SIGNATURE",
            "pk_live_x",
            "xxxx",
        ] {
            assert_eq!(of(value).placeholder, Some(Placeholder::Documentation), "{value}");
        }
        for value in [
            "YOUR_SECRET_KEY",
            "your-api-key-here",
            "sk_live_your_key_from_the_dashboard",
            "changeme",
            "sk_live_CHANGE_ME",
            "<api key>",
            "pk_live_<key>",
            "[secret]",
            "TODO",
            "pk_live_",
            "pk_live_...",
            "sk_live_********",
            "sk_live_1234567890",
            "sk_live_abcdef",
            "secret123",
            "password123",
            "sk_live_test",
            "null",
            "my-secret-key",
            "sk_live_replace_me_please",
            "00000000",
        ] {
            assert_eq!(of(value).placeholder, Some(Placeholder::Template), "{value}");
        }
        for value in [
            "${KWIKPAISA_SECRET}",
            "$KWIKPAISA_SECRET",
            "%SECRET%",
            "{{ secret }}",
            "$(vault read x)",
            "process.env.SECRET",
            "pk_live_${KEY}",
        ] {
            assert_eq!(of(value).placeholder, Some(Placeholder::Unexpanded), "{value}");
        }
        for value in [
            "",
            "sk_live_MARKER7f3k9q2x8v1m4n6b",
            "pk_live_MARKER",
            "sk_live_4646464445",
            "kjh23kjh4",
            "sk_live_marker_live",
        ] {
            assert_eq!(of(value).placeholder, None, "{value}");
        }
    }

    #[test]
    fn random_keys_are_no_stand_ins_and_hard_to_guess() {
        let alphabets: [&[u8]; 3] = [
            b"0123456789abcdef",
            b"0123456789abcdefghijklmnopqrstuvwxyz",
            b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_",
        ];
        for (alphabet, length) in alphabets.into_iter().zip([28, 24, 24]) {
            for key in drawn(alphabet, length, 2_000) {
                for value in [format!("sk_live_{key}"), key] {
                    let facts = of(&value);
                    assert_eq!(
                        (facts.placeholder, facts.entropy, facts.damage),
                        (None, Entropy::High, vec![]),
                        "{value}"
                    );
                }
            }
        }
    }

    #[test]
    fn guessable_values_are_low_and_short_ones_fair() {
        for value in [
            "aaaaaaaa",
            "password123",
            "sk_live_aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "sk_live_abababababababababab",
            "sk_live_",
            "hunter2",
        ] {
            assert_eq!(of(value).entropy, Entropy::Low, "{value}");
        }
        assert_eq!(of("sk_live_7f3k9q2x8v1m").entropy, Entropy::Fair);
    }

    #[test]
    fn finds_keys_and_hosts_inside_of_values() {
        let sandbox = |host: &str| Carried::SandboxHost(host.to_owned());
        for (value, expected) in [
            ("sk_test_MARKER9f2", vec![Carried::SandboxKey]),
            ("key=pk_test_MARKER9f2;x", vec![Carried::SandboxKey]),
            ("sk_test_xxxxxxxxx", vec![]),
            ("mysk_test_MARKER9f2", vec![]),
            ("pk_live_MARKER9f2", vec![Carried::LiveKey]),
            ("https://sandbox.kwikpaisa.com/api/v3", vec![sandbox("sandbox.kwikpaisa.com")]),
            ("UAT.API.kwikpaisa.com", vec![sandbox("uat.api.kwikpaisa.com")]),
            ("https://pispp.kwikpaisa.com/CheckOut/Status", vec![sandbox("pispp.kwikpaisa.com")]),
            ("https://payout-uat.kwikpaisa.com", vec![sandbox("payout-uat.kwikpaisa.com")]),
            ("https://api.kwikpaisa.com", vec![Carried::ProductionHost]),
            ("http://api.kwikpaisa.com:80/x", vec![Carried::ProductionHost, Carried::PlainHttp]),
            (
                "http://user:pw@sandbox.kwikpaisa.com",
                vec![sandbox("sandbox.kwikpaisa.com"), Carried::PlainHttp],
            ),
            (
                "a=https://sandbox.kwikpaisa.com,b=https://api.kwikpaisa.com",
                vec![sandbox("sandbox.kwikpaisa.com"), Carried::ProductionHost],
            ),
            ("https://sandbox.kwikpaisa.com@evil.example", vec![]),
            ("ops@kwikpaisa.com, https://www.kwikpaisa.com, https://shop.example", vec![]),
            ("http://shop.example,api.kwikpaisa.com", vec![Carried::ProductionHost]),
            ("http://shop.example?next=https://api.kwikpaisa.com", vec![Carried::ProductionHost]),
        ] {
            assert_eq!(carried(value), expected, "{value}");
        }
    }

    #[test]
    fn finds_keys_in_the_middle_of_a_text() {
        let found =
            |text: &str| written_in(text).map(|range| text[range].to_owned()).collect::<Vec<_>>();
        assert_eq!(
            found("a = \"x?key=sk_live_MARKER7f3k9&b\" # pk_test_MARKER4d8s1"),
            ["pk_test_MARKER4d8s1", "sk_live_MARKER7f3k9"]
        );
        for innocent in [
            "sk_live_xxxxxxxxx",
            "sk_live_backup",
            "secrets/sk_live_key",
            "task_live_MARKER7f3k9q2x",
            "sk_live_20261122000",
            "sk_live_",
        ] {
            assert!(found(innocent).is_empty(), "{innocent}");
        }
    }
}
