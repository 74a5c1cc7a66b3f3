//! The conversation with a webhook: a control, then everything else as fast as the receiver takes
//! it, load alone, the control again.

pub(super) mod addresses;
mod attempts;
mod baselines;
pub(super) mod concurrency_limit;
mod each_address;
mod examined;
pub(super) mod hooks;
pub(super) mod manual;
mod measured;
pub(super) mod orders;
pub(super) mod plain_http;
mod race;
pub(super) mod receiver_control;
mod restart;
mod rounds;

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use golive_checks::conversation::doctor;
use golive_checks::conversation::scenarios::{ALTERED, BASELINE_BETWEEN, BASELINE_REPEATED};
use golive_checks::model::{
    Copies, Delivery, Exchange, NotMade, Observed, Occasion, OrderId, Phase, Refusal, Release,
    Request, Scenario, ScenarioSeen, Secret, SigningKeys, Stage, Stamp, Step, StepSeen, Trouble,
    Wait,
};
use hyper::body::Bytes;
use jiff::Timestamp;
use tokio::time::sleep;
use url::Url;

use crate::observe::join_all::{Task, each, join_all};
use crate::observe::net::dial::{Line, NoLine};
use crate::observe::net::exchange::{HttpSender, Opened, Outgoing, Patience};
use crate::observe::net::last_byte_sync::LastByteSync;
use crate::observe::net::route::Route;
use crate::observe::plan::{COME_BACK, source_key};
use crate::observe::webhook::addresses::AddressBook;
use crate::observe::webhook::concurrency_limit::{ConcurrencyLimit, InFlight, Urgency, Went};
use crate::observe::webhook::hooks::{Answer, Asker};
use crate::observe::webhook::orders::Orders;
use crate::observe::webhook::race::{Seat, StartOrder, seats, start};
use crate::observe::webhook::receiver_control::Control;
use crate::observe::webhook::rounds::{Rounds, Turn};
use crate::observe::{Context, Progress};

/// How many deliveries are in flight at once, at most: what refuses that many need not be kept busy
/// with them.
const FEW: u64 = 6;

/// What is assumed of a receiver when no control says it.
const USUAL: Duration = Duration::from_millis(100);

/// How long those who stand on a starting line wait for the missing: some receivers open one
/// connection at a time.
const START_PATIENCE: Duration = Duration::from_secs(2);

/// How long a delivery that is cut is left with the receiver, at most.
const CUT_PATIENCE: Duration = Duration::from_secs(2);

/// A receiver that does one thing at a time answers the last of `n` deliveries after `n` times the
/// usual; twice that is fair.
const FAIRNESS: u32 = 4;

/// How long is waited where a rate limit does not say.
const BREATHER: Duration = Duration::from_secs(1);

/// Who asks to come back later than this is not waited for.
const LONGEST_BREATHER: Duration = Duration::from_secs(10);

/// A body longer than this says nothing of the receiver's speed.
const LARGE: usize = 32 * 1024;

/// The webhook, and what it takes to talk to it.
pub(crate) struct Conversation<'a> {
    /// The run.
    pub(crate) context: &'a Context<'a>,
    /// Where deliveries go.
    pub(crate) url: &'a Url,
    /// Carries them.
    pub(crate) sender: &'a HttpSender<'a>,
    /// `api.secret_key`
    pub(crate) live: &'a Secret,
    /// A secret made up for the run.
    pub(crate) wrong: &'a Secret,
    /// What the deliveries are about.
    pub(crate) orders: &'a Orders<'a>,
    /// The addresses of the webhook's name.
    pub(crate) addresses: &'a AddressBook<'a>,
    /// How often they credited.
    pub(crate) effects: Option<Asker<'a>>,
    /// In which state they left their orders.
    pub(crate) status: Option<Asker<'a>>,
    /// Stops the receiver and starts it again.
    pub(crate) control: Option<&'a Control<'a>>,
    /// Whether any order was seen to be credited; until then a credit that is missing is not worth
    /// a long wait.
    pub(crate) credited: Cell<bool>,
    /// Who watches.
    pub(crate) progress: &'a dyn Progress,
}

