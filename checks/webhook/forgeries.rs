//! Events that the platform did not make in this form, which a receiver that verifies signatures
//! must refuse.

use super::proof::{ByHand, Negatives};
use super::scenarios::{REFUSED_EFFECTS, between_controls};
use super::{effects, refused_without_effect};
use crate::model::{
    Check, CheckMeta, Delivery, Evidence, Exchange, Facts, Merchant, Outcome, Probe, Product,
    RunFacts, Scenario, Subject,
};
use crate::text;

/// Forgeries of one kind, each to be refused between two genuine events that were accepted.
pub(super) struct Forgeries {
    pub(super) meta: &'static CheckMeta,
    /// What a correct receiver refuses.
    pub(super) deliveries: &'static [Delivery],
    /// What one refuses that is told of payouts, too.
    pub(super) payouts: &'static [Delivery],
    /// The finding when one of them meets a 2xx.
    pub(super) accepted: &'static str,
    /// Repeats one of them.
    pub(super) by_hand: ByHand,
}

impl Forgeries {
    /// Those that suit the merchant.
    fn sent(&self, merchant: &Merchant) -> impl Iterator<Item = Delivery> {
        let payouts = if merchant.uses(Product::Payouts) { self.payouts } else { &[] };
        self.deliveries.iter().chain(payouts).copied()
    }

    /// Shows that no forgery of a settling event had an effect and its genuine twin had one, where
    /// that was seen, and not otherwise elsewhere. It says nothing of a forgery that is refused
    /// where it settles something and accepted where it does not. A forged payout is held against
    /// the same forgery of a payment.
    fn without_effect(&self, facts: &Facts<'_>, accepted: &[&Exchange]) -> Option<Evidence> {
        if refused_without_effect::applied_late(facts).is_some() {
            return None;
        }
        let seen = facts.scenario(REFUSED_EFFECTS).ok()?;
        let settling = |exchange: &&Exchange| {
            let is_payout = self.payouts.iter().any(|payout| payout.name == exchange.name);
            let name = if is_payout { self.deliveries[0].name } else { exchange.name.as_str() };
            seen.exchanges().find(|exchange| exchange.name == name).is_some_and(Exchange::succeeded)
        };
        if !accepted.iter().all(settling) {
            return None;
        }
        let [before, forged, genuine] = effects::every(seen).ok()?[..] else { return None };
        (forged == before && genuine > forged).then(|| {
            Evidence::of(
                Subject::Delivery(REFUSED_EFFECTS.into()),
                "no effect of any forgery, one of the genuine event",
                text!(
                    "{} before, {} after the forgeries, {} after the genuine event",
                    before,
                    forged,
                    genuine
                ),
            )
        })
    }
}

impl Check for Forgeries {
    fn meta(&self) -> &'static CheckMeta {
        self.meta
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_controls(self.sent(merchant).map(Scenario::single))
    }

    /// An accepted forgery fails; where the same was seen to have no effect, accepted too, while
    /// the genuine event had one, it is a warning.
    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let names: Vec<&'static str> =
            self.sent(facts.merchant).map(|delivery| delivery.name).collect();
        let negatives = Negatives::of(facts, &names);
        let proof = self.without_effect(facts, &negatives.accepted);
        match (negatives.judge(facts, self.accepted, self.by_hand)?, proof) {
            (Outcome::Fail(mut finding), Some(proof)) => {
                finding.message =
                    text!("{}, though without effect; a sender cannot tell", finding.message);
                finding.evidence.push(proof);
                Ok(Outcome::Warn(finding))
            }
            (outcome, _) => Ok(outcome),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{At, Case, failure, passes, reason, warning};
    use super::super::{
        rejects_disguised, rejects_forged, rejects_retimed, rejects_tampered, rejects_unsigned,
    };
    use super::*;
    use crate::model::{Deliver, NotMade, Reason, TroubleKind};

    const CHECKS: [&Forgeries; 5] = [
        &rejects_unsigned::CHECK,
        &rejects_forged::CHECK,
        &rejects_tampered::CHECK,
        &rejects_retimed::CHECK,
        &rejects_disguised::CHECK,
    ];

    /// Every check, and each of its deliveries.
    fn every() -> impl Iterator<Item = (&'static Forgeries, &'static str)> {
        CHECKS
            .into_iter()
            .flat_map(|check| check.deliveries.iter().map(move |delivery| (check, delivery.name)))
    }

    /// All that the check sends was refused, between accepted controls.
    fn refused(check: &Forgeries) -> Case {
        Case::accepted().all_answered(
            check.deliveries.iter().chain(check.payouts).map(|delivery| delivery.name),
            401,
        )
    }

    /// The forgery of that name was answered so where it settles something, with these effects
    /// before, after and of its twin.
    fn settling(case: Case, name: &str, status: u16, [before, forged, genuine]: [u64; 3]) -> Case {
        let steps = vec![
            At::Effects(before),
            At::Status(status),
            At::Effects(forged),
            At::Effects(genuine),
        ];
        case.went(REFUSED_EFFECTS, steps).named(REFUSED_EFFECTS, name)
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
            failure(
                refused(check).answered(name, 200).answered("control-before", 500).judge(check),
            );
        }
    }

    #[test]
    fn warns_when_the_forgeries_had_no_effect_and_their_twin_had_one() {
        for (check, name) in every() {
            warning(
                settling(refused(check).answered(name, 200), name, 200, [0, 0, 1]).judge(check),
            );
        }
    }

    #[test]
    fn fails_when_the_forgery_is_refused_where_it_settles_something() {
        for (check, name) in every() {
            failure(
                settling(refused(check).answered(name, 200), name, 401, [0, 0, 1]).judge(check),
            );
            failure(
                settling(refused(check).answered(name, 200), "another", 200, [0, 0, 1])
                    .judge(check),
            );
        }
    }

    #[test]
    fn fails_a_forged_payout_that_is_accepted() {
        for check in [&rejects_unsigned::CHECK, &rejects_forged::CHECK] {
            let (name, same) = (check.payouts[0].name, check.deliveries[0].name);
            passes(refused(check).judge(check));
            failure(
                settling(refused(check).answered(name, 200), same, 401, [0, 0, 1]).judge(check),
            );
            warning(
                settling(refused(check).answered(name, 200), same, 200, [0, 0, 1]).judge(check),
            );
        }
    }

    #[test]
    fn fails_when_the_forgeries_had_an_effect_later_on() {
        for (check, name) in every() {
            let case = settling(refused(check).answered(name, 200), name, 200, [0, 0, 1]);
            failure(case.went("late-effects", [0, 0, 1].map(At::Effects).into()).judge(check));
        }
    }

    #[test]
    fn fails_when_the_twin_had_no_effect_either() {
        for (check, name) in every() {
            failure(
                settling(refused(check).answered(name, 200), name, 200, [0, 0, 0]).judge(check),
            );
        }
    }

    #[test]
    fn is_undecided_when_one_crashes_the_receiver_or_is_not_answered() {
        for (check, name) in every() {
            for step in
                [At::Status(500), At::Status(302), At::Status(429), At::Trouble(TroubleKind::Reset)]
            {
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
