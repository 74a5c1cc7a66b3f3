//! The conversation with a webhook: a control, then everything else as fast as the receiver takes
//! it, load alone, the control again.

pub(super) mod addresses;
mod attempts;
mod baselines;
pub(super) mod concurrency_limit;
mod conversation;
mod conversation_run;
mod each_address;
mod examined;
pub(super) mod hooks;
pub(super) mod manual;
mod measured;
pub(super) mod orders;
pub(super) mod plain_http;
mod race;
mod rate_limit;
pub(super) mod receiver_control;
mod restart;
mod rounds;

use std::cell::RefCell;
use std::time::{Duration, Instant};

use golive_checks::conversation::doctor;
use golive_checks::conversation::scenarios::BASELINE_REPEATED;
use golive_checks::model::{
    Exchange, NotMade, Observed, Occasion, Scenario, ScenarioSeen, Stage, Step,
};
use jiff::Timestamp;

use crate::observe::join_all::{Task, join_all};
use crate::observe::webhook::concurrency_limit::ConcurrencyLimit;
use crate::observe::webhook::conversation_run::{ConversationRun, GoesOn, at_once, undisturbed};
use crate::observe::webhook::race::{Seat, seats};
use crate::observe::webhook::rounds::Rounds;

pub(crate) use conversation::{Conversation, Record};

/// How many deliveries are in flight at once, at most: what refuses that many need not be kept busy
/// with them.
const FEW: u64 = 6;

/// What is assumed of a receiver when no control says it.
const USUAL: Duration = Duration::from_millis(100);

