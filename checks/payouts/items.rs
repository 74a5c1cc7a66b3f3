//! Payouts: what only watching the merchant's outgoing calls could show, and so is attested for
//! now.

use crate::model::{Applies, CheckMeta, Item, Reference};

/// The wallet is looked at first.
pub(super) const BALANCE: Item = Item(&CheckMeta {
    id: "payouts-balance",
    title: "The wallet's balance is looked at before a payout",
    covers: &["PC-28"],
    applies: Applies::Payouts,
    rationale: "A batch that runs into an empty wallet leaves half of its payees paid.",
    judged: "Attested, not observed: attach the code or a sandbox log in which the balance call \
             stands before the payout call, and what happens when the balance does not suffice.",
    remediation: "Ask for the balance before a payout or batch, stop when it does not suffice, \
                  and record it under `[attest.payouts-balance]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// A payout was made in the sandbox.
pub(super) const INITIATION: Item = Item(&CheckMeta {
    id: "payouts-initiation",
    title: "Payouts were initiated in the sandbox as in production",
    covers: &["PC-29"],
    applies: Applies::Payouts,
    rationale: "The first payout of a new code path should not be one that moves money.",
    judged: "Attested, not observed: this tool never calls a paying endpoint. Attach one sandbox \
             payout of each transfer type you use, call and answer.",
    remediation: "Make one sandbox payout of each transfer type with the code that goes live, and \
                  record it under `[attest.payouts-initiation]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// A payout is followed to its end.
pub(super) const TRACKING: Item = Item(&CheckMeta {
    id: "payouts-tracking",
    title: "Payouts are followed to their end and keep their bank reference",
    covers: &["PC-30", "PC-31"],
    applies: Applies::Payouts,
    rationale: "A payout that was accepted is not yet paid; the bank reference (UTR) comes late, \
                and is what a payee will ask for.",
    judged: "Attested, not observed: attach a payout's record from processing to its end, its UTR \
             stored as text, and one whose UTR was empty at first.",
    remediation: "Ask for the status until it is final, store the UTR as text, allow it to be \
                  absent, and record it under `[attest.payouts-tracking]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Failures and reversals are put right.
pub(super) const FAILURES: Item = Item(&CheckMeta {
    id: "payouts-failures",
    title: "Failed and reversed payouts are reconciled",
    covers: &["PC-32", "PC-33"],
    applies: Applies::Payouts,
    rationale: "A reversed payout is money that came back: without an entry it is lost, with a \
                fresh payout for it, it may be paid twice.",
    judged: "Attested, not observed: attach one failed and one reversed sandbox payout with the \
             entries your ledger made, and the rule for paying again.",
    remediation: "Book failures and reversals, retry the status and not the payout, and record it \
                  under `[attest.payouts-failures]`.",
    reference: Reference::RETRIES,
    ..Item::USUAL
});

/// No second payout for the same thing.
pub(super) const NEVER_TWICE: Item = Item(&CheckMeta {
    id: "payouts-never-twice",
    title: "A payout is never sent a second time under another id",
    covers: &["PC-76", "AU-11"],
    applies: Applies::Payouts,
    rationale: "After a time-out nobody knows whether the money left; a new id for the same \
                transfer pays it again.",
    judged: "Attested, not observed: attach the code or a sandbox log in which a payout call \
             times out or is answered 409, and the same `payout_order_id` is asked about next.",
    remediation: "Store the `payout_order_id` before the call, ask for its status after any \
                  doubt, and record it under `[attest.payouts-never-twice]`.",
    reference: Reference::RETRIES,
    ..Item::USUAL
});
