//! The lines of the platform's checklist for a terminal: each with how it was decided, and by which
//! checks.

use colored::{Color, Colorize as _};
use textwrap::{WordSeparator, WordSplitter};

use crate::report::Report;
use crate::report::coverage::{Covered, Decided, tally};
use crate::report::terminal::WIDTH;

/// Where the words of a line begin: behind its id and how it was decided.
const INDENT: usize = 26;

/// Writes every requirement, page by page, and how many were decided how.
pub(crate) fn render(report: &Report, colour: bool) -> String {
    let coverage = report.coverage();
    let mut out = paragraph("", report.sentence.as_str());
    let mut heading = ("", "");
    for covered in &coverage {
        let requirement = covered.requirement;
        if heading.0 != requirement.page {
            out.push_str(&format!("\n{}\n", requirement.page));
        }
        if heading != (requirement.page.as_str(), requirement.section.as_str()) {
            out.push_str(&format!(
                "\n{}\n",
                if colour {
                    requirement.section.bold().to_string()
                } else {
                    requirement.section.clone()
                }
            ));
        }
        heading = (&requirement.page, &requirement.section);
        out.push_str(&line(covered, colour));
    }
    let counts: Vec<String> = tally(&coverage)
        .iter()
        .map(|(decided, count)| format!("{count} {}", decided.word()))
        .collect();
    out.push('\n');
    out.push_str(&paragraph("", &format!("{} lines: {}.", coverage.len(), counts.join(", "))));
    for (decided, _) in tally(&coverage) {
        out.push_str(&paragraph(&format!("  {:16}", decided.word()), decided.meaning()));
    }
    out
}

/// One requirement, and below it the checks that cover it.
fn line(covered: &Covered, colour: bool) -> String {
    let requirement = covered.requirement;
    let level = if requirement.required { "" } else { " (recommended)" };
    let decided = format!("{:14}", covered.decided.word());
    let words = paragraph(
        &format!("  {:8}{decided}  ", requirement.id),
        &format!("{}{level}", requirement.words),
    );
    let by: Vec<String> =
        covered.by.iter().map(|(id, outcome)| format!("{id} ({outcome})")).collect();
    let by = if by.is_empty() { "no check of this run".to_owned() } else { by.join(", ") };
    let by = paragraph(&" ".repeat(INDENT), &by);
    if colour {
        words.replacen(&decided, &decided.color(hue(covered.decided)).to_string(), 1)
            + &by.dimmed().to_string()
    } else {
        words + &by
    }
}

const fn hue(decided: Decided) -> Color {
    match decided {
        Decided::Failed => Color::Red,
        Decided::Undecided | Decided::LeftOut | Decided::TrialRun | Decided::Waived => {
            Color::Yellow
        }
        Decided::Attested | Decided::NotApplicable => Color::Blue,
        Decided::Observed | Decided::Proven => Color::Green,
    }
}

/// Words behind a label, wrapped below where they begin.
fn paragraph(label: &str, words: &str) -> String {
    let below = " ".repeat(label.chars().count());
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(label)
        .subsequent_indent(&below)
        .break_words(false);
    // An id is broken nowhere.
    let options = options
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation);
    let mut text: String = textwrap::wrap(words, options)
        .iter()
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    if text.is_empty() {
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use golive_checks::requirements;

    use super::*;
    use crate::report::sample::{every_outcome, report, run};

    #[test]
    fn every_requirement_has_a_line_and_none_is_wider_than_a_terminal() {
        let text = render(&report(every_outcome(), &run()), false);
        for requirement in requirements::all() {
            let lines =
                text.lines().filter(|line| line.starts_with(&format!("  {} ", requirement.id)));
            assert_eq!(lines.count(), 1, "{}", requirement.id);
        }
        let wide: Vec<&str> = text
            .lines()
            .filter(|line| line.chars().count() > WIDTH && !line.starts_with("https://"))
            .collect();
        assert!(wide.is_empty(), "{wide:#?}");
        assert!(text.starts_with("NOT READY: "), "{text}");
        assert!(text.contains(&format!("\n{} lines: ", requirements::all().len())), "{text}");
    }

    #[test]
    fn colour_changes_no_word() {
        colored::control::set_override(true);
        let report = report(every_outcome(), &run());
        let painted = render(&report, true);
        let mut plain = String::new();
        let mut rest = painted.chars();
        while let Some(c) = rest.next() {
            if c == '\u{1b}' {
                rest.find(char::is_ascii_alphabetic);
            } else {
                plain.push(c);
            }
        }
        assert!(painted.contains('\u{1b}'));
        assert_eq!(plain, render(&report, false));
    }
}
