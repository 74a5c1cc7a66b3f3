//! What people have put their names to has to be in order, and in use.

use jiff::civil::Date;

use crate::model::{
    Check, CheckMeta, Evidence, Facts, Finding, Judged, Outcome, Plain, Quoted, Reference, Section,
    Subject, Text, Waiver,
    ruling::{today, waiver_fault},
};
use crate::text;

/// See [`META`].
pub(super) struct Exceptions;

const META: CheckMeta = CheckMeta {
    id: "operations-exceptions",
    title: "Attestations and waivers are in order",
    waivable: false,
    rationale: "An exception that nobody needs any more hides the next failure of the same check.",
    judged: "A waiver that is over, too far ahead (golive's limit), unsigned, without a reason, \
             for a check that does not exist or may not be waived fails; so does an attestation \
             for a check that does not exist or cannot be attested. A waiver whose check did not \
             fail warns. Whether an attestation itself holds is judged by the check that it is \
             for.",
    remediation: "Remove the `[[waive]]` or `[attest.<id>]` entries that this names, or renew \
                  them.",
    reference: Reference::CHECKLIST,
    ..CheckMeta::USUAL
};

impl Check for Exceptions {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        if !facts.merchant.waivers.is_empty() {
            facts.as_of_today("the terms of waivers were judged")?;
        }
        Ok(in_order(facts))
    }

    /// Which checks an exception may be for is known of the catalogue alone.
    fn review(
        &self,
        facts: &Facts<'_>,
        others: &[Judged],
        catalogue: &[&'static Section],
    ) -> Option<Outcome> {
        let find = |id: &str| find(catalogue, id);
        let (faults, unused) = (faults(facts, find), unused(facts, others, find));
        match (faults.is_empty(), unused.is_empty()) {
            (true, true) => None,
            (true, false) => Some(Outcome::Warn(
                Finding::new("a waiver is not needed", unused)
                    .fix("Remove the `[[waive]]` entry, so that it cannot hide a later failure"),
            )),
            (false, _) => {
                let all = faults.into_iter().chain(unused).collect();
                Some(Outcome::fail("an exception does not count", all))
            }
        }
    }
}

fn in_order(facts: &Facts<'_>) -> Outcome {
    Outcome::Pass(vec![
        Evidence::config(
            "waive",
            "only waivers that count",
            text!("{} of them", facts.merchant.waivers.len()),
        ),
        Evidence::config(
            "attest",
            "only attestations that can count",
            text!("{} of them", facts.merchant.attestations.len()),
        ),
    ])
}

