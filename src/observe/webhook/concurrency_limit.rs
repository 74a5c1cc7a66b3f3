//! How many deliveries are in flight at once: as many as the receiver takes without slowing down.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::sync::oneshot;

/// What a receiver that does one thing at a time may be given to do at once, at the start.
const FIRST_LOAD: Duration = Duration::from_millis(800);

/// A window that grows by one with every prompt answer, which doubles it per round, and halves when
/// answers slow down or fail.
#[derive(Debug)]
pub(crate) struct ConcurrencyLimit {
    size: Cell<u32>,
    most: u32,
    in_flight: Cell<u32>,
    /// How many of them went out without asking for room.
    burden: Cell<u32>,
    /// Deliveries that are still to end before the window may halve again: one slow moment is not
    /// counted many times.
    recovering: Cell<u32>,
    usual: Cell<Duration>,
    waiting: RefCell<Vec<Waiter>>,
}

/// Somebody who waits for room.
#[derive(Debug)]
struct Waiter {
    urgency: Urgency,
    granted: oneshot::Sender<()>,
}

/// How much depends on who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Urgency {
    /// Whether steps of the scenario are behind it: everything else fits in beside it.
    pub(crate) under_way: bool,
    /// How many steps are to come.
    pub(crate) steps: usize,
}

/// How one delivery went, as far as the window is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Went {
    /// Answered, in this time, its connection included where that was opened for it.
    Answered(Duration),
    /// Not answered, or with "too busy".
    Failed,
    /// It says nothing about the receiver's speed.
    Unknown,
}

impl ConcurrencyLimit {
    /// For a receiver whose undisturbed answer took `usual`, its connection included.
    pub(crate) fn new(usual: Duration, most: u64) -> Self {
        let most = u32::try_from(most).unwrap_or(u32::MAX).max(1);
        let first = FIRST_LOAD.as_micros() / usual.as_micros().max(1);
        let size = u32::try_from(first).unwrap_or(u32::MAX).clamp(1, 16).min(most);
        Self {
            size: Cell::new(size),
            most,
            in_flight: Cell::new(0),
            burden: Cell::new(0),
            recovering: Cell::new(0),
            usual: Cell::new(usual),
            waiting: RefCell::default(),
        }
    }

    /// Waits for room: the most urgent first, then in the order of asking.
    pub(crate) async fn enter(&self, urgency: Urgency) -> InFlight<'_> {
        let (granted, room) = oneshot::channel();
        let behind = |waiter: &Waiter| waiter.urgency >= urgency;
        let at = self.waiting.borrow().partition_point(behind);
        self.waiting.borrow_mut().insert(at, Waiter { urgency, granted });
        self.wake();
        room.await.expect("a window outlives those who wait for it");
        InFlight { window: self, weight: 1, burden: 0 }
    }

    /// Room for one more, where there is some right now.
    pub(crate) fn enter_now(&self) -> Option<InFlight<'_>> {
        (self.in_flight.get() < self.size.get() + self.burden.get()).then(|| {
            self.in_flight.set(self.in_flight.get() + 1);
            InFlight { window: self, weight: 1, burden: 0 }
        })
    }

    /// Counts deliveries that go out whether there is room or not.
    pub(crate) fn burden(&self, weight: u32) -> InFlight<'_> {
        self.in_flight.set(self.in_flight.get() + weight);
        self.burden.set(self.burden.get() + weight);
        InFlight { window: self, weight, burden: weight }
    }

    /// Learns from a delivery that ended.
    pub(crate) fn learn(&self, went: Went) {
        self.recovering.set(self.recovering.get().saturating_sub(1));
        let usual = self.usual.get();
        let slow = match went {
            Went::Unknown => return,
            Went::Failed => true,
            Went::Answered(took) if took <= usual * 2 + Duration::from_millis(50) => {
                self.size.set(self.size.get().saturating_add(1).min(self.most));
                self.wake();
                false
            }
            // With nothing else in flight the delay is none of our making: this is what some
            // deliveries take.
            Went::Answered(took) if self.in_flight.get() <= 1 => {
                self.usual.set(took);
                false
            }
            Went::Answered(took) => took > usual * 3 + Duration::from_millis(100),
        };
        if slow && self.recovering.get() == 0 {
            self.size.set((self.size.get() / 2).max(1));
            self.recovering.set(self.in_flight.get());
        }
    }

    /// How many are in flight.
    pub(crate) fn in_flight(&self) -> u32 {
        self.in_flight.get()
    }

    /// What an undisturbed answer took, its connection included.
    pub(crate) fn usual(&self) -> Duration {
        self.usual.get()
    }

    /// Gives the room there is to those who wait for it; whoever gave up waiting gets none.
    fn wake(&self) {
        let mut waiting = self.waiting.borrow_mut();
        while waiting.first().is_some_and(|first| self.has_room(first.urgency)) {
            if waiting.remove(0).granted.send(()).is_ok() {
                self.in_flight.set(self.in_flight.get() + 1);
            }
        }
    }

    /// A chain under way is what the run waits for: it goes before a wide window has emptied. What
    /// asked nobody keeps nobody waiting either: races follow one another, and would have the
    /// rest of the run wait for the last of them.
    fn has_room(&self, urgency: Urgency) -> bool {
        let size = self.size.get();
        let room =
            if urgency.under_way { size.saturating_add(size / 2).min(self.most) } else { size };
        self.in_flight.get() < room + self.burden.get()
    }
}

