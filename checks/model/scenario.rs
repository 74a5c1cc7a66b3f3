//! Scenarios: short sequences of deliveries, and when they run.

use serde::{Deserialize, Serialize};

use super::{Deliver, Delivery, Examination, Search, Stamp};

/// A short sequence of deliveries for one order. Scenarios run beside one another, their steps in
/// order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Names it in the plan, the observations and the report. Scenarios of one name are the same.
    pub name: &'static str,
    /// When it runs.
    pub stage: Stage,
    /// The order it is about.
    pub order: OrderNeed,
    /// What happens.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// A scenario of one delivery, for any order, beside the others.
    #[must_use]
    pub fn single(delivery: Delivery) -> Self {
        Self {
            name: delivery.name,
            stage: if delivery.must_be_taken() { Stage::Independent } else { Stage::Rejectable },
            order: OrderNeed::Any,
            steps: vec![Step::Deliver(delivery)],
        }
    }

    /// Whether a correct receiver may reject one of its deliveries: such scenarios come after the
    /// others, for receivers that shut out whoever is rejected too often.
    #[must_use]
    pub fn may_be_rejected(&self) -> bool {
        let differs = |step: &Step| matches!(step, Step::Altered { .. } | Step::Search(_));
        self.steps.iter().any(differs) || !self.deliveries().all(Delivery::must_be_taken)
    }

    /// Whether it wants an order of its own even where any would do, so that nothing else about that
    /// order came before: some receivers tell duplicates by the order alone. What is rejected
    /// anyway, the load and the first event do not.
    #[must_use]
    pub fn is_apart(&self) -> bool {
        matches!(
            self.stage,
            Stage::Independent
                | Stage::Stateful
                | Stage::Between
                | Stage::ControlAfter
                | Stage::Addresses
        )
    }

    /// How many of its requests a correct receiver may reject, at most.
    #[must_use]
    pub fn rejectable_requests(&self) -> u64 {
        if self.stage == Stage::Rejectable { self.requests() } else { 0 }
    }

    /// How far a run must go before this may be carried out.
    #[must_use]
    pub fn tier(&self) -> Deliver {
        let order = match self.order {
            OrderNeed::Any | OrderNeed::AnyPayout | OrderNeed::Unmarked => Deliver::Negative,
            OrderNeed::TestOrder | OrderNeed::TestPayout => Deliver::Full,
        };
        self.deliveries().map(Delivery::tier).fold(order, Deliver::max)
    }

    /// The deliveries among the steps.
    pub fn deliveries(&self) -> impl Iterator<Item = &Delivery> {
        self.steps.iter().flat_map(|step| match step {
            Step::Deliver(delivery)
            | Step::Together { delivery, .. }
            | Step::UntilAccepted { delivery, .. }
            | Step::Restart { delivery, .. } => std::slice::from_ref(delivery),
            Step::Beside { deliveries } | Step::EachAddress { deliveries, .. } => {
                deliveries.as_slice()
            }
            Step::Search(search) => std::slice::from_ref(&search.delivery),
            Step::Burst { delivery, .. } => std::slice::from_ref(delivery),
            // All that it sends goes as far as its genuine event.
            Step::Examine(_) => std::slice::from_ref(&Examination::GENUINE),
            Step::Repeat { .. } | Step::Altered { .. } | Step::CountEffects | Step::ReadStatus => {
                &[]
            }
        })
    }

    /// How many requests it makes of the receiver, at most.
    #[must_use]
    pub fn requests(&self) -> u64 {
        let of = |step: &Step| match step {
            Step::Deliver(_) | Step::Repeat { .. } | Step::Altered { .. } => 1,
            Step::Together { count, .. } => *count,
            Step::Beside { deliveries } => deliveries.len() as u64,
            Step::EachAddress { deliveries, most } => (deliveries.len() as u64 + 1) * most,
            Step::Search(search) => search.round(),
            Step::Burst { count, .. } => *count,
            Step::UntilAccepted { retries, .. } => 1 + retries,
            Step::Restart { controls, .. } => 1 + controls,
            Step::Examine(examination) => examination.most,
            Step::CountEffects | Step::ReadStatus => 0,
        };
        self.steps.iter().map(of).sum()
    }

    /// Whether it waits for effects.
    #[must_use]
    pub fn counts_effects(&self) -> bool {
        self.steps.contains(&Step::CountEffects)
    }

    /// Whether it waits for the order's state in the merchant's own word.
    #[must_use]
    pub fn reads_status(&self) -> bool {
        self.steps.contains(&Step::ReadStatus)
    }

    /// Whether it stops the receiver and starts it again.
    #[must_use]
    pub fn restarts(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Restart { .. }))
    }
}

/// When a scenario runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// First and alone.
    ControlBefore,
    /// Beside others.
    Independent,
    /// Beside others, its steps in order.
    Stateful,
    /// Alone, after those.
    Load,
    /// Alone, after the load: the receiver is stopped and started again.
    Restart,
    /// Beside others, once all is over that a receiver must take: what a correct one may reject.
    Rejectable,
    /// Genuine events before those, after every few of them, and where answers to genuine events
    /// differ; one at a time.
    Between,
    /// Last and alone.
    ControlAfter,
    /// Behind that: every address of the webhook's name, where it has several.
    Addresses,
    /// Behind everything, and only on its occasion.
    Examination,
}

