//! The report for a terminal.

use std::time::Duration;

use colored::{Color, Colorize as _};
use golive_checks::model::{
    Attested, Evidence, Finding, Judged, Level, Needs, Outcome, Reason, Show as _,
};
use textwrap::WordSeparator;
use textwrap::core::{Word, display_width};
use textwrap::wrap_algorithms::wrap_first_fit;

use super::mark::{self, mark};
use super::measure::{Limit, Measurement};
use super::{Chapter, Counts, FINE_PRINT, Report, Verdict};

/// The width of a report that goes to no terminal.
pub(crate) const WIDTH: usize = 80;

/// Writes the report for a reader with `width` columns. Only addresses, ids and command lines,
/// which break when they are broken, are let run over.
pub(crate) fn render(report: &Report, colour: bool, width: usize) -> String {
    let mut page = TerminalPage { out: String::new(), colour, width: width.max(40) };
    page.verdict(report);
    page.first(report);
    page.head(report);
    for chapter in &report.chapters {
        page.chapter(report, chapter);
    }
    page.measurements(&report.measurements);
    page.how_to_attest(report);
    page.line("");
    page.counts(&report.counts);
    page.fine_print();
    page.verdict(report);
    page.out
}

/// One check of a report alone, as it stands there, and what it rests on where it passed.
pub(crate) fn check(report: &Report, check: &Judged, colour: bool, width: usize) -> String {
    let mut page = TerminalPage { out: String::new(), colour, width: width.max(40) };
    page.check(check);
    page.detail(report, check);
    page.shared(check, 1);
    if let Outcome::Pass(evidence) = &check.outcome {
        evidence.iter().for_each(|evidence| page.evidence(report, evidence));
    }
    page.out
}

/// How a part of a line looks, where colour is wanted. Never the only carrier of anything.
#[derive(Clone, Copy)]
enum Style {
    Plain,
    Dim,
    Bold,
    Colour(Color),
    Loud(Color),
}

/// The report so far.
struct TerminalPage {
    out: String,
    colour: bool,
    width: usize,
}

