//! Authentication: signatures, and what only a person can say of them.

mod items;
mod own_signature;
mod signer;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "authentication",
    title: "Authentication",
    checks: &[
        &own_signature::OwnSignatureRight,
        &signer::Signer,
        &items::REQUEST_HEADERS,
        &items::FRESH_TIMESTAMP,
        &items::SERVER_SIDE,
        &items::ACCOUNT,
    ],
};
