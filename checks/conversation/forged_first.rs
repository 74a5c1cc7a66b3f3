//! Orders and payouts for which a forged event comes first and the genuine one follows: whoever
//! marks an event as seen before it is verified loses the payment to anybody's forgery.

use crate::conversation::baselines::is_spared;
use crate::conversation::effects::{every, is_applied_once, unfinished};
use crate::conversation::scenarios::{stateful, until_accepted, watched};
use crate::conversation::space;
use crate::model::{
    Delivery, Evidence, Facts, Merchant, OrderNeed, Product, Reason, Scenario, ScenarioSeen, Step,
    Subject, Text,
};
use crate::platform::Event;
use crate::text;

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
const USUAL_PAYOUT: &str = "once-payout";

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
fn forged_first(merchant: &Merchant) -> impl Iterator<Item = Scenario> {
    let of = |kinds: &'static [(&str, &str)], event: Event, order: OrderNeed| {
        let scenario = move |(name, check): &(&'static str, &'static str)| {
            let forgeries = space::of_check(check).take(OF_EACH);
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

/// What became of an order.
pub(crate) enum Aftermath {
    /// The forgeries did nothing and the genuine event was applied.
    Right,
    /// A forgery did something.
    Applied(Evidence),
    /// The genuine event was answered 200 and did nothing.
    Lost(Evidence),
}

impl Aftermath {
    /// What was seen of each order; where test ids or the time ran out, of fewer.
    pub(crate) fn all(facts: &Facts<'_>) -> Vec<Result<Self, Reason>> {
        forged_first(facts.merchant)
            .filter(|planned| planned.order == OrderNeed::TestOrder || counts_payouts(facts))
            .filter_map(|planned| match facts.scenario(planned.name) {
                Err(Reason::NoWayToObserve(_)) => None,
                Err(_) if is_spared(facts, planned.name) => None,
                Err(reason) => Some(Err(reason)),
                Ok(seen) => Some(Self::of(facts, planned.name, seen)),
            })
            .collect()
    }

    /// What was seen of one, whose genuine event would be applied like any other.
    fn of(facts: &Facts<'_>, name: &'static str, seen: &ScenarioSeen) -> Result<Self, Reason> {
        if let Some(changed) = changed(name, seen) {
            return Ok(Self::Applied(changed));
        }
        let [before, between, after] = every(seen)?[..] else { return Err(unfinished()) };
        if after > between {
            return Ok(Self::Right);
        }
        let last = seen.exchanges().last().ok_or_else(unfinished)?;
        if last.accepted() && is_applied_once(facts) {
            let observed = text!(
                "{} before, {} after the forgeries, {} after the genuine event, which was \
                 answered {}",
                before,
                between,
                after,
                last.outcome()
            );
            let subject = Subject::Delivery(name.into());
            let expected = "one effect of the genuine event, whatever was forged before it";
            return Ok(Self::Lost(Evidence::of(subject, expected, observed)));
        }
        Err(Reason::Ambiguous(text!(
            "{}: the genuine event had no effect, and was answered {}",
            name,
            last.outcome()
        )))
    }
}

/// Whether a payout's success was seen to have an effect.
fn counts_payouts(facts: &Facts<'_>) -> bool {
    if !facts.merchant.uses(Product::Payments) {
        return true;
    }
    let counts = facts.scenario(USUAL_PAYOUT).and_then(every);
    matches!(counts.as_deref(), Ok([before, .., after]) if after > before)
}

/// What forgeries changed between the first two looks at an order: its effects or its state.
pub(crate) fn changed(name: &'static str, seen: &ScenarioSeen) -> Option<Evidence> {
    let evidence = |expected: &'static str, observed: Text| {
        Some(Evidence::of(Subject::Delivery(name.into()), expected, observed))
    };
    let counts: Vec<u64> = seen.effects().map_while(|count| count.get().ok().copied()).collect();
    if let [before, after, ..] = counts[..]
        && after > before
    {
        let observed = text!("{} before, {} after the forgeries", before, after);
        return evidence("no effect of any forgery", observed);
    }
    let states: Vec<&String> = seen.statuses().map_while(|word| word.get().ok()).collect();
    if let [before, after, ..] = states[..]
        && before != after
    {
        let (before, after) = (crate::model::Quoted(before), crate::model::Quoted(after));
        let observed = text!("{} before, {} after the forgeries", before, after);
        return evidence("the state of the order as it was", observed);
    }
    None
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
