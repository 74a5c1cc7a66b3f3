//! A receiver that is stopped in the middle of things, started again and waited for.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use golive_checks::conversation::recovery::{DOWN_CONTROLS, back_pauses};
use golive_checks::model::{
    Answer, Delivery, Exchange, NotMade, Observed, OrderNeed, Phase, RestartSeen, StepSeen,
    StopPoint, Trouble, TroubleKind,
};
use tokio::time::sleep;

use crate::observe::net::dial::millis;
use crate::observe::net::exchange::Patience;
use crate::observe::net::route::Route;
use crate::observe::net::wire::Marks;
use crate::observe::webhook::conversation::Conversation;
use crate::observe::webhook::conversation_run::{ConversationRun, GoesOn};
use crate::observe::webhook::receiver_control::{Control, IS_IT_UP, STARTS};
use crate::programs::Failed;

/// How long the answer of a receiver that is being stopped is waited for, beside what it usually
/// takes.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// How soon a count that did not change is looked at again.
const SOON: Duration = Duration::from_millis(50);

/// Between controls that wait for a receiver to be down.
const DOWN_PAUSE: Duration = Duration::from_millis(100);

impl Conversation<'_> {
    /// Whether so much of the run's time is over that the last control, on which everything else
    /// rests, might not be reached after a restart.
    pub(in crate::observe) fn has_no_time_to_restart(&self, began: Instant) -> bool {
        let deadline = self.context.options.deadline;
        !deadline.is_zero() && began.elapsed() * 3 > deadline * 2
    }
}

impl ConversationRun<'_> {
    /// Delivers, stops the receiver at `point`, starts it again and waits for it.
    pub(in crate::observe) async fn restart(
        &mut self,
        delivery: &Delivery,
        point: StopPoint,
    ) -> Result<GoesOn, NotMade> {
        let Some(control) = self.talk.control else { return Err(NotMade::NoRestart) };
        if control.owes_start() {
            return Err(NotMade::LeftStopped);
        }
        let Some((exchange, stop)) = self.stop_at(control, delivery, point).await? else {
            return Ok(GoesOn::No);
        };
        let stop = stop.map_err(|failed| failed.to_string());
        let down = stop.is_ok() && self.goes_down().await;
        let back = self.comes_back(control).await;
        let effects = match (self.first_count(), &back) {
            (Some(before), Ok(_)) if exchange.accepted() => Some(self.count_at_last(before).await),
            (Some(_) | None, _) => None,
        };
        let goes_on = if back.is_ok() { GoesOn::Yes } else { GoesOn::No };
        self.steps.push(StepSeen::Restart(Box::new(RestartSeen {
            point,
            delivery: exchange,
            stop,
            down,
            back,
            effects,
        })));
        Ok(goes_on)
    }

    /// The delivery, and how the stop command ended; none where the request never went out, and
    /// then nothing was stopped.
    async fn stop_at(
        &mut self,
        control: &Control<'_>,
        delivery: &Delivery,
        point: StopPoint,
    ) -> Result<Option<(Exchange, Result<u64, Failed>)>, NotMade> {
        let line = self.line().await;
        let request = self.compose(delivery)?;
        let out = self.talk.out(delivery.name.to_owned(), &request);
        self.composed.push(Some((delivery.name, request)));
        let (marks, patience) = (Arc::new(Marks::default()), self.last_patience());
        let mut sending =
            pin!(self.talk.sender.send_marked(&out, line, patience, None, Arc::clone(&marks)));
        let answered = match point {
            StopPoint::Answered => Some(sending.as_mut().await?),
            StopPoint::Sent | StopPoint::Halfway => tokio::select! {
                biased;
                exchange = sending.as_mut() => Some(exchange?),
                () = marks.out() => None,
            },
        };
        match answered {
            Some(exchange) if marks.instants().out.is_none() => {
                self.steps.push(StepSeen::Exchange(Box::new(exchange)));
                Ok(None)
            }
            Some(exchange) => Ok(Some((exchange, control.stop().await))),
            None => {
                let stopping = async {
                    if point == StopPoint::Halfway {
                        sleep(self.answer / 2).await;
                    }
                    control.stop().await
                };
                let (exchange, stop) = tokio::join!(sending, stopping);
                Ok(Some((exchange?, stop)))
            }
        }
    }

    /// How many effects the order has, at rest; while they are still `before`, they are waited for
    /// as long as effects may take: a receiver that was stopped may have work to catch up with,
    /// if it ever credits anything.
    pub(in crate::observe) async fn count_at_last(&self, before: u64) -> Observed<u64> {
        let Some(effects) = &self.talk.effects else {
            return Observed::NotMade(NotMade::NoEffects);
        };
        let began = Instant::now();
        let patience =
            if self.talk.credited.get() { self.talk.sender.limits.effects_wait_ms } else { 0 };
        let patience = Duration::from_millis(patience);
        loop {
            match effects.answer(&self.order.id, true).await {
                Observed::Got(count) if count == before && began.elapsed() < patience => {
                    sleep(SOON).await
                }
                counted => return counted,
            }
        }
    }

    /// Whoever is being stopped is not waited for as long as others.
    fn last_patience(&self) -> Patience {
        let usual = self.patience(1);
        Patience { first_byte: usual.first_byte.min(LAST_WORDS + self.answer * 2), ..usual }
    }

    /// Whether the receiver is seen not to take a control. It may finish first what it is at.
    async fn goes_down(&self) -> bool {
        for _ in 0..DOWN_CONTROLS {
            match self.is_it_up(self.last_patience()).await.map(|exchange| exchange.answer) {
                // Whoever takes a control and is slow about it is not down.
                Some(Ok(Answer { status: 200, .. }))
                | Some(Err(Trouble {
                    kind: TroubleKind::TimedOut,
                    phase: Phase::Send | Phase::FirstByte | Phase::Body,
                    ..
                }))
                | None => sleep(DOWN_PAUSE).await,
                Some(Ok(_) | Err(_)) => return true,
            }
        }
        false
    }

    /// Starts the receiver until it takes a control again; how many milliseconds that took, or why
    /// it did not come about.
    async fn comes_back(&self, control: &Control<'_>) -> Result<u64, String> {
        let wait_ms = self.talk.sender.limits.webhook_restart_ms;
        let began = Instant::now();
        let mut starts = 1;
        let mut failed = control.start().await.err();
        for pause in back_pauses(wait_ms) {
            if self.is_it_up(self.patience(1)).await.is_some_and(|exchange| exchange.accepted()) {
                control.is_up();
                return Ok(millis(began.elapsed()));
            }
            if millis(began.elapsed()) > wait_ms {
                break;
            }
            sleep(Duration::from_millis(pause)).await;
            failed = control.start_failed().await.or(failed);
            if failed.is_some() && starts < STARTS {
                starts += 1;
                failed = control.start().await.err();
            }
        }
        Err(match failed {
            Some(failed) => format!("webhook.control.start {failed}"),
            None => format!("no control was answered 200 within {wait_ms} ms"),
        })
    }

    /// What becomes of a genuine event that settles nothing; none where it could not be sent for a
    /// reason of ours.
    async fn is_it_up(&self, patience: Patience) -> Option<Exchange> {
        let talk = self.talk;
        let order = talk.orders.take(OrderNeed::Any, false).await.ok()?;
        let line = talk.sender.line(talk.url, None, patience, Route::default()).await;
        let request = self.compose_for(&IS_IT_UP, &order).ok()?;
        let out = talk.out(IS_IT_UP.name.to_owned(), &request);
        talk.sender.send(&out, line, patience, None).await.ok()
    }
}
