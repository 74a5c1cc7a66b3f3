//! One order is credited once, also where a second transaction claims to pay it.

use crate::conversation::answers::{baseline, last, scenario};
use crate::conversation::contradictions::{SECOND_TRANSACTION, second_transaction};
use crate::conversation::effects::{Applied, heard};
use crate::conversation::scenarios::between_baselines;
use crate::model::{
    Applies, Check, CheckMeta, Concern, Evidence, Facts, Finding, Level, Merchant, Needs, Outcome,
    Probe, Product, Reference, RunFacts,
};

/// See [`META`].
pub(super) struct OneOrderOneCredit;

const META: CheckMeta = CheckMeta {
    id: "webhook-one-order-one-credit",
    title: "A second transaction of a paid order is not credited",
    level: Level::Recommended,
    covers: &["WH-18", "WH-20", "UAT-25"],
    needs: Needs::Network,
    applies: Applies::Payments,
    attestable: true,
    rationale: "An order is bought once; a receiver that goes by the transaction alone delivers \
                it again for every further id that comes with it.",
    judged: "With `--deliver full`, a test order and `[webhook.effects]`: a `payment.success`, \
             then another of the same order, alike but for its `transaction_id`. The order must \
             be credited once; a second credit fails. The platform has one `order_id` for each \
             payment and does not say that a second transaction can belong to it, so that the \
             expectation is golive's. Two real payments of one order may happen where a customer \
             pays twice: the second is then to be refunded or looked at. Who books every \
             transaction on purpose, as into a wallet, says so with a waiver.",
    remediation: "Make the credit unique by `order_id` in the database, and put a second \
                  transaction of an order aside for a refund.",
    yields_to: &[(Concern::Effect, "webhook-applies-once")],
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for OneOrderOneCredit {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        if merchant.uses(Product::Payments) {
            between_baselines([second_transaction(merchant)])
        } else {
            Vec::new()
        }
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let applied = Applied::of(facts, SECOND_TRANSACTION, META.id)?;
        let shown = vec![Evidence {
            expected: "one effect of both transactions together".into(),
            ..applied.evidence()
        }];
        if !applied.once()? {
            let message = "a second transaction of a paid order is credited as well";
            return Ok(Outcome::Fail(Finding::new(message, shown).about(Concern::Effect)));
        }
        heard(facts, last(scenario(facts, SECOND_TRANSACTION)?, 1)?)?;
        baseline(facts)?;
        Ok(Outcome::Pass(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::{NotMade, Reason};

    fn case(second: u16, after: u64) -> Case {
        Case::accepted().went(
            "second-transaction",
            vec![At::Effects(0), At::Status(200), At::Status(second), At::Effects(after)],
        )
    }

    #[test]
    fn passes_one_credit_whatever_the_second_is_answered() {
        passes(case(200, 1).judge(&OneOrderOneCredit));
        passes(case(409, 1).judge(&OneOrderOneCredit));
    }

    #[test]
    fn fails_two() {
        failure(case(200, 2).judge(&OneOrderOneCredit));
    }

    #[test]
    fn leaves_the_blame_to_duplicates_that_are_applied_anyway() {
        let steps = vec![
            At::Effects(0),
            At::Status(200),
            At::Effects(1),
            At::Status(200),
            At::Status(200),
            At::Effects(3),
        ];
        let outcome = case(200, 2).went("once-sequential", steps).judge(&OneOrderOneCredit);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-applies-once" });
    }

    #[test]
    fn is_undecided_when_nothing_had_an_effect() {
        assert!(matches!(reason(case(200, 0).judge(&OneOrderOneCredit)), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_the_second_met_trouble() {
        assert!(matches!(reason(case(500, 1).judge(&OneOrderOneCredit)), Reason::Ambiguous(_)));
    }

    #[test]
    fn cannot_be_seen_without_effects() {
        let outcome = Case::accepted()
            .not_made("second-transaction", NotMade::NoEffects)
            .judge(&OneOrderOneCredit);
        assert!(matches!(reason(outcome), Reason::NoWayToObserve(_)));
    }
}