/// The order a scenario is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderNeed {
    /// One that was never issued; in `full` with test orders, the first of those, for receivers
    /// that act on known orders only.
    Any,
    /// The same for payouts.
    AnyPayout,
    /// One that was never issued, whose id carries nothing of golive.
    Unmarked,
    /// A test order of its own from `[webhook.order]`.
    TestOrder,
    /// A test payout of its own from `[webhook.payout]`.
    TestPayout,
}

/// What deliveries of one event have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copies {
    /// Every byte.
    Same,
    /// The body. Each is signed for a second of its own, as far as those go that every receiver
    /// accepts.
    SignedAfresh,
}

/// The seconds that copies are signed for are this many, the last of them now: well within 30 s,
/// also where clocks differ a little.
const FRESH_SECONDS: u64 = 20;

impl Copies {
    /// Copy number `number` of a delivery, counted from 0.
    #[must_use]
    pub const fn of(self, delivery: &Delivery, number: u64) -> Delivery {
        match self {
            Self::Same => *delivery,
            Self::SignedAfresh => {
                Delivery { stamp: Stamp::Now { back_s: number % FRESH_SECONDS }, ..*delivery }
            }
        }
    }
}

/// How the last bytes of deliveries go out, once all but those were sent. What is random about it
/// comes from the run's seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// All of them at the same moment.
    AtOnce,
    /// Within some milliseconds, in any order, most of them close together.
    Close,
    /// Spread over the time that an answer takes, in any order: some arrive while the first is at
    /// work, some right after.
    Apart,
}

/// One step of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// One delivery.
    Deliver(Delivery),
    /// Send the signature and the timestamp of an earlier delivery again, over a body with another
    /// amount.
    Altered {
        /// Which of the steps, counted from 0.
        of: usize,
    },
    /// The very bytes of an earlier step again.
    Repeat {
        /// The index of that step.
        of: usize,
    },
    /// One event on this many connections, all but the last byte of each sent before the last bytes
    /// are released.
    Together {
        /// What is delivered.
        delivery: Delivery,
        /// How often.
        count: u64,
        /// What they have in common.
        copies: Copies,
        /// How the last bytes go out.
        release: Release,
    },
    /// Deliveries that do not depend on one another, beside one another as far as the receiver
    /// takes them.
    Beside {
        /// What is delivered.
        deliveries: Vec<Delivery>,
    },
    /// Deliveries one after the other, then the very bytes of the first again, at each address of the
    /// webhook's name: only where it has several.
    EachAddress {
        /// What is delivered, each time about an order of its own.
        deliveries: Vec<Delivery>,
        /// To how many addresses, at most.
        most: u64,
    },
    /// One round of a search: as many deliveries beside one another as the rounds before it leave
    /// open, perhaps none. Each is an event of its own.
    Search(Search),
    /// This many different events on as many connections, released together.
    Burst {
        /// What each says of an order of its own.
        delivery: Delivery,
        /// How many.
        count: u64,
    },
    /// One delivery, and while it is neither answered 200 nor refused, the same event again,
    /// re-signed, after pauses that double: what a platform does that retries. Attempt `n` of those
    /// before the last is signed as if so many seconds earlier, so that no two are alike.
    UntilAccepted {
        /// What is delivered.
        delivery: Delivery,
        /// How often it is delivered again, at most.
        retries: u64,
        /// The first pause, in milliseconds.
        pause_ms: u64,
    },
    /// One delivery during or after which the receiver is stopped by `[webhook.control]`, started
    /// again and waited for.
    Restart {
        /// What is delivered.
        delivery: Delivery,
        /// When the receiver is stopped.
        point: StopPoint,
        /// How many genuine `payment.processing` events may be sent to see whether the receiver is
        /// down and back, at most.
        controls: u64,
    },
    /// Find out how the receiver reads signatures.
    Examine(Examination),
    /// Count the order's effects once they rest.
    CountEffects,
    /// Read the order's state in the merchant's own word, once it rests. Next to
    /// [`Step::CountEffects`] both rest at the same time.
    ReadStatus,
}

impl Step {
    /// Whether it only looks what became of the order.
    #[must_use]
    pub const fn watches(&self) -> bool {
        match self {
            Self::CountEffects | Self::ReadStatus => true,
            Self::Deliver(_)
            | Self::Repeat { .. }
            | Self::Altered { .. }
            | Self::Together { .. }
            | Self::Beside { .. }
            | Self::EachAddress { .. }
            | Self::Search(_)
            | Self::Burst { .. } => false,
            Self::UntilAccepted { .. } | Self::Restart { .. } | Self::Examine(_) => false,
        }
    }
}

/// When a receiver is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopPoint {
    /// Once it has answered.
    Answered,
    /// As soon as the request is out whole.
    Sent,
    /// After half of the time that an answer usually takes.
    Halfway,
}
