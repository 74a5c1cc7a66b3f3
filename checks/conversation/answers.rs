//! What was sent and answered, as evidence.

use crate::conversation::scenarios::BASELINE_BEFORE;
use crate::model::{
    Evidence, Exchange, Facts, NotMade, Observed, Plain, Quoted, Reason, ScenarioSeen, StepSeen,
    Subject, Text, TroubleKind,
};
use crate::text;

/// What became of a scenario; where nothing was sent, the check that carries the blame for that.
pub(crate) fn scenario<'a>(
    facts: &Facts<'a>,
    name: &'static str,
) -> Result<&'a ScenarioSeen, Reason> {
    if facts.merchant.webhook_url().is_none() {
        return Err(Reason::Blocked { by: "webhook-url" });
    }
    match facts.seen.scenarios.get(name) {
        Some(Observed::NotMade(NotMade::Unconfigured { key })) if key == "api.secret_key" => {
            Err(Reason::Blocked { by: "api-live-secret" })
        }
        Some(Observed::NotMade(NotMade::NoControl)) => Err(Reason::Blocked { by: blamed(facts) }),
        _ => facts.scenario(name),
    }
}

/// The one exchange of a scenario that has one.
pub(crate) fn single<'a>(facts: &Facts<'a>, name: &'static str) -> Result<&'a Exchange, Reason> {
    nth(scenario(facts, name)?, 0)
}

/// The exchange of a scenario's delivery number `index`, counted from 0 and without the counts of
/// effects.
pub(crate) fn nth(seen: &ScenarioSeen, index: usize) -> Result<&Exchange, Reason> {
    seen.exchanges()
        .nth(index)
        .ok_or_else(|| Reason::Transport("the sequence ended before this delivery".into()))
}

/// The last attempt of a scenario's step number `index` of those that deliver one event, counted
/// from 0.
pub(crate) fn last(seen: &ScenarioSeen, index: usize) -> Result<&Exchange, Reason> {
    let mut steps = seen.steps.iter().filter_map(|step| match step {
        StepSeen::Exchange(exchange) => Some(exchange.as_ref()),
        StepSeen::Attempts(attempts) => attempts.last(),
        StepSeen::Together(_)
        | StepSeen::Restart(_)
        | StepSeen::Addresses(_)
        | StepSeen::Effects(_)
        | StepSeen::Status(_) => None,
    });
    steps
        .nth(index)
        .ok_or_else(|| Reason::Transport("the sequence ended before this delivery".into()))
}

/// The genuine event before all others, answered with exactly 200: what everything else builds on.
pub(crate) fn baseline<'a>(facts: &Facts<'a>) -> Result<&'a Exchange, Reason> {
    let control = single(facts, BASELINE_BEFORE.name)?;
    if control.accepted() { Ok(control) } else { Err(Reason::Blocked { by: blamed(facts) }) }
}

/// The check that carries the blame when the control was not accepted.
fn blamed(facts: &Facts<'_>) -> &'static str {
    match facts
        .scenario(BASELINE_BEFORE.name)
        .map(|seen| seen.exchanges().next().and_then(Exchange::status))
    {
        Ok(Some(200..=299)) => "webhook-answers-200",
        Ok(_) | Err(_) => "webhook-reachable",
    }
}

/// A delivery and its answer.
pub(crate) fn evidence(exchange: &Exchange, expected: impl Into<Text>) -> Evidence {
    Evidence::of(Subject::Delivery(text!("{}", Plain(&exchange.name))), expected, answer(exchange))
}

/// A delivery that is one step of a scenario, and its answer.
pub(crate) fn step(
    scenario: &'static str,
    step: &'static str,
    exchange: &Exchange,
    expected: impl Into<Text>,
) -> Evidence {
    Evidence::of(Subject::Delivery(text!("{}: {}", scenario, step)), expected, answer(exchange))
}

/// What came back: status, time, and the beginning of what a 4xx or 5xx says for itself.
fn answer(exchange: &Exchange) -> Text {
    match &exchange.answer {
        Ok(answer) if answer.status >= 300 && !answer.body.trim().is_empty() => {
            text!("{}: {}", exchange.outcome(), Quoted(answer.body.trim()))
        }
        Ok(_) | Err(_) => exchange.outcome(),
    }
}

/// The names of deliveries, with commas between them.
pub(crate) fn names(exchanges: &[&Exchange]) -> Text {
    let names: Vec<Text> =
        exchanges.iter().map(|exchange| text!("{}", Plain(&exchange.name))).collect();
    Text::join(&names, ", ")
}

/// What the answer to a genuine delivery comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reception {
    /// Exactly 200.
    Accepted,
    /// A 4xx.
    Refused,
    /// A 5xx.
    Broken,
    /// Another 2xx or a redirect, which a sender takes for neither.
    NotOk,
}

impl Reception {
    /// Reads an answer; no answer, or one that asks to come back later, says nothing of the
    /// receiver.
    pub(crate) fn of(exchange: &Exchange) -> Result<Self, Reason> {
        match &exchange.answer {
            Err(trouble) => Err(Reason::Transport(text!("{}: {}", Plain(&exchange.name), trouble))),
            Ok(answer) => match answer.status {
                200 => Ok(Self::Accepted),
                408 | 425 | 429 => Err(Reason::Ambiguous(text!(
                    "{} was answered {}: the receiver says that it is busy, which says nothing of \
                     the delivery",
                    Plain(&exchange.name),
                    answer.status
                ))),
                400..=499 => Ok(Self::Refused),
                500.. => Ok(Self::Broken),
                0..=399 => Ok(Self::NotOk),
            },
        }
    }
}

/// An answer to a delivery that broke nothing, unless the receiver was busy or the network in the
/// way.
pub(crate) fn settled(exchange: &Exchange, expected: &'static str) -> Result<Evidence, Reason> {
    match &exchange.answer {
        Ok(answer) if matches!(answer.status, 429 | 503) => Err(Reason::Ambiguous(text!(
            "the receiver was busy ({}), which says nothing of the delivery",
            answer.status
        ))),
        Ok(_) => Ok(evidence(exchange, expected)),
        Err(trouble) => Err(Reason::Transport(text!("{}", trouble))),
    }
}

/// An answer that only a receiver gives that broke; 503 is what a busy one says.
pub(crate) fn breaks(exchange: &Exchange) -> bool {
    match &exchange.answer {
        Ok(answer) => answer.status >= 500 && answer.status != 503,
        Err(trouble) => match trouble.kind {
            TroubleKind::TimedOut
            | TroubleKind::Reset
            | TroubleKind::Closed
            | TroubleKind::NotHttp => true,
            TroubleKind::NoSuchName
            | TroubleKind::Refused
            | TroubleKind::Unreachable
            | TroubleKind::Tls
            | TroubleKind::Certificate
            | TroubleKind::Other => false,
        },
    }
}

/// Whether a delivery was left out because the receiver is slow.
pub(crate) fn is_spared(facts: &Facts<'_>, name: &str) -> bool {
    matches!(facts.seen.scenarios.get(name), Some(Observed::NotMade(NotMade::Pace)))
}
