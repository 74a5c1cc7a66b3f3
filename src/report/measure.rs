//! What a run measured, beside the limit it was held to.

use std::time::Duration;

use golive_checks::conversation::measurements::{Bodies, Burst, Spread, Window};
use golive_checks::conversation::scenarios::{BASELINE_AFTER, BASELINE_BEFORE, BODY_SIZES, BURST};
use golive_checks::model::{ClockOffset, Facts, Observed, Text, Way};
use golive_checks::text;

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
    pub(crate) limit: Option<Limit>,
    /// On what it was measured, and what the number alone does not say.
    pub(crate) note: Option<Text>,
}

/// What a number is held to. The platform sets no limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Limit {
    /// How much.
    pub(crate) value: f64,
    /// Whether more or less of it is wrong.
    pub(crate) bound: Bound,
    /// Who set it.
    pub(crate) from: LimitFrom,
}

/// On which side of a limit a number should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    /// Not above it.
    AtMost,
    /// Not below it.
    AtLeast,
}

impl Bound {
    /// The words in reports.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::AtMost => "at most",
            Self::AtLeast => "at least",
        }
    }
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
    /// Whose it is, for people.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Ours => "golive's limit",
            Self::Configuration => "configured",
        }
    }

    /// The word for programs.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Configuration => "configuration",
        }
    }
}

impl Measurement {
    fn new(name: &'static str, value: f64, unit: &'static str) -> Self {
        Self { name, value: (value * 1e6).round() / 1e6, unit, limit: None, note: None }
    }

    /// Held to the limit `key`, of which `per_unit` make one unit of the number.
    fn held(mut self, facts: &Facts<'_>, bound: Bound, key: &str, per_unit: f64) -> Self {
        let configured = facts.merchant.places.contains_key(&format!("limits.{key}"));
        let from = if configured { LimitFrom::Configuration } else { LimitFrom::Ours };
        self.limit = facts.merchant.limits.get(key).map(|value| Limit {
            value: value as f64 / per_unit,
            bound,
            from,
        });
        self
    }

