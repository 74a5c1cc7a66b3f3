//! The report in Markdown, for a ticket.

use golive_checks::model::{Evidence, Finding, Judged, Level, Outcome, Show as _, Text};

use super::mark::mark;
use super::measure::Limit;
use super::terminal::quantity;
use super::{Chapter, FINE_PRINT, Report};

/// Writes the report for GitHub's, GitLab's and most trackers' Markdown.
pub(crate) fn render(report: &Report) -> String {
    let mut page = MarkdownPage { out: String::new() };
    page.line(&format!("# {}", escape(&report.headline())));
    page.line("");
    page.line(&format!("**{}**", escape(report.sentence.as_str())));
    page.line("");
    page.line(&escape(FINE_PRINT));
    if !report.first.is_empty() {
        page.line("");
        for (at, first) in report.first.iter().enumerate() {
            page.line(&format!("{}. `{}`: {}", at + 1, first.id, escape(first.why.as_str())));
        }
    }
    page.head(report);
    page.table(
        ["Outcome", "Checks"],
        report.counts.rows().map(|(word, count)| [word.to_owned(), count.to_string()]),
    );
    for chapter in &report.chapters {
        page.chapter(report, chapter);
    }
    page.measurements(report);
    page.out
}

/// The report so far.
struct MarkdownPage {
    out: String,
}

impl MarkdownPage {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn table<const N: usize>(
        &mut self,
        heads: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) {
        self.line("");
        self.line(&format!("| {} |", heads.join(" | ")));
        self.line(&format!("|{}", "---|".repeat(N)));
        for row in rows {
            self.line(&format!("| {} |", row.join(" | ")));
        }
    }

    /// Who ran what, when, where from and how far.
    fn head(&mut self, report: &Report) {
        let run = &report.run;
        let all = |texts: &[Text], none: &str| {
            let texts: Vec<&str> = texts.iter().map(Text::as_str).collect();
            if texts.is_empty() { none.to_owned() } else { texts.join(", ") }
        };
        let addresses: Vec<String> = run.addresses.iter().map(ToString::to_string).collect();
        let addresses =
            if addresses.is_empty() { "not seen".to_owned() } else { addresses.join(", ") };
        let mut reach = format!("deliver \"{}\"", run.deliver.word());
        for (said, option) in [(run.offline, ", --offline"), (run.strict, ", --strict")] {
            reach.push_str(if said { option } else { "" });
        }
        let took = std::time::Duration::from_millis(run.took_ms).show();
        let mut rows = vec![
            ("Merchant", report.merchant.as_ref().map_or("not named", Text::as_str).to_owned()),
            ("Configuration", format!("{}, SHA-256 {}", run.config_path, run.config_sha256)),
            ("Run", format!("{}, id {}, took {took}", run.started_local, run.id)),
            ("Tool", format!("golive {}", run.version)),
            ("Catalogue", report.catalogues()),
            ("From", format!("{}, role {}, address {addresses}", run.host, run.role.word())),
            ("Contacted", all(&run.contacted, "nothing")),
            ("Reach", reach),
            ("Switches", all(&run.switches, "none")),
        ];
        if let Some(challenge) = &run.challenge {
            rows.push(("Challenge", challenge.as_str().to_owned()));
        }
        if run.partial {
            rows.push(("Only", all(&run.only, "everything")));
            rows.push(("Skipped", all(&run.skip, "nothing")));
        }
        self.table(
            ["Run", ""],
            rows.into_iter().map(|(name, value)| [name.to_owned(), escape(&value)]),
        );
    }

    /// A table of all its checks, then what there is to say of each.
    fn chapter(&mut self, report: &Report, chapter: &Chapter) {
        self.line("");
        self.line(&format!("## {}", escape(chapter.title)));
        let row = |check: &Judged| {
            let title = escape(check.meta.title);
            [
                word(&check.outcome),
                title,
                check.level.word().to_owned(),
                format!("`{}`", check.meta.id),
                brief(&check.outcome),
            ]
        };
        self.table(["Outcome", "Check", "Level", "Id", "Remark"], chapter.checks.iter().map(row));
        for check in &chapter.checks {
            match &check.outcome {
                Outcome::Warn(finding) | Outcome::Fail(finding) | Outcome::Waived(finding, _) => {
                    self.finding(report, check, finding)
                }
                Outcome::Pass(_)
                | Outcome::Undecided(_)
                | Outcome::NotApplicable(_)
                | Outcome::Attested(_) => {}
            }
        }
    }

    fn finding(&mut self, report: &Report, check: &Judged, finding: &Finding) {
        let level = match check.level {
            Level::Required => "",
            Level::Recommended => ", recommended",
        };
        self.line("");
        self.line(&format!("### {} (`{}`)", escape(check.meta.title), check.meta.id));
        self.line("");
        self.line(&format!(
            "{}{level}: {}",
            word(&check.outcome),
            escape(finding.message.as_str())
        ));
        self.line("");
        for evidence in &finding.evidence {
            let place = report.place(&evidence.subject).map_or(String::new(), |place| {
                escape(&format!(" ({}:{}:{})", place.file, place.at.line, place.at.column))
            });
            self.line(&format!("- {}{place}", escape(&evidence.subject.show())));
            if let Some(sent) = report.sent(&evidence.subject) {
                self.line(&format!("  - sent: {}", escape(sent.as_str())));
            }
            self.line(&format!("  - expected: {}", escape(evidence.expected.as_str())));
            self.line(&format!("  - found: {}", escape(evidence.observed.as_str())));
        }
        self.line(&format!("- fix: {}", escape(Report::fix(check, finding))));
        if let Some(repeat) = &finding.repeat {
            self.line(&format!("- repeat: {}", escape(&format!("`{repeat}`"))));
        }
        let reference = check.meta.reference;
        self.line(&format!("- see: [{}](<{}>)", escape(reference.label), reference.url));
    }

