//! Operations: whether people are ready, and what they have put their names to.

mod exceptions;
mod items;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "operations",
    title: "Operations",
    checks: &[
        &items::RECONCILIATION,
        &items::SUPPORT_INFORMED,
        &items::INCIDENT_RESPONSE,
        &items::ALERTS,
        &items::ESCALATION,
        &exceptions::Exceptions,
    ],
};
