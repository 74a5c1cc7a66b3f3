//! The shop's `golive.toml` and env file.

use std::fmt::Write as _;

use golive_checks::CATALOGUE;
use golive_checks::model::Needs;
use jiff::civil::Date;
use jiff::{ToSpan, Zoned};
use toml::Value;

use super::code::{CODE, PUBLIC};
use super::keys::Keys;
use super::platform::{ADDRESS, BACKUP};
use super::signer::{ENV_FILE, SECRET_VARIABLE};
use super::{AMOUNT, API, BOOKS, Behaviour, Defect, ECHOES, PATH, SHOP, SITE, ShopVariant, WALLET};
use crate::demo::process::OPEN_FILE;

/// How many test orders and test payouts there are.
const TEST_ORDERS: usize = 48;
/// The files with the sandbox's keys.
pub(super) const TEST_API_KEY_FILE: &str = "sandbox-api-key";
/// See [`TEST_API_KEY_FILE`].
pub(super) const TEST_SECRET_FILE: &str = "sandbox-secret-key";

/// The host of the webhook's URL.
pub(super) fn webhook_host(behaviour: &Behaviour) -> &'static str {
    if behaviour.has(Defect::WebhookTunnel) {
        "b4a1-demo.ngrok-free.app"
    } else if behaviour.has(Defect::WebhookStagingName) {
        "staging.shop.example"
    } else if behaviour.has(Defect::WebhookLocalhost) {
        "localhost"
    } else if behaviour.has(Defect::WebhookPrivate) {
        "10.20.30.40"
    } else {
        SHOP
    }
}

/// The host of the API's base URL.
pub(super) fn api_host(behaviour: &Behaviour) -> &'static str {
    if behaviour.has(Defect::BaseUrlSandbox) {
        "sandbox.kwikpaisa.com"
    } else if behaviour.has(Defect::BaseUrlLookAlike) {
        "api.kwikpaisa.com.payments.example"
    } else {
        API
    }
}

/// Ids of orders (or payouts) that the shop has.
pub(super) fn test_ids(what: &str) -> Vec<String> {
    (1..=TEST_ORDERS).map(|n| format!("demo-{what}-{n:02}")).collect()
}

/// What the application loads.
pub(super) fn env(keys: &Keys, behaviour: &Behaviour) -> Vec<(String, String)> {
    let mut env = vec![
        ("DEMO_SHOP_BASE_URL".to_owned(), base_url(behaviour)),
        ("DEMO_SHOP_API_KEY".to_owned(), keys.api.clone()),
        (SECRET_VARIABLE.to_owned(), keys.secret.clone()),
    ];
    if behaviour.has(Defect::SandboxLeftover) {
        env.push((
            "DEMO_SHOP_STATUS_URL".to_owned(),
            "https://sandbox.kwikpaisa.com/api/v3/pg/order/status".to_owned(),
        ));
    }
    env
}

fn base_url(behaviour: &Behaviour) -> String {
    let scheme = if behaviour.has(Defect::BaseUrlPlainHttp) { "http" } else { "https" };
    format!("{scheme}://{}", api_host(behaviour))
}

/// The whole `golive.toml`. `program` is this one, for the shop's signing code.
pub(super) fn golive_toml(keys: &Keys, behaviour: &Behaviour, program: &str) -> String {
    let today = Zoned::now().date();
    let has = |defect| behaviour.has(defect);
    let uses = if behaviour.does(ShopVariant::PaymentsOnly) {
        r#"["payments"]"#
    } else if behaviour.does(ShopVariant::PayoutsOnly) {
        r#"["payouts"]"#
    } else {
        r#"["payments", "payouts"]"#
    };
    let secret_key = if has(Defect::LiteralSecret) {
        quoted(&keys.secret)
    } else {
        format!("{{ env = {} }}", quoted(SECRET_VARIABLE))
    };
    let webhook_scheme = if has(Defect::WebhookPlainHttp) { "http" } else { "https" };
    let webhook_url = format!("{webhook_scheme}://{}{PATH}", webhook_host(behaviour));
    let sandbox_webhook = if has(Defect::SharedSandboxWebhook) {
        webhook_url.clone()
    } else {
        format!("https://test.{SHOP}{PATH}")
    };
    let settle = if behaviour.does(ShopVariant::CreditsLate) || is_slow_to_store(behaviour) {
        "700ms"
    } else {
        "60ms"
    };
    let base_url = base_url(behaviour);
    let tomorrow = today.saturating_add(1.day());
    let [echo, other_echo] = ECHOES;
    let ids = |what| test_ids(what).iter().map(|id| quoted(id)).collect::<Vec<_>>().join(", ");
    let (orders, payouts) = (ids("order"), ids("payout"));
    let mut text = format!(
        r#"# The demo shop. Everything in it is made up; it ends with the program that runs it.
env_file = "{ENV_FILE}"

[merchant]
name = "Demo Shop"
country = "IN"
uses = {uses}

[api]
base_url = "{base_url}"
api_key = {{ env = "DEMO_SHOP_API_KEY" }}
secret_key = {secret_key}
wallet_id = "{WALLET}"

[webhook]
{url}deliver = "full"
full_until = {tomorrow}

[webhook.order]
ids = [{orders}]
amount = "{AMOUNT}"

[webhook.payout]
ids = [{payouts}]
amount = "{AMOUNT}"

[webhook.effects]
url = "https://{BOOKS}/ledger/{{id}}"
pointer = "/count"
settle = "{settle}"

[webhook.status]
url = "https://{BOOKS}/ledger/{{id}}"
pointer = "/state"
settle = "{settle}"

[webhook.control]
start = ["touch", "{OPEN_FILE}"]
stop = ["rm", "{OPEN_FILE}"]

[signer]
command = [{program}, "demo-sign", "{{timestamp}}"]

[network]
whitelist = [{whitelist}]
egress = ["https://{echo}/", "https://{other_echo}/"]
{proxy}
[sandbox]
base_url = "https://sandbox.kwikpaisa.com"
api_key = {{ file = "{TEST_API_KEY_FILE}" }}
secret_key = {{ file = "{TEST_SECRET_FILE}" }}
wallet_id = "9191919190"
webhook_url = "{sandbox_webhook}"
whitelist = ["3.110.20.30"]

[source]
roots = ["{CODE}"]
public = ["{PUBLIC}"]
site = "https://{SITE}/"
"#,
        url = if has(Defect::WebhookMissing) {
            String::new()
        } else {
            format!("url = {}\n", quoted(&webhook_url))
        },
        proxy = if has(Defect::ProxyForPayouts) {
            "proxy = \"http://proxy.shop.example:3128\"\n"
        } else {
            ""
        },
        program = quoted(program),
        whitelist = whitelist(behaviour),
    );
    text.push_str(&servers(behaviour, today));
    text.push_str(&limits(behaviour));
    text.push_str(&attestations(behaviour, today));
    if has(Defect::WaiverExpired) {
        let until = today.saturating_sub(30.days());
        write!(
            text,
            "\n[[waive]]\ncheck = \"network-country\"\nreason = \"the backup moves home \
             soon\"\napproved_by = \"Demo, made up\"\nuntil = {until}\n"
        )
        .expect("a String takes all");
    }
    text
}

