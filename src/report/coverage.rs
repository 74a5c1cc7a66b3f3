//! Every requirement of the platform's checklist, and how this run decided it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use golive_checks::CATALOGUE;
use golive_checks::model::{Judged, Level, Needs, Outcome};
use golive_checks::requirements::{self, Requirement};

/// How a requirement was decided. In order: the weakest of the checks that cover a requirement
/// decides it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Decided {
    /// A check that covers it failed.
    Failed,
    /// It is undecided.
    Undecided,
    /// `--only` or `--skip` left out what covers it.
    LeftOut,
    /// A switch of a trial run kept it from being looked at.
    TrialRun,
    /// It fails, and somebody accepted that.
    Waived,
    /// A named person answers for it.
    Attested,
    /// The configuration says so.
    Observed,
    /// It was seen on the network, in a program's answer or in files.
    Proven,
    /// It does not concern this merchant.
    NotApplicable,
}

impl Decided {
    /// All of them, the best first.
    pub(crate) const ALL: [Self; 9] = [
        Self::Proven,
        Self::Observed,
        Self::Attested,
        Self::Waived,
        Self::Failed,
        Self::Undecided,
        Self::TrialRun,
        Self::LeftOut,
        Self::NotApplicable,
    ];

    /// The word in reports.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Undecided => "undecided",
            Self::LeftOut => "left out",
            Self::TrialRun => "trial run",
            Self::Waived => "waived",
            Self::Attested => "attested",
            Self::Observed => "observed",
            Self::Proven => "proven",
            Self::NotApplicable => "not applicable",
        }
    }

    /// The word in a stylesheet.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Undecided => "undecided",
            Self::LeftOut => "left",
            Self::TrialRun => "trial",
            Self::Waived => "waived",
            Self::Attested => "attested",
            Self::Observed => "observed",
            Self::Proven => "proven",
            Self::NotApplicable => "na",
        }
    }

    /// What the word means.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Failed => "a check that covers it failed",
            Self::Undecided => "it is undecided",
            Self::LeftOut => "--only or --skip left out what covers it",
            Self::TrialRun => "undecided, because a switch kept it from being looked at",
            Self::Waived => "it fails, and somebody accepted that until a date",
            Self::Attested => "a named person answers for it",
            Self::Observed => "the configuration says so",
            Self::Proven => "seen on the network, in a program's answer or in files",
            Self::NotApplicable => "does not concern this merchant",
        }
    }

    fn of(judged: &Judged) -> Self {
        match &judged.outcome {
            Outcome::Pass(_) | Outcome::Warn(_) => match judged.meta.needs {
                Needs::Network | Needs::Source => Self::Proven,
                Needs::Config | Needs::Attestation => Self::Observed,
            },
            Outcome::Fail(_) => Self::Failed,
            Outcome::Undecided(_) if judged.outcome.is_unseen_on_trial() => Self::TrialRun,
            Outcome::Undecided(_) => Self::Undecided,
            Outcome::NotApplicable(_) => Self::NotApplicable,
            Outcome::Attested(_) => Self::Attested,
            Outcome::Waived(..) => Self::Waived,
        }
    }
}

/// One requirement and how it was decided.
#[derive(Clone, Debug)]
pub(crate) struct Covered {
    /// The line of the checklist.
    pub(crate) requirement: &'static Requirement,
    /// How.
    pub(crate) decided: Decided,
    /// The checks that cover it, with the word of their outcome; those that decided it first.
    pub(crate) by: Vec<(&'static str, &'static str)>,
}

/// How a check ended, in a word or two.
const fn word(outcome: &Outcome) -> &'static str {
    if outcome.is_unseen_on_trial() { "trial run" } else { outcome.word() }
}

/// How many checks of the catalogue cover each requirement.
static COVERING: LazyLock<BTreeMap<&str, usize>> = LazyLock::new(|| {
    let mut covering = BTreeMap::new();
    for id in
        CATALOGUE.iter().flat_map(|section| section.checks).flat_map(|check| check.meta().covers)
    {
        *covering.entry(*id).or_default() += 1;
    }
    covering
});

