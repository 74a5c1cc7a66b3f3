//! Many events at once must all be taken.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::conversation::answers::{baseline, evidence};
use crate::conversation::baselines::Baselines;
use crate::conversation::measurements::Burst;
use crate::conversation::scenarios::{BURST, between_baselines, burst};
use crate::model::{
    Check, CheckMeta, Evidence, Exchange, Facts, Finding, Merchant, Needs, Outcome, Phase, Probe,
    Reason, Reference, RunFacts, Stack, StackFix, Subject, Text, TroubleKind,
};
use crate::text;

/// See [`META`].
pub(super) struct TakesBursts;

const META: CheckMeta = CheckMeta {
    id: "webhook-takes-bursts",
    title: "Webhook takes a burst of events",
    covers: &["WH-15", "WH-16"],
    needs: Needs::Network,
    rationale: "Payments come in bursts, at a sale or when the platform catches up, and what the \
                receiver drops then is what it sells most.",
    judged: "`limits.webhook_burst` (50) different genuine `payment.processing` events, all else \
             at rest, on connections opened first and released together: all must be answered \
             200. A 5xx, another answer, a reset or silence fails. One that a rate limit turned \
             away with 429 comes back when it is asked to; it warns where it is never taken. An \
             answer later than `limits.webhook_burst_slow_ms` (10 s) warns: a receiver that does \
             one thing at a time has its time. Number and limit are golive's, the platform names \
             none.",
    remediation: "Store the event and answer 200, work it off from a queue, and size pools and \
                  rate limits for bursts of the platform's.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "Give the database pool a queue (pg: no connectionTimeoutMillis below a few \
                  seconds), and keep the handler short.",
        },
        StackFix {
            stack: Stack::Php,
            how: "PHP-FPM: raise pm.max_children and listen.backlog; nginx: no limit_req on the \
                  webhook's location.",
        },
        StackFix {
            stack: Stack::Python,
            how: "gunicorn: several workers or threads, --backlog 512; and a pool with \
                  pool_timeout instead of an error.",
        },
        StackFix {
            stack: Stack::Java,
            how: "HikariCP: a connectionTimeout of seconds; Tomcat: server.tomcat.accept-count \
                  above the burst.",
        },
    ],
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for TakesBursts {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([burst(merchant)])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        baseline(facts)?;
        let burst = Burst::of(facts)?;
        let all = burst.exchanges.len();
        let received: Vec<(Received, &Exchange)> =
            burst.exchanges.iter().map(|exchange| (Received::of(exchange), *exchange)).collect();
        let that_were = |wanted: Received| {
            received
                .iter()
                .filter(move |(received, _)| *received == wanted)
                .map(|(_, exchange)| *exchange)
        };
        if burst.exchanges.iter().any(|exchange| exchange.refused()) {
            Baselines::of(facts)?;
        }
        let mut shown = vec![summary(&burst, all)];
        if let Some(first) = that_were(Received::Dropped).next() {
            let dropped = that_were(Received::Dropped).count();
            shown.push(evidence(first, "200"));
            return Ok(Outcome::fail(
                text!("of {} events at once {} were not taken", all, dropped),
                shown,
            ));
        }
        if let Some(first) = that_were(Received::Unknown).next() {
            return Err(Reason::Transport(text!(
                "of {} events at once some never left: {}",
                all,
                first.outcome()
            ))
            .into());
        }
        if let Some(first) = that_were(Received::TurnedAway).next() {
            let turned_away = that_were(Received::TurnedAway).count();
            shown.push(evidence(first, "200"));
            let message = text!(
                "of {} events at once {} were turned away for being too many, also when they came \
                 back",
                all,
                turned_away
            );
            return Ok(Outcome::Warn(Finding::new(message, shown)));
        }
        let slow = Duration::from_millis(facts.merchant.limits.webhook_burst_slow_ms);
        let late = that_were(Received::Late).next();
        let slowest = that_were(Received::Taken)
            .max_by_key(|exchange| exchange.times.answer())
            .filter(|exchange| exchange.times.answer() > slow);
        if let Some(slowest) = late.or(slowest) {
            shown.push(evidence(slowest, text!("200 within {} (golive's limit)", slow)));
            return Ok(Outcome::warn(
                text!(
                    "of {} events at once some were answered later than {} (golive's limit)",
                    all,
                    slow
                ),
                shown,
            ));
        }
        Ok(Outcome::Pass(shown))
    }
}

/// What became of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Received {
    /// Answered 200.
    Taken,
    /// Answered 429 to the end.
    TurnedAway,
    /// The receiver had no time for a further connection.
    Late,
    /// Answered otherwise, or not at all.
    Dropped,
    /// It never came so far that this would say something about the receiver.
    Unknown,
}

