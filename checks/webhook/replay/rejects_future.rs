//! An event with a future timestamp should be rejected.

use crate::conversation::baselines::{Negatives, tells_by_answers};
use crate::conversation::scenarios::{FORGED_WRONG_SECRET, FUTURE, between_baselines};
use crate::conversation::{repeat_command, stack_fixes};
use crate::model::{
    Check, CheckMeta, Facts, Level, Merchant, Needs, Outcome, Probe, Reference, RunFacts, Scenario,
};

/// See [`META`].
pub(super) struct RejectsFuture;

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-future",
    title: "Webhook rejects events with a future timestamp",
    level: Level::Recommended,
    covers: &["PC-37", "SV-03"],
    needs: Needs::Network,
    rationale: "A receiver that compares ages without a sign takes an event from the future for a \
                fresh one, until long after it should be stale.",
    judged: "An event signed correctly for tomorrow must meet a 4xx, while a fresh one was \
             answered 200 before and after. A 2xx fails; a 3xx, 429, 5xx or no answer is \
             undecided. What the platform does about clocks that run ahead is not documented; the \
             limit is golive's.",
    remediation: "Refuse deliveries whose `X-TIMESTAMP` is more than a few minutes from your \
                  clock in either direction.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for RejectsFuture {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([FUTURE, FORGED_WRONG_SECRET].map(Scenario::single))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        tells_by_answers(facts)?;
        let by_hand = |facts: &Facts<'_>| repeat_command::at(facts, 86_400);
        Ok(Negatives::of(facts, &[FUTURE.name]).judge(
            facts,
            "an event signed for tomorrow is accepted",
            by_hand,
        )?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason};
    use crate::model::Reason;

    #[test]
    fn passes_when_tomorrow_is_refused() {
        passes(Case::accepted().answered("future", 400).judge(&RejectsFuture));
    }

    #[test]
    fn fails_when_tomorrow_is_accepted() {
        failure(Case::accepted().answered("future", 200).judge(&RejectsFuture));
    }

    #[test]
    fn leaves_the_blame_to_what_answers_200_to_whatever_comes() {
        let outcome = Case::accepted()
            .answered("future", 200)
            .answered("forged-wrong-secret", 200)
            .judge(&RejectsFuture);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-rejects-forged" });
    }

    #[test]
    fn is_undecided_when_the_answer_is_a_redirect() {
        assert!(matches!(
            reason(Case::accepted().answered("future", 302).judge(&RejectsFuture)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = Case::new()
            .answered("control-before", 500)
            .answered("future", 400)
            .judge(&RejectsFuture);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