/// Where what became of each scenario is put down.
pub(crate) type Record<'a> = &'a dyn Fn(&'static str, Observed<ScenarioSeen>);

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

    pub(in crate::observe) fn out(&self, name: String, request: &Request) -> Outgoing<'_> {
        Outgoing {
            name,
            url: self.url,
            address: request.address.clone(),
            method: request.method.word(),
            headers: request.headers.clone(),
            body: Bytes::copy_from_slice(&request.body),
            spelling: request.spelling,
            framing: request.framing,
            wait: request.wait,
        }
    }
}

/// Whether the next step still has a point.
pub(in crate::observe) enum GoesOn {
    Yes,
    No,
}

/// A scenario under way.
pub(in crate::observe) struct ConversationRun<'a> {
    pub(in crate::observe) talk: &'a Conversation<'a>,
    scenario: &'a Scenario,
    window: &'a ConcurrencyLimit,
    /// How long an answer usually takes.
    pub(in crate::observe) answer: Duration,
    pub(in crate::observe) order: OrderId,
    began: Timestamp,
    /// Its room in the window.
    places: Vec<InFlight<'a>>,
    /// Its seat where it is a race.
    seat: Option<Seat>,
    /// The rounds that it takes part in.
    rounds: Option<&'a Rounds>,
    /// The connection for its next delivery.
    ahead: Option<Opened>,
    /// The address that it goes to, where it is about one of several.
    to: Option<SocketAddr>,
    /// How many deliveries went out one after the other.
    sent: usize,
    /// The delivery of each step so far, to be repeated.
    pub(in crate::observe) composed: Vec<Option<(&'static str, Request)>>,
    pub(in crate::observe) steps: Vec<StepSeen>,
}

