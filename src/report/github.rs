//! The report as GitHub annotations: the worst first, no more than a step may show.

use golive_checks::model::{Judged, Level, Outcome, Reason};

use super::verdict::VerdictEffect;
use super::{FileLocation, Report};
use crate::report::check_text::{account_of, brief};
use crate::report::location::{Location, spots};

/// How many annotations there are at the most, the verdict's included: GitHub shows ten errors and
/// ten warnings of a step.
const MOST: usize = 10;

/// Writes workflow commands, and a last line with the verdict.
pub(crate) fn render(report: &Report) -> String {
    let mut worth: Vec<(&str, usize, &Judged, Location<'_>)> = Vec::new();
    for check in report.checks() {
        let Some(command) = command(check, report.run.strict) else { continue };
        worth.extend(
            spots(report, check)
                .into_iter()
                .enumerate()
                .map(|(nth, spot)| (command, nth, check, spot)),
        );
    }
    // A stable sort: errors first, within them every check before the further places of one, then
    // the order of the catalogue.
    worth.sort_by_key(|(command, nth, ..)| {
        (["error", "warning", "notice"].iter().position(|known| known == command), *nth)
    });
    let shown = MOST - 1;
    let left = worth.len().saturating_sub(shown);
    let mut out: String = worth
        .iter()
        .take(shown)
        .map(|(command, _, check, spot)| annotation(report, check, command, spot))
        .collect();
    let rest = if left > 0 { format!(" {left} more in the report.") } else { String::new() };
    let kind = if report.exit().code() == 0 { "notice" } else { "error" };
    out.push_str(&format!("::{kind} title=golive::{}{rest}\n", data(report.sentence.as_str())));
    out
}

/// The command for a check; none where there is nothing to do.
fn command(check: &Judged, strict: bool) -> Option<&'static str> {
    match VerdictEffect::of(&check.outcome, check.level, strict) {
        VerdictEffect::Stops | VerdictEffect::Open => Some("error"),
        VerdictEffect::Advice => Some("warning"),
        VerdictEffect::Waived | VerdictEffect::Unseen => Some("notice"),
        VerdictEffect::Fine => None,
    }
}

fn annotation(report: &Report, check: &Judged, command: &str, spot: &Location<'_>) -> String {
    let FileLocation { file, at } = &spot.place;
    let kind = match (&check.outcome, check.level) {
        (Outcome::Undecided(Reason::TrialRun { .. }), _) => "trial run",
        (Outcome::Undecided(_), _) => "undecided",
        (_, Level::Required) => "required",
        (_, Level::Recommended) => "recommended",
    };
    let title = format!("{} ({kind})", check.meta.id);
    let message = format!(
        "{}\n{}\n{}",
        check.meta.title,
        brief(&check.outcome),
        account_of(report, check, spot.evidence.iter().copied())
    );
    format!(
        "::{command} title={},file={},line={},col={}::{}\n",
        property(&title),
        property(file.as_str()),
        at.line,
        at.column,
        data(&message)
    )
}

/// As `@actions/core` escapes a message.
fn data(words: &str) -> String {
    words.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As `@actions/core` escapes a property.
fn property(words: &str) -> String {
    data(words).replace(':', "%3A").replace(',', "%2C")
}
