//! The search for how far a timestamp may be off before the receiver refuses it: rounds of
//! deliveries beside one another, each round within the gap that the rounds before it left.

use super::{Delivery, Exchange, Stamp};

/// What is searched for. Pure: what was answered so far says what is tried next, and what came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// What is delivered, but for its timestamp. Each time another event.
    pub delivery: Delivery,
    /// Which way the timestamp is off.
    pub way: Way,
    /// How far, at most, in seconds.
    pub most_s: u64,
}

/// Which way a timestamp is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Into the past.
    Past,
    /// Ahead of time.
    Future,
}

/// What the first round tries: the windows that receivers have, so that the next one often needs to
/// look a second further only.
const USUAL_S: [u64; 9] = [10, 30, 60, 120, 180, 300, 600, 900, 1_800];

/// How many deliveries one round makes, at most.
const ROUND: u64 = 12;

/// A second, in microseconds.
const SECOND_US: i64 = 1_000_000;

impl Search {
    /// How many rounds are worth their wait: a window of up to half an hour is found to the second
    /// or nearly so.
    pub const ROUNDS: usize = 3;

    /// How many deliveries a round makes, at most.
    #[must_use]
    pub const fn round(&self) -> u64 {
        ROUND
    }

    /// What the next round delivers, after rounds that ended so; nothing where there is no more to
    /// find out.
    #[must_use]
    pub fn next<'a>(&self, so_far: impl IntoIterator<Item = &'a Exchange>) -> Vec<Delivery> {
        let edge = Edge::of(self.way, so_far);
        let seconds = match edge.refused_s(0) {
            _ if edge.tried == 0 => USUAL_S
                .into_iter()
                .filter(|by_s| *by_s < self.most_s)
                .chain([self.most_s])
                .collect(),
            Some(refused) => within(edge.accepted_s(0).unwrap_or(0), refused),
            None => Vec::new(),
        };
        seconds.into_iter().map(|by_s| self.off_by(by_s)).collect()
    }

    /// The delivery with a timestamp that is so far off.
    #[must_use]
    pub const fn off_by(&self, by_s: u64) -> Delivery {
        let stamp = match self.way {
            Way::Past => Stamp::Stale { by_s },
            Way::Future => Stamp::Future { by_s },
        };
        Delivery { stamp, ..self.delivery }
    }
}

/// Seconds to try between one that was accepted and one that was refused: their neighbours, and as
/// many others as a round has room for.
fn within(accepted: i64, refused: i64) -> Vec<u64> {
    let (first, last) = (accepted.max(0) + 1, refused - 1);
    let room = i64::try_from(ROUND).unwrap_or(i64::MAX);
    let mut seconds: Vec<i64> = if last - first < room {
        (first..=last).collect()
    } else {
        (0..room).map(|at| first + (last - first) * at / (room - 1)).collect()
    };
    seconds.dedup();
    seconds.into_iter().filter_map(|second| u64::try_from(second).ok()).collect()
}

/// Between which times a receiver's window ends. Times are in microseconds by our own clock, and
/// allow for what passes between signing and the receiver's look: what was accepted was at least so
/// far off, what was refused at most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    way: Option<Way>,
    accepted_us: Option<i64>,
    refused_us: Option<i64>,
    beyond_us: Option<i64>,
    /// How many were delivered.
    pub tried: usize,
    /// How many were answered neither 200 nor with a refusal.
    pub unclear: usize,
}

