//! What `golive config` prints: every value in force and where it came from, secrets by kind and
//! length alone.

use std::fmt::Write as _;

use golive_checks::model::{
    Address, Credential, Hook, HookSource, Limits, Merchant, MissingSecret, Origin, Prefix,
    Product, Quoted, ServerKind, Show as _, Slot, TestOrders,
};

use super::Loaded;
use crate::targets::{HookCall, OrderSource, Targets};

/// The column where origins begin, unless a value is longer.
const ORIGIN_COLUMN: usize = 64;

/// Every value that is configured or has a default, with its origin.
pub(crate) fn explain(loaded: &Loaded) -> String {
    let merchant = &loaded.merchant;
    let mut sheet = Sheet { merchant, text: String::new() };
    let _ = writeln!(
        sheet.text,
        "# {}, {}, SHA-256 {}",
        merchant.config.path,
        loaded.found.words(),
        merchant.config.sha256
    );
    sheet.env_file();
    sheet.who();
    sheet.api();
    sheet.webhook(&loaded.targets);
    sheet.network();
    sheet.sandbox();
    sheet.list("source.roots", merchant.source.roots.iter().map(|root| quoted(root)));
    sheet.list("source.public", merchant.source.public.iter().map(|folder| quoted(folder)));
    sheet.some("source.site", merchant.source.site.as_ref().map(url));
    sheet.some("source.baseline", merchant.source.baseline.as_deref().map(quoted));
    sheet.exceptions();
    for row in Limits::TABLE {
        let value = merchant.limits.get(row.key).unwrap_or(row.default);
        let unit =
            if row.key.ends_with(row.unit) { String::new() } else { format!(" {}", row.unit) };
        sheet.put(&format!("limits.{}", row.key), &format!("{value}{unit}"));
    }
    sheet.text
}

/// Other people's words.
fn quoted(words: &str) -> String {
    Quoted(words).show()
}

/// A URL without user info and query.
fn url(address: &Address) -> String {
    match address {
        Address::Url(endpoint) => format!("\"{}\"", endpoint.show()),
        Address::Unreadable => "something that is no URL".to_owned(),
    }
}

/// A program without its arguments, which may hold secrets.
fn program(argv: &[String]) -> String {
    let name = argv.first().map_or("", String::as_str);
    match argv.len().saturating_sub(1) {
        0 => quoted(name),
        1 => format!("{} and 1 argument", quoted(name)),
        more => format!("{} and {more} arguments", quoted(name)),
    }
}

/// What kind of key a prefix stands for.
const fn prefix(prefix: Prefix) -> &'static str {
    match prefix {
        Prefix::ApiLive => "a live API key (pk_live_)",
        Prefix::ApiTest => "a sandbox API key (pk_test_)",
        Prefix::SecretLive => "a live secret key (sk_live_)",
        Prefix::SecretTest => "a sandbox secret key (sk_test_)",
        Prefix::Previous => "a key of a previous API generation",
        Prefix::None => "a value without the platform's prefix",
    }
}

/// Where a secret came from.
fn origin(origin: &Origin) -> String {
    match origin {
        Origin::Env { name } => format!("variable {name} of the environment"),
        Origin::EnvFile { path, name, line } => format!("variable {name}, {path}:{line}"),
        Origin::File { path } => format!("file {path}"),
        Origin::Command { program } => format!("program {}", quoted(program)),
        Origin::Literal => "written here".to_owned(),
    }
}

/// Why a secret is not there.
const fn why(missing: MissingSecret) -> &'static str {
    match missing {
        MissingSecret::NotSet => "not set",
        MissingSecret::Unreadable => "not readable",
        MissingSecret::CommandFailed => "not printed: the program failed",
        MissingSecret::NotRun => "not fetched: this command runs no programs",
    }
}

/// The page as it grows.
struct Sheet<'a> {
    merchant: &'a Merchant,
    text: String,
}

