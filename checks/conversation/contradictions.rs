//! Scenarios in which the events of one order or payout contradict one another, each on a test
//! order of its own.

use crate::conversation::scenarios::stateful;
use crate::conversation::scenarios::until_accepted;
use crate::model::{Claim, Delivery, Merchant, OrderNeed, Product, Scenario, Step};
use crate::platform::Event;

/// An event that comes after the success of its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// What contradicts the success.
    pub event: Event,
    /// The scenario that counts effects.
    pub credits: &'static str,
    /// The scenario that reads the order's state.
    pub state: &'static str,
}

/// What may contradict a payment's success.
pub const CONTRADICTIONS: [Contradiction; 3] = [
    Contradiction {
        event: Event::PaymentProcessing,
        credits: "processing-after-success",
        state: "state-after-processing",
    },
    Contradiction {
        event: Event::PaymentFailed,
        credits: "failed-after-success",
        state: "state-after-failed",
    },
    Contradiction {
        event: Event::PaymentExpired,
        credits: "expired-after-success",
        state: "state-after-expired",
    },
];

/// What comes of a payment before its success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unpaid {
    /// The last that came.
    pub event: Event,
    /// The scenario.
    pub name: &'static str,
    /// What came until then, in words.
    pub words: &'static str,
}

/// The usual course, and two ends after which a success comes all the same.
pub const UNPAID: [Unpaid; 3] = [
    Unpaid {
        event: Event::PaymentProcessing,
        name: "success-after-processing",
        words: "payment.processing",
    },
    Unpaid { event: Event::PaymentFailed, name: "success-after-failed", words: "payment.failed" },
    Unpaid {
        event: Event::PaymentExpired,
        name: "success-after-expired",
        words: "payment.processing and payment.expired",
    },
];

/// A success, then the success of another transaction of the same order, effects counted.
pub const SECOND_TRANSACTION: &str = "second-transaction";
/// A payout's success, then its reversal, its state read.
pub const REVERSED_AFTER_SUCCESS: &str = "reversed-after-success";
/// A payout's reversal, then its success, its state read.
pub const SUCCESS_AFTER_REVERSED: &str = "success-after-reversed";

impl Contradiction {
    /// A success, what contradicts it, and the success re-signed; effects counted before and
    /// after. A receiver that lets itself be talked out of the success credits the last one
    /// again. What came between does not matter, so that only the end has to rest.
    #[must_use]
    pub fn counted(self, merchant: &Merchant) -> Scenario {
        let steps = vec![
            Step::CountEffects,
            told(merchant, "success", Event::PaymentSuccess),
            told(merchant, "contradiction", self.event),
            // Stamped with the time of its sending, as the first attempt above is not.
            Step::Deliver(Delivery::genuine("success-re-signed").of_event(Event::PaymentSuccess)),
            Step::CountEffects,
        ];
        stateful(self.credits, OrderNeed::TestOrder, steps)
    }

    /// A success and what contradicts it, the order's state read before, between and after.
    #[must_use]
    pub fn read(self, merchant: &Merchant) -> Scenario {
        let success = told(merchant, "success", Event::PaymentSuccess);
        let contradiction = told(merchant, "contradiction", self.event);
        let steps =
            vec![Step::ReadStatus, success, Step::ReadStatus, contradiction, Step::ReadStatus];
        stateful(self.state, OrderNeed::TestOrder, steps)
    }
}

impl Unpaid {
    /// What comes before, then the success; all that the merchant tells is watched.
    #[must_use]
    pub fn then_success(self, merchant: &Merchant) -> Scenario {
        let mut steps = watched(merchant);
        if self.event == Event::PaymentExpired {
            steps.push(told(merchant, "processing", Event::PaymentProcessing));
        }
        steps.push(told(merchant, "unpaid", self.event));
        steps.extend(watched(merchant));
        steps.push(told(merchant, "late-success", Event::PaymentSuccess));
        steps.extend(watched(merchant));
        stateful(self.name, OrderNeed::TestOrder, steps)
    }
}

