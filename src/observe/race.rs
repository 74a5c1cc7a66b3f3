//! The races of a conversation: one at a time, each released as the seed has it.

use std::cell::Cell;
use std::time::{Duration, Instant};

use golive_checks::model::{NotMade, Release};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::yield_now;
use tokio::time::{sleep, sleep_until, timeout};

use super::held::StartingLine;

/// How long all but the last byte of each may take to arrive and be read, once sent.
const ARRIVAL: Duration = Duration::from_millis(20);

/// How far apart the first and the last are that go out close together.
const CLOSE: Duration = Duration::from_millis(20);

/// How far apart they are at most, however long an answer takes.
const APART: Duration = Duration::from_millis(250);

/// Timers are a millisecond coarse.
const COARSE: Duration = Duration::from_millis(2);

/// Whose turn it is: two races at once would take the receiver's workers from one another, so that less of each runs beside itself. While one
/// is being answered, the next may line up.
#[derive(Debug, Default)]
pub(crate) struct Races {
    line: Mutex<()>,
    track: Mutex<()>,
    first: Cell<Option<Instant>>,
    /// How many never got as far as the starting line while all the others waited there.
    missing: Cell<usize>,
}

/// A turn, to line up or to run; over when dropped.
pub(crate) type Turn<'a> = MutexGuard<'a, ()>;

impl Races {
    /// Waits for a turn; there is none left once the first was as long ago as `limit`.
    pub(crate) async fn turn(&self, limit: Duration) -> Result<Turn<'_>, NotMade> {
        let turn = self.line.lock().await;
        let first = self.first.get().unwrap_or_else(Instant::now);
        self.first.set(Some(first));
        if first.elapsed() >= limit { Err(NotMade::RacesTookLong) } else { Ok(turn) }
    }

    /// Waits until all stand on the starting line and those before have arrived, and lets them go; the next may line up then. Who has missed a
    /// start before is not waited for again. What is returned is to be kept until all are answered.
    pub(crate) async fn start(&self, turn: Option<Turn<'_>>, line: &StartingLine, patience: Duration, order: &Order) -> Option<Turn<'_>> {
        if timeout(patience, line.gathered(self.missing.get())).await.is_ok() {
            sleep(ARRIVAL).await;
        } else {
            self.missing.set(line.missing());
        }
        // A receiver does not wait for the end of a request for ever.
        let track = timeout(patience, self.track.lock()).await.ok();
        if order.0.is_empty() {
            line.open();
        }
        drop(turn);
        let began = Instant::now();
        for (after, number) in &order.0 {
            until(began + *after).await;
            line.release(*number);
        }
        line.open();
        track
    }
}

/// When which of them goes, the first first; empty where all go at the same moment.
#[derive(Debug)]
pub(crate) struct Order(Vec<(Duration, usize)>);

impl Order {
    /// For `count` deliveries of the race `name`, to a receiver that answers in `answer`: the same for the same seed.
    pub(crate) fn of(release: Release, count: usize, seed: u32, name: &str, answer: Duration) -> Self {
        let after: fn(f64, Duration) -> Duration = match release {
            Release::AtOnce => return Self(Vec::new()),
            Release::Close => |random, _| CLOSE.mul_f64(random.powi(3)),
            Release::Apart => |random, answer| (answer * 5 / 4).clamp(CLOSE, APART).mul_f64(random),
        };
        let mut order: Vec<(Duration, usize)> = (0..count).map(|number| (after(random(seed, name, number), answer), number)).collect();
        order.sort_unstable();
        Self(order)
    }
}

/// From 0 up to 1, the same for the same seed, name and number.
fn random(seed: u32, name: &str, number: usize) -> f64 {
    let digest = Sha256::digest(format!("golive race {seed} {name} {number}"));
    f64::from(u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])) / f64::from(u32::MAX)
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

    const MS: Duration = Duration::from_millis(1);

    fn order(release: Release, seed: u32, name: &str) -> Vec<(Duration, usize)> {
        Order::of(release, 20, seed, name, 100 * MS).0
    }

    #[test]
    fn the_same_seed_gives_the_same_order_and_another_another() {
        for release in [Release::Close, Release::Apart] {
            assert_eq!(order(release, 7, "once-concurrent-2"), order(release, 7, "once-concurrent-2"));
            assert_ne!(order(release, 7, "once-concurrent-2"), order(release, 8, "once-concurrent-2"));
            assert_ne!(order(release, 7, "once-concurrent-2"), order(release, 7, "once-concurrent-4"));
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
        let slow = Order::of(Release::Apart, 20, 7, "a", 5_000 * MS).0;
        assert!(slow[19].0 > 100 * MS && slow[19].0 <= APART);
    }

    #[test]
    fn most_of_those_that_go_close_together_go_within_a_few_milliseconds() {
        let near = (0..100).flat_map(|seed| order(Release::Close, seed, "a")).filter(|(after, _)| *after <= 5 * MS).count();
        assert!((1_000..1_500).contains(&near), "{near} of 2000");
    }

    #[tokio::test]
    async fn there_are_no_further_turns_once_the_time_is_spent() {
        let races = Races::default();
        drop(races.turn(5 * MS).await.expect("nothing was spent yet"));
        sleep(6 * MS).await;
        assert_eq!(races.turn(5 * MS).await.expect_err("spent"), NotMade::RacesTookLong);
        assert!(races.turn(500 * MS).await.is_ok());
    }

    #[tokio::test]
    async fn who_missed_a_start_is_not_waited_for_again() {
        let races = Races::default();
        for (round, at_least, at_most) in [(1, 50 * MS, 500 * MS), (2, 0 * MS, 45 * MS)] {
            let line = StartingLine::new(2);
            let (here, _missing) = (line.place(0), line.place(1));
            drop(here);
            let began = Instant::now();
            races.start(None, &line, 50 * MS, &Order(Vec::new())).await;
            assert!((at_least..at_most).contains(&began.elapsed()), "round {round}: {:?}", began.elapsed());
        }
    }

    #[tokio::test]
    async fn the_next_lines_up_while_one_is_answered_and_goes_after_it() {
        let races = Races::default();
        let limit = 10_000 * MS;
        let turn = races.turn(limit).await.ok();
        assert!(timeout(10 * MS, races.turn(limit)).await.is_err());
        let first = races.start(turn, &StartingLine::new(0), 1_000 * MS, &Order(Vec::new())).await;
        let turn = timeout(10 * MS, races.turn(limit)).await.expect("lines up").ok();
        let (line, order) = (StartingLine::new(0), Order(Vec::new()));
        let second = races.start(turn, &line, 1_000 * MS, &order);
        let mut second = std::pin::pin!(second);
        assert!(timeout(100 * MS, second.as_mut()).await.is_err());
        drop(first);
        assert!(timeout(100 * MS, second).await.is_ok());
    }
}
