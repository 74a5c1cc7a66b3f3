//! What observing goes by: the merchant, the run, the switches, and whom it contacted.

use std::net::IpAddr;
use std::sync::Mutex;
use std::time::Duration;

use golive_checks::model::{Exchange, Merchant, RunFacts};
use rustls::pki_types::CertificateDer;

use super::net::connect_to::ConnectTo;
use crate::targets::Targets;

/// How a run may reach out: the switches of the command line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// `--connect-to`, in order; the first that fits counts, and those that are about the same host
    /// and port: they name its addresses.
    pub(crate) connect_to: Vec<ConnectTo>,
    /// `--source`: addresses of this machine that duplicates and races come from, in turn.
    pub(crate) sources: Vec<IpAddr>,
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
    pub(crate) targets: &'a Targets,
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
