//! The conversation with a webhook: what is sent, what the answers and effects say, and what the
//! checks of several sections share of that.

pub mod addresses;
pub mod aftermath;
pub mod announced;
pub mod answers;
pub mod attempts;
pub mod baselines;
pub mod contradictions;
pub mod deliveries;
pub mod doctor;
pub mod effects;
#[cfg(test)]
pub(crate) mod fixture;
pub mod forged_first;
pub mod forgeries;
pub mod manual;
pub mod measurements;
pub mod pace;
pub mod recovery;
pub mod registry;
pub mod rejection_cause;
pub mod repeat_command;
pub mod repeats;
pub mod respelling;
pub mod rounds;
pub mod scenarios;
pub mod series;
pub mod space;
pub mod stack_fixes;
pub mod tls;