impl Conversation<'_> {
    /// Carries out all scenarios, by stage. What was done is recorded as soon as it is known.
    pub(crate) async fn hold(&self, scenarios: &[Scenario], record: Record<'_>) {
        let of = |stage: Stage| scenarios.iter().filter(move |scenario| scenario.stage == stage);
        let quiet = ConcurrencyLimit::new(USUAL, 1);
        let began = Instant::now();
        let mut usual = USUAL;
        let (mut answer, mut way) = (Duration::ZERO, Duration::ZERO);
        let mut controls = of(Stage::ControlBefore);
        while let Some(control) = controls.next() {
            let seen = self.scenario(control, &quiet, Duration::ZERO).await;
            let first = match &seen {
                Observed::Got(seen) => seen.exchanges().next(),
                Observed::Trouble(_) | Observed::NotMade(_) | Observed::NotPlanned => None,
            };
            let accepted =
                matches!(&seen, Observed::Got(seen) if seen.exchanges().all(Exchange::accepted));
            let reading = first.is_some_and(doctor::follows);
            if let Some(exchange) = first {
                answer = exchange.times.answer();
                way = Duration::from_micros(exchange.times.connect_us);
                usual = undisturbed(exchange);
            }
            let rejected = first.is_some_and(Exchange::refused);
            record(control.name, seen);
            if !accepted {
                let later = |scenario: &&Scenario| {
                    !matches!(scenario.stage, Stage::ControlBefore | Stage::Examination)
                };
                let rest = controls.chain(scenarios.iter().filter(later));
                rest.for_each(|scenario| {
                    record(scenario.name, Observed::NotMade(NotMade::NoControl))
                });
                if rejected {
                    self.repeat_baseline(scenarios, answer, record).await;
                }
                self.examination(
                    scenarios,
                    usual,
                    answer,
                    reading.then_some(Occasion::Trouble).ok_or(NotMade::NoControl),
                    record,
                )
                .await;
                return;
            }
        }
        let window = ConcurrencyLimit::new(usual, self.sender.limits.webhook_concurrency);
        let cut = self.in_time(scenarios, answer, began, record).await;
        let scenarios = cut.as_slice();
        let of = |stage: Stage| scenarios.iter().filter(move |scenario| scenario.stage == stage);
        let mut together: Vec<&Scenario> =
            of(Stage::Independent).chain(of(Stage::Stateful)).collect();
        let mut mixed = false;
        // The longest first: the others fit in beside them.
        together.sort_by_key(|scenario| std::cmp::Reverse(scenario.steps.len()));
        let races = together.iter().filter(|scenario| is_race(scenario)).count();
        let limits = self.sender.limits;
        let (each, limit) =
            (limits.webhook_concurrent_duplicates, Duration::from_millis(limits.webhook_race_ms));
        let mut seats = seats(races, each, answer.saturating_sub(way), limit).into_iter();
        let spelled = RefCell::new(Vec::new());
        let tasks = together.into_iter().map(|scenario| -> Task<'_> {
            let (window, spelled) = (&window, &spelled);
            let seat = if is_race(scenario) { seats.next() } else { None };
            Box::pin(async move {
                let seen = self.seated(scenario, window, answer, seat, None).await;
                if let (Observed::Got(seen), true) = (&seen, doctor::is_spelling(scenario.name)) {
                    spelled.borrow_mut().extend(seen.exchanges().cloned());
                }
                record(scenario.name, seen);
            })
        });
        join_all(tasks.collect()).await;
        for scenario in of(Stage::Load).chain(of(Stage::Restart)) {
            let seen = if scenario.stage == Stage::Restart && self.has_no_time_to_restart(began) {
                Observed::NotMade(NotMade::NoTimeToRestart)
            } else {
                self.scenario(scenario, &ConcurrencyLimit::new(usual, 1), answer).await
            };
            if let (Stage::Load, Observed::Got(seen)) = (scenario.stage, &seen) {
                mixed |= seen.exchanges().any(Exchange::refused);
            }
            record(scenario.name, seen);
        }
        mixed |= self.rejectable(scenarios, &window, answer, record).await;
        for scenario in of(Stage::ControlAfter) {
            let seen = self.scenario(scenario, &quiet, answer).await;
            if let Observed::Got(seen) = &seen {
                mixed |= seen.exchanges().any(Exchange::refused);
            }
            record(scenario.name, seen);
        }
        if mixed {
            self.repeat_baseline(scenarios, answer, record).await;
        } else if scenarios.iter().any(|one| one.name == BASELINE_REPEATED.name) {
            record(BASELINE_REPEATED.name, Observed::NotMade(NotMade::NotNeeded));
        }
        for scenario in of(Stage::Addresses) {
            let few = self.sender.limits.webhook_concurrency.min(FEW);
            let window = ConcurrencyLimit::new(usual, few);
            record(scenario.name, self.scenario(scenario, &window, answer).await);
        }
        let occasion =
            if doctor::differ(&spelled.borrow()) { Occasion::Trouble } else { Occasion::Always };
        self.examination(scenarios, usual, answer, Ok(occasion), record).await;
    }

    /// What finds out how the receiver reads signatures, where this is an occasion for it.
    async fn examination(
        &self,
        scenarios: &[Scenario],
        usual: Duration,
        answer: Duration,
        occasion: Result<Occasion, NotMade>,
        record: Record<'_>,
    ) {
        for scenario in scenarios.iter().filter(|scenario| scenario.stage == Stage::Examination) {
            let needs = |step: &Step| matches!(step, Step::Examine(examination) if examination.occasion == Occasion::Always);
            let seen = match &occasion {
                Err(why) => Observed::NotMade(why.clone()),
                Ok(Occasion::Always) if !scenario.steps.iter().any(needs) => {
                    Observed::NotMade(NotMade::NotNeeded)
                }
                Ok(Occasion::Trouble | Occasion::Always) => {
                    let window = ConcurrencyLimit::new(
                        usual,
                        self.sender.limits.webhook_concurrency.min(FEW),
                    );
                    self.scenario(scenario, &window, answer).await
                }
            };
            record(scenario.name, seen);
        }
    }

    /// One scenario, its steps in order. `answer` is how long an answer usually takes.
    async fn scenario(
        &self,
        scenario: &Scenario,
        window: &ConcurrencyLimit,
        answer: Duration,
    ) -> Observed<ScenarioSeen> {
        self.seated(scenario, window, answer, None, None).await
    }

    /// The same, with its seat where it is a race among others, and in rounds where it may be
    /// rejected.
    async fn seated(
        &self,
        scenario: &Scenario,
        window: &ConcurrencyLimit,
        answer: Duration,
        seat: Option<Seat>,
        rounds: Option<&Rounds>,
    ) -> Observed<ScenarioSeen> {
        let order = match self.orders.take(scenario.order, scenario.is_apart()).await {
            Ok(order) => order,
            Err(none) => return none.seen(),
        };
        let began = Timestamp::now();
        let mut run = ConversationRun {
            talk: self,
            scenario,
            window,
            answer,
            order,
            began,
            places: Vec::new(),
            seat,
            rounds,
            ahead: None,
            to: None,
            sent: 0,
            composed: Vec::new(),
            steps: Vec::new(),
        };
        for (at, step) in scenario.steps.iter().enumerate() {
            if let (Step::Together { .. }, Some(seat)) = (step, &mut run.seat) {
                // Races go when all of them are ready, whether there is room or not.
                run.places.clear();
                if let Err(why) =
                    seat.ready(Duration::from_millis(self.sender.limits.webhook_race_ms)).await
                {
                    return Observed::NotMade(why);
                }
            } else if step.watches() && at > 0 {
                // Nobody is kept waiting by somebody who only watches; a count at the start is soon
                // done.
                run.places.clear();
            } else if run.places.is_empty() {
                run.places.push(window.enter(run.urgency(at)).await);
                // Before shorter ones take it: they have the time to wait.
                run.places
                    .extend((1..at_once(&scenario.steps[at..])).map_while(|_| window.enter_now()));
            }
            self.progress.began(scenario.name);
            let goes_on = run.step(at, step).await;
            self.progress.ended(scenario.name);
            match goes_on {
                Ok(GoesOn::Yes) => {}
                Ok(GoesOn::No) => break,
                // What was seen until then stays seen.
                Err(NotMade::ShutOut) if !run.steps.is_empty() => break,
                Err(why) => return Observed::NotMade(why),
            }
        }
        Observed::Got(ScenarioSeen { order: run.order, steps: run.steps })
    }
}

/// Whether a scenario releases deliveries together, beside others.
fn is_race(scenario: &Scenario) -> bool {
    scenario.stage == Stage::Stateful
        && scenario.steps.iter().any(|step| matches!(step, Step::Together { .. }))
}

#[cfg(test)]
mod tests;