/// Room in the window; free again when dropped.
#[derive(Debug)]
pub(crate) struct InFlight<'a> {
    window: &'a ConcurrencyLimit,
    weight: u32,
    /// How much of that asked for no room.
    burden: u32,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.window.in_flight.set(self.window.in_flight.get() - self.weight);
        self.window.burden.set(self.window.burden.get() - self.burden);
        self.window.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    const fn new(steps: usize) -> Urgency {
        Urgency { under_way: false, steps }
    }

    #[test]
    fn begins_with_what_one_worker_can_do_soon() {
        let begins = |ms: u32, most| ConcurrencyLimit::new(MS * ms, most).size.get();
        assert_eq!(begins(0, 24), 16);
        assert_eq!(begins(100, 24), 8);
        assert_eq!(begins(3_000, 24), 1);
        assert_eq!(begins(5, 2), 2);
    }

    #[test]
    fn grows_while_answers_stay_prompt_and_not_past_its_limit() {
        let window = ConcurrencyLimit::new(MS * 200, 6);
        for _ in 0..10 {
            window.learn(Went::Answered(MS * 210));
        }
        assert_eq!(window.size.get(), 6);
    }

    #[test]
    fn halves_once_per_slow_moment() {
        let window = ConcurrencyLimit::new(MS * 10, 24);
        window.in_flight.set(16);
        for _ in 0..16 {
            window.learn(Went::Answered(MS * 900));
        }
        assert_eq!(window.size.get(), 8);
        window.learn(Went::Failed);
        assert_eq!(window.size.get(), 4);
        window.learn(Went::Unknown);
        assert_eq!(window.size.get(), 4);
    }

    #[test]
    fn takes_a_slow_answer_for_usual_when_nothing_else_was_in_flight() {
        let window = ConcurrencyLimit::new(MS * 600, 24);
        window.in_flight.set(1);
        window.learn(Went::Answered(MS * 2_000));
        assert_eq!((window.size.get(), window.usual()), (1, MS * 2_000));
        window.in_flight.set(3);
        window.learn(Went::Answered(MS * 2_100));
        assert_eq!(window.size.get(), 2);
    }

    #[tokio::test]
    async fn lets_no_more_in_than_fit() {
        let window = ConcurrencyLimit::new(MS * 800, 24);
        let first = window.enter(new(1)).await;
        assert!(tokio::time::timeout(MS * 20, window.enter(new(1))).await.is_err());
        assert!(window.enter_now().is_none());
        drop(first);
        assert!(tokio::time::timeout(MS * 500, window.enter(new(1))).await.is_ok());
        assert!(window.enter_now().is_some());
    }

    #[tokio::test]
    async fn lets_the_longest_chain_in_first() {
        let window = ConcurrencyLimit::new(MS * 800, 24);
        let first = window.enter(new(1)).await;
        let entered = RefCell::new(Vec::new());
        let enter = |urgency| {
            let (window, entered) = (&window, &entered);
            async move {
                let _place = window.enter(urgency).await;
                entered.borrow_mut().push(urgency.steps);
            }
        };
        let under_way = Urgency { under_way: true, steps: 2 };
        tokio::join!(enter(new(1)), enter(new(5)), enter(under_way), enter(new(3)), async {
            drop(first)
        });
        assert_eq!(*entered.borrow(), [2, 5, 3, 1]);
    }

    #[tokio::test]
    async fn keeps_no_chain_under_way_waiting_where_there_is_some_room_to_spare() {
        let under_way = Urgency { under_way: true, steps: 1 };
        let enters = async |window: &ConcurrencyLimit, urgency| {
            tokio::time::timeout(MS * 20, window.enter(urgency)).await.is_ok()
        };
        let wide = ConcurrencyLimit::new(MS * 200, 24);
        wide.in_flight.set(4);
        assert!(!enters(&wide, new(1)).await);
        assert!(enters(&wide, under_way).await);
        wide.in_flight.set(6);
        assert!(!enters(&wide, under_way).await);
        let together = wide.burden(19);
        assert!(!enters(&wide, under_way).await);
        wide.in_flight.set(5 + 19);
        assert!(enters(&wide, under_way).await);
        drop(together);
        assert_eq!((wide.in_flight(), wide.burden.get()), (5, 0));
        for narrow in [ConcurrencyLimit::new(MS * 800, 24), ConcurrencyLimit::new(MS * 200, 1)] {
            narrow.in_flight.set(1);
            assert!(!enters(&narrow, under_way).await);
        }
    }
}