impl ConversationRun<'_> {
    async fn step(&mut self, at: usize, step: &Step) -> Result<GoesOn, NotMade> {
        let opens_next = matches!(
            self.scenario.steps.get(at + 1),
            Some(Step::Deliver(_) | Step::Repeat { .. } | Step::UntilAccepted { .. })
        );
        let is_one = matches!(step, Step::Deliver(_) | Step::Repeat { .. } | Step::Altered { .. });
        if is_one {
            self.admitted().await?;
        }
        let alone = self.ahead.is_none();
        let (exchange, ahead) = match step {
            Step::Deliver(delivery) => {
                let line = self.line().await;
                // Signed once the line is open, so that the timestamp is that of its sending.
                let mut request = self.compose(delivery)?;
                let went = self
                    .deliver(
                        delivery.name.to_owned(),
                        &mut request,
                        Some((*delivery, &self.order)),
                        line,
                        alone,
                        opens_next,
                    )
                    .await?;
                self.composed.push(Some((delivery.name, request)));
                went
            }
            Step::Altered { of } => {
                let Some((_, mut request)) = self.composed.get(*of).cloned().flatten() else {
                    return Ok(GoesOn::No);
                };
                request.alter_amount();
                self.composed.push(Some((ALTERED, request.clone())));
                let line = self.line().await;
                self.deliver(ALTERED.to_owned(), &mut request, None, line, alone, opens_next)
                    .await?
            }
            Step::Repeat { of } => {
                let Some((name, mut request)) = self.composed.get(*of).cloned().flatten() else {
                    return Ok(GoesOn::No);
                };
                request.wait = Wait::Answer;
                self.composed.push(Some((name, request.clone())));
                let line = self.line().await;
                self.deliver(format!("{name}-again"), &mut request, None, line, alone, opens_next)
                    .await?
            }
            Step::Together { delivery, count, copies, release } => {
                let requests = self.copies(delivery, *count, *copies)?;
                self.composed
                    .push(requests.first().map(|request| (delivery.name, request.clone())));
                let seat = self.seat.take();
                let all = (1..).zip(&requests).map(|(number, request)| {
                    self.talk.out(format!("{}-{number}", delivery.name), request)
                });
                let exchanges = self.released(all.collect(), *release, seat).await?;
                self.steps.push(StepSeen::Together(exchanges));
                return Ok(GoesOn::Yes);
            }
            Step::Beside { deliveries } => {
                let exchanges = self.join_all(deliveries, self.urgency(at)).await?;
                let goes_on = goes_on(&exchanges);
                self.steps.push(StepSeen::Together(exchanges));
                return Ok(goes_on);
            }
            Step::Search(search) => {
                let exchanges = self.search(search, self.urgency(at)).await?;
                let goes_on = goes_on(&exchanges);
                self.steps.push(StepSeen::Together(exchanges));
                return Ok(goes_on);
            }
            Step::EachAddress { deliveries, .. } => {
                // Each address takes its own room.
                self.places.clear();
                let seen = self.each_address(deliveries, self.urgency(at)).await?;
                self.steps.push(StepSeen::Addresses(seen));
                return Ok(GoesOn::Yes);
            }
            Step::Burst { delivery, count } => {
                let exchanges = self.burst(delivery, *count).await?;
                self.steps.push(StepSeen::Together(exchanges));
                return Ok(GoesOn::Yes);
            }
            Step::UntilAccepted { delivery, retries, pause_ms } => {
                let attempts = self
                    .until_accepted(
                        delivery,
                        *retries,
                        Duration::from_millis(*pause_ms),
                        self.urgency(at),
                    )
                    .await?;
                let goes_on =
                    attempts.last().map_or(GoesOn::No, |last| goes_on(std::slice::from_ref(last)));
                self.steps.push(StepSeen::Attempts(attempts));
                return Ok(goes_on);
            }
            Step::Restart { delivery, point, .. } => return self.restart(delivery, *point).await,
            Step::Examine(examination) => {
                let exchanges = self.examine(examination, self.urgency(at)).await?;
                self.steps.push(StepSeen::Together(exchanges));
                return Ok(GoesOn::Yes);
            }
            Step::CountEffects | Step::ReadStatus => return Ok(self.watch(at).await),
        };
        self.ahead = ahead;
        let goes_on = goes_on(std::slice::from_ref(&exchange));
        self.steps.push(StepSeen::Exchange(Box::new(exchange)));
        Ok(goes_on)
    }

    /// Waits until one more may go out, where that is done in rounds.
    async fn admitted(&self) -> Result<(), NotMade> {
        let Some(rounds) = self.rounds else { return Ok(()) };
        loop {
            match rounds.turn() {
                Turn::Deliver => return Ok(()),
                Turn::Wait(changed) => changed.await,
                Turn::ShutOut => return Err(NotMade::ShutOut),
                Turn::Ask(number) => {
                    let delivery = &BASELINE_BETWEEN;
                    let asking = Box::pin(self.talk.baseline(delivery, number, self.answer));
                    rounds.answered(asking.await);
                }
            }
        }
    }

    fn urgency(&self, at: usize) -> Urgency {
        Urgency { under_way: at > 0, steps: self.scenario.steps.len() - at }
    }

    /// The connection for the next delivery.
    pub(in crate::observe) async fn line(&mut self) -> Result<Line, NoLine> {
        let (patience, route) = (self.patience(1), self.route(self.sent));
        self.sent += 1;
        self.talk.sender.line(self.talk.url, self.ahead.take(), patience, route).await
    }

    /// The way that delivery number `number` goes: with `--source` the deliveries of an event come
    /// from several addresses.
    fn route(&self, number: usize) -> Route {
        let repeats = self.scenario.stage == Stage::Stateful;
        Route { from: repeats.then_some(number), ..Route::to(self.to) }
    }

    /// What was sent and answered so far.
    fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.steps.iter().filter_map(|step| match step {
            StepSeen::Exchange(exchange) => Some(exchange.as_ref()),
            StepSeen::Together(_)
            | StepSeen::Attempts(_)
            | StepSeen::Restart(_)
            | StepSeen::Addresses(_)
            | StepSeen::Effects(_)
            | StepSeen::Status(_) => None,
        })
    }

    /// One delivery, and meanwhile the connection for the next where one is to follow. What a rate
    /// limit turns away and is stamped with the time of its sending is re-signed, for a
    /// receiver whose window is narrow; `request` is what went out last.
    async fn deliver(
        &self,
        name: String,
        request: &mut Request,
        afresh: Option<(Delivery, &OrderId)>,
        line: Result<Line, NoLine>,
        opened_for_it: bool,
        opens_next: bool,
    ) -> Result<(Exchange, Option<Opened>), NotMade> {
        let mut out = self.talk.out(name.clone(), request);
        let opens_next = opens_next && line.is_ok();
        let opening = async {
            if !opens_next {
                return None;
            }
            self.talk.sender.open(self.talk.url, self.route(self.sent)).await
        };
        let (exchange, mut ahead) =
            tokio::join!(self.talk.sender.send(&out, line, self.patience(1), None), opening);
        let mut exchange = exchange?;
        for turned_away in 1..=COME_BACK {
            let Some(after) = asks_back(&exchange, self.scenario.stage) else { break };
            self.window.learn(Went::Failed);
            sleep(after).await;
            // From where it came before.
            let route = self.route(self.sent.saturating_sub(1));
            let line =
                self.talk.sender.line(self.talk.url, ahead.take(), self.patience(1), route).await;
            if let Some((delivery, order)) =
                afresh.filter(|(delivery, _)| matches!(delivery.stamp, Stamp::Now { .. }))
            {
                *request = self.compose_for(&delivery, order)?;
                out = self.talk.out(name.clone(), request);
            }
            exchange = self.talk.sender.send(&out, line, self.patience(1), None).await?;
            exchange.turned_away = turned_away;
        }
        // How long a large body takes is a matter of the line.
        let says = if request.body.len() > LARGE {
            Went::Unknown
        } else {
            went(&exchange, request.wait, opened_for_it)
        };
        self.window.learn(says);
        Ok((exchange, ahead))
    }

    /// Deliveries beside one another: in the room there is, the others as they find some.
    async fn join_all(
        &mut self,
        deliveries: &[Delivery],
        urgency: Urgency,
    ) -> Result<Vec<Exchange>, NotMade> {
        let all = deliveries
            .iter()
            .map(|delivery| (delivery.name.to_owned(), *delivery, self.order.clone()))
            .collect();
        self.apart(all, urgency).await
    }

    /// The same, each about an order of its own and with a name of its own.
    async fn apart(
        &mut self,
        deliveries: Vec<(String, Delivery, OrderId)>,
        urgency: Urgency,
    ) -> Result<Vec<Exchange>, NotMade> {
        // One that may not be sent holds all of them back.
        deliveries
            .iter()
            .try_for_each(|(_, delivery, order)| self.compose_for(delivery, order).map(drop))?;
        self.composed.push(None);
        let mut places = std::mem::take(&mut self.places).into_iter();
        let run = &*self;
        let exchanges = each(deliveries.iter().map(|(name, delivery, order)| {
            let place = places.next();
            async move {
                let _place = match place {
                    Some(place) => place,
                    None => run.window.enter(urgency).await,
                };
                run.admitted().await?;
                let line = run
                    .talk
                    .sender
                    .line(run.talk.url, None, run.patience(1), Route::to(run.to))
                    .await;
                let mut request = run.compose_for(delivery, order)?;
                let (exchange, _) = run
                    .deliver(
                        name.clone(),
                        &mut request,
                        Some((*delivery, order)),
                        line,
                        true,
                        false,
                    )
                    .await?;
                Ok(exchange)
            }
        }));
        let went = exchanges.await;
        // What was answered before the door was shut stays seen.
        let some = went.iter().any(Result::is_ok);
        let counts =
            |one: &Result<Exchange, NotMade>| !some || !matches!(one, Err(NotMade::ShutOut));
        went.into_iter().filter(counts).collect()
    }

    /// One event as often as it is to go out at once.
    fn copies(
        &self,
        delivery: &Delivery,
        count: u64,
        copies: Copies,
    ) -> Result<Vec<Request>, NotMade> {
        match copies {
            Copies::Same => {
                Ok(vec![self.compose(delivery)?; usize::try_from(count).unwrap_or(usize::MAX)])
            }
            Copies::SignedAfresh => {
                (0..count).map(|number| self.compose(&copies.of(delivery, number))).collect()
            }
        }
    }

    /// Requests on connections of their own, their last bytes held back until all are there.
    async fn released(
        &self,
        all: Vec<Outgoing<'_>>,
        release: Release,
        mut seat: Option<Seat>,
    ) -> Result<Vec<Exchange>, NotMade> {
        let line = LastByteSync::new(all.len());
        let burden = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let patience = self.patience(burden);
        let _burden = self
            .window
            .burden(burden.saturating_sub(u32::try_from(self.places.len()).unwrap_or(u32::MAX)));
        let order = StartOrder::of(
            release,
            all.len(),
            self.talk.context.run.seed,
            self.scenario.name,
            self.answer,
        );
        let all = each(all.iter().enumerate().map(|(number, out)| {
            let place = line.place(number);
            async move {
                let route = self.route(number);
                let line = self.talk.sender.line(self.talk.url, None, patience, route).await;
                self.talk.sender.send(out, line, patience, Some(place)).await
            }
        }));
        let patience = START_PATIENCE.max(self.window.usual() * 10);
        let release = async {
            match &mut seat {
                Some(seat) => seat.start(&line, patience, &order).await,
                None => start(&line, patience, &order).await,
            }
        };
        let (exchanges, ()) = tokio::join!(all, release);
        exchanges.into_iter().collect()
    }

    /// What became of the order: at once where nothing was sent yet, else once it rests. Steps that
    /// watch next to one another do so at the same time, with the first of them.
    async fn watch(&mut self, at: usize) -> GoesOn {
        self.composed.push(None);
        if at > 0 && self.scenario.steps[at - 1].watches() {
            return GoesOn::Yes;
        }
        let watching: Vec<&Step> =
            self.scenario.steps[at..].iter().take_while(|step| step.watches()).collect();
        let at_rest = self
            .steps
            .iter()
            .any(|step| !matches!(step, StepSeen::Effects(_) | StepSeen::Status(_)));
        let (counts, reads) =
            (watching.contains(&&Step::CountEffects), watching.contains(&&Step::ReadStatus));
        let (count, word) = tokio::join!(
            self.effects(counts, at_rest),
            self.answer(reads, self.talk.status.as_ref(), NotMade::NoStatus, at_rest)
        );
        if let (Some(before), Some(Observed::Got(after))) = (self.first_count(), &count) {
            self.talk.credited.set(self.talk.credited.get() || *after > before);
        }
        let told =
            matches!(count, Some(Observed::Got(_))) || matches!(word, Some(Observed::Got(_)));
        self.steps.extend(count.map(StepSeen::Effects));
        self.steps.extend(word.map(StepSeen::Status));
        if told { GoesOn::Yes } else { GoesOn::No }
    }

    /// How many effects the order had before anything else.
    pub(in crate::observe) fn first_count(&self) -> Option<u64> {
        match self.steps.first()? {
            StepSeen::Effects(count) => count.get().ok().copied(),
            StepSeen::Exchange(_)
            | StepSeen::Together(_)
            | StepSeen::Attempts(_)
            | StepSeen::Restart(_)
            | StepSeen::Addresses(_)
            | StepSeen::Status(_) => None,
        }
    }

    async fn effects(&self, wanted: bool, at_rest: bool) -> Option<Observed<u64>> {
        match self.first_count().filter(|_| wanted && at_rest && self.scenario.restarts()) {
            Some(before) => Some(self.count_at_last(before).await),
            None => {
                self.answer(wanted, self.talk.effects.as_ref(), NotMade::NoEffects, at_rest).await
            }
        }
    }

    pub(in crate::observe) async fn answer<T: Answer>(
        &self,
        wanted: bool,
        asker: Option<&Asker<'_>>,
        without: NotMade,
        at_rest: bool,
    ) -> Option<Observed<T>> {
        match (wanted, asker) {
            (false, _) => None,
            (true, None) => Some(Observed::NotMade(without)),
            (true, Some(asker)) => Some(asker.answer(&self.order.id, at_rest).await),
        }
    }

    pub(in crate::observe) fn compose(&self, delivery: &Delivery) -> Result<Request, NotMade> {
        self.compose_for(delivery, &self.order)
    }

    pub(in crate::observe) fn compose_for(
        &self,
        delivery: &Delivery,
        order: &OrderId,
    ) -> Result<Request, NotMade> {
        self.try_compose(delivery, order).map_err(|refusal| match refusal {
            Refusal::WouldSettle => {
                NotMade::NoTestOrders { key: source_key(self.scenario.order).to_owned() }
            }
            Refusal::NoSandboxSecret => {
                NotMade::Unconfigured { key: "sandbox.secret_key".to_owned() }
            }
            Refusal::NoReading => NotMade::NoReading,
        })
    }

    fn try_compose(&self, delivery: &Delivery, order: &OrderId) -> Result<Request, Refusal> {
        let talk = self.talk;
        let keys = SigningKeys::of(talk.live, &talk.context.targets.keys, talk.wrong);
        delivery.compose(order, self.began, Timestamp::now(), &keys)
    }

    /// As the limits have it for a control; for others as much longer as our own load may make it.
    pub(in crate::observe) fn patience(&self, more: u32) -> Patience {
        let limits = Patience::of(self.talk.sender.limits);
        if matches!(
            self.scenario.stage,
            Stage::ControlBefore | Stage::Between | Stage::ControlAfter
        ) {
            return limits;
        }
        let load = self
            .window
            .usual()
            .saturating_mul(FAIRNESS.saturating_mul(self.window.in_flight().saturating_add(more)));
        let first_byte = limits.first_byte.max(load);
        let whole = limits.whole.max(first_byte + limits.whole.saturating_sub(limits.first_byte));
        Patience {
            first_byte,
            whole,
            before_cut: self.answer.min(CUT_PATIENCE),
            // An address that takes no connection is tried again later.
            contended: self.to.is_none(),
        }
    }
}

