//! How a check ended.

use super::{CheckMeta, Level, Outcome};

/// One check and how it ended.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The section it stands in, as [`Section::id`](super::Section) has it.
    pub section: &'static str,
    /// What it is.
    pub meta: &'static CheckMeta,
    /// How much going live depends on it, in this run.
    pub level: Level,
    /// How it ended.
    pub outcome: Outcome,
    /// The check itself broke: the run must not be believed, exit 70.
    pub broke: bool,
}
