//! The kinds of deliveries that can be sent by hand.

use crate::conversation::registry::every;
use crate::conversation::scenarios::{BASELINE_AFTER, BASELINE_BEFORE, event_name};
use crate::model::{
    Change, Claim, Content, Deliver, Delivery, Form, Label, Limits, Merchant, Method, Stamp, Step,
    Wait,
};
use crate::platform::Event;

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
                | Form::TestFlags
                | Form::Deflate
                | Form::FormPayload
                | Form::Batch,
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
