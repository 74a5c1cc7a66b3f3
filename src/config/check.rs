//! Makes a merchant of what was read, and notes what does not go together.

use golive_checks::model::{
    Address, Api, Attestation, Control, Endpoint, Hook, HookSource, Limits, Merchant, Network,
    OrderId, Product, Program, Sandbox, Server, ServerKind, Source, TestOrders, Waiver, Webhook,
};
use jiff::civil::Date;
use url::Url;

use super::complaint::Notes;
use super::raw;
use super::read::{
    Amount, Argv, ById, CheckId, Country, Days, FilePath, LimitValues, Reference, Settle, Uses,
};
use crate::targets::{ControlHook, HookCall, OrderSource, Targets};

/// A merchant whose secrets are still to be fetched.
pub(super) struct Draft {
    /// All but credentials and env file.
    pub(super) merchant: Merchant,
    /// All but the keyring.
    pub(super) targets: Targets,
    /// `env_file`
    pub(super) env_file: Option<String>,
    /// In the order of `Slot::ALL`.
    pub(super) references: [Option<Reference>; 4],
    /// `api.wallet_id` and `sandbox.wallet_id`
    pub(super) wallets: [Option<Reference>; 2],
}

/// How long an answer must rest when `settle` does not say.
const SETTLE_MS: u64 = 3_000;

/// What a test order is worth when `amount` does not say.
const AMOUNT: &str = "1.00";

/// Puts the parts together.
pub(super) fn draft(file: raw::File, notes: &mut Notes<'_>) -> Draft {
    let mut targets = Targets::default();
    let mut merchant =
        Merchant { uses: [Product::Payments, Product::Payouts].into(), ..Merchant::default() };
    if let Some(who) = file.merchant {
        merchant.name = who.name;
        merchant.country = who.country.map(|Country(code)| code);
        merchant.uses = who.uses.map_or(merchant.uses, |Uses(uses)| uses);
    }
    let api = file.api.unwrap_or_default();
    let (base_url, call_at) = split(api.base_url.as_deref().map(address));
    targets.base_url = call_at.flatten();
    merchant.api = Api { base_url, probe: api.probe.unwrap_or(true), ..Api::default() };

    merchant.webhook = webhook(file.webhook.unwrap_or_default(), &mut targets, notes);
    if let Some(signer) = file.signer {
        match signer.command {
            Some(Argv(argv)) => {
                merchant.signer = Some(program(&argv));
                targets.signer = Some(argv);
            }
            None => missing("signer", "command", notes),
        }
    }
    merchant.network = network(file.network.unwrap_or_default(), &mut targets, notes);
    let (sandbox, [sandbox_api_key, sandbox_secret_key, sandbox_wallet]) = match file.sandbox {
        Some(raw) => {
            let sandbox = Sandbox {
                base_url: raw.base_url.as_deref().map(|written| address(written).0),
                webhook_url: raw.webhook_url.as_deref().map(|written| address(written).0),
                whitelist: raw.whitelist.unwrap_or_default(),
                ..Sandbox::default()
            };
            (Some(sandbox), [raw.api_key, raw.secret_key, raw.wallet_id])
        }
        None => (None, [None, None, None]),
    };
    merchant.sandbox = sandbox;
    let source = file.source.unwrap_or_default();
    let (site, site_url) = split(source.site.as_deref().map(address));
    targets.site = site_url.flatten();
    merchant.source = Source {
        roots: source.roots.unwrap_or_default(),
        public: source.public.unwrap_or_default(),
        site,
        baseline: source.baseline.map(|FilePath(path)| path),
    };
    let attested = file.attest.map(|ById(attest)| attest).unwrap_or_default();
    merchant.attestations = attested
        .into_iter()
        .filter_map(|(id, raw)| attestation(raw, &id, notes).map(|said| (id, said)))
        .collect();
    let waived = file.waive.unwrap_or_default().into_iter().enumerate();
    merchant.waivers = waived.filter_map(|(index, raw)| waiver(raw, index, notes)).collect();
    merchant.limits = file.limits.map_or_else(Limits::default, |LimitValues(limits)| limits);
    Draft {
        merchant,
        targets,
        env_file: file.env_file.map(|FilePath(path)| path),
        references: [api.api_key, api.secret_key, sandbox_api_key, sandbox_secret_key],
        wallets: [api.wallet_id, sandbox_wallet],
    }
}

/// One half for the report, one for observing.
fn split<A, B>(both: Option<(A, B)>) -> (Option<A>, Option<B>) {
    both.map_or((None, None), |(a, b)| (Some(a), Some(b)))
}

