//! `golive init`: a commented configuration, or a pipeline.

use std::path::Path;

use super::init_ci;
use crate::cli::InitArgs;
use crate::command_output::print;
use crate::config;
use crate::exit::Exit;

pub(super) fn run(args: &InitArgs) -> anyhow::Result<Exit> {
    if let Some(pipeline) = args.ci {
        let folder =
            if args.path.is_dir() { Some(args.path.as_path()) } else { args.path.parent() };
        return print(&init_ci::write(pipeline, folder.unwrap_or(Path::new("")))?);
    }
    let written = config::init(&args.path, args.env_file.as_deref(), args.force)?;
    let mut words = format!("Wrote {}.\n", written.path.display());
    for (key, variable) in &written.filled {
        words.push_str(&format!("  {key} comes from {variable}\n"));
    }
    words.push_str("Fill in what is left, then: golive config, golive plan, golive check.\n");
    print(&words)
}
