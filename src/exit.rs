//! The exit codes: one enum, one decision, one table.

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// The verdict is READY, with or without waivers; for other commands: done.
    Ready = 0,
    /// Something required failed.
    NotReady = 1,
    /// The command line or the configuration cannot be used.
    Usage = 2,
    /// Something required is undecided, or was not looked at.
    Incomplete = 3,
    /// There is a verdict, and a requested report could not be written.
    Unwritten = 4,
    /// A bundle does not hold, or a run is worse than the one before.
    Refused = 5,
    /// The tool itself broke, or held back a report with a secret in it.
    Internal = 70,
    /// Interrupted from the keyboard.
    Interrupted = 130,
    /// Told to stop.
    Terminated = 143,
}

/// The signal that ended a run early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Ctrl-C.
    Interrupt,
    /// `kill`.
    Terminate,
}

/// Everything that decides how a run with a report ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ending {
    /// The verdict's own code: [`crate::report::Report::exit`].
    pub(crate) verdict: Exit,
    /// A check broke: [`crate::report::Report::broke`].
    pub(crate) broke: bool,
    /// The guard held an output back: [`crate::output::Published`].
    pub(crate) leaked: bool,
    /// An output could not be written: [`crate::output::Published`].
    pub(crate) unwritten: bool,
    /// The signal that ended the run early.
    pub(crate) signal: Option<Signal>,
}

impl Exit {
    /// Every way to end, in the order of the README.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 9] = [
        Self::Ready,
        Self::NotReady,
        Self::Usage,
        Self::Incomplete,
        Self::Unwritten,
        Self::Refused,
        Self::Internal,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// The number.
    pub(crate) const fn code(self) -> u8 {
        self as u8
    }

    /// How a run with a report ends. What makes its verdict worthless comes first, then what makes
    /// it early, then the verdict.
    pub(crate) const fn of(ending: Ending) -> Self {
        if ending.broke || ending.leaked {
            return Self::Internal;
        }
        match ending.signal {
            Some(Signal::Interrupt) => return Self::Interrupted,
            Some(Signal::Terminate) => return Self::Terminated,
            None => {}
        }
        match ending.verdict {
            Self::NotReady
            | Self::Usage
            | Self::Refused
            | Self::Internal
            | Self::Interrupted
            | Self::Terminated => ending.verdict,
            Self::Ready | Self::Incomplete | Self::Unwritten if ending.unwritten => Self::Unwritten,
            Self::Ready | Self::Incomplete | Self::Unwritten => ending.verdict,
        }
    }

    /// What it means, for the README.
    #[cfg(test)]
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Ready => "READY, with or without waivers; for commands without a verdict: done",
            Self::NotReady => {
                "NOT READY: a required check failed (with `--strict` also a warning or a \
                 recommended one)"
            }
            Self::Usage => "the command line or `golive.toml` cannot be used",
            Self::Incomplete => {
                "INCOMPLETE or PARTIAL: nothing required failed, and something required is \
                 undecided or was left out"
            }
            Self::Unwritten => {
                "a verdict was reached, and a report that was asked for could not be written"
            }
            Self::Refused => {
                "`verify` or `diff` says no: the bundle does not hold, or the newer run is worse"
            }
            Self::Internal => {
                "the tool itself broke, or held a report back because a secret was in it"
            }
            Self::Interrupted => "INTERRUPTED by Ctrl-C; the partial report is never READY",
            Self::Terminated => "INTERRUPTED by SIGTERM; likewise",
        }
    }

    /// The README's table.
    #[cfg(test)]
    pub(crate) fn table() -> String {
        let rows: Vec<String> = Self::ALL
            .iter()
            .map(|exit| format!("| {} | {} |\n", exit.code(), exit.meaning()))
            .collect();
        format!("| Code | Meaning |\n|---:|---|\n{}", rows.concat())
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Ending = Ending {
        verdict: Exit::Ready,
        broke: false,
        leaked: false,
        unwritten: false,
        signal: None,
    };

    #[test]
    fn ready_is_zero_only_when_nothing_else_happened() {
        assert_eq!(Exit::of(QUIET), Exit::Ready);
        for (broke, leaked) in [(true, false), (false, true), (true, true)] {
            for verdict in Exit::ALL {
                assert_eq!(
                    Exit::of(Ending {
                        verdict,
                        broke,
                        leaked,
                        unwritten: true,
                        signal: Some(Signal::Interrupt)
                    }),
                    Exit::Internal
                );
            }
        }
    }

    #[test]
    fn a_signal_outranks_the_verdict_and_the_files() {
        for verdict in [Exit::Ready, Exit::NotReady, Exit::Incomplete] {
            let ending =
                Ending { verdict, unwritten: true, signal: Some(Signal::Interrupt), ..QUIET };
            assert_eq!(Exit::of(ending), Exit::Interrupted);
            assert_eq!(
                Exit::of(Ending { signal: Some(Signal::Terminate), ..ending }),
                Exit::Terminated
            );
        }
    }

    #[test]
    fn a_failure_outranks_a_missing_report_which_outranks_incomplete() {
        let unwritten = |verdict| Exit::of(Ending { verdict, unwritten: true, ..QUIET });
        assert_eq!(unwritten(Exit::NotReady), Exit::NotReady);
        assert_eq!(unwritten(Exit::Incomplete), Exit::Unwritten);
        assert_eq!(unwritten(Exit::Ready), Exit::Unwritten);
        assert_eq!(unwritten(Exit::Interrupted), Exit::Interrupted);
    }

    #[test]
    fn the_table_has_a_row_for_every_code() {
        let table = Exit::table();
        for exit in Exit::ALL {
            assert!(table.contains(&format!("| {} | {} |\n", exit.code(), exit.meaning())));
        }
        assert_eq!(table.lines().count(), Exit::ALL.len() + 2);
    }
}
