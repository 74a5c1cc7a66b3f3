//! The `golive` command: parse, run, exit.

#![forbid(unsafe_code)]

mod bundle;
mod cli;
mod command_output;
mod commands;
mod config;
mod demo;
mod events;
mod exit;
mod guard;
#[cfg(test)]
mod no_false_ready;
mod observe;
mod output;
mod page;
mod path_conflicts;
mod programs;
mod progress;
#[cfg(test)]
mod race_proof;
#[cfg(test)]
mod readme;
mod report;
mod run;
mod saved_run;
mod secret_spellings;
mod targets;

use std::io::Write as _;
use std::panic::catch_unwind;
use std::process::ExitCode;

use clap::Parser as _;

use crate::exit::Exit;

fn main() -> ExitCode {
    // The panic's own words may hold a secret: where it happened is enough to report it.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        eprintln!("golive: internal error{place}; please report it");
    }));
    // The one answer that needs no command line: it takes as long as the rest of starting up.
    if std::env::args_os().skip(1).eq(["--version"]) {
        // Whoever has stopped reading has seen enough.
        let _ = writeln!(std::io::stdout(), "golive {}", env!("CARGO_PKG_VERSION"));
        return Exit::Ready.into();
    }
    let cli = cli::Cli::parse();
    let exit = catch_unwind(|| commands::execute(cli)).unwrap_or(Ok(Exit::Internal));
    exit.unwrap_or_else(|error| {
        eprintln!("golive: {error:#}");
        Exit::Usage
    })
    .into()
}
