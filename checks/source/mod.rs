//! Source and storage: what the merchant's own tree and build output hold.

pub mod place;
pub mod rule;
pub mod rules;
pub mod setting;
pub mod tally;
