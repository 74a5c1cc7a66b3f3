//! The timestamp is signed too: an event with another one, or with none, must be refused.

use crate::conversation::forgeries::Forgeries;
use crate::conversation::{repeat_command, stack_fixes};
use crate::model::{CheckMeta, Level, Needs, Reference};

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-retimed",
    title: "Webhook refuses events whose timestamp was changed or removed",
    level: Level::Required,
    covers: &["PC-18", "PC-36", "WH-12", "WH-14", "SV-03", "SV-04"],
    needs: Needs::Network,
    waivable: false,
    rationale: "The timestamp is what tells an event from its replay; where it is not verified, \
                an old event can be given a new one.",
    judged: "A signed event whose `X-TIMESTAMP` was moved by one second, and one whose \
             `X-TIMESTAMP` was taken away, must each meet a 4xx, while a genuine event was \
             answered 200 before and after. A 2xx fails; a 5xx or a broken connection warns; a \
             3xx, 429 or time-out is undecided. Where test orders show that no forgery had an \
             effect, a 2xx is a warning.",
    remediation: "Append the value of `X-TIMESTAMP` to the raw body before computing the HMAC, \
                  and answer 401 when the header is missing.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: Forgeries = Forgeries {
    meta: &META,
    more: &[],
    payouts: &[],
    accepted: "an event with another timestamp than was signed is accepted",
    by_hand: repeat_command::retimed,
};
