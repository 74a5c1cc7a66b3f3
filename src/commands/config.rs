//! `golive config`: where each value of the configuration comes from.

use super::prepare::load;
use crate::cli::ConfigArgs;
use crate::command_output::print_past;
use crate::config::{self, Programs};
use crate::exit::Exit;
use crate::guard::Guard;

pub(super) fn run(args: ConfigArgs) -> anyhow::Result<Exit> {
    let loaded = load(args.config, Programs::Leave)?;
    Ok(print_past(&Guard::new(&loaded.targets.keys), &config::explain(&loaded)))
}