    fn note(mut self, note: impl Into<Text>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// Every number of a run.
pub(super) fn measurements(facts: &Facts<'_>) -> Vec<Measurement> {
    let mut measured = answers(facts);
    measured.extend(windows(facts));
    measured.extend(Bodies::of(facts).ok().map(|bodies| {
        Measurement::new(
            "webhook body accepted",
            f64::from(bodies.accepted_kib.unwrap_or(0)),
            "KiB",
        )
        .held(facts, Bound::AtLeast, "webhook_body_least_bytes", 1_024.0)
        .note(bodies.words())
    }));
    if let Observed::Got(tls) = &facts.seen.webhook_tls
        && let Some(leaf) = tls.chain.first()
    {
        let days = (leaf.not_after.as_second() - facts.run.now.as_second()).div_euclid(86_400);
        let left = Measurement::new("webhook certificate, days left", days as f64, "days");
        measured.push(left.held(facts, Bound::AtLeast, "certificate_days", 1.0));
    }
    if let Observed::Got(call) = &facts.seen.order_status
        && let Some(offset) = ClockOffset::of(call)
    {
        let behind = Measurement::new("clock, behind the platform's", offset.seconds() as f64, "s");
        measured.push(behind.held(facts, Bound::AtMost, "clock_warn_s", 1.0));
    }
    measured
}

/// How long answers took: sent alone, over the run, and in a burst.
fn answers(facts: &Facts<'_>) -> Vec<Measurement> {
    let of = |named: &dyn Fn(&str) -> bool| {
        let scenarios = facts
            .seen
            .scenarios
            .iter()
            .filter(|(name, _)| named(name))
            .filter_map(|(_, seen)| seen.get().ok());
        Spread::of(scenarios.flat_map(|scenario| scenario.exchanges()))
    };
    let is_control = |name: &str| name == BASELINE_BEFORE.name || name == BASELINE_AFTER.name;
    let is_long = |name: &str| BODY_SIZES.iter().any(|(_, delivery)| delivery.name == name);
    let row = |name, took: Duration| Measurement::new(name, took.as_secs_f64(), "s");
    let mut measured = Vec::new();
    if let Some(alone) = of(&is_control) {
        let longest = row("webhook answer time alone", alone.max).held(
            facts,
            Bound::AtMost,
            "webhook_slow_ms",
            1e3,
        );
        measured.push(
            longest.note(text!("the longest of {} sent with nothing beside them", alone.answers)),
        );
    }
    if let Some(run) = of(&|name| name != BURST && !is_long(name)) {
        let note = text!(
            "{} answers of the run, most of them beside others; without the burst and the long \
             bodies",
            run.answers
        );
        let rows = [
            ("webhook answer time p50", run.p50),
            ("webhook answer time p95", run.p95),
            ("webhook answer time max", run.max),
        ];
        measured.extend(rows.map(|(name, took)| row(name, took).note(note.clone())));
    }
    if let Ok(burst) = Burst::of(facts)
        && let Some(spread) = burst.spread()
    {
        let note = text!(
            "{} answers to {} events released together",
            spread.answers,
            burst.exchanges.len()
        );
        measured.push(row("webhook answer time in a burst p50", spread.p50).note(note.clone()));
        measured.push(row("webhook answer time in a burst p95", spread.p95).note(note.clone()));
        let longest = row("webhook answer time in a burst max", spread.max).held(
            facts,
            Bound::AtMost,
            "webhook_burst_slow_ms",
            1e3,
        );
        measured.push(longest.note(note));
    }
    measured
}

/// How far a timestamp may be off.
fn windows(facts: &Facts<'_>) -> impl Iterator<Item = Measurement> {
    let both = [
        (Way::Past, "webhook timestamp window, past"),
        (Way::Future, "webhook timestamp window, future"),
    ];
    both.into_iter().filter_map(|(way, name)| {
        let window = Window::of(facts, way).ok()?;
        let measured = Measurement::new(name, window.accepted_s() as f64, "s").note(window.words());
        Some(match way {
            Way::Past => measured.held(facts, Bound::AtLeast, "webhook_window_least_s", 1.0),
            Way::Future => measured,
        })
    })
}

#[cfg(test)]
mod tests {
    use golive_checks::model::{
        Address, Answer, Credential, Endpoint, Exchange, Merchant, Observations, OrderId, Origin,
        Place, ScenarioSeen, Sent, StepSeen, Times,
    };
    use golive_checks::platform::keys;

    use super::super::sample::{merchant, run};
    use super::*;

    /// An answer after `ms` milliseconds to a delivery whose timestamp was so old.
    fn answered(name: &str, ms: u64, status: u16, old_s: i64) -> Exchange {
        let sent: jiff::Timestamp = "2026-11-21T20:42:00Z".parse().unwrap();
        let answer = Answer {
            status,
            version: "HTTP/1.1".to_owned(),
            headers: vec![("date".to_owned(), "Sat, 21 Nov 2026 20:42:00 GMT".to_owned())],
            body: String::new(),
            body_bytes: 0,
            cut: false,
            leaks: Vec::new(),
        };
        let sent = Sent {
            at: sent,
            method: "POST".to_owned(),
            url: "https://shop.example/".to_owned(),
            headers: vec![("X-TIMESTAMP".to_owned(), (sent.as_second() - old_s).to_string())],
            body: String::new(),
        };
        let times = Times { first_byte_us: ms * 1_000, answer_us: ms * 1_000, ..Times::default() };
        Exchange { name: name.to_owned(), sent, turned_away: 0, answer: Ok(answer), times }
    }

    fn scenario(name: &str, exchanges: Vec<Exchange>) -> (String, Observed<ScenarioSeen>) {
        let order = OrderId::new("golive-1", "1.00", false);
        (
            name.to_owned(),
            Observed::Got(ScenarioSeen { order, steps: vec![StepSeen::Together(exchanges)] }),
        )
    }

    fn took(name: &str, ms: u64) -> (String, Observed<ScenarioSeen>) {
        scenario(name, vec![answered(name, ms, 200, 0)])
    }

    /// The sample's merchant, with a webhook and a secret that can be used.
    fn usable() -> Merchant {
        let mut merchant = merchant();
        merchant.webhook.url = Endpoint::parse("https://shop.example/hook").map(Address::Url);
        merchant.api.secret_key =
            Some(Credential::Found(keys::facts("sk_live_MARKER7f3k9q2x8v1m4n6b", Origin::Literal)));
        merchant
    }

    fn measure(merchant: &Merchant, seen: &Observations) -> Vec<Measurement> {
        measurements(&Facts { merchant, run: &run(), seen })
    }

    fn find<'a>(measured: &'a [Measurement], name: &str) -> &'a Measurement {
        measured
            .iter()
            .find(|measured| measured.name == name)
            .unwrap_or_else(|| panic!("no {name} in {measured:?}"))
    }

