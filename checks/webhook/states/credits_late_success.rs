//! A success is credited once, whatever came before it.

use crate::conversation::answers::{Reception, baseline, scenario};
use crate::conversation::baselines::Baselines;
use crate::conversation::contradictions::{UNPAID, Unpaid};
use crate::conversation::effects::{
    counted, every, first_is_applied, is_applied_once, states, unfinished, without_effect,
};
use crate::conversation::scenarios::between_baselines;
use crate::model::{
    Applies, Check, CheckMeta, Concern, Evidence, Facts, Finding, Level, Merchant, Needs, Outcome,
    Probe, Product, Quoted, Reason, Reference, RunFacts, Subject,
};
use crate::text;

/// See [`META`].
pub(super) struct CreditsLateSuccess;

const META: CheckMeta = CheckMeta {
    id: "webhook-credits-late-success",
    title: "A success is credited once, whatever came before it",
    level: Level::Recommended,
    covers: &["PC-24", "PC-85", "PC-86", "AU-12"],
    needs: Needs::Network,
    applies: Applies::Payments,
    attestable: true,
    rationale: "Bank confirmation may take time: a customer whose session ended may have paid, \
                and an order closed for good keeps the money and sends nothing.",
    judged: "With `--deliver full`, test orders and `[webhook.effects]`: a `payment.success` \
             after a `payment.processing` for one order, after a `payment.failed` for another, \
             after a `payment.processing` and a `payment.expired` for a third. Each order must be \
             credited once by it. No credit fails where another order got its, and the item is \
             required where that is the first; where `[webhook.status]` shows that the success \
             was noticed all the same, such as for a refund, it warns. More than one credit \
             fails, and the item is then required. The checklist says that confirmation may take \
             time, not what to do about it: the credit is our expectation.",
    remediation: "Let `payment.success` lead to paid from every state but paid, after a look at \
                  the order's status where you want to be sure.",
    yields_to: &[(Concern::Effect, "webhook-applies-once")],
    reference: Reference::CHECKLIST,
    ..CheckMeta::USUAL
};

impl Check for CreditsLateSuccess {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        let more_than_once = |unpaid| matches!(fate(facts, unpaid), Ok((LateCredit::TooOften, _)));
        let usual_is_lost = matches!(fate(facts, UNPAID[0]), Ok((LateCredit::Lost, _)));
        if usual_is_lost || UNPAID.into_iter().any(more_than_once) {
            Level::Required
        } else {
            META.level
        }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        if merchant.uses(Product::Payments) {
            between_baselines(UNPAID.map(|unpaid| unpaid.then_success(merchant)))
        } else {
            Vec::new()
        }
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        if UNPAID.into_iter().any(|unpaid| first_is_applied(facts, unpaid.name)) {
            return Err(Reason::Blocked { by: "webhook-credits-success-only" }.into());
        }
        let (mut once, mut noticed, mut lost, mut too_often, mut unseen) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new(), None);
        for unpaid in UNPAID {
            match fate(facts, unpaid) {
                Ok((LateCredit::Once, evidence)) => once.push(evidence),
                Ok((LateCredit::Noticed, evidence)) => noticed.push(evidence),
                Ok((LateCredit::Lost, evidence)) => lost.push(evidence),
                Ok((LateCredit::TooOften, evidence)) => too_often.push(evidence),
                Err(reason) => unseen = unseen.or(Some(reason)),
            }
        }
        if !too_often.is_empty() {
            let message = "one late success is credited more than once";
            return Ok(Outcome::Fail(Finding::new(message, too_often).about(Concern::Effect)));
        }
        if !lost.is_empty() {
            let message = match fate(facts, UNPAID[0]) {
                Ok((LateCredit::Lost, _)) => {
                    "a success that comes after payment.processing, as most do, is lost"
                }
                _ => "a success that comes after the payment failed or expired is lost",
            };
            return Ok(Outcome::Fail(Finding::new(message, lost)));
        }
        if !noticed.is_empty() {
            let message = "a late success is noticed and not credited; somebody has to give the \
                           customer goods or money";
            return Ok(Outcome::Warn(Finding::new(message, noticed)));
        }
        if let Some(reason) = unseen {
            return Err(reason.into());
        }
        baseline(facts)?;
        Ok(Outcome::Pass(once))
    }
}

/// What became of a late success.
enum LateCredit {
    Once,
    Noticed,
    Lost,
    TooOften,
}

