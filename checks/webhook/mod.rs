//! The merchant's webhook: its address, its TLS, and the conversation with it.

pub mod scenarios;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section { id: "webhook", title: "Webhook", checks: &[] };
