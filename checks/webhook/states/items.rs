//! What deliveries of our own cannot show, and a person attests.

use crate::model::{CheckMeta, Item, Reference};

/// An event is a hint, the status API is the word.
pub(super) const STATUS_VERIFIED: Item = Item(&CheckMeta {
    id: "webhook-status-verified",
    title: "The status API has the last word over webhook events",
    covers: &["PC-86", "WH-21", "WH-25", "WH-27", "WH-28"],
    rationale: "Events come late, twice, out of order or not at all; only the status API says \
                what a transaction came to.",
    judged: "Attested, not observed: attach the code that asks for the order's or payout's status \
             before goods or money move, and the job that finds transactions for which no event \
             came.",
    remediation: "Ask the status API before acting on an event, poll for transactions without \
                  one, and record it under `[attest.webhook-status-verified]`.",
    reference: Reference::WEBHOOKS,
    ..Item::USUAL
});
