//! What is in flight, drawn on standard error while somebody waits.

use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::observe::Progress;

/// A spinner on a terminal, nothing elsewhere.
pub(crate) struct Spinner {
    bar: ProgressBar,
    in_flight: RefCell<Vec<String>>,
}

impl Spinner {
    /// A spinner, unless `quiet` or nobody looks.
    pub(crate) fn new(quiet: bool) -> Self {
        let shown = !quiet && std::io::stderr().is_terminal();
        let bar = if shown { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        if shown {
            bar.set_style(
                ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}")
                    .unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self { bar, in_flight: RefCell::new(Vec::new()) }
    }

    fn draw(&self) {
        if !self.bar.is_hidden() {
            self.bar.set_message(self.in_flight.borrow().join(" · "));
        }
    }
}

impl Progress for Spinner {
    fn began(&self, probe: &str) {
        self.in_flight.borrow_mut().push(probe.to_owned());
        self.draw();
    }

    fn ended(&self, probe: &str) {
        self.in_flight.borrow_mut().retain(|name| name != probe);
        self.draw();
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Draws nothing.
pub(crate) struct Silent;

impl Progress for Silent {
    fn began(&self, _probe: &str) {}

    fn ended(&self, _probe: &str) {}
}
