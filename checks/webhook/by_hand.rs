//! Command lines that repeat a delivery; secrets come from the environment.

use crate::model::{Endpoint, Facts, Text};
use crate::text;

/// A genuine event, signed now.
pub(super) fn genuine(facts: &Facts<'_>) -> Option<Text> {
    signed(facts, 0, "$T", "$B")
}

/// The same, signed so many seconds away from now: `-86400` is a day ago.
pub(super) fn at(facts: &Facts<'_>, offset_s: i64) -> Option<Text> {
    signed(facts, offset_s, "$T", "$B")
}

/// A signed event with another amount than was signed.
pub(super) fn tampered(facts: &Facts<'_>) -> Option<Text> {
    signed(facts, 0, "$T", r#"$(echo "$B" | sed s/1.00/2.00/)"#)
}

/// A signed event with another timestamp than was signed.
pub(super) fn retimed(facts: &Facts<'_>) -> Option<Text> {
    signed(facts, 0, "$((T - 1))", "$B")
}

/// An event without a signature.
pub(super) fn unsigned(facts: &Facts<'_>) -> Option<Text> {
    curl(facts, "")
}

/// An event with a made-up signature.
pub(super) fn forged(facts: &Facts<'_>) -> Option<Text> {
    curl(facts, "-H \"X-SIGNATURE: $(printf %064d 0)\" ")
}

fn signed(facts: &Facts<'_>, offset_s: i64, timestamp: &'static str, body: &'static str) -> Option<Text> {
    let url = facts.merchant.webhook_url()?;
    let now = if offset_s == 0 { "$(date +%s)".into() } else { text!("$(($(date +%s) + {}))", offset_s) };
    Some(text!(
        "B='{}'; T={}; S=$(printf %s \"$B$T\" | openssl dgst -sha256 -hmac \"$KWIKPAISA_SECRET_KEY\" -r | cut -d' ' -f1); \
         curl -i '{}' -H 'Content-Type: application/json' -H \"X-SIGNATURE: $S\" -H \"X-TIMESTAMP: {}\" --data-binary \"{}\"",
        BODY,
        now,
        url,
        timestamp,
        body
    ))
}

fn curl(facts: &Facts<'_>, header: &'static str) -> Option<Text> {
    let command = |url: &Endpoint| {
        text!("curl -i '{}' -H 'Content-Type: application/json' {}-H \"X-TIMESTAMP: $(date +%s)\" --data-binary '{}'", url, header, BODY)
    };
    facts.merchant.webhook_url().map(command)
}

/// An event for an order that was never issued.
const BODY: &str =
    "{\"data\":{\"amount\":\"1.00\",\"order_id\":\"golive-by-hand\",\"order_status\":\"PROCESSING\"},\"event\":\"payment.processing\"}";
