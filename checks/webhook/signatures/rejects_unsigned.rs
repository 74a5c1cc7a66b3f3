//! An event without a signature must be refused.

use crate::conversation::forgeries::Forgeries;
use crate::conversation::scenarios::{UNSIGNED, UNSIGNED_PAYOUT};
use crate::conversation::{repeat_command, stack_fixes};
use crate::model::{CheckMeta, Level, Needs, Reference};

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-unsigned",
    title: "Webhook refuses events without a signature",
    level: Level::Required,
    covers: &["PC-18", "PC-36", "PC-74", "WH-12", "WH-26", "SV-04", "SC-04"],
    needs: Needs::Network,
    waivable: false,
    rationale: "Anyone can post to a public address; without the signature nothing says that the \
                platform did.",
    judged: "An event without `X-SIGNATURE` and one with an empty one must meet a 4xx, while a \
             genuine event was answered 200 before and after. A 2xx fails; a 5xx or a broken \
             connection warns; a 3xx, 429 or time-out is undecided. Where test orders show that \
             the same forgeries are accepted and have no effect, a 2xx is a warning.",
    remediation: "Answer 401 to every delivery without a signature, before anything in it is \
                  looked at.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: Forgeries = Forgeries {
    meta: &META,
    more: &[],
    payouts: &[(UNSIGNED_PAYOUT, UNSIGNED)],
    accepted: "an event without a signature is accepted",
    by_hand: repeat_command::unsigned,
};
