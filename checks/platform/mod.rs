//! What is known of KwikPaisa. Facts only; what no page says is marked INFERRED or left out.

pub mod address;
pub mod call;
pub mod canonical;
pub mod event;
pub mod hosts;
pub mod keys;
pub mod mistakes;
pub mod signature;

pub use event::Event;
