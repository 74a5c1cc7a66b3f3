//! Testing and UAT: what happened in the sandbox before this run.

use crate::model::{Applies, CheckMeta, Item, Level, Reference};

/// Somebody signed.
pub(super) const UAT_APPROVED: Item = Item(&CheckMeta {
    id: "testing-uat-approved",
    title: "UAT is approved for the build that goes live",
    level: Level::Required,
    covers: &["PC-94", "UAT-27"],
    rationale: "Going live is a decision, and somebody has to have made it about this very build.",
    judged: "Attach the sign-off: who approved, when, which build or commit, and that the UAT \
             page was worked through to its end.",
    remediation: "Have UAT approved for the build you deploy, and record it under \
                  `[attest.testing-uat-approved]`.",
    reference: Reference::UAT,
    ..Item::USUAL
});

/// Payments were rehearsed.
pub(super) const UAT_PAYMENTS: Item = Item(&CheckMeta {
    id: "testing-uat-payments",
    title: "UAT covered payments and the hosted checkout",
    level: Level::Required,
    covers: &[
        "PC-60", "PC-61", "UAT-01", "UAT-02", "UAT-11", "UAT-12", "UAT-13", "UAT-14", "UAT-15",
        "UAT-16",
    ],
    applies: Applies::Payments,
    rationale: "What was not tried in the sandbox is tried first by a customer.",
    judged: "Attach to the UAT record, with order ids: an order created, the checkout opened, a \
             payment that succeeded, one that failed, a session that expired, and the order's \
             status asked for each time.",
    remediation: "Go through the payment scenarios of the UAT page in the sandbox, and record \
                  them under `[attest.testing-uat-payments]`.",
    reference: Reference::UAT,
    ..Item::USUAL
});

/// Payouts were rehearsed.
pub(super) const UAT_PAYOUTS: Item = Item(&CheckMeta {
    id: "testing-uat-payouts",
    title: "UAT covered payouts",
    level: Level::Required,
    covers: &["PC-62", "UAT-03", "UAT-17", "UAT-18", "UAT-19", "UAT-20", "UAT-21", "UAT-22"],
    applies: Applies::Payouts,
    rationale: "A payout cannot be called back; its mistakes have to be made in the sandbox.",
    judged: "Attach to the UAT record, with payout ids: the balance asked for, a payout that \
             succeeded, one that failed, one beyond the balance, statuses followed, and a retry \
             that made no second payout.",
    remediation: "Go through the payout scenarios of the UAT page in the sandbox, and record them \
                  under `[attest.testing-uat-payouts]`.",
    reference: Reference::UAT,
    ..Item::USUAL
});

/// What payments and payouts have in common was rehearsed.
pub(super) const UAT_INTEGRATION: Item = Item(&CheckMeta {
    id: "testing-uat-integration",
    title: "UAT covered webhooks, signatures, retries, errors and reconciliation",
    level: Level::Required,
    covers: &[
        "PC-64", "UAT-04", "UAT-05", "UAT-06", "UAT-07", "UAT-08", "UAT-23", "UAT-24", "UAT-25",
        "UAT-26",
    ],
    rationale: "The platform marks all of these as required scope; they are where integrations \
                differ from the happy path.",
    judged: "Attach to the UAT record: webhooks received from the sandbox, verified, repeated and \
             delivered again, a signed call, a retried call, the error codes met, and one day of \
             sandbox transactions reconciled.",
    remediation: "Go through these parts of the UAT scope in the sandbox, and record them under \
                  `[attest.testing-uat-integration]`.",
    reference: Reference::UAT,
    ..Item::USUAL
});

/// The rehearsal was one.
pub(super) const UAT_ENVIRONMENT: Item = Item(&CheckMeta {
    id: "testing-uat-environment",
    title: "UAT ran in the sandbox with sandbox credentials",
    covers: &["UAT-09", "UAT-10"],
    rationale: "A test against production moves money, and one against a mock-up proves nothing \
                of the platform.",
    judged: "Attach to the UAT record: the base URL that was used (`https://sandbox.kwikpaisa.com`) \
         and the prefixes of the keys (`pk_test_`, `sk_test_`).",
    remediation: "Run UAT against the sandbox with its own keys, and record it under \
                  `[attest.testing-uat-environment]`.",
    reference: Reference::UAT,
    ..Item::USUAL
});

/// The whole way was gone once.
pub(super) const END_TO_END: Item = Item(&CheckMeta {
    id: "testing-end-to-end",
    title: "An end-to-end test went from the order to the books",
    covers: &["PC-59", "PC-63"],
    rationale: "Parts that work alone fail at their seams.",
    judged: "Attach one transaction that went the whole way: created by your own front end, paid \
             in the sandbox, reported by a webhook of the platform, verified, and found in the \
             books.",
    remediation: "Run one transaction the whole way with the build that goes live, and record it \
                  under `[attest.testing-end-to-end]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});
