//! The addresses behind the webhook's name, and what each makes of the same deliveries.

use std::net::SocketAddr;

use crate::conversation::answers::scenario;
use crate::conversation::scenarios::{FORGED_WRONG_SECRET, UNSIGNED};
use crate::model::{
    AddressDelivered, Delivery, Exchange, Facts, FailedAttempt, Merchant, OrderNeed, Phase, Reason,
    Scenario, Stage, Step, Subject, Text, TroubleKind,
};
use crate::text;

/// The same deliveries at every address of the webhook's name.
pub const EVERY_ADDRESS: &str = "every-address";

/// What goes to each address, before the first of them goes there again.
pub const AT_AN_ADDRESS: [Delivery; 3] = [
    Delivery::genuine("address-genuine"),
    Delivery { name: "address-unsigned", ..UNSIGNED },
    Delivery { name: "address-forged", ..FORGED_WRONG_SECRET },
];

/// [`EVERY_ADDRESS`]
#[must_use]
pub fn every_address(merchant: &Merchant) -> Scenario {
    let step = Step::EachAddress {
        deliveries: AT_AN_ADDRESS.to_vec(),
        most: merchant.limits.webhook_addresses,
    };
    Scenario {
        name: EVERY_ADDRESS,
        stage: Stage::Addresses,
        order: OrderNeed::Any,
        steps: vec![step],
    }
}

/// An address in words: without the port where that is the webhook's own.
#[must_use]
pub fn shown(facts: &Facts<'_>, address: SocketAddr) -> Text {
    let own =
        facts.merchant.webhook_url().is_some_and(|url| url.effective_port() == address.port());
    if own { text!("{}", address.ip()) } else { text!("{}", address) }
}

/// The address as what a piece of evidence is about.
pub(crate) fn subject(facts: &Facts<'_>, address: SocketAddr) -> Subject {
    let own =
        facts.merchant.webhook_url().is_some_and(|url| url.effective_port() == address.port());
    if own { Subject::Address(address.ip()) } else { Subject::Delivery(text!("to {}", address)) }
}

/// What one address made of the deliveries.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AtAddress<'a> {
    pub(crate) address: SocketAddr,
    seen: &'a AddressDelivered,
}

/// What an answer says of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Exactly 200.
    Accepted,
    /// A 4xx.
    Rejected,
    /// Another answer that says neither.
    Other,
    /// The receiver was busy, or the network was in the way.
    Unclear,
}

impl Answer {
    fn of(exchange: &Exchange) -> Self {
        match exchange.status() {
            Some(200) => Self::Accepted,
            Some(408 | 425 | 429 | 503) | None => Self::Unclear,
            Some(400..=499) => Self::Rejected,
            Some(_) => Self::Other,
        }
    }
}

/// Whether the last attempt says something of the receiver.
fn last_is_the_receivers(failed: &[FailedAttempt]) -> bool {
    failed.last().is_some_and(|last| last.trouble.kind != TroubleKind::Unreachable)
}

/// One of the deliveries to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    Genuine,
    Unsigned,
    Forged,
    Duplicate,
}

impl Sent {
    /// In the order of their sending.
    pub(crate) const ALL: [Self; 4] =
        [Self::Genuine, Self::Unsigned, Self::Forged, Self::Duplicate];

    /// What it is, in a finding.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Genuine => "a genuine event",
            Self::Unsigned => "an unsigned event",
            Self::Forged => "a forged event",
            Self::Duplicate => "a duplicate",
        }
    }

    /// The delivery of the conversation that it is a copy of, where one can be sent by hand.
    pub(crate) const fn twin(self) -> Option<&'static str> {
        match self {
            Self::Genuine | Self::Duplicate => None,
            Self::Unsigned => Some(UNSIGNED.name),
            Self::Forged => Some(FORGED_WRONG_SECRET.name),
        }
    }

    /// What a correct receiver answers.
    pub(crate) const fn right(self) -> Answer {
        match self {
            Self::Genuine | Self::Duplicate => Answer::Accepted,
            Self::Unsigned | Self::Forged => Answer::Rejected,
        }
    }
}

/// What every address made of them, those that were looked at.
pub(crate) fn delivered<'a>(facts: &Facts<'a>) -> Result<Vec<AtAddress<'a>>, Reason> {
    let seen = scenario(facts, EVERY_ADDRESS)?;
    Ok(seen.addresses().map(|seen| AtAddress { address: seen.address, seen }).collect())
}

impl<'a> AtAddress<'a> {
    /// Whether this machine has no route there.
    pub(crate) fn has_no_route(self) -> bool {
        self.seen.no_route
    }

    /// The exchange of one of the deliveries.
    pub(crate) fn exchange(self, sent: Sent) -> Option<&'a Exchange> {
        self.seen.exchanges.get(sent as usize)
    }

    /// All of them.
    pub(crate) fn exchanges(self) -> &'a [Exchange] {
        &self.seen.exchanges
    }

    /// What it was answered.
    pub(crate) fn answer(self, sent: Sent) -> Answer {
        self.exchange(sent).map_or(Answer::Unclear, Answer::of)
    }

    /// Why the address is dead: it took no connection in two attempts. That no way leads there may
    /// be this machine's trouble.
    pub(crate) fn dead(self) -> Option<Text> {
        let unanswered = self.seen.exchanges.iter().all(|exchange| exchange.answer.is_err())
            && last_is_the_receivers(&self.seen.failed);
        let [first, .., last] = &self.seen.failed[..] else { return None };
        (unanswered && !self.has_no_route()).then(|| {
            let apart = last.at.duration_since(first.at).unsigned_abs();
            text!("{}; again {} later: {}", first.trouble, apart, last.trouble)
        })
    }

    /// Whether it took deliveries, or might have: its answers count.
    pub(crate) fn is_alive(self) -> bool {
        !self.has_no_route() && self.dead().is_none() && !self.certificate_is_refused()
    }

    /// Whether no event was sent, as its certificate was refused.
    pub(crate) fn certificate_is_refused(self) -> bool {
        self.exchange(Sent::Genuine).is_some_and(|exchange| {
            exchange.answer.as_ref().is_err_and(|trouble| {
                trouble.kind == TroubleKind::Certificate && trouble.phase == Phase::Tls
            })
        })
    }

    /// All that it answered, in a few words.
    pub(crate) fn answers(self) -> Text {
        let words: Vec<Text> = Sent::ALL
            .iter()
            .filter_map(|sent| {
                let exchange = self.exchange(*sent)?;
                Some(match &exchange.answer {
                    Ok(answer) => text!("{}: {}", sent.words(), answer.status),
                    Err(trouble) => text!("{}: {}", sent.words(), trouble),
                })
            })
            .collect();
        Text::join(&words, ", ")
    }
}
