//! What was allowed is there, and says why.

use crate::model::{
    AllowedBy, BaselineSeen, BaselineState, Check, CheckMeta, Evidence, Facts, FilePath,
    FolderKind, Merchant, Needs, Outcome, Probe, Quoted, Reason, Reference, RunFacts, SourceSeen,
    Subject,
};
use crate::scan::rule::Topic;
use crate::scan::severity::{GradedFinding, graded};
use crate::source::scan_check::{NAMED, gap, place, plan};
use crate::text;

/// See [`META`].
pub(super) struct AllowancesUsed;

const META: CheckMeta = CheckMeta {
    id: "source-allowances-used",
    title: "What was allowed in the source tree is still there, and says why",
    covers: &["PC-34", "PC-73"],
    needs: Needs::Source,
    attestable: true,
    rationale: "An allowance that is left behind silences the next finding in its place, and one \
                without a reason cannot be looked into.",
    judged: "`golive:allow(RULE) reason` on the line of a finding of the source scan accepts it, \
             and so does the baseline that `golive baseline` writes (`source.baseline`, else \
             `.golive-baseline.json` beside golive.toml). Everything accepted is listed here. An \
             allowance or entry that accepts nothing warns, and so does an allowance without a \
             reason, which does not count, one of a live secret in a public folder, which nobody \
             can allow, and a baseline that cannot be read. Allowances in vendored code and \
             documentation are left alone. Our own advice: the platform's pages do not know them.",
    remediation: "Remove what accepts nothing, write the reason behind each `golive:allow(RULE)`, \
                  and have `golive baseline` write the baseline again.",
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

/// What an allowance should be.
const EXPECTED: &str = "a finding that it allows, and a reason";

impl Check for AllowancesUsed {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        plan()
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        if !facts.merchant.source.is_configured() {
            return Err(Reason::NoWayToObserve(text!(
                "`{}` names no folder to search",
                FolderKind::Root.key()
            ))
            .into());
        }
        let seen = facts.seen.source.get()?;
        let found = graded(seen);
        let wrong: Vec<&GradedFinding<'_>> =
            found.iter().filter(|found| found.rule.topic == Topic::Allowances).collect();
        let mut evidence: Vec<Evidence> =
            wrong.iter().take(NAMED).map(|found| place(seen, found, EXPECTED)).collect();
        let stale = seen.baseline.as_ref().map(stale).unwrap_or_default();
        evidence.extend(stale.into_iter().take(NAMED));
        if !evidence.is_empty() {
            let finding = crate::model::Finding::new(
                "something is allowed that is not there, or for no reason",
                evidence,
            );
            let fix = wrong.first().map_or(META.remediation, |first| first.rule.fix);
            return Ok(Outcome::Warn(finding.fix(fix).repeat("golive scan")));
        }
        if let Some(gap) = gap(seen) {
            return Err(Reason::Capped(gap).into());
        }
        Ok(Outcome::Pass(allowed(seen, &found)))
    }
}

/// What is wrong with a baseline.
fn stale(baseline: &BaselineSeen) -> Vec<Evidence> {
    let subject = |line: Option<u64>| Subject::File {
        path: FilePath::new(&baseline.path),
        line: line.and_then(|line| usize::try_from(line).ok()),
    };
    let unread = match baseline.state {
        BaselineState::Read => None,
        BaselineState::Missing => Some("is configured and not there"),
        BaselineState::Unreadable => {
            Some("cannot be read, or is nothing that `golive baseline` wrote")
        }
    };
    let unused = baseline.unused.iter().map(|entry| {
        let observed = text!(
            "accepts {} of rule {} in {}, and {} are there",
            entry.count,
            Quoted(&entry.rule),
            Quoted(&entry.path),
            entry.met
        );
        Evidence::of(subject(Some(entry.line)), "an entry for what is there", observed)
    });
    unread
        .map(|why| Evidence::of(subject(None), "a baseline", why))
        .into_iter()
        .chain(unused)
        .collect()
}

