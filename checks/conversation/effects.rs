//! What the merchant tells of an order: how often deliveries credited it, and in which state they
//! left it.

use super::announced::rejects_announced;
use super::scenarios::{LATE_EFFECTS, ONCE_SEQUENTIAL};
use crate::conversation::answers::{Reception, scenario};
use crate::model::{
    Deliver, Evidence, Exchange, Facts, NotMade, Observed, Reason, ScenarioSeen, Subject,
};
use crate::text;

/// How often an order was credited before and after its deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Applied {
    /// The scenario.
    name: &'static str,
    /// Before any delivery.
    before: u64,
    /// After all.
    after: u64,
}

impl Applied {
    /// What a scenario's first and last count say.
    pub(crate) fn of(
        facts: &Facts<'_>,
        name: &'static str,
        check: &'static str,
    ) -> Result<Self, Reason> {
        let seen = counted(facts, name, check)?;
        let counts = every(seen)?;
        match counts[..] {
            [before, .., after] => Ok(Self { name, before, after }),
            [] | [_] => Err(unfinished()),
        }
    }

    /// Whether the event was applied exactly once and not more often. No effect at all, or a count
    /// that went down, shows neither.
    pub(crate) fn once(self) -> Result<bool, Reason> {
        self.effects().map(|effects| effects == 1)
    }

    /// How often the event was applied; at least once, else nothing is shown.
    pub(crate) fn effects(self) -> Result<u64, Reason> {
        match self.after.checked_sub(self.before) {
            Some(0) => Err(without_effect(self.name, self.before)),
            Some(effects) => Ok(effects),
            None => Err(Reason::Ambiguous(text!(
                "{}: the count of effects went down from {} to {}",
                self.name,
                self.before,
                self.after
            ))),
        }
    }

    /// Whether an order that nothing was booked for still has nothing.
    pub(crate) fn is_nothing(self) -> bool {
        (self.before, self.after) == (0, 0)
    }

    /// The counts in words.
    pub(crate) fn evidence(self) -> Evidence {
        Evidence::of(
            Subject::Delivery(self.name.into()),
            "one effect of all deliveries together",
            text!(
                "{}: {} before, {} after",
                times(self.after.saturating_sub(self.before)),
                self.before,
                self.after
            ),
        )
    }
}

/// A scenario that counts effects; where it could not be carried out, the ways to make it provable.
pub(crate) fn counted<'a>(
    facts: &Facts<'a>,
    name: &'static str,
    check: &'static str,
) -> Result<&'a ScenarioSeen, Reason> {
    let lacking = match facts.seen.scenarios.get(name) {
        Some(Observed::NotMade(NotMade::Deliver { is, needs: Deliver::Full })) => {
            text!("this run went as far as \"{}\"", is.word())
        }
        Some(Observed::NotMade(NotMade::NoEffects)) => NO_EFFECTS.into(),
        Some(Observed::Got(seen))
            if facts.merchant.webhook.effects.is_none() && seen.effects().next().is_none() =>
        {
            NO_EFFECTS.into()
        }
        Some(Observed::NotMade(NotMade::NoTestOrders { key })) => {
            text!("`{}` gave no test id for it", crate::model::Plain(key))
        }
        _ => return scenario(facts, name),
    };
    if facts.merchant.webhook_url().is_none() {
        return Err(Reason::Blocked { by: "webhook-url" });
    }
    Err(Reason::NoWayToObserve(text!(
        "{}; prove it by `webhook.effects.url` or by `webhook.effects.command` (either with \
         `--deliver full` and ids from `[webhook.order]`), or have a person answer for it under \
         `[attest.{}]`",
        lacking,
        check
    )))
}

const NO_EFFECTS: &str = "no `[webhook.effects]` is configured";

