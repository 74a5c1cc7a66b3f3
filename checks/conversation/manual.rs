//! What can be sent by hand: the ways in which a delivery may differ from a genuine one, and what
//! an answer to each comes to.

use crate::conversation::registry::every;
use crate::conversation::rejection_cause::RejectionCause;
use crate::conversation::scenarios::{BASELINE_AFTER, BASELINE_BEFORE, event_name};
use crate::model::{
    Change, Claim, Content, Deliver, Delivery, Exchange, Form, Label, Limits, Merchant, Method,
    Stamp, Step, Text, Wait,
};
use crate::platform::Event;
use crate::text;

/// One way in which a delivery differs from a genuine one; the word after `--tamper` is its
/// delivery's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The delivery, about `payment.processing`.
    pub delivery: Delivery,
    /// What a correct receiver answers.
    pub expect: Expect,
}

/// What a correct receiver answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// 200: it is genuine.
    Accepted,
    /// A 4xx.
    Refused,
    /// Either, and not by breaking: it is validly signed and no plain event, or its signature is
    /// spelled in a way that some libraries read.
    Either,
}

/// Labelled `text/plain`.
const TEXT_PLAIN: Delivery =
    Delivery { change: Change::Labelled(Label::Text), ..Delivery::genuine("text-plain") };
/// What may be sent beside what the checks send.
const MORE: [Delivery; 1] = [TEXT_PLAIN];

impl Expect {
    /// What a correct receiver answers to this.
    const fn to(delivery: &Delivery, limits: &Limits) -> Self {
        if !matches!(delivery.method, Method::Post) {
            return Self::Refused;
        }
        let off = match delivery.stamp {
            Stamp::Now { .. } | Stamp::Missing | Stamp::Word(_) | Stamp::Milliseconds => None,
            Stamp::Stale { by_s } | Stamp::Future { by_s } => Some(by_s),
        };
        match (delivery.is_validly_signed(), off) {
            (_, Some(by_s)) if by_s >= limits.webhook_stale_s => return Self::Refused,
            (true, Some(_)) => return Self::Either,
            (true, None) => {}
            (false, _) if delivery.may_be_taken() => return Self::Either,
            (false, _) => return Self::Refused,
        }
        match (delivery.content, delivery.change, delivery.form, delivery.claim) {
            (Content::NotJson | Content::NotAnEvent | Content::ApiRequest | Content::Empty, ..) => {
                Self::Either
            }
            (_, Change::Shifted { .. }, ..) => Self::Refused,
            (
                _,
                _,
                Form::RepeatedKeys
                | Form::TrailingBytes
                | Form::Nested { .. }
                | Form::Padded { .. }
                | Form::List
                | Form::UrlEncoded
                | Form::Multipart
                | Form::Gzip
                | Form::ByteOrderMark
                | Form::NotUtf8
                | Form::Utf16
                | Form::DataAsText
                | Form::TestFlags,
                _,
            ) => Self::Either,
            (_, Change::UpperCase | Change::Labelled(_), ..) => Self::Either,
            (
                _,
                _,
                _,
                Claim::OtherAmount
                | Claim::OtherCurrency
                | Claim::OtherTransaction
                | Claim::TestTransaction,
            )
            | (Content::OtherCase, ..) => Self::Either,
            (Content::Event(_) | Content::UnknownEvent, ..) => Self::Accepted,
        }
    }
}

