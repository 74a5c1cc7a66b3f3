//! Every address of the webhook's name: which there are, a handshake with each, and the same
//! deliveries to each.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use golive_checks::model::{
    AddressDelivered, AddressTls, AddressesSeen, Delivery, Exchange, FailedAttempt, NotMade,
    Observed, Phase, Scenario, ScenarioSeen, Stage, Step, Trouble, TroubleKind,
};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;
use tokio::time::sleep;
use url::Url;

use crate::observe::join_all::each;
use crate::observe::net::dial::{Dialer, NoLine, target};
use crate::observe::net::route::{Route, has_route};
use crate::observe::net::tls::observe_tls_by;
use crate::observe::webhook::concurrency_limit::Urgency;
use crate::observe::webhook::{ConversationRun, GoesOn};

/// The addresses of the webhook's name, looked up once.
pub(crate) struct AddressBook<'a> {
    dialer: &'a Dialer,
    url: &'a Url,
    /// How many are looked at, at most.
    most: usize,
    seed: u32,
    list: OnceCell<Result<AddressList, NoLine>>,
    /// Attempts to connect that failed early in the run.
    failed: RefCell<BTreeMap<SocketAddr, FailedAttempt>>,
}

/// What stands in it.
#[derive(Debug)]
struct AddressList {
    all: Vec<SocketAddr>,
    conversation: Option<SocketAddr>,
    looked_at: Vec<SocketAddr>,
}

impl<'a> AddressBook<'a> {
    pub(crate) fn new(dialer: &'a Dialer, url: &'a Url, most: u64, seed: u32) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Self { dialer, url, most, seed, list: OnceCell::new(), failed: RefCell::default() }
    }

    async fn list(&self) -> Result<&AddressList, NoLine> {
        self.list.get_or_init(|| self.look_up()).await.as_ref().map_err(NoLine::clone)
    }

    async fn look_up(&self) -> Result<AddressList, NoLine> {
        let (host, port) = target(self.url)?;
        let (all, _) = self.dialer.sorted_addresses(&host, port).await?;
        let conversation = self.dialer.chosen(&host, port).await.ok().map(|(chosen, _)| chosen);
        let looked_at = if all.len() > 1 {
            sample(&all, conversation, self.most, self.seed)
        } else {
            Vec::new()
        };
        Ok(AddressList { all, conversation, looked_at })
    }

    /// The addresses, and a handshake with each where there are several.
    pub(crate) async fn observe(&self) -> Observed<AddressesSeen> {
        let list = match self.list().await {
            Ok(list) => list,
            Err(no_line) => return no_line.seen(),
        };
        let handshakes = list.looked_at.iter().map(|address| self.handshake(*address));
        Observed::Got(AddressesSeen {
            all: list.all.clone(),
            conversation: list.conversation,
            looked_at: each(handshakes).await,
        })
    }

    async fn handshake(&self, address: SocketAddr) -> AddressTls {
        if self.url.scheme() != "https" {
            let why = NotMade::Unconfigured { key: "webhook.url".to_owned() };
            return AddressTls { address, no_route: false, tls: Observed::NotMade(why) };
        }
        let tls = observe_tls_by(self.dialer, self.url, Route::to(Some(address))).await;
        let failed = match &tls {
            Observed::Trouble(trouble) if is_lost(trouble) => Some(trouble.clone()),
            Observed::Trouble(_)
            | Observed::Got(_)
            | Observed::NotMade(_)
            | Observed::NotPlanned => None,
        };
        let no_route = failed.is_some() && !has_route(address);
        if let Some(trouble) = failed {
            let attempt = FailedAttempt { at: Timestamp::now(), trouble };
            self.failed.borrow_mut().insert(address, attempt);
        }
        AddressTls { address, no_route, tls }
    }
}

/// So many of the addresses, the same for the same seed; the conversation's own is always among
/// them.
fn sample(
    all: &[SocketAddr],
    conversation: Option<SocketAddr>,
    most: usize,
    seed: u32,
) -> Vec<SocketAddr> {
    let mut chosen = all.to_vec();
    chosen.sort_by_cached_key(|address| {
        let drawn = Sha256::digest(format!("golive address {seed} {address}"));
        (Some(*address) != conversation, drawn.to_vec())
    });
    chosen.truncate(most);
    chosen.sort_unstable();
    chosen
}

/// Whether there was no connection to speak of. A refused certificate is no matter of connecting.
fn is_lost(trouble: &Trouble) -> bool {
    match trouble.kind {
        TroubleKind::Refused | TroubleKind::Unreachable => true,
        TroubleKind::Reset | TroubleKind::Closed => true,
        TroubleKind::TimedOut | TroubleKind::Tls | TroubleKind::Other => {
            matches!(trouble.phase, Phase::Connect | Phase::Tls)
        }
        TroubleKind::NoSuchName | TroubleKind::Certificate | TroubleKind::NotHttp => false,
    }
}

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
        let early = self.talk.addresses.failed.borrow().get(&address).cloned();
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
            let step: std::pin::Pin<Box<dyn Future<Output = _> + '_>> =
                Box::pin(run.step(at, step));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(count: u8) -> Vec<SocketAddr> {
        (1..=count).map(|last| SocketAddr::from(([192, 0, 2, last], 443))).collect()
    }

    #[test]
    fn a_sample_is_the_same_for_the_same_seed_and_has_the_conversations_address() {
        let all = addresses(40);
        let first = sample(&all, Some(all[39]), 16, 7);
        assert_eq!(first, sample(&all, Some(all[39]), 16, 7));
        assert_ne!(first, sample(&all, Some(all[39]), 16, 8));
        assert!(first.len() == 16 && first.is_sorted() && first.contains(&all[39]));
        assert_eq!(sample(&all[..3], None, 16, 7), all[..3]);
    }
}
