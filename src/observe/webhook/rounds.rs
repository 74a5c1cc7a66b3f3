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
    is_asking: Cell<bool>,
    is_shut_out: Cell<bool>,
    changed: Notify,
    baselines: RefCell<Vec<ScenarioSeen>>,
}

/// What whoever wishes to deliver does next.
pub(super) enum Turn<'a> {
    /// Deliver.
    Deliver,
    /// Send a genuine event of this number, and say how it was answered. But for the first, the next
    /// round goes out beside it.
    Ask(usize),
    /// Wait for the answer to the last genuine event.
    Wait(Notified<'a>),
    /// Give up: genuine events are rejected.
    ShutOut,
}

impl Rounds {
    /// What to do. The first of all sends a genuine event.
    pub(super) fn turn(&self) -> Turn<'_> {
        if self.is_shut_out.get() {
            return Turn::ShutOut;
        }
        if self.left.get() > 0 {
            self.left.set(self.left.get() - 1);
            return Turn::Deliver;
        }
        if self.is_asking.replace(true) {
            return Turn::Wait(self.changed.notified());
        }
        let sent = self.baselines.borrow().len();
        if sent > 0 {
            self.left.set(BASELINE_EVERY);
        }
        Turn::Ask(sent + 1)
    }

    /// A genuine event was answered so; nothing where it could not be sent.
    pub(super) fn answered(&self, baseline: Option<ScenarioSeen>) {
        self.is_asking.set(false);
        if baseline.iter().flat_map(ScenarioSeen::exchanges).any(Exchange::refused) {
            self.is_shut_out.set(true);
        }
        // The first was waited for, so that it says nothing of what was rejected after it.
        if self.baselines.borrow().is_empty() {
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
