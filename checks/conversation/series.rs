//! Genuine events of one kind in a row: whether a receiver goes on taking them.

use crate::conversation::scenarios::{
    BASELINE_AFTER, BASELINE_BEFORE, BASELINE_BETWEEN, BASELINE_REPEATED,
};
use crate::model::{Exchange, Facts, Observed, Reason, ScenarioSeen};

/// What the answers to genuine events, sent one at a time, come to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Series<'a> {
    /// Nothing that a pattern explains.
    Steady,
    /// Some are taken and some are rejected with the same status, in no order: not all that
    /// answers at the address is the same.
    Mixed {
        /// How many were taken.
        taken: usize,
        /// How many were rejected.
        rejected: usize,
        /// One that was rejected.
        example: &'a Exchange,
    },
    /// All are rejected from one on.
    ShutOut {
        /// The first that was rejected.
        first: &'a Exchange,
        /// How many deliveries that a correct receiver may reject were answered before it.
        after: usize,
    },
    /// Some were rejected for a while.
    ForAWhile {
        /// The first that was rejected.
        first: &'a Exchange,
    },
}

impl<'a> Series<'a> {
    /// What the run saw.
    pub(crate) fn of(facts: &Facts<'a>) -> Self {
        let series = baselines(facts);
        let Some(first_taken) = series.iter().position(|exchange| exchange.accepted()) else {
            return Self::Steady;
        };
        let rejected: Vec<&Exchange> =
            series.iter().copied().filter(|exchange| exchange.refused()).collect();
        let Some(example) = rejected.first() else { return Self::Steady };
        let turns = |from: fn(&Exchange) -> bool, to: fn(&Exchange) -> bool| {
            series.windows(2).filter(|pair| from(pair[0]) && to(pair[1])).count()
        };
        let lost = turns(Exchange::accepted, Exchange::refused);
        let regained = turns(Exchange::refused, Exchange::accepted);
        let alike = rejected.iter().all(|exchange| exchange.status() == example.status());
        if alike && lost + regained > 2 && rejected.len() > 1 {
            let taken = series.iter().filter(|exchange| exchange.accepted()).count();
            return Self::Mixed { taken, rejected: rejected.len(), example };
        }
        let Some(first) = series[first_taken..].iter().copied().find(|one| one.refused()) else {
            return Self::Steady;
        };
        if regained > 0 {
            return Self::ForAWhile { first };
        }
        Self::ShutOut { first, after: rejections_before(facts, first) }
    }
}

/// Insists that what answers at the address is one receiver, or several that are alike: else a
/// refusal of one genuine event says nothing of that event.
pub(crate) fn answers_alike(facts: &Facts<'_>) -> Result<(), Reason> {
    if matches!(Series::of(facts), Series::Mixed { .. }) {
        return Err(Reason::Blocked { by: "webhook-reachable" });
    }
    Ok(())
}

/// The genuine events that went out one at a time, as they were sent.
fn baselines<'a>(facts: &Facts<'a>) -> Vec<&'a Exchange> {
    let scenarios = [BASELINE_BEFORE, BASELINE_BETWEEN, BASELINE_REPEATED, BASELINE_AFTER];
    let mut series: Vec<&Exchange> = scenarios
        .iter()
        .filter_map(|delivery| facts.scenario(delivery.name).ok())
        .flat_map(ScenarioSeen::exchanges)
        .collect();
    series.sort_by_key(|exchange| exchange.sent.at);
    series
}

/// How many deliveries had been rejected by then.
fn rejections_before(facts: &Facts<'_>, first: &Exchange) -> usize {
    let seen = facts.seen.scenarios.values().filter_map(|seen| match seen {
        Observed::Got(seen) => Some(seen),
        Observed::Trouble(_) | Observed::NotMade(_) | Observed::NotPlanned => None,
    });
    seen.flat_map(ScenarioSeen::exchanges)
        .filter(|exchange| exchange.sent.at < first.sent.at && exchange.refused())
        .count()
}
