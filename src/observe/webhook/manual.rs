//! One delivery that somebody asked for by name, once or several times over.

use std::cell::RefCell;
use std::time::Duration;

use golive_checks::model::{
    Delivery, Exchange, NotMade, Observed, OrderId, OrderNeed, Phase, Refusal, Request, Settings,
    SigningKeys, Slot, Trouble,
};
use hyper::body::Bytes;
use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use crate::observe::join_all::each;
use crate::observe::net::dial::Dialer;
use crate::observe::net::exchange::{HttpSender, Outgoing, Patience};
use crate::observe::net::last_byte_sync::LastByteSync;
use crate::observe::net::route::Route;
use crate::observe::plan::source_key;
use crate::observe::redact::Redactor;
use crate::observe::webhook::orders::Orders;
use crate::observe::{Context, wrong_secret};

/// How far back the first of several signings is dated, so that later ones differ without a wait.
/// Receivers allow more.
const HEAD_START_S: i64 = 20;

/// How long those who stand on the starting line wait for the missing.
const START_PATIENCE: Duration = Duration::from_secs(5);

/// What is to be delivered.
#[derive(Clone, Debug)]
pub(crate) struct SendRequest {
    /// What is sent.
    pub(crate) delivery: Delivery,
    /// What is set in it before it is signed.
    pub(crate) settings: Settings,
    /// The order it is about; none for the next one that suits `need`.
    pub(crate) order: Option<OrderId>,
    /// Which orders suit it.
    pub(crate) need: OrderNeed,
    /// How often.
    pub(crate) count: u32,
    /// Whether each is re-signed; else the very same bytes go out.
    pub(crate) afresh: bool,
    /// Whether all go out at the same moment; else one waits for the answer to the other.
    pub(crate) together: bool,
}

/// What became of it.
#[derive(Clone, Debug)]
pub(crate) struct Delivered {
    /// The order it was about.
    pub(crate) order: OrderId,
    /// What was sent and answered; fewer than asked for where somebody interrupted it or the
    /// receiver could not be reached.
    pub(crate) exchanges: Vec<Exchange>,
}

/// Delivers a parcel.
///
/// # Errors
///
/// When the switches cannot be followed.
pub(crate) async fn deliver(
    parcel: &SendRequest,
    context: &Context<'_>,
) -> anyhow::Result<Observed<Delivered>> {
    let (targets, limits) = (context.targets, &context.merchant.limits);
    let unconfigured =
        |key: &str| Ok(Observed::NotMade(NotMade::Unconfigured { key: key.to_owned() }));
    let Some(url) = &targets.webhook_url else { return unconfigured("webhook.url") };
    let Some(live) = &targets.keys.secret_key else { return unconfigured(Slot::SecretKey.key()) };
    let redactor = Redactor::new(&targets.keys);
    let dialer = Dialer::new(context.options, limits)?.telling_apart(Some(url));
    let sender = HttpSender { dialer: &dialer, limits, redactor: &redactor };
    let order = match &parcel.order {
        Some(order) => order.clone(),
        None => match Orders::new(context, &[]).take(parcel.need, false).await {
            Ok(order) => order,
            Err(none) => return Ok(none.seen()),
        },
    };
    let wrong = wrong_secret(context.run);
    let keys = SigningKeys::of(live, &targets.keys, &wrong);
    let exchanges = RefCell::new(Vec::new());
    let bench = Bench {
        parcel,
        sender,
        url,
        order: &order,
        began: Timestamp::now(),
        keys,
        exchanges: &exchanges,
    };
    let mut interrupted = context.interrupted.clone();
    let ended = tokio::select! {
        biased;
        ended = bench.deliver() => ended,
        _ = interrupted.wait_for(|stop| *stop) => Ok(()),
    };
    let exchanges = exchanges.into_inner();
    Ok(match ended {
        Err(why) if exchanges.is_empty() => Observed::NotMade(why),
        Ok(()) if exchanges.is_empty() => Observed::NotMade(NotMade::Interrupted),
        Ok(()) | Err(_) => Observed::Got(Delivered { order, exchanges }),
    })
}

/// All that it takes.
struct Bench<'a> {
    parcel: &'a SendRequest,
    sender: HttpSender<'a>,
    url: &'a url::Url,
    order: &'a OrderId,
    began: Timestamp,
    keys: SigningKeys<'a>,
    exchanges: &'a RefCell<Vec<Exchange>>,
}

