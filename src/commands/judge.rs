//! `golive judge`: a saved run, judged again.

use super::conclude::publish;
use crate::cli::JudgeArgs;
use crate::exit::Exit;
use crate::guard::Guard;
use crate::output::Published;
use crate::path_conflicts::PathConflicts;
use crate::saved_run::SavedRun;

pub(super) fn run(args: &JudgeArgs, colour: bool) -> anyhow::Result<Exit> {
    PathConflicts::default().reading("the saved run", &args.path).reporting(&args.output)?;
    let seen = SavedRun::read(&args.path)?;
    Ok(publish(&seen, &args.output, Published::default(), &Guard::none(), colour, None))
}
