//! An event with a signature of somebody else's making must be refused.

use crate::conversation::forgeries::Forgeries;
use crate::conversation::scenarios::{FORGED_PAYOUT, FORGED_WRONG_SECRET};
use crate::conversation::{repeat_command, stack_fixes};
use crate::model::{CheckMeta, Level, Needs, Reference};

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-forged",
    title: "Webhook refuses forged signatures",
    level: Level::Required,
    covers: &[
        "PC-18", "PC-36", "PC-64", "PC-74", "PC-89", "WH-11", "WH-12", "WH-14", "SV-04", "SC-04",
        "IP-18", "UAT-04", "UAT-24",
    ],
    needs: Needs::Network,
    waivable: false,
    rationale: "A receiver that takes any signature for a good one lets anybody mark an order as \
                paid.",
    judged: "Events signed with another secret, with what code falls back on where none is set \
             (nothing, `undefined`, `secret`, `YOUR_SECRET_KEY`), over the body alone, for \
             another body, with a signature of 1, 8, 16, 32 or 63 digits, with one of which all \
             but two digits are right, with one that is a word or no hex, in a long body, and at \
             a timestamp that is missing, negative, huge, in milliseconds or no number must each \
             meet a 4xx, while a genuine event was answered 200 before and after; for those who \
             make payouts, a forged payout's event too. A 2xx fails; a 5xx or a broken \
             connection warns; a 3xx, 429 or time-out is undecided. Where test orders show that \
             the same forgeries are accepted and have no effect, a 2xx is a warning.",
    remediation: "Compute `hex(HMAC-SHA256(secret, raw body + X-TIMESTAMP))`, compare all of it \
                  in constant time, and answer 401 when it differs.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: Forgeries = Forgeries {
    meta: &META,
    more: &[],
    payouts: &[(FORGED_PAYOUT, FORGED_WRONG_SECRET)],
    accepted: "an event with a forged signature is accepted",
    by_hand: repeat_command::forged,
};
