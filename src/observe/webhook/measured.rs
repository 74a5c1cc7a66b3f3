//! Steps that measure the receiver: the search for its window, and the burst.

use std::time::Duration;

use golive_checks::model::{Delivery, Exchange, NotMade, OrderId, Release, Search, StepSeen};
use tokio::time::sleep;

use crate::observe::join_all::each;
use crate::observe::net::dial::NoLine;
use crate::observe::net::route::Route;
use crate::observe::plan::COME_BACK;
use crate::observe::plan::source_key;
use crate::observe::webhook::concurrency_limit::Urgency;
use crate::observe::webhook::conversation_run::ConversationRun;
use crate::observe::webhook::rate_limit::asks_back;

/// Those whom a rate limit turned away come back one after the other.
const APART: Duration = Duration::from_millis(100);

impl ConversationRun<'_> {
    /// The next round of a search; empty where there is no more to find out.
    pub(super) async fn search(
        &mut self,
        search: &Search,
        urgency: Urgency,
    ) -> Result<Vec<Exchange>, NotMade> {
        let so_far = self.steps.iter().flat_map(|step| match step {
            StepSeen::Together(exchanges) => exchanges.as_slice(),
            StepSeen::Exchange(_)
            | StepSeen::Attempts(_)
            | StepSeen::Restart(_)
            | StepSeen::Addresses(_)
            | StepSeen::Effects(_)
            | StepSeen::Status(_) => &[],
        });
        let mut round = Vec::new();
        for delivery in search.next(so_far) {
            let name = delivery.stamp.off_by_s().map_or_else(
                || delivery.name.to_owned(),
                |by_s| format!("{}-{by_s}", delivery.name),
            );
            round.push((name, delivery, self.another_order().await?));
        }
        self.apart(round, urgency).await
    }

    /// Different events, their last bytes released at the same moment. Those whom a rate limit
    /// turns away come back, as every delivery does.
    pub(super) async fn burst(
        &mut self,
        delivery: &Delivery,
        count: u64,
    ) -> Result<Vec<Exchange>, NotMade> {
        let mut requests = Vec::new();
        for _ in 0..count {
            requests.push(self.compose_for(delivery, &self.another_order().await?)?);
        }
        self.composed.push(None);
        let all = requests
            .iter()
            .zip(1..)
            .map(|(request, number)| self.talk.out(format!("{}-{number}", delivery.name), request))
            .collect();
        let run = &*self;
        let mut turned_away = 0..;
        let first = run.released(all, Release::AtOnce, None).await?;
        let exchanges = each(first.into_iter().zip(&requests).map(|(exchange, request)| {
            let behind = if asks_back(&exchange, run.scenario.stage).is_some() {
                turned_away.next().unwrap_or_default()
            } else {
                0
            };
            async move {
                let mut exchange = exchange;
                for times in 1..=COME_BACK {
                    let Some(after) = asks_back(&exchange, run.scenario.stage) else { break };
                    sleep(after + APART * behind).await;
                    let patience = run.patience(behind);
                    let line =
                        run.talk.sender.line(run.talk.url, None, patience, Route::default()).await;
                    let out = run.talk.out(exchange.name, request);
                    exchange = run.talk.sender.send(&out, line, patience, None).await?;
                    exchange.turned_away = times;
                }
                Ok(exchange)
            }
        }));
        exchanges.await.into_iter().collect()
    }

    /// A further order like the scenario's, so that what is sent about it is no duplicate.
    pub(super) async fn another_order(&self) -> Result<OrderId, NotMade> {
        let need = self.scenario.order;
        self.talk.orders.take(need, self.scenario.is_apart()).await.map_err(|none| match none {
            NoLine::NotMade(why) => why,
            NoLine::Trouble(_) => NotMade::NoTestOrders { key: source_key(need).to_owned() },
        })
    }
}