/// The check `id` of the whole catalogue.
fn find(catalogue: &[&'static Section], id: &str) -> Option<&'static CheckMeta> {
    catalogue
        .iter()
        .flat_map(|section| section.checks)
        .map(|check| check.meta())
        .find(|meta| meta.id == id)
}

/// Finds a check by its id.
trait Find: Fn(&str) -> Option<&'static CheckMeta> + Copy {}

impl<F: Fn(&str) -> Option<&'static CheckMeta> + Copy> Find for F {}

/// What is wrong with an exception whatever its check says.
fn faults(facts: &Facts<'_>, find: impl Find) -> Vec<Evidence> {
    let today = today(facts);
    let waivers = facts.merchant.waivers.iter().enumerate().filter_map(|(at, waiver)| {
        let (field, what) = waiver_trouble(waiver, facts, today, find)?;
        let key = text!("waive[{}]{}", at, field);
        let expected = text!(
            "a waiver in force for a check that may be waived, here {}",
            Quoted(&waiver.check)
        );
        Some(Evidence::of(Subject::ConfigKey(key), expected, what))
    });
    let attestations = facts.merchant.attestations.keys().filter_map(|id| {
        let what = match find(id) {
            None => "no check has this id",
            Some(meta) if !meta.attestable => {
                "this check is decided by what is observed, and a person's word does not count"
            }
            Some(_) => return None,
        };
        Some(Evidence::of(
            Subject::ConfigKey(text!("attest.{}.by", Plain(id))),
            "the id of a check that may be attested",
            what,
        ))
    });
    waivers.chain(attestations).collect()
}

/// What is wrong with a waiver, and with which of its keys.
fn waiver_trouble(
    waiver: &Waiver,
    facts: &Facts<'_>,
    today: Date,
    find: impl Find,
) -> Option<(&'static str, Text)> {
    match find(&waiver.check) {
        None => Some((".check", "no check has this id".into())),
        Some(meta) if !meta.waivable => {
            Some((".check", "failures of this check cannot be waived".into()))
        }
        Some(_) => waiver_fault(waiver, facts, today).map(|fault| {
            let field = if waiver.reason.trim().is_empty() {
                ".reason"
            } else if waiver.approved_by.trim().is_empty() {
                ".approved_by"
            } else {
                ".until"
            };
            (field, fault)
        }),
    }
}

/// Waivers in force that nothing needed: their check ended, and not by them.
fn unused(facts: &Facts<'_>, others: &[Judged], find: impl Find) -> Vec<Evidence> {
    let today = today(facts);
    let mut seen: Vec<&str> = Vec::new();
    let mut unused = Vec::new();
    for (at, waiver) in facts.merchant.waivers.iter().enumerate() {
        if waiver_trouble(waiver, facts, today, find).is_some() {
            continue;
        }
        let Some(other) = others.iter().find(|other| other.meta.id == waiver.check) else {
            continue;
        };
        let repeated = seen.contains(&waiver.check.as_str());
        seen.push(&waiver.check);
        let observed = match &other.outcome {
            Outcome::Waived(..) if repeated => "an earlier waiver covers it".into(),
            Outcome::Waived(..) | Outcome::Undecided(_) => continue,
            Outcome::Pass(_)
            | Outcome::Warn(_)
            | Outcome::Fail(_)
            | Outcome::NotApplicable(_)
            | Outcome::Attested(_) => {
                text!("the check ended as {}", other.outcome.word())
            }
        };
        let expected = text!("{} to fail, as the waiver says", other.meta.id);
        unused.push(Evidence::of(
            Subject::ConfigKey(text!("waive[{}].check", at)),
            expected,
            observed,
        ));
    }
    unused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CATALOGUE;
    use crate::model::{Attestation, Level, Merchant, Observations, RunFacts, Waived};

    fn waiver(check: &str) -> Waiver {
        Waiver {
            check: check.to_owned(),
            reason: "the old provider closes in December".to_owned(),
            approved_by: "Asha Rao".to_owned(),
            until: "2026-12-31".parse().expect("a date"),
        }
    }

    fn merchant(waivers: Vec<Waiver>) -> Merchant {
        Merchant { waivers, ..Merchant::default() }
    }

    fn judged(merchant: &Merchant) -> Outcome {
        let (run, seen) = (RunFacts::example(), Observations::default());
        let facts = Facts { merchant, run: &run, seen: &seen };
        let own = Exceptions.judge(&facts).expect("a decision");
        Exceptions.review(&facts, &[], CATALOGUE).unwrap_or(own)
    }

    #[test]
    fn terms_are_unseen_today_where_the_run_names_another_date() {
        let run = RunFacts { switches: vec!["--now 2026-11-21".to_owned()], ..RunFacts::example() };
        let judge = |waivers| {
            let (merchant, seen) = (merchant(waivers), Observations::default());
            Exceptions.judge(&Facts { merchant: &merchant, run: &run, seen: &seen })
        };
        let error = judge(vec![waiver("network-inventory")]).expect_err("undecided");
        let reason = error.downcast::<crate::model::Reason>().expect("a reason");
        assert_eq!(reason.word(), "trial-run");
        assert_eq!(judge(Vec::new()).expect("a decision").word(), "pass");
    }

    fn reviewed(merchant: &Merchant, outcome: Outcome) -> Option<Outcome> {
        let meta = find(CATALOGUE, "network-inventory").expect("a check");
        let others =
            [Judged { section: "network", meta, level: Level::Recommended, outcome, broke: false }];
        Exceptions.review(
            &Facts { merchant, run: &RunFacts::example(), seen: &Observations::default() },
            &others,
            CATALOGUE,
        )
    }

    fn waived() -> Outcome {
        let waived = Waived {
            reason: "r".into(),
            approved_by: "a".into(),
            until: "2026-12-31".parse().expect("a date"),
        };
        Outcome::Waived(Finding::new("it fails", Vec::new()), waived)
    }

    #[test]
    fn passes_exceptions_that_count() {
        let mut merchant = merchant(vec![waiver("network-inventory")]);
        let attestation = Attestation {
            by: "Asha Rao".to_owned(),
            on: "2026-11-02".parse().expect("a date"),
            evidence: "wiki".to_owned(),
            valid_days: None,
            is_file: false,
        };
        merchant.attestations.insert("operations-escalation".to_owned(), attestation);
        assert_eq!(judged(&merchant).word(), "pass");
        assert_eq!(reviewed(&merchant, waived()), None);
    }

    #[test]
    fn fails_a_waiver_that_is_over_and_names_its_key() {
        let over =
            Waiver { until: "2026-11-20".parse().expect("a date"), ..waiver("network-inventory") };
        let Outcome::Fail(finding) = judged(&merchant(vec![waiver("network-inventory"), over]))
        else {
            panic!("should fail")
        };
        assert_eq!(finding.evidence[0].subject, Subject::ConfigKey("waive[1].until".into()));
    }

    #[test]
    fn fails_a_waiver_too_far_ahead_or_without_reason_or_approver_or_check() {
        let whole = waiver("network-inventory");
        for broken in [
            Waiver { until: "2027-12-31".parse().expect("a date"), ..whole.clone() },
            Waiver { reason: " ".to_owned(), ..whole.clone() },
            Waiver { approved_by: String::new(), ..whole.clone() },
            waiver("network-nothing"),
        ] {
            assert_eq!(judged(&merchant(vec![broken.clone()])).word(), "fail", "{broken:?}");
        }
    }

    #[test]
    fn fails_a_waiver_for_a_check_of_secrets() {
        assert_eq!(judged(&merchant(vec![waiver("security-no-literal-secrets")])).word(), "fail");
    }

    #[test]
    fn fails_an_attestation_for_what_is_observed_or_unknown() {
        for id in ["security-no-literal-secrets", "operations-nothing"] {
            let mut merchant = Merchant::default();
            let attestation = Attestation {
                by: "A".to_owned(),
                on: "2026-11-02".parse().expect("a date"),
                evidence: "e".to_owned(),
                valid_days: None,
                is_file: false,
            };
            merchant.attestations.insert(id.to_owned(), attestation);
            assert_eq!(judged(&merchant).word(), "fail", "{id}");
        }
    }

    #[test]
    fn warns_of_a_waiver_that_nothing_needed() {
        let merchant = merchant(vec![waiver("network-inventory")]);
        let outcome = reviewed(&merchant, Outcome::Pass(Vec::new())).expect("another outcome");
        let Outcome::Warn(finding) = outcome else { panic!("should warn") };
        assert_eq!(finding.evidence[0].subject, Subject::ConfigKey("waive[0].check".into()));
    }

    #[test]
    fn warns_of_a_second_waiver_for_the_same_check() {
        let merchant = merchant(vec![waiver("network-inventory"), waiver("network-inventory")]);
        assert_eq!(reviewed(&merchant, waived()).expect("another outcome").word(), "warn");
    }

    #[test]
    fn a_check_that_could_not_be_told_does_not_make_its_waiver_unneeded() {
        let merchant = merchant(vec![waiver("network-inventory")]);
        assert_eq!(reviewed(&merchant, Outcome::Undecided(crate::model::Reason::Offline)), None);
    }
}
