//! The clock of this machine must agree with the platform's.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::model::{
    Check, CheckMeta, Evidence, Exchange, Facts, Merchant, Needs, Outcome, Probe, Quoted, Reason,
    Reference, RunFacts, Show, Stack, StackFix, Subject,
};
use crate::text;

/// See [`META`].
pub(super) struct ApiClock;

const META: CheckMeta = CheckMeta {
    id: "api-clock",
    title: "Clock of this machine agrees with the platform's",
    covers: &["SC-11"],
    needs: Needs::Network,
    rationale: "Calls are signed with the time and refused when it is too far from the \
                platform's; how far it does not say.",
    judged: "Compares the `Date` of the platform's answer with the time at which the call was on \
             its way. Warns above `limits.clock_warn_s` (30 s), fails above `limits.clock_fail_s` \
             (300 s): limits of golive's. An answer from a cache, or without a date, tells \
             nothing. It is the clock of the machine that runs this tool.",
    remediation: "Keep the clock by NTP: `timedatectl set-ntp true` or chrony, on every machine \
                  that calls the API.",
    stacks: &[StackFix {
        stack: Stack::Node,
        how: "In containers the clock is the host's: set NTP there, not in the image.",
    }],
    reference: Reference::TIMESTAMP,
    ..CheckMeta::USUAL
};

impl Check for ApiClock {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::OrderStatus]
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let offset = offset(facts.seen.order_status.get()?)?;
        let limits = &facts.merchant.limits;
        let (warn, fail) =
            (Duration::from_secs(limits.clock_warn_s), Duration::from_secs(limits.clock_fail_s));
        let evidence = |limit: Duration| {
            vec![Evidence::of(
                Subject::Run("clock"),
                text!("within {} of the platform (golive's limit)", limit),
                text!("{} the platform", offset),
            )]
        };
        Ok(if offset.apart() > fail {
            Outcome::fail(
                text!(
                    "the clock of this machine is {} the platform's, and signed calls will be \
                     refused as expired",
                    offset
                ),
                evidence(fail),
            )
        } else if offset.apart() > warn {
            Outcome::warn(
                text!("the clock of this machine is {} the platform's", offset),
                evidence(warn),
            )
        } else {
            facts.really_the_platform()?;
            Outcome::Pass(evidence(warn))
        })
    }
}

/// How far our clock is from the platform's; positive when ours is ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset(SignedDuration);

impl Offset {
    pub(super) fn apart(self) -> Duration {
        self.0.unsigned_abs()
    }
}

impl Show for Offset {
    fn show(&self) -> String {
        let side = if self.0.is_negative() { "behind" } else { "ahead of" };
        match self.apart().as_secs() {
            0 => "within a second of".to_owned(),
            1..=119 => format!("{} s {side}", self.apart().as_secs()),
            _ => format!("{} {side}", self.apart().show()),
        }
    }
}

/// Compares the answer's `Date` with the middle of the time the request was under way. A date has
/// whole seconds, so half of one is added.
pub(super) fn offset(exchange: &Exchange) -> Result<Offset, Reason> {
    let answer =
        exchange.answer.as_ref().map_err(|trouble| Reason::Transport(text!("{}", trouble)))?;
    if answer.header("age").is_some() {
        return Err(Reason::Ambiguous(
            "the answer came from a cache, whose date says nothing about now".into(),
        ));
    }
    let Some(date) = answer.header("date") else {
        return Err(Reason::Ambiguous("the answer carries no date".into()));
    };
    let theirs: Timestamp = jiff::fmt::rfc2822::parse(date)
        .map_err(|_| {
            Reason::Ambiguous(text!("the answer's date cannot be read: {}", Quoted(date)))
        })?
        .timestamp();
    let half_way = SignedDuration::from_micros(
        i64::try_from(exchange.times.first_byte_us / 2).unwrap_or(i64::MAX),
    );
    let ours = exchange
        .sent
        .at
        .duration_since(theirs)
        .saturating_add(half_way)
        .saturating_sub(SignedDuration::from_millis(500));
    Ok(Offset(ours))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::{
        NOT_FOUND, answered, judge, judge_on_trial, merchant, timed_out, words,
    };
    use crate::model::{Observations, Observed};

    fn ahead(seconds: i64) -> Outcome {
        let mut seen = answered(404, NOT_FOUND);
        if let Observed::Got(exchange) = &mut seen.order_status {
            exchange.sent.at = exchange
                .sent
                .at
                .saturating_add(SignedDuration::from_secs(seconds))
                .expect("in range");
        }
        judge(&ApiClock, &merchant(), &seen)
    }

    fn with_header(name: &str, value: &str) -> Observations {
        let mut seen = answered(404, NOT_FOUND);
        if let Observed::Got(Exchange { answer: Ok(answer), .. }) = &mut seen.order_status {
            answer.headers.retain(|(n, _)| n != name);
            answer.headers.push((name.to_owned(), value.to_owned()));
        }
        seen
    }

    #[test]
    fn passes_a_clock_that_agrees() {
        for seconds in [0, 1, -1, 30, -29] {
            assert!(matches!(ahead(seconds), Outcome::Pass(_)), "{seconds}: {:?}", ahead(seconds));
        }
    }

    #[test]
    fn warns_of_a_drift() {
        for (seconds, side) in [(45, "ahead of"), (-45, "behind"), (299, "ahead of")] {
            let outcome = ahead(seconds);
            assert!(
                matches!(outcome, Outcome::Warn(_)) && words(&outcome).contains(side),
                "{seconds}: {outcome:?}"
            );
        }
    }

    #[test]
    fn fails_a_wrong_clock() {
        for seconds in [302, -302, 19_800] {
            assert!(matches!(ahead(seconds), Outcome::Fail(_)), "{seconds}: {:?}", ahead(seconds));
        }
    }

    #[test]
    fn is_unseen_on_a_trial_run_where_another_server_may_have_answered() {
        for switch in ["--connect-to api.kwikpaisa.com:443:127.0.0.1:8443", "--ca-file"] {
            let pass = judge_on_trial(&[switch], &ApiClock, &merchant(), &answered(404, NOT_FOUND));
            assert!(
                matches!(pass, Outcome::Undecided(Reason::TrialRun { .. })),
                "{switch}: {pass:?}"
            );
        }
        let elsewhere = ["--connect-to shop.example:443:127.0.0.1:8443"];
        let pass = judge_on_trial(&elsewhere, &ApiClock, &merchant(), &answered(404, NOT_FOUND));
        assert_eq!(pass.word(), "pass");
    }

    #[test]
    fn is_undecided_without_a_date_of_now() {
        for seen in [with_header("age", "12"), with_header("date", "yesterday")] {
            assert!(matches!(
                judge(&ApiClock, &merchant(), &seen),
                Outcome::Undecided(Reason::Ambiguous(_))
            ));
        }
        assert!(matches!(
            judge(&ApiClock, &merchant(), &timed_out()),
            Outcome::Undecided(Reason::Transport(_))
        ));
        assert!(matches!(
            judge(&ApiClock, &merchant(), &Observations::default()),
            Outcome::Undecided(_)
        ));
    }
}
