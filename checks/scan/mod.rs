//! The scan engine: what is searched for in code, configuration and build output, and what a hit
//! means where it stands.

pub mod code;
pub mod config_file_kind;
pub mod file_role;
pub mod match_context;
pub mod rule;
pub mod rules;
pub mod severity;
pub mod signing;
