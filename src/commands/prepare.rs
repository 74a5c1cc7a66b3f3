//! A run as the command line wants it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use golive_checks::model::{Deliver, Mode, Role};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::explain;
use crate::cli::{NetworkArgs, ScopeArgs};
use crate::config::{self, Loaded, Programs, Sources};
use crate::observe::Options;
use crate::run::{self, Run};

/// The configuration at `path`, or the one that is found.
///
/// # Errors
///
/// There is none, or it cannot be read.
pub(super) fn load(path: Option<PathBuf>, programs: Programs) -> anyhow::Result<Loaded> {
    let sources = Sources::of_this_process(path, programs).context("finding the working folder")?;
    Ok(config::load(&sources)?)
}

/// A run of a loaded merchant, as the command line wants it.
pub(super) fn prepare(
    loaded: Loaded,
    scope: ScopeArgs,
    mode: Mode,
    network: &NetworkArgs,
) -> anyhow::Result<Run> {
    let Loaded { merchant, targets, .. } = loaded;
    for name in scope.only.iter().chain(&scope.skip) {
        explain::known(name)?;
    }
    let mut facts = run::begin(mode, network.now);
    facts.role = scope.role.unwrap_or(if run::is_ci() { Role::Ci } else { Role::Production });
    facts.offline = scope.offline;
    facts.only = scope.only;
    facts.skip = scope.skip;
    facts.seed = run::seed(&facts, scope.seed, &merchant);
    facts.switches = switches(network);
    facts.ca_file = network.reach.ca_file.as_ref().map(|path| path.to_string_lossy().into_owned());
    facts.deliver = run::deliver(&merchant, scope.deliver, facts.role, run::today(&facts))?;
    let options = Options {
        connect_to: network.reach.connect_to.clone(),
        allow_private: network.reach.allow_private,
        ca_file: network
            .reach
            .ca_file
            .as_deref()
            .map(certificates)
            .transpose()?
            .unwrap_or_default(),
        ..Options::default()
    };
    Ok(Run { merchant, targets, facts, options, also: Vec::new() })
}

/// The switches that make a run a trial run, as they were given.
fn switches(network: &NetworkArgs) -> Vec<String> {
    let mut given: Vec<String> =
        network.reach.connect_to.iter().map(|to| format!("--connect-to {to}")).collect();
    given.extend(network.reach.allow_private.then(|| "--allow-private".to_owned()));
    given.extend(network.reach.ca_file.is_some().then(|| "--ca-file".to_owned()));
    given.extend(network.now.map(|now| format!("--now {now}")));
    given
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let reading = || format!("reading the certificates of {}", path.display());
    let found: Vec<_> = CertificateDer::pem_file_iter(path)
        .with_context(reading)?
        .collect::<Result<_, _>>()
        .with_context(reading)?;
    anyhow::ensure!(!found.is_empty(), "{} holds no certificate", path.display());
    Ok(found)
}

/// The scope of a command that is about one thing.
pub(super) fn one_thing(deliver: Option<Deliver>, role: Option<Role>) -> ScopeArgs {
    ScopeArgs { only: Vec::new(), skip: Vec::new(), offline: false, deliver, role, seed: None }
}