    #[test]
    fn answers_sent_alone_are_told_from_all_others_and_held_to_the_limit_in_force() {
        let seen = Observations {
            scenarios: [
                took("control-before", 120),
                took("control-after", 180),
                took("unsigned", 400),
                took("body-of-64-kib", 7_000),
            ]
            .into_iter()
            .chain([scenario(
                "burst",
                vec![answered("burst-1", 900, 200, 0), answered("burst-2", 950, 500, 0)],
            )])
            .collect(),
            ..Observations::default()
        };
        let mut merchant = usable();
        let ours = measure(&merchant, &seen);
        let alone = find(&ours, "webhook answer time alone");
        assert_eq!((alone.value, alone.unit), (0.18, "s"));
        assert_eq!(
            alone.limit,
            Some(Limit { value: 5.0, bound: Bound::AtMost, from: LimitFrom::Ours })
        );
        assert_eq!(
            ["p50", "p95", "max"]
                .map(|which| find(&ours, &format!("webhook answer time {which}")).value),
            [0.18, 0.4, 0.4]
        );
        let note = find(&ours, "webhook answer time max").note.as_ref().unwrap();
        assert!(note.as_str().starts_with("3 answers of the run"), "{note}");
        let burst = find(&ours, "webhook answer time in a burst max");
        assert_eq!((burst.value, burst.limit.unwrap().value), (0.95, 10.0));
        merchant.limits.webhook_slow_ms = 100;
        merchant.places.insert("limits.webhook_slow_ms".to_owned(), Place { line: 30, column: 1 });
        let theirs = measure(&merchant, &seen);
        let limit = find(&theirs, "webhook answer time alone").limit;
        assert_eq!(
            limit,
            Some(Limit { value: 0.1, bound: Bound::AtMost, from: LimitFrom::Configuration })
        );
    }

    #[test]
    fn windows_and_bodies_say_where_they_end() {
        let past = [(10, 200), (300, 200), (301, 401)]
            .map(|(old_s, status)| answered("window-past", 10, status, old_s));
        let future = [(10, 200), (60, 401)]
            .map(|(ahead_s, status)| answered("window-future", 10, status, -ahead_s));
        let seen = Observations {
            scenarios: [
                scenario("window-past", past.into()),
                scenario("window-future", future.into()),
                took("body-of-1-kib", 10),
                scenario("body-of-2-kib", vec![answered("body-of-2-kib", 10, 413, 0)]),
            ]
            .into(),
            ..Observations::default()
        };
        let measured = measure(&usable(), &seen);
        let past = find(&measured, "webhook timestamp window, past");
        assert_eq!(
            (past.value, past.limit.map(|limit| (limit.value, limit.bound))),
            (300.0, Some((10.0, Bound::AtLeast)))
        );
        assert!(past.note.as_ref().unwrap().as_str().starts_with("refused from 301 s"));
        let future = find(&measured, "webhook timestamp window, future");
        assert_eq!((future.value, future.limit), (10.0, None));
        let body = find(&measured, "webhook body accepted");
        assert_eq!((body.value, body.unit, body.limit.unwrap().value), (1.0, "KiB", 4.0));
        assert_eq!(body.note.as_ref().unwrap().as_str(), "2 KiB: answered 413");
    }

    #[test]
    fn the_clock_is_compared_with_the_date_of_the_answer() {
        let offset = |sent: &str| {
            let mut call = answered("order-status", 200, 404, 0);
            call.sent.at = sent.parse().unwrap();
            let seen =
                Observations { order_status: Observed::Got(call), ..Observations::default() };
            find(&measure(&merchant(), &seen), "clock, behind the platform's").value
        };
        assert_eq!(offset("2026-11-21T20:41:20Z"), 40.0);
        assert_eq!(offset("2026-11-21T20:42:00Z"), 0.0);
    }

    #[test]
    fn nothing_seen_is_nothing_measured() {
        assert_eq!(measure(&usable(), &Observations::default()), []);
    }
}
