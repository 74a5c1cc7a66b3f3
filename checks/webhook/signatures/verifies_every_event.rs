//! Every event must be verified, not only the success of a payment.

use crate::conversation::answers::{evidence, names, nth, scenario};
use crate::conversation::baselines::{Baselines, tells_by_answers};
use crate::conversation::scenarios::{FORGED_WRONG_SECRET, between_baselines, forged_events};
use crate::conversation::{aftermath, stack_fixes};
use crate::model::{
    Check, CheckMeta, Concern, Evidence, Exchange, Facts, Finding, Level, Merchant, Needs, Outcome,
    Probe, Reason, Reference, RunFacts, Scenario,
};
use crate::text;

/// See [`META`].
pub(super) struct VerifiesEveryEvent;

const META: CheckMeta = CheckMeta {
    id: "webhook-verifies-every-event",
    title: "Webhook verifies every announced event",
    level: Level::Recommended,
    covers: &["WH-06", "WH-12", "SV-04"],
    needs: Needs::Network,
    attestable: true,
    waivable: false,
    rationale: "A handler for each event verifies where somebody thought of it; a forged \
                `payout.reversed` or `payment.failed` moves money as well.",
    judged: "With `--deliver full` and test ids: an unsigned and a forged event of every other \
             kind, for a test order or payout of its own. A 2xx fails, and so does a change \
             of effects or state, and the item is then required; a 4xx to each passes. Without `full` or test ids a person may answer for it.",
    remediation: "Verify the signature before the event is looked at, in one place for all events.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    yields_to: &[(Concern::Effect, "webhook-refused-without-effect")],
    ..CheckMeta::USUAL
};

impl VerifiesEveryEvent {
    /// Every forgery that was answered, and why others were not seen.
    fn seen<'a>(facts: &Facts<'a>) -> (Vec<&'a Exchange>, Option<Reason>) {
        let (mut all, mut unseen) = (Vec::new(), None);
        for planned in forged_events(facts.merchant) {
            match scenario(facts, planned.name) {
                Ok(seen) => {
                    all.extend(seen.exchanges());
                    let all_sent = nth(seen, planned.deliveries().count() - 1);
                    unseen = unseen.or(all_sent.err());
                }
                Err(reason) => unseen = unseen.or(Some(reason)),
            }
        }
        (all, unseen)
    }
}

/// What the forgeries changed, where the merchant tells of it.
fn changed(facts: &Facts<'_>) -> Option<Evidence> {
    forged_events(facts.merchant)
        .find_map(|planned| aftermath::changed(planned.name, facts.scenario(planned.name).ok()?))
}

impl Check for VerifiesEveryEvent {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        let accepted =
            changed(facts).is_some() || Self::seen(facts).0.into_iter().any(Exchange::succeeded);
        if accepted && tells_by_answers(facts).is_ok() { Level::Required } else { META.level }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        let told = Scenario::single(FORGED_WRONG_SECRET);
        between_baselines(forged_events(merchant).chain([told]))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let (all, unseen) = Self::seen(facts);
        if let Some(changed) = changed(facts) {
            tells_by_answers(facts)?;
            let message = "a forged event changed what it was about";
            return Ok(Outcome::Fail(Finding::new(message, vec![changed]).about(Concern::Effect)));
        }
        let accepted: Vec<&Exchange> =
            all.iter().copied().filter(|exchange| exchange.succeeded()).collect();
        if !accepted.is_empty() {
            tells_by_answers(facts)?;
            let shown = accepted.iter().map(|exchange| evidence(exchange, "a 4xx")).collect();
            return Ok(Outcome::fail("a forged event is accepted because of which it is", shown));
        }
        if let Some(reason) = unseen {
            return Err(reason.into());
        }
        Baselines::around(facts, &all)?;
        let open: Vec<&Exchange> =
            all.iter().copied().filter(|exchange| !exchange.refused()).collect();
        if let Some(first) = open.first() {
            return Err(Reason::Ambiguous(text!(
                "{}: answered {}, which is not a rejection",
                names(&open),
                first.outcome()
            ))
            .into());
        }
        if all.is_empty() {
            return Err(Reason::Transport("no forged event was sent".into()).into());
        }
        Ok(Outcome::Pass(all.iter().map(|exchange| evidence(exchange, "a 4xx")).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::conversation::scenarios::{FORGED_PAYMENTS_SEEN, FORGED_PAYOUTS_SEEN};
    use crate::model::{Deliver, NotMade};

    fn case(payments: u16, payouts: u16) -> Case {
        Case::accepted()
            .went(FORGED_PAYMENTS_SEEN, vec![At::Together(vec![401, payments, 401, 401])])
            .went(FORGED_PAYOUTS_SEEN, vec![At::Together(vec![payouts, 401, 401, 401, 401, 401])])
    }

    #[test]
    fn passes_when_all_are_rejected() {
        passes(case(401, 403).judge(&VerifiesEveryEvent));
    }

    #[test]
    fn fails_any_that_is_accepted_and_is_required_then() {
        for case in [case(200, 401), case(401, 202)] {
            failure(case.judge(&VerifiesEveryEvent));
            assert_eq!(VerifiesEveryEvent.level(&case.facts()), Level::Required);
        }
        assert_eq!(VerifiesEveryEvent.level(&case(401, 401).facts()), Level::Recommended);
    }

    #[test]
    fn is_undecided_below_full_and_where_one_is_not_decided() {
        let needs = NotMade::Deliver { is: Deliver::Probe, needs: Deliver::Full };
        let below = Case::accepted()
            .not_made(FORGED_PAYMENTS_SEEN, needs.clone())
            .not_made(FORGED_PAYOUTS_SEEN, needs);
        let why = reason(below.judge(&VerifiesEveryEvent));
        assert!(!matches!(why, Reason::Ambiguous(_) | Reason::Transport(_)), "{why:?}");
        let outcome = case(500, 401).judge(&VerifiesEveryEvent);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
        let cut = case(401, 401).went(FORGED_PAYOUTS_SEEN, vec![At::Together(vec![401; 5])]);
        assert!(matches!(reason(cut.judge(&VerifiesEveryEvent)), Reason::Transport(_)));
    }
}
