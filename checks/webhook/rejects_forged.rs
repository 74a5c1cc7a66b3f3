//! An event with a signature of somebody else's making must be refused.

use super::proof::Negatives;
use super::scenarios::{
    FORGED_BODY_ONLY, FORGED_OTHER_BODY, FORGED_RIGHT_END, FORGED_RIGHT_START, FORGED_TRUNCATED, FORGED_WRONG_SECRET, between_controls,
};
use super::{by_hand, stacks};
use crate::model::{Check, CheckMeta, Delivery, Facts, Level, Merchant, Needs, Outcome, Probe, Reference, RunFacts, Scenario};

/// See [`META`].
pub(super) struct RejectsForged;

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-forged",
    title: "Webhook refuses forged signatures",
    level: Level::Required,
    covers: &["PC-18", "PC-36", "PC-64", "PC-74", "PC-89", "WH-11", "WH-12", "WH-14", "SV-04", "SC-04", "IP-18", "UAT-04", "UAT-24"],
    needs: Needs::Network,
    waivable: false,
    rationale: "A receiver that takes any signature for a good one lets anybody mark an order as paid.",
    judged: "Events signed with another secret, over the body alone, for another body, with half a signature or with one of which half is right must each meet a 4xx, while a genuine event \
             was answered 200 before and after. A 2xx fails; a 3xx, 429, 5xx or no answer is undecided. Where test orders show that no forgery had an \
             effect, a 2xx is a warning.",
    remediation: "Compute `hex(HMAC-SHA256(secret, raw body + X-TIMESTAMP))`, compare all of it in constant time, and answer 401 when it differs.",
    stacks: stacks::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// What a correct receiver refuses.
const DELIVERIES: [Delivery; 6] =
    [FORGED_WRONG_SECRET, FORGED_BODY_ONLY, FORGED_TRUNCATED, FORGED_RIGHT_START, FORGED_RIGHT_END, FORGED_OTHER_BODY];

impl Check for RejectsForged {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_controls(DELIVERIES.map(Scenario::single))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let negatives = Negatives::of(facts, &DELIVERIES.map(|delivery| delivery.name));
        Ok(negatives.judge_forgeries(facts, "an event with a forged signature is accepted", by_hand::forged)?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{At, Case, failure, passes, reason, warning};
    use super::*;
    use crate::model::{Deliver, NotMade, Reason, TroubleKind};

    fn refused() -> Case {
        Case::accepted().all_answered(DELIVERIES.map(|delivery| delivery.name), 401)
    }

    #[test]
    fn passes_when_all_are_refused_between_accepted_controls() {
        passes(refused().judge(&RejectsForged));
    }

    #[test]
    fn fails_a_signature_of_another_secret() {
        let finding = failure(refused().answered("forged-wrong-secret", 200).judge(&RejectsForged));
        assert_eq!(finding.evidence.len(), 1);
        assert!(finding.repeat.is_some());
    }

    #[test]
    fn fails_a_truncated_signature() {
        let finding = failure(refused().answered("forged-truncated", 200).judge(&RejectsForged));
        assert_eq!(finding.evidence.len(), 1);
        assert!(finding.repeat.is_some());
    }

    #[test]
    fn fails_whatever_the_controls_say() {
        failure(refused().answered("forged-body-only", 200).answered("control-before", 500).judge(&RejectsForged));
    }

    #[test]
    fn warns_when_the_forgeries_had_no_effect_and_their_twin_had_one() {
        let seen =
            refused().answered("forged-other-body", 200).went("refused-effects", vec![At::Effects(0), At::Effects(0), At::Effects(1)]);
        warning(seen.judge(&RejectsForged));
    }

    #[test]
    fn fails_when_the_twin_had_no_effect_either() {
        let seen =
            refused().answered("forged-other-body", 200).went("refused-effects", vec![At::Effects(0), At::Effects(0), At::Effects(0)]);
        failure(seen.judge(&RejectsForged));
    }

    #[test]
    fn is_undecided_when_a_forgery_crashes_the_receiver() {
        let outcome = refused().answered("forged-wrong-secret", 500).judge(&RejectsForged);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_a_forgery_is_not_answered() {
        let outcome = refused().went("forged-wrong-secret", vec![At::Trouble(TroubleKind::Reset)]).judge(&RejectsForged);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_the_control_fails_in_the_end() {
        let outcome = refused().answered("control-after", 403).judge(&RejectsForged);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_without_controls() {
        let needs = NotMade::Deliver { is: Deliver::Negative, needs: Deliver::Probe };
        let outcome = refused().not_made("control-before", needs).judge(&RejectsForged);
        assert!(matches!(reason(outcome), Reason::Declined(_)));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = refused().answered("control-before", 403).judge(&RejectsForged);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
