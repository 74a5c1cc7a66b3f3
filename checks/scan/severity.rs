//! What the hits of a scan weigh together.

use crate::model::{
    FolderKind, FolderState, Hit, PastHit, SourceSeen, Unlooked, Weight, WhyUnlooked,
};
use crate::scan::rule::Rule;
use crate::scan::rules;

/// A hit, the rule that made it, and its weight.
#[derive(Clone, Copy, Debug)]
pub struct GradedFinding<'a> {
    /// The rule.
    pub rule: &'static Rule,
    /// The hit.
    pub hit: &'a Hit,
    /// How much it weighs.
    pub weight: Weight,
}

/// Every hit with its weight, in the order of the scan. A hit of a rule that this version does not
/// have is left out.
#[must_use]
pub fn graded(seen: &SourceSeen) -> Vec<GradedFinding<'_>> {
    let rule_of = |hit: &Hit| rules::find(&hit.rule);
    seen.hits
        .iter()
        .filter_map(|hit| {
            rule_of(hit).map(|rule| GradedFinding { rule, hit, weight: rule.weigh(hit) })
        })
        .collect()
}

/// The same of the history, where somebody asked for it: commit and finding.
#[must_use]
pub fn past(seen: &SourceSeen) -> Vec<(&str, GradedFinding<'_>)> {
    let hits = seen.history.iter().flat_map(|history| &history.hits);
    hits.filter_map(|PastHit { commit, hit }| {
        let rule = rules::find(&hit.rule)?;
        Some((commit.as_str(), GradedFinding { rule, hit, weight: rule.weigh(hit) }))
    })
    .collect()
}

/// Archives that others get, and that were not looked into.
pub fn public_archives(seen: &SourceSeen) -> impl Iterator<Item = &Unlooked> {
    let is_public = |folder: usize| {
        seen.folders.get(folder).is_some_and(|folder| folder.kind == FolderKind::Public)
    };
    seen.unlooked
        .iter()
        .filter(move |unlooked| unlooked.why == WhyUnlooked::Archive && is_public(unlooked.folder))
}

/// Why the history was not searched to its end, where somebody asked for it: the folder, and the
/// reason to stand after it.
#[must_use]
pub fn past_gap(seen: &SourceSeen) -> Option<(&str, &'static str)> {
    let mut repositories = seen.history.iter().flat_map(|history| &history.repositories);
    repositories.find_map(|repository| Some((repository.path.as_str(), repository.state.gap()?)))
}

/// Whether everything that was to be looked at was: each folder searched, with a file in at least
/// one, and nothing cut short.
#[must_use]
pub fn is_complete(seen: &SourceSeen) -> bool {
    seen.folders.iter().all(|folder| folder.state == FolderState::Searched)
        && seen.files() > 0
        && !seen.unlooked.iter().any(|unlooked| unlooked.why.is_gap())
}
