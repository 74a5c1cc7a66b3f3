//! The same event, re-signed, must be answered 200.

use crate::conversation::answers::{Reception, baseline, step};
use crate::conversation::baselines::Baselines;
use crate::conversation::repeats::Repeat;
use crate::conversation::scenarios::{REDELIVERY, between_baselines, redelivery};
use crate::conversation::{repeat_command, stack_fixes};
use crate::model::{
    Check, CheckMeta, Concern, Facts, Finding, Level, Merchant, Needs, Outcome, Probe, Reference,
    RunFacts,
};

/// See [`META`].
pub(super) struct RedeliveryAnswered;

const META: CheckMeta = CheckMeta {
    id: "webhook-redelivery-answered",
    title: "Webhook answers a redelivery with 200",
    level: Level::Required,
    covers: &["PC-20", "PC-44", "WH-17", "AU-13", "UAT-26"],
    needs: Needs::Network,
    rationale: "When an answer is late or lost, the platform delivers the event again; a receiver \
                that refuses it is never done with it.",
    judged: "One event, then the same event with a new timestamp and signature: both must be \
             answered 200. Where the same bytes are refused as well, webhook-duplicate-answered \
             carries the blame.",
    remediation: "Answer 200 to an event that was handled already, whatever its timestamp and \
                  signature.",
    yields_to: &[(Concern::Rejection, "webhook-duplicate-answered")],
    stacks: stack_fixes::ONCE,
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for RedeliveryAnswered {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([redelivery()])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        baseline(facts)?;
        let Repeat { first, again } = Repeat::of(facts, REDELIVERY)?;
        let reception = Reception::of(again)?;
        let shown = vec![
            step(REDELIVERY, "first", first, "200"),
            step(REDELIVERY, "re-signed", again, "200"),
        ];
        if reception == Reception::Accepted {
            return Ok(Outcome::Pass(shown));
        }
        Baselines::of(facts)?;
        let message = "an event that is delivered again, re-signed, is not answered 200";
        let outcome = Outcome::Fail(Finding::new(message, shown).about(Concern::Rejection));
        Ok(outcome.repeat(repeat_command::repeated(facts, REDELIVERY, true)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::Reason;

    fn case(afresh: u16) -> Case {
        let case = Case::accepted().went("redelivery", vec![At::Status(200), At::Status(afresh)]);
        case.went("duplicate", vec![At::Status(200), At::Status(200)])
    }

    #[test]
    fn passes_when_both_are_answered_200() {
        passes(case(200).judge(&RedeliveryAnswered));
    }

    #[test]
    fn fails_when_the_redelivery_is_refused() {
        failure(case(409).judge(&RedeliveryAnswered));
    }

    #[test]
    fn leaves_the_blame_to_the_duplicate() {
        let outcome = case(409)
            .went("duplicate", vec![At::Status(200), At::Status(409)])
            .judge(&RedeliveryAnswered);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-duplicate-answered" });
    }

    #[test]
    fn is_undecided_when_the_first_was_not_accepted() {
        let outcome = Case::accepted()
            .went("redelivery", vec![At::Status(500), At::Status(200)])
            .judge(&RedeliveryAnswered);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = case(200).answered("control-before", 401).judge(&RedeliveryAnswered);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