impl TerminalPage {
    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn paint(&self, text: &str, look: Style) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        match look {
            Style::Plain => text.to_owned(),
            Style::Dim => text.dimmed().to_string(),
            Style::Bold => text.bold().to_string(),
            Style::Colour(colour) => text.color(colour).to_string(),
            Style::Loud(colour) => text.color(colour).bold().to_string(),
        }
    }

    /// A paragraph at `indent`, with `label` hanging before its first line.
    fn wrapped(&mut self, indent: usize, label: &str, text: &str) {
        self.labelled(indent, label, Style::Dim, text, Style::Plain);
    }

    fn labelled(&mut self, indent: usize, label: &str, label_look: Style, text: &str, look: Style) {
        let hang = if label.is_empty() { indent } else { indent + 2 };
        let gap = if label.is_empty() { 0 } else { display_width(label) + 1 };
        let lead = (indent + gap).saturating_sub(hang);
        let lines = wrap(text, self.width.saturating_sub(hang), lead);
        for (at, words) in lines.iter().enumerate() {
            let start = if at == 0 && !label.is_empty() {
                format!("{}{} ", " ".repeat(indent), self.paint(label, label_look))
            } else if at == 0 {
                " ".repeat(indent)
            } else {
                " ".repeat(hang)
            };
            let line = format!("{start}{}", self.paint(words, look));
            self.line(&line);
        }
    }

    /// The verdict, in one sentence.
    fn verdict(&mut self, report: &Report) {
        let colour = match report.verdict {
            Verdict::Ready | Verdict::ReadyWithWaivers => Color::Green,
            Verdict::NotReady => Color::Red,
            Verdict::Incomplete | Verdict::Partial | Verdict::Interrupted => Color::Yellow,
        };
        let sentence = report.sentence.as_str();
        for (at, line) in wrap(sentence, self.width, 0).iter().enumerate() {
            let line = match line.split_once(':') {
                Some((headline, rest)) if at == 0 => {
                    format!(
                        "{}{}",
                        self.paint(&format!("{headline}:"), Style::Loud(colour)),
                        self.paint(rest, Style::Bold)
                    )
                }
                Some(_) | None => self.paint(line, Style::Bold),
            };
            self.line(&line);
        }
    }

    /// What no verdict can show.
    fn fine_print(&mut self) {
        for line in wrap(FINE_PRINT, self.width, 0) {
            let line = self.paint(&line, Style::Dim);
            self.line(&line);
        }
    }

    /// What to see to first, and why.
    fn first(&mut self, report: &Report) {
        if report.first.is_empty() {
            return;
        }
        self.line("");
        for (at, first) in report.first.iter().enumerate() {
            let line = format!("  {}. {}", at + 1, self.paint(first.id, Style::Bold));
            self.line(&line);
            self.wrapped(5, "", first.why.as_str());
        }
    }

    /// Who ran what, when, where from and how far.
    fn head(&mut self, report: &Report) {
        let run = &report.run;
        let list = |items: &[golive_checks::model::Text], none: &str| {
            let items: Vec<&str> = items.iter().map(|item| item.as_str()).collect();
            if items.is_empty() { none.to_owned() } else { items.join(", ") }
        };
        let addresses: Vec<String> = run.addresses.iter().map(ToString::to_string).collect();
        let seen = if addresses.is_empty() {
            "address not seen".to_owned()
        } else {
            format!("seen as {}", addresses.join(", "))
        };
        let digest = run.config_sha256.as_str().get(..12).unwrap_or(run.config_sha256.as_str());
        let digest = if digest.is_empty() { String::new() } else { format!(", SHA-256 {digest}") };
        let mut reach = format!("deliver \"{}\"", run.deliver.word());
        if run.offline {
            reach.push_str(", --offline");
        }
        if run.strict {
            reach.push_str(", --strict");
        }
        self.line("");
        self.row(
            "merchant",
            report.merchant.as_ref().map_or("not named (merchant.name)", |name| name.as_str()),
        );
        self.row("configuration", &format!("{}{digest}", run.config_path));
        let took = Duration::from_millis(run.took_ms);
        self.row(
            "run",
            &format!("{} by golive {}, took {}", run.started_local, run.version, took.show()),
        );
        self.row("", &format!("id {}", run.id));
        self.row("catalogue", &report.catalogues());
        self.row("from", &format!("{}, role {}, {seen}", run.host, run.role.word()));
        self.row("contacted", &list(&run.contacted, "nothing"));
        self.row("reach", &reach);
        self.row("switches", &list(&run.switches, "none"));
        if let Some(challenge) = &run.challenge {
            self.row("challenge", challenge.as_str());
        }
        if run.partial {
            self.row("only", &list(&run.only, "everything"));
            self.row("skipped", &list(&run.skip, "nothing"));
        }
    }

    fn row(&mut self, label: &str, text: &str) {
        const COLUMN: usize = 17;
        for (at, words) in wrap(text, self.width - COLUMN, 0).iter().enumerate() {
            let label =
                format!("  {:width$}", if at == 0 { label } else { "" }, width = COLUMN - 2);
            let line = format!("{}{words}", self.paint(&label, Style::Dim));
            self.line(&line);
        }
    }

    fn chapter(&mut self, report: &Report, chapter: &Chapter) {
        let tally: Vec<String> =
            marks(&chapter.counts).iter().map(|(mark, count)| format!("{mark} {count}")).collect();
        let tally = tally.join("  ");
        let gap =
            self.width.saturating_sub(display_width(chapter.title) + display_width(&tally)).max(2);
        let heading = format!(
            "{}{}{}",
            self.paint(chapter.title, Style::Bold),
            " ".repeat(gap),
            self.paint(&tally, Style::Dim)
        );
        self.line("");
        self.line(&heading);
        // What a run of checks has in common is said once, under the last of them.
        for run in chapter
            .checks
            .chunk_by(|one, next| shared(one).is_some() && shared(one) == shared(next))
        {
            for check in run {
                self.check(check);
                self.detail(report, check);
            }
            if let Some(last) = run.last() {
                self.shared(last, run.len());
            }
        }
    }

    /// Mark, title, id.
    fn check(&mut self, check: &Judged) {
        let (mark, look) = (mark(&check.outcome), look(&check.outcome));
        let id = check.meta.id;
        let room = self.width.saturating_sub(4 + 2 + display_width(id));
        let open = matches!(check.outcome, Outcome::Undecided(_))
            && !check.outcome.is_unseen_on_trial()
            && check.level == Level::Required;
        let title = format!("{}{}", check.meta.title, if open { " (required)" } else { "" });
        let lines = wrap(&title, room.max(24), 0);
        for (at, words) in lines.iter().enumerate() {
            let start =
                if at == 0 { format!("  {} ", self.paint(mark, look)) } else { " ".repeat(4) };
            let look =
                if matches!(check.outcome, Outcome::Fail(_)) { Style::Bold } else { Style::Plain };
            let mut line = format!("{start}{}", self.paint(words, look));
            if at == 0 {
                let gap =
                    self.width.saturating_sub(4 + display_width(words) + display_width(id)).max(2);
                line.push_str(&format!("{}{}", " ".repeat(gap), self.paint(id, Style::Dim)));
            }
            self.line(&line);
        }
    }

    /// What there is to say of this very check.
    fn detail(&mut self, report: &Report, check: &Judged) {
        let level = check.level.word();
        match &check.outcome {
            Outcome::Pass(_) => {}
            Outcome::Warn(finding) => {
                self.labelled(
                    6,
                    &format!("warning ({level}):"),
                    Style::Colour(Color::Yellow),
                    finding.message.as_str(),
                    Style::Plain,
                );
                self.finding(report, check, finding);
            }
            Outcome::Fail(finding) => {
                self.labelled(
                    6,
                    &format!("failed ({level}):"),
                    Style::Colour(Color::Red),
                    finding.message.as_str(),
                    Style::Plain,
                );
                self.finding(report, check, finding);
            }
            Outcome::Waived(finding, waived) => {
                self.labelled(
                    6,
                    &format!("waived ({level}):"),
                    Style::Colour(Color::Magenta),
                    finding.message.as_str(),
                    Style::Plain,
                );
                let terms = format!(
                    "{}, approved by {}, until {}",
                    waived.reason, waived.approved_by, waived.until
                );
                self.wrapped(6, "because", &terms);
                self.finding(report, check, finding);
            }
            Outcome::Undecided(_) | Outcome::NotApplicable(_) | Outcome::Attested(_) => {}
        }
    }

    fn finding(&mut self, report: &Report, check: &Judged, finding: &Finding) {
        for evidence in &finding.evidence {
            self.evidence(report, evidence);
        }
        // One delivery shows what the others look like too.
        if let Some(sent) =
            finding.evidence.iter().find_map(|evidence| report.sent(&evidence.subject))
        {
            self.wrapped(6, "sent:", sent.as_str());
        }
        self.wrapped(6, "fix:", Report::fix(check, finding));
        if let Some(repeat) = &finding.repeat {
            let line = format!("      {} {}", self.paint("repeat:", Style::Dim), repeat);
            self.line(&line);
        }
        self.see(check);
    }

    /// On one line where it fits, else what was expected above what was found.
    fn evidence(&mut self, report: &Report, evidence: &Evidence) {
        let place = report.place(&evidence.subject).map_or(String::new(), |place| {
            format!(" ({}:{}:{})", place.file, place.at.line, place.at.column)
        });
        let subject = format!("{}{place}:", evidence.subject.show());
        let words = format!("expected {}, found {}", evidence.expected, evidence.observed);
        if 8 + display_width(&subject) + 1 + display_width(&words) <= self.width {
            self.wrapped(8, &subject, &words);
        } else {
            self.labelled(8, "", Style::Plain, &subject, Style::Dim);
            self.wrapped(10, "expected", evidence.expected.as_str());
            self.wrapped(10, "found", evidence.observed.as_str());
        }
    }

    /// The page it comes from; its name goes when there is no room for both.
    fn see(&mut self, check: &Judged) {
        let reference = check.meta.reference;
        let whole = format!("{} <{}>", reference.label, reference.url);
        if 6 + "see: ".len() + display_width(&whole) <= self.width {
            self.wrapped(6, "see:", &whole);
        } else {
            let line = format!("      {} <{}>", self.paint("see:", Style::Dim), reference.url);
            self.line(&line);
        }
    }

    /// What the last `count` checks have in common.
    fn shared(&mut self, check: &Judged, count: usize) {
        let all = if count > 1 { format!(", these {count}") } else { String::new() };
        match shared(check) {
            None => {}
            Some(SharedFix::Person) => {
                self.wrapped(6, &format!("undecided{all}:"), "needs an attestation: `[attest.ID]`")
            }
            Some(SharedFix::Undecided(Reason::TrialRun { switch, unseen }, _)) => self.wrapped(
                6,
                &format!("undecided (trial run with {}){all}:", switch.option()),
                unseen.as_str(),
            ),
            Some(SharedFix::Undecided(reason, attestable)) => {
                let words = reason.show();
                let or = if attestable && !words.contains("[attest.") {
                    ", or an attestation in `[attest.ID]`"
                } else {
                    ""
                };
                self.wrapped(6, &format!("undecided{all}:"), &format!("{words}{or}"));
            }
            Some(SharedFix::Attested(attested)) => {
                let words = format!(
                    "by {} on {}, counts until {}: {}",
                    attested.by, attested.on, attested.until, attested.evidence
                );
                self.wrapped(6, &format!("attested{all}"), &words);
                if let Some(remark) = &attested.remark {
                    self.labelled(
                        6,
                        "remark:",
                        Style::Colour(Color::Yellow),
                        remark.as_str(),
                        Style::Plain,
                    );
                }
            }
            Some(SharedFix::NotApplicable(why)) => {
                self.wrapped(6, &format!("not applicable{all}:"), why)
            }
        }
    }

    /// Once, for all items that want a person's word.
    fn how_to_attest(&mut self, report: &Report) {
        if report
            .chapters
            .iter()
            .flat_map(|chapter| &chapter.checks)
            .any(|check| shared(check) == Some(SharedFix::Person))
        {
            self.line("");
            self.wrapped(
                0,
                "",
                "An attestation is written into `[attest.ID]` with `by`, `on` and \
                 `evidence`; `golive explain ID` says what to look at.",
            );
        }
    }

    /// How many checks ended how, in words that stay beside their numbers.
    fn counts(&mut self, counts: &Counts) {
        let all: Vec<String> = counts
            .rows()
            .iter()
            .map(|(word, count)| format!("{count} {word}").replace(' ', "\u{a0}"))
            .collect();
        let checks = if counts.total() == 1 { "check" } else { "checks" };
        let text = format!("{} {checks}: {}", counts.total(), all.join(", "));
        for line in wrap(&text, self.width, 0) {
            self.line(&line.replace('\u{a0}', " "));
        }
    }

    fn measurements(&mut self, measurements: &[Measurement]) {
        if measurements.is_empty() {
            return;
        }
        self.line("");
        let heading = self.paint("Measurements", Style::Bold);
        self.line(&heading);
        let names =
            measurements.iter().map(|measured| measured.name.len()).max().unwrap_or_default();
        for (at, measured) in measurements.iter().enumerate() {
            let held_to = |limit: Limit| {
                format!(
                    "  ({} {}, {})",
                    limit.bound.words(),
                    quantity(limit.value, measured.unit),
                    limit.from.label()
                )
            };
            let limit = measured.limit.map_or(String::new(), held_to);
            self.line(&format!(
                "    {:names$} {:>9}{limit}",
                measured.name,
                quantity(measured.value, measured.unit)
            ));
            // What several in a row have in common is said after the last of them.
            let said_below =
                measurements.get(at + 1).is_some_and(|next| next.note == measured.note);
            if let Some(note) = measured.note.as_ref().filter(|_| !said_below) {
                self.wrapped(6, "", note.as_str());
            }
        }
    }
}

