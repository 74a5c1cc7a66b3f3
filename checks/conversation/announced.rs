//! The events that the platform announces, and how each was answered.

use super::answers::{Reception, baseline, nth, scenario};
use super::baselines::Baselines;
use super::scenarios::{event_name, used_events};
use crate::model::{Exchange, Facts, Reason};
use crate::platform::Event;
use crate::text;

/// How an event was received. Refusing an order that was never issued says nothing about the event.
pub(crate) fn announced<'a>(
    facts: &Facts<'a>,
    event: Event,
) -> Result<(&'a Exchange, Reception), Reason> {
    let name = event_name(event);
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

/// Whether an announced event was seen to be answered something else than 200, between accepted
/// baseline deliveries.
pub(crate) fn rejects_announced(facts: &Facts<'_>) -> bool {
    let is_rejected = |event| matches!(announced(facts, event), Ok((_, reception)) if reception != Reception::Accepted);
    baseline(facts).is_ok()
        && Baselines::of(facts).is_ok()
        && used_events(facts.merchant).any(is_rejected)
}