/// [`SECOND_TRANSACTION`]
#[must_use]
pub fn second_transaction(merchant: &Merchant) -> Scenario {
    let success = told(merchant, "success", Event::PaymentSuccess);
    let other =
        Delivery { claim: Claim::OtherTransaction, ..Delivery::genuine("other-transaction") }
            .of_event(Event::PaymentSuccess);
    let steps =
        vec![Step::CountEffects, success, until_accepted(merchant, other), Step::CountEffects];
    stateful(SECOND_TRANSACTION, OrderNeed::TestOrder, steps)
}

/// [`REVERSED_AFTER_SUCCESS`] and [`SUCCESS_AFTER_REVERSED`]
#[must_use]
pub fn reversals(merchant: &Merchant) -> [Scenario; 2] {
    let both = |name, first, second| {
        let (first, second) = (told(merchant, "first", first), told(merchant, "second", second));
        let steps = vec![Step::ReadStatus, first, Step::ReadStatus, second, Step::ReadStatus];
        stateful(name, OrderNeed::TestPayout, steps)
    };
    [
        both(REVERSED_AFTER_SUCCESS, Event::PayoutSuccess, Event::PayoutReversed),
        both(SUCCESS_AFTER_REVERSED, Event::PayoutReversed, Event::PayoutSuccess),
    ]
}

/// All of them, for what the merchant uses.
#[must_use]
pub fn every(merchant: &Merchant) -> Vec<Scenario> {
    let mut all = Vec::new();
    if merchant.uses(Product::Payments) {
        all.extend(CONTRADICTIONS.into_iter().flat_map(|contradiction| {
            [contradiction.counted(merchant), contradiction.read(merchant)]
        }));
        all.extend(UNPAID.map(|unpaid| unpaid.then_success(merchant)));
        all.push(second_transaction(merchant));
    }
    if merchant.uses(Product::Payouts) {
        all.extend(reversals(merchant));
    }
    all
}

/// An event until it is accepted: a receiver may ask for any of them again.
fn told(merchant: &Merchant, name: &'static str, event: Event) -> Step {
    until_accepted(merchant, Delivery::genuine(name).of_event(event))
}

/// All that the merchant tells of an order. Where it tells nothing, effects are what is missing.
fn watched(merchant: &Merchant) -> Vec<Step> {
    let (effects, status) = (merchant.webhook.effects.is_some(), merchant.webhook.status.is_some());
    let wanted = [(Step::CountEffects, effects || !status), (Step::ReadStatus, status)];
    wanted.into_iter().filter(|(_, wanted)| *wanted).map(|(step, _)| step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Address, Hook, HookSource};

    #[test]
    fn only_what_the_merchant_uses_is_contradicted() {
        for (product, need) in
            [(Product::Payments, OrderNeed::TestOrder), (Product::Payouts, OrderNeed::TestPayout)]
        {
            let all = every(&Merchant { uses: [product].into(), ..Merchant::default() });
            assert!(
                !all.is_empty() && all.iter().all(|scenario| scenario.order == need),
                "{product:?}"
            );
        }
    }

    #[test]
    fn no_more_than_two_waits_for_rest_follow_one_another() {
        let mut merchant = Merchant::default();
        let hook = Hook { source: HookSource::Url(Address::Unreadable), settle_ms: 1 };
        (merchant.webhook.effects, merchant.webhook.status) = (Some(hook.clone()), Some(hook));
        for scenario in every(&merchant) {
            let rests = scenario
                .steps
                .windows(2)
                .filter(|pair| !pair[0].watches() && pair[1].watches())
                .count();
            assert!(rests <= 2, "{}", scenario.name);
        }
    }

    #[test]
    fn what_the_merchant_does_not_tell_is_not_watched() {
        let late = |effects: bool, status: bool| {
            let mut merchant = Merchant::default();
            let hook = |told: bool| {
                told.then_some(Hook { source: HookSource::Url(Address::Unreadable), settle_ms: 1 })
            };
            (merchant.webhook.effects, merchant.webhook.status) = (hook(effects), hook(status));
            let scenario = UNPAID[0].then_success(&merchant);
            (scenario.counts_effects(), scenario.reads_status())
        };
        assert_eq!(
            [late(true, true), late(true, false), late(false, true)],
            [(true, true), (true, false), (false, true)]
        );
        assert_eq!(late(false, false), (true, false));
    }
}
