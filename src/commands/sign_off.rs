//! `golive sign-off`: a person signs a bundle.

use crate::bundle;
use crate::cli::SignOffArgs;
use crate::command_output::ending;
use crate::exit::Exit;
use crate::output;
use crate::page::folded;

pub(super) fn run(args: &SignOffArgs) -> anyhow::Result<Exit> {
    let (words, published) = bundle::sign_off(&args.bundle, &args.key, &args.name, &args.role)?;
    if published.whole() {
        output::print(&folded(&words))?;
    }
    Ok(ending(published, Exit::Ready, false, None))
}
