//! Monitoring: dashboards and alerts are in the merchant's own systems.

use crate::model::{Applies, CheckMeta, Item, Level, Reference};

/// Somebody is told when it goes wrong.
pub(super) const ENABLED: Item = Item(&CheckMeta {
    id: "monitoring-enabled",
    title: "Monitoring of live transactions is switched on",
    level: Level::Required,
    covers: &["PC-68", "PC-92", "SC-07"],
    rationale: "Without it the first to notice that payments fail are the customers.",
    judged: "Attach the dashboard or the list of alert rules for production, and one alert that \
             fired in a test and reached a person.",
    remediation: "Switch monitoring on for production, have one alert reach the person on call, \
                  and record it under `[attest.monitoring-enabled]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Failing calls are seen.
pub(super) const API: Item = Item(&CheckMeta {
    id: "monitoring-api",
    title: "Failing API calls and retries raise an alert",
    covers: &["PC-45", "PC-49"],
    rationale: "A rise in errors or retries is the first sign of an expired key, a changed \
                address or trouble at a bank.",
    judged: "Attach the alert rules on the rate of failed calls, by status, and on the number of \
             retries.",
    remediation: "Count calls by status and attempts by transaction, alert on both, and record it \
                  under `[attest.monitoring-api]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Payments succeed as often as usual.
pub(super) const PAYMENTS: Item = Item(&CheckMeta {
    id: "monitoring-payments",
    title: "The rate of successful payments is watched",
    covers: &["PC-46"],
    applies: Applies::Payments,
    rationale: "Payments can fail without a single error in your own code; only the rate shows it.",
    judged: "Attach the graph of the success rate and the alert rule on its fall.",
    remediation: "Graph paid against created orders, alert when the share falls, and record it \
                  under `[attest.monitoring-payments]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Payouts arrive.
pub(super) const PAYOUTS: Item = Item(&CheckMeta {
    id: "monitoring-payouts",
    title: "Payouts that fail or hang raise an alert",
    covers: &["PC-47"],
    applies: Applies::Payouts,
    rationale: "A payout that hangs is somebody's salary or refund that did not come.",
    judged: "Attach the alert rules on failed and reversed payouts and on the age of pending ones.",
    remediation: "Alert on failed, reversed and overdue payouts, and record it under \
                  `[attest.monitoring-payouts]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Deliveries arrive.
pub(super) const WEBHOOKS: Item = Item(&CheckMeta {
    id: "monitoring-webhooks",
    title: "Webhook failures raise an alert",
    covers: &["PC-48", "PC-80"],
    rationale: "A webhook that stopped working is silent: orders simply stay unpaid.",
    judged: "Attach the alert rules on answers other than 200, on refused signatures and on the \
             absence of any delivery for longer than usual.",
    remediation: "Alert on failed, refused and missing deliveries, and record it under \
                  `[attest.monitoring-webhooks]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Books and platform agree.
pub(super) const MISMATCHES: Item = Item(&CheckMeta {
    id: "monitoring-mismatches",
    title: "Reconciliation mismatches and duplicate transactions raise an alert",
    covers: &["PC-50", "PC-51"],
    rationale: "Each is money in the wrong place, and easier to move back on the first day.",
    judged: "Attach the alert rules, and one of each that was raised in a test.",
    remediation: "Alert on every mismatch and every transaction booked twice, and record it under \
                  `[attest.monitoring-mismatches]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Knocks at the door are heard.
pub(super) const UNAUTHORISED: Item = Item(&CheckMeta {
    id: "monitoring-unauthorised",
    title: "Attempts at unauthorised access raise an alert",
    covers: &["IP-19"],
    rationale: "Forged webhooks and calls from unknown addresses come before the attack that \
                works.",
    judged: "Attach the alert rules on refused webhook signatures, on 401 and 403 answers of the \
             platform, and on logins to the dashboard.",
    remediation: "Alert on refused signatures and unexpected 401 and 403 answers, and record it \
                  under `[attest.monitoring-unauthorised]`.",
    reference: Reference::WHITELISTING,
    ..Item::USUAL
});
