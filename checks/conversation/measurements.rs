//! What the conversation measured: numbers for the report, on which some checks rest.

use std::time::Duration;

use crate::conversation::answers::{is_spared, scenario, single};
use crate::conversation::scenarios::{BODY_SIZES, BURST, window_name};
use crate::model::{ClockOffset, Edge, Exchange, Facts, Reason, ScenarioSeen, Text, Way};
use crate::text;

/// How far a timestamp may be off, one way.
#[derive(Clone, Debug)]
pub struct Window<'a> {
    way: Way,
    edge: Edge,
    clock: Clock,
    seen: &'a ScenarioSeen,
}

/// The clock that a window is reckoned by, and how many seconds it is ahead of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clock {
    /// The platform's, by the date of its answer: what its events are signed by.
    Platform(i64),
    /// The receiver's, by the dates of its answers.
    Receiver(i64),
    /// Ours, for no answer told another.
    Ours,
}

impl<'a> Window<'a> {
    /// What the search that way found.
    ///
    /// # Errors
    ///
    /// [`Reason`], where there was none.
    pub fn of(facts: &Facts<'a>, way: Way) -> Result<Self, Reason> {
        let seen = scenario(facts, window_name(way))?;
        let edge = Edge::of(way, seen.exchanges());
        if edge.tried == 0 {
            return Err(Reason::Transport("the search ended before its first delivery".into()));
        }
        let platform = facts
            .seen
            .order_status
            .get()
            .ok()
            .and_then(ClockOffset::of)
            .map(ClockOffset::seconds)
            .map(Clock::Platform);
        let receiver =
            || ClockOffset::of_all(seen.exchanges()).map(ClockOffset::seconds).map(Clock::Receiver);
        Ok(Self { way, edge, clock: platform.or_else(receiver).unwrap_or(Clock::Ours), seen })
    }

    /// How far off a timestamp may be, in seconds, and is accepted, with nothing nearer refused.
    #[must_use]
    pub fn accepted_s(&self) -> i64 {
        let ahead_s = self.clock.ahead_s();
        // The controls carry the present time.
        let present = match self.way {
            Way::Past => ahead_s,
            Way::Future => -ahead_s,
        };
        self.edge.accepted_s(ahead_s).unwrap_or(present)
    }

    /// From where on it is refused; none where the search ended before.
    #[must_use]
    pub fn refused_s(&self) -> Option<i64> {
        self.edge.refused_s(self.clock.ahead_s())
    }

    /// Whether all answers fit one clock and one limit.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        self.edge.beyond_s(0).is_none() && self.edge.unclear == 0
    }

    /// The nearest that was refused.
    #[must_use]
    pub fn nearest_refused(&self) -> Option<&'a Exchange> {
        let refused = self.seen.exchanges().filter(|exchange| exchange.refused());
        refused.min_by_key(|exchange| Edge::of(self.way, [*exchange]).refused_s(0))
    }

    /// Where the window ends, by whose clock, and what is odd about it: what the number alone does
    /// not say.
    #[must_use]
    pub fn words(&self) -> Text {
        let ahead_s = self.clock.ahead_s();
        let mut parts = vec![match self.refused_s() {
            Some(refused) => text!("refused from {} s", refused),
            None => "nothing was refused: the search ends here".into(),
        }];
        if let Some(beyond) = self.edge.beyond_s(ahead_s) {
            parts.push(text!(
                "yet {} s was accepted once, so that more than one clock decides",
                beyond
            ));
        }
        if self.edge.unclear > 0 {
            parts.push(text!(
                "{} of {} answers were neither 200 nor a refusal",
                self.edge.unclear,
                self.edge.tried
            ));
        }
        parts.push(self.clock.words());
        Text::join(&parts, "; ")
    }
}

impl Clock {
    const fn ahead_s(self) -> i64 {
        match self {
            Self::Platform(ahead_s) | Self::Receiver(ahead_s) => ahead_s,
            Self::Ours => 0,
        }
    }

    /// Whose clock; exact to a second at best, for dates and timestamps have whole ones.
    fn words(self) -> Text {
        let apart = match self.ahead_s() {
            0 => Text::from("with which golive's clock agrees"),
            ahead_s @ 1.. => text!("golive's clock is {} s behind", ahead_s),
            behind_s => text!("golive's clock is {} s ahead", -behind_s),
        };
        match self {
            Self::Platform(_) => text!("±1 s by the platform's clock, {}", apart),
            Self::Receiver(_) => text!("±1 s by the receiver's clock, {}", apart),
            Self::Ours => "±1 s by golive's clock, as no answer told another".into(),
        }
    }
}

/// What a receiver made of bodies of ever greater length.
#[derive(Clone, Debug)]
pub struct Bodies<'a> {
    /// The longest that was accepted, and none shorter refused, in KiB.
    pub accepted_kib: Option<u32>,
    /// The shortest that was not, in KiB, and what became of it.
    pub refused: Option<(u32, &'a Exchange)>,
    /// The longest that was accepted although a shorter one was not.
    beyond_kib: Option<u32>,
}

