//! The races of a conversation: what they wait for, and when the last byte of each delivery goes
//! out.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use golive_checks::model::{NotMade, Release};
use sha2::{Digest as _, Sha256};
use tokio::task::yield_now;
use tokio::time::{sleep, sleep_until, timeout};

use crate::observe::net::last_byte_sync::{LastByteSync, SyncPlace};

/// How long all but the last byte of each may take to arrive and be read, once sent.
const ARRIVAL: Duration = Duration::from_millis(20);

/// How far apart the first and the last are that go out close together.
const CLOSE: Duration = Duration::from_millis(20);

/// How far apart they are at least and at most that are spread over the time of an answer, however
/// long that takes.
const APART: [Duration; 2] = [Duration::from_millis(50), Duration::from_millis(250)];

/// Timers are a millisecond coarse.
const COARSE: Duration = Duration::from_millis(2);

/// How many connections the races of one wave may hold open.
const AT_ONCE: usize = 120;

/// Seats for `count` races of so many deliveries each, with a receiver that takes `handling` for
/// one: in waves that would take it `limit` at most if it did one thing at a time.
///
/// Races start in waves, those of one wave right after one another: what the others have the
/// receiver write keeps the first of an event at work for longer, and that is when its duplicates
/// get past it. A race alone catches a receiver that locks its database half as often.
pub(crate) fn seats(
    count: usize,
    deliveries: u64,
    handling: Duration,
    limit: Duration,
) -> Vec<Seat> {
    let deliveries = usize::try_from(deliveries).unwrap_or(usize::MAX).max(1);
    let each = handling.saturating_mul(u32::try_from(deliveries).unwrap_or(u32::MAX));
    let bearable =
        usize::try_from(limit.as_micros() / each.as_micros().max(1)).unwrap_or(usize::MAX);
    let lanes = bearable.min(AT_ONCE / deliveries).max(1);
    let shared = Rc::new(Shared::default());
    let mut before: Option<Rc<Wave>> = None;
    let mut seats: Vec<Seat> = Vec::new();
    while seats.len() < count {
        let wave = Rc::new(Wave::of(lanes.min(count - seats.len())));
        for number in 0..wave.size {
            let ahead =
                if number == 0 { None } else { seats.last().map(|seat| Arc::clone(&seat.go)) };
            seats.push(Seat {
                shared: Rc::clone(&shared),
                before: before.clone(),
                ahead,
                go: LastByteSync::new(1),
                ready: Some(wave.ready.place(number)),
                lined_up: Some(wave.lined_up.place(number)),
                going: None,
                released: Some(wave.released.place(number)),
                _answered: wave.answered.place(number),
                wave: Rc::clone(&wave),
            });
        }
        before = Some(wave);
    }
    for seat in &mut seats {
        seat.going = Some(seat.go.place(0));
    }
    seats
}

/// What all races know.
#[derive(Debug, Default)]
struct Shared {
    /// When the first lined up.
    first: Cell<Option<Instant>>,
    /// How many never got as far as the starting line while all the others waited there.
    missing: Cell<usize>,
}

/// Races that start together; each line is passed by one after the other.
#[derive(Debug)]
struct Wave {
    size: usize,
    ready: Arc<LastByteSync>,
    lined_up: Arc<LastByteSync>,
    released: Arc<LastByteSync>,
    answered: Arc<LastByteSync>,
}

impl Wave {
    fn of(size: usize) -> Self {
        let line = || LastByteSync::new(size);
        Self { size, ready: line(), lined_up: line(), released: line(), answered: line() }
    }
}

/// A race's place in its wave; whoever waits for it waits no longer when it is dropped.
#[derive(Debug)]
pub(crate) struct Seat {
    shared: Rc<Shared>,
    wave: Rc<Wave>,
    before: Option<Rc<Wave>>,
    /// The race right before it in its wave lets its deliveries go.
    ahead: Option<Arc<LastByteSync>>,
    /// This one does.
    go: Arc<LastByteSync>,
    ready: Option<SyncPlace>,
    lined_up: Option<SyncPlace>,
    going: Option<SyncPlace>,
    released: Option<SyncPlace>,
    _answered: SyncPlace,
}

impl Seat {
    /// Waits until this wave may line up; it may not any more once the first was as long ago as
    /// `limit`.
    pub(crate) async fn ready(&mut self, limit: Duration) -> Result<(), NotMade> {
        drop(self.ready.take());
        self.wave.ready.gathered(0).await;
        if let Some(before) = &self.before {
            before.released.gathered(0).await;
        }
        let first = self.shared.first.get().unwrap_or_else(Instant::now);
        self.shared.first.set(Some(first));
        if first.elapsed() >= limit { Err(NotMade::RacesTookLong) } else { Ok(()) }
    }

