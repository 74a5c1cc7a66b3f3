//! What is known of KwikPaisa. Facts only; what no page says is marked INFERRED or left out.

pub mod address;
pub mod call;
pub mod canonical;
mod digest;
pub mod endpoint;
pub mod event;
mod form;
pub mod hosts;
pub mod keys;
pub mod name_form;
mod numbers;
mod payloads;

pub mod reply;
pub mod secret;
pub mod signature;
pub mod signing;
pub mod text;

pub use address::is_public;
pub use call::{Call, SignedCall};
pub use canonical::canonical;
pub use event::Event;
pub use hosts::HostKind;
pub use reply::ReplyKind;
pub use signature::known_answers;
