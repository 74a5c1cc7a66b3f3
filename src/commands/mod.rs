//! What each subcommand does: a file or a folder for each, under its name.

mod baseline;
mod bundle;
mod check;
mod conclude;
mod config;
mod coverage;
pub(crate) mod demo;
mod diff;
mod doctor;
pub(crate) mod explain;
mod init;
pub(crate) mod init_ci;
mod judge;
mod keygen;
mod list;
mod man;
mod plan;
mod prepare;
mod replay;
mod scan;
mod schema;
mod selftest;
pub(crate) mod send;
mod show;
mod sign;
mod sign_off;
mod signatures;
mod verify;
mod verify_signature;

use std::io::{self, IsTerminal as _};

use crate::cli::{Cli, Command, When};
use crate::command_output::print;
use crate::exit::Exit;

/// Carries a command out.
///
/// # Errors
///
/// What the caller got wrong, in words for standard error; exit 2.
pub(crate) fn execute(cli: Cli) -> anyhow::Result<Exit> {
    let colour = decide_colour(cli.color);
    match cli.command {
        Command::Check(args) => check::run(args, colour),
        Command::Demo(args) => demo::run(&args, colour),
        Command::Plan(args) => plan::run(args),
        Command::Judge(args) => judge::run(&args, colour),
        Command::Coverage(args) => coverage::run(args, colour),
        Command::Init(args) => init::run(&args),
        Command::Config(args) => config::run(args),
        Command::List { json } => list::run(json),
        Command::Explain { id } => print(&explain::explain(&id)?),
        Command::Scan(args) => scan::run(args, colour),
        Command::Baseline(args) => baseline::run(args),
        Command::Schema { which } => schema::run(which),
        Command::Completions { shell } => print(&man::completions(shell)),
        Command::Man { folder } => man::run(folder.as_deref()),
        Command::Selftest { defect } => selftest::run(&defect),
        Command::Sign(args) => sign::run(args),
        Command::VerifySignature(args) => verify_signature::run(args),
        Command::Doctor(args) => doctor::run(args),
        Command::Send(args) => send::run(args),
        Command::Replay(args) => replay::run(args, colour),
        Command::Bundle(args) => bundle::run(&args),
        Command::Keygen { path } => keygen::run(&path),
        Command::SignOff(args) => sign_off::run(&args),
        Command::Show { bundle } => show::run(&bundle),
        Command::Verify(args) => verify::run(args),
        Command::Diff { old, new } => diff::run(&old, &new),
        Command::DemoSign { timestamp } => print(&crate::demo::sign_stdin(&timestamp)?),
    }
}

/// One decision for the whole process: `--color`, then the environment, then whether standard
/// output is a terminal.
fn decide_colour(when: When) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let colour = match when {
        When::Always => true,
        When::Never => false,
        When::Auto if set("NO_COLOR") => false,
        When::Auto if set("CLICOLOR_FORCE") => true,
        When::Auto => {
            io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    };
    colored::control::set_override(colour);
    colour
}
