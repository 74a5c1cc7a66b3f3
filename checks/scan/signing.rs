//! Whether code signs or verifies as the platform does, and not as another provider does.

use crate::scan::rule::{AHEAD, BEHIND, LiteralContext};

/// Literals of the header that carries the signature. They are rare, and the search through every
/// file looks for them.
pub const HEADER: [&str; 4] = ["-SIGNATURE", "-signature", "-Signature", "_SIGNATURE"];

/// Other providers and their headers, in lower case.
const FOREIGN: [&str; 44] = [
    "stripe",
    "razorpay",
    "paypal",
    "braintree",
    "adyen",
    "shopify",
    "github",
    "gitlab",
    "bitbucket",
    "slack",
    "twilio",
    "paytm",
    "phonepe",
    "cashfree",
    "payu",
    "ccavenue",
    "instamojo",
    "juspay",
    "billdesk",
    "easebuzz",
    "mollie",
    "klarna",
    "worldpay",
    "square-",
    "squareup",
    "discord",
    "x-zm-",
    "telegram",
    "whatsapp",
    "facebook",
    "mailgun",
    "sendgrid",
    "svix",
    "paddle",
    "lemonsqueezy",
    "flutterwave",
    "paystack",
    "xendit",
    "midtrans",
    "binance",
    "coinbase",
    "x-hub-signature",
    "webhook-signature",
    "jsonwebtoken",
];

/// Marks of the platform, in lower case.
const OWN: [&str; 5] = ["kwikpaisa", "x-signature", "x_signature", "x-timestamp", "x_timestamp"];

/// Whether the header literal at `at` is the name `X-Signature`, in any spelling: `x-signature`,
/// `HTTP_X_SIGNATURE`.
#[must_use]
pub fn is_header(bytes: &[u8], at: usize, literal: &str) -> bool {
    let Some(x) = at.checked_sub(1) else { return false };
    let starts = matches!(bytes[x], b'x' | b'X')
        && x.checked_sub(1).is_none_or(|before| {
            let before = bytes[before];
            if literal.starts_with('_') {
                before == b'_' || !before.is_ascii_alphanumeric()
            } else {
                !before.is_ascii_alphanumeric() && before != b'-'
            }
        });
    starts
        && bytes
            .get(at + literal.len())
            .is_none_or(|after| !after.is_ascii_alphanumeric() && !matches!(after, b'-' | b'_'))
}

/// Whether a text that has the header, and does not name the platform, signs as the platform does:
/// with a timestamp in a header of its own, by HMAC, and with no other provider in sight.
#[must_use]
pub fn is_the_platforms(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(text).to_ascii_lowercase();
    let timestamp = text.contains("x-timestamp") || text.contains("x_timestamp");
    timestamp && text.contains("hmac") && !FOREIGN.iter().any(|foreign| text.contains(foreign))
}

/// Whether a path names another provider, and not the platform.
#[must_use]
pub fn is_foreign_path(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    !path.contains("kwikpaisa") && FOREIGN.iter().any(|foreign| path.contains(foreign))
}

/// Whether another provider is named nearer to a literal than the platform is.
pub(super) fn is_foreign(sight: &LiteralContext<'_>) -> bool {
    let start = sight.at.saturating_sub(BEHIND);
    let near = sight.text(start..sight.bytes.len().min(sight.at + AHEAD)).to_ascii_lowercase();
    let at = sight.at - start;
    let nearest = |marks: &[&str]| {
        marks
            .iter()
            .flat_map(|mark| near.match_indices(mark))
            .map(|(found, _)| found.abs_diff(at))
            .min()
    };
    match (nearest(&FOREIGN), nearest(&OWN)) {
        (Some(foreign), Some(own)) => foreign < own,
        (Some(_), None) => true,
        (None, Some(_) | None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has_header(text: &str) -> bool {
        let bytes = text.as_bytes();
        HEADER.iter().any(|literal| {
            (0..bytes.len()).any(|at| {
                bytes[at..].starts_with(literal.as_bytes()) && is_header(bytes, at, literal)
            })
        })
    }

    #[test]
    fn knows_the_header_in_its_spellings_and_no_other() {
        for text in [
            "'x-signature'",
            "X-SIGNATURE",
            "\"X-Signature\"",
            "HTTP_X_SIGNATURE",
            "$_SERVER['HTTP_X_SIGNATURE']",
            "X_SIGNATURE = 1",
        ] {
            assert!(has_header(text), "{text}");
        }
        for text in [
            "x-hub-signature",
            "X-Signature-Ed25519",
            "my-x-signature",
            "max-signature",
            "KP_SIGNATURE",
            "MAX_SIGNATURE",
            "x-signatures",
        ] {
            assert!(!has_header(text), "{text}");
        }
    }

    #[test]
    fn tells_the_platforms_signing_from_others() {
        assert!(is_the_platforms(
            b"req.get('X-SIGNATURE'); req.get('X-TIMESTAMP'); createHmac('sha256', k)"
        ));
        assert!(is_the_platforms(
            b"$_SERVER['HTTP_X_SIGNATURE'] . $_SERVER['HTTP_X_TIMESTAMP'] . hash_hmac()"
        ));
        assert!(!is_the_platforms(b"req.get('X-SIGNATURE'); createHmac('sha256', k)"));
        assert!(!is_the_platforms(
            b"// Discord\nreq.get('X-SIGNATURE'); req.get('X-TIMESTAMP'); createHmac('sha256', k)"
        ));
        assert!(!is_the_platforms(b"'X-SIGNATURE' 'X-TIMESTAMP' md5"));
    }

    #[test]
    fn a_path_may_name_another_provider() {
        assert!(is_foreign_path("src/webhooks/stripe.js"));
        assert!(!is_foreign_path("src/webhooks/kwikpaisa-or-stripe.js"));
        assert!(!is_foreign_path("src/webhooks/pay.js"));
    }

    #[test]
    fn what_is_nearer_owns_the_code() {
        let is = |text: &str| {
            is_foreign(&LiteralContext {
                bytes: text.as_bytes(),
                at: text.find('‹').expect("a mark"),
                literal: "x",
            })
        };
        assert!(is("stripe(); ‹"));
        assert!(is("kwikpaisa(); stripe(); ‹"));
        assert!(!is("stripe(); kwikpaisa(); ‹"));
        assert!(!is("‹"));
    }
}
