//! How the answer to a delivery by hand is judged.

use super::kind::{Expect, Kind};
use crate::conversation::rejection_cause::RejectionCause;
use crate::model::{Delivery, Exchange, Method, Text};
use crate::text;

/// What came of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerVerdict {
    /// As a correct receiver answers.
    AsExpected,
    /// It is undecided.
    Unclear,
    /// Otherwise.
    Contrary,
}

/// What an answer comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// `ACCEPTED`, `REFUSED`, `NOT ACCEPTED`, `BROKEN` or `UNCLEAR`.
    pub word: &'static str,
    /// Whether that is right.
    pub standing: AnswerVerdict,
    /// Why, in a clause.
    pub why: Text,
    /// What to do about it.
    pub fix: Option<Text>,
}

/// What the delivery is to the receiver, beside what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// The order is a test order of the merchant's.
    pub issued: bool,
    /// The same event was sent and accepted before.
    pub before: Option<Before>,
}

/// How an event that comes again was sent before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// In the very same bytes, with the same signature.
    Same,
    /// Signed at another time.
    SignedApart,
}

/// Judges the answer to one delivery of a kind.
#[must_use]
pub fn judge(kind: &Kind, exchange: &Exchange, circumstances: Circumstances) -> Judgement {
    let unclear =
        |why: Text| Judgement { word: "UNCLEAR", standing: AnswerVerdict::Unclear, why, fix: None };
    let status = match &exchange.answer {
        Ok(answer) => answer.status,
        Err(trouble) => return unclear(text!("{}", trouble)),
    };
    let accepted = |standing, why| Judgement { word: "ACCEPTED", standing, why, fix: None };
    let refused = |standing, why| Judgement { word: "REFUSED", standing, why, fix: None };
    match (kind.expect, status) {
        (_, 408 | 425 | 429) => {
            unclear(text!("it was answered {}: the receiver asks to come back later", status))
        }
        (Expect::Accepted, 200) => {
            accepted(AnswerVerdict::AsExpected, "it was answered 200".into())
        }
        (Expect::Accepted, _) => not_accepted(kind, exchange, status, circumstances),
        (Expect::Refused, 200..=299) => accepted(
            AnswerVerdict::Contrary,
            text!("a correct receiver refuses it, and it was answered {}", status),
        ),
        // Whatever stands in the way of another method than POST.
        (Expect::Refused, 300..) if kind.delivery.method != Method::Post => {
            refused(AnswerVerdict::AsExpected, text!("as a correct receiver does, with {}", status))
        }
        (Expect::Refused, 400..=499) => {
            refused(AnswerVerdict::AsExpected, text!("as a correct receiver does, with {}", status))
        }
        (Expect::Either, 200..=299) => accepted(
            AnswerVerdict::AsExpected,
            text!("it was answered {}; a correct receiver may take or refuse it", status),
        ),
        (Expect::Either, 400..=499) => refused(
            AnswerVerdict::AsExpected,
            text!("it was answered {}; a correct receiver may take or refuse it", status),
        ),
        (Expect::Either, 500..=502 | 504..) => Judgement {
            word: "BROKEN",
            standing: AnswerVerdict::Contrary,
            why: text!("a correct receiver takes or refuses it, and it ended in {}", status),
            fix: Some("Answer a 4xx to what cannot be read or verified".into()),
        },
        (Expect::Refused | Expect::Either, _) => {
            unclear(text!("it was answered {}, which is not a rejection; return 401", status))
        }
    }
}

/// What stands in the way of a genuine delivery.
fn not_accepted(
    kind: &Kind,
    exchange: &Exchange,
    status: u16,
    circumstances: Circumstances,
) -> Judgement {
    let obstacle = RejectionCause::of(exchange);
    let refusal = (400..500).contains(&status);
    let unclear =
        |why: Text| Judgement { word: "UNCLEAR", standing: AnswerVerdict::Unclear, why, fix: None };
    if let Some(doubt) = obstacle.doubt(circumstances.issued || circumstances.before.is_some()) {
        return unclear(text!("{}", doubt));
    }
    match circumstances.before.filter(|_| refusal) {
        Some(Before::Same) => {
            return unclear(text!(
                "the very same bytes were accepted before and are answered {} now, as a replay \
                 cache does; `--resign` re-signs each delivery",
                status
            ));
        }
        Some(Before::SignedApart) => {
            return Judgement {
                word: "REFUSED",
                standing: AnswerVerdict::Contrary,
                why: text!(
                    "the same event was accepted before, and re-signed it is answered {}",
                    status
                ),
                fix: Some(
                    "Answer 200 to an event that was handled already; de-duplicate by event and \
                     order, not by refusing"
                        .into(),
                ),
            };
        }
        None => {}
    }
    let plain = kind.delivery
        == Delivery {
            name: kind.delivery.name,
            content: kind.delivery.content,
            ..Delivery::genuine("")
        };
    let why = match obstacle {
        RejectionCause::Signature(_) if !plain => {
            text!("it is correctly signed, though spelled otherwise, and was answered {}", status)
        }
        _ if (200..300).contains(&status) => {
            text!("it was answered {}, which the platform takes for a failure", status)
        }
        _ => obstacle.message(),
    };
    let fix = match obstacle {
        RejectionCause::Signature(_) if !plain => {
            "Compute the HMAC over the body as it arrived, before \
                                             anything parses it, and look headers up in any \
                                             spelling"
                .into()
        }
        _ => obstacle.fix(),
    };
    Judgement {
        word: if refusal { "REFUSED" } else { "NOT ACCEPTED" },
        standing: AnswerVerdict::Contrary,
        why,
        fix: Some(fix),
    }
}
