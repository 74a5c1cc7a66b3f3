//! `golive coverage`: how each line of the platform's checklist was decided.

use golive_checks::model::Mode;

use super::prepare::{load, one_thing, prepare};
use crate::cli::{CoverageArgs, NetworkArgs, ScopeArgs};
use crate::command_output::ending;
use crate::config::Programs;
use crate::exit::Exit;
use crate::guard::Guard;
use crate::output;
use crate::progress::Spinner;
use crate::report::{Report, coverage_text};
use crate::saved_run::SavedRun;

/// How each line of the platform's checklist was decided: in a saved run, or by what can be told
/// without contacting anybody.
pub(super) fn run(args: CoverageArgs, colour: bool) -> anyhow::Result<Exit> {
    let (seen, guard, signal) = match args.path {
        Some(path) => (SavedRun::read(&path)?, Guard::none(), None),
        None => {
            let scope = ScopeArgs { offline: true, ..one_thing(None, None) };
            let run = prepare(
                load(args.config.config, Programs::Run)?,
                scope,
                Mode::Check,
                &NetworkArgs::default(),
            )?;
            let guard = Guard::new(&run.targets.keys);
            let (seen, signal) = run.observe(&Spinner::new(false))?;
            (seen, guard, signal)
        }
    };
    let report = Report::new(&seen.facts());
    let published = output::print_past(&guard, &coverage_text::render(&report, colour));
    Ok(ending(published, report.exit(), report.broke, signal))
}
