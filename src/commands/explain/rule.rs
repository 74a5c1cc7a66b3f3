//! A rule of the scan in print: what it finds, and how much that weighs where.

use std::fmt::Write as _;

use golive_checks::scan::rule::{Reach, Rule, Topic};
use golive_checks::scan::rules;

use crate::page::{hanging, indented};

/// All that is known of a rule.
pub(crate) fn explain(rule: &Rule) -> String {
    let mut out = hanging(&format!("{}: {}", rule.id, rule.what), 0, 4);
    out.push_str(&indented(
        &format!("a rule of the source scan, for {}", rule.topic.checks().join(", ")),
        0,
    ));
    let mut part = |heading: &str, words: &str| {
        let _ = write!(out, "\n{heading}\n{}", indented(words, 2));
    };
    part("Why", rule.why);
    part("How to fix it", rule.fix);
    part("Where it looks", reach(rule.reach));
    let levels = &rule.levels;
    let is_public_only = rule.reach == Reach::SigningPublic;
    let places = [
        ("what browsers or phones get", levels.public, rule.reach != Reach::SigningPrivate),
        ("configuration that production reads", levels.production, !is_public_only),
        ("other configuration, pipelines", levels.config, !is_public_only),
        ("code that production may run", levels.code, !is_public_only),
        ("tests, examples, documentation, lock files,", levels.elsewhere, !is_public_only),
    ];
    out.push_str("\nWhat it means, by place\n");
    for (place, weight, looks) in places {
        let word = if looks { weight.word() } else { "not looked at" };
        let _ = writeln!(out, "  {place:<54}{word}");
    }
    out.push_str("    vendored code, other environments\n");
    let circumstances = [
        ("where a choice between environments stands around it", levels.selected),
        ("in a comment", levels.comment),
        ("where it is a placeholder", levels.stand_in),
        ("in a file that does not name the platform", levels.without_platform),
        ("in production's configuration, out of git", levels.untracked_production),
        ("in other configuration, out of git", levels.untracked_config),
    ];
    out.push_str("\nAnd at most\n");
    for (circumstance, most) in circumstances {
        let _ = writeln!(out, "  {circumstance:<54}{}", most.word());
    }
    let allowed = if rule.topic == Topic::Secrets {
        "The line may be allowed by `golive:allow(RULE) reason` in a comment on it, or by a \
         baseline; nothing allows a real key in what others get."
    } else {
        "The line may be allowed by `golive:allow(RULE) reason` in a comment on it, or by a \
         baseline."
    };
    let allowed =
        if rule.topic == Topic::Allowances { "Nothing allows an allowance." } else { allowed };
    let _ = write!(out, "\nExceptions\n{}", indented(&allowed.replace("RULE", rule.id), 2));
    out
}

/// The rules that a check judges, for its explanation; nothing where it judges none.
pub(crate) fn of_check(id: &str) -> String {
    let ids: Vec<&str> =
        rules::all().filter(|rule| rule.topic.checks().contains(&id)).map(|rule| rule.id).collect();
    if ids.is_empty() {
        return String::new();
    }
    let words =
        format!("{}. `golive explain RULE` says what each means in which place.", ids.join(", "));
    format!("\nRules of the scan\n{}", indented(&words, 2))
}

fn reach(reach: Reach) -> &'static str {
    match reach {
        Reach::Everything => "Every file, binary ones too.",
        Reach::Text => "Every file but binary ones.",
        Reach::PlatformText => "Files that name the platform, in their text or path.",
        Reach::Signing => {
            "Files that name the platform or sign as it does (`X-SIGNATURE`, `X-TIMESTAMP` and an \
             HMAC, with no other provider named), and there away from what names another provider. \
             It reads code a little and is a heuristic of ours, rather silent than wrong."
        }
        Reach::SigningPublic => {
            "What browsers or phones get, where it names the platform or signs as it does. It is a \
             heuristic of ours, rather silent than wrong."
        }
        Reach::SigningPrivate => {
            "Source that names the platform or signs as it does and is part of a page or an app: \
             React, Vue, Svelte, Angular, Flutter, Android, iOS, .NET. It is a heuristic of ours, \
             rather silent than wrong."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_explained_within_80_columns() {
        for rule in rules::all() {
            let words = crate::commands::explain::explain(rule.id).expect("an explanation");
            for part in [
                rule.id,
                rule.topic.checks()[0],
                "Why",
                "How to fix it",
                "What it means, by place",
                "in a comment",
            ] {
                assert!(words.contains(part), "{}: {part}", rule.id);
            }
            for line in words.lines() {
                assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
            }
        }
    }

    #[test]
    fn says_what_a_hit_means_in_which_place() {
        let words = crate::commands::explain::explain("signs-in-public").expect("an explanation");
        let line = |start: &str| {
            words
                .lines()
                .find(|line| line.trim_start().starts_with(start))
                .unwrap_or_default()
                .to_owned()
        };
        assert!(
            line("what browsers or phones get").ends_with(" failure")
                && line("code that production").ends_with(" not looked at"),
            "{words}"
        );
        let words =
            crate::commands::explain::explain("compares-signature").expect("an explanation");
        assert!(
            words.lines().any(
                |line| line.starts_with("  code that production") && line.ends_with(" warning")
            ),
            "{words}"
        );
        assert!(
            words
                .lines()
                .any(|line| line.starts_with("  tests, ") && line.ends_with(" information")),
            "{words}"
        );
    }

    #[test]
    fn a_check_of_the_source_names_its_rules() {
        let words = crate::commands::explain::explain("source-uses-verification-result")
            .expect("an explanation");
        assert!(words.contains("verification-unused, verification-logged-only"), "{words}");
        assert!(
            !crate::commands::explain::explain("webhook-prompt")
                .expect("an explanation")
                .contains("Rules of the scan")
        );
    }
}
