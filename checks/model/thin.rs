//! Thin attestations: evidence that nobody could follow up.

use super::{Attestation, Judged, Limits, Outcome, Text};
use crate::text;

/// What is thin about the evidence of one attestation: it names no URL and no file that exists,
/// and is too short to describe anything.
#[must_use]
pub(super) fn thin_evidence(attestation: &Attestation, limits: &Limits) -> Option<Text> {
    let evidence = attestation.evidence.trim();
    let least = limits.attestation_characters;
    let is_short = u64::try_from(evidence.chars().count()).unwrap_or(u64::MAX) < least;
    (is_short && !attestation.is_file && !names_url(evidence)).then(|| {
        text!(
            "thin evidence: name a URL, a file that exists or a description of {} or more \
             characters (golive's limit)",
            least
        )
    })
}

/// Whether an address stands somewhere in it.
fn names_url(evidence: &str) -> bool {
    ["https://", "http://"].iter().any(|scheme| {
        evidence.match_indices(scheme).any(|(at, _)| {
            evidence[at + scheme.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '[')
        })
    })
}

/// Adds a remark to every attested item where one person and one piece of evidence stand for all
/// of them.
pub(super) fn remark_on_one_for_all(judged: &mut [Judged]) {
    let mut attested: Vec<_> = judged
        .iter_mut()
        .filter_map(|check| match &mut check.outcome {
            Outcome::Attested(attested) => Some(attested),
            _ => None,
        })
        .collect();
    let [first, _, ..] = attested.as_slice() else { return };
    let same = (first.by.clone(), first.evidence.clone());
    if attested.iter().any(|one| (&one.by, &one.evidence) != (&same.0, &same.1)) {
        return;
    }
    let all = text!(
        "thin evidence: one person and one piece of evidence stand for all {} attested items",
        attested.len()
    );
    for one in &mut attested {
        one.remark = Some(match one.remark.take() {
            Some(remark) => text!("{}; {}", remark, all),
            None => all.clone(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CheckMeta, Facts, Item, Merchant, Observations, RunFacts, Section, ruling};

    fn said(by: &str, evidence: &str, is_file: bool) -> Attestation {
        Attestation {
            by: by.to_owned(),
            on: "2026-11-02".parse().expect("a date"),
            evidence: evidence.to_owned(),
            valid_days: None,
            is_file,
        }
    }

    #[test]
    fn a_url_a_file_or_a_description_is_not_thin() {
        let limits = Limits::default();
        for (evidence, is_file, is_thin) in [
            ("yes", false, true),
            ("done, see the wiki", false, true),
            ("  done, see the wiki  ", false, true),
            ("https://", false, true),
            ("docs/plan.md", false, true),
            ("docs/plan.md", true, false),
            ("https://w.in", false, false),
            ("see http://w.in/x", false, false),
            ("drill of 2 November, minutes in Finance", false, false),
            ("२० अक्षरों से लंबा विवरण यहाँ है", false, false),
        ] {
            let found = thin_evidence(&said("Asha Rao", evidence, is_file), &limits);
            assert_eq!(found.is_some(), is_thin, "{evidence:?} {is_file}");
        }
        let patient = Limits { attestation_characters: 3, ..limits };
        assert_eq!(thin_evidence(&said("Asha Rao", "yes", false), &patient), None);
    }

    const ONE: Item = Item(&CheckMeta { id: "test-one", ..Item::USUAL });
    const TWO: Item = Item(&CheckMeta { id: "test-two", ..Item::USUAL });
    static SECTION: Section = Section { id: "test", title: "Test", checks: &[&ONE, &TWO] };

    /// The remarks on two items.
    fn remarks(attestations: &[(&str, Attestation)]) -> Vec<Option<Text>> {
        let attestations = attestations.iter().map(|(id, said)| ((*id).to_owned(), said.clone()));
        let merchant = Merchant { attestations: attestations.collect(), ..Merchant::default() };
        let facts = Facts {
            merchant: &merchant,
            run: &RunFacts::example(),
            seen: &Observations::default(),
        };
        let judged = ruling::judge(&[&SECTION], &facts).into_iter();
        judged
            .map(|check| match check.outcome {
                Outcome::Attested(attested) => attested.remark,
                _ => None,
            })
            .collect()
    }

    const WIKI: &str = "https://wiki.example/plan";

    #[test]
    fn one_person_and_one_source_for_everything_is_remarked_on() {
        let same =
            [("test-one", said("Asha", WIKI, false)), ("test-two", said("Asha", WIKI, false))];
        for remark in remarks(&same) {
            let remark = remark.expect("a remark");
            assert!(remark.as_str().ends_with("all 2 attested items"), "{remark}");
        }
        let both = remarks(&[
            ("test-one", said("Asha", "ok", false)),
            ("test-two", said("Asha", "ok", false)),
        ]);
        let both = both[0].as_ref().expect("both remarks").as_str();
        assert!(
            both.contains("name a URL") && both.contains("; thin evidence: one person"),
            "{both}"
        );
    }

    #[test]
    fn two_people_two_sources_or_one_item_are_not() {
        for other in [said("Ravi", WIKI, false), said("Asha", "https://wiki.example/other", false)]
        {
            let mixed = [("test-one", said("Asha", WIKI, false)), ("test-two", other)];
            assert_eq!(remarks(&mixed), [None, None]);
        }
        assert_eq!(remarks(&[("test-one", said("Asha", WIKI, false))]), [None, None]);
    }
}
