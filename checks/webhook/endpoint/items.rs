//! What deliveries of our own cannot show, and a person attests.

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
