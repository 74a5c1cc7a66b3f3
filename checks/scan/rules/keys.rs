//! Keys of the platform, written out as they are, in Base64 or in hex; and the configured secrets
//! themselves.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};

use crate::model::{Entropy, HitKind, Origin, Placeholder, Prefix, Weight};
use crate::platform::keys;
use crate::scan::rule::{Levels, LiteralContext, Match, Reach, Rule, Topic, is_word};

/// Part of each live key's prefix in Base64 at each of the three alignments, and in hex.
const LIVE_ENCODED: [&str; 5] =
    ["tfbGl2ZV", "rX2xpdmVf", "a19saXZlX", "6b5f6c6976655f", "6B5F6C6976655F"];
/// The same for sandbox keys.
const TEST_ENCODED: [&str; 5] =
    ["tfdGVzdF", "rX3Rlc3Rf", "a190ZXN0X", "6b5f746573745f", "6B5F746573745F"];

/// How near words must stand to say whose key it is.
const NEIGHBOURS: usize = 300;
/// Others whose keys begin the same way.
const OTHERS: [&str; 6] = ["stripe", "paystack", "clerk", "flutterwave", "lemonsqueezy", "polar"];

/// A live secret key.
pub const LIVE_SECRET: Rule = Rule {
    id: "live-secret",
    topic: Topic::Secrets,
    what: "a live secret key",
    why: "Whoever reads it can sign payouts and report payments that never happened.",
    fix: "Take it out, load it from the environment or a secret store, and replace the key: treat \
          it as compromised and rotate it.",
    literals: &[
        "sk_live_",
        LIVE_ENCODED[0],
        LIVE_ENCODED[1],
        LIVE_ENCODED[2],
        LIVE_ENCODED[3],
        LIVE_ENCODED[4],
    ],
    look: |sight| look(sight, Prefix::SecretLive, "sk_live_"),
    levels: Levels {
        config: Weight::Failure,
        elsewhere: Weight::Warning,
        selected: Weight::Failure,
        comment: Weight::Failure,
        open_to_all: Weight::Warning,
        untracked_production: Weight::Information,
        ..Levels::USUAL
    },
    reach: Reach::Everything,
    finds: &[
        "secret = 'sk_live_MARKER7f3k9q2x8v1m4n6b'",
        "KWIKPAISA_SECRET_KEY=sk_live_MARKER7f3k9q2x8v1m4n6b",
        "{\"secret\":\"sk_live_MARKER-7f3k9q2x8v1m4n6b\"}",
        "c2tfbGl2ZV9NQVJLRVI3ZjNrOXEyeDh2MW00bjZi",
        "e: YTpza19saXZlX01BUktFUjdmM2s5cTJ4OHYxbTRuNmI=",
        "IHNrX2xpdmVfTUFSS0VSN2YzazlxMng4djFtNG42Yg",
        "hex('736b5f6c6976655f4d41524b455237663366396b32783876316d346e3662')",
        "736B5F6C6976655F4D41524B455237663366396B32783876316D346E3662",
        "// sk_live_MARKER7f3k9q2x8v1m4n6b",
        "GET /pay?key%3Dsk_live_MARKER7f3k9q2x8v1m4n6b",
        "<a data-key=\"\\u0022sk_live_MARKER7f3k9q2x8v1m4n6b\\u0022\">",
        "'\\x22sk_live_MARKER7f3k9q2x8v1m4n6b'",
        "const k = 'sk_live_' + 'MARKER7f3k9q2x8v1m4n6b';",
        "$k = \"sk_live_\" . \"MARKER7f3k9q2x8v1m4n6b\";",
        "sk_live_9fK3xQ7v",
        "sk_live_9fK3xQ",
        "sk_live_4646464445",
        "sk_live_xxxxxxxxx",
        "sk_live_YOUR_SECRET_KEY",
    ],
    spares: &[
        "sk_live_",
        "if key.startswith('sk_live_'):",
        "/^sk_live_[A-Za-z0-9]+$/",
        "sk_live_backup",
        "sk_live_v2",
        "['sk_live_', 'MARKER7f3k9q2x8v1m4n6b']",
        "'sk_live_' + suffix1234567 + 'x'",
        "task_live_MARKER7f3k9q2x",
        "sk_live_key_of_the_shop",
        "disk_live_20261122000",
        "XXtfbGl2ZVXX",
        "pk_live_MARKER7f3k9q2x8v1m4n6b",
    ],
};