impl<'a> Bodies<'a> {
    /// Reads the answers; one that was not delivered ends the series.
    ///
    /// # Errors
    ///
    /// [`Reason`], where there is none.
    pub fn of(facts: &Facts<'a>) -> Result<Self, Reason> {
        let mut bodies = Self { accepted_kib: None, refused: None, beyond_kib: None };
        for (kib, delivery) in BODY_SIZES {
            let exchange = match single(facts, delivery.name) {
                Ok(exchange) => exchange,
                Err(_) if is_spared(facts, delivery.name) => continue,
                Err(reason) if kib == BODY_SIZES[0].0 => return Err(reason),
                Err(_) => break,
            };
            match (exchange.accepted(), bodies.refused) {
                (true, None) => bodies.accepted_kib = Some(kib),
                (true, Some(_)) => bodies.beyond_kib = Some(kib),
                (false, None) => bodies.refused = Some((kib, exchange)),
                (false, Some(_)) => {}
            }
        }
        Ok(bodies)
    }

    /// What became of longer ones.
    #[must_use]
    pub fn words(&self) -> Text {
        match (self.refused, self.beyond_kib) {
            (None, _) => "the longest that was tried".into(),
            (Some((kib, exchange)), None) => text!("{} KiB: {}", kib, answer(exchange)),
            (Some((kib, exchange)), Some(beyond)) => {
                text!("{} KiB: {}, yet {} KiB was accepted", kib, answer(exchange), beyond)
            }
        }
    }
}

/// What became of a long body, without its time: that is the line's.
fn answer(exchange: &Exchange) -> Text {
    match &exchange.answer {
        Ok(answer) => text!("answered {}", answer.status),
        Err(trouble) => text!("{}", trouble),
    }
}

/// The burst, as it was answered.
#[derive(Clone, Debug)]
pub struct Burst<'a> {
    /// All of it.
    pub exchanges: Vec<&'a Exchange>,
}

impl<'a> Burst<'a> {
    /// What became of it.
    ///
    /// # Errors
    ///
    /// [`Reason`], where there was none.
    pub fn of(facts: &Facts<'a>) -> Result<Self, Reason> {
        let exchanges: Vec<&Exchange> = scenario(facts, BURST)?.exchanges().collect();
        if exchanges.is_empty() {
            return Err(Reason::Transport("the burst ended before it began".into()));
        }
        Ok(Self { exchanges })
    }

    /// How long the answers took that came at once, not after a rate limit had turned the delivery
    /// away.
    #[must_use]
    pub fn spread(&self) -> Option<Spread> {
        Spread::of(self.exchanges.iter().copied().filter(|exchange| exchange.turned_away == 0))
    }
}

/// How long answers took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// Half took no longer.
    pub p50: Duration,
    /// Nineteen of twenty took no longer.
    pub p95: Duration,
    /// None took longer.
    pub max: Duration,
    /// How many there were.
    pub answers: usize,
}

