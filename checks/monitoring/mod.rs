//! Monitoring: who notices.

mod items;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "monitoring",
    title: "Monitoring",
    checks: &[
        &items::ENABLED,
        &items::API,
        &items::PAYMENTS,
        &items::PAYOUTS,
        &items::WEBHOOKS,
        &items::MISMATCHES,
        &items::UNAUTHORISED,
    ],
};
