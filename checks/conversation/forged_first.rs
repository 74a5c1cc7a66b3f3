//! Orders and payouts for which a forged event comes first and the genuine one follows: whoever
//! marks an event as seen before it is verified loses the payment to anybody's forgery.

use crate::conversation::scenarios::{stateful, until_accepted, watched};
use crate::conversation::space;
use crate::model::{Delivery, Merchant, OrderNeed, Product, Scenario, Step};
use crate::platform::Event;

/// How many forgeries of each kind come first.
const OF_EACH: usize = 4;

/// The kinds that come first for an order of their own each, by the check that they belong to.
const PAYMENTS: [(&str, &str); 5] = [
    ("forged-first-unsigned", "webhook-rejects-unsigned"),
    ("forged-first-signed", "webhook-rejects-forged"),
    ("forged-first-tampered", "webhook-rejects-tampered"),
    ("forged-first-disguised", "webhook-rejects-disguised"),
    ("forged-first-spoofed", "webhook-rejects-spoofed"),
];

/// The same for payouts.
const PAYOUTS: [(&str, &str); 3] = [
    ("forged-first-payout-unsigned", "webhook-rejects-unsigned"),
    ("forged-first-payout-signed", "webhook-rejects-forged"),
    ("forged-first-payout-tampered", "webhook-rejects-tampered"),
];

/// A payout's success that nothing was forged before, for merchants whose usual event is a payment's:
/// whether they count effects of payouts at all.
pub(crate) const USUAL_PAYOUT: &str = "once-payout";

/// [`USUAL_PAYOUT`], where payouts are used beside payments and effects are counted.
fn usual_payout(merchant: &Merchant) -> Option<Scenario> {
    let both = merchant.uses(Product::Payments) && merchant.uses(Product::Payouts);
    (both && merchant.webhook.effects.is_some()).then(|| {
        let genuine = Delivery::genuine("payout").of_event(Event::PayoutSuccess);
        let steps = vec![Step::CountEffects, until_accepted(merchant, genuine), Step::CountEffects];
        stateful(USUAL_PAYOUT, OrderNeed::TestPayout, steps)
    })
}

/// All that is sent for these orders and payouts.
pub fn scenarios(merchant: &Merchant) -> impl Iterator<Item = Scenario> {
    usual_payout(merchant).into_iter().chain(forged_first(merchant))
}

/// One for each, as far as the merchant uses them and counts effects.
pub(crate) fn forged_first(merchant: &Merchant) -> impl Iterator<Item = Scenario> {
    let of = |kinds: &'static [(&str, &str)], event: Event, order: OrderNeed| {
        let scenario = move |(name, check): &(&'static str, &'static str)| {
            let may_go =
                |value: &&space::Value| !merchant.webhook.no_spoofing || !value.claims_address();
            let forgeries = space::of_check(check, merchant).filter(may_go).take(OF_EACH);
            let deliveries = forgeries.map(|value| value.delivery.of_event(event)).collect();
            let genuine = Delivery::genuine("genuine-after-forged").of_event(event);
            let mut steps = watched(merchant);
            steps.push(Step::Beside { deliveries });
            steps.extend(watched(merchant));
            steps.push(until_accepted(merchant, genuine));
            steps.push(Step::CountEffects);
            stateful(name, order, steps)
        };
        kinds.iter().map(scenario)
    };
    let uses = |product| merchant.webhook.effects.is_some() && merchant.uses(product);
    let payments =
        uses(Product::Payments).then(|| of(&PAYMENTS, Event::PaymentSuccess, OrderNeed::TestOrder));
    let payouts =
        uses(Product::Payouts).then(|| of(&PAYOUTS, Event::PayoutSuccess, OrderNeed::TestPayout));
    payments.into_iter().flatten().chain(payouts.into_iter().flatten())
}

/// Whether a scenario is one of these, which can be spared where test ids run out: each shows the
/// same of another kind of forgery.
#[must_use]
pub fn is_forged_first(name: &str) -> bool {
    name == USUAL_PAYOUT || PAYMENTS.iter().chain(&PAYOUTS).any(|(known, _)| *known == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Hook, HookSource, Program};

    fn merchant(uses: &[Product]) -> Merchant {
        let mut merchant = Merchant { uses: uses.iter().copied().collect(), ..Merchant::default() };
        let source = HookSource::Command(Program { name: "credits".to_owned() });
        merchant.webhook.effects = Some(Hook { source, settle_ms: 300 });
        merchant
    }

    #[test]
    fn forgeries_come_before_the_genuine_event_on_orders_and_payouts() {
        let both = merchant(&[Product::Payments, Product::Payouts]);
        let all: Vec<Scenario> = forged_first(&both).collect();
        let of = |need| all.iter().filter(|scenario| scenario.order == need).count();
        assert_eq!((of(OrderNeed::TestOrder), of(OrderNeed::TestPayout)), (5, 3));
        for scenario in &all {
            let genuine: Vec<bool> =
                scenario.deliveries().map(Delivery::is_validly_signed).collect();
            let (last, forged) = genuine.split_last().expect("some");
            assert!(*last && forged.len() > 1 && !forged.contains(&true), "{}", scenario.name);
            assert!(is_forged_first(scenario.name));
        }
        assert_eq!(forged_first(&merchant(&[Product::Payouts])).count(), 3);
        assert_eq!(forged_first(&Merchant::default()).count(), 0);
    }
}