impl Sheet<'_> {
    /// Where a key is set, or that it is not.
    fn place(&self, key: &str) -> String {
        match self.merchant.places.get(key) {
            Some(place) => format!("{}:{}:{}", self.merchant.config.path, place.line, place.column),
            None => "default".to_owned(),
        }
    }

    /// One line.
    fn line(&mut self, key: &str, value: &str, from: &str) {
        let start = format!("{key} = {value}");
        let _ = writeln!(self.text, "{start:<ORIGIN_COLUMN$}  # {from}");
    }

    /// A value and the place of its key.
    fn put(&mut self, key: &str, value: &str) {
        let from = self.place(key);
        self.line(key, value, &from);
    }

    /// A value that may not be there.
    fn some(&mut self, key: &str, value: Option<String>) {
        if let Some(value) = value {
            self.put(key, &value);
        }
    }

    /// A list, unless it is empty.
    fn list(&mut self, key: &str, values: impl Iterator<Item = String>) {
        let values: Vec<String> = values.collect();
        if !values.is_empty() || self.merchant.places.contains_key(key) {
            self.put(key, &format!("[{}]", values.join(", ")));
        }
    }

    /// A secret: its kind and length, and where it came from.
    fn secret(&mut self, slot: Slot) {
        let Some(credential) = self.merchant.credential(slot) else { return };
        let (value, from) = match credential {
            Credential::Found(facts) => {
                (format!("{}, {} bytes", prefix(facts.prefix), facts.length), origin(&facts.origin))
            }
            Credential::Missing { origin: from, why: missing } => {
                (why(*missing).to_owned(), origin(from))
            }
        };
        let from = format!("{from} ({})", self.place(slot.key()));
        self.line(slot.key(), &value, &from);
    }

    fn env_file(&mut self) {
        let Some(file) = &self.merchant.env_file else { return };
        let readable = if file.readable { "" } else { ", which cannot be read" };
        self.put("env_file", &format!("{}{readable}", quoted(&file.path)));
        for name in &file.overridden {
            let _ = writeln!(
                self.text,
                "#   {name} has another value in the environment, which is not used"
            );
        }
        for line in &file.unreadable_lines {
            let _ = writeln!(
                self.text,
                "#   {}:{line} cannot be read as NAME=value, or not without doubt",
                file.path
            );
        }
    }

    fn who(&mut self) {
        let merchant = self.merchant;
        self.some("merchant.name", merchant.name.as_deref().map(quoted));
        self.some("merchant.country", merchant.country.as_deref().map(quoted));
        self.list(
            "merchant.uses",
            merchant.uses.iter().map(|product| match product {
                Product::Payments => "\"payments\"".to_owned(),
                Product::Payouts => "\"payouts\"".to_owned(),
            }),
        );
    }

    fn api(&mut self) {
        let api = &self.merchant.api;
        self.some("api.base_url", api.base_url.as_ref().map(url));
        self.secret(Slot::ApiKey);
        self.secret(Slot::SecretKey);
        self.wallet("api.wallet_id", api.wallet_id);
        self.put("api.probe", &api.probe.to_string());
    }

    /// A wallet: whether it is there.
    fn wallet(&mut self, key: &str, is_set: bool) {
        if self.merchant.places.contains_key(key) {
            self.put(key, if is_set { "set" } else { "not set" });
        }
    }

    fn webhook(&mut self, targets: &Targets) {
        let webhook = &self.merchant.webhook;
        self.some("webhook.url", webhook.url.as_ref().map(url));
        self.put("webhook.deliver", &format!("\"{}\"", webhook.deliver.word()));
        self.some("webhook.full_until", webhook.full_until.map(|day| day.to_string()));
        self.put("webhook.spoof", &(!webhook.no_spoofing).to_string());
        self.orders("webhook.order", webhook.order.as_ref(), targets.order.as_ref());
        self.orders("webhook.payout", webhook.payout.as_ref(), targets.payout.as_ref());
        self.hook("webhook.effects", webhook.effects.as_ref(), targets.effects.as_ref());
        self.hook("webhook.status", webhook.status.as_ref(), targets.status.as_ref());
        if let Some(control) = &targets.control {
            self.put("webhook.control.start", &program(&control.start));
            self.put("webhook.control.stop", &program(&control.stop));
        }
        self.some("signer.command", targets.signer.as_deref().map(program));
    }

    fn orders(&mut self, table: &str, orders: Option<&TestOrders>, source: Option<&OrderSource>) {
        match (orders, source) {
            (Some(_), Some(OrderSource::Command(argv))) => {
                self.put(&format!("{table}.command"), &program(argv))
            }
            (Some(_), Some(OrderSource::Ids(ids))) => {
                self.list(&format!("{table}.ids"), ids.iter().map(|order| quoted(&order.id)));
                self.some(
                    &format!("{table}.amount"),
                    ids.first().map(|order| quoted(&order.amount)),
                );
            }
            (None, _) | (_, None) => {}
        }
    }

    fn hook(&mut self, table: &str, hook: Option<&Hook>, call: Option<&HookCall>) {
        let (Some(hook), Some(call)) = (hook, call) else { return };
        match (&hook.source, call) {
            (HookSource::Url(address), HookCall::Url { pointer, .. }) => {
                self.put(&format!("{table}.url"), &url(address));
                self.some(&format!("{table}.pointer"), pointer.as_deref().map(quoted));
            }
            (HookSource::Command(_), HookCall::Command(argv)) => {
                self.put(&format!("{table}.command"), &program(argv))
            }
            (HookSource::Url(_), HookCall::Command(_))
            | (HookSource::Command(_), HookCall::Url { .. }) => {}
        }
        let settle = match hook.settle_ms {
            ms if ms % 1_000 == 0 => format!("\"{}s\"", ms / 1_000),
            ms => format!("\"{ms}ms\""),
        };
        self.put(&format!("{table}.settle"), &settle);
    }

    fn network(&mut self) {
        let network = &self.merchant.network;
        self.list("network.whitelist", network.whitelist.iter().map(|entry| quoted(entry)));
        self.list("network.egress", network.egress.iter().map(url));
        self.some("network.proxy", network.proxy.as_ref().map(url));
        for (index, server) in network.servers.iter().enumerate() {
            let key = |name: &str| format!("network.server[{index}].{name}");
            let kind = match server.kind {
                ServerKind::Production => "\"production\"",
                ServerKind::Backup => "\"backup\"",
                ServerKind::Gateway => "\"gateway\"",
            };
            self.put(&key("ip"), &quoted(&server.ip));
            self.some(&key("country"), server.country.as_deref().map(quoted));
            self.put(&key("kind"), kind);
            self.some(&key("owner"), server.owner.as_deref().map(quoted));
            self.some(&key("reviewed"), server.reviewed.map(|day| day.to_string()));
        }
    }

    fn sandbox(&mut self) {
        let Some(sandbox) = &self.merchant.sandbox else { return };
        self.some("sandbox.base_url", sandbox.base_url.as_ref().map(url));
        self.secret(Slot::SandboxApiKey);
        self.secret(Slot::SandboxSecretKey);
        self.wallet("sandbox.wallet_id", sandbox.wallet_id.is_some());
        self.some("sandbox.webhook_url", sandbox.webhook_url.as_ref().map(url));
        self.list("sandbox.whitelist", sandbox.whitelist.iter().map(|entry| quoted(entry)));
    }

    fn exceptions(&mut self) {
        for (id, attestation) in &self.merchant.attestations {
            let key = |name: &str| format!("attest.{id}.{name}");
            self.put(&key("by"), &quoted(&attestation.by));
            self.put(&key("on"), &attestation.on.to_string());
            self.put(&key("evidence"), &quoted(&attestation.evidence));
            let days = attestation.valid_days.unwrap_or(self.merchant.limits.attestation_days);
            self.put(&key("valid_for"), &format!("\"{days}d\""));
        }
        for (index, waiver) in self.merchant.waivers.iter().enumerate() {
            let key = |name: &str| format!("waive[{index}].{name}");
            self.put(&key("check"), &quoted(&waiver.check));
            self.put(&key("reason"), &quoted(&waiver.reason));
            self.put(&key("approved_by"), &quoted(&waiver.approved_by));
            self.put(&key("until"), &waiver.until.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::explain;
    use crate::config::tests::every_key::EVERY_KEY;
    use crate::config::tests::{Bench, LIVE_KEY, LIVE_SECRET, TEST_SECRET, loaded};

    #[test]
    fn every_value_is_explained_and_no_secret_is() {
        let bench = Bench::with(EVERY_KEY)
            .file("every-key.env", format!("KWIKPAISA_API_KEY={LIVE_KEY}\n"))
            .file("secrets/kwikpaisa", LIVE_SECRET)
            .variable("KWIKPAISA_TEST_SECRET_KEY", TEST_SECRET);
        let loaded = bench.load().expect("it loads");
        let text = explain(&loaded);
        let places = &loaded.merchant.places;
        for (key, place) in places {
            let is_table = places.keys().any(|other| {
                other.strip_prefix(key).is_some_and(|rest| rest.starts_with(['.', '[']))
            });
            if key.ends_with(']')
                || ["env", "file", "command"]
                    .iter()
                    .any(|form| key.ends_with(&format!("_key.{form}")))
            {
                continue;
            }
            if !is_table || key.ends_with("_key") {
                let line = text
                    .lines()
                    .find(|line| line.starts_with(&format!("{key} = ")))
                    .unwrap_or_else(|| panic!("{key} is not explained"));
                assert!(
                    line.contains(&format!("golive.toml:{}:{}", place.line, place.column)),
                    "{line}"
                );
            }
        }
        assert!(!text.contains("MARKER"), "{text}");
        let line = |start: &str| {
            text.lines().find(|line| line.starts_with(start)).unwrap_or_default().to_owned()
        };
        assert!(line("api.api_key").contains("a live API key (pk_live_), 30 bytes"), "{text}");
        assert!(
            line("api.api_key")
                .contains("variable KWIKPAISA_API_KEY, every-key.env:1 (golive.toml:12:1)"),
            "{text}"
        );
        assert!(line("api.secret_key").contains("file secrets/kwikpaisa"), "{text}");
        assert!(
            line("sandbox.secret_key")
                .contains("variable KWIKPAISA_TEST_SECRET_KEY of the environment"),
            "{text}"
        );
    }

    #[test]
    fn defaults_are_explained_as_such() {
        let text = explain(&loaded(
            "[api]\nbase_url = \"https://user:MARKER@api.kwikpaisa.com/?key=MARKER\"\nwallet_id = \
             \"MARKER\"\n",
        ));
        assert!(!text.contains("MARKER"), "{text}");
        assert!(
            text.contains("webhook.deliver = \"probe\"") && text.contains("# default"),
            "{text}"
        );
        assert!(
            text.contains("limits.clock_warn_s = 30")
                && text.contains("\"https://…@api.kwikpaisa.com?…\""),
            "{text}"
        );
    }
}
