//! The report as JUnit XML: one test case per check.

use std::time::Duration;

use golive_checks::model::{Judged, Outcome, chapter};
use quick_junit::{NonSuccessKind, Property, Report as Xml, TestCase, TestCaseStatus, TestSuite};

use super::{Chapter, FINE_PRINT, Report};
use crate::report::check_text::{account, brief};

/// Writes the report for continuous integration: a suite per section, `failure` where something
/// fell short, `error` where it is undecided. What golive did not see itself is skipped: what a
/// person answers for, and what a trial run did not look at.
pub(crate) fn render(report: &Report) -> String {
    let mut xml = Xml::new("golive");
    xml.set_time(Duration::from_millis(report.run.took_ms));
    xml.add_test_suites(report.chapters.iter().map(|chapter| suite(report, chapter)));
    let mut text = xml.to_string().expect("all of it is in memory, and made fit for XML");
    text.push('\n');
    text
}

fn suite(report: &Report, chapter: &Chapter) -> TestSuite {
    let mut suite = TestSuite::new(chapter.title);
    suite.add_property(("verdict", report.verdict.word()));
    suite.add_property(("sentence", report.sentence.as_str()));
    if report.run.draft {
        suite.add_property(("draft", "DRAFT"));
    }
    if report.run.is_trial() {
        suite.add_property(("trial", "true"));
    }
    suite.add_property(("catalogue", report.catalogue.as_str()));
    suite.add_property(("fine print", FINE_PRINT));
    if let Some(challenge) = &report.run.challenge {
        suite.add_property(("challenge", challenge.as_str()));
    }
    suite.add_test_cases(chapter.checks.iter().map(|check| case(report, check)));
    suite
}

fn case(report: &Report, check: &Judged) -> TestCase {
    let with = |mut status: TestCaseStatus, kind: &str| {
        status
            .set_message(brief(&check.outcome))
            .set_type(kind)
            .set_description(account(report, check));
        status
    };
    // A skipped case has a message and nothing else: its type and text are no part of the schema.
    let skipped = || {
        let mut status = TestCaseStatus::skipped();
        status.set_message(brief(&check.outcome));
        status
    };
    let status = match &check.outcome {
        Outcome::Pass(_) | Outcome::Warn(_) => TestCaseStatus::success(),
        Outcome::Fail(_) => {
            with(TestCaseStatus::non_success(NonSuccessKind::Failure), check.level.word())
        }
        Outcome::Undecided(_) if check.outcome.is_unseen_on_trial() => skipped(),
        Outcome::Undecided(reason) => {
            with(TestCaseStatus::non_success(NonSuccessKind::Error), reason.word())
        }
        Outcome::Attested(_) | Outcome::NotApplicable(_) | Outcome::Waived(..) => skipped(),
    };
    let mut case = TestCase::new(check.meta.id, status);
    case.set_classname(format!("golive.{}", chapter(check.section))).set_time(Duration::ZERO);
    match &check.outcome {
        Outcome::Warn(_) => {
            case.set_system_out(format!(
                "warning: {}\n{}",
                brief(&check.outcome),
                account(report, check)
            ));
        }
        Outcome::Pass(_)
        | Outcome::Fail(_)
        | Outcome::Undecided(_)
        | Outcome::NotApplicable(_)
        | Outcome::Attested(_)
        | Outcome::Waived(..) => {}
    }
    let about = [
        ("title", check.meta.title),
        ("level", check.level.word()),
        ("outcome", check.outcome.word()),
    ];
    case.add_properties(about.map(|(name, value)| Property::new(name, value)));
    case.add_properties(check.meta.covers.iter().map(|id| Property::new("requirement", *id)));
    case
}