/// What neighbouring checks may have in common.
#[derive(PartialEq)]
enum SharedFix<'a> {
    /// They want a person's word.
    Person,
    /// They are undecided for the same reason; whether an attestation would do.
    Undecided(&'a Reason, bool),
    /// The same person answers for them, with the same evidence.
    Attested(&'a Attested),
    /// They do not concern this merchant, for the same reason.
    NotApplicable(&'a str),
}

fn shared(check: &Judged) -> Option<SharedFix<'_>> {
    match &check.outcome {
        Outcome::Undecided(Reason::NoWayToObserve(_)) if check.meta.needs == Needs::Attestation => {
            Some(SharedFix::Person)
        }
        Outcome::Undecided(reason) => Some(SharedFix::Undecided(
            reason,
            check.meta.attestable && matches!(reason, Reason::NoWayToObserve(_)),
        )),
        Outcome::Attested(attested) => Some(SharedFix::Attested(attested)),
        Outcome::NotApplicable(why) => Some(SharedFix::NotApplicable(why.as_str())),
        Outcome::Pass(_) | Outcome::Warn(_) | Outcome::Fail(_) | Outcome::Waived(..) => None,
    }
}

const fn look(outcome: &Outcome) -> Style {
    match outcome {
        Outcome::Pass(_) => Style::Colour(Color::Green),
        Outcome::Attested(_) => Style::Colour(Color::Blue),
        Outcome::Warn(_) => Style::Loud(Color::Yellow),
        Outcome::Fail(_) => Style::Loud(Color::Red),
        Outcome::Waived(..) => Style::Loud(Color::Magenta),
        Outcome::Undecided(_) => Style::Colour(Color::Yellow),
        Outcome::NotApplicable(_) => Style::Dim,
    }
}

/// The tally of a heading, without what there is none of.
fn marks(counts: &Counts) -> Vec<(&'static str, usize)> {
    let all = [
        (mark::PASSED, counts.pass),
        (mark::ATTESTED, counts.attested),
        (mark::WARNING, counts.warn),
        (mark::FAILED, counts.fail),
        (mark::WAIVED, counts.waived),
        (mark::UNDECIDED, counts.undecided),
        (mark::TRIAL, counts.trial),
        (mark::NOT_APPLICABLE, counts.not_applicable),
    ];
    all.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// A number with its unit.
pub(super) fn quantity(value: f64, unit: &str) -> String {
    match unit {
        "s" if value == 0.0 => "0 s".to_owned(),
        "s" if value.abs() < 0.01 => format!("{:.1} ms", value * 1e3),
        "s" if value.abs() < 1.0 => format!("{} ms", (value * 1e3).round()),
        _ => format!("{} {unit}", (value * 10.0).round() / 10.0),
    }
}

/// Breaks `text` into lines of `width` columns, the first one `lead` shorter. Addresses and paths
/// stay whole; any other word that is longer than a line is cut.
fn wrap(text: &str, width: usize, lead: usize) -> Vec<String> {
    let least = width.saturating_sub(lead);
    let words: Vec<Word<'_>> = WordSeparator::AsciiSpace
        .find_words(text)
        .enumerate()
        .flat_map(|(at, word)| {
            // A word too long for a line is cut to what also the first takes; one that only the
            // first has no room for, where it has to stand there.
            let room = if at == 0 { least } else { width };
            if word.contains("://") || display_width(&word) <= room {
                vec![word]
            } else {
                word.break_apart(least.max(1)).collect()
            }
        })
        .collect();
    let widths = [least as f64, width as f64];
    let lines = wrap_first_fit(&words, &widths);
    let whole = |line: &[Word<'_>]| {
        let mut joined = String::new();
        for (at, word) in line.iter().enumerate() {
            joined.push_str(word.word);
            if at + 1 < line.len() {
                joined.push_str(word.whitespace);
            }
        }
        joined
    };
    lines.into_iter().map(whole).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wraps_within_the_width_and_cuts_only_what_is_no_address() {
        assert_eq!(wrap("one two three", 7, 0), ["one two", "three"]);
        assert_eq!(wrap("one two three", 7, 4), ["one", "two", "three"]);
        assert_eq!(wrap("abcdefghij", 4, 0), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("see https://a.example/b c", 8, 0), ["see", "https://a.example/b", "c"]);
        assert_eq!(wrap("", 8, 0), [""]);
    }

    #[test]
    fn numbers_are_written_with_their_unit() {
        assert_eq!(quantity(0.1824, "s"), "182 ms");
        assert_eq!(quantity(5.0, "s"), "5 s");
        assert_eq!(quantity(-301.0, "s"), "-301 s");
        assert_eq!(quantity(62.0, "days"), "62 days");
    }
}
