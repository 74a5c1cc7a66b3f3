//! Logging: what can be looked up afterwards.

mod items;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "logging",
    title: "Logging",
    checks: &[&items::API_CALLS, &items::WEBHOOKS, &items::REFERENCES, &items::STORED_SAFELY],
};
