//! The searches through the bytes of a file: one through every file, one through those that name
//! the platform, one through those that sign.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use golive_checks::scan::rule::{Reach, Rule};
use golive_checks::scan::rules::RULES;
use golive_checks::scan::signing;

use super::own::OwnSecrets;

/// All of them.
pub(super) struct Stages<'a> {
    /// For every file.
    pub(super) everywhere: Stage,
    /// For files that name the platform.
    pub(super) platform: Stage,
    /// For files that name the platform or sign as it does.
    pub(super) signing: Stage,
    /// The configured secrets.
    pub(super) own: &'a OwnSecrets,
    /// By literal of `everywhere`: spellings of secrets that hold it, and where in them it stands.
    pub(super) anchored: Vec<Vec<(usize, usize)>>,
    /// The spellings that hold no literal.
    pub(super) apart: Option<(AhoCorasick, Vec<usize>)>,
}

/// One search.
pub(super) struct Stage {
    /// Finds literals. Of a few dozen short ones it makes a vectorised search over raw bytes.
    pub(super) automaton: AhoCorasick,
    /// What each is, and the rules that want to know.
    pub(super) literals: Vec<(&'static str, Vec<&'static Rule>)>,
}

impl<'a> Stages<'a> {
    pub(super) fn new(own: &'a OwnSecrets) -> Self {
        let everywhere = Stage::everywhere();
        let literals: Vec<&str> = everywhere.literals.iter().map(|(literal, _)| *literal).collect();
        let mut anchored = vec![Vec::new(); literals.len()];
        for index in 0..own.spellings.len() {
            if let Some((literal, offset)) = own.anchor(index, &literals) {
                anchored[literal].push((index, offset));
            }
        }
        let apart = own.apart(&literals);
        let platform = Stage::new(|rule| rule.reach == Reach::PlatformText, &[]);
        Self {
            platform,
            signing: Stage::new(|rule| rule.reach.is_signing(), &[]),
            own,
            anchored,
            apart,
            everywhere,
        }
    }
}

impl Stage {
    /// The search through every file. It also looks for the header that carries the signature.
    fn everywhere() -> Self {
        Self::new(|rule| rule.reach.is_everywhere(), &signing::HEADER)
    }

    fn new(of: impl Fn(&Rule) -> bool, also: &[&'static str]) -> Self {
        let mut literals: Vec<(&'static str, Vec<&'static Rule>)> =
            also.iter().map(|literal| (*literal, Vec::new())).collect();
        for rule in RULES.iter().copied().filter(|rule| of(rule)) {
            for literal in rule.literals {
                match literals.iter_mut().find(|(known, _)| known == literal) {
                    Some((_, rules)) => rules.push(rule),
                    None => literals.push((literal, vec![rule])),
                }
            }
        }
        let automaton = AhoCorasick::builder()
            // Leftmost-first lets it search with vectors; no literal begins another, so that it
            // hides none.
            .match_kind(MatchKind::LeftmostFirst)
            .kind(Some(AhoCorasickKind::DFA))
            .build(literals.iter().map(|(literal, _)| literal))
            .expect("a few dozen short literals fit");
        Self { automaton, literals }
    }
}

/// What every file is searched for.
#[cfg(test)]
pub(super) fn literals_everywhere() -> Vec<&'static str> {
    Stage::everywhere().literals.iter().map(|(literal, _)| *literal).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_benchmark_searches_for_the_same_literals() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/scan-literals.txt");
        let literals = format!("{}\n", literals_everywhere().join("\n"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(path, &literals).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), literals, "UPDATE_GOLDEN=1 writes it");
    }
}