impl Received {
    fn of(exchange: &Exchange) -> Self {
        match &exchange.answer {
            Ok(answer) => match answer.status {
                200 => Self::Taken,
                429 => Self::TurnedAway,
                _ => Self::Dropped,
            },
            Err(trouble) => match (trouble.phase, trouble.kind) {
                (Phase::Connect | Phase::Tls, TroubleKind::TimedOut) => Self::Late,
                (Phase::Name, _)
                | (
                    _,
                    TroubleKind::NoSuchName
                    | TroubleKind::Unreachable
                    | TroubleKind::Other
                    | TroubleKind::Certificate,
                ) => Self::Unknown,
                (
                    Phase::Connect | Phase::Tls | Phase::Send | Phase::FirstByte | Phase::Body,
                    TroubleKind::Refused
                    | TroubleKind::TimedOut
                    | TroubleKind::Reset
                    | TroubleKind::Closed
                    | TroubleKind::Tls
                    | TroubleKind::NotHttp,
                ) => Self::Dropped,
            },
        }
    }
}

/// How many were answered what, and how fast.
fn summary(burst: &Burst<'_>, all: usize) -> Evidence {
    let mut answers: BTreeMap<Text, usize> = BTreeMap::new();
    for exchange in &burst.exchanges {
        let answer = match &exchange.answer {
            Ok(answer) if exchange.turned_away > 0 => text!("answered {} after 429", answer.status),
            Ok(answer) => text!("answered {}", answer.status),
            Err(_) => "without an answer".into(),
        };
        *answers.entry(answer).or_default() += 1;
    }
    let counts: Vec<Text> =
        answers.iter().map(|(answer, count)| text!("{} {}", *count, answer)).collect();
    let mut observed = Text::join(&counts, ", ");
    if let Some(spread) = burst.spread() {
        observed = text!("{}; {}", observed, spread.words());
    }
    Evidence::of(Subject::Delivery(BURST.into()), text!("{} answered 200", all), observed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason, warning};
    use crate::model::{Observed, StepSeen, Trouble};

    fn case(statuses: &[u16]) -> Case {
        Case::accepted().went(BURST, vec![At::Together(statuses.to_vec())])
    }

    /// The last one of the burst, to be varied.
    fn with_last(mut case: Case, change: impl FnOnce(&mut Exchange)) -> Case {
        let Some(Observed::Got(scenario)) = case.seen.scenarios.get_mut(BURST) else {
            panic!("there was a burst")
        };
        let Some(StepSeen::Together(exchanges)) = scenario.steps.first_mut() else {
            panic!("there was a burst")
        };
        change(exchanges.last_mut().expect("of some"));
        case
    }

    fn trouble(kind: TroubleKind, phase: Phase) -> Outcome {
        let last = |exchange: &mut Exchange| {
            exchange.answer = Err(Trouble { kind, phase, after_ms: 10, detail: None })
        };
        with_last(case(&[200; 50]), last).judge(&TakesBursts)
    }

    #[test]
    fn passes_when_all_are_answered_200() {
        passes(case(&[200; 50]).judge(&TakesBursts));
    }

    #[test]
    fn passes_a_receiver_that_takes_its_time_one_by_one() {
        passes(
            with_last(case(&[200; 50]), |last| last.times.answer_us = 9_000_000)
                .judge(&TakesBursts),
        );
    }

    #[test]
    fn passes_what_a_rate_limit_let_in_when_it_came_back() {
        let outcome = with_last(case(&[200; 50]), |last| last.turned_away = 2).judge(&TakesBursts);
        let Outcome::Pass(shown) = outcome else { panic!("{outcome:?}") };
        assert!(
            shown[0].observed.as_str().starts_with("49 answered 200, 1 answered 200 after 429"),
            "{}",
            shown[0].observed
        );
    }

    #[test]
    fn fails_when_some_break_the_receiver() {
        let finding = failure(case(&[200, 200, 500, 503]).judge(&TakesBursts));
        assert_eq!(finding.message.as_str(), "of 4 events at once 2 were not taken");
        assert!(
            finding.evidence[0]
                .observed
                .as_str()
                .starts_with("2 answered 200, 1 answered 500, 1 answered 503")
        );
    }

    #[test]
    fn fails_when_some_are_never_answered() {
        for kind in [TroubleKind::Reset, TroubleKind::Closed, TroubleKind::TimedOut] {
            failure(trouble(kind, Phase::FirstByte));
        }
        failure(trouble(TroubleKind::Refused, Phase::Connect));
    }

    #[test]
    fn warns_when_some_are_turned_away_to_the_end() {
        assert!(
            warning(case(&[200, 429, 429]).judge(&TakesBursts))
                .message
                .as_str()
                .contains("2 were turned away")
        );
    }

    #[test]
    fn warns_when_the_last_answer_is_late() {
        warning(
            with_last(case(&[200; 50]), |last| last.times.answer_us = 11_000_000)
                .judge(&TakesBursts),
        );
        warning(trouble(TroubleKind::TimedOut, Phase::Tls));
    }

    #[test]
    fn cannot_tell_what_never_left() {
        assert!(matches!(
            reason(trouble(TroubleKind::Other, Phase::Connect)),
            Reason::Transport(_)
        ));
        assert!(matches!(
            reason(
                Case::accepted().went(BURST, vec![At::Together(Vec::new())]).judge(&TakesBursts)
            ),
            Reason::Transport(_)
        ));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = case(&[500; 50]).answered("control-before", 201).judge(&TakesBursts);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-answers-200" });
    }
}
