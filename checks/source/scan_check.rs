//! What a check of this section asks of the scan, and how the answer is judged.

use crate::model::{
    Check, CheckMeta, Evidence, Facts, FilePath, FileRole, FolderKind, FolderState, Merchant,
    Outcome, Probe, Quoted, Reason, RunFacts, SourceSeen, Subject, Text, Weight, WhyUnlooked,
};
use crate::scan::config_file_kind::kind_of;
use crate::scan::rule::Topic;
use crate::scan::rules::LIVE_SECRET;
use crate::scan::severity::{GradedFinding, graded, is_complete, public_archives};
use crate::text;

/// A question to the scan.
pub(super) struct ScanQuery {
    /// The rules it is about.
    pub(super) topics: &'static [Topic],
    /// The places it is about.
    pub(super) scope: Scope,
    /// What should be there, for the evidence.
    pub(super) expected: &'static str,
    /// What a failure means, as a clause.
    pub(super) failure: &'static str,
    /// What a warning means, as a clause.
    pub(super) warning: &'static str,
}

/// A check that is one question.
pub(super) struct ScanCheck {
    pub(super) meta: &'static CheckMeta,
    pub(super) question: ScanQuery,
}

impl Check for ScanCheck {
    fn meta(&self) -> &'static CheckMeta {
        self.meta
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        plan()
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        self.question.judge(facts)
    }
}

/// The places a question is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// All.
    Everywhere,
    /// All but what browsers or phones get.
    Source,
    /// All but what browsers or phones get, and but files that configuration travels in.
    Written,
    /// Files that configuration travels in, but for what browsers or phones get.
    Stored,
    /// What browsers or phones get.
    Public,
}

/// How many places a finding names; the scan itself keeps more.
pub(super) const NAMED: usize = 12;

/// What all of them want to see.
pub(super) fn plan() -> Vec<Probe> {
    vec![Probe::Source]
}

