//! What a decision may rest on.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Deliver, Merchant, Observations, Reason, ScenarioSeen};

/// Everything a check may look at.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The merchant as configured.
    pub merchant: &'a Merchant,
    /// The run: when, where from, how far.
    pub run: &'a RunFacts,
    /// What was seen.
    pub seen: &'a Observations,
}

impl<'a> Facts<'a> {
    /// What became of a scenario, or why it is not known.
    ///
    /// # Errors
    ///
    /// [`Reason`], which becomes the check's `Undecided`.
    pub fn scenario(&self, name: &str) -> Result<&'a ScenarioSeen, Reason> {
        match self.seen.scenarios.get(name) {
            Some(seen) => seen.get(),
            None => Err(Reason::Own("was not delivered in this run".into())),
        }
    }
}

/// The facts of a run that are not the merchant's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunFacts {
    /// Random, to tell runs apart; part of the ids of orders that were never issued.
    pub id: String,
    /// When it began, by our clock or `--now`.
    pub started: Timestamp,
    /// What time checks reckon with: the same as `started`.
    pub now: Timestamp,
    /// The zone of this machine, as an offset in seconds east of UTC.
    pub offset_s: i32,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// `check` or `demo`.
    pub mode: Mode,
    /// The name of this machine.
    pub host: String,
    /// What this machine is for.
    pub role: Role,
    /// `--offline`
    pub offline: bool,
    /// `--strict`
    pub strict: bool,
    /// `--fail-if-expires-within`, in seconds.
    #[serde(default)]
    pub must_last_s: Option<u64>,
    /// How far deliveries went: the configuration's word, lowered or confirmed by `--deliver`.
    pub deliver: Deliver,
    /// `--only`: ids and sections; empty for all.
    pub only: Vec<String>,
    /// `--skip`: ids and sections.
    pub skip: Vec<String>,
    /// `--connect-to`, `--allow-private`, `--ca-file`, `--now`, as they were given: what makes it a
    /// trial run.
    pub switches: Vec<String>,
    /// The file of `--ca-file`, for command lines that repeat something.
    #[serde(default)]
    pub ca_file: Option<String>,
    /// `host:port` of everything that was contacted, in order.
    pub contacted: Vec<String>,
    /// Somebody interrupted it.
    pub interrupted: bool,
    /// What is random about it, but for the ids: `--seed`, else made from the run's id.
    #[serde(default)]
    pub seed: u32,
    /// `--source`: addresses of this machine that duplicates and races came from, in turn.
    #[serde(default)]
    pub sources: Vec<IpAddr>,
    /// The tool's version.
    pub version: String,
    /// The version of the catalogue that it was planned by; empty in runs saved before it was
    /// recorded.
    #[serde(default)]
    pub catalogue: String,
    /// `--draft`: no sign-off is meant to come of it.
    #[serde(default)]
    pub draft: bool,
    /// `--challenge`: what whoever reviews the run gave, to know it for a new one.
    #[serde(default)]
    pub challenge: Option<String>,
}

impl RunFacts {
    /// Whether `--only` or `--skip` left something out.
    #[must_use]
    pub fn partial(&self) -> bool {
        !self.only.is_empty() || !self.skip.is_empty()
    }

    /// A check on a production machine that begins at `started`, as far as a run goes that nobody
    /// said more about.
    #[must_use]
    pub const fn at(started: Timestamp) -> Self {
        Self {
            id: String::new(),
            started,
            now: started,
            offset_s: 0,
            took_ms: 0,
            mode: Mode::Check,
            host: String::new(),
            role: Role::Production,
            offline: false,
            strict: false,
            must_last_s: None,
            deliver: Deliver::Probe,
            only: Vec::new(),
            skip: Vec::new(),
            switches: Vec::new(),
            ca_file: None,
            contacted: Vec::new(),
            interrupted: false,
            seed: 0,
            sources: Vec::new(),
            version: String::new(),
            catalogue: String::new(),
            draft: false,
            challenge: None,
        }
    }

    /// A run of 21 November 2026, noon, for tests of checks.
    #[cfg(test)]
    pub(crate) fn example() -> Self {
        let started = "2026-11-21T12:00:00Z".parse().expect("a time");
        Self {
            id: "example".to_owned(),
            host: "pay-1".to_owned(),
            version: "0.1.0".to_owned(),
            ..Self::at(started)
        }
    }
}

/// Which command ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// `golive check`
    Check,
    /// `golive demo`
    Demo,
}

/// What the machine that runs the tool is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It will call the API in production.
    Production,
    /// A pipeline.
    Ci,
    /// Neither, such as a laptop.
    Other,
}

impl Role {
    /// The word on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Ci => "ci",
            Self::Other => "other",
        }
    }
}