    /// Waits until all stand on the starting line, and the other races of the wave too, and lets
    /// them go. Who has missed a start before is not waited for again.
    pub(crate) async fn start(
        &mut self,
        line: &LastByteSync,
        patience: Duration,
        order: &StartOrder,
    ) {
        gather(line, patience, &self.shared.missing).await;
        drop(self.lined_up.take());
        let others = async {
            self.wave.lined_up.gathered(0).await;
            if let Some(before) = &self.before {
                before.answered.gathered(0).await;
            }
            if let Some(ahead) = &self.ahead {
                ahead.gathered(0).await;
            }
        };
        // A receiver does not wait for the end of a request for ever.
        let _ = timeout(patience, others).await;
        order.release(line, self.going.take()).await;
        drop(self.released.take());
    }
}

/// Lets requests that are no race of a wave go once all of them stand on the starting line.
pub(crate) async fn start(line: &LastByteSync, patience: Duration, order: &StartOrder) {
    gather(line, patience, &Cell::default()).await;
    order.release(line, None).await;
}

async fn gather(line: &LastByteSync, patience: Duration, missing: &Cell<usize>) {
    if timeout(patience, line.gathered(missing.get())).await.is_ok() {
        sleep(ARRIVAL).await;
    } else {
        missing.set(line.missing());
    }
}

/// When which of them goes, the first first; empty where all go at the same moment.
#[derive(Debug)]
pub(crate) struct StartOrder(Vec<(Duration, usize)>);

impl StartOrder {
    /// For `count` deliveries of the race `name`, to a receiver that answers in `answer`: the same
    /// for the same seed.
    pub(crate) fn of(
        release: Release,
        count: usize,
        seed: u32,
        name: &str,
        answer: Duration,
    ) -> Self {
        let after: fn(f64, Duration) -> Duration = match release {
            Release::AtOnce => return Self(Vec::new()),
            Release::Close => |random, _| CLOSE.mul_f64(random.powi(3)),
            Release::Apart => {
                |random, answer| (answer * 5 / 4).clamp(APART[0], APART[1]).mul_f64(random)
            }
        };
        let mut order: Vec<(Duration, usize)> =
            (0..count).map(|number| (after(random(seed, name, number), answer), number)).collect();
        order.sort_unstable();
        Self(order)
    }

    /// Lets them go. `going` is who goes first's to know.
    async fn release(&self, line: &LastByteSync, going: Option<SyncPlace>) {
        if self.0.is_empty() {
            line.open();
        }
        drop(going);
        let began = Instant::now();
        for (after, number) in &self.0 {
            until(began + *after).await;
            line.release(*number);
        }
        line.open();
    }
}

/// From 0 up to 1, the same for the same seed, name and number.
fn random(seed: u32, name: &str, number: usize) -> f64 {
    let digest = Sha256::digest(format!("golive race {seed} {name} {number}"));
    f64::from(u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]))
        / f64::from(u32::MAX)
}

