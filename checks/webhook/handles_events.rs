//! Every announced event must be answered 200.

use super::by_hand;
use super::conversation::{Reception, control, evidence, names, nth, scenario};
use super::proof::Controls;
use super::scenarios::{between_controls, event, event_name, used_events};
use crate::model::{
    Check, CheckMeta, Exchange, Facts, Level, Merchant, Needs, Outcome, Probe, Reason, Reference,
    RunFacts,
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
        if is_violated(facts) { Level::Required } else { META.level }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_controls(used_events(merchant).map(|used| event(merchant, used)))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        control(facts)?;
        let mut unseen: Option<Reason> = None;
        let (mut shown, mut refused): (Vec<_>, Vec<&Exchange>) = (Vec::new(), Vec::new());
        for event in used_events(facts.merchant) {
            match answered(facts, event_name(event)) {
                Ok((exchange, Reception::Accepted)) => shown.push(evidence(exchange, "200")),
                Ok((exchange, _)) => refused.push(exchange),
                Err(reason) => unseen = unseen.or(Some(reason)),
            }
        }
        if !refused.is_empty() {
            Controls::of(facts)?;
            let shown = refused.iter().map(|exchange| evidence(exchange, "200")).collect();
            let repeat = by_hand::again(facts, &refused[0].name);
            return Ok(Outcome::fail(
                text!("announced events are not answered 200: {}", names(&refused)),
                shown,
            )
            .repeat(repeat));
        }
        match unseen {
            Some(reason) => Err(reason.into()),
            None => Ok(Outcome::Pass(shown)),
        }
    }
}

/// Whether an announced event was seen to be answered something else than 200.
pub(super) fn is_violated(facts: &Facts<'_>) -> bool {
    matches!(HandlesEvents.judge(facts), Ok(Outcome::Fail(_)))
}

/// How an event was received. Refusing an order that was never issued says nothing about the event.
fn answered<'a>(
    facts: &Facts<'a>,
    name: &'static str,
) -> Result<(&'a Exchange, Reception), Reason> {
    let seen = scenario(facts, name)?;
    // Of several attempts the last tells what it came to.
    let exchange = nth(seen, seen.exchanges().count().saturating_sub(1))?;
    let reception = Reception::of(exchange)?;
    if reception == Reception::Refused && !seen.order.issued {
        return Err(Reason::Ambiguous(text!(
            "{} was answered {}, perhaps because its id was never issued; ids from \
             `[webhook.order]` or `[webhook.payout]` would tell",
            name,
            exchange.outcome()
        )));
    }
    Ok((exchange, reception))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Case, failure, passes, reason};
    use super::*;
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
