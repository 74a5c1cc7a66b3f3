//! What deliveries of our own cannot show, and a person attests.

use crate::model::{CheckMeta, Item, Reference};

/// Deliveries leave a trace.
pub(super) const LOGGING: Item = Item(&CheckMeta {
    id: "webhook-logging",
    title: "Webhook deliveries are logged and kept for audit",
    covers: &["PC-21", "WH-19", "WH-24"],
    rationale: "A disputed payment is settled by what arrived and when, and the platform may not \
                send it again.",
    judged: "Attach the log line and the stored payload of one delivery, such as one this tool \
             made (its order ids begin with `golive-`), and how long both are kept.",
    remediation: "Store every delivery with its headers, verdict and time, without the secret, \
                  and record it under `[attest.webhook-logging]`.",
    reference: Reference::WEBHOOKS,
    ..Item::USUAL
});

/// The answer does not wait for the work.
pub(super) const ASYNCHRONOUS: Item = Item(&CheckMeta {
    id: "webhook-asynchronous",
    title: "Webhook events are processed asynchronously",
    covers: &["WH-23"],
    rationale: "A receiver that calls banks, mail servers or the platform before it answers is \
                late exactly when these are slow.",
    judged: "Attested, not observed: attach the code or the queue between receiving and \
             processing. A receiver that does all its work within the time limits even when the \
             status API is slow is as good: attach that measurement.",
    remediation: "Verify, store and answer 200, then work from the store, and record it under \
                  `[attest.webhook-asynchronous]`.",
    reference: Reference::WEBHOOKS,
    ..Item::USUAL
});
