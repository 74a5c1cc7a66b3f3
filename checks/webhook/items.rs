//! Webhook: what deliveries of our own cannot show.

use crate::model::{CheckMeta, Item, Level, Reference};

/// The platform knows the address.
pub(super) const REGISTERED: Item = Item(&CheckMeta {
    id: "webhook-registered",
    title: "The production webhook URL is registered with the platform",
    level: Level::Required,
    covers: &["PC-16", "WH-09"],
    rationale: "Events go to the address that the platform has on file for production; the one in \
                `golive.toml` is only what you believe it to be.",
    judged: "No endpoint of the platform tells what is registered: attach a picture of the \
             production console that shows the URL, and compare it with `webhook.url` letter by \
             letter.",
    remediation: "Register `webhook.url` in the dashboard (Developer, Console, production) and \
                  record it under `[attest.webhook-registered]`.",
    reference: Reference::WEBHOOKS,
    ..Item::USUAL
});

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
    title: "Webhook events are worked on after they were answered",
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
