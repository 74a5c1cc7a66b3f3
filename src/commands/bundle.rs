//! `golive bundle`: a sign-off bundle of a saved run.

use crate::bundle;
use crate::cli::BundleArgs;
use crate::command_output::ending;
use crate::exit::Exit;
use crate::guard::Guard;
use crate::saved_run::SavedRun;

pub(super) fn run(args: &BundleArgs) -> anyhow::Result<Exit> {
    let mut seen = SavedRun::read(&args.observations)?;
    seen.run.draft |= args.draft;
    Ok(ending(bundle::make(&seen, &args.to, &Guard::none())?, Exit::Ready, false, None))
}