/// A live API key.
pub(super) const LIVE_API_KEY: Rule = Rule {
    id: "live-api-key",
    topic: Topic::Secrets,
    what: "a live API key",
    why: "It names the account on every call, and with the secret key it is all that a call takes.",
    fix: "Load it from the environment beside the secret key, and keep it out of what browsers \
          and phones get.",
    literals: &[
        "pk_live_",
        LIVE_ENCODED[0],
        LIVE_ENCODED[1],
        LIVE_ENCODED[2],
        LIVE_ENCODED[3],
        LIVE_ENCODED[4],
    ],
    look: |sight| look(sight, Prefix::ApiLive, "pk_live_"),
    levels: Levels {
        production: Weight::Warning,
        code: Weight::Warning,
        selected: Weight::Warning,
        comment: Weight::Warning,
        without_platform: Weight::Information,
        untracked_production: Weight::Information,
        ..Levels::USUAL
    },
    reach: Reach::Everything,
    finds: &[
        "key = 'pk_live_MARKER4d8s1k6w3z9c5t2y'",
        "X-API-KEY: pk_live_MARKER4d8s1k6w3z9c5t2y",
        "cGtfbGl2ZV9NQVJLRVI0ZDhzMWs2dzN6OWM1dDJ5",
        "pk_live_xxxxxxxxx",
    ],
    spares: &["pk_live_", "pk_live_customers", "sk_live_MARKER7f3k9q2x8v1m4n6b", "PK_LIVE_KEY=1"],
};

/// A secret key of the sandbox.
pub(super) const SANDBOX_SECRET: Rule = Rule {
    id: "sandbox-secret",
    topic: Topic::Sandbox,
    what: "a secret key of the sandbox",
    why: "Production refuses it, and a webhook handler that knows it accepts made-up payments \
          from the sandbox.",
    fix: "Load the key from the environment, and keep sandbox keys in the configuration of the \
          test environment alone.",
    literals: &[
        "sk_test_",
        TEST_ENCODED[0],
        TEST_ENCODED[1],
        TEST_ENCODED[2],
        TEST_ENCODED[3],
        TEST_ENCODED[4],
    ],
    look: |sight| look(sight, Prefix::SecretTest, "sk_test_"),
    levels: SANDBOX,
    reach: Reach::Everything,
    finds: &[
        "secret = 'sk_test_MARKER2b7n4x9q1w5e8r3t'",
        "c2tfdGVzdF9NQVJLRVIyYjduNHg5cTF3NWU4cjN0",
        "sk_test_xxxxxxxxx",
        "sk_test_example_secret",
    ],
    spares: &["sk_test_", "risk_test_2026112200", "sk_test_helper", "mask_test_MARKER2b7n4x9q"],
};

/// An API key of the sandbox.
pub(super) const SANDBOX_API_KEY: Rule = Rule {
    id: "sandbox-api-key",
    topic: Topic::Sandbox,
    what: "an API key of the sandbox",
    why: "Production answers 401 to it.",
    fix: "Load the key from the environment, and keep sandbox keys in the configuration of the \
          test environment alone.",
    literals: &[
        "pk_test_",
        TEST_ENCODED[0],
        TEST_ENCODED[1],
        TEST_ENCODED[2],
        TEST_ENCODED[3],
        TEST_ENCODED[4],
    ],
    look: |sight| look(sight, Prefix::ApiTest, "pk_test_"),
    levels: SANDBOX,
    reach: Reach::Everything,
    finds: &[
        "key: pk_test_MARKER9f2k4m7p1s6v3x8z",
        "cGtfdGVzdF9NQVJLRVI5ZjJrNG03cDFzNnYzeDh6",
        "pk_test_xxxxxxxxx",
    ],
    spares: &["pk_test_", "pk_test_suite", "apk_test_MARKER9f2k4m7p"],
};

