//! An event without a signature must be refused.

use super::proof::Negatives;
use super::scenarios::{EMPTY_SIGNATURE, UNSIGNED, between_controls};
use super::{by_hand, stacks};
use crate::model::{Check, CheckMeta, Delivery, Facts, Level, Merchant, Needs, Outcome, Probe, Reference, RunFacts, Scenario};

/// See [`META`].
pub(super) struct RejectsUnsigned;

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-unsigned",
    title: "Webhook refuses events without a signature",
    level: Level::Required,
    covers: &["PC-18", "PC-36", "PC-74", "WH-12", "WH-26", "SV-04", "SC-04"],
    needs: Needs::Network,
    waivable: false,
    rationale: "Anyone can post to a public address; without the signature nothing says that the platform did.",
    judged: "An event without `X-SIGNATURE` and one with an empty one must meet a 4xx, while a genuine event was answered 200 before and after. A 2xx fails; a \
             3xx, 429, 5xx or no answer proves nothing and is undecided. Where test orders show that no forgery had an effect, a 2xx is a warning.",
    remediation: "Answer 401 to every delivery without a signature, before anything in it is looked at.",
    stacks: stacks::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// What a correct receiver refuses.
const DELIVERIES: [Delivery; 2] = [UNSIGNED, EMPTY_SIGNATURE];

impl Check for RejectsUnsigned {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_controls(DELIVERIES.map(Scenario::single))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let negatives = Negatives::of(facts, &DELIVERIES.map(|delivery| delivery.name));
        Ok(negatives.judge_forgeries(facts, "an event without a signature is accepted", by_hand::unsigned)?)
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
        passes(refused().judge(&RejectsUnsigned));
    }

    #[test]
    fn fails_an_unsigned_event_that_is_accepted() {
        let finding = failure(refused().answered("unsigned", 200).judge(&RejectsUnsigned));
        assert_eq!(finding.evidence.len(), 1);
        assert!(finding.repeat.is_some());
    }

    #[test]
    fn fails_an_empty_signature_that_is_accepted() {
        let finding = failure(refused().answered("empty-signature", 204).judge(&RejectsUnsigned));
        assert_eq!(finding.evidence.len(), 1);
        assert!(finding.repeat.is_some());
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = refused().answered("control-before", 403).judge(&RejectsUnsigned);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
