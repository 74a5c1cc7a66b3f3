//! Nothing but a success credits an order.

use crate::conversation::answers::{baseline, last};
use crate::conversation::contradictions::{UNPAID, Unpaid};
use crate::conversation::effects::{
    counted, every, first_counts, first_is_applied, heard, is_applied_once, unfinished,
    without_effect,
};
use crate::conversation::scenarios::between_baselines;
use crate::model::{
    Applies, Check, CheckMeta, Evidence, Facts, Level, Merchant, Needs, Outcome, Probe, Product,
    Reason, Reference, RunFacts, Subject,
};
use crate::platform::Event;
use crate::text;

/// See [`META`].
pub(super) struct CreditsSuccessOnly;

const META: CheckMeta = CheckMeta {
    id: "webhook-credits-success-only",
    title: "Nothing but a success credits an order",
    level: Level::Recommended,
    covers: &["PC-25", "PC-61", "WH-06", "UAT-14", "UAT-15"],
    needs: Needs::Network,
    applies: Applies::Payments,
    attestable: true,
    waivable: false,
    rationale: "A receiver that looks at the signature and not at the event gives goods away for \
                payments that failed.",
    judged: "With `--deliver full`, test orders and `[webhook.effects]`: a `payment.processing` \
             for one order, a `payment.failed` for another, a `payment.processing` and a \
             `payment.expired` for a third, genuinely signed. No order may be credited. A credit \
             fails, and the item is then required. That counting works is shown by the success \
             that follows, or by another order's; without any effect it is undecided. Without \
             effects a person may answer for it.",
    remediation: "Credit on `payment.success` with an `order_status` of `PAID` and on nothing \
                  else.",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for CreditsSuccessOnly {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        let credited = UNPAID.into_iter().any(|unpaid| first_is_applied(facts, unpaid.name));
        if credited { Level::Required } else { META.level }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        if merchant.uses(Product::Payments) {
            between_baselines(UNPAID.map(|unpaid| unpaid.then_success(merchant)))
        } else {
            Vec::new()
        }
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let credited: Vec<Evidence> = UNPAID
            .into_iter()
            .filter(|unpaid| first_is_applied(facts, unpaid.name))
            .filter_map(|u| evidence(facts, u).ok())
            .collect();
        if !credited.is_empty() {
            return Ok(Outcome::fail(
                "an order is credited by an event that is no success",
                credited,
            ));
        }
        let mut shown = Vec::new();
        for unpaid in UNPAID {
            let seen = counted(facts, unpaid.name, META.id)?;
            let counts = every(seen)?;
            let [before, unpaid_count, ref rest @ ..] = counts[..] else {
                return Err(unfinished().into());
            };
            let events = if unpaid.event == Event::PaymentExpired { 0..2 } else { 0..1 };
            events.into_iter().try_for_each(|at| heard(facts, last(seen, at)?))?;
            if rest.first().is_none_or(|paid| *paid <= unpaid_count) && !is_applied_once(facts) {
                return Err(without_effect(unpaid.name, before).into());
            }
            shown.push(evidence(facts, unpaid)?);
        }
        baseline(facts)?;
        Ok(Outcome::Pass(shown))
    }
}

fn evidence(facts: &Facts<'_>, unpaid: Unpaid) -> Result<Evidence, Reason> {
    let (before, after) = first_counts(facts, unpaid.name)?;
    Ok(Evidence::of(
        Subject::Delivery(unpaid.name.into()),
        text!("no effect of {}", unpaid.words),
        text!("{} before, {} after {}", before, after, unpaid.words),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::NotMade;

    fn case(failed: [u64; 3], expired: [u64; 3]) -> Case {
        let [before, unpaid, after] = failed.map(At::Effects);
        let usual =
            vec![At::Effects(0), At::Status(200), At::Effects(0), At::Status(200), At::Effects(1)];
        let case = Case::accepted().went("success-after-processing", usual);
        let case = case.went(
            "success-after-failed",
            vec![before, At::Status(200), unpaid, At::Status(200), after],
        );
        let [before, unpaid, after] = expired.map(At::Effects);
        let steps = vec![before, At::Status(200), At::Status(200), unpaid, At::Status(200), after];
        case.went("success-after-expired", steps)
    }

    #[test]
    fn passes_when_only_the_success_counts() {
        passes(case([0, 0, 1], [0, 0, 1]).judge(&CreditsSuccessOnly));
    }

    #[test]
    fn passes_a_merchant_that_credits_no_late_success_where_another_order_was_credited() {
        let steps = vec![
            At::Effects(0),
            At::Status(200),
            At::Effects(1),
            At::Status(200),
            At::Status(200),
            At::Effects(1),
        ];
        passes(
            case([0, 0, 0], [0, 0, 0]).went("once-sequential", steps).judge(&CreditsSuccessOnly),
        );
    }

    #[test]
    fn fails_a_credit_for_a_failed_payment_and_is_required_then() {
        let case = case([0, 1, 1], [0, 0, 1]);
        let finding = failure(case.judge(&CreditsSuccessOnly));
        assert_eq!(finding.evidence.len(), 1);
        assert_eq!(CreditsSuccessOnly.level(&case.facts()), Level::Required);
    }

    #[test]
    fn fails_a_credit_even_when_the_end_is_missing() {
        failure(
            case([0, 0, 1], [0, 0, 1])
                .went("success-after-failed", vec![At::Effects(0), At::Status(200), At::Effects(1)])
                .judge(&CreditsSuccessOnly),
        );
    }

    #[test]
    fn is_undecided_when_nothing_had_an_effect() {
        let case = case([0, 0, 0], [0, 0, 1]);
        assert!(matches!(reason(case.judge(&CreditsSuccessOnly)), Reason::Ambiguous(_)));
        assert_eq!(CreditsSuccessOnly.level(&case.facts()), Level::Recommended);
    }

    #[test]
    fn is_undecided_when_the_event_met_trouble() {
        let steps =
            vec![At::Effects(0), At::Status(503), At::Effects(0), At::Status(200), At::Effects(1)];
        let outcome = case([0, 0, 1], [0, 0, 1])
            .went("success-after-failed", steps)
            .judge(&CreditsSuccessOnly);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }

    #[test]
    fn cannot_be_seen_without_effects() {
        let case = UNPAID
            .into_iter()
            .fold(Case::accepted(), |case, unpaid| case.not_made(unpaid.name, NotMade::NoEffects));
        assert!(matches!(reason(case.judge(&CreditsSuccessOnly)), Reason::NoWayToObserve(_)));
    }

    #[test]
    fn cannot_be_seen_where_only_the_state_is_told() {
        let words = || {
            vec![
                At::Called("new"),
                At::Status(200),
                At::Called("failed"),
                At::Status(200),
                At::Called("paid"),
            ]
        };
        let case = UNPAID
            .into_iter()
            .fold(Case::accepted(), |case, unpaid| case.went(unpaid.name, words()));
        assert!(matches!(reason(case.judge(&CreditsSuccessOnly)), Reason::NoWayToObserve(_)));
    }
}
