//! A paid order keeps its one credit, whatever contradicts it.

use crate::conversation::answers::{baseline, last, scenario};
use crate::conversation::contradictions::{CONTRADICTIONS, Contradiction};
use crate::conversation::effects::{Applied, heard, is_applied_once};
use crate::conversation::scenarios::between_baselines;
use crate::conversation::stack_fixes;
use crate::model::{
    Applies, Check, CheckMeta, Concern, Evidence, Facts, Finding, Level, Merchant, Needs, Outcome,
    Probe, Product, Reason, Reference, RunFacts,
};
use crate::text;

/// See [`META`].
pub(super) struct KeepsSuccess;

const META: CheckMeta = CheckMeta {
    id: "webhook-keeps-success",
    title: "A paid order keeps its one credit, whatever contradicts it",
    level: Level::Recommended,
    covers: &["PC-24", "PC-86", "WH-06", "WH-20"],
    needs: Needs::Network,
    applies: Applies::Payments,
    attestable: true,
    waivable: false,
    rationale: "Events come in any order; a receiver that takes a late one for the newest opens a \
                paid order again, and the next duplicate pays it twice.",
    judged: "With `--deliver full`, test orders and `[webhook.effects]`: a `payment.success`, \
             then a `payment.processing`, `payment.failed` or `payment.expired` of the same order \
             (one order for each), then the success re-signed. Each order must be credited \
             once. A second credit fails, and the item is then required; a credit that is gone in \
             the end fails where another order kept its. The platform promises no order of events \
             and does not say what to make of a contradiction: that the success stands is our \
             expectation. What the receiver answers to the contradicting event is not judged.",
    remediation: "Treat paid as final: change an order's state only where the step is allowed, \
                  and de-duplicate the credit by order, not by the last event.",
    yields_to: &[(Concern::Effect, "webhook-applies-once")],
    stacks: stack_fixes::ONCE,
    reference: Reference::WEBHOOKS,
};

impl Check for KeepsSuccess {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        let again = |contradiction: Contradiction| {
            applied(facts, contradiction).is_ok_and(|applied| applied.once() == Ok(false))
        };
        if CONTRADICTIONS.into_iter().any(again) { Level::Required } else { META.level }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        if merchant.uses(Product::Payments) {
            between_baselines(CONTRADICTIONS.map(|contradiction| contradiction.counted(merchant)))
        } else {
            Vec::new()
        }
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let (mut kept, mut again, mut lost, mut unseen) =
            (Vec::new(), Vec::new(), Vec::new(), None);
        for contradiction in CONTRADICTIONS {
            match fate(facts, contradiction) {
                Ok((CreditOutcome::Kept, evidence)) => kept.push(evidence),
                Ok((CreditOutcome::Again, evidence)) => again.push(evidence),
                Ok((CreditOutcome::Lost, evidence)) => lost.push(evidence),
                Err(reason) => unseen = unseen.or(Some(reason)),
            }
        }
        if !again.is_empty() {
            let message = "a paid order is credited again once another event of it came in between";
            return Ok(Outcome::Fail(Finding::new(message, again).about(Concern::Effect)));
        }
        if !lost.is_empty() {
            return Ok(Outcome::Fail(Finding::new(
                "a paid order loses its credit to an event that contradicts the payment",
                lost,
            )));
        }
        if let Some(reason) = unseen {
            return Err(reason.into());
        }
        baseline(facts)?;
        Ok(Outcome::Pass(kept))
    }
}

/// What became of the credit.
enum CreditOutcome {
    Kept,
    Again,
    Lost,
}