/// Everything that is allowed, or that nothing is.
fn allowed(seen: &SourceSeen, found: &[GradedFinding<'_>]) -> Vec<Evidence> {
    let allowed: Vec<&GradedFinding<'_>> =
        found.iter().filter(|found| found.hit.allowed.is_some()).collect();
    let by = |by| {
        allowed
            .iter()
            .filter(|found| found.hit.allowed.as_ref().is_some_and(|allowed| allowed.by == by))
            .count()
    };
    let words = match seen.allowed {
        0 => text!("nothing is allowed in {} files", seen.files()),
        all => text!(
            "{} allowed; of the {} at hand {} {} and {} {}",
            all,
            allowed.len(),
            by(AllowedBy::Comment),
            AllowedBy::Comment.words(),
            by(AllowedBy::Baseline),
            AllowedBy::Baseline.words()
        ),
    };
    let mut evidence = vec![Evidence::of(Subject::Run("source scan"), EXPECTED, words)];
    evidence.extend(allowed.into_iter().take(NAMED).map(|found| place(seen, found, EXPECTED)));
    evidence
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Allowed, FileRole, Hit, UnusedEntry};
    use crate::source::fixture::{
        ends_as_the_section_does as fixture_ends, hit, judge, judge_seen, merchant, seen,
    };

    fn with(baseline: BaselineSeen) -> SourceSeen {
        SourceSeen { baseline: Some(baseline), ..seen(Vec::new()) }
    }

    fn baseline() -> BaselineSeen {
        BaselineSeen {
            path: "b.json".to_owned(),
            state: BaselineState::Read,
            entries: 1,
            unused: Vec::new(),
        }
    }

    #[test]
    fn ends_as_the_section_does() {
        fixture_ends(&AllowancesUsed, None, Some(hit("allow-unused", FileRole::Code)));
    }

    #[test]
    fn warns_of_every_kind_of_allowance_that_does_not_count() {
        for rule in ["allow-unused", "allow-without-reason", "allow-in-vain"] {
            let Outcome::Warn(finding) = judge(&AllowancesUsed, vec![hit(rule, FileRole::Public)])
            else {
                panic!("{rule}")
            };
            assert!(finding.fix.is_some());
        }
    }

    #[test]
    fn lists_what_is_allowed_and_why() {
        let allowed = Some(Allowed { by: AllowedBy::Comment, reason: "revoked in May".to_owned() });
        let seen = SourceSeen {
            allowed: 1,
            ..seen(vec![Hit { allowed, ..hit("live-secret", FileRole::Code) }])
        };
        let Outcome::Pass(evidence) = judge_seen(&AllowancesUsed, &merchant(), seen) else {
            panic!("passes")
        };
        assert!(
            evidence.len() == 2
                && evidence[1]
                    .observed
                    .as_str()
                    .contains("allowed on its line: \"revoked in May\""),
            "{evidence:?}"
        );
    }

    #[test]
    fn warns_of_a_baseline_that_is_not_there_or_accepts_too_much() {
        assert!(matches!(
            judge_seen(&AllowancesUsed, &merchant(), with(baseline())),
            Outcome::Pass(_)
        ));
        for state in [BaselineState::Missing, BaselineState::Unreadable] {
            assert!(matches!(
                judge_seen(
                    &AllowancesUsed,
                    &merchant(),
                    with(BaselineSeen { state, ..baseline() })
                ),
                Outcome::Warn(_)
            ));
        }
        let entry = UnusedEntry {
            line: 5,
            rule: "live-secret".to_owned(),
            path: "a.js".to_owned(),
            count: 2,
            met: 1,
        };
        let Outcome::Warn(finding) = judge_seen(
            &AllowancesUsed,
            &merchant(),
            with(BaselineSeen { unused: vec![entry], ..baseline() }),
        ) else {
            panic!("warns")
        };
        assert!(matches!(finding.evidence[0].subject, Subject::File { line: Some(5), .. }));
    }
}
