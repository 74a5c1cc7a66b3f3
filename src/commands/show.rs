//! `golive show`: who signed a bundle.

use std::path::Path;

use crate::bundle;
use crate::command_output::print;
use crate::exit::Exit;
use crate::page::folded;

pub(super) fn run(bundle: &Path) -> anyhow::Result<Exit> {
    print(&folded(&bundle::show(bundle)?))
}
