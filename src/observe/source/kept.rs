//! What a scan keeps: of each rule the weightiest hits, whoever found them first.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use golive_checks::model::{FileRole, Hit, SourceSeen, Unlooked, Weight, WhyUnlooked};
use golive_checks::scan::config_file_kind::kind_of;
use golive_checks::scan::rules;

/// Filled by all threads.
pub(super) struct Kept {
    most: usize,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// By rule, and by what the checks ask apart from one another: what others get, and files that
    /// configuration travels in.
    hits: BTreeMap<(&'static str, bool, bool), BTreeSet<Ranked>>,
    found: BTreeMap<String, u64>,
    allowed: u64,
    unlooked: BTreeMap<(usize, WhyUnlooked), (String, u64)>,
    signing: u64,
}

/// A hit in the order of weight, then of place.
struct Ranked(Hit, Weight);

impl Ranked {
    fn key(&self) -> (Reverse<Weight>, bool, usize, &str, Option<u64>, u64, &str) {
        let Self(hit, weight) = self;
        (
            Reverse(*weight),
            hit.allowed.is_none(),
            hit.folder,
            &hit.path,
            hit.line,
            hit.column,
            &hit.excerpt,
        )
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Ranked {}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl Kept {
    pub(super) fn new(most: u64) -> Self {
        Self { most: usize::try_from(most).unwrap_or(usize::MAX), inner: Mutex::default() }
    }

    /// Takes the hits of a file in.
    pub(super) fn take(&self, hits: Vec<Hit>) {
        if hits.is_empty() {
            return;
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        for hit in hits {
            let Some(rule) = rules::find(&hit.rule) else { continue };
            *inner.found.entry(hit.rule.clone()).or_default() += 1;
            inner.allowed += u64::from(hit.allowed.is_some());
            let part = (rule.id, hit.place == FileRole::Public, kind_of(&hit.path).is_some());
            let kept = inner.hits.entry(part).or_default();
            let weight = rule.weigh(&hit);
            kept.insert(Ranked(hit, weight));
            if kept.len() > self.most {
                kept.pop_last();
            }
        }
    }

    /// Notes something that was not looked at.
    pub(super) fn leave(&self, folder: usize, why: WhyUnlooked, path: &str) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (first, count) =
            inner.unlooked.entry((folder, why)).or_insert_with(|| (path.to_owned(), 0));
        *count += 1;
        if path < first.as_str() {
            path.clone_into(first);
        }
    }

    /// Notes a file of code that deals with signatures.
    pub(super) fn note_signing(&self) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).signing += 1;
    }

    /// Everything, but for what is known of the folders: hits by folder, path and place; counts;
    /// what was not looked at.
    pub(super) fn end(self) -> SourceSeen {
        let inner = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut hits: Vec<Hit> =
            inner.hits.into_values().flatten().map(|Ranked(hit, _)| hit).collect();
        hits.sort_by(|a, b| {
            (a.folder, &a.path, a.line, a.column, &a.rule)
                .cmp(&(b.folder, &b.path, b.line, b.column, &b.rule))
        });
        let unlooked = inner.unlooked.into_iter().map(|((folder, why), (path, count))| Unlooked {
            folder,
            why,
            path,
            count,
        });
        SourceSeen {
            hits,
            found: inner.found,
            allowed: inner.allowed,
            signing: inner.signing,
            unlooked: unlooked.collect(),
            ..SourceSeen::default()
        }
    }
}
