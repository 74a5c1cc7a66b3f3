//! Webhook: duplicates: one event, delivered several times.

mod applies_once;
mod applies_once_concurrently;
mod cut_redelivered;
mod duplicate_answered;
mod redelivery_answered;
mod retried_applied_once;
mod survives_restart;
mod timed_out_redelivered;

use crate::model::Section;

/// The section.
pub const SECTION: Section = Section {
    id: "webhook/duplicates",
    title: "Webhook: duplicates",
    checks: &[
        &duplicate_answered::DuplicateAnswered,
        &redelivery_answered::RedeliveryAnswered,
        &cut_redelivered::CutRedelivered,
        &applies_once::AppliesOnce,
        &applies_once_concurrently::AppliesOnceConcurrently,
        &retried_applied_once::RetriedAppliedOnce,
        &timed_out_redelivered::TimedOutRedelivered,
        &survives_restart::SurvivesRestart,
    ],
};
