//! Traces of the previous generations of the API.

use crate::model::{HitKind, Weight};
use crate::scan::rule::{Levels, Match, Reach, Rule, Topic, is_word};

use crate::scan::rules::keys::masked;

/// The published SDKs, none of which speaks the present API. The WooCommerce plugin's folder comes
/// last.
const PACKAGES: [&str; 3] = ["jangras/kwikpaisa", "flutter_kwikpaisa_pg_sdk", "kwikpaisa-neo-bank"];

const LEVELS: Levels = Levels { config: Weight::Failure, ..Levels::USUAL };

/// A package that speaks a previous generation.
pub(super) const SDK: Rule = Rule {
    id: "previous-sdk",
    topic: Topic::PreviousGeneration,
    what: "an SDK that speaks a previous generation of the API",
    why: "It sends the secret itself along, or compiles it into the app, and its calls are not \
          those that were tested for going live.",
    fix: "Remove the package, and call the API of this generation (/api/v3) from the server.",
    literals: &["kwik", "Kwik", "KWIK"],
    look: |sight| {
        let package = PACKAGES.iter().find_map(|package| {
            let offset = package.find("kwik").unwrap_or_default();
            let start = sight.at.checked_sub(offset)?;
            let end = start + package.len();
            let starts = start
                .checked_sub(1)
                .is_none_or(|before| !is_word(sight.bytes[before]) && sight.bytes[before] != b'.');
            let same = sight.bytes.get(start..end)?.eq_ignore_ascii_case(package.as_bytes());
            // The documentation of that generation is read, not run.
            let ends = sight.bytes.get(end).is_none_or(|after| !is_word(*after))
                && !sight.bytes[end..].starts_with(b".readme.io");
            (same && starts && ends).then_some((start..end, *package))
        });
        let (range, package) = package?;
        Some(Match { range, excerpt: package.to_owned(), kind: HitKind::Real })
    },
    levels: LEVELS,
    reach: Reach::Text,
    finds: &[
        "\"require\": { \"jangras/kwikpaisa\": \"^1.0\" }",
        "  flutter_kwikpaisa_pg_sdk: ^1.2.1",
        "import 'package:flutter_kwikpaisa_pg_sdk/api.dart';",
        "wp-content/plugins/kwikpaisa-neo-bank/index.php",
    ],
    spares: &[
        "\"acme/kwikpaisa\": \"^1.0\"",
        "kwikpaisa_client",
        "https://kwikpaisa-neo-bank.readme.io/reference",
        "my_flutter_kwikpaisa_pg_sdk_2",
        "use App\\Services\\KwikPaisa;",
    ],
};

/// A credential of the first generation.
pub(super) const CREDENTIAL: Rule = Rule {
    id: "previous-credential",
    topic: Topic::PreviousGeneration,
    what: "a credential of the first API generation",
    why: "The present API does not know it, and the checkout that does sends it through the \
          browser.",
    fix: "Remove it, and use the keys of the dashboard's Developer Console (pk_live_, sk_live_) \
          on the server.",
    literals: &["midKey_", "midsalt_", "KPMIDKEY"],
    look: |sight| {
        if sight.before(1).first().is_some_and(|byte| is_word(*byte)) {
            return None;
        }
        if sight.literal == "KPMIDKEY" {
            let alone = sight.after(1).first().is_none_or(|byte| !is_word(*byte));
            return alone.then(|| Match {
                range: sight.at..sight.end(),
                excerpt: "KPMIDKEY".to_owned(),
                kind: HitKind::Real,
            });
        }
        let length = sight.after(256).iter().take_while(|byte| is_word(**byte)).count();
        let range = sight.at..sight.end() + length;
        let value = sight.text(range.clone());
        let rest = &value[sight.literal.len()..];
        let kind = if rest.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x')) {
            HitKind::Documentation
        } else {
            HitKind::Real
        };
        (rest.len() >= 6
            && rest.contains(|c: char| c.is_ascii_digit() || kind == HitKind::Documentation))
        .then(|| {
            let shown = masked(&value);
            let excerpt = if rest.len() >= 13 { shown } else { format!("{}…", sight.literal) };
            Match { range, excerpt, kind }
        })
    },
    levels: LEVELS,
    reach: Reach::Text,
    finds: &[
        "'midKey_MARKER83jd02ks91'",
        "salt=midsalt_MARKER83jd02ks91",
        "<input name=\"KPMIDKEY\"",
        "midKey_xxxxxxxx",
    ],
    spares: &["midKey_", "midKey_name", "humidKey_83jd02ks91", "KPMIDKEYS"],
};

/// The signature of the second generation.
pub(super) const CHECKSUM: Rule = Rule {
    id: "previous-checksum",
    topic: Topic::PreviousGeneration,
    what: "a call of the previous API generation: order_checksum with x-client-id",
    why: "That generation sends the secret itself in a header; the present API signs with \
          X-SIGNATURE.",
    fix: "Sign with HMAC-SHA256 over the canonical payload and the timestamp, and send X-API-KEY, \
          X-SIGNATURE and X-TIMESTAMP.",
    literals: &["order_checksum"],
    look: |sight| {
        let whole = sight.before(1).first().is_none_or(|byte| !is_word(*byte))
            && sight.after(1).first().is_none_or(|byte| !is_word(*byte));
        let headers = sight.is_near(1_000, &["x-client-id", "x-client-secret", "kwikpaisa"]);
        (whole && headers).then(|| Match {
            range: sight.at..sight.end(),
            excerpt: "order_checksum".to_owned(),
            kind: HitKind::Real,
        })
    },
    levels: LEVELS,
    reach: Reach::Text,
    finds: &[
        "headers = {'x-client-id': id}\nbody['order_checksum'] = sum",
        "// KwikPaisa\n'order_checksum' => $sum",
    ],
    spares: &[
        "UPDATE orders SET order_checksum = md5(x)",
        "reorder_checksum x-client-id",
        "order_checksums x-client-id",
    ],
};

/// The header of the second generation that carries the secret itself.
pub(super) const SECRET_HEADER: Rule = Rule {
    id: "previous-header",
    topic: Topic::PreviousGeneration,
    what: "x-client-secret, a header of the previous API generation",
    why: "It sends the secret itself along; the present API knows no such header and signs with \
          X-SIGNATURE.",
    fix: "Send X-API-KEY, X-SIGNATURE and X-TIMESTAMP, and let the secret stay on the server.",
    literals: &["x-client-secret", "X-Client-Secret", "X-CLIENT-SECRET"],
    look: |sight| {
        let whole = sight.before(1).first().is_none_or(|byte| !is_word(*byte))
            && sight.after(1).first().is_none_or(|byte| !is_word(*byte) && *byte != b'-');
        // Cashfree's header has the same name.
        let own = sight.is_near(NEAR, &["kwikpaisa"]) && !sight.is_near(NEAR, &["cashfree"]);
        (whole && own).then(|| Match {
            range: sight.at..sight.end(),
            excerpt: sight.literal.to_owned(),
            kind: HitKind::Real,
        })
    },
    levels: LEVELS,
    reach: Reach::PlatformText,
    finds: &[
        "fetch('https://api.kwikpaisa.com/order', { headers: { 'x-client-secret': s } })",
        "// KwikPaisa\nreq.Header.Set(\"X-Client-Secret\", s)",
    ],
    spares: &[
        "// Cashfree, beside KwikPaisa\nheaders['x-client-secret'] = s",
        "// KwikPaisa\nheaders['x-client-secret-id'] = 1",
    ],
};

/// How near the platform must be named to be the one that a header goes to.
const NEAR: usize = 600;