fn whitelist(behaviour: &Behaviour) -> String {
    let mut whitelist = vec![ADDRESS.to_string()];
    if !behaviour.has(Defect::ServerNotListed) {
        whitelist.push(BACKUP.to_string());
    }
    for (defect, entry) in [
        (Defect::WhitelistPrivate, "192.168.10.4"),
        (Defect::WhitelistSample, "103.21.244.15"),
        (Defect::WhitelistEverything, "0.0.0.0/0"),
    ] {
        if behaviour.has(defect) {
            whitelist.push(entry.to_owned());
        }
    }
    whitelist.iter().map(|entry| quoted(entry)).collect::<Vec<_>>().join(", ")
}

fn servers(behaviour: &Behaviour, today: Date) -> String {
    let reviewed = today.saturating_sub(if behaviour.has(Defect::ReviewLongAgo) {
        180.days()
    } else {
        10.days()
    });
    let backup_country = if behaviour.has(Defect::ServerAbroad) { "SG" } else { "IN" };
    [(ADDRESS, "IN", "production"), (BACKUP, backup_country, "backup")]
        .map(|(ip, country, kind)| {
            format!(
                "\n[[network.server]]\nip = \"{ip}\"\ncountry = \"{country}\"\nkind = \
                 \"{kind}\"\nowner = \"Platform team, made up\"\nreviewed = {reviewed}\n"
            )
        })
        .concat()
}

/// Whether credits are made some time after the event came.
fn is_slow_to_store(behaviour: &Behaviour) -> bool {
    behaviour.has(Defect::AnswersBeforeStoring) || behaviour.has(Defect::MarksBeforeCommit)
}

/// Limits that bring slow defects to light without the wait.
fn limits(behaviour: &Behaviour) -> String {
    let more = if behaviour.has(Defect::SlowAnswer) {
        "webhook_slow_ms = 50\nwebhook_too_slow_ms = 100\n"
    } else if behaviour.has(Defect::Hangs) {
        "first_byte_ms = 400\nexchange_ms = 600\n"
    } else if behaviour.has(Defect::FailsUnderLoad) {
        // So that nothing but the burst is more than it can take.
        "webhook_concurrency = 4\nwebhook_concurrent_duplicates = 5\n"
    } else if behaviour.has(Defect::LocksUnderLoad) {
        "webhook_burst_slow_ms = 200\n"
    } else if is_slow_to_store(behaviour) {
        "effects_wait_ms = 3000\n"
    } else if behaviour.has(Defect::SecondAddressDown) {
        "webhook_address_retry_ms = 100\n"
    } else {
        ""
    };
    format!("\n[limits]\nwebhook_retry_pause_ms = 40\n{more}")
}

/// What people would answer for. Only items that nothing can observe: an attestation must not stand
/// in for what a run could have seen.
fn attestations(behaviour: &Behaviour, today: Date) -> String {
    let mut text = String::new();
    let checks = CATALOGUE.iter().flat_map(|section| section.checks).map(|check| check.meta());
    for meta in checks.filter(|meta| meta.needs == Needs::Attestation) {
        // One page per section: one for everything would be remarked on as thin.
        let section = meta.id.split('-').next().unwrap_or(meta.id);
        let expired = behaviour.has(Defect::AttestationExpired)
            && Defect::AttestationExpired.caught_by().contains(&meta.id);
        let on = if expired { today.saturating_sub(200.days()) } else { today };
        write!(
            text,
            "\n[attest.{}]\nby = \"Demo, made up\"\non = {on}\nevidence = \
             \"https://wiki.shop.example/go-live/{section} (made up)\"\nvalid_for = \"90d\"\n",
            meta.id
        )
        .expect("a String takes all");
    }
    text
}

/// A string as TOML has it.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}
