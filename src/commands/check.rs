//! `golive check`: the whole checklist against a merchant.

use std::net::IpAddr;

use anyhow::Context as _;
use golive_checks::model::{Deliver, Mode};

use super::conclude::{conclude, keep_apart};
use super::prepare::{load, prepare};
use super::scan;
use crate::bundle::BundleRequest;
use crate::cli::{BundleRequestArgs, CheckArgs};
use crate::config::Programs;
use crate::exit::Exit;
use crate::observe::can_come_from;
use crate::path_conflicts::PathConflicts;

pub(super) fn run(args: CheckArgs, colour: bool) -> anyhow::Result<Exit> {
    are_of_this_machine(&args.source)?;
    let bundle = args.bundle.bundle.as_deref();
    keep_apart(PathConflicts::default(), &args.report, bundle)?;
    let loaded = load(args.config.config, Programs::Run)?;
    let files =
        PathConflicts::of(&loaded).reading("the baseline", &scan::baseline_of(Some(&loaded)).0);
    let files = args
        .network
        .reach
        .ca_file
        .iter()
        .fold(files, |files, path| files.reading("`--ca-file`", path));
    keep_apart(files, &args.report, bundle)?;
    let configured = loaded.merchant.webhook.deliver;
    if configured == Deliver::Full && args.scope.deliver.is_none() && !args.report.quiet {
        eprintln!(
            "golive: deliveries go as far as \"probe\": `deliver = \"full\"` also wants \
             `--deliver full`"
        );
    }
    let mut run = prepare(loaded, args.scope, Mode::Check, &args.network)?;
    run.facts.strict = args.report.strict;
    run.facts.must_last_s = args.report.fail_if_expires_within.map(|days| days.0);
    run.options.history = args.history;
    run.options.deadline = args.deadline.0;
    run.facts.sources.clone_from(&args.source);
    run.options.sources = args.source;
    let BundleRequestArgs { bundle, draft, challenge } = args.bundle;
    let request = BundleRequest { path: bundle, draft, challenge };
    request.begin(&mut run.facts)?;
    conclude(run, &args.report, Some(&request), colour)
}

/// Refuses sources that no connection can come from.
fn are_of_this_machine(sources: &[IpAddr]) -> anyhow::Result<()> {
    sources.iter().try_for_each(|source| {
        can_come_from(*source)
            .with_context(|| format!("--source {source} is not an address of this machine"))
    })
}
