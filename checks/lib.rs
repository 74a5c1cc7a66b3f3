//! What golive checks, and nothing that does I/O.
//!
//! A check plans what it would like to see and judges what was seen; see [`model::Check`].

#![forbid(unsafe_code)]

pub mod api;
pub mod authentication;
pub mod conversation;
pub mod logging;
pub mod model;
pub mod monitoring;
pub mod network;
pub mod operations;
pub mod payments;
pub mod payouts;
pub mod platform;
pub mod requirements;
pub mod retries;
pub mod scan;
pub mod security;
pub mod source;
pub mod testing;
mod version;
pub mod webhook;

use model::Section;
pub use version::catalogue_version;

/// The checklist, in the order the reader will see it.
pub const CATALOGUE: &[&Section] = &[
    &api::SECTION,
    &authentication::SECTION,
    &webhook::endpoint::SECTION,
    &webhook::replies::SECTION,
    &webhook::signatures::SECTION,
    &webhook::replay::SECTION,
    &webhook::duplicates::SECTION,
    &webhook::states::SECTION,
    &payments::SECTION,
    &payouts::SECTION,
    &security::SECTION,
    &source::SECTION,
    &retries::SECTION,
    &network::SECTION,
    &monitoring::SECTION,
    &logging::SECTION,
    &testing::SECTION,
    &operations::SECTION,
];
