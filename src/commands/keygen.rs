//! `golive keygen`: a key pair for signing.

use std::path::Path;

use crate::bundle;
use crate::command_output::print;
use crate::exit::Exit;
use crate::page::folded;

pub(super) fn run(path: &Path) -> anyhow::Result<Exit> {
    print(&folded(&bundle::keygen(path)?))
}
