//! What people have put their names to has to be in order, and in use.

use jiff::civil::Date;

use crate::CATALOGUE;
use crate::model::{
    Check, CheckMeta, Evidence, Facts, Finding, Judged, Outcome, Plain, Quoted, Reference, Subject, Text, Waiver,
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
    judged: "A waiver that is over, too far ahead (a limit of ours), unsigned, without a reason, for a check that does not exist or may not be \
             waived fails; so does an attestation for a check that does not exist or cannot be attested. A waiver whose check did not fail warns. \
             Whether an attestation itself holds is judged by the check that it is for.",
    remediation: "Remove the `[[waive]]` or `[attest.<id>]` entries that this names, or renew them.",
    reference: Reference::CHECKLIST,
    ..CheckMeta::USUAL
};

impl Check for Exceptions {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        Ok(outcome(faults(facts), Vec::new(), facts))
    }

    fn review(&self, facts: &Facts<'_>, others: &[Judged]) -> Option<Outcome> {
        let unused = unused(facts, others);
        (!unused.is_empty()).then(|| outcome(faults(facts), unused, facts))
    }
}

/// Failing for faults, warning for what is not needed, in one finding.
fn outcome(faults: Vec<Evidence>, unused: Vec<Evidence>, facts: &Facts<'_>) -> Outcome {
    match (faults.is_empty(), unused.is_empty()) {
        (false, _) => Outcome::fail("an exception does not count", faults.into_iter().chain(unused).collect()),
        (true, false) => Outcome::Warn(
            Finding::new("a waiver is not needed", unused).fix("Remove the `[[waive]]` entry, so that it cannot hide a later failure"),
        ),
        (true, true) => Outcome::Pass(vec![
            Evidence::config("waive", "only waivers that count", text!("{} of them", facts.merchant.waivers.len())),
            Evidence::config("attest", "only attestations that can count", text!("{} of them", facts.merchant.attestations.len())),
        ]),
    }
}

/// The check `id` of the whole catalogue.
fn find(id: &str) -> Option<&'static CheckMeta> {
    CATALOGUE.iter().flat_map(|section| section.checks).map(|check| check.meta()).find(|meta| meta.id == id)
}

/// What is wrong with an exception whatever its check says.
fn faults(facts: &Facts<'_>) -> Vec<Evidence> {
    let today = today(facts);
    let waivers = facts.merchant.waivers.iter().enumerate().filter_map(|(at, waiver)| {
        let (field, what) = waiver_trouble(waiver, facts, today)?;
        let key = text!("waive[{}]{}", at, field);
        let expected = text!("a waiver in force for a check that may be waived, here {}", Quoted(&waiver.check));
        Some(Evidence::of(Subject::ConfigKey(key), expected, what))
    });
    let attestations = facts.merchant.attestations.keys().filter_map(|id| {
        let what = match find(id) {
            None => "no check has this id",
            Some(meta) if !meta.attestable => "this check is decided by what is observed, and a person's word does not count",
            Some(_) => return None,
        };
        Some(Evidence::of(Subject::ConfigKey(text!("attest.{}.by", Plain(id))), "the id of a check that may be attested", what))
    });
    waivers.chain(attestations).collect()
}

/// What is wrong with a waiver, and with which of its keys.
fn waiver_trouble(waiver: &Waiver, facts: &Facts<'_>, today: Date) -> Option<(&'static str, Text)> {
    match find(&waiver.check) {
        None => Some((".check", "no check has this id".into())),
        Some(meta) if !meta.waivable => Some((".check", "failures of this check cannot be waived".into())),
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
fn unused(facts: &Facts<'_>, others: &[Judged]) -> Vec<Evidence> {
    let today = today(facts);
    let mut seen: Vec<&str> = Vec::new();
    let mut unused = Vec::new();
    for (at, waiver) in facts.merchant.waivers.iter().enumerate() {
        if waiver_trouble(waiver, facts, today).is_some() {
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
            Outcome::Pass(_) | Outcome::Warn(_) | Outcome::Fail(_) | Outcome::NotApplicable(_) | Outcome::Attested(_) => {
                text!("the check ended as {}", other.outcome.word())
            }
        };
        let expected = text!("{} to fail, as the waiver says", other.meta.id);
        unused.push(Evidence::of(Subject::ConfigKey(text!("waive[{}].check", at)), expected, observed));
    }
    unused
}
