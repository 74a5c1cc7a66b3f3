//! The report as GitHub annotations: the worst first, no more than a step may show.

use golive_checks::model::{Judged, Level, Outcome};

use super::account::{account, brief, place};
use super::verdict::Standing;
use super::{FilePlace, Report};

/// How many annotations there are at the most: GitHub shows ten errors and ten warnings of a step.
const MOST: usize = 10;

/// Writes workflow commands, and a last line with the verdict.
pub(crate) fn render(report: &Report) -> String {
    let mut worth: Vec<(&Judged, &str)> = report.checks().filter_map(|check| Some((check, command(check, report.run.strict)?))).collect();
    // A stable sort: errors first, within them the order of the catalogue.
    worth.sort_by_key(|(_, command)| ["error", "warning", "notice"].iter().position(|known| known == command));
    let left = worth.len().saturating_sub(MOST);
    let mut out: String = worth.iter().take(MOST).map(|(check, command)| annotation(report, check, command)).collect();
    let rest = if left > 0 { format!(" {left} more in the report.") } else { String::new() };
    let kind = if report.exit().code() == 0 { "notice" } else { "error" };
    out.push_str(&format!("::{kind} title=golive::{}{rest}\n", data(report.sentence.as_str())));
    out
}

/// The command for a check; none where there is nothing to do.
fn command(check: &Judged, strict: bool) -> Option<&'static str> {
    match Standing::of(&check.outcome, check.level, strict) {
        Standing::Stops | Standing::Open => Some("error"),
        Standing::Advice => Some("warning"),
        Standing::Waived => Some("notice"),
        Standing::Fine => None,
    }
}

fn annotation(report: &Report, check: &Judged, command: &str) -> String {
    let FilePlace { file, at } = place(report, check);
    let kind = match (&check.outcome, check.level) {
        (Outcome::Undecided(_), _) => "could not be told",
        (_, Level::Required) => "required",
        (_, Level::Recommended) => "recommended",
    };
    let title = format!("{} ({kind})", check.meta.id);
    let message = format!("{}\n{}\n{}", check.meta.title, brief(&check.outcome), account(report, check));
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
