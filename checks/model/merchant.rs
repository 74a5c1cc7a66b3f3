//! The merchant: what the configuration says, right or wrong, without a secret in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Address, Carried, Endpoint, Limits, SecretFacts, Slot};

/// A merchant as configured. Serialises without loss; holds facts about secrets, never a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merchant {
    /// Where the configuration came from.
    pub config: ConfigSource,
    /// The line and column of every key that is set: `api.base_url`, `network.whitelist[0]`,
    /// `waive[1].until`.
    pub places: BTreeMap<String, Place>,
    /// `merchant.name`
    pub name: Option<String>,
    /// `merchant.country`, ISO 3166-1 alpha-2, upper case.
    pub country: Option<String>,
    /// `merchant.uses`; both when not said.
    pub uses: BTreeSet<Product>,
    /// `env_file`
    pub env_file: Option<EnvFile>,
    /// `[api]`
    pub api: Api,
    /// `[webhook]`
    pub webhook: Webhook,
    /// `[signer]`
    pub signer: Option<Program>,
    /// `[network]`
    pub network: Network,
    /// `[sandbox]`
    pub sandbox: Option<Sandbox>,
    /// `[source]`
    pub source: Source,
    /// `[attest.*]`, by check id.
    pub attestations: BTreeMap<String, Attestation>,
    /// `[[waive]]`
    pub waivers: Vec<Waiver>,
    /// `[limits]`
    pub limits: Limits,
}

/// The configuration file that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigSource {
    /// As it was found, relative to the working folder where that is shorter.
    pub path: String,
    /// SHA-256 of its bytes, lower-case hex.
    pub sha256: String,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
}

/// What a merchant uses the platform for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// Taking payments.
    Payments,
    /// Paying out.
    Payouts,
}

/// A secret of the configuration: found, or not and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credential {
    /// It was found.
    Found(SecretFacts),
    /// It is configured, and was not found there.
    Missing {
        /// Where it should have come from.
        origin: super::Origin,
        /// What was wrong.
        why: MissingSecret,
    },
}

/// Why a configured secret was not found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingSecret {
    /// The variable is not set, neither in the env file nor in the environment.
    NotSet,
    /// The file is not there or cannot be read.
    Unreadable,
    /// The program failed, took too long or printed nothing usable.
    CommandFailed,
    /// `golive plan` and `golive config` run no program.
    NotRun,
}

/// `[api]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Api {
    /// `api.base_url`
    pub base_url: Option<Address>,
    /// `api.api_key`
    pub api_key: Option<Credential>,
    /// `api.secret_key`
    pub secret_key: Option<Credential>,
    /// `api.wallet_id` is set.
    pub wallet_id: bool,
    /// `api.probe`: whether the one read-only call may be made.
    pub probe: bool,
}

impl Default for Api {
    fn default() -> Self {
        Self { base_url: None, api_key: None, secret_key: None, wallet_id: false, probe: true }
    }
}

/// `[webhook]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Webhook {
    /// `webhook.url`
    pub url: Option<Address>,
    /// `webhook.deliver`: how far deliveries may go.
    pub deliver: Deliver,
    /// `webhook.full_until`: the last day on which `full` may run in a pipeline with a live key.
    pub full_until: Option<Date>,
    /// `webhook.spoof = false`: no delivery claims to come from another address.
    #[serde(default)]
    pub no_spoofing: bool,
    /// `[webhook.order]`
    pub order: Option<TestOrders>,
    /// `[webhook.payout]`
    pub payout: Option<TestOrders>,
    /// `[webhook.effects]`
    pub effects: Option<Hook>,
    /// `[webhook.status]`
    #[serde(default)]
    pub status: Option<Hook>,
    /// `[webhook.control]`
    #[serde(default)]
    pub control: Option<Control>,
}

/// How the receiver can be stopped and started again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// Starts it, and need not return.
    pub start: Program,
    /// Stops it at once, whatever it is at.
    pub stop: Program,
}

/// How far deliveries go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deliver {
    /// None at all.
    None,
    /// Only those that a correct merchant must refuse.
    Negative,
    /// Also genuine `payment.processing` events for orders that were never issued.
    #[default]
    Probe,
    /// Every event, for test orders that the merchant names.
    Full,
}

impl Deliver {
    /// The word in the configuration.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Negative => "negative",
            Self::Probe => "probe",
            Self::Full => "full",
        }
    }
}

/// Where real test orders or payouts come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestOrders {
    /// A program prints one at a time.
    Command(Program),
    /// This many stand in the configuration.
    Ids(usize),
}

/// How the merchant can be asked about an order: how often it was credited, or in which state it
/// is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hook {
    /// A program or an address.
    pub source: HookSource,
    /// How long the answer must rest before it is believed, in milliseconds.
    pub settle_ms: u64,
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookSource {
    /// A program prints the answer.
    Command(Program),
    /// An address gives it.
    Url(Address),
}

/// A program of the merchant's. Its arguments may hold secrets and are not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The program itself.
    pub name: String,
}

/// `[network]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// `network.whitelist`, as written.
    pub whitelist: Vec<String>,
    /// `network.egress`
    pub egress: Vec<Address>,
    /// `network.proxy` is set: API calls go through a proxy.
    pub proxy: Option<Address>,
    /// `[[network.server]]`
    pub servers: Vec<Server>,
}

