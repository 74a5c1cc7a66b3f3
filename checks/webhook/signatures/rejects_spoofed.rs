//! What a request says of its sender, or of itself in its address, must not replace its signature.

use crate::conversation::forgeries::Forgeries;
use crate::conversation::{repeat_command, stack_fixes};
use crate::model::{CheckMeta, Level, Needs, Reference};

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-spoofed",
    title: "Webhook rejects forged events whatever their headers and address claim",
    level: Level::Required,
    covers: &["PC-18", "PC-36", "WH-12", "SV-04"],
    needs: Needs::Network,
    waivable: false,
    rationale: "Headers and query are the sender's word: a receiver that skips verification for a \
                retry, an internal request, a proxy's address or a debug switch can be told so by \
                anybody.",
    judged: "Events signed with a made-up secret, each with one header that claims something \
             (another address of the sender, the platform's name, a retry, a test, an algorithm of \
             `none`, a login), with switches in the query, and at other spellings of the path \
             (slashes, case, escapes, endings) must each get a 4xx, or for the address a \
             redirect, while a genuine event was answered 200 before and after. \
             `webhook.spoof = false` leaves out what claims another address, and the report says \
             so. A 2xx fails; where the request without an event gets the same status and body, \
             it is a page if test orders show that no forgery had an effect, and undecided \
             otherwise. A 5xx or a broken connection warns; a 429 or a time-out is undecided.",
    remediation: "Verify the signature of every request before anything else is read from it, and \
                  let no header or parameter switch that off.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: Forgeries = Forgeries {
    meta: &META,
    more: &[],
    payouts: &[],
    accepted: "a forged event is accepted because of what it claims",
    by_hand: repeat_command::forged,
};
