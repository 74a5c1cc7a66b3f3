//! Webhook: replies: what genuine events and odd requests are answered.

mod answers_200;
mod handles_events;
mod ignores_unknown_events;
mod items;
mod leaks_nothing;
mod prompt;
mod reachable;
mod survives_malformed;
mod survives_odd_bodies;
mod takes_bursts;
mod takes_long_bodies;

use crate::model::Section;

/// The section.
pub const SECTION: Section = Section {
    id: "webhook/replies",
    title: "Webhook: replies",
    checks: &[
        &reachable::Reachable,
        &answers_200::Answers200,
        &prompt::Prompt,
        &handles_events::HandlesEvents,
        &ignores_unknown_events::IgnoresUnknownEvents,
        &survives_malformed::SurvivesMalformed,
        &survives_odd_bodies::SurvivesOddBodies,
        &takes_long_bodies::TakesLongBodies,
        &takes_bursts::TakesBursts,
        &leaks_nothing::LeaksNothing,
        &items::LOGGING,
        &items::ASYNCHRONOUS,
    ],
};