    fn measurements(&mut self, report: &Report) {
        if report.measurements.is_empty() {
            return;
        }
        self.line("");
        self.line("## Measurements");
        let rows = report.measurements.iter().map(|measured| {
            let value = quantity(measured.value, measured.unit);
            let held_to = |limit: Limit| {
                format!("{} {}", limit.bound.words(), quantity(limit.value, measured.unit))
            };
            let limit = measured.limit.map_or("none".to_owned(), held_to);
            let whose = measured.limit.map_or(String::new(), |limit| limit.from.label().to_owned());
            let note = measured.note.as_ref().map_or(String::new(), |note| escape(note.as_str()));
            [escape(measured.name), value, limit, whose, note]
        });
        self.table(["What", "Measured", "Limit", "Whose limit", "Note"], rows);
    }
}

/// The outcome, with the mark of the terminal.
fn word(outcome: &Outcome) -> String {
    let word = match outcome {
        Outcome::Pass(_) => "passed",
        Outcome::Warn(_) => "warning",
        Outcome::Fail(_) => "**failed**",
        Outcome::Undecided(_)
        | Outcome::NotApplicable(_)
        | Outcome::Attested(_)
        | Outcome::Waived(..) => outcome.label(),
    };
    format!("{} {word}", mark(outcome))
}

/// What fits into a table of an outcome.
fn brief(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Pass(evidence) => proof(evidence),
        Outcome::Warn(finding) | Outcome::Fail(finding) => escape(finding.message.as_str()),
        Outcome::Undecided(reason) => escape(&reason.show()),
        Outcome::NotApplicable(why) => escape(why.as_str()),
        Outcome::Attested(attested) => {
            let remark = attested.remark.as_ref().map_or("", Text::as_str);
            escape(&format!(
                "by {} on {}, counts until {}: {}{}{remark}",
                attested.by,
                attested.on,
                attested.until,
                attested.evidence,
                if remark.is_empty() { "" } else { "; " }
            ))
        }
        Outcome::Waived(_, waived) => escape(&format!(
            "{}, approved by {}, until {}",
            waived.reason, waived.approved_by, waived.until
        )),
    }
}

/// How many pieces of evidence for what holds fit into a table; the JSON report has them all.
const PROOFS: usize = 4;

/// What a pass rests on.
fn proof(evidence: &[Evidence]) -> String {
    let mut said: Vec<String> = evidence
        .iter()
        .take(PROOFS)
        .map(|evidence| format!("{}: {}", evidence.subject.show(), evidence.observed))
        .collect();
    if evidence.len() > PROOFS {
        said.push(format!("and {} more", evidence.len() - PROOFS));
    }
    escape(&said.join("; "))
}

/// Makes words of words: nothing in them is taken for Markdown, HTML, a link, a cell's end or
/// somebody's name. Pairs of backticks stay what they are.
fn escape(words: &str) -> String {
    let pieces: Vec<&str> = words.split('`').collect();
    let mut out = String::with_capacity(words.len() + words.len() / 4);
    for (at, piece) in pieces.iter().enumerate() {
        let is_inside = at % 2 == 1 && at + 1 < pieces.len();
        let is_code = is_inside
            && !piece.is_empty()
            && !piece.contains(['|', '\n', '\r', '\\'])
            && piece.trim() == *piece;
        if is_code && !out.ends_with('`') {
            out.push('`');
            out.push_str(piece);
            out.push('`');
            continue;
        }
        if is_inside {
            out.push_str("\\`");
        }
        prose(piece, &mut out);
        if is_inside || (at % 2 == 0 && at + 2 == pieces.len()) {
            out.push_str("\\`");
        }
    }
    out
}

/// Escapes words that stand outside of code.
fn prose(words: &str, out: &mut String) {
    for (at, c) in words.char_indices() {
        match c {
            '\n' | '\r' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // An empty comment ends the word, so that nobody is called.
            '@' => out.push_str("@<!-- -->"),
            '\\' | '*' | '_' | '[' | ']' | '|' | '~' | '#' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // Trackers make links of bare addresses.
            ':' if words[at..].starts_with("://") => out.push_str("\\:"),
            '.' if out
                .get(out.len().saturating_sub(3)..)
                .is_some_and(|end| end.eq_ignore_ascii_case("www")) =>
            {
                out.push_str("\\.")
            }
            '-' | '+' if out.is_empty() => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_all_that_markdown_would_take_for_its_own() {
        assert_eq!(
            escape("a|b *c* _d_ [e](f) <g> & ~h~ #1\n# i"),
            r"a\|b \*c\* \_d\_ \[e\](f) &lt;g&gt; &amp; \~h\~ \#1 \# i"
        );
        assert_eq!(
            escape("https://evil.example www.evil.example"),
            r"https\://evil.example www\.evil.example"
        );
        assert_eq!(escape("@someone"), "@<!-- -->someone");
        assert_eq!(escape("- no list"), r"\- no list");
    }

    #[test]
    fn pairs_of_backticks_stay_code_and_others_do_not() {
        assert_eq!(escape("set `webhook.url` to <x>"), "set `webhook.url` to &lt;x&gt;");
        assert_eq!(escape("one ` alone"), r"one \` alone");
        assert_eq!(escape("`a` and ` alone"), r"`a` and \` alone");
        assert_eq!(escape("``x``"), r"\`\`x\`\`");
        assert_eq!(escape("`a``b`"), r"`a`\`b\`");
        assert_eq!(escape("`a|b`"), r"\`a\|b\`");
        assert_eq!(escape("`a\nb`"), r"\`a b\`");
    }
}