impl Edge {
    /// Reads what a search was answered.
    #[must_use]
    pub fn of<'a>(way: Way, exchanges: impl IntoIterator<Item = &'a Exchange>) -> Self {
        let mut edge = Self { way: Some(way), ..Self::default() };
        let mut accepted: Vec<i64> = Vec::new();
        for exchange in exchanges {
            edge.tried += 1;
            match (off_us(way, exchange), exchange.accepted(), exchange.refused()) {
                (Some((least, _)), true, _) => accepted.push(least),
                (Some((_, most)), false, true) => {
                    edge.refused_us = Some(edge.refused_us.map_or(most, |before| before.min(most)))
                }
                (None, _, _) | (Some(_), false, false) => edge.unclear += 1,
            }
        }
        let refused = edge.refused_us.unwrap_or(i64::MAX);
        edge.accepted_us = accepted.iter().copied().filter(|off| *off < refused).max();
        edge.beyond_us = accepted.into_iter().filter(|off| *off >= refused).max();
        edge
    }

    /// The furthest that was accepted and nothing nearer refused, in whole seconds by a clock that
    /// is so much ahead of ours.
    #[must_use]
    pub fn accepted_s(&self, ahead_s: i64) -> Option<i64> {
        self.whole(self.accepted_us, ahead_s)
    }

    /// The nearest that was refused.
    #[must_use]
    pub fn refused_s(&self, ahead_s: i64) -> Option<i64> {
        self.whole(self.refused_us, ahead_s)
    }

    /// The furthest that was accepted although something nearer was refused: no single clock does
    /// that.
    #[must_use]
    pub fn beyond_s(&self, ahead_s: i64) -> Option<i64> {
        self.whole(self.beyond_us, ahead_s)
    }

    /// Timestamps count whole seconds, so that an age is cut and a lead is filled up: as a receiver
    /// reckons that cuts its own clock.
    fn whole(&self, us: Option<i64>, ahead_s: i64) -> Option<i64> {
        let us = us?;
        Some(match self.way? {
            Way::Past => us.div_euclid(SECOND_US) + ahead_s,
            Way::Future => (us + SECOND_US - 1).div_euclid(SECOND_US) - ahead_s,
        })
    }
}

