//! The retries until an event was accepted.

use crate::conversation::answers::Reception;
use crate::conversation::baselines::Baselines;
use crate::conversation::effects::{counted, unfinished};
use crate::conversation::scenarios::{duplicate, event, once_sequential, redelivery, used_events};
use crate::model::{Concern, Evidence, Exchange, Facts, Merchant, Reason, Scenario, Subject, Text};
use crate::text;

/// A delivery and its retries, in order; at least one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempts<'a> {
    scenario: &'static str,
    all: &'a [Exchange],
    last: &'a Exchange,
}

impl<'a> Attempts<'a> {
    /// Those of a scenario that counts effects.
    pub(crate) fn of(
        facts: &Facts<'a>,
        scenario: &'static str,
        check: &'static str,
    ) -> Result<Self, Reason> {
        let all = counted(facts, scenario, check)?.attempts().ok_or_else(unfinished)?;
        let last = all.last().ok_or_else(unfinished)?;
        Ok(Self { scenario, all, last })
    }

    /// Whether the event was answered 200 in the end.
    pub(crate) fn accepted(self) -> bool {
        self.last.accepted()
    }

    /// Whether the last attempt was answered at all.
    pub(crate) fn answered(self) -> bool {
        self.last.answer.is_ok()
    }

    /// Whether it had to be delivered more than once.
    pub(crate) fn retried(self) -> bool {
        self.all.len() > 1
    }

    /// What each was answered, in words.
    pub(crate) fn words(self) -> Text {
        let outcomes: Vec<Text> = self.all.iter().map(Exchange::outcome).collect();
        Text::join(&outcomes, ", then ")
    }

    /// The same as evidence.
    pub(crate) fn evidence(self) -> Evidence {
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

    /// That an event was never accepted is the receiver's doing: it answered, and the controls were
    /// accepted.
    pub(crate) fn are_the_receivers_doing(self, facts: &Facts<'_>) -> Result<(), Reason> {
        Reception::of(self.last)?;
        Baselines::of(facts)?;
        Ok(())
    }
}

/// The checks that take the blame where an event was never accepted, however often it was
/// delivered, or was applied more than once.
pub(crate) const BLAMED_FOR_ATTEMPTS: &[(Concern, &str)] = &[
    (Concern::Effect, "webhook-applies-once"),
    (Concern::Rejection, "webhook-handles-events"),
    (Concern::Rejection, "webhook-duplicate-answered"),
    (Concern::Rejection, "webhook-redelivery-answered"),
];

/// What has to be seen beside, to tell whose doing it is when attempts fail.
pub(crate) fn those_that_may_carry_the_blame(
    merchant: &Merchant,
) -> impl Iterator<Item = Scenario> {
    let events = used_events(merchant).map(|used| event(merchant, used));
    [duplicate(), redelivery(), once_sequential(merchant)].into_iter().chain(events)
}
