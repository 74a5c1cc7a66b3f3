//! What there is to say of one check, in plain lines: for formats that have one place for all of
//! it.

use std::fmt::Write as _;

use golive_checks::model::{Attested, Evidence, Finding, Judged, Outcome, Show as _, Waived};

use crate::report::{FileLocation, Report};

/// How it ended, in one line: the finding, the reason, who answers for it.
pub(crate) fn brief(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Pass(evidence) => {
            evidence.first().map_or_else(String::new, |first| first.observed.show())
        }
        Outcome::Warn(finding) | Outcome::Fail(finding) => finding.message.show(),
        Outcome::Waived(finding, Waived { reason, approved_by, until }) => {
            format!("{}; accepted until {until} by {approved_by}: {reason}", finding.message)
        }
        Outcome::Undecided(reason) => reason.show(),
        Outcome::NotApplicable(why) => why.show(),
        Outcome::Attested(Attested { by, on, evidence, until, remark }) => {
            let said = format!("attested by {by} on {on}, until {until}: {evidence}");
            match remark {
                Some(remark) => format!("{said}; {remark}"),
                None => said,
            }
        }
    }
}

/// What was sent, expected and found, how to fix it, how to repeat it, where to read on.
pub(crate) fn account(report: &Report, check: &Judged) -> String {
    account_of(report, check, evidence(&check.outcome))
}

/// The same with a part of the evidence.
pub(crate) fn account_of<'a>(
    report: &Report,
    check: &Judged,
    evidence: impl IntoIterator<Item = &'a Evidence>,
) -> String {
    let mut lines = String::new();
    for one in evidence {
        let place =
            report.place(&one.subject).map_or_else(String::new, |FileLocation { file, at }| {
                format!(" ({file}:{}:{})", at.line, at.column)
            });
        let _ = writeln!(
            lines,
            "{}{place}: expected {}, found {}",
            one.subject.show(),
            one.expected,
            one.observed
        );
        if let Some(sent) = report.sent(&one.subject) {
            let _ = writeln!(lines, "  sent: {sent}");
        }
    }
    if let Some(finding) = finding(&check.outcome) {
        let _ = writeln!(lines, "fix: {}", Report::fix(check, finding));
        if let Some(repeat) = &finding.repeat {
            let _ = writeln!(lines, "repeat: {repeat}");
        }
    } else if matches!(check.outcome, Outcome::Undecided(_)) {
        let _ = writeln!(lines, "fix: {}", check.meta.remediation);
    }
    let _ = write!(lines, "see: {} <{}>", check.meta.reference.label, check.meta.reference.url);
    lines
}

/// What fell short, where something did.
pub(crate) fn finding(outcome: &Outcome) -> Option<&Finding> {
    match outcome {
        Outcome::Warn(finding) | Outcome::Fail(finding) | Outcome::Waived(finding, _) => {
            Some(finding)
        }
        Outcome::Pass(_)
        | Outcome::Undecided(_)
        | Outcome::NotApplicable(_)
        | Outcome::Attested(_) => None,
    }
}

/// What an outcome rests on.
pub(crate) fn evidence(outcome: &Outcome) -> &[Evidence] {
    match outcome {
        Outcome::Pass(evidence) => evidence,
        Outcome::Warn(finding) | Outcome::Fail(finding) | Outcome::Waived(finding, _) => {
            &finding.evidence
        }
        Outcome::Undecided(_) | Outcome::NotApplicable(_) | Outcome::Attested(_) => &[],
    }
}
