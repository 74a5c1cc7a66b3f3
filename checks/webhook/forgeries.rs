//! Events that the platform did not make in this form, which a receiver that verifies signatures must refuse.

use super::proof::{ByHand, Negatives};
use super::scenarios::{REFUSED_EFFECTS, between_controls};
use super::{effects, refused_without_effect};
use crate::model::{Check, CheckMeta, Delivery, Evidence, Facts, Merchant, Outcome, Probe, RunFacts, Scenario, Subject};
use crate::text;

/// Forgeries of one kind, each to be refused between two genuine events that were accepted.
pub(super) struct Forgeries {
    pub(super) meta: &'static CheckMeta,
    /// What a correct receiver refuses.
    pub(super) deliveries: &'static [Delivery],
    /// The finding when one of them meets a 2xx.
    pub(super) accepted: &'static str,
    /// Repeats one of them.
    pub(super) by_hand: ByHand,
}

impl Check for Forgeries {
    fn meta(&self) -> &'static CheckMeta {
        self.meta
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_controls(self.deliveries.iter().copied().map(Scenario::single))
    }

    /// An accepted forgery fails; where forgeries were seen to have no effect while the genuine event had one, it is a warning.
    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let names: Vec<&'static str> = self.deliveries.iter().map(|delivery| delivery.name).collect();
        match (Negatives::of(facts, &names).judge(facts, self.accepted, self.by_hand)?, without_effect(facts)) {
            (Outcome::Fail(mut finding), Some(proof)) => {
                finding.message = text!("{}, though without effect; a sender cannot tell", finding.message);
                finding.evidence.push(proof);
                Ok(Outcome::Warn(finding))
            }
            (outcome, _) => Ok(outcome),
        }
    }
}

/// Shows that no forgery of a settling event had an effect and its genuine twin had one, where that was seen, and not otherwise elsewhere.
fn without_effect(facts: &Facts<'_>) -> Option<Evidence> {
    if refused_without_effect::applied_late(facts).is_some() {
        return None;
    }
    let seen = facts.scenario(REFUSED_EFFECTS).ok()?;
    let [before, forged, genuine] = effects::every(seen).ok()?[..] else { return None };
    (forged == before && genuine > forged).then(|| {
        Evidence::of(
            Subject::Delivery(REFUSED_EFFECTS.into()),
            "no effect of any forgery, one of the genuine event",
            text!("{} before, {} after the forgeries, {} after the genuine event", before, forged, genuine),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{At, Case, failure, passes, reason, warning};
    use super::super::{rejects_disguised, rejects_forged, rejects_retimed, rejects_tampered, rejects_unsigned};
    use super::*;
    use crate::model::{Deliver, NotMade, Reason, TroubleKind};

    const CHECKS: [&Forgeries; 5] =
        [&rejects_unsigned::CHECK, &rejects_forged::CHECK, &rejects_tampered::CHECK, &rejects_retimed::CHECK, &rejects_disguised::CHECK];

    /// Every check, and each of its deliveries.
    fn every() -> impl Iterator<Item = (&'static Forgeries, &'static str)> {
        CHECKS.into_iter().flat_map(|check| check.deliveries.iter().map(move |delivery| (check, delivery.name)))
    }

    /// All that the check sends was refused, between accepted controls.
    fn refused(check: &Forgeries) -> Case {
        Case::accepted().all_answered(check.deliveries.iter().map(|delivery| delivery.name), 401)
    }

    #[test]
    fn passes_when_all_are_refused_between_accepted_controls() {
        for check in CHECKS {
            passes(refused(check).judge(check));
        }
    }

    #[test]
    fn fails_each_that_is_accepted_and_says_how_to_repeat_it() {
        for (check, name) in every() {
            for status in [200, 204] {
                let finding = failure(refused(check).answered(name, status).judge(check));
                assert_eq!(finding.evidence.len(), 1, "{name}");
                assert!(finding.repeat.is_some(), "{name}");
            }
        }
    }

    #[test]
    fn fails_whatever_the_controls_say() {
        for (check, name) in every() {
            failure(refused(check).answered(name, 200).answered("control-before", 500).judge(check));
        }
    }

    #[test]
    fn warns_when_the_forgeries_had_no_effect_and_their_twin_had_one() {
        for (check, name) in every() {
            let effects = vec![At::Effects(0), At::Effects(0), At::Effects(1)];
            warning(refused(check).answered(name, 200).went(REFUSED_EFFECTS, effects).judge(check));
        }
    }

    #[test]
    fn fails_when_the_forgeries_had_an_effect_later_on() {
        for (check, name) in every() {
            let effects = |counts: [u64; 3]| counts.map(At::Effects).into();
            let case = refused(check).answered(name, 200).went(REFUSED_EFFECTS, effects([0, 0, 1]));
            failure(case.went("late-effects", effects([0, 0, 1])).judge(check));
        }
    }

    #[test]
    fn fails_when_the_twin_had_no_effect_either() {
        for (check, name) in every() {
            let effects = vec![At::Effects(0), At::Effects(0), At::Effects(0)];
            failure(refused(check).answered(name, 200).went(REFUSED_EFFECTS, effects).judge(check));
        }
    }

    #[test]
    fn is_undecided_when_one_crashes_the_receiver_or_is_not_answered() {
        for (check, name) in every() {
            for step in [At::Status(500), At::Status(302), At::Status(429), At::Trouble(TroubleKind::Reset)] {
                let outcome = refused(check).went(name, vec![step]).judge(check);
                assert!(matches!(reason(outcome), Reason::Ambiguous(_)), "{name}");
            }
        }
    }

    #[test]
    fn is_undecided_when_the_control_fails_in_the_end() {
        for check in CHECKS {
            let outcome = refused(check).answered("control-after", 403).judge(check);
            assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
        }
    }

    #[test]
    fn is_undecided_without_controls() {
        for check in CHECKS {
            let needs = NotMade::Deliver { is: Deliver::Negative, needs: Deliver::Probe };
            let outcome = refused(check).not_made("control-before", needs).judge(check);
            assert!(matches!(reason(outcome), Reason::Declined(_)));
        }
    }

    #[test]
    fn waits_for_the_control() {
        for check in CHECKS {
            let outcome = refused(check).answered("control-before", 403).judge(check);
            assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
        }
    }
}
