//! The report in the Test Anything Protocol, version 14.

use std::fmt::Write as _;

use golive_checks::model::{Judged, Outcome};

use super::{FINE_PRINT, Report};
use crate::report::check_text::{account, brief};

/// Writes one test point per check. What is undecided is `not ok`, so that no harness takes it for
/// a pass; what a trial run did not look at is skipped, and what a person answers for says so.
pub(crate) fn render(report: &Report) -> String {
    let mut tap = format!("TAP version 14\n1..{}\n", report.counts.total());
    for (at, check) in report.checks().enumerate() {
        point(report, at + 1, check, &mut tap);
    }
    let _ = writeln!(tap, "# {}", line(report.sentence.as_str()));
    let _ = writeln!(tap, "# {}", line(FINE_PRINT));
    tap
}

fn point(report: &Report, number: usize, check: &Judged, tap: &mut String) {
    let (ok, directive) = match &check.outcome {
        Outcome::Pass(_) | Outcome::Warn(_) => ("ok", ""),
        Outcome::Attested(_) => ("ok", " (attested)"),
        Outcome::Undecided(_) if check.outcome.is_unseen_on_trial() => {
            ("ok", " # SKIP not seen on a trial run")
        }
        Outcome::Fail(_) | Outcome::Undecided(_) => ("not ok", ""),
        Outcome::NotApplicable(_) => ("ok", " # SKIP not applicable"),
        Outcome::Waived(..) => ("not ok", " # TODO waived"),
    };
    let _ =
        writeln!(tap, "{ok} {number} - {}: {}{directive}", check.meta.id, line(check.meta.title));
    let said = brief(&check.outcome);
    let _ = writeln!(
        tap,
        "  ---\n  outcome: {}\n  level: {}\n  message: {}",
        check.outcome.word(),
        check.level.word(),
        yaml(&said)
    );
    if crate::report::check_text::finding(&check.outcome).is_some()
        || matches!(check.outcome, Outcome::Undecided(_))
    {
        let _ = writeln!(tap, "  account: {}", yaml(&account(report, check)));
    }
    tap.push_str("  ...\n");
}

/// One line, and nothing that TAP would take for its own.
fn line(words: &str) -> String {
    words.replace(['\n', '\r'], " ").replace('\\', "\\\\").replace('#', "\\#")
}

/// A YAML string in double quotes, which JSON's strings are.
fn yaml(words: &str) -> String {
    serde_json::Value::from(words).to_string()
}
