//! Operations: people, plans and books.

use crate::model::{CheckMeta, Item, Level, Reference};

/// Books and platform are compared.
pub(super) const RECONCILIATION: Item = Item(&CheckMeta {
    id: "operations-reconciliation",
    title: "Reconciliation runs and was validated",
    level: Level::Required,
    covers: &["PC-27", "PC-66", "PC-77", "PC-83", "PC-91"],
    rationale: "Only comparing your books with the platform's finds the payment that was taken \
                and never booked.",
    judged: "Attach the job and its schedule, one of its reports over sandbox transactions, and a \
             difference made on purpose that it found.",
    remediation: "Schedule reconciliation, show that it finds a difference, and record it under \
                  `[attest.operations-reconciliation]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Support knows.
pub(super) const SUPPORT_INFORMED: Item = Item(&CheckMeta {
    id: "operations-support-informed",
    title: "Support teams know the go-live date",
    covers: &["PC-67"],
    rationale: "The first customers with a question should not be the ones who tell support that \
                payments are live.",
    judged: "Attach the message that told them, its date, and who received it.",
    remediation: "Tell support what goes live and when, and record it under \
                  `[attest.operations-support-informed]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// There is a plan for the bad day.
pub(super) const INCIDENT_RESPONSE: Item = Item(&CheckMeta {
    id: "operations-incident-response",
    title: "An incident response plan is in place",
    covers: &["PC-69"],
    rationale: "A leaked key or a double payout gives no time to write one.",
    judged: "Attach the plan: its owner, how keys are replaced, how payments and payouts are \
             stopped, and whom to call at the platform.",
    remediation: "Write the plan, give it an owner, and record it under \
                  `[attest.operations-incident-response]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Alerts reach people.
pub(super) const ALERTS: Item = Item(&CheckMeta {
    id: "operations-alerts",
    title: "Transaction alerts reach the person on call",
    covers: &["PC-70"],
    rationale: "An alert that nobody receives is a graph.",
    judged: "Attach the routing of transaction alerts and one that reached the person on call.",
    remediation: "Route transaction alerts to whoever is on call, send one as a test, and record \
                  it under `[attest.operations-alerts]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Everybody knows who is next.
pub(super) const ESCALATION: Item = Item(&CheckMeta {
    id: "operations-escalation",
    title: "The escalation path is ready",
    covers: &["PC-71"],
    rationale: "At night the question is not what to do but whom to wake.",
    judged: "Attach the path: names or duties, order, times to wait, and the contact at the \
             platform.",
    remediation: "Write down who is called after whom, and record it under \
                  `[attest.operations-escalation]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});
