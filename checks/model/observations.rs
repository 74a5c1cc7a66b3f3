//! What was seen: plain data without secrets, so that a run can be saved and judged again.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::{
    AddressesSeen, Exchange, LegacyTls, Observed, ScenarioSeen, SiteSeen, SourceSeen, Tls, Trouble,
};

/// Everything a run saw.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observations {
    /// The addresses of the webhook's name.
    pub webhook_names: Observed<Vec<IpAddr>>,
    /// The TLS handshake with the webhook's host.
    pub webhook_tls: Observed<Tls>,
    /// Its addresses, and the TLS handshake with each where there are several.
    #[serde(default)]
    pub webhook_addresses: Observed<AddressesSeen>,
    /// Whether it speaks TLS 1.0 or 1.1.
    pub webhook_legacy_tls: Observed<LegacyTls>,
    /// Its answer on port 80.
    pub webhook_plain_http: Observed<Exchange>,
    /// What became of each scenario, by name.
    pub scenarios: BTreeMap<String, Observed<ScenarioSeen>>,
    /// The platform's answer to the read-only call.
    pub order_status: Observed<Exchange>,
    /// What the egress services answered, in the order of the configuration.
    pub egress: Observed<Vec<EgressSeen>>,
    /// Whether the configured secret signs and verifies.
    pub own_signature: Observed<OwnSignature>,
    /// What the merchant's signing code made of the known payloads.
    pub signer: Observed<Vec<SignerSeen>>,
    /// The env file and the secret files.
    pub secret_files: Observed<Vec<SecretFile>>,
    /// The proxy variables that are set, by name.
    pub proxy_variables: Observed<Vec<String>>,
    /// Why the receiver that we stopped may still be down when the run ends, where that is so.
    #[serde(default)]
    pub left_stopped: Option<String>,
    /// The source tree and what browsers or phones get.
    #[serde(default)]
    pub source: Observed<SourceSeen>,
    /// What the merchant's own site gives out.
    #[serde(default)]
    pub site: Observed<SiteSeen>,
}

/// What one egress service said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EgressSeen {
    /// `host:port` of the service.
    pub service: String,
    /// The address it saw on each fresh connection; trouble where none could be read.
    pub addresses: Vec<Result<IpAddr, Trouble>>,
}

impl EgressSeen {
    /// The addresses it named, IPv4-mapped ones as IPv4.
    pub fn named(&self) -> impl Iterator<Item = IpAddr> {
        self.addresses.iter().filter_map(|address| address.as_ref().ok().map(IpAddr::to_canonical))
    }
}

/// Whether the configured secret signs and verifies with the tool's own code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSignature {
    /// What it signs, it verifies.
    pub round_trip: bool,
    /// A changed byte of the payload is refused.
    pub refuses_changed_payload: bool,
    /// A changed timestamp is refused.
    pub refuses_changed_timestamp: bool,
    /// The known vectors come out.
    pub vectors: bool,
}

/// What the merchant's signing code made of one payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignerSeen {
    /// The payload's name: `flat`, `nested`, `slashes`.
    pub payload: String,
    /// What came of it.
    pub result: SignerResult,
}

/// What became of one call of the signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignerResult {
    /// The expected signature.
    Right,
    /// Another value, which a known mistake gives; its name from `platform`.
    Mistake(String),
    /// Another value, unexplained. Its length and whether it is hex say enough.
    Wrong {
        /// Characters.
        length: usize,
        /// Lower-case hex throughout.
        hex: bool,
    },
    /// No value: the program's end in words.
    Failed(String),
}

/// The env file or a file that holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretFile {
    /// As configured.
    pub path: String,
    /// The configuration key that names it.
    pub key: String,
    /// Its permission bits, where the system has them.
    pub mode: Option<u32>,
    /// Whether git tracks it; none outside of a work tree or without git.
    pub tracked: Option<bool>,
}
