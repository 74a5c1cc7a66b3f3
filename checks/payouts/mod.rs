//! Payouts: money that leaves.

mod items;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "payouts",
    title: "Payouts",
    checks: &[
        &items::BALANCE,
        &items::INITIATION,
        &items::TRACKING,
        &items::FAILURES,
        &items::NEVER_TWICE,
    ],
};
