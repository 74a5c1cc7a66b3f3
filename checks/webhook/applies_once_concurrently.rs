//! An event must be applied once, also when its duplicates arrive at the same time.

use super::conversation::{control, scenario};
use super::effects::Applied;
use super::scenarios::{ONCE_CONCURRENT, between_controls, once_concurrent};
use super::stacks;
use crate::model::{Check, CheckMeta, Evidence, Facts, Level, Merchant, Needs, Outcome, Probe, Reason, Reference, RunFacts, Subject};
use crate::text;

/// See [`META`].
pub(super) struct AppliesOnceConcurrently;

const META: CheckMeta = CheckMeta {
    id: "webhook-applies-once-concurrently",
    title: "Webhook applies an event once when its duplicates arrive together",
    level: Level::Required,
    covers: &["PC-19", "WH-20"],
    needs: Needs::Network,
    attestable: true,
    waivable: false,
    rationale: "A receiver that looks whether it knows an event and then credits it lets two at the same moment through.",
    judged: "With `--deliver full`, a test order and `[webhook.effects]`: the same `payment.success` on 20 connections at once \
             (`limits.webhook_concurrent_duplicates`). At least one must be answered 200 and the order be credited exactly once. Two or more effects \
             fail; none at all is undecided; what the others were answered is shown and not judged. Without effects a person may answer for it.",
    remediation: "Let the database decide: a unique index over event and order id, and the credit in the transaction that inserted the row.",
    stacks: stacks::ONCE,
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for AppliesOnceConcurrently {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_controls([once_concurrent(merchant)])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let applied = Applied::of(facts, ONCE_CONCURRENT, META.id)?;
        let seen = scenario(facts, ONCE_CONCURRENT)?;
        let (sent, accepted) = (seen.exchanges().count(), seen.exchanges().filter(|exchange| exchange.accepted()).count());
        let answers = Evidence::of(
            Subject::Delivery(ONCE_CONCURRENT.into()),
            "at least one answered 200",
            text!("{} of {} answered 200", accepted, sent),
        );
        let shown = vec![applied.evidence(), answers];
        if !applied.once()? {
            return Ok(Outcome::fail(text!("{} duplicates that arrived together were applied more than once", sent), shown));
        }
        control(facts)?;
        if accepted == 0 || sent < 2 {
            return Err(Reason::Ambiguous(text!("{} of {} duplicates were answered 200, so they did not meet", accepted, sent)).into());
        }
        Ok(Outcome::Pass(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{At, Case, failure, passes, reason};
    use super::*;
    use crate::model::NotMade;

    fn case(effects: u64, answers: Vec<u16>) -> Case {
        Case::accepted().went("once-concurrent", vec![At::Effects(0), At::Together(answers), At::Effects(effects)])
    }

    #[test]
    fn passes_one_effect_whatever_the_others_were_answered() {
        passes(case(1, vec![200; 20]).judge(&AppliesOnceConcurrently));
        passes(case(1, vec![200, 409, 503]).judge(&AppliesOnceConcurrently));
    }

    #[test]
    fn fails_more_than_one() {
        let finding = failure(case(7, vec![200; 20]).judge(&AppliesOnceConcurrently));
        assert!(finding.evidence[0].observed.as_str().contains("7 times"));
    }

    #[test]
    fn is_undecided_without_an_effect() {
        assert!(matches!(reason(case(0, vec![200; 20]).judge(&AppliesOnceConcurrently)), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_none_was_accepted() {
        assert!(matches!(reason(case(1, vec![503; 20]).judge(&AppliesOnceConcurrently)), Reason::Ambiguous(_)));
    }

    #[test]
    fn cannot_be_seen_without_effects() {
        let outcome = Case::accepted().not_made("once-concurrent", NotMade::NoEffects).judge(&AppliesOnceConcurrently);
        assert!(matches!(reason(outcome), Reason::NoWayToObserve(_)));
    }
}
