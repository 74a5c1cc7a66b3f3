//! A scenario under way: its steps, one after the other.

use std::net::SocketAddr;
use std::time::Duration;

use golive_checks::conversation::scenarios::{ALTERED, BASELINE_BETWEEN};
use golive_checks::model::{
    Copies, Delivery, Exchange, NotMade, Observed, OrderId, Phase, Refusal, Release, Request,
    Scenario, SigningKeys, Stage, Stamp, Step, StepSeen, Trouble, Wait,
};
use jiff::Timestamp;
use tokio::time::sleep;

use crate::observe::join_all::each;
use crate::observe::net::dial::{Line, NoLine};
use crate::observe::net::exchange::{Opened, Outgoing, Patience};
use crate::observe::net::last_byte_sync::LastByteSync;
use crate::observe::net::route::Route;
use crate::observe::plan::{COME_BACK, source_key};
use crate::observe::webhook::concurrency_limit::{ConcurrencyLimit, InFlight, Urgency, Went};
use crate::observe::webhook::conversation::Conversation;
use crate::observe::webhook::hooks::{Answer, Asker};
use crate::observe::webhook::race::{Seat, StartOrder, start};
use crate::observe::webhook::rate_limit::asks_back;
use crate::observe::webhook::rounds::{Rounds, Turn};

/// How long those who stand on a starting line wait for the missing: some receivers open one
/// connection at a time.
const START_PATIENCE: Duration = Duration::from_secs(2);

/// How long a delivery that is cut is left with the receiver, at most.
const CUT_PATIENCE: Duration = Duration::from_secs(2);

/// A receiver that does one thing at a time answers the last of `n` deliveries after `n` times the
/// usual; twice that is fair.
const FAIRNESS: u32 = 4;

/// A body longer than this says nothing of the receiver's speed.
const LARGE: usize = 32 * 1024;

/// Whether the next step still has a point.
pub(in crate::observe) enum GoesOn {
    Yes,
    No,
}

/// A scenario under way.
pub(in crate::observe) struct ConversationRun<'a> {
    pub(in crate::observe) talk: &'a Conversation<'a>,
    pub(super) scenario: &'a Scenario,
    pub(super) window: &'a ConcurrencyLimit,
    /// How long an answer usually takes.
    pub(in crate::observe) answer: Duration,
    pub(in crate::observe) order: OrderId,
    pub(super) began: Timestamp,
    /// Its room in the window.
    pub(super) places: Vec<InFlight<'a>>,
    /// Its seat where it is a race.
    pub(super) seat: Option<Seat>,
    /// The rounds that it takes part in.
    pub(super) rounds: Option<&'a Rounds>,
    /// The connection for its next delivery.
    pub(super) ahead: Option<Opened>,
    /// The address that it goes to, where it is about one of several.
    pub(super) to: Option<SocketAddr>,
    /// How many deliveries went out one after the other.
    pub(super) sent: usize,
    /// The delivery of each step so far, to be repeated.
    pub(in crate::observe) composed: Vec<Option<(&'static str, Request)>>,
    pub(in crate::observe) steps: Vec<StepSeen>,
}

impl ConversationRun<'_> {
    pub(super) async fn step(&mut self, at: usize, step: &Step) -> Result<GoesOn, NotMade> {
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
    pub(super) async fn admitted(&self) -> Result<(), NotMade> {
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

    pub(super) fn urgency(&self, at: usize) -> Urgency {
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
    pub(super) fn route(&self, number: usize) -> Route {
        let repeats = self.scenario.stage == Stage::Stateful;
        Route { from: repeats.then_some(number), ..Route::to(self.to) }
    }

    /// What was sent and answered so far.
    pub(super) fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
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
    pub(super) async fn deliver(
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
    pub(super) async fn join_all(
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
    pub(super) async fn apart(
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
    pub(super) fn copies(
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
    pub(super) async fn released(
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
    pub(super) async fn watch(&mut self, at: usize) -> GoesOn {
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

    pub(super) async fn effects(&self, wanted: bool, at_rest: bool) -> Option<Observed<u64>> {
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
            Refusal::Unconfigured { key } => NotMade::Unconfigured { key: key.to_owned() },
            Refusal::NoReading => NotMade::NoReading,
        })
    }

    pub(super) fn try_compose(
        &self,
        delivery: &Delivery,
        order: &OrderId,
    ) -> Result<Request, Refusal> {
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

/// How many deliveries the next of these steps sends beside one another.
pub(super) fn at_once(steps: &[Step]) -> usize {
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

/// What a delivery tells of the receiver's speed.
pub(super) fn went(exchange: &Exchange, wait: Wait, opened_for_it: bool) -> Went {
    match (&exchange.answer, wait) {
        (_, Wait::Cut | Wait::TimeOut) => Went::Unknown,
        (Ok(answer), Wait::Answer) if matches!(answer.status, 429 | 503) => Went::Failed,
        (Ok(_), Wait::Answer) if opened_for_it => Went::Answered(undisturbed(exchange)),
        (Ok(_), Wait::Answer) => Went::Answered(exchange.times.answer()),
        (Err(_), Wait::Answer) => Went::Failed,
    }
}

/// What an exchange took with nothing beside it, its connection included.
pub(super) fn undisturbed(exchange: &Exchange) -> Duration {
    let times = exchange.times;
    Duration::from_micros(times.connect_us + times.tls_us) + times.answer()
}