/// Notes a key that a table cannot do without.
fn missing(table: &str, key: &str, notes: &mut Notes<'_>) {
    notes.complain_of(table, format!("`{table}`: `{key}` is missing"));
}

/// A date that a table cannot do without. One that was written wrongly has been complained of.
fn date(read: Option<Date>, table: &str, key: &str, notes: &mut Notes<'_>) -> Option<Date> {
    if read.is_none() && !notes.places.contains_key(&format!("{table}.{key}")) {
        missing(table, key, notes);
    }
    read
}

/// A URL as it was written, readable or not: the checklist has an opinion on it.
fn address(written: &str) -> (Address, Option<Url>) {
    match (Endpoint::parse(written), Url::parse(written.trim())) {
        (Some(endpoint), Ok(url)) => (Address::Url(endpoint), Some(url)),
        (None, _) | (_, Err(_)) => (Address::Unreadable, None),
    }
}

/// A program for the report.
fn program(argv: &[String]) -> Program {
    Program { name: argv.first().cloned().unwrap_or_default() }
}

/// `[webhook]`
fn webhook(raw: raw::Webhook, targets: &mut Targets, notes: &mut Notes<'_>) -> Webhook {
    let (url, webhook_url) = split(raw.url.as_deref().map(address));
    let (order, order_source) =
        split(raw.order.and_then(|raw| orders(raw, "webhook.order", notes)));
    let (payout, payout_source) =
        split(raw.payout.and_then(|raw| orders(raw, "webhook.payout", notes)));
    let (effects, effects_call) =
        split(raw.effects.and_then(|raw| hook(raw, "webhook.effects", "number", notes)));
    let (status, status_call) =
        split(raw.status.and_then(|raw| hook(raw, "webhook.status", "word", notes)));
    let (control, control_hook) = split(raw.control.and_then(|raw| self::control(raw, notes)));
    targets.webhook_url = webhook_url.flatten();
    targets.order = order_source;
    targets.payout = payout_source;
    targets.effects = effects_call;
    targets.status = status_call;
    targets.control = control_hook;
    Webhook {
        url,
        deliver: raw.deliver.unwrap_or_default(),
        full_until: raw.full_until,
        no_spoofing: raw.spoof == Some(false),
        order,
        payout,
        effects,
        status,
        control,
    }
}

/// How the receiver is stopped and started. Whoever can stop it must be able to start it.
fn control(raw: raw::Control, notes: &mut Notes<'_>) -> Option<(Control, ControlHook)> {
    const PATH: &str = "webhook.control";
    for key in ["start", "stop"] {
        if !notes.places.contains_key(&format!("{PATH}.{key}")) {
            missing(PATH, key, notes);
        }
    }
    let (Argv(start), Argv(stop)) = (raw.start?, raw.stop?);
    Some((Control { start: program(&start), stop: program(&stop) }, ControlHook { start, stop }))
}

/// Test orders or payouts: a program or a list.
fn orders(
    raw: raw::Orders,
    path: &str,
    notes: &mut Notes<'_>,
) -> Option<(TestOrders, OrderSource)> {
    let set = |key: &str| notes.places.contains_key(&format!("{path}.{key}"));
    let (has_command, has_ids, has_amount) = (set("command"), set("ids"), set("amount"));
    if has_command == has_ids {
        notes.complain_of(path, format!("`{path}`: expected either `command` or `ids`"));
        return None;
    }
    if has_command && has_amount {
        notes.complain_of(
            &format!("{path}.amount"),
            format!("`{path}.amount`: goes with `ids`; a program prints the amount itself"),
        );
        return None;
    }
    if has_command {
        let Argv(argv) = raw.command?;
        return Some((TestOrders::Command(program(&argv)), OrderSource::Command(argv)));
    }
    let ids = raw.ids?;
    if ids.is_empty() {
        notes.complain_of(&format!("{path}.ids"), format!("`{path}.ids`: is empty"));
    }
    for (index, id) in ids.iter().enumerate() {
        let place = format!("{path}.ids[{index}]");
        if id.trim().is_empty() {
            notes.complain_of(&place, format!("`{place}`: is empty"));
        } else if ids[..index].contains(id) {
            notes.complain_of(
                &place,
                format!(
                    "`{place}`: stands here a second time; each test wants an order of its own"
                ),
            );
        }
    }
    let amount = raw.amount.map_or_else(|| AMOUNT.to_owned(), |Amount(amount)| amount);
    let orders: Vec<OrderId> =
        ids.into_iter().map(|id| OrderId::new(id, amount.clone(), true)).collect();
    Some((TestOrders::Ids(orders.len()), OrderSource::Ids(orders)))
}

