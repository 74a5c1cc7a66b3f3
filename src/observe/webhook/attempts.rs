//! A delivery that is made until it is accepted, as a platform does that retries.

use std::time::Duration;

use golive_checks::model::{Delivery, Exchange, NotMade, Stamp};
use tokio::time::sleep;

use crate::observe::webhook::concurrency_limit::Urgency;
use crate::observe::webhook::conversation_run::{ConversationRun, went};
use crate::observe::webhook::rate_limit::come_back;

impl ConversationRun<'_> {
    /// One delivery until it is accepted or refused, re-signed each time. A rate limit's wish
    /// to be left alone for a while is respected.
    pub(super) async fn until_accepted(
        &mut self,
        delivery: &Delivery,
        retries: u64,
        mut pause: Duration,
        urgency: Urgency,
    ) -> Result<Vec<Exchange>, NotMade> {
        let mut attempts: Vec<Exchange> = Vec::new();
        loop {
            if self.places.is_empty() {
                self.places.push(
                    self.window
                        .enter(Urgency {
                            under_way: urgency.under_way || !attempts.is_empty(),
                            ..urgency
                        })
                        .await,
                );
            }
            let alone = self.ahead.is_none();
            let line = self.line().await;
            // Two attempts in one second are two signatures too.
            let stamp = Stamp::Now { back_s: retries.saturating_sub(attempts.len() as u64) };
            let request = self.compose(&Delivery { stamp, ..*delivery })?;
            let out = self.talk.out(delivery.name.to_owned(), &request);
            let exchange = self.talk.sender.send(&out, line, self.patience(1), None).await?;
            self.window.learn(went(&exchange, request.wait, alone));
            let answered = exchange.answer.as_ref().ok();
            let asked =
                answered.and_then(|answer| come_back(answer.status, answer.header("retry-after")));
            let done = exchange.accepted()
                || exchange.refused() && !exchange.is_locked()
                || attempts.len() as u64 >= retries;
            attempts.push(exchange);
            if done {
                self.composed.push(Some((delivery.name, request)));
                return Ok(attempts);
            }
            // Nobody is kept waiting by somebody who only pauses.
            self.places.clear();
            sleep(pause.max(asked.unwrap_or_default())).await;
            pause *= 2;
        }
    }
}
