//! How far another clock is ahead of ours, as the dates of its answers tell.

use jiff::Timestamp;

use super::Exchange;

/// How far another clock is ahead of ours, between two bounds in microseconds: a date has whole
/// seconds, and was written while the request was under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockOffset {
    least_us: i64,
    most_us: i64,
}

impl ClockOffset {
    /// What one answer tells; nothing without a date of now.
    #[must_use]
    pub fn of(exchange: &Exchange) -> Option<Self> {
        let answer = exchange.answer.as_ref().ok()?;
        if answer.header("age").is_some() {
            return None;
        }
        let date: Timestamp = jiff::fmt::rfc2822::parse(answer.header("date")?).ok()?.timestamp();
        let (sent_us, took_us) =
            (exchange.sent.at.as_microsecond(), i64::try_from(exchange.times.first_byte_us).ok()?);
        let date_us = date.as_microsecond();
        Some(Self { least_us: date_us - sent_us - took_us, most_us: date_us + 1_000_000 - sent_us })
    }

    /// What several answers tell together; nothing where no single clock wrote all their dates.
    #[must_use]
    pub fn of_all<'a>(exchanges: impl IntoIterator<Item = &'a Exchange>) -> Option<Self> {
        let offsets = exchanges.into_iter().filter_map(Self::of);
        let both = offsets.reduce(|one, other| Self {
            least_us: one.least_us.max(other.least_us),
            most_us: one.most_us.min(other.most_us),
        })?;
        (both.least_us <= both.most_us).then_some(both)
    }

    /// In whole seconds; none where the two may agree.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        if self.least_us <= 0 && self.most_us >= 0 {
            0
        } else {
            (self.least_us + self.most_us + 999_999).div_euclid(2_000_000)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Answer, Sent, Times};

    fn answered(sent: &str, date: Option<&str>) -> Exchange {
        let headers = date.map(|date| ("date".to_owned(), date.to_owned())).into_iter().collect();
        Exchange {
            name: "order-status".to_owned(),
            sent: Sent {
                at: sent.parse().expect("a time"),
                method: "POST".to_owned(),
                url: String::new(),
                headers: Vec::new(),
                body: String::new(),
            },
            turned_away: 0,
            answer: Ok(Answer {
                status: 200,
                version: "HTTP/1.1".to_owned(),
                headers,
                body: String::new(),
                body_bytes: 0,
                cut: false,
                leaks: Vec::new(),
            }),
            times: Times { first_byte_us: 200_000, answer_us: 200_000, ..Times::default() },
        }
    }

    const NOON: &str = "Sat, 21 Nov 2026 12:00:00 GMT";

    #[test]
    fn clocks_that_may_agree_do() {
        for sent in ["2026-11-21T12:00:00Z", "2026-11-21T12:00:00.999Z", "2026-11-21T11:59:59.9Z"] {
            assert_eq!(
                ClockOffset::of(&answered(sent, Some(NOON))).map(ClockOffset::seconds),
                Some(0),
                "{sent}"
            );
        }
    }

    #[test]
    fn a_clock_is_ahead_or_behind() {
        let seconds = |sent| ClockOffset::of(&answered(sent, Some(NOON))).map(ClockOffset::seconds);
        assert_eq!(seconds("2026-11-21T11:59:20Z"), Some(40));
        assert_eq!(seconds("2026-11-21T12:00:40Z"), Some(-40));
    }

    #[test]
    fn several_answers_know_more_than_one() {
        let early = answered("2026-11-21T11:59:58.000Z", Some(NOON));
        let late = answered("2026-11-21T11:59:58.900Z", Some("Sat, 21 Nov 2026 12:00:00 GMT"));
        let both = ClockOffset::of_all([&early, &late]).expect("told");
        assert_eq!((both.least_us, both.most_us), (1_800_000, 2_100_000));
        assert_eq!(both.seconds(), 2);
    }

    #[test]
    fn nothing_is_told_without_a_date_of_now_or_by_clocks_that_differ() {
        assert_eq!(ClockOffset::of(&answered("2026-11-21T12:00:00Z", None)), None);
        assert_eq!(ClockOffset::of(&answered("2026-11-21T12:00:00Z", Some("noon"))), None);
        let mut cached = answered("2026-11-21T12:00:00Z", Some(NOON));
        cached.answer.as_mut().expect("answered").headers.push(("age".to_owned(), "9".to_owned()));
        assert_eq!(ClockOffset::of(&cached), None);
        let other = answered("2026-11-21T12:00:30Z", Some(NOON));
        assert_eq!(
            ClockOffset::of_all([&answered("2026-11-21T12:00:00Z", Some(NOON)), &other]),
            None
        );
    }
}