/// One machine of the inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// As written.
    pub ip: String,
    /// ISO 3166-1 alpha-2, upper case.
    pub country: Option<String>,
    /// What it is for.
    pub kind: ServerKind,
    /// Who looks after it.
    pub owner: Option<String>,
    /// When the entry was last looked at.
    pub reviewed: Option<Date>,
}

/// What a machine of the inventory is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServerKind {
    /// Calls the API.
    Production,
    /// Will call it when production fails.
    Backup,
    /// Others call through it.
    Gateway,
}

/// `[sandbox]`: what the test environment uses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// `sandbox.base_url`
    pub base_url: Option<Address>,
    /// `sandbox.api_key`
    pub api_key: Option<Credential>,
    /// `sandbox.secret_key`
    pub secret_key: Option<Credential>,
    /// `sandbox.wallet_id` is set, and whether it is the live one.
    pub wallet_id: Option<SameAsLive>,
    /// `sandbox.webhook_url`
    pub webhook_url: Option<Address>,
    /// `sandbox.whitelist`, as written.
    pub whitelist: Vec<String>,
}

/// Whether a sandbox value equals the live one, where the values themselves are not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SameAsLive(pub bool);

/// `[source]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// `source.roots`
    pub roots: Vec<String>,
    /// `source.public`
    pub public: Vec<String>,
    /// `source.site`: the merchant's own site, as customers reach it.
    #[serde(default)]
    pub site: Option<Address>,
    /// `source.baseline`: the file with findings that were accepted.
    #[serde(default)]
    pub baseline: Option<String>,
}

impl Source {
    /// Whether there is anything to scan.
    #[must_use]
    pub fn is_configured(&self) -> bool {
        !self.roots.is_empty() || !self.public.is_empty()
    }
}

/// `env_file`: the file the application itself loads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvFile {
    /// As configured.
    pub path: String,
    /// Whether it could be read.
    pub readable: bool,
    /// Lines that could not be read as `NAME=value`.
    pub unreadable_lines: Vec<usize>,
    /// Variables with something of the platform's in them.
    pub entries: Vec<EnvEntry>,
    /// Variables with another value in the process environment.
    pub overridden: Vec<String>,
}

/// A variable of the env file that carries something of the platform's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvEntry {
    /// The variable.
    pub name: String,
    /// Its line, counted from 1.
    pub line: usize,
    /// What its value carries.
    pub carries: Vec<Carried>,
}

/// `[attest.*]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attestation {
    /// Name and function.
    pub by: String,
    /// The day it was said.
    pub on: Date,
    /// Where it can be read.
    pub evidence: String,
    /// How many days it counts; [`Limits::attestation_days`] when not said.
    pub valid_days: Option<u64>,
    /// Whether `evidence` named a file that existed when the configuration was loaded.
    #[serde(default)]
    pub is_file: bool,
}

/// `[[waive]]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The check's id.
    pub check: String,
    /// Why its failure is accepted.
    pub reason: String,
    /// By whom.
    pub approved_by: String,
    /// The last day it counts.
    pub until: Date,
}

impl Merchant {
    /// Whether the merchant has declared that it uses `product`, or has said nothing.
    #[must_use]
    pub fn uses(&self, product: Product) -> bool {
        self.uses.is_empty() || self.uses.contains(&product)
    }

    /// The readable webhook address.
    #[must_use]
    pub fn webhook_url(&self) -> Option<&Endpoint> {
        self.webhook.url.as_ref()?.url()
    }

    /// Every URL of the configuration outside of `[sandbox]`, with its key.
    #[must_use]
    pub fn urls(&self) -> Vec<(String, &Address)> {
        let mut urls: Vec<(String, &Address)> = Vec::new();
        urls.extend(self.api.base_url.iter().map(|a| ("api.base_url".to_owned(), a)));
        urls.extend(self.webhook.url.iter().map(|a| ("webhook.url".to_owned(), a)));
        for (key, hook) in [
            ("webhook.effects.url", &self.webhook.effects),
            ("webhook.status.url", &self.webhook.status),
        ] {
            if let Some(Hook { source: HookSource::Url(a), .. }) = hook {
                urls.push((key.to_owned(), a));
            }
        }
        urls.extend(
            self.network
                .egress
                .iter()
                .enumerate()
                .map(|(i, a)| (format!("network.egress[{i}]"), a)),
        );
        urls
    }

    /// The facts of a configured secret, where it was found.
    #[must_use]
    pub fn secret(&self, slot: Slot) -> Option<&SecretFacts> {
        match self.credential(slot)? {
            Credential::Found(facts) => Some(facts),
            Credential::Missing { .. } => None,
        }
    }

    /// The configured secret, found or not.
    #[must_use]
    pub fn credential(&self, slot: Slot) -> Option<&Credential> {
        match slot {
            Slot::ApiKey => self.api.api_key.as_ref(),
            Slot::SecretKey => self.api.secret_key.as_ref(),
            Slot::SandboxApiKey => self.sandbox.as_ref()?.api_key.as_ref(),
            Slot::SandboxSecretKey => self.sandbox.as_ref()?.secret_key.as_ref(),
        }
    }
}
