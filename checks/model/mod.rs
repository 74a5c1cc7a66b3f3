//! The nouns every check is written in.

mod attestation;
mod check;
mod clock;
mod delivery;
mod endpoint;
mod examination;
mod facts;
mod limits;
mod merchant;
mod observations;
mod outcome;
mod probe;
pub mod ruling;
mod scenario;
mod search;
pub mod secret;
mod setting;
mod text;

pub use attestation::Item;
pub use check::*;
pub use clock::ClockOffset;
pub use delivery::*;
pub use endpoint::{Endpoint, Host};
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
pub use secret::*;
pub use setting::{Setting, Settings, Unsettable};
pub use text::{Listed, Quoted, Show, Text, is_invisible};
