//! The attempts that it took until an event was accepted.

use super::conversation::Reception;
use super::effects::{counted, unfinished};
use super::proof::Controls;
use super::scenarios::{duplicate, event, once_sequential, redelivery, used_events};
use super::{duplicate_answered, handles_events, redelivery_answered};
use crate::model::{Evidence, Exchange, Facts, Merchant, Reason, Scenario, Subject, Text};
use crate::text;

/// A delivery and its retries, in order; at least one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempts<'a> {
    scenario: &'static str,
    all: &'a [Exchange],
    last: &'a Exchange,
}

impl<'a> Attempts<'a> {
    /// Those of a scenario that counts effects.
    pub(super) fn of(
        facts: &Facts<'a>,
        scenario: &'static str,
        check: &'static str,
    ) -> Result<Self, Reason> {
        let all = counted(facts, scenario, check)?.attempts().ok_or_else(unfinished)?;
        let last = all.last().ok_or_else(unfinished)?;
        Ok(Self { scenario, all, last })
    }

    /// Whether the event was answered 200 in the end.
    pub(super) fn accepted(self) -> bool {
        self.last.accepted()
    }

    /// Whether the last attempt was answered at all.
    pub(super) fn answered(self) -> bool {
        self.last.answer.is_ok()
    }

    /// Whether it had to be delivered more than once.
    pub(super) fn retried(self) -> bool {
        self.all.len() > 1
    }

    /// What each was answered, in words.
    pub(super) fn words(self) -> Text {
        let outcomes: Vec<Text> = self.all.iter().map(Exchange::outcome).collect();
        Text::join(&outcomes, ", then ")
    }

    /// The same as evidence.
    pub(super) fn evidence(self) -> Evidence {
        let words = match self.all {
            [only] if only.accepted() => {
                text!("{}: accepted at the first attempt, so no retry was seen", only.outcome())
            }
            _ => self.words(),
        };
        Evidence::of(
            Subject::Delivery(text!("{}: attempts", self.scenario)),
            "200 in the end",
            words,
        )
    }

    /// That an event was never accepted is the receiver's doing: it answered, the controls were
    /// accepted, and other events are not refused too.
    pub(super) fn are_the_receivers_doing(self, facts: &Facts<'_>) -> Result<(), Reason> {
        Reception::of(self.last)?;
        Controls::of(facts)?;
        let blamed = if handles_events::is_violated(facts) {
            "webhook-handles-events"
        } else if duplicate_answered::is_refused(facts) {
            "webhook-duplicate-answered"
        } else if redelivery_answered::is_accepted(facts) == Ok(false) {
            "webhook-redelivery-answered"
        } else {
            return Ok(());
        };
        Err(Reason::Blocked { by: blamed })
    }
}

/// What has to be seen beside, to tell whose doing it is when attempts fail.
pub(super) fn those_that_may_carry_the_blame(
    merchant: &Merchant,
) -> impl Iterator<Item = Scenario> {
    let events = used_events(merchant).map(|used| event(merchant, used));
    [duplicate(), redelivery(), once_sequential(merchant)].into_iter().chain(events)
}
