//! The only I/O: endpoints, programs, files.

mod announce;
mod bench;
mod beside;
mod client;
mod connect_to;
mod control;
mod conversation;
mod dial;
mod egress;
mod exchange;
mod files;
mod held;
mod hooks;
mod legacy_tls;
mod orders;
mod plain_http;
mod plan;
mod platform_api;
mod proxy;
mod race;
mod redact;
mod restart;
mod signer;
mod site;
pub(crate) mod source;
mod spelling;
#[cfg(test)]
mod testing;
mod tls;
mod window;
mod wire;

use std::cell::{Cell, RefCell};
use std::sync::Mutex;
use std::time::Duration;

use data_encoding::HEXLOWER;
use golive_checks::model::{
    Exchange, Merchant, NotMade, Observations, OwnSignature, Probe, RunFacts, Scenario,
    ScenarioSeen, Secret, Seen,
};
use golive_checks::platform::{known_answers, signature};
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};

pub(crate) use bench::{Delivered, Parcel, deliver};
pub(crate) use connect_to::ConnectTo;
pub(crate) use plan::Plan;

use announce::words;
use beside::{Task, beside};
use control::Control;
use conversation::Conversation;
use dial::Dialer;
use egress::observe_egress;
use exchange::Courier;
use files::observe_secret_files;
use hooks::Asker;
use legacy_tls::observe_legacy_tls;
use orders::Orders;
use plain_http::observe_plain_http;
use plan::Wish;
use platform_api::observe_order_status;
use proxy::observe_proxy_variables;
use redact::Redactor;
use signer::observe_signer;
use site::observe_site;
use source::observe_source;
use tls::{observe_tls, webhook_names};

use crate::wiring::Wiring;

/// How a run may reach out: the switches of the command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// `--connect-to`, in order; the first that fits counts.
    pub(crate) connect_to: Vec<ConnectTo>,
    /// `--allow-private`
    pub(crate) allow_private: bool,
    /// `--ca-file`: trusted beside the public roots.
    pub(crate) ca_file: Vec<CertificateDer<'static>>,
    /// `--deadline`: the time given to the whole run; zero for as long as it takes.
    pub(crate) deadline: Duration,
    /// `--history`: the history of git is looked through.
    pub(crate) history: bool,
}

/// What observing works with.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// The merchant as configured.
    pub(crate) merchant: &'a Merchant,
    /// Its real addresses, programs and secrets.
    pub(crate) wiring: &'a Wiring,
    /// The run.
    pub(crate) run: &'a RunFacts,
    /// The switches.
    pub(crate) options: &'a Options,
    /// Turns true when somebody interrupts the run.
    pub(crate) interrupted: tokio::sync::watch::Receiver<bool>,
}

/// Is told what is in flight, to be drawn for whoever waits.
pub(crate) trait Progress {
    /// `probe` is under way, in the words of the plan.
    fn began(&self, probe: &str);
    /// It is over.
    fn ended(&self, probe: &str);
    /// A delivery of a scenario that is over.
    fn delivered(&self, _scenario: &str, _exchange: &Exchange) {}
}

/// `host:port` of everything that was contacted, each once, in order. The dialer notes it.
#[derive(Debug, Default)]
pub(crate) struct Contacts(Mutex<Vec<String>>);

impl Contacts {
    /// Notes one, by its configured name.
    pub(crate) fn note(&self, authority: String) {
        let mut contacts = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !contacts.contains(&authority) {
            contacts.push(authority);
        }
    }

    /// All of them.
    pub(crate) fn list(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }
}