/// Waits until `due`: by timer as far as that goes, the rest by looking.
async fn until(due: Instant) {
    if let Some(early) = due.checked_sub(COARSE)
        && early > Instant::now()
    {
        sleep_until(early.into()).await;
    }
    while Instant::now() < due {
        yield_now().await;
    }
    // Whoever was let go before goes now.
    yield_now().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::join_all::each;

    const MS: Duration = Duration::from_millis(1);

    fn order(release: Release, seed: u32, name: &str) -> Vec<(Duration, usize)> {
        StartOrder::of(release, 20, seed, name, 100 * MS).0
    }

    #[test]
    fn the_same_seed_gives_the_same_order_and_another_another() {
        for release in [Release::Close, Release::Apart] {
            assert_eq!(
                order(release, 7, "once-concurrent-2"),
                order(release, 7, "once-concurrent-2")
            );
            assert_ne!(
                order(release, 7, "once-concurrent-2"),
                order(release, 8, "once-concurrent-2")
            );
            assert_ne!(
                order(release, 7, "once-concurrent-2"),
                order(release, 7, "once-concurrent-4")
            );
        }
    }

    #[test]
    fn everyone_is_let_go_once_and_in_time() {
        assert!(order(Release::AtOnce, 7, "once-concurrent").is_empty());
        for (release, most) in [(Release::Close, CLOSE), (Release::Apart, 125 * MS)] {
            let order = order(release, 7, "a");
            let mut numbers: Vec<usize> = order.iter().map(|(_, number)| *number).collect();
            assert!(!numbers.is_sorted() && order.is_sorted() && order[19].0 <= most);
            numbers.sort_unstable();
            assert!(numbers.into_iter().eq(0..20));
        }
        let slow = StartOrder::of(Release::Apart, 20, 7, "a", 5_000 * MS).0;
        assert!(slow[19].0 > 100 * MS && slow[19].0 <= APART[1]);
    }

    #[test]
    fn most_of_those_that_go_close_together_go_within_a_few_milliseconds() {
        let near = (0..100)
            .flat_map(|seed| order(Release::Close, seed, "a"))
            .filter(|(after, _)| *after <= 5 * MS)
            .count();
        assert!((1_000..1_500).contains(&near), "{near} of 2000");
    }

    /// Goes through a race of one delivery that is answered after a while; when its delivery went,
    /// and when it was answered.
    async fn race(
        mut seat: Seat,
        limit: Duration,
        answered_after: Duration,
    ) -> Result<(Instant, Instant), NotMade> {
        seat.ready(limit).await?;
        let line = LastByteSync::new(0);
        seat.start(&line, 1_000 * MS, &StartOrder(Vec::new())).await;
        let went = Instant::now();
        sleep(answered_after).await;
        Ok((went, Instant::now()))
    }

    #[tokio::test]
    async fn races_of_a_wave_go_right_after_one_another_and_the_next_wave_once_they_are_answered() {
        // Two of twenty, at 50 ms each, are what a wave may cost.
        let all = seats(5, 20, 50 * MS, 2_000 * MS)
            .into_iter()
            .map(|seat| race(seat, 10_000 * MS, 100 * MS));
        let times: Vec<(Instant, Instant)> =
            each(all).await.into_iter().map(|ended| ended.expect("there is time")).collect();
        assert!(times.is_sorted());
        for pair in [&times[..2], &times[2..4]] {
            assert!(pair[1].0 < pair[0].1, "{times:?}");
        }
        for (before, after) in [(1, 2), (3, 4)] {
            assert!(times[before].1 <= times[after].0, "{times:?}");
        }
    }

    #[test]
    fn a_wave_is_as_large_as_the_receiver_bears() {
        let waves = |deliveries, ms| {
            let seats = seats(6, deliveries, Duration::from_millis(ms), 2_000 * MS);
            let sizes: Vec<usize> = seats.iter().map(|seat| seat.wave.size).collect();
            sizes
        };
        assert_eq!(waves(20, 1), [6; 6]);
        assert_eq!(waves(20, 30), [3; 6]);
        assert_eq!(waves(20, 25), [4, 4, 4, 4, 2, 2]);
        assert_eq!(waves(20, 500), [1; 6]);
        assert_eq!(waves(100, 0), [1; 6]);
        assert_eq!(seats(1, u64::MAX, Duration::MAX, MS).len(), 1);
        assert!(seats(0, 20, MS, MS).is_empty());
    }

    #[tokio::test]
    async fn nobody_waits_for_a_race_that_was_given_up() {
        let mut all = seats(3, 20, MS, 2_000 * MS);
        drop(all.remove(1));
        let ended =
            timeout(30_000 * MS, each(all.into_iter().map(|seat| race(seat, 60_000 * MS, MS))))
                .await;
        assert!(ended.is_ok_and(|ended| ended.iter().all(Result::is_ok)));
    }

    #[tokio::test]
    async fn no_further_wave_begins_once_the_time_is_spent() {
        let ended = each(
            seats(3, 20, 500 * MS, 2_000 * MS).into_iter().map(|seat| race(seat, 30 * MS, 50 * MS)),
        )
        .await;
        assert!(ended[0].is_ok());
        assert_eq!(ended[2].as_ref().expect_err("spent"), &NotMade::RacesTookLong);
    }

    #[tokio::test]
    async fn who_missed_a_start_is_not_waited_for_again() {
        let missing = Cell::default();
        for (round, at_least, at_most) in
            [(1, 500 * MS, 60_000 * MS), (2, Duration::ZERO, 500 * MS)]
        {
            let line = LastByteSync::new(2);
            let (here, _missing) = (line.place(0), line.place(1));
            drop(here);
            let began = Instant::now();
            gather(&line, 500 * MS, &missing).await;
            assert!(
                (at_least..at_most).contains(&began.elapsed()),
                "round {round}: {:?}",
                began.elapsed()
            );
        }
    }
}