impl Spread {
    /// Of the exchanges that were answered; each value is one that was measured.
    #[must_use]
    pub fn of<'a>(exchanges: impl IntoIterator<Item = &'a Exchange>) -> Option<Self> {
        let answered = exchanges.into_iter().filter(|exchange| exchange.answer.is_ok());
        let mut took: Vec<Duration> = answered.map(|exchange| exchange.times.answer()).collect();
        took.sort_unstable();
        // The nearest rank.
        let rank =
            |percent: usize| took.get((took.len() * percent).div_ceil(100).max(1) - 1).copied();
        Some(Self { p50: rank(50)?, p95: rank(95)?, max: rank(100)?, answers: took.len() })
    }

    /// In a few words.
    #[must_use]
    pub fn words(self) -> Text {
        text!("half within {}, 95 % within {}, all within {}", self.p50, self.p95, self.max)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::conversation::fixture::{At, Case, exchange};
    use crate::model::{Observations, Observed, StepSeen, TroubleKind};

    /// The platform answered the call, by a clock that is so much ahead of ours.
    fn platform_ahead(seen: &mut Observations, ahead_s: i64) {
        let mut call = exchange("order-status", Ok(404));
        let date = call.sent.at + SignedDuration::from_secs(ahead_s);
        let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        call.answer.as_mut().expect("answered").headers.push(("date".to_owned(), date));
        seen.order_status = Observed::Got(call);
    }

    const USUAL: [(i64, u16); 4] = [(10, 200), (300, 200), (301, 401), (3_600, 401)];

    #[test]
    fn a_window_is_the_last_second_accepted_and_the_first_refused() {
        let case = Case::accepted().searched(Way::Past, &USUAL).searched(Way::Future, &USUAL);
        for way in [Way::Past, Way::Future] {
            let window = Window::of(&case.facts(), way).expect("searched");
            assert_eq!((window.accepted_s(), window.refused_s()), (300, Some(301)), "{way:?}");
            assert!(
                window.is_clear()
                    && window
                        .words()
                        .as_str()
                        .starts_with("refused from 301 s; ±1 s by golive's clock"),
                "{}",
                window.words()
            );
            assert_eq!(
                window.nearest_refused().map(|exchange| exchange.name.ends_with("-301")),
                Some(true)
            );
        }
    }

    #[test]
    fn the_offset_of_our_clock_is_taken_out() {
        let mut case = Case::accepted().searched(Way::Past, &USUAL).searched(Way::Future, &USUAL);
        platform_ahead(&mut case.seen, 40);
        let [past, future] =
            [Way::Past, Way::Future].map(|way| Window::of(&case.facts(), way).expect("searched"));
        assert_eq!((past.accepted_s(), future.accepted_s()), (340, 260));
        assert!(
            past.words()
                .as_str()
                .contains("by the platform's clock, golive's clock is 40 s behind"),
            "{}",
            past.words()
        );
        platform_ahead(&mut case.seen, 0);
        let past = Window::of(&case.facts(), Way::Past).expect("searched");
        assert!(
            past.accepted_s() == 300
                && past.words().as_str().contains("with which golive's clock agrees"),
            "{}",
            past.words()
        );
    }

    #[test]
    fn without_the_platform_the_receivers_own_clock_counts() {
        let mut case = Case::accepted().searched(Way::Past, &USUAL);
        let Some(Observed::Got(scenario)) = case.seen.scenarios.get_mut(window_name(Way::Past))
        else {
            panic!("searched")
        };
        let Some(StepSeen::Together(exchanges)) = scenario.steps.first_mut() else {
            panic!("searched")
        };
        for exchange in exchanges {
            let date = "Sat, 21 Nov 2026 12:00:07 GMT".to_owned();
            exchange.answer.as_mut().expect("answered").headers.push(("date".to_owned(), date));
        }
        let past = Window::of(&case.facts(), Way::Past).expect("searched");
        assert!(past.words().as_str().contains("by the receiver's clock"), "{}", past.words());
        assert!((307..=308).contains(&past.accepted_s()), "{}", past.accepted_s());
    }

    #[test]
    fn what_is_odd_about_a_window_is_said() {
        let words = |answers: &[(i64, u16)]| {
            let case = Case::accepted().searched(Way::Past, answers);
            let window = Window::of(&case.facts(), Way::Past).expect("searched");
            (window.is_clear(), window.words().as_str().to_owned())
        };
        assert!(words(&[(10, 200), (3_600, 200)]).1.contains("the search ends here"));
        let (clear, several) = words(&[(10, 200), (300, 401), (305, 200)]);
        assert!(!clear && several.contains("yet 305 s was accepted once"), "{several}");
        let (clear, broken) = words(&[(10, 200), (300, 500), (600, 401)]);
        assert!(!clear && broken.contains("1 of 3 answers were neither"), "{broken}");
    }

    #[test]
    fn nothing_accepted_leaves_the_present() {
        let case = Case::accepted().searched(Way::Past, &[(1, 401), (10, 401)]);
        let window = Window::of(&case.facts(), Way::Past).expect("searched");
        assert_eq!((window.accepted_s(), window.refused_s()), (0, Some(1)));
    }

    #[test]
    fn bodies_are_accepted_up_to_the_first_that_is_not() {
        let accepted = || {
            BODY_SIZES
                .iter()
                .fold(Case::accepted(), |case, (_, delivery)| case.answered(delivery.name, 200))
        };
        let bodies = |case: &Case| {
            let bodies = Bodies::of(&case.facts()).expect("delivered");
            (bodies.accepted_kib, bodies.words().as_str().to_owned())
        };
        assert_eq!(bodies(&accepted()), (Some(1_024), "the longest that was tried".to_owned()));
        let some = accepted().answered("body-of-512-kib", 413).answered("body-of-1024-kib", 413);
        assert_eq!(bodies(&some), (Some(256), "512 KiB: answered 413".to_owned()));
        let (accepted_kib, words) =
            bodies(&some.went("body-of-32-kib", vec![At::Trouble(TroubleKind::Reset)]));
        assert!(
            accepted_kib == Some(16)
                && words.contains("32 KiB: the connection was reset")
                && words.contains("yet 256 KiB"),
            "{words}"
        );
        assert!(Bodies::of(&Case::accepted().facts()).is_err());
    }

    #[test]
    fn spreads_are_values_that_were_measured() {
        let took = |ms: &[u64]| {
            let exchanges: Vec<Exchange> = ms
                .iter()
                .map(|ms| {
                    let mut answered = exchange("x", Ok(200));
                    answered.times.answer_us = ms * 1_000;
                    answered
                })
                .collect();
            Spread::of(&exchanges)
                .map(|spread| [spread.p50, spread.p95, spread.max].map(|took| took.as_millis()))
        };
        assert_eq!(took(&[]), None);
        assert_eq!(took(&[200]), Some([200, 200, 200]));
        assert_eq!(took(&[300, 100, 200]), Some([200, 300, 300]));
        assert_eq!(took(&(1..=100).collect::<Vec<u64>>()), Some([50, 95, 100]));
        assert_eq!(Spread::of(&[exchange("x", Err(TroubleKind::TimedOut))]), None);
    }
}