fn fate(
    facts: &Facts<'_>,
    contradiction: Contradiction,
) -> Result<(CreditOutcome, Evidence), Reason> {
    let applied = applied(facts, contradiction)?;
    let shown = |fate| {
        let expected = text!("one effect, whatever {} says after the success", contradiction.event);
        Ok((fate, Evidence { expected, ..applied.evidence() }))
    };
    match applied.once() {
        Ok(true) => {
            let seen = scenario(facts, contradiction.credits)?;
            heard(facts, last(seen, 1)?)?;
            heard(facts, last(seen, 2)?)?;
            shown(CreditOutcome::Kept)
        }
        Ok(false) => shown(CreditOutcome::Again),
        Err(_) if applied.is_nothing() && is_applied_once(facts) => {
            let success = last(scenario(facts, contradiction.credits)?, 0)?;
            heard(facts, success)?;
            if !success.accepted() {
                return Err(Reason::Ambiguous(text!(
                    "the success itself was answered {}, so that there was no credit to lose",
                    success.outcome()
                )));
            }
            shown(CreditOutcome::Lost)
        }
        Err(reason) => Err(reason),
    }
}

fn applied(facts: &Facts<'_>, contradiction: Contradiction) -> Result<Applied, Reason> {
    Applied::of(facts, contradiction.credits, META.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::NotMade;

    /// One test order per contradiction, credited so often; another order was credited once.
    fn case(after: [u64; 3]) -> Case {
        CONTRADICTIONS
            .into_iter()
            .zip(after)
            .fold(credited(Case::accepted(), 1), |case, (contradiction, after)| {
                case.went(contradiction.credits, went(200, after))
            })
    }

    fn went(contradiction: u16, after: u64) -> Vec<At> {
        vec![
            At::Effects(0),
            At::Status(200),
            At::Status(contradiction),
            At::Status(200),
            At::Effects(after),
        ]
    }

    fn credited(case: Case, after: u64) -> Case {
        let steps = vec![
            At::Effects(0),
            At::Status(200),
            At::Effects(1),
            At::Status(200),
            At::Status(200),
            At::Effects(after),
        ];
        case.went("once-sequential", steps)
    }

    #[test]
    fn passes_orders_that_are_credited_once() {
        let case = case([1, 1, 1]);
        passes(case.judge(&KeepsSuccess));
        assert_eq!(KeepsSuccess.level(&case.facts()), Level::Recommended);
    }

    #[test]
    fn passes_a_receiver_that_refuses_what_contradicts() {
        passes(case([1, 1, 1]).went("failed-after-success", went(409, 1)).judge(&KeepsSuccess));
    }

    #[test]
    fn fails_a_second_credit_and_is_required_then() {
        let case = case([2, 1, 1]);
        let finding = failure(case.judge(&KeepsSuccess));
        assert!(finding.evidence[0].expected.as_str().contains("payment.processing"));
        assert_eq!(KeepsSuccess.level(&case.facts()), Level::Required);
    }

    #[test]
    fn fails_a_credit_that_is_gone_and_stays_recommended() {
        let case = case([1, 0, 1]);
        failure(case.judge(&KeepsSuccess));
        assert_eq!(KeepsSuccess.level(&case.facts()), Level::Recommended);
    }

    #[test]
    fn is_undecided_when_nothing_is_ever_credited() {
        let steps = vec![
            At::Effects(0),
            At::Status(200),
            At::Effects(0),
            At::Status(200),
            At::Status(200),
            At::Effects(0),
        ];
        assert!(matches!(
            reason(case([0, 0, 0]).went("once-sequential", steps).judge(&KeepsSuccess)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn is_undecided_when_the_contradiction_met_trouble() {
        let outcome =
            case([1, 1, 1]).went("expired-after-success", went(503, 1)).judge(&KeepsSuccess);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }

    #[test]
    fn leaves_the_blame_to_duplicates_that_are_applied_anyway() {
        let outcome = credited(case([2, 2, 2]), 3).judge(&KeepsSuccess);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-applies-once" });
    }

    #[test]
    fn cannot_be_seen_without_effects_and_says_how_it_could() {
        let case = CONTRADICTIONS
            .into_iter()
            .fold(Case::accepted(), |case, one| case.not_made(one.credits, NotMade::NoEffects));
        let Reason::NoWayToObserve(why) = reason(case.judge(&KeepsSuccess)) else {
            panic!("no way to observe")
        };
        assert!(
            why.as_str().contains("webhook.effects.command")
                && why.as_str().contains("attest.webhook-keeps-success")
        );
    }
}
