//! An event that is delivered twice: the same bytes again, or signed again.

use super::answers::{Reception, nth, scenario};
use crate::model::{Exchange, Facts, Reason};
use crate::text;

/// Both deliveries of an event, the first accepted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeat<'a> {
    /// The first.
    pub(crate) first: &'a Exchange,
    /// The second.
    pub(crate) again: &'a Exchange,
}

impl<'a> Repeat<'a> {
    /// Those of a scenario. The first must have been accepted for the second to be a repetition.
    pub(crate) fn of(facts: &Facts<'a>, name: &'static str) -> Result<Self, Reason> {
        let seen = scenario(facts, name)?;
        let first = nth(seen, 0)?;
        match Reception::of(first)? {
            Reception::Accepted => Ok(Self { first, again: nth(seen, 1)? }),
            Reception::Refused | Reception::Broken | Reception::NotOk => {
                Err(Reason::Ambiguous(text!(
                    "the first delivery was not accepted, so the second does not repeat it: {}",
                    first.outcome()
                )))
            }
        }
    }

    /// Whether the event was accepted again.
    pub(crate) fn is_accepted(self) -> Result<bool, Reason> {
        Ok(Reception::of(self.again)? == Reception::Accepted)
    }
}
