//! The command line in print: completions for shells, manual pages.

use crate::command_output::print;
use crate::exit::Exit;
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;
use golive_checks::model::{Quoted, Show as _};

use crate::cli::Cli;

/// The completions of a shell.
pub(crate) fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "golive", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The manual page of `golive`.
///
/// # Errors
///
/// None that memory could give.
pub(crate) fn page() -> anyhow::Result<String> {
    let mut page = Vec::new();
    Man::new(Cli::command()).render(&mut page).context("writing the manual page")?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Writes a page for each command into `folder`, and says which.
///
/// # Errors
///
/// When the folder cannot be made or written to.
pub(crate) fn pages(folder: &Path) -> anyhow::Result<String> {
    let writing =
        || format!("writing manual pages to {}", Quoted(&folder.to_string_lossy()).show());
    fs::create_dir_all(folder).with_context(writing)?;
    clap_mangen::generate_to(Cli::command(), folder).with_context(writing)?;
    let pages =
        Cli::command().get_subcommands().filter(|command| !command.is_hide_set()).count() + 1;
    Ok(format!(
        "Wrote {pages} manual pages to {}; `man -l FILE` reads one.\n",
        Quoted(&folder.to_string_lossy()).show()
    ))
}

pub(super) fn run(folder: Option<&Path>) -> anyhow::Result<Exit> {
    print(&match folder {
        None => page()?,
        Some(folder) => pages(folder)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_completes_every_command() {
        for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
            let script = completions(shell);
            for command in Cli::command().get_subcommands().filter(|command| !command.is_hide_set())
            {
                assert!(
                    script.contains(command.get_name()),
                    "{shell} does not know {}",
                    command.get_name()
                );
            }
        }
    }

    #[test]
    fn every_command_has_a_page_and_the_first_names_the_exit_codes() {
        let folder = tempfile::tempdir().unwrap();
        let said = pages(folder.path()).unwrap();
        let written = fs::read_dir(folder.path()).unwrap().count();
        assert!(
            said.starts_with(&format!("Wrote {written} manual pages to \"")),
            "{said}, and there are {written}"
        );
        assert!(folder.path().join("golive-check.1").is_file());
        let page = page().unwrap();
        assert!(page.starts_with(".ie") && page.contains("Exit codes"), "{page}");
    }
}
