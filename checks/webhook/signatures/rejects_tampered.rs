//! An event that was changed after signing must be refused.

use crate::conversation::forgeries::Forgeries;
use crate::conversation::{repeat_command, stack_fixes};
use crate::model::{CheckMeta, Level, Needs, Reference};

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-tampered",
    title: "Webhook refuses events changed after signing",
    level: Level::Required,
    covers: &["PC-18", "PC-36", "WH-12", "WH-14", "SV-04", "SC-04"],
    needs: Needs::Network,
    waivable: false,
    rationale: "Whoever can change one digit of a signed event can change the amount.",
    judged: "An event whose amount was changed by one digit after signing, and long ones whose \
             last byte was changed, must each meet a 4xx, while a genuine event was answered 200 \
             before and after. A 2xx fails; a 5xx or a broken connection warns; a 3xx, 429 or \
             time-out is undecided. Where test orders show that the same forgeries are accepted \
             and have no effect, a 2xx is a warning.",
    remediation: "Verify the signature over every byte of the body as it arrived, and answer 401 \
                  when it differs.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: Forgeries = Forgeries {
    meta: &META,
    more: &[],
    payouts: &[],
    accepted: "an event whose amount was changed after signing is accepted",
    by_hand: repeat_command::tampered,
};
