//! The only I/O: endpoints, programs, files.

mod context;
mod egress;
mod files;
mod join_all;
mod net;
mod plan;
mod platform_api;
mod proxy;
mod redact;
mod signer;
mod site;
pub(crate) mod source;
#[cfg(test)]
mod testing;
mod webhook;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use data_encoding::HEXLOWER;
use golive_checks::model::{
    NotMade, Observations, Observed, OwnSignature, Probe, RunFacts, Scenario, ScenarioSeen, Secret,
};
use golive_checks::platform::{known_answers, signature};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

pub(crate) use context::{Context, Options, Progress};
pub(crate) use net::connect_to::ConnectTo;
pub(crate) use net::route::can_come_from;
pub(crate) use plan::Plan;
pub(crate) use webhook::manual::{Delivered, SendRequest, deliver};

use egress::observe_egress;
use files::observe_secret_files;
use join_all::{Task, join_all};
use net::dial::Dialer;
use net::exchange::HttpSender;
use net::legacy_tls::observe_legacy_tls;
use net::tls::{observe_tls, webhook_names};
use plan::Intent;
use plan::describe::words;
use platform_api::observe_order_status;
use proxy::observe_proxy_variables;
use redact::Redactor;
use signer::observe_signer;
use site::observe_site;
use source::observe_source;
use webhook::Conversation;
use webhook::addresses::AddressBook;
use webhook::hooks::Asker;
use webhook::orders::Orders;
use webhook::plain_http::observe_plain_http;
use webhook::receiver_control::Control;

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
    let (targets, limits) = (context.targets, &context.merchant.limits);
    let redactor = Redactor::new(&targets.keys);
    let dialer =
        if plan.reaches_out() { Some(Dialer::new(context.options, limits)?) } else { None };
    let dialer = dialer.map(|dialer| dialer.telling_apart(targets.webhook_url.as_ref()));
    let sender = dialer.as_ref().map(|dialer| HttpSender { dialer, limits, redactor: &redactor });
    let scenarios = plan.granted_scenarios();
    let never_issued = |what: &str| format!("golive-{}-{what}", context.run.id);
    let (status_order, plain_order) = (never_issued("status"), never_issued("port-80"));
    let wrong = wrong_secret(context.run);
    let orders = Orders::new(context, &scenarios);
    let control = targets.control.as_ref().map(|hook| Control::new(hook, &targets.folder, limits));
    let addresses = dialer.as_ref().zip(targets.webhook_url.as_ref()).map(|(dialer, url)| {
        AddressBook::new(dialer, url, limits.webhook_addresses, context.run.seed)
    });
    let seen = RefCell::new(before(&plan));
    let record = |name: &'static str, became: Observed<ScenarioSeen>| {
        if let Observed::Got(scenario) = &became {
            scenario.exchanges().for_each(|exchange| progress.delivered(name, exchange));
        }
        seen.borrow_mut().scenarios.insert(name.to_owned(), became);
    };
    let look = Looker { plan: &plan, seen: &seen, progress };
    let mut tasks: Vec<Task<'_>> = Vec::new();
    if let Some(secret) = &targets.keys.secret_key {
        look.at(&mut tasks, Probe::OwnSignature, |seen| &mut seen.own_signature, async {
            Observed::Got(own_signature(secret))
        });
    }
    look.at(
        &mut tasks,
        Probe::Signer,
        |seen| &mut seen.signer,
        observe_signer(targets, limits, Timestamp::now()),
    );
    look.at(
        &mut tasks,
        Probe::SecretFiles,
        |seen| &mut seen.secret_files,
        observe_secret_files(&targets.secret_files),
    );
    look.at(
        &mut tasks,
        Probe::Source,
        |seen| &mut seen.source,
        observe_source(context.merchant, targets, context.options.history),
    );
    look.at(&mut tasks, Probe::ProxyVariables, |seen| &mut seen.proxy_variables, async {
        observe_proxy_variables()
    });
    if let Some(sender) = &sender {
        let egress = observe_egress(sender.dialer, limits, &targets.egress, targets.proxy.as_ref());
        look.at(&mut tasks, Probe::Egress, |seen| &mut seen.egress, egress);
        let site = observe_site(sender, targets);
        look.at(&mut tasks, Probe::Site, |seen| &mut seen.site, site);
        let order_status = observe_order_status(sender, targets, &status_order);
        look.at(&mut tasks, Probe::OrderStatus, |seen| &mut seen.order_status, order_status);
    }
    if let (Some(sender), Some(url), Some(addresses)) = (&sender, &targets.webhook_url, &addresses)
    {
        let dialer = sender.dialer;
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
            Probe::WebhookAddresses,
            |seen| &mut seen.webhook_addresses,
            addresses.observe(),
        );
        look.at(
            &mut tasks,
            Probe::WebhookLegacyTls,
            |seen| &mut seen.webhook_legacy_tls,
            observe_legacy_tls(dialer, url),
        );
        let plain_http = observe_plain_http(sender, url, &plain_order);
        look.at(
            &mut tasks,
            Probe::WebhookPlainHttp,
            |seen| &mut seen.webhook_plain_http,
            plain_http,
        );
        if let (Some(live), false) = (&targets.keys.secret_key, scenarios.is_empty()) {
            let (effects, status) =
                (Asker::of_effects(context, sender), Asker::of_status(context, sender));
            let control = control.as_ref();
            let conversation = Conversation {
                context,
                url,
                sender,
                live,
                wrong: &wrong,
                orders: &orders,
                addresses,
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
        () = join_all(tasks) => None,
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
struct Looker<'a> {
    plan: &'a Plan,
    seen: &'a RefCell<Observations>,
    progress: &'a dyn Progress,
}

impl<'a> Looker<'a> {
    fn at<T: 'a>(
        &self,
        tasks: &mut Vec<Task<'a>>,
        probe: Probe,
        place: fn(&mut Observations) -> &mut Observed<T>,
        looking: impl Future<Output = Observed<T>> + 'a,
    ) {
        if self.plan.look(&probe) != Intent::Granted {
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
    fn wish<T>(plan: &Plan, probe: &Probe) -> Observed<T> {
        match plan.look(probe) {
            Intent::None => Observed::NotPlanned,
            Intent::Refused(why) => Observed::NotMade(why),
            Intent::Granted => Observed::NotMade(NotMade::Interrupted),
        }
    }
    let scenario = |planned: &plan::Planned<Scenario>| {
        (
            planned.what.name.to_owned(),
            Observed::NotMade(planned.not_made.clone().unwrap_or(NotMade::Interrupted)),
        )
    };
    Observations {
        webhook_names: wish(plan, &Probe::WebhookNames),
        webhook_tls: wish(plan, &Probe::WebhookTls),
        webhook_addresses: wish(plan, &Probe::WebhookAddresses),
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
    fn say<T>(seen: &mut Observed<T>, stopped: Option<&NotMade>) {
        if matches!(seen, Observed::NotMade(NotMade::Interrupted)) {
            *seen = stopped.map_or(Observed::NotPlanned, |why| Observed::NotMade(why.clone()));
        }
    }
    say(&mut seen.webhook_names, stopped);
    say(&mut seen.webhook_tls, stopped);
    say(&mut seen.webhook_addresses, stopped);
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