/// How the merchant is asked about an order: a program or an address. `answer` is what it says.
fn hook(
    raw: raw::Hook,
    path: &str,
    answer: &str,
    notes: &mut Notes<'_>,
) -> Option<(Hook, HookCall)> {
    let set = |key: &str, notes: &Notes<'_>| notes.places.contains_key(&format!("{path}.{key}"));
    let (has_command, has_url) = (set("command", notes), set("url", notes));
    if has_command == has_url {
        notes.complain_of(path, format!("`{path}`: expected either `command` or `url`"));
        return None;
    }
    let settle_ms = raw.settle.map_or(SETTLE_MS, |Settle(ms)| ms);
    let (command, url, pointer) =
        (format!("{path}.command"), format!("{path}.url"), format!("{path}.pointer"));
    if has_command {
        if set("pointer", notes) {
            notes.complain_of(
                &pointer,
                format!("`{pointer}`: goes with `url`; a program prints the {answer} alone"),
            );
        }
        let Argv(argv) = raw.command?;
        if !argv.iter().any(|part| part.contains("{id}")) {
            notes.complain_of(
                &command,
                format!("`{command}`: has no `{{id}}`, which stands for the order id"),
            );
        }
        let source = HookSource::Command(program(&argv));
        return Some((Hook { source, settle_ms }, HookCall::Command(argv)));
    }
    let written = raw.url?;
    if !written.contains("{id}") {
        notes.complain_of(&url, format!("`{url}`: has no `{{id}}`, which stands for the order id"));
    }
    if raw
        .pointer
        .as_deref()
        .is_some_and(|pointer| !pointer.is_empty() && !pointer.starts_with('/'))
    {
        notes.complain_of(
            &pointer,
            format!("`{pointer}`: expected a JSON pointer, such as \"/count\" or \"/status\""),
        );
    }
    let (mut shown, _) = address(&written);
    if let Address::Url(endpoint) = &mut shown {
        endpoint.path = endpoint.path.replace("%7Bid%7D", "{id}");
    }
    Some((
        Hook { source: HookSource::Url(shown), settle_ms },
        HookCall::Url { url: written, pointer: raw.pointer },
    ))
}

/// `[network]`
fn network(raw: raw::Network, targets: &mut Targets, notes: &mut Notes<'_>) -> Network {
    let mut network =
        Network { whitelist: raw.whitelist.unwrap_or_default(), ..Network::default() };
    for written in raw.egress.unwrap_or_default() {
        let (address, url) = address(&written);
        network.egress.push(address);
        targets.egress.extend(url);
    }
    if let Some(written) = raw.proxy {
        let (address, url) = address(&written);
        network.proxy = Some(address);
        targets.proxy = url;
    }
    for (index, server) in raw.server.unwrap_or_default().into_iter().enumerate() {
        let path = format!("network.server[{index}]");
        let Some(ip) = server.ip else {
            if !notes.places.contains_key(&format!("{path}.ip")) {
                missing(&path, "ip", notes);
            }
            continue;
        };
        network.servers.push(Server {
            ip,
            country: server.country.map(|Country(code)| code),
            kind: server.kind.unwrap_or(ServerKind::Production),
            owner: server.owner,
            reviewed: server.reviewed,
        });
    }
    network
}

/// `[attest.<id>]`
fn attestation(raw: raw::Attest, id: &str, notes: &mut Notes<'_>) -> Option<Attestation> {
    Some(Attestation {
        by: raw.by.unwrap_or_default(),
        on: date(raw.on, &format!("attest.{id}"), "on", notes)?,
        evidence: raw.evidence.unwrap_or_default(),
        valid_days: raw.valid_for.map(|Days(days)| days),
        // Looked up once the folder is known.
        is_file: false,
    })
}

/// `[[waive]]`
fn waiver(raw: raw::Waive, index: usize, notes: &mut Notes<'_>) -> Option<Waiver> {
    let path = format!("waive[{index}]");
    if raw.check.is_none() && !notes.places.contains_key(&format!("{path}.check")) {
        missing(&path, "check", notes);
    }
    let until = date(raw.until, &path, "until", notes);
    let CheckId(check) = raw.check?;
    Some(Waiver {
        check,
        reason: raw.reason.unwrap_or_default(),
        approved_by: raw.approved_by.unwrap_or_default(),
        until: until?,
    })
}