/// How far off a delivery's timestamp was at least and at most when the receiver looked at it:
/// between its sending and its answer.
fn off_us(way: Way, exchange: &Exchange) -> Option<(i64, i64)> {
    let (_, stamp) =
        exchange.sent.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-timestamp"))?;
    let stamp_us = stamp.parse::<i64>().ok()?.checked_mul(SECOND_US)?;
    let sent_us = exchange.sent.at.as_microsecond();
    let looked_us = sent_us.checked_add(i64::try_from(exchange.times.first_byte_us).ok()?)?;
    match way {
        Way::Past => Some((sent_us.checked_sub(stamp_us)?, looked_us.checked_sub(stamp_us)?)),
        Way::Future => Some((stamp_us.checked_sub(looked_us)?, stamp_us.checked_sub(sent_us)?)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::model::{Answer, Sent, Times};

    const ANSWER_US: u64 = 20_000;

    fn search(way: Way) -> Search {
        Search { delivery: Delivery::genuine("search"), way, most_s: 3_600 }
    }

    /// A delivery sent `late_us` into a second and answered so.
    fn tried(delivery: &Delivery, late_us: i64, status: u16) -> Exchange {
        let at = Timestamp::from_second(1_778_659_835).expect("in range")
            + SignedDuration::from_micros(late_us);
        let stamp = match delivery.stamp {
            Stamp::Stale { by_s } => 1_778_659_835 - by_s.cast_signed(),
            Stamp::Future { by_s } => 1_778_659_835 + by_s.cast_signed(),
            Stamp::Now { .. } | Stamp::Missing | Stamp::Word(_) | Stamp::Milliseconds => {
                panic!("{delivery:?} is off")
            }
        };
        let answer = Answer {
            status,
            version: "HTTP/1.1".to_owned(),
            headers: Vec::new(),
            body: String::new(),
            body_bytes: 0,
            cut: false,
            leaks: Vec::new(),
        };
        Exchange {
            name: delivery.name.to_owned(),
            sent: Sent {
                at,
                method: "POST".to_owned(),
                url: String::new(),
                headers: vec![("X-TIMESTAMP".to_owned(), stamp.to_string())],
                body: String::new(),
            },
            turned_away: 0,
            answer: Ok(answer),
            times: Times { first_byte_us: ANSWER_US, answer_us: ANSWER_US, ..Times::default() },
        }
    }

    /// Carries a search out on a receiver that takes what is off by so many whole seconds; how many
    /// deliveries that took.
    fn carried_out(search: &Search, accepts: impl Fn(u64) -> bool) -> (Edge, usize) {
        let mut seen: Vec<Exchange> = Vec::new();
        for round in 0..Search::ROUNDS {
            let next = search.next(&seen);
            assert!(next.len() as u64 <= search.round());
            for (at, delivery) in next.iter().enumerate() {
                let (Stamp::Stale { by_s } | Stamp::Future { by_s }) = delivery.stamp else {
                    panic!("{delivery:?} is off")
                };
                let late_us = (round * 300_000 + at * 20_000) as i64;
                seen.push(tried(delivery, late_us, if accepts(by_s) { 200 } else { 401 }));
            }
        }
        (Edge::of(search.way, &seen), seen.len())
    }

    #[test]
    fn finds_the_last_second_that_is_accepted_either_way() {
        for way in [Way::Past, Way::Future] {
            for window in [0, 1, 5, 30, 59, 60, 100, 299, 300, 301, 599, 600, 900] {
                let (edge, _) = carried_out(&search(way), |by_s| by_s <= window);
                let window = window.cast_signed();
                assert_eq!(edge.refused_s(0), Some(window + 1), "{way:?} {window}");
                assert_eq!(edge.accepted_s(0).unwrap_or(0), window, "{way:?}");
                assert_eq!((edge.beyond_s(0), edge.unclear), (None, 0));
            }
        }
    }

    #[test]
    fn a_wide_window_is_found_nearly_to_the_second() {
        for window in [1_000, 1_799, 2_000, 3_599] {
            let (edge, _) = carried_out(&search(Way::Past), |by_s| by_s <= window);
            let (accepted, refused) =
                (edge.accepted_s(0).expect("accepted"), edge.refused_s(0).expect("refused"));
            assert!(
                accepted <= window.cast_signed()
                    && window.cast_signed() < refused
                    && refused - accepted < 20,
                "{window}: {edge:?}"
            );
        }
    }

    #[test]
    fn a_usual_window_needs_no_third_round() {
        let (_, deliveries) = carried_out(&search(Way::Past), |by_s| by_s <= 300);
        assert_eq!(deliveries, 10 + 12);
    }

    #[test]
    fn what_is_wider_than_the_search_is_not_searched_further() {
        let (edge, deliveries) = carried_out(&search(Way::Future), |_| true);
        assert_eq!((edge.accepted_s(0), edge.refused_s(0), deliveries), (Some(3_600), None, 10));
    }

    #[test]
    fn two_clocks_show() {
        // Every other delivery meets a machine whose clock is 40 s behind.
        let asked = std::cell::Cell::new(0);
        let (edge, _) = carried_out(&search(Way::Past), |by_s| {
            asked.set(asked.get() + 1);
            by_s <= if asked.get() % 2 == 0 { 300 } else { 340 }
        });
        assert!(
            edge.beyond_s(0) > edge.refused_s(0) && edge.refused_s(0) > edge.accepted_s(0),
            "{edge:?}"
        );
    }

    #[test]
    fn what_passes_until_the_receiver_looks_is_allowed_for() {
        let search = search(Way::Past);
        let (late, early) =
            (tried(&search.off_by(300), 990_000, 200), tried(&search.off_by(301), 990_000, 401));
        let edge = Edge::of(Way::Past, [&late, &early]);
        // Sent at 300.99 s of age it was at least that; refused at up to 302.01 s.
        assert_eq!((edge.accepted_s(0), edge.refused_s(0)), (Some(300), Some(302)));
    }

    #[test]
    fn another_clock_moves_both_ends_and_the_two_ways_against_each_other() {
        let accepted = |way| {
            let delivery = search(way).off_by(300);
            Edge::of(way, [&tried(&delivery, 0, 200)]).accepted_s(40)
        };
        assert_eq!((accepted(Way::Past), accepted(Way::Future)), (Some(340), Some(260)));
    }

    #[test]
    fn answers_that_say_neither_are_counted_and_bound_nothing() {
        let search = search(Way::Past);
        let seen = [tried(&search.off_by(300), 0, 500), tried(&search.off_by(10), 0, 200)];
        let edge = Edge::of(Way::Past, &seen);
        assert_eq!(
            (edge.accepted_s(0), edge.refused_s(0), edge.unclear, edge.tried),
            (Some(10), None, 1, 2)
        );
    }
}
