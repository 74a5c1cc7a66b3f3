//! The test ids that a plan takes.

use serde::Serialize;

use crate::page::filled;

/// The ids of one source.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TestIds {
    /// The setting that gives them.
    pub(super) key: &'static str,
    /// How many it gives; none where a program makes them.
    pub(super) given: Option<usize>,
    /// Scenarios that want one of their own, by purpose.
    pub(super) wanted: Vec<Wanted>,
}

/// What one purpose takes.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Wanted {
    pub(super) purpose: &'static str,
    pub(super) ids: usize,
    /// How many of these there are not enough ids for.
    pub(super) without: usize,
}

impl TestIds {
    /// A paragraph about them.
    pub(super) fn describe(&self) -> String {
        let given = self.given.map_or_else(|| "any number".into(), |n| n.to_string());
        let parts: Vec<String> = self.wanted.iter().map(Wanted::words).collect();
        let total: usize = self.wanted.iter().map(|wanted| wanted.ids).sum();
        let text = format!(
            "Test ids from `{}`: {given} given, {} needed. All deliveries that take any id share \
             one; {}.",
            self.key,
            total + 1,
            parts.join(", ")
        );
        filled("", "  ", &text)
    }
}

impl Wanted {
    fn words(&self) -> String {
        let Self { purpose, ids, without } = self;
        match without {
            0 => format!("{ids} for {purpose}"),
            _ => format!("{ids} for {purpose} ({without} without an id)"),
        }
    }
}
