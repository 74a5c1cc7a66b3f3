//! `golive diff`: what changed between two runs.

use std::path::Path;

use crate::bundle;
use crate::exit::Exit;

pub(super) fn run(old: &Path, new: &Path) -> anyhow::Result<Exit> {
    bundle::diff(old, new)?.print()
}
