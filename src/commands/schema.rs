//! `golive schema`: the JSON Schemas of report and configuration.

use crate::cli::SchemaOf;
use crate::command_output::print;
use crate::exit::Exit;
use crate::{config, report};

pub(super) fn run(which: SchemaOf) -> anyhow::Result<Exit> {
    print(&match which {
        SchemaOf::Report => report::json::schema(),
        SchemaOf::Config => config::schema(),
    })
}
