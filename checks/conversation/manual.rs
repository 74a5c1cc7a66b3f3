//! What can be sent by hand: the ways in which a delivery may differ from a genuine one, and what
//! an answer to each comes to.

mod judgement;
mod kind;
#[cfg(test)]
mod tests;

pub use judgement::{AnswerVerdict, Before, Circumstances, Judgement, judge};
pub use kind::{Expect, Kind};
