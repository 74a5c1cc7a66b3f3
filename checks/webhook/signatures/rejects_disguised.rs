//! What is verified must not depend on what a sender says that its body is.

use crate::conversation::forgeries::Forgeries;
use crate::conversation::{repeat_command, stack_fixes};
use crate::model::{CheckMeta, Level, Needs, Reference};

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-disguised",
    title: "Webhook refuses forged events under every content type",
    level: Level::Required,
    covers: &["PC-18", "PC-36", "WH-12", "SV-04"],
    needs: Needs::Network,
    waivable: false,
    rationale: "The content type is the sender's word: a receiver that verifies only what is \
                labelled as JSON takes a forgery that is labelled otherwise.",
    judged: "Events signed with a made-up secret, under other content types, as a form, a list, \
             multipart, gzip, UTF-16 or with repeated keys, by PUT and, in the query and \
             unsigned, by GET, must each time meet a 4xx, a 3xx or a 501, while a genuine event \
             was answered 200 before and after. A 2xx fails; where the request without an event \
             gets the same status and body, it is a page if test orders show that no forgery had \
             an effect, and undecided otherwise; another 5xx or a broken connection warns; a 429 or time-out is undecided. Where test orders show that the same \
             forgeries are accepted and have no effect, a 2xx is a warning. None of them is \
             validly signed: they are sent in `negative`, `probe` and `full` alike, PATCH and \
             DELETE in `full` only, and in `full` all also about a test order.",
    remediation: "Verify the raw body of every POST to the webhook, whatever its `Content-Type`, \
                  and answer 401 before anything looks at that header.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: Forgeries = Forgeries {
    meta: &META,
    more: &[],
    payouts: &[],
    accepted: "a forged event is accepted because of what it says its body is",
    by_hand: repeat_command::forged,
};
