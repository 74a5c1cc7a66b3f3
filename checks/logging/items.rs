//! Logging: logs are in the merchant's own systems.

use crate::model::{CheckMeta, Item, Reference};

/// Calls leave a trace.
pub(super) const API_CALLS: Item = Item(&CheckMeta {
    id: "logging-api-calls",
    title: "API requests, answers, errors and retries are logged",
    covers: &["PC-52", "PC-53", "PC-56", "PC-57"],
    rationale: "Support can only answer for a call that both sides can find.",
    judged: "Attested, not observed: attach the log lines of one call that worked, one that was \
             refused and one that was retried, without key, secret or whole signature in them.",
    remediation: "Log every call with its id, status and attempt, secrets left out, and record it \
                  under `[attest.logging-api-calls]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Deliveries and verdicts leave a trace.
pub(super) const WEBHOOKS: Item = Item(&CheckMeta {
    id: "logging-webhooks",
    title: "Webhook payloads and the verdict on their signature are logged",
    covers: &["PC-54", "PC-55"],
    rationale: "Without the verdict in the log, a wrong secret looks like a quiet day.",
    judged: "Attach the log lines of one accepted and one refused delivery; a run of this tool \
             makes both, with order ids that begin with `golive-`.",
    remediation: "Log every payload and whether its signature held, and record it under \
                  `[attest.logging-webhooks]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Transactions can be found.
pub(super) const REFERENCES: Item = Item(&CheckMeta {
    id: "logging-references",
    title: "Transactions can be found in the log by every reference",
    covers: &["PC-58"],
    rationale: "Customers quote your order id, the platform its own, banks the UTR; a dispute \
                needs all three in one line.",
    judged: "Attach one sandbox transaction found by order id, by the platform's `kwikX_order_id` \
             and by transaction id or UTR.",
    remediation: "Log all references of a transaction together, and record it under \
                  `[attest.logging-references]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Logs are kept where they cannot be changed.
pub(super) const STORED_SAFELY: Item = Item(&CheckMeta {
    id: "logging-stored-safely",
    title: "Audit logs are stored securely",
    covers: &["PC-81"],
    rationale: "A log that its subject can change proves nothing, and one that everybody can read \
                gives customers away.",
    judged: "Attach where audit logs are kept, for how long, and who may read and who may delete \
             them.",
    remediation: "Keep audit logs where the application can only append, restrict reading, and \
                  record it under `[attest.logging-stored-safely]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});
