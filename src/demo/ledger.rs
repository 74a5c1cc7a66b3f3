//! The shop's books, in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What was credited, and which events were seen.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Books>);

#[derive(Debug, Default)]
struct Books {
    credits: BTreeMap<String, u64>,
    events: BTreeSet<String>,
    signatures: BTreeSet<String>,
    /// Credits that are still to be made.
    queue: Vec<String>,
    held: BTreeSet<String>,
}

impl Ledger {
    /// Notes an event; `false` when it was noted before. One step, so that of many at once only one is first.
    pub(super) fn note(&self, event: &str) -> bool {
        self.books().events.insert(event.to_owned())
    }

    /// Whether an event was noted. Between asking and noting, another delivery may slip through.
    pub(super) fn noted(&self, event: &str) -> bool {
        self.books().events.contains(event)
    }

    /// Notes a signature; `false` when it was noted before.
    pub(super) fn note_signature(&self, signature: &str) -> bool {
        self.books().signatures.insert(signature.to_owned())
    }

    /// Puts an order aside for a person to look at.
    pub(super) fn hold(&self, order: &str) {
        self.books().held.insert(order.to_owned());
    }

    /// Whether an order was put aside.
    pub(super) fn is_held(&self, order: &str) -> bool {
        self.books().held.contains(order)
    }

    /// Credits an order.
    pub(super) fn credit(&self, order: &str) {
        *self.books().credits.entry(order.to_owned()).or_default() += 1;
    }

    /// Queues a credit.
    pub(super) fn queue(&self, order: &str) {
        self.books().queue.push(order.to_owned());
    }

    /// Makes a credit that was queued, once.
    pub(super) fn work_off(&self, order: &str) {
        let mut books = self.books();
        if let Some(at) = books.queue.iter().position(|queued| queued == order) {
            books.queue.remove(at);
            *books.credits.entry(order.to_owned()).or_default() += 1;
        }
    }

    /// The credits that are still to be made.
    pub(super) fn queued(&self) -> Vec<String> {
        self.books().queue.clone()
    }

    /// Forgets that an event was noted.
    pub(super) fn forget(&self, event: &str) {
        self.books().events.remove(event);
    }

    /// Forgets everything.
    pub(super) fn wipe(&self) {
        *self.books() = Books::default();
    }

    /// How often an order was credited.
    pub(super) fn credits(&self, order: &str) -> u64 {
        self.books().credits.get(order).copied().unwrap_or(0)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
