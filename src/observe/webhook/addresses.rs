//! The addresses of the webhook's name, and a handshake with each.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;

use golive_checks::model::{
    AddressTls, AddressesSeen, FailedAttempt, NotMade, Observed, Phase, Trouble, TroubleKind,
};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use tokio::sync::OnceCell;
use url::Url;

use crate::observe::join_all::each;
use crate::observe::net::dial::{Dialer, NoLine, target};
use crate::observe::net::route::{Route, has_route};
use crate::observe::net::tls::observe_tls_by;

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

/// What stands in the book.
#[derive(Debug)]
pub(super) struct AddressList {
    all: Vec<SocketAddr>,
    conversation: Option<SocketAddr>,
    /// Those that are looked at; none where there is only one address.
    pub(super) looked_at: Vec<SocketAddr>,
}

impl<'a> AddressBook<'a> {
    pub(crate) fn new(dialer: &'a Dialer, url: &'a Url, most: u64, seed: u32) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Self { dialer, url, most, seed, list: OnceCell::new(), failed: RefCell::default() }
    }

    /// What stands in it.
    pub(super) async fn list(&self) -> Result<&AddressList, NoLine> {
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

    /// How an early attempt to connect to it failed.
    pub(super) fn failed(&self, address: SocketAddr) -> Option<FailedAttempt> {
        self.failed.borrow().get(&address).cloned()
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
pub(super) fn is_lost(trouble: &Trouble) -> bool {
    match trouble.kind {
        TroubleKind::Refused | TroubleKind::Unreachable => true,
        TroubleKind::Reset | TroubleKind::Closed => true,
        TroubleKind::TimedOut | TroubleKind::Tls | TroubleKind::Other => {
            matches!(trouble.phase, Phase::Connect | Phase::Tls)
        }
        TroubleKind::NoSuchName | TroubleKind::Certificate | TroubleKind::NotHttp => false,
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