/// Sees what the plan asks for, everything beside everything else as far as it may be, and names
/// whom it contacted.
///
/// # Errors
///
/// When the switches cannot be followed.
pub(crate) async fn observe(
    plan: Plan,
    context: &Context<'_>,
    progress: &dyn Progress,
) -> anyhow::Result<(Observations, Vec<String>)> {
    let (wiring, limits) = (context.wiring, &context.merchant.limits);
    let redactor = Redactor::new(&wiring.keys);
    let dialer =
        if plan.reaches_out() { Some(Dialer::new(context.options, limits)?) } else { None };
    let courier = dialer.as_ref().map(|dialer| Courier { dialer, limits, redactor: &redactor });
    let scenarios = plan.granted_scenarios();
    let never_issued = |what: &str| format!("golive-{}-{what}", context.run.id);
    let (status_order, plain_order) = (never_issued("status"), never_issued("port-80"));
    let wrong = wrong_secret(context.run);
    let orders = Orders::new(context);
    let control = wiring.control.as_ref().map(|hook| Control::new(hook, &wiring.folder, limits));
    let seen = RefCell::new(before(&plan));
    let record = |name: &'static str, became: Seen<ScenarioSeen>| {
        if let Seen::Got(scenario) = &became {
            scenario.exchanges().for_each(|exchange| progress.delivered(name, exchange));
        }
        seen.borrow_mut().scenarios.insert(name.to_owned(), became);
    };
    let look = Look { plan: &plan, seen: &seen, progress };
    let mut tasks: Vec<Task<'_>> = Vec::new();
    if let Some(secret) = &wiring.keys.secret_key {
        look.at(&mut tasks, Probe::OwnSignature, |seen| &mut seen.own_signature, async {
            Seen::Got(own_signature(secret))
        });
    }
    look.at(
        &mut tasks,
        Probe::Signer,
        |seen| &mut seen.signer,
        observe_signer(wiring, limits, Timestamp::now()),
    );
    look.at(
        &mut tasks,
        Probe::SecretFiles,
        |seen| &mut seen.secret_files,
        observe_secret_files(&wiring.secret_files),
    );
    look.at(
        &mut tasks,
        Probe::Source,
        |seen| &mut seen.source,
        observe_source(context.merchant, wiring, context.options.history),
    );
    look.at(&mut tasks, Probe::ProxyVariables, |seen| &mut seen.proxy_variables, async {
        observe_proxy_variables()
    });
    if let Some(courier) = &courier {
        let egress = observe_egress(courier.dialer, limits, &wiring.egress, wiring.proxy.as_ref());
        look.at(&mut tasks, Probe::Egress, |seen| &mut seen.egress, egress);
        let site = observe_site(courier, wiring);
        look.at(&mut tasks, Probe::Site, |seen| &mut seen.site, site);
        let order_status = observe_order_status(courier, wiring, &status_order);
        look.at(&mut tasks, Probe::OrderStatus, |seen| &mut seen.order_status, order_status);
    }
    if let (Some(courier), Some(url)) = (&courier, &wiring.webhook_url) {
        let dialer = courier.dialer;
        look.at(
            &mut tasks,
            Probe::WebhookNames,
            |seen| &mut seen.webhook_names,
            webhook_names(dialer, url),
        );
        look.at(
            &mut tasks,
            Probe::WebhookTls,
            |seen| &mut seen.webhook_tls,
            observe_tls(dialer, url),
        );
        look.at(
            &mut tasks,
            Probe::WebhookLegacyTls,
            |seen| &mut seen.webhook_legacy_tls,
            observe_legacy_tls(dialer, url),
        );
        let plain_http = observe_plain_http(courier, url, &plain_order);
        look.at(
            &mut tasks,
            Probe::WebhookPlainHttp,
            |seen| &mut seen.webhook_plain_http,
            plain_http,
        );
        if let (Some(live), false) = (&wiring.keys.secret_key, scenarios.is_empty()) {
            let (effects, status) =
                (Asker::of_effects(context, courier), Asker::of_status(context, courier));
            let control = control.as_ref();
            let conversation = Conversation {
                context,
                url,
                courier,
                live,
                wrong: &wrong,
                orders: &orders,
                effects,
                status,
                control,
                credited: Cell::default(),
                progress,
            };
            let (scenarios, record) = (&scenarios, &record);
            // First in line: everything else waits less than it does, and its control's connection
            // is to be undisturbed.
            tasks.insert(0, Box::pin(async move { conversation.hold(scenarios, record).await }));
        }
    }
    let stopped = tokio::select! {
        biased;
        () = beside(tasks) => None,
        why = stopped(context) => Some(why),
    };
    let mut seen = seen.into_inner();
    // Whatever ended the run: a receiver that we stopped is not left so.
    if let Some(control) = control {
        seen.left_stopped = control.settle().await;
    }
    after(&mut seen, stopped.as_ref());
    Ok((seen, dialer.map_or_else(Vec::new, |dialer| dialer.contacted())))
}

/// Puts one probe among the tasks, where it is granted.
struct Look<'a> {
    plan: &'a Plan,
    seen: &'a RefCell<Observations>,
    progress: &'a dyn Progress,
}

impl<'a> Look<'a> {
    fn at<T: 'a>(
        &self,
        tasks: &mut Vec<Task<'a>>,
        probe: Probe,
        place: fn(&mut Observations) -> &mut Seen<T>,
        looking: impl Future<Output = Seen<T>> + 'a,
    ) {
        if self.plan.look(&probe) != Wish::Granted {
            return;
        }
        let (seen, progress) = (self.seen, self.progress);
        tasks.push(Box::pin(async move {
            progress.began(words(&probe));
            let got = looking.await;
            *place(&mut seen.borrow_mut()) = got;
            progress.ended(words(&probe));
        }));
    }
}

