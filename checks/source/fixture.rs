//! Scans made up for tests of checks.

use crate::model::example;
use crate::model::{
    Check, Facts, FileRole, FolderKind, FolderSeen, FolderState, Hit, HitKind, MatchContext,
    Merchant, Observations, Observed, Outcome, Reason, RunFacts, Slot, SourceSeen, Unlooked,
    WhyUnlooked,
};

/// A merchant with a root and a public folder.
pub(super) fn merchant() -> Merchant {
    let mut merchant = example::merchant();
    merchant.source.roots = vec![".".to_owned()];
    merchant.source.public = vec!["dist".to_owned()];
    merchant
}

/// Something that a rule found in plain code that names the platform.
pub(super) fn hit(rule: &str, place: FileRole) -> Hit {
    let public = place == FileRole::Public;
    Hit {
        rule: rule.to_owned(),
        folder: usize::from(public),
        path: "src/pay.js".to_owned(),
        line: Some(7),
        column: 3,
        excerpt: "…".to_owned(),
        place,
        kind: HitKind::Real,
        around: MatchContext::Plain,
        platform: true,
        tracked: Some(true),
        secret: None,
        allowed: None,
        open_to_all: None,
    }
}

/// A scan that saw everything and found these.
pub(super) fn seen(hits: Vec<Hit>) -> SourceSeen {
    let folder = |path: &str, kind| FolderSeen {
        path: path.to_owned(),
        kind,
        state: FolderState::Searched,
        files: 40,
        bytes: 90_000,
    };
    SourceSeen {
        folders: vec![folder(".", FolderKind::Root), folder("dist", FolderKind::Public)],
        looked_for: vec![Slot::ApiKey, Slot::SecretKey],
        hits,
        signing: 3,
        ..SourceSeen::default()
    }
}

pub(super) fn judge_seen(check: &dyn Check, merchant: &Merchant, seen: SourceSeen) -> Outcome {
    let seen = Observations { source: Observed::Got(seen), ..Observations::default() };
    let facts = Facts { merchant, run: &RunFacts::example(), seen: &seen };
    match check.judge(&facts) {
        Ok(outcome) => outcome,
        Err(error) => Outcome::Undecided(error.downcast::<Reason>().expect("a reason")),
    }
}

/// How the check ends when these were found.
pub(super) fn judge(check: &dyn Check, hits: Vec<Hit>) -> Outcome {
    judge_seen(check, &merchant(), seen(hits))
}

/// The ways that every check of the section ends alike: `fails` and `warns` are hits that make it
/// do so.
pub(super) fn ends_as_the_section_does(check: &dyn Check, fails: Option<Hit>, warns: Option<Hit>) {
    assert!(matches!(judge(check, Vec::new()), Outcome::Pass(evidence) if !evidence.is_empty()));
    if let Some(fails) = fails {
        let Outcome::Fail(finding) = judge(check, vec![fails.clone()]) else { panic!("fails") };
        assert!(
            matches!(
                &finding.evidence[0].subject,
                crate::model::Subject::File { line: Some(7), .. }
            ) && finding.fix.is_some()
        );
        // A gap does not hide what was found.
        let unlooked =
            Unlooked { folder: 0, why: WhyUnlooked::Unreadable, path: "x".to_owned(), count: 2 };
        assert!(matches!(
            judge_seen(
                check,
                &merchant(),
                SourceSeen { unlooked: vec![unlooked], ..seen(vec![fails]) }
            ),
            Outcome::Fail(_)
        ));
    }
    if let Some(warns) = warns {
        assert!(matches!(judge(check, vec![warns]), Outcome::Warn(_)));
    }
    for why in [
        WhyUnlooked::Unreadable,
        WhyUnlooked::TooLong,
        WhyUnlooked::TooManyFiles,
        WhyUnlooked::TooDeep,
        WhyUnlooked::TooMuch,
    ] {
        let unlooked = vec![Unlooked { folder: 0, why, path: "big.bin".to_owned(), count: 1 }];
        let outcome = judge_seen(check, &merchant(), SourceSeen { unlooked, ..seen(Vec::new()) });
        assert!(
            matches!(&outcome, Outcome::Undecided(Reason::Capped(words)) if words.as_str().contains("big.bin")),
            "{outcome:?}"
        );
    }
    for state in [FolderState::Missing, FolderState::NoFolder, FolderState::Unreadable] {
        let mut seen = seen(Vec::new());
        seen.folders[0].state = state;
        assert!(matches!(
            judge_seen(check, &merchant(), seen),
            Outcome::Undecided(Reason::Capped(_))
        ));
    }
    let mut empty = seen(Vec::new());
    empty.folders.iter_mut().for_each(|folder| folder.files = 0);
    assert!(matches!(judge_seen(check, &merchant(), empty), Outcome::Undecided(Reason::Capped(_))));
    let unconfigured = judge_seen(check, &example::merchant(), SourceSeen::default());
    assert!(
        matches!(unconfigured, Outcome::Undecided(Reason::NoWayToObserve(_))),
        "{unconfigured:?}"
    );
    assert!(check.meta().attestable);
}

/// The ways that every check of a mistake ends alike: each of `found`, one of each of its rules,
/// warns, and in a test is nothing.
pub(super) fn ends_as_mistakes_do(check: &dyn Check, found: &[Hit]) {
    for hit in found {
        ends_as_the_section_does(check, None, Some(hit.clone()));
        assert!(matches!(
            judge(check, vec![Hit { place: FileRole::Test, ..hit.clone() }]),
            Outcome::Pass(_)
        ));
    }
    let nothing_signs = SourceSeen { signing: 0, ..seen(Vec::new()) };
    assert!(matches!(
        judge_seen(check, &merchant(), nothing_signs),
        Outcome::Undecided(Reason::NoWayToObserve(_))
    ));
}
