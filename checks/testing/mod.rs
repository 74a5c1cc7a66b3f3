//! Testing and UAT: the rehearsal in the sandbox, and who approved it.

mod items;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "testing",
    title: "Testing and UAT",
    checks: &[
        &items::UAT_APPROVED,
        &items::UAT_PAYMENTS,
        &items::UAT_PAYOUTS,
        &items::UAT_INTEGRATION,
        &items::UAT_ENVIRONMENT,
        &items::END_TO_END,
    ],
};
