//! Deliveries that a correct receiver may reject, a few at a time between genuine events: one that
//! shuts out whoever is rejected too often is found out before what follows is misunderstood.

use std::cell::{Cell, RefCell};

use golive_checks::conversation::scenarios::BASELINE_EVERY;
use golive_checks::model::{Exchange, ScenarioSeen};
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// How many of them may go out before the next genuine event, and how those were answered.
#[derive(Default)]
pub(super) struct Rounds {
    left: Cell<u64>,
    out: Cell<u64>,
    is_asking: Cell<bool>,
    is_shut_out: Cell<bool>,
    changed: Notify,
    baselines: RefCell<Vec<ScenarioSeen>>,
}

/// What whoever wishes to deliver does next.
pub(super) enum Turn<'a> {
    /// Deliver.
    Deliver(Admitted<'a>),
    /// Send a genuine event of this number, and say how it was answered.
    Ask(usize),
    /// Wait for others.
    Wait(Notified<'a>),
    /// Give up: genuine events are rejected.
    ShutOut,
}

/// A delivery of the round under way, until it ended.
pub(super) struct Admitted<'a>(&'a Rounds);

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        self.0.out.set(self.0.out.get() - 1);
        self.0.changed.notify_waiters();
    }
}

impl Rounds {
    /// What to do. The first of all sends a genuine event.
    pub(super) fn turn(&self) -> Turn<'_> {
        if self.is_shut_out.get() {
            return Turn::ShutOut;
        }
        if self.left.get() > 0 {
            self.left.set(self.left.get() - 1);
            self.out.set(self.out.get() + 1);
            return Turn::Deliver(Admitted(self));
        }
        if self.out.get() > 0 || self.is_asking.replace(true) {
            return Turn::Wait(self.changed.notified());
        }
        Turn::Ask(self.baselines.borrow().len() + 1)
    }

    /// A genuine event was answered so; nothing where it could not be sent.
    pub(super) fn answered(&self, baseline: Option<ScenarioSeen>) {
        self.is_asking.set(false);
        if baseline.iter().flat_map(ScenarioSeen::exchanges).any(Exchange::refused) {
            self.is_shut_out.set(true);
        } else {
            self.left.set(BASELINE_EVERY);
        }
        self.baselines.borrow_mut().extend(baseline);
        self.changed.notify_waiters();
    }

    /// The genuine events that were sent.
    pub(super) fn into_baselines(self) -> Vec<ScenarioSeen> {
        self.baselines.into_inner()
    }
}
