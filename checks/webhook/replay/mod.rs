//! Webhook: replay: old, future and shifted events.

mod rejects_future;
mod rejects_shifted;
mod rejects_stale;
mod rejects_two_timestamps;
mod tolerates_delay;

use crate::model::Section;

/// The section.
pub const SECTION: Section = Section {
    id: "webhook/replay",
    title: "Webhook: replay",
    checks: &[
        &rejects_stale::RejectsStale,
        &rejects_future::RejectsFuture,
        &rejects_shifted::RejectsShifted,
        &rejects_two_timestamps::RejectsTwoTimestamps,
        &tolerates_delay::ToleratesDelay,
    ],
};
