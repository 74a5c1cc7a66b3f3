//! What `golive init` writes: a `golive.toml` to start from.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use golive_checks::CATALOGUE;
use golive_checks::model::{Endpoint, Level, Needs, Slot};

use crate::output::unmade;
use crate::path_conflicts::PathConflicts;

use super::env_file::{EnvLine, EnvLines};
use super::read::is_variable;
use super::secrets::read_file;
use super::{FILE_NAME, relative};

/// What was written.
#[derive(Debug)]
pub(crate) struct WrittenConfig {
    /// Where.
    pub(crate) path: PathBuf,
    /// The keys that were filled in from variables of the env file.
    pub(crate) filled: Vec<(&'static str, String)>,
}

/// Writes a commented configuration to `path`, or into it where it is a folder. Replaces a file
/// only by `force`.
pub(crate) fn init(
    path: &Path,
    env_file: Option<&Path>,
    force: bool,
) -> anyhow::Result<WrittenConfig> {
    let path = if path.is_dir() { path.join(FILE_NAME) } else { path.to_owned() };
    let path = std::path::absolute(&path).with_context(|| format!("finding {}", path.display()))?;
    let folder = path.parent().context("finding the folder to write to")?;
    let mut known = Known::default();
    if let Some(env_file) = env_file {
        PathConflicts::default()
            .reading("`--env-file`", env_file)
            .writing("the configuration", &path)?;
        let bytes =
            read_file(env_file).with_context(|| format!("reading {}", env_file.display()))?;
        known = Known::of(&EnvLines::parse(&String::from_utf8_lossy(&bytes)));
        known.env_file =
            Some(relative(&std::path::absolute(env_file)?, folder).to_string_lossy().into_owned());
    }
    let text = template(&known);
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let writing = || format!("writing {}", path.display());
    let mut file = builder
        .prefix(".golive")
        .tempfile_in(folder)
        .map_err(|error| unmade(folder, &error))
        .with_context(writing)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.as_file().sync_all())
        .with_context(writing)?;
    let kept = if force { file.persist(&path) } else { file.persist_noclobber(&path) };
    match kept {
        Ok(_) => Ok(WrittenConfig { filled: known.filled(), path }),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {
            Err(anyhow!("{} is there already; --force replaces it", path.display()))
        }
        Err(error) => Err(error.error).with_context(writing),
    }
}

/// What an env file told.
#[derive(Default)]
struct Known {
    /// Its path, as the configuration will name it.
    env_file: Option<String>,
    /// The variables that hold secrets, in the order of `Slot::ALL`.
    secrets: [Option<String>; 4],
    /// The variables that hold the wallets, live and sandbox.
    wallets: [Option<String>; 2],
    /// Variable and value of the API's address, live and sandbox.
    base_urls: [Option<(String, String)>; 2],
    /// Variable and value of the webhook's address, live and sandbox.
    webhooks: [Option<(String, String)>; 2],
}

impl Known {
    /// Recognises variables by their names, and the rest by what their values begin with.
    fn of(lines: &EnvLines) -> Self {
        let mut known = Self::default();
        let variables =
            || lines.variables.iter().filter(|line| is_variable(&line.name) && !line.doubtful);
        for line in variables() {
            known.by_name(line);
        }
        for line in variables() {
            known.by_value(line);
        }
        known
    }

    /// By its name. A production file that holds a sandbox key under the live name is to be found
    /// out, so the name goes first.
    fn by_name(&mut self, line: &EnvLine) {
        let name = line.name.to_ascii_uppercase();
        let has = |part: &str| name.contains(part);
        let sandbox =
            usize::from(["TEST", "SANDBOX", "UAT", "STAGING"].iter().any(|part| has(part)));
        let value = line.value.expose();
        let ours = has("KWIK");
        if has("WEBHOOK") {
            // A secret of its own for webhooks is none of the platform's: it signs with the API's.
            if has("URL") && (ours || value.contains("kwik")) {
                keep_url(&mut self.webhooks[sandbox], &line.name, value);
            }
            return;
        }
        if !ours {
            return;
        }
        if has("URL") && (has("BASE") || has("API")) {
            keep_url(&mut self.base_urls[sandbox], &line.name, value);
        } else if has("WALLET") {
            self.wallets[sandbox].get_or_insert_with(|| line.name.clone());
        } else if has("SECRET") {
            self.secrets[2 * sandbox + 1].get_or_insert_with(|| line.name.clone());
        } else if has("KEY") {
            self.secrets[2 * sandbox].get_or_insert_with(|| line.name.clone());
        }
    }

