//! An event that was changed after signing must be refused.

use super::proof::Negatives;
use super::scenarios::{TAMPERED_BODY, between_controls};
use super::{by_hand, stacks};
use crate::model::{Check, CheckMeta, Delivery, Facts, Level, Merchant, Needs, Outcome, Probe, Reference, RunFacts, Scenario};

/// See [`META`].
pub(super) struct RejectsTampered;

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-tampered",
    title: "Webhook refuses events changed after signing",
    level: Level::Required,
    covers: &["PC-18", "PC-36", "WH-12", "WH-14", "SV-04", "SC-04"],
    needs: Needs::Network,
    waivable: false,
    rationale: "Whoever can change one digit of a signed event can change the amount.",
    judged: "An event whose amount was changed by one digit after signing must meet a 4xx, while a genuine event was answered 200 before and after. A 2xx \
             fails; a 3xx, 429, 5xx or no answer is undecided. Where test orders show that no forgery had an effect, a 2xx is a warning.",
    remediation: "Verify the signature over every byte of the body as it arrived, and answer 401 when it differs.",
    stacks: stacks::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// What a correct receiver refuses.
const DELIVERIES: [Delivery; 1] = [TAMPERED_BODY];

impl Check for RejectsTampered {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_controls(DELIVERIES.map(Scenario::single))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let negatives = Negatives::of(facts, &DELIVERIES.map(|delivery| delivery.name));
        Ok(negatives.judge_forgeries(facts, "an event whose amount was changed after signing is accepted", by_hand::tampered)?)
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
        passes(refused().judge(&RejectsTampered));
    }

    #[test]
    fn fails_a_changed_amount_that_is_accepted() {
        let finding = failure(refused().answered("tampered-body", 200).judge(&RejectsTampered));
        assert_eq!(finding.evidence.len(), 1);
        assert!(finding.repeat.is_some());
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = refused().answered("control-before", 403).judge(&RejectsTampered);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
