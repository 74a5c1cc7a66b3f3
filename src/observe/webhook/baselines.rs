//! Genuine events that are there for the others' sake: before, between and after what may be
//! rejected, where answers differ, and to see how fast a receiver is.

use std::time::{Duration, Instant};

use golive_checks::conversation::pace;
use golive_checks::conversation::scenarios::{
    BASELINE_BETWEEN, BASELINE_PACE, BASELINE_PACES, BASELINE_REPEATED, BASELINE_REPEATS,
};
use golive_checks::model::{
    Delivery, Exchange, NotMade, Observed, Scenario, ScenarioSeen, Stage, Step, StepSeen,
};

use crate::observe::join_all::{Task, each, join_all};
use crate::observe::webhook::concurrency_limit::ConcurrencyLimit;
use crate::observe::webhook::rounds::Rounds;
use crate::observe::webhook::{Conversation, Record, USUAL};

/// How much of the time given to the run deliveries may take: the rest is for what they wait for.
const PART_FOR_DELIVERIES: f64 = 0.6;

impl Conversation<'_> {
    /// What of the scenarios can be carried out in time: all of them, unless the receiver is so slow
    /// that its pace has to be measured.
    pub(super) async fn in_time(
        &self,
        scenarios: &[Scenario],
        answer: Duration,
        began: Instant,
        record: Record<'_>,
    ) -> Vec<Scenario> {
        let time = self.context.options.deadline.mul_f64(PART_FOR_DELIVERIES);
        let requests = scenarios.iter().map(pace::usual_requests).sum::<u64>();
        let one_by_one_s = answer.as_secs_f64() * requests as f64;
        let is_planned = scenarios.iter().any(|one| one.name == BASELINE_PACE.name);
        if time.is_zero() || !is_planned || one_by_one_s < time.as_secs_f64() {
            if is_planned {
                record(BASELINE_PACE.name, Observed::NotMade(NotMade::NotNeeded));
            }
            return scenarios.to_vec();
        }
        let measured = Instant::now();
        let all = (1..=BASELINE_PACES).map(|number| self.baseline(&BASELINE_PACE, number, answer));
        let seen: Vec<ScenarioSeen> = each(all).await.into_iter().flatten().collect();
        let pace_s = measured.elapsed().as_secs_f64() / BASELINE_PACES as f64;
        record(BASELINE_PACE.name, numbered(seen));
        let left_s = time.saturating_sub(began.elapsed()).as_secs_f64();
        let (left, out) = pace::cut(scenarios, (left_s / pace_s.max(0.001)) as u64);
        out.into_iter().for_each(|name| record(name, Observed::NotMade(NotMade::Pace)));
        left
    }

    /// What a correct receiver may reject, beside one another, with genuine events in between where
    /// the run sends any. Says whether one of those was rejected.
    pub(super) async fn rejectable(
        &self,
        scenarios: &[Scenario],
        window: &ConcurrencyLimit,
        answer: Duration,
        record: Record<'_>,
    ) -> bool {
        let is_load =
            |one: &&Scenario| one.steps.iter().any(|step| matches!(step, Step::Burst { .. }));
        let (load, mut together): (Vec<&Scenario>, Vec<&Scenario>) =
            scenarios.iter().filter(|one| one.stage == Stage::Rejectable).partition(is_load);
        together.sort_by_key(|scenario| std::cmp::Reverse(scenario.steps.len()));
        let is_planned = scenarios.iter().any(|one| one.name == BASELINE_BETWEEN.name);
        let rounds = Rounds::default();
        let tasks = together.into_iter().map(|scenario| -> Task<'_> {
            let rounds = is_planned.then_some(&rounds);
            Box::pin(async move {
                let seen = self.seated(scenario, window, answer, None, rounds).await;
                record(scenario.name, seen);
            })
        });
        join_all(tasks.collect()).await;
        let baselines = rounds.into_baselines();
        let rejected = baselines.iter().flat_map(ScenarioSeen::exchanges).any(Exchange::refused);
        if is_planned {
            record(BASELINE_BETWEEN.name, numbered(baselines));
        }
        for scenario in load {
            let seen = if rejected {
                Observed::NotMade(NotMade::ShutOut)
            } else {
                self.scenario(scenario, window, answer).await
            };
            record(scenario.name, seen);
        }
        rejected
    }

    /// Genuine events one at a time, to see whether it is always the same receiver that answers.
    pub(super) async fn repeat_baseline(
        &self,
        scenarios: &[Scenario],
        answer: Duration,
        record: Record<'_>,
    ) {
        if !scenarios.iter().any(|one| one.name == BASELINE_REPEATED.name) {
            return;
        }
        let mut repeated = Vec::new();
        for number in 1..=BASELINE_REPEATS {
            let Some(seen) = self.baseline(&BASELINE_REPEATED, number, answer).await else { break };
            repeated.push(seen);
        }
        record(BASELINE_REPEATED.name, numbered(repeated));
    }

    /// A genuine event with an order of its own, alone.
    pub(super) async fn baseline(
        &self,
        delivery: &Delivery,
        number: usize,
        answer: Duration,
    ) -> Option<ScenarioSeen> {
        let scenario = Scenario { stage: Stage::Between, ..Scenario::single(*delivery) };
        let seen = self.scenario(&scenario, &ConcurrencyLimit::new(USUAL, 1), answer).await;
        let Observed::Got(ScenarioSeen { order, steps }) = seen else { return None };
        let numbered = |step| match step {
            StepSeen::Exchange(exchange) => {
                let name = format!("{}-{number}", delivery.name);
                StepSeen::Exchange(Box::new(Exchange { name, ..*exchange }))
            }
            other => other,
        };
        Some(ScenarioSeen { order, steps: steps.into_iter().map(numbered).collect() })
    }
}

/// Genuine events of one scenario, each about an order of its own; the first's stands for them.
fn numbered(all: Vec<ScenarioSeen>) -> Observed<ScenarioSeen> {
    let Some(order) = all.first().map(|first| first.order.clone()) else {
        return Observed::NotMade(NotMade::NotNeeded);
    };
    let steps = all.into_iter().flat_map(|seen| seen.steps).collect();
    Observed::Got(ScenarioSeen { order, steps })
}