impl Bench<'_> {
    async fn deliver(&self) -> Result<(), NotMade> {
        if self.parcel.together { self.all_at_once().await } else { self.one_after_another().await }
    }

    async fn one_after_another(&self) -> Result<(), NotMade> {
        let patience = Patience::of(self.sender.limits);
        let mut last: Option<(Timestamp, Request)> = None;
        for number in 1..=self.parcel.count {
            let request = match &last {
                Some((_, request)) if !self.parcel.afresh => request.clone(),
                Some((at, _)) => {
                    // A second later at least: within one, the signature would be the same.
                    let next = later(*at, 1).max(self.first_signed());
                    sleep(
                        Duration::try_from(next.duration_since(Timestamp::now()))
                            .unwrap_or_default(),
                    )
                    .await;
                    self.signed(next, &mut last)?
                }
                None => self.signed(self.first_signed(), &mut last)?,
            };
            let line = self.sender.line(self.url, None, patience, Route::default()).await;
            let exchange =
                self.sender.send(&self.out(number, &request), line, patience, None).await?;
            let lost = matches!(
                exchange.answer,
                Err(Trouble { phase: Phase::Name | Phase::Connect | Phase::Tls, .. })
            );
            self.exchanges.borrow_mut().push(exchange);
            if lost {
                break;
            }
        }
        Ok(())
    }

    /// All on connections of their own, their last bytes released at the same moment.
    async fn all_at_once(&self) -> Result<(), NotMade> {
        let count = self.parcel.count;
        let mut requests: Vec<Request> = Vec::new();
        for number in 0..count {
            let request = match requests.first() {
                Some(first) if !self.parcel.afresh => first.clone(),
                Some(_) | None => self.compose(later(self.first_signed(), i64::from(number)))?,
            };
            requests.push(request);
        }
        let patience = Patience { contended: true, ..Patience::of(self.sender.limits) };
        let start = LastByteSync::new(requests.len());
        let all = each((1..=count).zip(&requests).map(|(number, request)| {
            let place = start.place(0);
            async move {
                let line = self.sender.line(self.url, None, patience, Route::default()).await;
                self.sender.send(&self.out(number, request), line, patience, Some(place)).await
            }
        }));
        let release = async {
            let _ = tokio::time::timeout(START_PATIENCE, start.gathered(0)).await;
            start.open();
        };
        let (ended, ()) = tokio::join!(all, release);
        for exchange in ended {
            self.exchanges.borrow_mut().push(exchange?);
        }
        Ok(())
    }

    /// When the first of them is signed: now, or as far back as those that follow take to differ.
    fn first_signed(&self) -> Timestamp {
        let ahead = if self.parcel.afresh {
            i64::from(self.parcel.count.saturating_sub(1)).min(HEAD_START_S)
        } else {
            0
        };
        later(Timestamp::now(), -ahead)
    }

    fn signed(
        &self,
        at: Timestamp,
        last: &mut Option<(Timestamp, Request)>,
    ) -> Result<Request, NotMade> {
        let request = self.compose(at)?;
        *last = Some((at, request.clone()));
        Ok(request)
    }

    fn compose(&self, at: Timestamp) -> Result<Request, NotMade> {
        let composed = self.parcel.delivery.compose_with(
            &self.parcel.settings,
            self.order,
            self.began,
            at,
            &self.keys,
        );
        composed.map_err(|refusal| match refusal {
            Refusal::WouldSettle => {
                NotMade::NoTestOrders { key: source_key(self.parcel.need).to_owned() }
            }
            Refusal::NoSandboxSecret => {
                NotMade::Unconfigured { key: Slot::SandboxSecretKey.key().to_owned() }
            }
            Refusal::Unconfigured { key } => NotMade::Unconfigured { key: key.to_owned() },
            Refusal::NoReading => NotMade::NoReading,
        })
    }

    fn out(&self, number: u32, request: &Request) -> Outgoing<'_> {
        let name = self.parcel.delivery.name;
        Outgoing {
            name: if self.parcel.count == 1 { name.to_owned() } else { format!("{name}-{number}") },
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

fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(at)
}