/// What is known before anything was looked at: what is left out and why, and that the rest has not
/// been seen yet.
fn before(plan: &Plan) -> Observations {
    fn wish<T>(plan: &Plan, probe: &Probe) -> Seen<T> {
        match plan.look(probe) {
            Wish::None => Seen::NotPlanned,
            Wish::Refused(why) => Seen::NotMade(why),
            Wish::Granted => Seen::NotMade(NotMade::Interrupted),
        }
    }
    let scenario = |planned: &plan::Planned<Scenario>| {
        (
            planned.what.name.to_owned(),
            Seen::NotMade(planned.not_made.clone().unwrap_or(NotMade::Interrupted)),
        )
    };
    Observations {
        webhook_names: wish(plan, &Probe::WebhookNames),
        webhook_tls: wish(plan, &Probe::WebhookTls),
        webhook_legacy_tls: wish(plan, &Probe::WebhookLegacyTls),
        webhook_plain_http: wish(plan, &Probe::WebhookPlainHttp),
        scenarios: plan.scenarios.iter().map(scenario).collect(),
        order_status: wish(plan, &Probe::OrderStatus),
        egress: wish(plan, &Probe::Egress),
        own_signature: wish(plan, &Probe::OwnSignature),
        signer: wish(plan, &Probe::Signer),
        secret_files: wish(plan, &Probe::SecretFiles),
        proxy_variables: wish(plan, &Probe::ProxyVariables),
        left_stopped: None,
        source: wish(plan, &Probe::Source),
        site: wish(plan, &Probe::Site),
    }
}

/// Says of what was not seen why not: the run was stopped. What is missing without that was ours to
/// see.
fn after(seen: &mut Observations, stopped: Option<&NotMade>) {
    fn say<T>(seen: &mut Seen<T>, stopped: Option<&NotMade>) {
        if matches!(seen, Seen::NotMade(NotMade::Interrupted)) {
            *seen = stopped.map_or(Seen::NotPlanned, |why| Seen::NotMade(why.clone()));
        }
    }
    say(&mut seen.webhook_names, stopped);
    say(&mut seen.webhook_tls, stopped);
    say(&mut seen.webhook_legacy_tls, stopped);
    say(&mut seen.webhook_plain_http, stopped);
    seen.scenarios.values_mut().for_each(|scenario| say(scenario, stopped));
    say(&mut seen.order_status, stopped);
    say(&mut seen.egress, stopped);
    say(&mut seen.own_signature, stopped);
    say(&mut seen.signer, stopped);
    say(&mut seen.secret_files, stopped);
    say(&mut seen.proxy_variables, stopped);
    say(&mut seen.source, stopped);
    say(&mut seen.site, stopped);
}

/// Waits until somebody interrupts the run or its time is over.
async fn stopped(context: &Context<'_>) -> NotMade {
    let mut interrupted = context.interrupted.clone();
    let by_hand = async {
        if interrupted.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let by_clock = async {
        match context.options.deadline {
            Duration::ZERO => std::future::pending().await,
            deadline => tokio::time::sleep(deadline).await,
        }
    };
    tokio::select! {
        biased;
        () = by_hand => NotMade::Interrupted,
        () = by_clock => NotMade::Deadline,
    }
}

/// A secret that is nobody's, for forged signatures.
fn wrong_secret(run: &RunFacts) -> Secret {
    Secret::new(format!(
        "sk_live_{}",
        HEXLOWER.encode(&Sha256::digest(format!("golive {} wrong", run.id)))
    ))
}

/// Whether the tool's own code signs and verifies with `secret`.
fn own_signature(secret: &Secret) -> OwnSignature {
    const PAYLOAD: &[u8] = br#"{"amount":"100","order_id":"123456"}"#;
    const CHANGED: &[u8] = br#"{"amount":"900","order_id":"123456"}"#;
    let signed = signature::sign(secret, PAYLOAD, "1778659835");
    OwnSignature {
        round_trip: signature::verify(secret, PAYLOAD, "1778659835", &signed),
        refuses_changed_payload: !signature::verify(secret, CHANGED, "1778659835", &signed),
        refuses_changed_timestamp: !signature::verify(secret, PAYLOAD, "1778659836", &signed),
        vectors: known_answers(),
    }
}
