//! Every rule finds its examples and spares its counter-examples.

use std::collections::BTreeSet;

use crate::scan::rule::{LiteralContext, Match, Reach};
use crate::scan::rules::*;
use crate::scan::signing;

/// What a rule makes of a text, as the scan would ask it.
fn found(rule: &Rule, text: &str) -> Vec<Match> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    for literal in rule.literals {
        for at in (0..bytes.len()).filter(|at| bytes[*at..].starts_with(literal.as_bytes())) {
            found.extend((rule.look)(&LiteralContext { bytes, at, literal }));
        }
    }
    found
}

#[test]
fn finds_what_it_must_and_spares_what_it_must() {
    let mut wrong = Vec::new();
    for rule in RULES {
        assert!(
            rule.finds.len() >= 2 && rule.spares.len() >= 2,
            "{} has too few examples",
            rule.id
        );
        for text in rule.finds {
            for text in [text.to_string(), format!("x = 1\n{text}\ny = 2\n")] {
                if found(rule, &text).len() != 1 {
                    wrong.push(format!(
                        "{} should find one thing in {text:?}: {:?}",
                        rule.id,
                        found(rule, &text)
                    ));
                }
            }
        }
        for text in rule.spares {
            if let Some(found) = found(rule, text).first() {
                wrong.push(format!("{} should spare {text:?}: {found:?}", rule.id));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn shows_no_more_of_a_key_than_its_ends() {
    for rule in RULES {
        for text in rule.finds {
            for found in found(rule, text) {
                let shown = found.excerpt.to_ascii_lowercase();
                assert!(!shown.contains("marker"), "{} shows {shown}", rule.id);
                assert!(found.range.end <= text.len(), "{}: {:?} in {text}", rule.id, found.range);
            }
        }
    }
}

#[test]
fn rules_are_described_and_unique() {
    let mut ids = BTreeSet::new();
    for rule in all() {
        assert!(ids.insert(rule.id), "two rules are called {}", rule.id);
        assert!(
            rule.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
            "{}",
            rule.id
        );
        for words in [rule.why, rule.fix] {
            assert!(words.ends_with('.') && words.len() > 10, "{}: {words}", rule.id);
        }
    }
    assert_eq!(find("own-secret").map(|rule| rule.id), Some("own-secret"));
    assert!(find("no-such-rule").is_none());
}

#[test]
fn literals_are_long_enough_for_a_fast_search() {
    let stage = |reach: Reach| (reach.is_everywhere(), reach.is_signing());
    for of in [(true, false), (false, false), (false, true)] {
        let rules = RULES.iter().filter(|rule| stage(rule.reach) == of);
        let header = signing::HEADER.iter().filter(|_| of.0);
        let literals: BTreeSet<&str> =
            rules.flat_map(|rule| rule.literals).chain(header).copied().collect();
        for literal in &literals {
            assert!(literal.len() >= 4, "{literal}");
            let hidden =
                literals.iter().find(|other| *other != literal && literal.starts_with(**other));
            assert!(hidden.is_none(), "{literal} is never found: {hidden:?} begins the same way");
        }
        assert!(literals.len() <= 64, "{} literals: a vectorised search takes 64", literals.len());
    }
}

#[test]
fn no_rule_panics_on_odd_bytes() {
    for rule in RULES {
        for literal in rule.literals {
            for around in [
                &b""[..],
                b"\xff\xfe\x80",
                b"\xd0\xd0",
                b"\"'=:",
                b"....",
                b"----",
                b"://@",
                b"\xe2\x80",
            ] {
                let bytes = [around, literal.as_bytes(), around].concat();
                let _ = (rule.look)(&LiteralContext { bytes: &bytes, at: around.len(), literal });
            }
        }
    }
}
