//! The merchant's webhook, in six sections of the report.

pub mod duplicates;
pub mod endpoint;
pub mod replay;
pub mod replies;
pub mod signatures;
pub mod states;
