//! What a check is.

use super::{CheckMeta, Facts, Judged, Level, Merchant, Outcome, Probe, RunFacts};

/// One item of the checklist.
pub trait Check: Sync {
    /// What the item is called, why it matters and how to put it right.
    fn meta(&self) -> &'static CheckMeta;

    /// What must be seen before the item can be decided. Pure: no I/O here. Modes and options are
    /// the planner's business: a check asks for all it would like to see.
    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        Vec::new()
    }

    /// Decides the item from the facts.
    ///
    /// # Errors
    ///
    /// `Err` means "could not tell", never "the merchant fell short". A [`Reason`](super::Reason)
    /// says why; any other error is our own trouble.
    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome>;

    /// How much going live depends on the item, for the few where that depends on the facts.
    fn level(&self, _facts: &Facts<'_>) -> Level {
        self.meta().level
    }

    /// Decides again once all others ended: for the few items that are about the others, or about
    /// the whole catalogue.
    fn review(
        &self,
        _facts: &Facts<'_>,
        _others: &[Judged],
        _catalogue: &[&'static Section],
    ) -> Option<Outcome> {
        None
    }
}

/// A section of the checklist. Which section a check is in is said once: here.
pub struct Section {
    /// The folder of its checks: `payments`, or `webhook/replay` where a chapter has several. The ids
    /// of its checks begin with the chapter.
    pub id: &'static str,
    /// The heading.
    pub title: &'static str,
    /// Its checks in reading order.
    pub checks: &'static [&'static dyn Check],
}

/// The chapter of a section: `webhook` of `webhook/replay`.
#[must_use]
pub fn chapter(section: &'static str) -> &'static str {
    section.split_once('/').map_or(section, |(chapter, _)| chapter)
}

/// The part of its chapter that a section is: `replay` of `webhook/replay`.
#[must_use]
pub fn group(section: &'static str) -> Option<&'static str> {
    section.split_once('/').map(|(_, group)| group)
}
