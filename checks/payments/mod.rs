//! Payment gateway: orders, checkout and what becomes of them.

mod items;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "payments",
    title: "Payment gateway",
    checks: &[
        &items::ORDER_CREATION,
        &items::CHECKOUT_REDIRECT,
        &items::OUTCOMES,
        &items::STATUS_VERIFIED,
    ],
};