/// Whether a scenario releases deliveries together, beside others.
fn is_race(scenario: &Scenario) -> bool {
    scenario.stage == Stage::Stateful
        && scenario.steps.iter().any(|step| matches!(step, Step::Together { .. }))
}

/// How many deliveries the next of these steps sends beside one another.
fn at_once(steps: &[Step]) -> usize {
    match steps.iter().find(|step| !step.watches()) {
        Some(Step::Beside { deliveries }) => deliveries.len(),
        Some(Step::Search(search)) => usize::try_from(search.round()).unwrap_or(usize::MAX),
        Some(
            Step::Deliver(_)
            | Step::Repeat { .. }
            | Step::Altered { .. }
            | Step::EachAddress { .. }
            | Step::Together { .. }
            | Step::Burst { .. }
            | Step::UntilAccepted { .. }
            | Step::Restart { .. }
            | Step::Examine(_)
            | Step::CountEffects
            | Step::ReadStatus,
        )
        | None => 1,
    }
}

/// What never reached the receiver leaves nothing to go on from.
pub(in crate::observe) fn goes_on(exchanges: &[Exchange]) -> GoesOn {
    let lost = |exchange: &Exchange| {
        matches!(
            exchange.answer,
            Err(Trouble { phase: Phase::Name | Phase::Connect | Phase::Tls, .. })
        )
    };
    if exchanges.iter().any(lost) { GoesOn::No } else { GoesOn::Yes }
}

