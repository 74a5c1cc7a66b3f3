//! An event whose answer was never read comes again, and must be answered 200 then.

use super::conversation::{Reception, control, nth, scenario, step};
use super::proof::Controls;
use super::scenarios::{CUT, between_controls, cut, duplicate, redelivery};
use super::{duplicate_answered, redelivery_answered, stacks};
use crate::model::{Check, CheckMeta, Exchange, Facts, Finding, Level, Merchant, Needs, Outcome, Probe, Reason, Reference, RunFacts};

/// See [`META`].
pub(super) struct CutRedelivered;

const META: CheckMeta = CheckMeta {
    id: "webhook-cut-redelivered",
    title: "Webhook survives a sender that hangs up and delivers again",
    level: Level::Recommended,
    covers: &["PC-44", "WH-17", "AU-13", "UAT-26"],
    needs: Needs::Network,
    rationale: "A connection that breaks before the answer is how duplicates come about; the first attempt may have worked, or half worked.",
    judged: "One event whose connection we close before the answer, then the same bytes, then the event signed afresh: the last must be answered 200, \
             and so should the one before it. A replay cache, or a receiver that says for a moment that it is busy with the first, warns. A refusal \
             or a crash fails; where duplicates or redeliveries are refused anyway, their checks carry the blame.",
    remediation: "Let one transaction hold both the event's mark and its effect, so that an attempt that broke off can be made again.",
    stacks: stacks::ONCE,
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for CutRedelivered {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_controls([duplicate(), redelivery(), cut()])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        control(facts)?;
        let seen = scenario(facts, CUT)?;
        let (again, afresh) = (nth(seen, 1)?, nth(seen, 2)?);
        let shown = vec![step(CUT, "the same bytes again", again, "200"), step(CUT, "signed afresh", afresh, "200")];
        if again.accepted() && afresh.accepted() {
            return Ok(Outcome::Pass(shown));
        }
        if duplicate_answered::is_refused(facts) {
            return Err(Reason::Blocked { by: "webhook-duplicate-answered" }.into());
        }
        if !redelivery_answered::is_accepted(facts).unwrap_or(true) {
            return Err(Reason::Blocked { by: "webhook-redelivery-answered" }.into());
        }
        Controls::of(facts)?;
        if is_busy(afresh) || (afresh.accepted() && is_busy(again)) {
            let message = "after the sender hung up, the receiver says for a moment that it is busy with the event";
            return Ok(Outcome::Warn(Finding::new(message, shown)));
        }
        Ok(match (Reception::of(again)?, Reception::of(afresh)?) {
            (Reception::Refused, Reception::Accepted) => Outcome::warn(
                "after the sender hung up, the same bytes are refused, as by a replay cache; signed afresh the event is taken",
                shown,
            ),
            (_, Reception::Accepted | Reception::Refused | Reception::Broken | Reception::NotOk) => {
                Outcome::fail("an event whose answer was never read is not answered 200 when it comes again", shown)
            }
        })
    }
}

/// What a receiver says that is still at work on the first attempt.
fn is_busy(exchange: &Exchange) -> bool {
    exchange.status().is_some_and(|status| matches!(status, 409 | 423 | 425 | 429 | 503))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{At, Case, failure, passes, reason, warning};
    use super::*;
    use crate::model::TroubleKind;

    fn case(again: u16, afresh: u16) -> Case {
        let cut = || At::Trouble(TroubleKind::Closed);
        let case = Case::accepted().went("cut", vec![cut(), At::Status(again), At::Status(afresh)]);
        case.went("duplicate", vec![At::Status(200), At::Status(200)]).went("redelivery", vec![At::Status(200), At::Status(200)])
    }

    #[test]
    fn passes_when_both_are_answered_200() {
        passes(case(200, 200).judge(&CutRedelivered));
    }

    #[test]
    fn warns_about_a_replay_cache() {
        warning(case(401, 200).judge(&CutRedelivered));
    }

    #[test]
    fn warns_when_the_receiver_is_busy_with_the_first() {
        warning(case(409, 409).judge(&CutRedelivered));
    }

    #[test]
    fn fails_when_the_event_is_lost() {
        failure(case(500, 500).judge(&CutRedelivered));
        failure(case(400, 400).judge(&CutRedelivered));
    }

    #[test]
    fn leaves_the_blame_to_duplicates_that_are_refused_anyway() {
        let outcome = case(409, 409).went("duplicate", vec![At::Status(200), At::Status(409)]).judge(&CutRedelivered);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-duplicate-answered" });
    }

    #[test]
    fn is_undecided_without_an_answer() {
        let steps = vec![At::Trouble(TroubleKind::Closed), At::Trouble(TroubleKind::TimedOut), At::Status(200)];
        assert!(matches!(reason(case(200, 200).went("cut", steps).judge(&CutRedelivered)), Reason::Transport(_)));
    }
}
