//! `golive plan`: what a run would send.

use golive_checks::model::Mode;

use super::prepare::{load, prepare};
use crate::cli::{NetworkArgs, PlanArgs};
use crate::command_output::print_past;
use crate::config::Programs;
use crate::exit::Exit;
use crate::guard::Guard;

pub(super) fn run(args: PlanArgs) -> anyhow::Result<Exit> {
    let loaded = load(args.config.config, Programs::Leave)?;
    let run = prepare(loaded, args.scope, Mode::Check, &NetworkArgs::default())?;
    let plan = run.plan();
    Ok(print_past(
        &Guard::new(&run.targets.keys),
        &if args.json { plan.json() } else { plan.describe(args.all) },
    ))
}
