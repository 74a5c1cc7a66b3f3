//! `golive list`: the catalogue.

use super::explain;
use crate::command_output::print;
use crate::exit::Exit;

pub(super) fn run(json: bool) -> anyhow::Result<Exit> {
    print(&if json { explain::list_json() } else { explain::list() })
}
