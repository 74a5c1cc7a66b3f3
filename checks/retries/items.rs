//! Retry handling: what only watching the merchant's outgoing calls could show, and so is attested
//! for now.

use crate::model::{CheckMeta, Item, Level, Reference};

/// There is retry handling, and it was tried.
pub(super) const IMPLEMENTED: Item = Item(&CheckMeta {
    id: "retries-implemented",
    title: "Retry handling is implemented and was tried",
    level: Level::Required,
    covers: &["PC-65", "PC-82", "PC-90"],
    rationale: "Time-outs and pending answers are part of every payment system; what happens then \
                decides whether money moves once.",
    judged: "Attested, not observed: attach a test run or sandbox log in which a call times out, \
             is answered 500 and is answered `PROCESSING`, and the transaction still ends once \
             and right.",
    remediation: "Try the three cases with the code that goes live, keep the log, and record it \
                  under `[attest.retries-implemented]`.",
    reference: Reference::RETRIES,
    ..Item::USUAL
});

/// Pending transactions are asked about.
pub(super) const POLLING: Item = Item(&CheckMeta {
    id: "retries-polling",
    title: "Pending transactions are asked about until they end",
    covers: &["PC-40", "PC-85", "AU-10", "AU-12"],
    rationale: "A bank's confirmation can take long; a transaction given up too early is booked \
                as failed while the money moves.",
    judged: "Attested, not observed: attach the table of statuses in your code: `PROCESSING`, \
             `PENDING` and `QUEUED` are asked about again, `SUCCESS` and `REVERSED` end it, \
             `FAILED` is asked about a few times, and no order is marked failed before status and \
             webhook were looked at.",
    remediation: "Poll by the platform's table of statuses, for as long as a bank may take, and \
                  record it under `[attest.retries-polling]`.",
    reference: Reference::RETRIES,
    ..Item::USUAL
});

/// Gaps grow, and attempts end.
pub(super) const BACKOFF: Item = Item(&CheckMeta {
    id: "retries-backoff",
    title: "Retries wait longer each time and come to an end",
    covers: &["PC-41", "PC-75"],
    rationale: "A loop without pauses turns the platform's bad minute into your bad hour, and may \
                get the account limited.",
    judged: "Attested, not observed: attach the times of the attempts of one retried call: \
             growing gaps, the first of a second or more, and a last attempt after which somebody \
             is told.",
    remediation: "Use exponential backoff with jitter and a cap on attempts, and record it under \
                  `[attest.retries-backoff]`.",
    reference: Reference::RETRIES,
    ..Item::USUAL
});

/// A retry is the same transaction.
pub(super) const SAME_ID: Item = Item(&CheckMeta {
    id: "retries-same-id",
    title: "A retry keeps the id of its transaction",
    covers: &["PC-42", "PC-43", "PC-79"],
    rationale: "The platform recognises a repeated order or payout by its id alone; a new id is a \
                new transaction.",
    judged: "Attested, not observed: attach a retried create call whose id is the same both \
             times, and the handling of 409: ask for the status, make no new id.",
    remediation: "Store the id before the first attempt, reuse it for every other, and record it \
                  under `[attest.retries-same-id]`.",
    reference: Reference::RETRIES,
    ..Item::USUAL
});

/// A refused address is an alarm.
pub(super) const REFUSED_ADDRESS: Item = Item(&CheckMeta {
    id: "retries-refused-address",
    title: "A call refused for its address raises an alarm and is not repeated",
    covers: &["IP-14"],
    rationale: "403 \"IP address is not whitelisted.\" does not pass by waiting: somebody has to \
                have the address added.",
    judged: "Attested, not observed: attach the handling of 403 and the alarm it raised in a test.",
    remediation: "Treat 401 and 403 as final, raise an alarm with the platform's message, and \
                  record it under `[attest.retries-refused-address]`.",
    reference: Reference::WHITELISTING,
    ..Item::USUAL
});