impl Kind {
    /// Every kind: whatever the checks send as a delivery of its own, and a few more. What must be
    /// refused comes first.
    #[must_use]
    pub fn all(merchant: &Merchant) -> Vec<Self> {
        let announced = Event::ALL.map(event_name);
        let not_of_here = |name: &str| {
            [BASELINE_BEFORE.name, BASELINE_AFTER.name].contains(&name) || announced.contains(&name)
        };
        let mut all: Vec<Delivery> = Vec::new();
        for scenario in every(merchant) {
            if let [Step::Deliver(delivery)] = &scenario.steps[..]
                && delivery.wait == Wait::Answer
                && delivery.name == scenario.name
                && delivery.tier() <= Deliver::Probe
                && !not_of_here(delivery.name)
                && delivery
                    .about(Event::PaymentProcessing)
                    .is_none_or(|processing| processing == *delivery)
            {
                all.push(*delivery);
            }
        }
        for more in MORE {
            if !all.iter().any(|known| {
                Delivery { name: more.name, ..*known } == more || known.name == more.name
            }) {
                all.push(more);
            }
        }
        let mut all: Vec<Self> = all
            .into_iter()
            .map(|delivery| Self { expect: Expect::to(&delivery, &merchant.limits), delivery })
            .collect();
        all.sort_by_key(|kind| match kind.expect {
            Expect::Refused => 0,
            Expect::Either => 1,
            Expect::Accepted => 2,
        });
        all
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(name: &str, merchant: &Merchant) -> Option<Self> {
        Self::all(merchant).into_iter().find(|kind| kind.delivery.name == name)
    }

    /// The word after `--tamper`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.delivery.name
    }

    /// A genuine delivery.
    #[must_use]
    pub const fn genuine() -> Self {
        Self { delivery: Delivery::genuine("genuine"), expect: Expect::Accepted }
    }

    /// The same about another event; none where what is sent is no event of the platform's.
    #[must_use]
    pub fn about(self, event: Event) -> Option<Self> {
        Some(Self { delivery: self.delivery.about(event)?, ..self })
    }
}

impl Delivery {
    /// The same about another event; none where it is no event of the platform's.
    fn about(self, event: Event) -> Option<Self> {
        match self.content {
            Content::Event(_) => Some(Self { content: Content::Event(event), ..self }),
            Content::OtherCase
            | Content::UnknownEvent
            | Content::NotJson
            | Content::NotAnEvent
            | Content::ApiRequest
            | Content::Empty => None,
        }
    }
}