/// What an exchange took with nothing beside it, its connection included.
fn undisturbed(exchange: &Exchange) -> Duration {
    let times = exchange.times;
    Duration::from_micros(times.connect_us + times.tls_us) + times.answer()
}

/// When to come back, where the answer is a rate limit's that asks to. Some limits say 503; what is
/// answered so from the start is no limit.
fn asks_back(exchange: &Exchange, stage: Stage) -> Option<Duration> {
    let answer = exchange.answer.as_ref().ok()?;
    let may_be_limit =
        answer.status == 503 && !matches!(stage, Stage::ControlBefore | Stage::Examination);
    let status = if may_be_limit { 429 } else { answer.status };
    come_back(status, answer.header("retry-after"))
}

/// When to come back, where a rate limit asks to.
fn come_back(status: u16, retry_after: Option<&str>) -> Option<Duration> {
    let asked =
        retry_after.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
    let after = asked.unwrap_or(BREATHER).max(BREATHER);
    (status == 429 && after <= LONGEST_BREATHER).then_some(after)
}

/// What a delivery tells of the receiver's speed.
fn went(exchange: &Exchange, wait: Wait, opened_for_it: bool) -> Went {
    match (&exchange.answer, wait) {
        (_, Wait::Cut | Wait::TimeOut) => Went::Unknown,
        (Ok(answer), Wait::Answer) if matches!(answer.status, 429 | 503) => Went::Failed,
        (Ok(_), Wait::Answer) if opened_for_it => Went::Answered(undisturbed(exchange)),
        (Ok(_), Wait::Answer) => Went::Answered(exchange.times.answer()),
        (Err(_), Wait::Answer) => Went::Failed,
    }
}

#[cfg(test)]
mod tests;
