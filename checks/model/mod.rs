//! The nouns every check is written in.

mod attestation;
mod check;
mod clock;
mod delivery;
mod examination;
#[cfg(test)]
pub(crate) mod example;
mod facts;
mod limits;
mod merchant;
mod observations;
mod outcome;
mod probe;
pub mod ruling;
mod scenario;
mod search;
mod setting;
mod site;
mod source;

pub use crate::platform::endpoint::{Address, Endpoint, Host};
pub use crate::platform::keys::Carried;
pub use crate::platform::secret::*;
pub use crate::platform::text::{Listed, Quoted, Show, Text, is_command, is_invisible};
pub use attestation::{Item, ItemUnless};
pub use check::*;
pub use clock::ClockOffset;
pub use delivery::*;
pub use examination::{Examination, Occasion};
pub use facts::*;
pub use limits::{LimitRow, Limits};
pub use merchant::*;
pub use observations::*;
pub use outcome::*;
pub use probe::Probe;
pub use ruling::Judged;
pub use scenario::*;
pub use search::{Edge, Search, Way};
pub use setting::{Setting, Settings, Unsettable};
pub use site::*;
pub use source::*;