fn fate(facts: &Facts<'_>, unpaid: Unpaid) -> Result<(LateCredit, Evidence), Reason> {
    let counts = every(counted(facts, unpaid.name, META.id)?)?;
    let [before, between, after] = counts[..] else { return Err(unfinished()) };
    let shown = |fate, state: crate::model::Text| {
        let observed =
            text!("{} after {}, {} after the success{}", between, unpaid.words, after, state);
        Ok((
            fate,
            Evidence::of(
                Subject::Delivery(unpaid.name.into()),
                text!("one effect of payment.success after {}", unpaid.words),
                observed,
            ),
        ))
    };
    match after.checked_sub(between) {
        Some(1) => shown(LateCredit::Once, "".into()),
        Some(2..) => shown(LateCredit::TooOften, "".into()),
        Some(0) if !is_applied_once(facts) => Err(without_effect(unpaid.name, before)),
        Some(0) => {
            let late = scenario(facts, unpaid.name)?.exchanges().last().ok_or_else(unfinished)?;
            let reception = Reception::of(late)?;
            match states(facts, unpaid.name, META.id).ok().as_deref() {
                Some([_, unpaid_word, word]) if word != unpaid_word => shown(
                    LateCredit::Noticed,
                    text!("; its state went from {} to {}", Quoted(unpaid_word), Quoted(word)),
                ),
                Some(_) | None if reception == Reception::Accepted => {
                    shown(LateCredit::Lost, "".into())
                }
                Some(_) | None => {
                    Baselines::of(facts)?;
                    shown(LateCredit::Lost, text!(", which was answered {}", late.outcome()))
                }
            }
        }
        None => Err(Reason::Ambiguous(text!(
            "{}: the count of effects went down from {} to {}",
            unpaid.name,
            between,
            after
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason, warning};
    use crate::model::NotMade;

    /// What orders were credited after `failed` and in the end, and the same of `expired`; another
    /// order was credited once.
    fn case(failed: [u64; 2], expired: [u64; 2]) -> Case {
        let steps = vec![
            At::Effects(0),
            At::Status(200),
            At::Effects(1),
            At::Status(200),
            At::Status(200),
            At::Effects(1),
        ];
        let case = Case::accepted().went("once-sequential", steps);
        let case = case.went("success-after-processing", usual(1));
        let [unpaid, after] = failed.map(At::Effects);
        let case = case.went(
            "success-after-failed",
            vec![At::Effects(0), At::Status(200), unpaid, At::Status(200), after],
        );
        let [unpaid, after] = expired.map(At::Effects);
        case.went(
            "success-after-expired",
            vec![At::Effects(0), At::Status(200), At::Status(200), unpaid, At::Status(200), after],
        )
    }

    /// A success after a processing, credited so often.
    fn usual(credits: u64) -> Vec<At> {
        vec![At::Effects(0), At::Status(200), At::Effects(0), At::Status(200), At::Effects(credits)]
    }

    #[test]
    fn fails_a_success_that_is_lost_after_a_processing_and_is_required_then() {
        let case = case([0, 1], [0, 1]).went("success-after-processing", usual(0));
        assert!(
            failure(case.judge(&CreditsLateSuccess))
                .message
                .as_str()
                .contains("payment.processing")
        );
        assert_eq!(CreditsLateSuccess.level(&case.facts()), Level::Required);
    }

    #[test]
    fn passes_one_credit_each() {
        passes(case([0, 1], [0, 1]).judge(&CreditsLateSuccess));
    }

    #[test]
    fn fails_a_success_that_is_lost() {
        let case = case([0, 1], [0, 0]);
        failure(case.judge(&CreditsLateSuccess));
        assert_eq!(CreditsLateSuccess.level(&case.facts()), Level::Recommended);
    }

    #[test]
    fn warns_when_it_is_noticed_at_least() {
        let told = |count, word| [At::Effects(count), At::Called(word)];
        let steps = told(0, "new")
            .into_iter()
            .chain([At::Status(200)])
            .chain(told(0, "failed"))
            .chain([At::Status(200)])
            .chain(told(0, "refund"));
        let finding = warning(
            case([0, 1], [0, 1])
                .went("success-after-failed", steps.collect())
                .judge(&CreditsLateSuccess),
        );
        assert!(finding.evidence[0].observed.as_str().contains("from \"failed\" to \"refund\""));
    }

    #[test]
    fn fails_more_than_one_credit_and_is_required_then() {
        let case = case([0, 2], [0, 1]);
        failure(case.judge(&CreditsLateSuccess));
        assert_eq!(CreditsLateSuccess.level(&case.facts()), Level::Required);
    }

    #[test]
    fn leaves_the_blame_to_credits_without_a_success() {
        let outcome = case([1, 1], [0, 1]).judge(&CreditsLateSuccess);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-credits-success-only" });
    }

    #[test]
    fn leaves_the_blame_to_duplicates_that_are_applied_anyway() {
        let steps = vec![
            At::Effects(0),
            At::Status(500),
            At::Effects(1),
            At::Status(200),
            At::Status(200),
            At::Effects(2),
        ];
        let outcome =
            case([0, 2], [0, 1]).went("once-sequential", steps).judge(&CreditsLateSuccess);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-applies-once" });
    }

    #[test]
    fn is_undecided_when_nothing_is_ever_credited() {
        let outcome = case([0, 0], [0, 0])
            .went("success-after-processing", usual(0))
            .not_made("once-sequential", NotMade::NoEffects)
            .judge(&CreditsLateSuccess);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_a_count_went_down() {
        let down =
            vec![At::Effects(1), At::Status(200), At::Effects(1), At::Status(200), At::Effects(0)];
        let outcome =
            case([0, 1], [0, 1]).went("success-after-failed", down).judge(&CreditsLateSuccess);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }

    #[test]
    fn cannot_be_seen_without_effects() {
        let case = UNPAID
            .into_iter()
            .fold(Case::accepted(), |case, unpaid| case.not_made(unpaid.name, NotMade::NoEffects));
        assert!(matches!(reason(case.judge(&CreditsLateSuccess)), Reason::NoWayToObserve(_)));
    }
}