    /// By the prefix of its value.
    fn by_value(&mut self, line: &EnvLine) {
        let value = line.value.expose();
        let slot = ["pk_live_", "sk_live_", "pk_test_", "sk_test_"]
            .iter()
            .position(|prefix| value.starts_with(prefix));
        if let Some(slot) = slot
            && !self.secrets.iter().flatten().any(|name| *name == line.name)
        {
            self.secrets[slot].get_or_insert_with(|| line.name.clone());
        }
    }

    /// The keys that could be filled in, and from which variables.
    fn filled(&self) -> Vec<(&'static str, String)> {
        let secrets = Slot::ALL
            .iter()
            .zip(&self.secrets)
            .filter_map(|(slot, name)| Some((slot.key(), name.clone()?)));
        let wallets = ["api.wallet_id", "sandbox.wallet_id"].into_iter().zip(&self.wallets);
        let urls = ["api.base_url", "sandbox.base_url"].into_iter().zip(&self.base_urls);
        let hooks = ["webhook.url", "sandbox.webhook_url"].into_iter().zip(&self.webhooks);
        let named =
            urls.chain(hooks).filter_map(|(key, found)| Some((key, found.as_ref()?.0.clone())));
        secrets
            .chain(wallets.filter_map(|(key, name)| Some((key, name.clone()?))))
            .chain(named)
            .collect()
    }
}

/// Keeps a URL that may stand in a file that others read: no user info, query or fragment.
fn keep_url(kept: &mut Option<(String, String)>, name: &str, value: &str) {
    let harmless =
        Endpoint::parse(value).is_some_and(|url| !url.user_info && !url.query && !url.fragment);
    if harmless && kept.is_none() {
        *kept = Some((name.to_owned(), value.to_owned()));
    }
}

