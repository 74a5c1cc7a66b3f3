//! The end of a run: observed, saved, judged, reported.

use std::path::Path;

use anyhow::Context as _;

use crate::bundle::BundleRequest;
use crate::cli::ReportArgs;
use crate::command_output::ending;
use crate::events::Events;
use crate::exit::{Exit, Signal};
use crate::guard::Guard;
use crate::output::{self, OutputSpec, Published};
use crate::path_conflicts::PathConflicts;
use crate::progress::Spinner;
use crate::report::Report;
use crate::run::Run;
use crate::saved_run::SavedRun;

/// Refuses to write over what is read, or two things to one place.
pub(super) fn keep_apart(
    read: PathConflicts,
    args: &ReportArgs,
    bundle: Option<&Path>,
) -> anyhow::Result<()> {
    let others = [
        ("the saved observations", args.save_observations.as_deref()),
        ("the events", args.events.as_deref()),
        ("the bundle", bundle),
    ];
    let others = others.into_iter().filter_map(|(what, path)| Some((what, path?)));
    others
        .into_iter()
        .try_fold(read.reporting(&args.output)?, |files, (what, path)| files.writing(what, path))
        .map(drop)
}

/// Observes, saves, judges, reports.
pub(super) fn conclude(
    run: Run,
    args: &ReportArgs,
    request: Option<&BundleRequest>,
    colour: bool,
) -> anyhow::Result<Exit> {
    let guard = Guard::new(&run.targets.keys);
    let events = Events::open(args.events.as_deref(), &guard, Spinner::new(args.quiet))?;
    events.started(&run.facts);
    let (seen, signal) = run.observe(&events)?;
    let saved = match &args.save_observations {
        Some(path) => output::write(
            path,
            &serde_json::to_string_pretty(&seen).context("writing the observations down")?,
            &guard,
        ),
        None => Published::default(),
    };
    let saved = request.map_or(saved, |request| saved.and(request.end(&seen, &guard)));
    if args.events.is_some() {
        events.judged(&Report::new(&seen.facts()));
    }
    Ok(publish(&seen, &args.output, saved.and(events.published()), &guard, colour, signal))
}

/// Judges and renders.
pub(super) fn publish(
    seen: &SavedRun,
    asked: &[OutputSpec],
    saved: Published,
    guard: &Guard,
    colour: bool,
    signal: Option<Signal>,
) -> Exit {
    let report = Report::new(&seen.facts());
    let written = output::publish(&report, asked, guard, colour);
    ending(saved.and(written), report.exit(), report.broke, signal)
}
