//! The same deliveries to every address of the webhook's name.

use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use golive_checks::model::{
    AddressDelivered, Delivery, Exchange, FailedAttempt, NotMade, Scenario, ScenarioSeen, Stage,
    Step,
};
use jiff::Timestamp;
use tokio::time::sleep;

use crate::observe::join_all::each;
use crate::observe::net::route::has_route;
use crate::observe::webhook::addresses::is_lost;
use crate::observe::webhook::concurrency_limit::Urgency;
use crate::observe::webhook::conversation_run::{ConversationRun, GoesOn};

impl ConversationRun<'_> {
    /// The deliveries to each address, and the first of them again; nothing where there is only
    /// one address.
    pub(super) async fn each_address(
        &self,
        deliveries: &[Delivery],
        urgency: Urgency,
    ) -> Result<Vec<AddressDelivered>, NotMade> {
        // Why there is no list is said where the addresses are observed.
        let Ok(list) = self.talk.addresses.list().await else { return Ok(Vec::new()) };
        let again = Step::Repeat { of: 0 };
        let sequence = Scenario {
            name: self.scenario.name,
            stage: Stage::Addresses,
            order: self.scenario.order,
            steps: deliveries.iter().copied().map(Step::Deliver).chain([again]).collect(),
        };
        let all = list.looked_at.iter().map(|address| self.at(&sequence, *address, urgency));
        each(all).await.into_iter().collect()
    }

    /// The sequence at one address, once more after a while where nobody takes connections.
    async fn at(
        &self,
        sequence: &Scenario,
        address: SocketAddr,
        urgency: Urgency,
    ) -> Result<AddressDelivered, NotMade> {
        let pause = Duration::from_millis(self.talk.sender.limits.webhook_address_retry_ms);
        let early = self.talk.addresses.failed(address);
        let mut failed: Vec<FailedAttempt> = early.into_iter().collect();
        if !failed.is_empty() && !has_route(address) {
            let exchanges = Vec::new();
            return Ok(AddressDelivered { address, no_route: true, failed, exchanges });
        }
        loop {
            let exchanges = self.deliver_at(sequence, address, urgency).await?;
            let lost = exchanges.first().and_then(|first| first.answer.as_ref().err());
            let Some(trouble) = lost.filter(|trouble| is_lost(trouble)).cloned() else {
                return Ok(AddressDelivered { address, no_route: false, failed, exchanges });
            };
            let now = Timestamp::now();
            failed.push(FailedAttempt { at: now, trouble });
            let no_route = !has_route(address);
            let waited = now.duration_since(failed[0].at).unsigned_abs();
            if no_route || failed.len() > 1 && waited >= pause {
                return Ok(AddressDelivered { address, no_route, failed, exchanges });
            }
            sleep(pause.saturating_sub(waited)).await;
        }
    }

    async fn deliver_at(
        &self,
        sequence: &Scenario,
        address: SocketAddr,
        urgency: Urgency,
    ) -> Result<Vec<Exchange>, NotMade> {
        let place = self.window.enter(urgency).await;
        let mut run = ConversationRun {
            talk: self.talk,
            scenario: sequence,
            window: self.window,
            answer: self.answer,
            order: self.another_order().await?,
            began: Timestamp::now(),
            places: vec![place],
            seat: None,
            rounds: None,
            ahead: None,
            to: Some(address),
            sent: 0,
            composed: Vec::new(),
            steps: Vec::new(),
        };
        for (at, step) in sequence.steps.iter().enumerate() {
            if at > 0 && matches!(step, Step::Deliver(_)) {
                // A forgery of an event that is known already may be taken for its duplicate.
                run.order = self.another_order().await?;
            }
            // One of these steps cannot be this one again, which only the box can know.
            let step: Pin<Box<dyn Future<Output = _> + '_>> = Box::pin(run.step(at, step));
            let goes_on = step.await?;
            let unanswered = at == 0 && !run.exchanges().any(|first| first.answer.is_ok());
            if matches!(goes_on, GoesOn::No) || unanswered {
                break;
            }
        }
        let there = ScenarioSeen { order: run.order, steps: run.steps };
        let port = self.talk.url.port_or_known_default();
        let named = |exchange: &Exchange| Exchange {
            name: if port == Some(address.port()) {
                format!("{} at {}", exchange.name, address.ip())
            } else {
                format!("{} at {address}", exchange.name)
            },
            ..exchange.clone()
        };
        Ok(there.exchanges().map(named).collect())
    }
}
