//! What was seen of a scenario, step by step.

use serde::{Deserialize, Serialize};

use super::{AddressDelivered, Exchange, Observed, OrderId, StopPoint};

/// What became of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioSeen {
    /// The order it was about.
    pub order: OrderId,
    /// Its steps, in order; fewer than planned where one failed in a way that made the next
    /// pointless.
    pub steps: Vec<StepSeen>,
}

impl ScenarioSeen {
    /// Every exchange of it, in order.
    pub fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.steps.iter().flat_map(|step| {
            let own = match step {
                StepSeen::Exchange(exchange) => std::slice::from_ref(exchange.as_ref()),
                StepSeen::Together(exchanges) | StepSeen::Attempts(exchanges) => {
                    exchanges.as_slice()
                }
                StepSeen::Restart(restart) => std::slice::from_ref(&restart.delivery),
                StepSeen::Effects(_) | StepSeen::Status(_) | StepSeen::Addresses(_) => &[],
            };
            own.iter().chain(addresses_of(step).iter().flat_map(|seen| &seen.exchanges))
        })
    }

    /// The counts of effects, in order.
    pub fn effects(&self) -> impl Iterator<Item = &Observed<u64>> {
        self.steps.iter().filter_map(|step| match step {
            StepSeen::Effects(count) => Some(count),
            StepSeen::Exchange(_)
            | StepSeen::Together(_)
            | StepSeen::Attempts(_)
            | StepSeen::Restart(_)
            | StepSeen::Addresses(_)
            | StepSeen::Status(_) => None,
        })
    }

    /// The states of the order in the merchant's own words, in order.
    pub fn statuses(&self) -> impl Iterator<Item = &Observed<String>> {
        self.steps.iter().filter_map(|step| match step {
            StepSeen::Status(word) => Some(word),
            StepSeen::Exchange(_)
            | StepSeen::Together(_)
            | StepSeen::Attempts(_)
            | StepSeen::Restart(_)
            | StepSeen::Addresses(_)
            | StepSeen::Effects(_) => None,
        })
    }

    /// The attempts of its first delivery that is made until it is accepted.
    pub fn attempts(&self) -> Option<&[Exchange]> {
        self.steps.iter().find_map(|step| match step {
            StepSeen::Attempts(attempts) => Some(attempts.as_slice()),
            StepSeen::Exchange(_)
            | StepSeen::Together(_)
            | StepSeen::Restart(_)
            | StepSeen::Effects(_)
            | StepSeen::Addresses(_)
            | StepSeen::Status(_) => None,
        })
    }

    /// What each address made of its deliveries.
    pub fn addresses(&self) -> impl Iterator<Item = &AddressDelivered> {
        self.steps.iter().flat_map(addresses_of)
    }

    /// How the receiver was stopped and started again, where it was.
    #[must_use]
    pub fn restart(&self) -> Option<&RestartSeen> {
        self.steps.iter().find_map(|step| match step {
            StepSeen::Restart(restart) => Some(restart.as_ref()),
            StepSeen::Exchange(_)
            | StepSeen::Together(_)
            | StepSeen::Attempts(_)
            | StepSeen::Effects(_)
            | StepSeen::Addresses(_)
            | StepSeen::Status(_) => None,
        })
    }
}

fn addresses_of(step: &StepSeen) -> &[AddressDelivered] {
    match step {
        StepSeen::Addresses(addresses) => addresses,
        StepSeen::Exchange(_)
        | StepSeen::Together(_)
        | StepSeen::Attempts(_)
        | StepSeen::Restart(_)
        | StepSeen::Effects(_)
        | StepSeen::Status(_) => &[],
    }
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepSeen {
    /// One delivery.
    Exchange(Box<Exchange>),
    /// Deliveries of one step, in the order planned: released together, or beside one another.
    Together(Vec<Exchange>),
    /// One delivery until it was accepted, attempt after attempt.
    Attempts(Vec<Exchange>),
    /// One delivery during or after which the receiver was stopped.
    Restart(Box<RestartSeen>),
    /// The same deliveries at each address of the webhook's name; empty where it has only one.
    Addresses(Vec<AddressDelivered>),
    /// How many effects the order had, once they rested.
    Effects(Observed<u64>),
    /// The order's state in the merchant's own word, once it rested.
    Status(Observed<String>),
}

/// What became of a receiver that was stopped and started again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestartSeen {
    /// When it was to be stopped.
    pub point: StopPoint,
    /// The delivery that it was at, or had just answered.
    pub delivery: Exchange,
    /// How the stop command ended: after so many milliseconds, or why it did not work.
    pub stop: Result<u64, String>,
    /// Whether it was seen to be down: a control that was sent after it was stopped was not
    /// answered 200.
    pub down: bool,
    /// After how many milliseconds from the start command on it answered a control with 200, or
    /// why it did not.
    pub back: Result<u64, String>,
    /// How many effects the order had then, before the event was delivered again; only where the
    /// delivery was answered 200, as who is told that delivers no more.
    pub effects: Option<Observed<u64>>,
}
