//! Allowances: `golive:allow(RULE) reason` on the line of a finding, and what may be wrong with
//! one.

use std::ops::Range;

use crate::model::{HitKind, Weight};
use crate::scan::match_context::line;
use crate::scan::rule::{Levels, Match, Reach, Rule, Topic};

/// What an allowance begins with.
pub const MARK: &str = "golive:allow";

/// How many bytes of a line an allowance may take.
const LENGTH: usize = 400;

/// The fewest letters and digits that make a reason.
const WORDS: usize = 3;

/// An allowance is where it is, whatever the file is for. That it stands in a comment is as it
/// should be.
const LEVELS: Levels = Levels {
    public: Weight::Warning,
    production: Weight::Warning,
    config: Weight::Warning,
    code: Weight::Warning,
    elsewhere: Weight::Warning,
    selected: Weight::Warning,
    comment: Weight::Warning,
    stand_in: Weight::Warning,
    without_platform: Weight::Warning,
    untracked_production: Weight::Warning,
    untracked_config: Weight::Warning,
    open_to_all: Weight::Warning,
};

/// An allowance. The search finds all of them as this; those that do their work are no findings.
pub const UNUSED: Rule = Rule {
    id: "allow-unused",
    topic: Topic::Allowances,
    what: "an allowance with nothing to allow",
    why: "It would silence the next finding on its line, which nobody has looked at.",
    fix: "Remove it, or name the rule of the finding that stands on the same line.",
    literals: &[MARK],
    look: |sight| {
        let range = sight.at
            ..sight.at
                + sight.bytes[sight.at..line(sight.bytes, &(sight.at..sight.end())).end]
                    .len()
                    .min(LENGTH);
        let text = sight.text(range);
        let allowance = read(&text)?;
        Some(Match {
            range: sight.at..sight.at + allowance.length.min(sight.bytes.len() - sight.at),
            excerpt: text.into_owned(),
            kind: HitKind::Real,
        })
    },
    levels: LEVELS,
    reach: Reach::Text,
    finds: &[
        "key = load() // golive:allow(live-secret) revoked, kept for the tests of the parser",
        "# golive:allow(sandbox-host, tunnel-host) old client",
        "<!-- golive:allow(live-secret) -->",
    ],
    spares: &[
        "golive:allow",
        "golive:allowed(x)",
        "golive:allow live-secret",
        "golive:allow(live-secret",
        "golive:allow()",
    ],
};

/// An allowance that does not say why.
pub const WITHOUT_REASON: Rule = Rule {
    id: "allow-without-reason",
    what: "an allowance without a reason, which does not count",
    why: "Whoever reads it next year cannot tell whether it still holds.",
    fix: "Write the reason behind the closing bracket: `golive:allow(RULE) reason`.",
    literals: &[],
    look: |_| None,
    finds: &[],
    spares: &[],
    ..UNUSED
};

/// An allowance of what nobody can allow.
pub const IN_VAIN: Rule = Rule {
    id: "allow-in-vain",
    what: "an allowance of a live secret in what others get, which does not count",
    why: "Whoever opens the page or the app has the key, whatever a comment says.",
    fix: "Remove the key, rebuild, treat it as compromised and rotate it.",
    literals: &[],
    look: |_| None,
    finds: &[],
    spares: &[],
    ..UNUSED
};

/// What an allowance says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance<'a> {
    /// The rules it names.
    pub rules: Vec<&'a str>,
    /// Why; none where it does not say.
    pub reason: Option<&'a str>,
    /// Where the reason stands in the text, or would.
    pub reason_at: Range<usize>,
    /// How many bytes of the text name it: up to its closing bracket.
    pub length: usize,
}

/// Reads the allowance that `text` begins with. The reason ends with the line, its comment or the
/// next allowance.
#[must_use]
pub fn read(text: &str) -> Option<Allowance<'_>> {
    let within = text.strip_prefix(MARK)?.strip_prefix('(')?;
    let line = within.lines().next()?;
    let (named, rest) = line.split_once(')')?;
    let rules: Vec<&str> =
        named.split(',').map(str::trim).filter(|rule| !rule.is_empty()).collect();
    if rules.is_empty() {
        return None;
    }
    let length = MARK.len() + 1 + named.len() + 1;
    let end = ["*/", "-->", "--}}", "#}", "%>", MARK]
        .iter()
        .filter_map(|end| rest.find(end))
        .min()
        .unwrap_or(rest.len());
    let reason = rest[..end].trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—' | '"' | '\'' | ',')
    });
    let reason_at = if reason.is_empty() { length..length } else { offset(text, reason) };
    let speaks = reason.chars().filter(|c| c.is_alphanumeric()).count() >= WORDS;
    Some(Allowance { rules, reason: speaks.then_some(reason), reason_at, length })
}

/// Where a part of a text stands in it.
fn offset(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_rules_and_reason_in_every_kind_of_comment() {
        for text in [
            "golive:allow(live-secret) revoked in May",
            "golive:allow( live-secret ): revoked in May */ more()",
            "golive:allow(live-secret) — revoked in May -->",
            "golive:allow(live-secret) revoked in May\nnext line",
            "golive:allow(live-secret) revoked in May golive:allow(tunnel-host) x",
        ] {
            let read = read(text).expect("an allowance");
            assert_eq!(
                (read.rules.as_slice(), read.reason),
                (&["live-secret"][..], Some("revoked in May")),
                "{text}"
            );
            assert_eq!(&text[read.reason_at], "revoked in May");
        }
        assert_eq!(read("golive:allow(a, b) for both").expect("an allowance").rules, ["a", "b"]);
    }

    #[test]
    fn a_reason_is_more_than_a_sign() {
        for text in [
            "golive:allow(a)",
            "golive:allow(a) -->",
            "golive:allow(a) */",
            "golive:allow(a) --",
            "golive:allow(a) ok",
            "golive:allow(a)\nb c d",
        ] {
            assert_eq!(read(text).expect("an allowance").reason, None, "{text}");
        }
    }
}
