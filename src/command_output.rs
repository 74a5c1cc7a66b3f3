//! What a command says, and how the process ends.

use crate::exit::{Ending, Exit, Signal};
use crate::guard::Guard;
use crate::output::{self, Published};
use crate::page::folded;

/// What a command says, and how the process ends.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    /// Lines, still to be wrapped.
    pub(crate) words: String,
    pub(crate) exit: Exit,
}

impl CommandOutput {
    /// Prints what holds no secret.
    pub(crate) fn print(&self) -> anyhow::Result<Exit> {
        output::print(&folded(&self.words)).map(|()| self.exit)
    }

    /// Prints what was made with secrets at hand.
    pub(crate) fn print_past(&self, guard: &Guard) -> Exit {
        ending(output::print_past(guard, &self.words), self.exit, false, None)
    }
}

/// Prints what holds no secret: the catalogue, the configuration's origins.
pub(crate) fn print(text: &str) -> anyhow::Result<Exit> {
    output::print(text).map(|()| Exit::Ready)
}

/// Prints what was made with secrets at hand.
pub(crate) fn print_past(guard: &Guard, text: &str) -> Exit {
    ending(output::print_past(guard, text), Exit::Ready, false, None)
}

/// How the process ends.
pub(crate) fn ending(
    published: Published,
    verdict: Exit,
    broke: bool,
    signal: Option<Signal>,
) -> Exit {
    Exit::of(Ending {
        verdict,
        broke,
        leaked: published.leaked,
        unwritten: published.unwritten,
        signal,
    })
}
