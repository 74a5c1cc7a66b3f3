//! What golive checks, and nothing that does I/O.
//!
//! A check plans what it would like to see and judges what was seen; see [`model::Check`].

#![forbid(unsafe_code)]

pub mod model;
pub mod platform;
pub mod webhook;

use model::Section;

/// The checklist, in the order the reader will see it.
pub const CATALOGUE: &[&Section] = &[&webhook::SECTION];
