//! Retry handling: what the merchant does when an answer is late, odd or absent.

mod items;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "retries",
    title: "Retry handling",
    checks: &[
        &items::IMPLEMENTED,
        &items::POLLING,
        &items::BACKOFF,
        &items::SAME_ID,
        &items::REFUSED_ADDRESS,
    ],
};
