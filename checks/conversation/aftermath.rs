//! What became of orders and payouts that were forged for.

use crate::conversation::answers::is_spared;
use crate::conversation::effects::{every, is_applied_once, unfinished};
use crate::conversation::forged_first::{USUAL_PAYOUT, forged_first};
use crate::model::{
    Evidence, Facts, OrderNeed, Product, Quoted, Reason, ScenarioSeen, Subject, Text,
};
use crate::text;

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
        let (before, after) = (Quoted(before), Quoted(after));
        let observed = text!("{} before, {} after the forgeries", before, after);
        return evidence("the state of the order as it was", observed);
    }
    None
}