/// Sandbox keys are at home in tests, and in files of a developer's own.
const SANDBOX: Levels = Levels { without_platform: Weight::Warning, ..Levels::USUAL };

/// The value of a configured secret. Only observing can look for it: the value itself is not among
/// the facts.
pub const OWN_SECRET: Rule = Rule {
    id: "own-secret",
    topic: Topic::Secrets,
    what: "the value of a secret that golive.toml names",
    why: "This is the key in use, as it is, in Base64, in hex or URL-encoded: whoever reads the \
          file has it.",
    fix: "Take it out, load it from where golive.toml takes it, and replace the key: treat it as \
          compromised and rotate it.",
    literals: &[],
    look: |_| None,
    levels: Levels {
        config: Weight::Failure,
        elsewhere: Weight::Failure,
        selected: Weight::Failure,
        comment: Weight::Failure,
        open_to_all: Weight::Warning,
        untracked_production: Weight::Information,
        ..Levels::USUAL
    },
    reach: Reach::Everything,
    finds: &[],
    spares: &[],
};

fn look(sight: &LiteralContext<'_>, prefix: Prefix, spelling: &'static str) -> Option<Match> {
    if sight.literal == spelling { plain(sight, prefix) } else { encoded(sight, prefix, spelling) }
}

/// A key as it is.
fn plain(sight: &LiteralContext<'_>, prefix: Prefix) -> Option<Match> {
    if sight.before(1).last().is_some_and(|byte| is_word(*byte))
        && !ends_with_escape(sight.before(6))
    {
        return None;
    }
    let is_key = |byte: &&u8| is_word(**byte) || **byte == b'-';
    let after = sight.after(512);
    let gap = joint(after);
    let length = gap + after[gap..].iter().take_while(is_key).count();
    let range = sight.at..sight.end() + length;
    let key = format!("{}{}", sight.literal, sight.text(sight.end() + gap..range.end));
    let kind = kind(key.trim_end_matches(['-', '_']), prefix)?;
    let kind =
        if kind == HitKind::Real && is_foreign(sight, &key) { HitKind::Foreign } else { kind };
    Some(Match { range, excerpt: masked(&key), kind })
}

/// Whether text ends with an escaped character, so that what looks like a letter before a key is
/// none: `\\n`, `%3D`, `\\x22`, `\\u0022`.
fn ends_with_escape(before: &[u8]) -> bool {
    let tail = |length: usize| before.len().checked_sub(length).map(|start| &before[start..]);
    let coded = |begins: &[u8], digits: usize| {
        let code = tail(begins.len() + digits).and_then(|code| code.strip_prefix(begins));
        code.is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit))
    };
    matches!(tail(2), Some([b'\\', b'n' | b't' | b'r']))
        || coded(b"%", 2)
        || coded(b"\\x", 2)
        || coded(b"\\u", 4)
}

