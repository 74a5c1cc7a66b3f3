//! The timestamp is signed too: an event with another one, or with none, must be refused.

use super::proof::Negatives;
use super::scenarios::{CHANGED_TIMESTAMP, NO_TIMESTAMP, between_controls};
use super::{by_hand, stacks};
use crate::model::{Check, CheckMeta, Delivery, Facts, Level, Merchant, Needs, Outcome, Probe, Reference, RunFacts, Scenario};

/// See [`META`].
pub(super) struct RejectsRetimed;

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-retimed",
    title: "Webhook refuses events whose timestamp was changed or removed",
    level: Level::Required,
    covers: &["PC-18", "PC-36", "WH-12", "WH-14", "SV-03", "SV-04"],
    needs: Needs::Network,
    waivable: false,
    rationale: "The timestamp is what tells an event from its replay; where it is not verified, an old event can be given a new one.",
    judged: "A signed event whose `X-TIMESTAMP` was moved by one second, and one whose `X-TIMESTAMP` was taken away, must each meet a 4xx, while a genuine \
             event was answered 200 before and after. A 2xx fails; a 3xx, 429, 5xx or no answer is undecided. Where test orders show that no forgery \
             had an effect, a 2xx is a warning.",
    remediation: "Append the value of `X-TIMESTAMP` to the raw body before computing the HMAC, and answer 401 when the header is missing.",
    stacks: stacks::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// What a correct receiver refuses.
const DELIVERIES: [Delivery; 2] = [CHANGED_TIMESTAMP, NO_TIMESTAMP];

impl Check for RejectsRetimed {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_controls(DELIVERIES.map(Scenario::single))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let negatives = Negatives::of(facts, &DELIVERIES.map(|delivery| delivery.name));
        Ok(negatives.judge_forgeries(facts, "an event with another timestamp than was signed is accepted", by_hand::retimed)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Case, failure, passes, reason};
    use super::*;
    use crate::model::Reason;

    fn refused() -> Case {
        Case::accepted().all_answered(DELIVERIES.map(|delivery| delivery.name), 401)
    }

    #[test]
    fn passes_when_all_are_refused_between_accepted_controls() {
        passes(refused().judge(&RejectsRetimed));
    }

    #[test]
    fn fails_a_changed_timestamp_that_is_accepted() {
        let finding = failure(refused().answered("changed-timestamp", 200).judge(&RejectsRetimed));
        assert_eq!(finding.evidence.len(), 1);
        assert!(finding.repeat.is_some());
    }

    #[test]
    fn fails_a_missing_timestamp_that_is_accepted() {
        let finding = failure(refused().answered("no-timestamp", 200).judge(&RejectsRetimed));
        assert_eq!(finding.evidence.len(), 1);
        assert!(finding.repeat.is_some());
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = refused().answered("control-before", 403).judge(&RejectsRetimed);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
