//! What the hits of a scan weigh together.

use super::rule::Rule;
use super::rules;
use crate::model::{FolderState, Hit, SourceSeen, Weight};

/// A hit, the rule that made it, and its weight.
#[derive(Clone, Copy, Debug)]
pub struct Weighed<'a> {
    /// The rule.
    pub rule: &'static Rule,
    /// The hit.
    pub hit: &'a Hit,
    /// How much it weighs.
    pub weight: Weight,
}

/// Every hit with its weight, in the order of the scan. A hit of a rule that this version does not have is left out.
#[must_use]
pub fn weighed(seen: &SourceSeen) -> Vec<Weighed<'_>> {
    let rule_of = |hit: &Hit| rules::find(&hit.rule);
    seen.hits.iter().filter_map(|hit| rule_of(hit).map(|rule| Weighed { rule, hit, weight: rule.weigh(hit) })).collect()
}

/// Whether everything that was to be looked at was: each folder searched, with a file in at least one, and nothing cut short.
#[must_use]
pub fn is_complete(seen: &SourceSeen) -> bool {
    seen.folders.iter().all(|folder| folder.state == FolderState::Searched)
        && seen.files() > 0
        && !seen.unlooked.iter().any(|unlooked| unlooked.why.is_gap())
}