/// Every requirement, in the order of the pages. What no check of the run covers is left out, never
/// passed over in silence.
pub(super) fn coverage<'a>(judged: impl Iterator<Item = &'a Judged>) -> Vec<Covered> {
    let mut covering: BTreeMap<&str, Vec<(Decided, &Judged)>> = BTreeMap::new();
    for check in judged {
        for id in check.meta.covers {
            covering.entry(id).or_default().push((Decided::of(check), check));
        }
    }
    let covered = |requirement: &'static Requirement| {
        let mut by = covering.remove(requirement.id.as_str()).unwrap_or_default();
        // A stable sort: within one word the required first, then the order of the catalogue.
        by.sort_by_key(|(decided, check)| (*decided, check.level == Level::Recommended));
        let all = COVERING.get(requirement.id.as_str()).copied().unwrap_or_default();
        let weakest = by.first().map_or(Decided::LeftOut, |(decided, _)| *decided);
        let decided = if by.len() < all { weakest.min(Decided::LeftOut) } else { weakest };
        Covered {
            requirement,
            decided,
            by: by.into_iter().map(|(_, check)| (check.meta.id, word(&check.outcome))).collect(),
        }
    };
    requirements::all().iter().map(covered).collect()
}

/// How many requirements were decided how, the best first; words that none has are left out.
pub(crate) fn tally(coverage: &[Covered]) -> Vec<(Decided, usize)> {
    let count = |decided| coverage.iter().filter(|covered| covered.decided == decided).count();
    Decided::ALL
        .into_iter()
        .map(|decided| (decided, count(decided)))
        .filter(|(_, count)| *count > 0)
        .collect()
}

#[cfg(test)]
mod tests {
    use golive_checks::model::{Facts, Merchant, Observations, ruling};

    use super::super::sample::run;
    use super::*;

    fn judged(only: &[&str]) -> Vec<Judged> {
        let mut run = run();
        run.only = only.iter().map(|id| (*id).to_owned()).collect();
        ruling::judge(
            CATALOGUE,
            &Facts { merchant: &Merchant::default(), run: &run, seen: &Observations::default() },
        )
    }

    #[test]
    fn every_requirement_is_decided_by_some_check() {
        let judged = judged(&[]);
        let coverage = coverage(judged.iter());
        assert_eq!(coverage.len(), requirements::all().len());
        for covered in &coverage {
            assert!(!covered.by.is_empty(), "{} is covered by nothing", covered.requirement.id);
            assert_ne!(covered.decided, Decided::LeftOut, "{}", covered.requirement.id);
        }
        let counted: usize = tally(&coverage).iter().map(|(_, count)| count).sum();
        assert_eq!(counted, coverage.len());
    }

    #[test]
    fn what_a_run_leaves_out_is_never_passed_over() {
        let judged = judged(&["api-live-key"]);
        let coverage = coverage(judged.iter());
        assert!(coverage.iter().any(|covered| covered.decided == Decided::LeftOut));
        assert!(coverage.iter().all(|covered| covered.decided <= Decided::LeftOut
            || covered.by == [("api-live-key", "pass")]));
    }

    #[test]
    fn what_a_trial_run_did_not_look_at_decides_as_that() {
        let checks = super::super::sample::every_outcome();
        let unseen: Vec<&Judged> =
            checks.iter().filter(|check| Decided::of(check) == Decided::TrialRun).collect();
        assert_eq!(unseen.len(), 1);
        assert_eq!(
            (unseen[0].meta.id, word(&unseen[0].outcome)),
            ("webhook-public-address", "trial run")
        );
    }

    #[test]
    fn the_weakest_check_decides() {
        let order = [
            Decided::Failed,
            Decided::Undecided,
            Decided::LeftOut,
            Decided::TrialRun,
            Decided::Waived,
            Decided::Attested,
            Decided::Observed,
        ];
        assert!(
            order.is_sorted()
                && Decided::Observed < Decided::Proven
                && Decided::Proven < Decided::NotApplicable
        );
    }
}
