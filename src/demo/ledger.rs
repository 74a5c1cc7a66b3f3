//! The shop's books, in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use golive_checks::platform::Event;

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
    states: BTreeMap<String, State>,
    /// The last event of each order.
    last: BTreeMap<String, Event>,
}

/// What an order or a payout has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    New,
    Processing,
    Paid,
    Failed,
    Expired,
    Reversed,
}

impl State {
    /// The shop's own word.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Processing => "processing",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Reversed => "reversed",
        }
    }

    /// What an event claims.
    pub(super) const fn claimed(event: Event) -> Self {
        match event {
            Event::PaymentSuccess | Event::PayoutSuccess => Self::Paid,
            Event::PaymentFailed | Event::PayoutFailed => Self::Failed,
            Event::PaymentProcessing | Event::PayoutProcessing => Self::Processing,
            Event::PaymentExpired => Self::Expired,
            Event::PayoutReversed => Self::Reversed,
        }
    }

    /// Whether it may follow: nothing leads away from reversed, from paid only that, and nothing
    /// back to processing.
    const fn may_become(self, next: Self) -> bool {
        match self {
            Self::New => true,
            Self::Processing => !matches!(next, Self::New),
            Self::Failed | Self::Expired => matches!(next, Self::Paid | Self::Reversed),
            Self::Paid => matches!(next, Self::Reversed),
            Self::Reversed => false,
        }
    }
}

impl Books {
    fn credit(&mut self, order: &str) {
        *self.credits.entry(order.to_owned()).or_default() += 1;
        self.turn(order, State::Paid);
    }

    fn turn(&mut self, order: &str, next: State) {
        let state = self.states.entry(order.to_owned()).or_default();
        if state.may_become(next) {
            *state = next;
        }
    }
}

impl Ledger {
    /// Notes an event; `false` when it was noted before. One step, so that of many at once only one
    /// is first.
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

    /// Credits an order, which is paid by that.
    pub(super) fn credit(&self, order: &str) {
        self.books().credit(order);
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
            books.credit(order);
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

    /// Takes a credit back.
    pub(super) fn take_back(&self, order: &str) {
        self.books()
            .credits
            .entry(order.to_owned())
            .and_modify(|credits| *credits = credits.saturating_sub(1));
    }

    /// What an order has come to.
    pub(super) fn state(&self, order: &str) -> State {
        self.books().states.get(order).copied().unwrap_or_default()
    }

    /// Brings an order into a state, where that may follow.
    pub(super) fn turn(&self, order: &str, next: State) {
        self.books().turn(order, next);
    }

    /// Brings an order into a state, come what may.
    pub(super) fn force(&self, order: &str, next: State) {
        self.books().states.insert(order.to_owned(), next);
    }

    /// Notes an event as the last one of its order; `false` when it was that already.
    pub(super) fn note_last(&self, order: &str, event: Event) -> bool {
        self.books().last.insert(order.to_owned(), event) != Some(event)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