/// What came of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerVerdict {
    /// As a correct receiver answers.
    AsExpected,
    /// It could not be told.
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
        (Expect::Refused | Expect::Either, _) => unclear(text!(
            "it was answered {}, which is no refusal that could be told from trouble: answer 401",
            status
        )),
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
                 cache does; `--resign` signs each delivery afresh",
                status
            ));
        }
        Some(Before::SignedApart) => {
            return Judgement {
                word: "REFUSED",
                standing: AnswerVerdict::Contrary,
                why: text!(
                    "the same event was accepted before, and signed afresh it is answered {}",
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::conversation::fixture::exchange;
    use crate::conversation::scenarios::{BODY_FORMS, FUTURE, TAMPERED_BODY, UNSIGNED};
    use crate::conversation::space::VALUES;
    use crate::model::{Deliver, Signed, TroubleKind};

    const UNKNOWN: Circumstances = Circumstances { issued: false, before: None };

    fn standing(
        name: &str,
        answer: Result<u16, TroubleKind>,
        circumstances: Circumstances,
    ) -> (&'static str, AnswerVerdict) {
        let kind = if name == "genuine" {
            Kind::genuine()
        } else {
            Kind::named(name, &Merchant::default()).expect("a kind")
        };
        let judged = judge(&kind, &exchange(name, answer), circumstances);
        assert!(!judged.why.as_str().is_empty());
        (judged.word, judged.standing)
    }

    #[test]
    fn kinds_have_names_of_their_own_and_what_the_checks_send_is_among_them() {
        let merchant = Merchant::default();
        let all = Kind::all(&merchant);
        let names: BTreeSet<&str> = all.iter().map(Kind::name).collect();
        assert_eq!(names.len(), all.len());
        let late = [
            "stale-hour",
            "stale-day",
            "future",
            "sandbox-secret",
            "upper-case",
            "shifted",
            "method-get",
            "malformed-signed",
        ];
        for name in VALUES
            .iter()
            .map(|value| value.delivery)
            .filter(|delivery| delivery.tier() <= Deliver::Probe)
            .chain(BODY_FORMS)
            .map(|delivery| delivery.name)
            .chain(late)
        {
            assert!(names.contains(name), "{name}");
        }
        assert!(
            !names.iter().any(|name| name.starts_with("control") || name.starts_with("events-"))
        );
    }

    #[test]
    fn each_is_expected_to_end_as_its_check_has_it() {
        let named = |name: &str| Kind::named(name, &Merchant::default()).map(|kind| kind.expect);
        let below_full = VALUES
            .iter()
            .map(|value| value.delivery)
            .filter(|delivery| delivery.tier() <= Deliver::Probe);
        for name in below_full.map(|delivery| delivery.name).chain([
            "stale-hour",
            "stale-day",
            "future",
            "sandbox-secret",
            "shifted",
        ]) {
            assert_eq!(named(name), Some(Expect::Refused), "{name}");
        }
        for name in BODY_FORMS.map(|delivery| delivery.name).into_iter().chain([
            "headers-lower",
            "headers-title",
            "unknown-event",
        ]) {
            assert_eq!(named(name), Some(Expect::Accepted), "{name}");
        }
        for (name, expect) in [
            ("method-get", Expect::Refused),
            ("upper-case", Expect::Either),
            ("spaced-signature", Expect::Either),
            ("second-signature", Expect::Either),
            ("malformed-empty", Expect::Either),
            ("trailing-bytes", Expect::Either),
        ] {
            assert_eq!(named(name), Some(expect), "{name}");
        }
        assert_eq!(named("no-such-kind"), None);
    }

    #[test]
    fn what_must_be_refused_is_not_genuine_and_what_must_be_accepted_is() {
        for kind in Kind::all(&Merchant::default()) {
            let fresh = kind.delivery.is_validly_signed()
                && matches!(kind.delivery.stamp, Stamp::Now { .. });
            match kind.expect {
                Expect::Accepted => assert!(fresh, "{}", kind.name()),
                Expect::Refused => assert!(
                    !fresh || matches!(kind.delivery.change, Change::Shifted { .. }),
                    "{}",
                    kind.name()
                ),
                Expect::Either => {
                    assert_eq!(kind.delivery.signed, Signed::Genuine, "{}", kind.name())
                }
            }
        }
    }

    #[test]
    fn no_kind_goes_beyond_probe_by_itself_and_each_does_about_a_settling_event() {
        for kind in Kind::all(&Merchant::default()) {
            assert!(kind.delivery.tier() <= Deliver::Probe, "{}", kind.name());
            for event in Event::ALL {
                let Some(kind) = kind.about(event) else { continue };
                let harmless = matches!(event, Event::PaymentProcessing | Event::PayoutProcessing);
                assert!(harmless || kind.delivery.tier() == Deliver::Full, "{}", kind.name());
            }
        }
        assert_eq!(
            Kind::named("malformed-empty", &Merchant::default())
                .and_then(|kind| kind.about(Event::PaymentSuccess)),
            None
        );
    }

    #[test]
    fn a_genuine_delivery_is_to_be_answered_200() {
        assert_eq!(standing("genuine", Ok(200), UNKNOWN), ("ACCEPTED", AnswerVerdict::AsExpected));
        for (status, word) in [
            (201, "NOT ACCEPTED"),
            (302, "NOT ACCEPTED"),
            (500, "NOT ACCEPTED"),
            (401, "REFUSED"),
            (405, "REFUSED"),
        ] {
            assert_eq!(
                standing("genuine", Ok(status), UNKNOWN),
                (word, AnswerVerdict::Contrary),
                "{status}"
            );
        }
    }

    #[test]
    fn an_order_that_was_never_issued_may_be_the_reason() {
        for status in [404, 409, 422] {
            assert_eq!(
                standing("genuine", Ok(status), UNKNOWN),
                ("UNCLEAR", AnswerVerdict::Unclear),
                "{status}"
            );
            let issued = Circumstances { issued: true, ..UNKNOWN };
            assert_eq!(
                standing("genuine", Ok(status), issued),
                ("REFUSED", AnswerVerdict::Contrary),
                "{status}"
            );
        }
    }

    #[test]
    fn a_replay_cache_is_no_failure() {
        for issued in [false, true] {
            let same = Circumstances { issued, before: Some(Before::Same) };
            assert_eq!(standing("genuine", Ok(409), same), ("UNCLEAR", AnswerVerdict::Unclear));
            assert_eq!(
                standing("genuine", Ok(500), same),
                ("NOT ACCEPTED", AnswerVerdict::Contrary)
            );
            let apart = Circumstances { issued, before: Some(Before::SignedApart) };
            assert_eq!(standing("genuine", Ok(409), apart), ("REFUSED", AnswerVerdict::Contrary));
            assert_eq!(standing("genuine", Ok(429), apart), ("UNCLEAR", AnswerVerdict::Unclear));
        }
    }

    #[test]
    fn what_is_forged_is_to_be_refused() {
        for kind in [UNSIGNED, TAMPERED_BODY, FUTURE] {
            assert_eq!(
                standing(kind.name, Ok(401), UNKNOWN),
                ("REFUSED", AnswerVerdict::AsExpected)
            );
            assert_eq!(
                standing(kind.name, Ok(405), UNKNOWN),
                ("REFUSED", AnswerVerdict::AsExpected)
            );
            assert_eq!(
                standing(kind.name, Ok(200), UNKNOWN),
                ("ACCEPTED", AnswerVerdict::Contrary)
            );
            assert_eq!(
                standing(kind.name, Ok(204), UNKNOWN),
                ("ACCEPTED", AnswerVerdict::Contrary)
            );
            for status in [302, 500, 503] {
                assert_eq!(
                    standing(kind.name, Ok(status), UNKNOWN),
                    ("UNCLEAR", AnswerVerdict::Unclear),
                    "{status}"
                );
            }
        }
    }

    #[test]
    fn another_method_than_post_may_be_refused_in_any_way() {
        for status in [301, 404, 405, 501] {
            assert_eq!(
                standing("method-get", Ok(status), UNKNOWN),
                ("REFUSED", AnswerVerdict::AsExpected),
                "{status}"
            );
        }
    }

    #[test]
    fn what_some_read_and_others_do_not_may_go_either_way() {
        for status in [200, 401] {
            assert_eq!(standing("upper-case", Ok(status), UNKNOWN).1, AnswerVerdict::AsExpected);
            assert_eq!(
                standing("malformed-signed", Ok(status), UNKNOWN).1,
                AnswerVerdict::AsExpected
            );
        }
        for name in ["upper-case", "malformed-signed"] {
            assert_eq!(standing(name, Ok(302), UNKNOWN), ("UNCLEAR", AnswerVerdict::Unclear));
            assert_eq!(standing(name, Ok(503), UNKNOWN), ("UNCLEAR", AnswerVerdict::Unclear));
        }
        assert_eq!(standing("upper-case", Ok(500), UNKNOWN), ("BROKEN", AnswerVerdict::Contrary));
        assert_eq!(
            standing("malformed-signed", Ok(500), UNKNOWN),
            ("BROKEN", AnswerVerdict::Contrary)
        );
    }

    #[test]
    fn a_receiver_that_is_busy_or_does_not_answer_says_nothing() {
        for name in ["genuine", "unsigned", "upper-case", "malformed-signed", "body-spaced"] {
            for status in [408, 425, 429] {
                assert_eq!(
                    standing(name, Ok(status), UNKNOWN),
                    ("UNCLEAR", AnswerVerdict::Unclear),
                    "{name} {status}"
                );
            }
            for kind in [TroubleKind::TimedOut, TroubleKind::Refused, TroubleKind::Reset] {
                assert_eq!(
                    standing(name, Err(kind), UNKNOWN),
                    ("UNCLEAR", AnswerVerdict::Unclear),
                    "{name}"
                );
            }
        }
    }
}