/// How long the seam is where a text ends behind the prefix and the next one goes on with the key:
/// `'sk_live_' + '9f…'`.
fn joint(after: &[u8]) -> usize {
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`');
    let seam = after.iter().take(12).skip(1).position(is_quote).map(|at| &after[..at + 2]);
    let Some([open, between @ .., _]) = seam else { return 0 };
    let joins = matches!(between.trim_ascii(), b"" | b"+" | b".") && !between.is_empty();
    if is_quote(open) && joins { between.len() + 2 } else { 0 }
}

/// A key in Base64 or hex: decoded where the run of digits allows it, and then looked at as it is.
fn encoded(sight: &LiteralContext<'_>, prefix: Prefix, spelling: &'static str) -> Option<Match> {
    let hex = sight.literal.len() == 14;
    let digits = |byte: u8| {
        if hex {
            byte.is_ascii_hexdigit()
        } else {
            byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
        }
    };
    let run = sight.run(digits);
    let text = &sight.bytes[run.clone()];
    // Where the run begins need not be where the encoding begins.
    let steps = if hex { 2 } else { 4 };
    (0..steps.min(text.len())).find_map(|skip| {
        let whole = (text.len() - skip) / steps * steps;
        let rest = &text[skip..];
        let decoded = if hex {
            HEXLOWER_PERMISSIVE.decode(&rest[..whole]).ok()?
        } else {
            // The last group of the run may be cut short, as it is without padding.
            let ends = if rest.len() % 4 == 1 { rest.len() - 1 } else { rest.len() };
            let with = |end: usize| {
                BASE64_NOPAD
                    .decode(&rest[..end])
                    .or_else(|_| BASE64URL_NOPAD.decode(&rest[..end]))
                    .ok()
            };
            with(ends).or_else(|| with(whole))?
        };
        let at =
            decoded.windows(spelling.len()).position(|window| window == spelling.as_bytes())?;
        let inner = LiteralContext { bytes: &decoded, at, literal: spelling };
        let found = plain(&inner, prefix)?;
        let per = |byte: usize| if hex { byte * 2 } else { byte * 4 / 3 };
        let start = run.start + skip + per(found.range.start);
        let range = start.min(run.end)..(run.start + skip + per(found.range.end)).min(run.end);
        let covers = range.start <= sight.at && sight.at < range.end;
        let how = if hex { "in hex" } else { "in Base64" };
        covers.then(|| Match {
            range,
            excerpt: format!("{} {how}", found.excerpt),
            kind: found.kind,
        })
    })
}

/// Whether it is a key at all, and whether a real one.
fn kind(key: &str, prefix: Prefix) -> Option<HitKind> {
    let facts = keys::facts(key, Origin::Literal);
    if facts.prefix != prefix {
        return None;
    }
    match facts.placeholder {
        Some(Placeholder::Documentation) => return Some(HitKind::Documentation),
        Some(Placeholder::Template | Placeholder::Unexpanded) => {
            // `sk_test_helper` is a name; a stand-in speaks of keys or of whose they are.
            let rest = key[8..].to_ascii_lowercase();
            let speaks = [
                "your",
                "key",
                "secret",
                "example",
                "placeholder",
                "change",
                "replace",
                "xxx",
                "here",
                "dummy",
                "sample",
                "123",
                "abc",
            ];
            return speaks.iter().any(|word| rest.contains(word)).then_some(HitKind::Placeholder);
        }
        None => {}
    }
    let rest = &key[8..];
    let digits = rest.bytes().filter(u8::is_ascii_digit).count();
    let letters = rest.bytes().filter(u8::is_ascii_alphabetic).count();
    // A name is made of words; a key has letters and digits in no order.
    let mixed = digits > 0 && letters > 0 && rest.len() >= 8
        || digits > 1 && letters > 1 && rest.len() >= 6;
    let number = digits == rest.len() && digits >= 10;
    let dense = facts.entropy == Entropy::High && !rest.contains(['_', '-']) && rest.len() >= 20;
    (mixed || number || dense).then_some(HitKind::Real)
}

/// Whether a key is another provider's: its make-up or its neighbours say so, and nobody speaks of
/// the platform.
fn is_foreign(sight: &LiteralContext<'_>, key: &str) -> bool {
    let rest = &key[8..];
    let make_up = rest.starts_with("51") && rest.len() >= 24 || rest.len() >= 90;
    !sight.is_near(NEIGHBOURS, &["kwik"]) && (make_up || sight.is_near(NEIGHBOURS, &OTHERS))
}

/// The prefix and, where there is enough of it, the last four characters.
#[must_use]
pub(super) fn masked(key: &str) -> String {
    let (prefix, rest) = key.split_at(key.len().min(8));
    if rest.len() >= 12 {
        format!("{prefix}…{}", &rest[rest.len() - 4..])
    } else {
        format!("{prefix}…")
    }
}