/// A text as TOML writes it.
fn toml_text(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A key with a reference to a variable, commented out where there is none.
fn variable(key: &str, name: Option<&String>, usual: &str) -> String {
    match name {
        Some(name) => format!("{key} = {{ env = {} }}", toml_text(name)),
        None => format!("# {key} = {{ env = \"{usual}\" }}"),
    }
}

/// A key with a URL, commented out where there is none.
fn link(key: &str, found: Option<&(String, String)>, usual: &str) -> String {
    match found {
        Some((_, url)) => format!("{key} = {}", toml_text(url)),
        None => format!("# {key} = \"{usual}\""),
    }
}

/// The whole file.
fn template(known: &Known) -> String {
    let required = required_attestations();
    let env_file = match &known.env_file {
        Some(path) => format!("env_file = {}", toml_text(path)),
        None => "# env_file = \".env.production\"".to_owned(),
    };
    let base_url =
        known.base_urls[0].as_ref().map_or("https://api.kwikpaisa.com", |(_, url)| url.as_str());
    // The two live keys are always asked for: a merchant without them has nothing to go live with.
    let api_key = known.secrets[0].as_deref().unwrap_or("KWIKPAISA_API_KEY");
    let secret_key = known.secrets[1].as_deref().unwrap_or("KWIKPAISA_SECRET_KEY");
    let has_sandbox = known.secrets[2..].iter().any(Option::is_some)
        || known.wallets[1].is_some()
        || known.base_urls[1].is_some()
        || known.webhooks[1].is_some();
    format!(
        r#"#:schema ./golive.schema.json
# What `golive check` reads: https://developers.kwikpaisa.com/v3-guide/going-live/production-checklist
# No secret belongs in this file. Every secret is named by where it is found:
#   {{ env = "NAME" }}, {{ file = "path" }} or {{ command = ["program", "argument"] }}
# An editor completes and explains the keys after `golive schema config > golive.schema.json`.

# The file the application itself loads. Variables are looked up here first, then in the environment.
{env_file}

[merchant]
# name = "Acme Retail Pvt Ltd"
# country = "IN"
# What is not used is not applicable: payments, payouts.
uses = ["payments", "payouts"]

[api]
base_url = {base_url}
api_key = {{ env = {api_key} }}
secret_key = {{ env = {secret_key} }}
{wallet}
# Makes one signed, read-only order-status call for an id that was never issued.
probe = true

[webhook]
# The address registered with the platform.
{webhook}
# How far deliveries go: "none", "negative" (only what a right merchant refuses), "probe" (also genuine events for
# orders that were never issued), "full" (every event, for test orders; wants --deliver full too).
deliver = "probe"

# Real test orders for "full": a program that prints {{"order_id": "…", "amount": "1.00"}}, or a list.
# [webhook.order]
# command = ["./scripts/new-test-order"]

# How often an order was credited, so that "applied once" can be proven: a program that prints a number, or a url.
# [webhook.effects]
# command = ["./scripts/credits", "{{id}}"]
# settle = "3s"

# The state of an order in your own word, so that it can be seen whether late events undo a payment: a program, or a url.
# [webhook.status]
# command = ["./scripts/order-status", "{{id}}"]

# How the receiver is stopped at once, as a crash does, and started again, so that "full" can prove that it loses nothing.
# Without a shell; the start command may return or stay. It is run again on every way out of the run.
# [webhook.control]
# start = ["./scripts/start-receiver"]
# stop = ["./scripts/kill-receiver"]

# The application's own signing code: payload on standard input, timestamp as argument.
# [signer]
# command = ["node", "scripts/sign.js", "{{timestamp}}"]

[network]
# The addresses registered with the platform.
# whitelist = ["103.21.244.15"]
# Services that answer with the caller's address; better two than one.
# egress = ["https://checkip.example/"]

# The machines that call the API, one table each.
# [[network.server]]
# ip = "103.21.244.15"
# country = "IN"
# kind = "production"
# owner = "Platform team"
# reviewed = 2026-10-01

# What the test environment uses, to see that nothing is mixed.
{sandbox_table}
{sandbox_api_key}
{sandbox_secret_key}
{sandbox_wallet}
{sandbox_base_url}
{sandbox_webhook}

# What only a person can answer for, one table each. Required of every merchant, or of those who use the product:
{required}
# `golive list` names the recommended ones, `golive explain ID` says what to look at.
# [attest.operations-incident-response]
# by = "Asha Rao, Head of Payments"
# on = 2026-11-02
# evidence = "https://wiki.example/incident-response"
# valid_for = "90d"

# A failure that is accepted until a date.
# [[waive]]
# check = "webhook-rejects-stale"
# reason = "the queue replays for an hour"
# approved_by = "Asha Rao, Head of Payments"
# until = 2026-12-31

# Every limit of golive's can be changed; `golive config` prints them all.
# [limits]
# certificate_days = 30
"#,
        base_url = toml_text(base_url),
        api_key = toml_text(api_key),
        secret_key = toml_text(secret_key),
        wallet = variable("wallet_id", known.wallets[0].as_ref(), "KWIKPAISA_WALLET_ID"),
        webhook =
            link("url", known.webhooks[0].as_ref(), "https://shop.example/api/webhooks/kwikpaisa"),
        sandbox_table = if has_sandbox { "[sandbox]" } else { "# [sandbox]" },
        sandbox_api_key = variable("api_key", known.secrets[2].as_ref(), "KWIKPAISA_TEST_API_KEY"),
        sandbox_secret_key =
            variable("secret_key", known.secrets[3].as_ref(), "KWIKPAISA_TEST_SECRET_KEY"),
        sandbox_wallet =
            variable("wallet_id", known.wallets[1].as_ref(), "KWIKPAISA_TEST_WALLET_ID"),
        sandbox_base_url =
            link("base_url", known.base_urls[1].as_ref(), "https://sandbox.kwikpaisa.com"),
        sandbox_webhook = link(
            "webhook_url",
            known.webhooks[1].as_ref(),
            "https://staging.shop.example/api/webhooks/kwikpaisa"
        ),
    )
}

/// The items that hold up the verdict until a person answers for them, as comments.
fn required_attestations() -> String {
    let items =
        CATALOGUE.iter().flat_map(|section| section.checks.iter().map(|check| check.meta()));
    let required =
        items.filter(|meta| meta.needs == Needs::Attestation && meta.level == Level::Required);
    let lines: Vec<String> =
        required.map(|meta| format!("#   {:32} {}", meta.id, meta.title)).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use golive_checks::model::{Address, Prefix};

    use super::*;
    use crate::config::tests::{Bench, LIVE_KEY, LIVE_SECRET, TEST_SECRET, found};

    #[test]
    fn init_writes_a_file_that_loads_and_replaces_none() {
        let bench = Bench::new();
        let path = bench.path().join(FILE_NAME);
        let written = init(bench.path(), None, false).expect("written");
        assert_eq!((written.path.as_path(), written.filled.len()), (path.as_path(), 0));
        let merchant = bench.load().expect("it loads").merchant;
        assert_eq!(
            merchant.api.base_url.as_ref().and_then(Address::url).map(|url| url.authority()),
            Some("api.kwikpaisa.com:443".to_owned())
        );
        fs::write(&path, "# mine").expect("written");
        let refused = init(&path, None, false).expect_err("it is there").to_string();
        assert!(
            refused.ends_with("golive.toml is there already; --force replaces it"),
            "{refused}"
        );
        assert_eq!(fs::read_to_string(&path).expect("read"), "# mine");
        init(&path, None, true).expect("forced");
        bench.load().expect("it loads");
        assert_eq!(
            fs::read_dir(bench.path()).expect("read").count(),
            1,
            "no temporary file is left"
        );
    }

    #[cfg(unix)]
    #[test]
    fn init_writes_a_file_that_others_may_read_as_the_mask_says() {
        use std::os::unix::fs::PermissionsExt as _;
        let bench = Bench::new().file("usual", "");
        let mode =
            |name: &str| fs::metadata(bench.path().join(name)).expect("there").permissions().mode();
        init(bench.path(), None, false).expect("written");
        assert_eq!(mode(FILE_NAME), mode("usual"));
    }

    #[test]
    fn init_with_every_suggestion_taken_loads_too() {
        let bench = Bench::new();
        let written = init(bench.path(), None, false).expect("written");
        let text = fs::read_to_string(&written.path).expect("read");
        let taken: Vec<&str> = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(bare)
                    if bare.starts_with('[')
                        || bare.split_once(" = ").is_some_and(|(key, _)| is_variable(key)) =>
                {
                    bare
                }
                Some(_) | None => line,
            })
            .collect();
        let bench = bench.file(FILE_NAME, taken.join("\n"));
        let merchant = bench.load().expect("it loads").merchant;
        assert!(
            merchant.webhook.control.is_some()
                && merchant.signer.is_some()
                && merchant.sandbox.is_some()
                && merchant.waivers.len() == 1,
            "{}",
            taken.join("\n")
        );
    }

    #[test]
    fn init_names_the_variables_it_recognises_and_no_secret() {
        let env = format!(
            "KWIKPAISA_BASE_URL=https://api.kwikpaisa.com\nKWIKPAISA_API_KEY={LIVE_KEY}\nPAYMENT_SECRET={LIVE_SECRET}\nKWIKPAISA_WALLET=46\n\
             KWIKPAISA_WEBHOOK_URL=https://shop.example/hooks\nKWIKPAISA_TEST_SECRET={TEST_SECRET}\nSLACK_WEBHOOK_URL=https://slack.example/MARKER\n\
             JWT_SECRET=MARKER\nKWIK_OLD_API_KEY=x\n"
        );
        let bench = Bench::new().file("app/.env.production", env).file("config/x", "");
        let folder = bench.path().join("config");
        let written =
            init(&folder, Some(&bench.path().join("app/.env.production")), false).expect("written");
        let filled: Vec<(&str, &str)> =
            written.filled.iter().map(|(key, name)| (*key, name.as_str())).collect();
        assert_eq!(
            filled,
            [
                ("api.api_key", "KWIKPAISA_API_KEY"),
                ("api.secret_key", "PAYMENT_SECRET"),
                ("sandbox.secret_key", "KWIKPAISA_TEST_SECRET"),
                ("api.wallet_id", "KWIKPAISA_WALLET"),
                ("api.base_url", "KWIKPAISA_BASE_URL"),
                ("webhook.url", "KWIKPAISA_WEBHOOK_URL"),
            ]
        );
        assert!(!fs::read_to_string(&written.path).expect("read").contains("MARKER"));
        let merchant = bench.load_from(&folder, None).expect("it loads").merchant;
        assert_eq!(
            merchant.env_file.as_ref().map(|file| (file.path.as_str(), file.readable)),
            Some(("../app/.env.production", true))
        );
        assert_eq!(found(merchant.credential(Slot::SecretKey)).prefix, Prefix::SecretLive);
        assert_eq!(found(merchant.credential(Slot::SandboxSecretKey)).prefix, Prefix::SecretTest);
        assert!(merchant.webhook.url.is_some() && merchant.api.wallet_id);
    }

    #[test]
    fn init_keeps_a_sandbox_key_under_the_live_name_where_it_will_be_found_out() {
        let bench = Bench::new().file(".env", format!("KWIKPAISA_SECRET_KEY={TEST_SECRET}\n"));
        let written = init(bench.path(), Some(&bench.path().join(".env")), false).expect("written");
        assert_eq!(written.filled, [("api.secret_key", "KWIKPAISA_SECRET_KEY".to_owned())]);
    }
}
