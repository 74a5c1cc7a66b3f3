//! Every announced event must be answered 200.

use crate::conversation::announced::{announced, rejects_announced};
use crate::conversation::answers::{Reception, baseline, evidence, names};
use crate::conversation::baselines::Baselines;
use crate::conversation::repeat_command;
use crate::conversation::scenarios::{between_baselines, event, used_events};
use crate::model::{
    Check, CheckMeta, Concern, Exchange, Facts, Finding, Level, Merchant, Needs, Outcome, Probe,
    Reason, Reference, RunFacts,
};
use crate::text;

/// See [`META`].
pub(super) struct HandlesEvents;

const META: CheckMeta = CheckMeta {
    id: "webhook-handles-events",
    title: "Webhook answers every announced event with 200",
    level: Level::Recommended,
    covers: &["WH-06", "WH-07", "UAT-15"],
    needs: Needs::Network,
    attestable: true,
    rationale: "An event that the receiver refuses is delivered again and again, and what it \
                tells is never booked.",
    judged: "Each of the eight events (those of payouts only where payouts are used), genuinely \
             signed, must be answered 200; the ones that settle something are sent for test \
             orders and test payouts of yours, and only with `--deliver full`. Another answer \
             fails, and the item is then required, as a webhook must return 200; a 404, 409 or \
             422 for an id that was never issued is undecided. Without `full` a person may answer \
             for it.",
    remediation: "Handle all events of the page, or answer 200 to those you do not need.",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for HandlesEvents {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        if rejects_announced(facts) { Level::Required } else { META.level }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines(used_events(merchant).map(|used| event(merchant, used)))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        baseline(facts)?;
        let mut unseen: Option<Reason> = None;
        let (mut shown, mut refused): (Vec<_>, Vec<&Exchange>) = (Vec::new(), Vec::new());
        for event in used_events(facts.merchant) {
            match announced(facts, event) {
                Ok((exchange, Reception::Accepted)) => shown.push(evidence(exchange, "200")),
                Ok((exchange, _)) => refused.push(exchange),
                Err(reason) => unseen = unseen.or(Some(reason)),
            }
        }
        if !refused.is_empty() {
            Baselines::of(facts)?;
            let shown = refused.iter().map(|exchange| evidence(exchange, "200")).collect();
            let repeat = repeat_command::again(facts, &refused[0].name);
            let message = text!("announced events are not answered 200: {}", names(&refused));
            let finding = Finding::new(message, shown).about(Concern::Rejection);
            return Ok(Outcome::Fail(finding).repeat(repeat));
        }
        match unseen {
            Some(reason) => Err(reason.into()),
            None => Ok(Outcome::Pass(shown)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason};
    use crate::conversation::scenarios::event_name;
    use crate::model::{Deliver, NotMade, Product};
    use crate::platform::Event;

    fn accepted() -> Case {
        Case::accepted().all_answered(Event::ALL.map(event_name), 200)
    }

    #[test]
    fn passes_when_all_are_answered_200() {
        passes(accepted().judge(&HandlesEvents));
    }

    #[test]
    fn fails_when_one_is_refused_for_an_order_that_was_issued() {
        failure(
            accepted()
                .answered("events-payment-failed", 400)
                .issued("events-payment-failed")
                .judge(&HandlesEvents),
        );
    }

    #[test]
    fn fails_when_one_breaks_the_receiver() {
        let case = accepted().answered("events-payout-reversed", 500);
        failure(case.judge(&HandlesEvents));
        assert_eq!(HandlesEvents.level(&case.facts()), Level::Required);
    }

    #[test]
    fn is_undecided_when_the_id_may_be_the_reason() {
        assert!(matches!(
            reason(accepted().answered("events-payout-processing", 404).judge(&HandlesEvents)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn cannot_be_seen_below_full() {
        let needs = NotMade::Deliver { is: Deliver::Probe, needs: Deliver::Full };
        let outcome = accepted().not_made("events-payment-success", needs).judge(&HandlesEvents);
        assert!(matches!(reason(outcome), Reason::NoWayToObserve(_)));
    }

    #[test]
    fn leaves_out_what_is_not_used() {
        let mut case = accepted().answered("events-payout-success", 500);
        case.merchant.uses = [Product::Payments].into();
        passes(case.judge(&HandlesEvents));
    }
}