impl ScanQuery {
    /// Answers it.
    pub(super) fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let source = &facts.merchant.source;
        let configured = match self.scope {
            Scope::Everywhere | Scope::Source | Scope::Written | Scope::Stored => {
                !source.roots.is_empty()
            }
            Scope::Public => !source.public.is_empty(),
        };
        if !configured {
            let key =
                if self.scope == Scope::Public { FolderKind::Public } else { FolderKind::Root }
                    .key();
            return Err(Reason::NoWayToObserve(text!("`{}` names no folder to search", key)).into());
        }
        self.judge_seen(facts.seen.source.get()?)
    }

    /// Whether something was found that fails it.
    pub(super) fn is_failed(&self, seen: &SourceSeen) -> bool {
        graded(seen).iter().any(|found| self.is_about(found) && found.weight == Weight::Failure)
    }

    /// Answers it from what was seen, configured or not.
    pub(super) fn judge_seen(&self, seen: &SourceSeen) -> anyhow::Result<Outcome> {
        let found: Vec<GradedFinding<'_>> =
            graded(seen).into_iter().filter(|found| self.is_about(found)).collect();
        let of =
            |weight| found.iter().filter(move |found| found.weight == weight).collect::<Vec<_>>();
        let (failures, warnings) = (of(Weight::Failure), of(Weight::Warning));
        if !failures.is_empty() {
            return Ok(self.finding(seen, self.failure, &failures, Outcome::Fail));
        }
        if let Some(gap) = gap(seen) {
            return Err(Reason::Capped(gap).into());
        }
        if let (Scope::Public, Some(package)) = (
            self.scope,
            seen.unlooked.iter().find(|unlooked| unlooked.why == WhyUnlooked::AppPackage),
        ) {
            let words = text!(
                "{} {}; name a folder with what is in it",
                Quoted(&package.path),
                package.why.words()
            );
            return Err(Reason::NoWayToObserve(words).into());
        }
        if !warnings.is_empty() {
            return Ok(self.finding(seen, self.warning, &warnings, Outcome::Warn));
        }
        if self.scope == Scope::Public && public_archives(seen).next().is_some() {
            let evidence = public_archives(seen).take(NAMED).map(|archive| {
                let path = Subject::File { path: FilePath::new(&archive.path), line: None };
                Evidence::of(
                    path,
                    "a folder that can be searched",
                    text!("{}; {} such", archive.why.words(), archive.count),
                )
            });
            let finding = crate::model::Finding::new(
                "others get an archive that was not looked into",
                evidence.collect(),
            );
            let fix = "Unpack it to a folder, have that searched (`golive scan --public FOLDER`), \
                       and leave keys and env files out of it.";
            return Ok(Outcome::Warn(finding.fix(fix).repeat("golive scan")));
        }
        Ok(Outcome::Pass(self.looked_at(seen, &found)))
    }

    fn is_about(&self, found: &GradedFinding<'_>) -> bool {
        let is_public = found.hit.place == FileRole::Public;
        let in_scope = match self.scope {
            Scope::Everywhere => true,
            Scope::Source => !is_public,
            Scope::Written => !is_public && kind_of(&found.hit.path).is_none(),
            Scope::Stored => !is_public && kind_of(&found.hit.path).is_some(),
            Scope::Public => is_public,
        };
        in_scope && self.topics.contains(&found.rule.topic)
    }

    fn finding(
        &self,
        seen: &SourceSeen,
        message: &'static str,
        found: &[&GradedFinding<'_>],
        outcome: fn(crate::model::Finding) -> Outcome,
    ) -> Outcome {
        let mut found = found.to_vec();
        found.sort_by_key(|found| harm(found));
        let mut evidence: Vec<Evidence> =
            found.iter().take(NAMED).map(|found| place(seen, found, self.expected)).collect();
        if found.len() > NAMED {
            let more = found.len() - NAMED;
            evidence.push(Evidence::of(
                Subject::Run("source scan"),
                self.expected,
                text!("{} more; `golive scan --all` names them", more),
            ));
        }
        let fix = found.first().map_or("", |first| match kind_of(&first.hit.path) {
            Some(vessel) if self.scope == Scope::Stored => vessel.fix(),
            Some(_) | None => first.rule.fix,
        });
        outcome(crate::model::Finding::new(message, evidence).fix(fix).repeat("golive scan"))
    }

    /// What a pass rests on.
    fn looked_at(&self, seen: &SourceSeen, found: &[GradedFinding<'_>]) -> Vec<Evidence> {
        let wanted = |kind| match self.scope {
            Scope::Everywhere => true,
            Scope::Source | Scope::Written | Scope::Stored => kind == FolderKind::Root,
            Scope::Public => kind == FolderKind::Public,
        };
        let mut evidence: Vec<Evidence> = seen
            .folders
            .iter()
            .filter(|folder| wanted(folder.kind))
            .map(|folder| {
                let observed = text!(
                    "nothing that counts in {} files, {} kB",
                    folder.files,
                    folder.bytes / 1_000
                );
                Evidence::of(
                    Subject::File { path: FilePath::new(&folder.path), line: None },
                    self.expected,
                    observed,
                )
            })
            .collect();
        let (allowed, harmless): (Vec<&GradedFinding<'_>>, Vec<&GradedFinding<'_>>) =
            found.iter().partition(|found| found.hit.allowed.is_some());
        evidence.extend(allowed.iter().take(NAMED).map(|found| place(seen, found, self.expected)));
        if allowed.len() > NAMED {
            let words = text!(
                "{} more that somebody allowed; `golive scan --all` names them",
                allowed.len() - NAMED
            );
            evidence.push(Evidence::of(Subject::Run("source scan"), self.expected, words));
        }
        let harmless = harmless.len();
        if harmless > 0 {
            let words = text!(
                "{} in tests, documentation, comments and the like; `golive scan --all` names them",
                harmless
            );
            evidence.push(Evidence::of(
                Subject::Run("source scan"),
                "good to know, nothing to do",
                words,
            ));
        }
        let archives = seen.unlooked.iter().filter(|unlooked| unlooked.why == WhyUnlooked::Archive);
        evidence.extend(archives.map(|archive| {
            let path = Subject::File { path: FilePath::new(&archive.path), line: None };
            Evidence::of(
                path,
                "looked into",
                text!("{}; {} such", archive.why.words(), archive.count),
            )
        }));
        evidence
    }
}

/// Which of the hits that weigh the same are named first: what is in use or lets others sign, then
/// other keys.
fn harm(found: &GradedFinding<'_>) -> impl Ord {
    let is_in_use = found.hit.secret.is_some() || found.rule.id == LIVE_SECRET.id;
    (!is_in_use, found.rule.topic != Topic::Secrets)
}

/// Something that was found, and where.
pub(super) fn place(
    seen: &SourceSeen,
    found: &GradedFinding<'_>,
    expected: &'static str,
) -> Evidence {
    let hit = found.hit;
    let folder =
        seen.folders.get(hit.folder).map_or("", |folder| folder.path.trim_end_matches('/'));
    let path = if matches!(folder, "" | ".") {
        hit.path.clone()
    } else {
        format!("{folder}/{}", hit.path)
    };
    let line = hit.line.and_then(|line| usize::try_from(line).ok());
    let observed = text!(
        "{}, {} ({}), rule {}",
        found.rule.what,
        Quoted(&hit.excerpt),
        hit.circumstances(),
        found.rule.id
    );
    if folder.contains("://") {
        // What a site gave out is no file that anybody could open here.
        let observed = text!("{}, line {}: {}", Quoted(&path), line.unwrap_or(1), observed);
        return Evidence::config("source.site", expected, observed);
    }
    Evidence::of(Subject::File { path: FilePath::new(&path), line }, expected, observed)
}

/// What kept the scan from seeing everything.
pub(super) fn gap(seen: &SourceSeen) -> Option<Text> {
    let folder = seen.folders.iter().find_map(|folder| {
        let why = match folder.state {
            FolderState::Searched => return None,
            FolderState::Missing => "is not there",
            FolderState::NoFolder => "is no folder",
            FolderState::Unreadable => "cannot be read",
        };
        Some(text!("{} of `{}` {}", Quoted(&folder.path), folder.kind.key(), why))
    });
    let unlooked = || {
        let gap = seen.unlooked.iter().find(|unlooked| unlooked.why.is_gap())?;
        Some(match gap.count {
            1 => text!("{} {}", Quoted(&gap.path), gap.why.words()),
            count => {
                text!("{} {}, and {} more like it", Quoted(&gap.path), gap.why.words(), count - 1)
            }
        })
    };
    let empty = || {
        seen.folders
            .iter()
            .find(|folder| folder.files == 0)
            .map(|folder| text!("no file was met in {}", Quoted(&folder.path)))
    };
    folder
        .or_else(unlooked)
        .or_else(empty)
        .or_else(|| (!is_complete(seen)).then(|| "no file was met".into()))
}
