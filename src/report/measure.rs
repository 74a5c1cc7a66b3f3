//! What a run measured, beside the limit it was held to.

use golive_checks::model::{Answer, Exchange, Facts, Seen};
use jiff::Timestamp;

/// One number of a run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measurement {
    /// What was measured.
    pub(crate) name: &'static str,
    /// How much.
    pub(crate) value: f64,
    /// Of what.
    pub(crate) unit: &'static str,
    /// What it was held to, where anything was.
    pub(crate) limit: Option<f64>,
    /// Who set the limit. The platform sets none.
    pub(crate) limit_from: LimitFrom,
}

/// Who set a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LimitFrom {
    /// We did.
    Ours,
    /// `[limits]` did.
    Configuration,
}

impl LimitFrom {
    /// The word in reports.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Configuration => "configuration",
        }
    }
}

/// Every number of a run.
pub(super) fn measurements(facts: &Facts<'_>) -> Vec<Measurement> {
    let limits = &facts.merchant.limits;
    let against = |name, value: f64, unit, key: &str, limit: f64| {
        let configured = facts.merchant.places.contains_key(&format!("limits.{key}"));
        let limit_from = if configured { LimitFrom::Configuration } else { LimitFrom::Ours };
        Measurement { name, value: (value * 1e6).round() / 1e6, unit, limit: Some(limit), limit_from }
    };
    let mut measured = Vec::new();
    let answers = control_answers(facts);
    if let (Some(half), Some(most)) = (rank(&answers, 50), rank(&answers, 95)) {
        let slow = limits.webhook_slow_ms as f64 / 1e3;
        measured.push(against("webhook answer time p50", half, "s", "webhook_slow_ms", slow));
        measured.push(against("webhook answer time p95", most, "s", "webhook_slow_ms", slow));
    }
    if let Seen::Got(tls) = &facts.seen.webhook_tls
        && let Some(leaf) = tls.chain.first()
    {
        let days = (leaf.not_after.as_second() - facts.run.now.as_second()).div_euclid(86_400);
        measured.push(against("webhook certificate, days left", days as f64, "days", "certificate_days", limits.certificate_days as f64));
    }
    if let Seen::Got(call) = &facts.seen.order_status
        && let Some(offset) = clock_offset(call)
    {
        measured.push(against("clock, behind the platform's", offset, "s", "clock_warn_s", limits.clock_warn_s as f64));
    }
    measured
}

/// How long each answer to an uncontended delivery took, in seconds, shortest first.
fn control_answers(facts: &Facts<'_>) -> Vec<f64> {
    let controls = facts.seen.scenarios.iter().filter(|(name, _)| name.starts_with("control"));
    let mut took: Vec<f64> = controls
        .filter_map(|(_, seen)| seen.get().ok())
        .flat_map(|scenario| scenario.exchanges())
        .filter(|exchange| exchange.answer.is_ok())
        .map(|exchange| exchange.times.answer().as_secs_f64())
        .collect();
    took.sort_by(f64::total_cmp);
    took
}

/// The nearest-rank percentile of sorted values.
fn rank(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

/// How many seconds the other side's clock is ahead of ours. `Date` counts whole seconds.
fn clock_offset(call: &Exchange) -> Option<f64> {
    let answer: &Answer = call.answer.as_ref().ok()?;
    let theirs = Timestamp::try_from(httpdate::parse_http_date(answer.header("date")?).ok()?).ok()?;
    let midway = i64::try_from(call.times.first_byte_us / 2).ok()?;
    let ours = call.sent.at.as_microsecond() + midway;
    // Truncated, for the answer's second has begun up to one second before it was sent.
    Some(((theirs.as_microsecond() - ours) / 1_000_000) as f64)
}

#[cfg(test)]
mod tests {
    use golive_checks::model::{Merchant, Observations, OrderId, Place, ScenarioSeen, Sent, StepSeen, Times};

    use super::super::sample::{merchant, run};
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        assert_eq!(rank(&[], 95), None);
        assert_eq!(rank(&[0.2], 95), Some(0.2));
        assert_eq!(rank(&[0.1, 0.2, 0.3], 50), Some(0.2));
        assert_eq!(rank(&[0.1, 0.2, 0.3], 95), Some(0.3));
    }

    /// An answer after `ms` milliseconds.
    fn answered(name: &str, ms: u64, date: &str) -> Exchange {
        let answer = Answer {
            status: 200,
            version: "HTTP/1.1".to_owned(),
            headers: vec![("date".to_owned(), date.to_owned())],
            body: String::new(),
            body_bytes: 0,
            cut: false,
            leaks: Vec::new(),
        };
        let sent = Sent {
            at: "2026-11-21T20:42:00Z".parse().unwrap(),
            method: "POST".to_owned(),
            url: "https://shop.example/".to_owned(),
            headers: Vec::new(),
            body: String::new(),
        };
        let times = Times { first_byte_us: ms * 1_000, answer_us: ms * 1_000, ..Times::default() };
        Exchange { name: name.to_owned(), sent, turned_away: 0, answer: Ok(answer), times }
    }

    fn scenario(name: &str, ms: u64) -> (String, Seen<ScenarioSeen>) {
        let order = OrderId::new("golive-1", "1.00", false);
        let steps = vec![StepSeen::Exchange(Box::new(answered(name, ms, "")))];
        (name.to_owned(), Seen::Got(ScenarioSeen { order, steps }))
    }

    #[test]
    fn answers_are_measured_on_the_controls_and_held_to_the_limit_in_force() {
        let seen = Observations {
            scenarios: [scenario("control-before", 120), scenario("control-after", 180), scenario("burst", 9_000)].into(),
            ..Observations::default()
        };
        let (mut merchant, run) = (merchant(), run());
        let first = |merchant: &Merchant| measurements(&Facts { merchant, run: &run, seen: &seen });
        let ours = first(&merchant);
        assert_eq!(ours.len(), 2);
        assert_eq!((ours[0].value, ours[0].limit, ours[0].limit_from), (0.12, Some(5.0), LimitFrom::Ours));
        assert_eq!((ours[1].value, ours[1].unit), (0.18, "s"));
        merchant.limits.webhook_slow_ms = 100;
        merchant.places.insert("limits.webhook_slow_ms".to_owned(), Place { line: 30, column: 1 });
        let theirs = first(&merchant);
        assert_eq!((theirs[0].limit, theirs[0].limit_from), (Some(0.1), LimitFrom::Configuration));
    }

    #[test]
    fn the_clock_is_compared_with_the_date_of_the_answer() {
        let offset = |date| clock_offset(&answered("order-status", 200, date));
        assert_eq!(offset("Sat, 21 Nov 2026 20:42:40 GMT"), Some(39.0));
        assert_eq!(offset("Sat, 21 Nov 2026 20:42:00 GMT"), Some(0.0));
        assert_eq!(offset("yesterday"), None);
    }
}