/// The order's states in a scenario that reads them, in the merchant's own words; where it could
/// not be carried out, the ways to make it provable.
pub(crate) fn states<'a>(
    facts: &Facts<'a>,
    name: &'static str,
    check: &'static str,
) -> Result<Vec<&'a str>, Reason> {
    let lacking = match facts.seen.scenarios.get(name) {
        Some(Observed::NotMade(NotMade::Deliver { is, needs: Deliver::Full })) => {
            text!("this run went as far as \"{}\"", is.word())
        }
        Some(Observed::NotMade(NotMade::NoStatus)) => "no `[webhook.status]` is configured".into(),
        Some(Observed::NotMade(NotMade::NoTestOrders { key })) => {
            text!("`{}` gave no test id for it", crate::model::Plain(key))
        }
        _ => {
            return scenario(facts, name)?
                .statuses()
                .map(|word| word.get().map(String::as_str))
                .collect();
        }
    };
    if facts.merchant.webhook_url().is_none() {
        return Err(Reason::Blocked { by: "webhook-url" });
    }
    Err(Reason::NoWayToObserve(text!(
        "{}; prove it by `webhook.status.url` or by `webhook.status.command` (either with \
         `--deliver full` and test ids from `[webhook.order]` or `[webhook.payout]`), or have a \
         person answer for it under `[attest.{}]`",
        lacking,
        check
    )))
}

/// Insists that the receiver looked at an event: what ended in trouble may have changed nothing for
/// that reason alone.
pub(crate) fn heard(facts: &Facts<'_>, exchange: &Exchange) -> Result<(), Reason> {
    let reception = Reception::of(exchange)?;
    if reception != Reception::Accepted && rejects_announced(facts) {
        return Err(Reason::Blocked { by: "webhook-handles-events" });
    }
    match reception {
        Reception::Accepted | Reception::Refused => Ok(()),
        Reception::Broken | Reception::NotOk => Err(Reason::Ambiguous(text!(
            "{} was answered {}, so it may not have been looked at",
            crate::model::Plain(&exchange.name),
            exchange.outcome()
        ))),
    }
}

/// How often the usual order was credited, which got one event three times; where that was counted.
pub(crate) fn usual_credits(facts: &Facts<'_>) -> Option<u64> {
    Applied::of(facts, ONCE_SEQUENTIAL, "webhook-applies-once").ok()?.effects().ok()
}

/// Whether an event, delivered several times, was seen to be applied exactly once.
pub(crate) fn is_applied_once(facts: &Facts<'_>) -> bool {
    usual_credits(facts) == Some(1)
}

/// The counts of a scenario before and after its first event.
pub(crate) fn first_counts(facts: &Facts<'_>, name: &'static str) -> Result<(u64, u64), Reason> {
    let mut counts = scenario(facts, name)?.effects();
    let mut next = || counts.next().ok_or_else(unfinished)?.get().copied();
    Ok((next()?, next()?))
}

/// Whether the first event of a scenario was seen to be applied.
pub(crate) fn first_is_applied(facts: &Facts<'_>, name: &'static str) -> bool {
    matches!(first_counts(facts, name), Ok((before, after)) if after > before)
}

/// All counts of a scenario, in order.
pub(crate) fn every(seen: &ScenarioSeen) -> Result<Vec<u64>, Reason> {
    seen.effects().map(|count| count.get().copied()).collect()
}

/// The end of a scenario is missing.
pub(crate) fn unfinished() -> Reason {
    Reason::Transport("the sequence ended before all effects were counted".into())
}

/// A genuine event did nothing, so nothing is shown.
pub(crate) fn without_effect(name: &'static str, before: u64) -> Reason {
    Reason::Ambiguous(if before > 0 {
        text!(
            "{}: the test id was {} before the first delivery and not again after it; \
             `[webhook.order]` must give an id that was not settled yet",
            name,
            times(before)
        )
    } else {
        text!(
            "{}: a genuine event had no effect at all, so nothing is shown; does the merchant \
             know the test id, credit without asking the platform about it, and count in \
             `[webhook.effects]` within `limits.effects_wait_ms`?",
            name
        )
    })
}

fn times(count: u64) -> crate::model::Text {
    match count {
        1 => "applied once".into(),
        2 => "applied twice".into(),
        more => text!("applied {} times", more),
    }
}

/// An effect of forgeries that no genuine event followed, where there was one.
pub(crate) fn applied_late(facts: &Facts<'_>) -> Option<Evidence> {
    let counts = every(facts.scenario(LATE_EFFECTS).ok()?).ok()?;
    let (before, rest) = counts.split_first()?;
    let most = rest.iter().max()?;
    (most > before).then(|| forgeries_alone(*before, *most))
}

/// The effects of forgeries that no genuine event followed, as evidence.
pub(crate) fn forgeries_alone(before: u64, most: u64) -> Evidence {
    Evidence::of(
        Subject::Delivery(LATE_EFFECTS.into()),
        "no effect of any forgery, later on neither",
        text!("{} before, {} later", before, most),
    )
}
