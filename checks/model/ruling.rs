//! Judging all checks: attestations and waivers are applied here and nowhere else.

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::ToSpan;
use jiff::civil::Date;

use super::thin::{remark_on_one_for_all, thin_evidence};
use super::{
    Applies, Attestation, Attested, Check, CheckMeta, Concern, Evidence, Facts, Finding, Judged,
    Outcome, Product, Quoted, Reason, Section, Subject, Text, Waived, chapter,
};
use crate::text;

/// Whether `--only` and `--skip` leave this check in: they name checks, sections and chapters.
#[must_use]
pub fn selected(facts: &Facts<'_>, meta: &CheckMeta, section: &'static str) -> bool {
    let names = |list: &[String]| {
        list.iter().any(|name| name == meta.id || name == section || name == chapter(section))
    };
    (facts.run.only.is_empty() || names(&facts.run.only)) && !names(&facts.run.skip)
}

/// Judges every selected check of the catalogue, in its order.
#[must_use]
pub fn judge(catalogue: &[&'static Section], facts: &Facts<'_>) -> Vec<Judged> {
    let all = || {
        catalogue
            .iter()
            .flat_map(|section| section.checks.iter().map(move |check| (section.id, *check)))
    };
    let chosen = || all().filter(|(section, check)| selected(facts, check.meta(), section));
    let own: Vec<Own> = chosen().map(|(_, check)| Own::of(check, facts)).collect();
    let of = |id: &str| match chosen().position(|(_, check)| check.meta().id == id) {
        Some(at) => Some(own[at].outcome.clone()),
        // The blame does not depend on what `--only` lists.
        None => by_itself(catalogue, id, facts),
    };
    let mut judged: Vec<Judged> = chosen()
        .zip(&own)
        .map(|((section, check), own)| {
            let meta = check.meta();
            let outcome = match blamed(meta, &own.outcome, of) {
                Some(by) => Outcome::Undecided(Reason::Blocked { by }),
                None => own.outcome.clone(),
            };
            Judged {
                section,
                meta,
                level: check.level(facts),
                outcome: except(meta, outcome, facts),
                broke: own.broke,
            }
        })
        .collect();
    for (at, (section, check)) in chosen().enumerate() {
        if let Some(outcome) = check.review(facts, &judged, catalogue) {
            judged[at] = Judged {
                section,
                outcome: except(check.meta(), outcome, facts),
                ..judged[at].clone()
            };
        }
    }
    remark_on_one_for_all(&mut judged);
    judged
}

/// The check that takes the blame for a failure of another one: the first of `yields_to` with a
/// finding of the same concern.
fn blamed(
    meta: &'static CheckMeta,
    outcome: &Outcome,
    of: impl Fn(&str) -> Option<Outcome>,
) -> Option<&'static str> {
    let (Outcome::Fail(finding) | Outcome::Warn(finding)) = outcome else { return None };
    let concern = finding.concern?;
    let shares = |(about, id): &&(Concern, &'static str)| {
        *about == concern
            && matches!(
                of(id),
                Some(Outcome::Fail(finding) | Outcome::Warn(finding))
                    if finding.concern == Some(concern)
            )
    };
    meta.yields_to.iter().find(shares).map(|(_, id)| *id)
}

/// What the check of that id says by itself.
fn by_itself(catalogue: &[&'static Section], id: &str, facts: &Facts<'_>) -> Option<Outcome> {
    let mut checks = catalogue.iter().flat_map(|section| section.checks);
    checks.find(|check| check.meta().id == id).map(|check| Own::of(*check, facts).outcome)
}

/// The check that takes the blame for this outcome of a check.
#[cfg(test)]
pub(crate) fn blames(
    catalogue: &[&'static Section],
    meta: &'static CheckMeta,
    outcome: &Outcome,
    facts: &Facts<'_>,
) -> Option<&'static str> {
    blamed(meta, outcome, |id| by_itself(catalogue, id, facts))
}

/// What a check says by itself, before anybody else is heard.
struct Own {
    outcome: Outcome,
    broke: bool,
}

impl Own {
    /// Not applicable, or the check's own judgement.
    fn of(check: &'static dyn Check, facts: &Facts<'_>) -> Self {
        let uses = |product| facts.merchant.uses(product);
        let unused = match check.meta().applies {
            Applies::Everyone => None,
            Applies::Payments => {
                (!uses(Product::Payments)).then_some("`merchant.uses` does not name payments")
            }
            Applies::Payouts => {
                (!uses(Product::Payouts)).then_some("`merchant.uses` does not name payouts")
            }
        };
        let mut broke = false;
        let outcome = match unused {
            Some(why) => Outcome::NotApplicable(why.into()),
            None => match catch_unwind(AssertUnwindSafe(|| check.judge(facts))) {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(error)) => Outcome::Undecided(match error.downcast::<Reason>() {
                    Ok(reason) => reason,
                    Err(error) => Reason::Own(text!("{}", Quoted(&format!("{error:#}")))),
                }),
                Err(_) => {
                    broke = true;
                    Outcome::Undecided(Reason::Own(
                        "the check itself broke; please report it".into(),
                    ))
                }
            },
        };
        Self { outcome, broke }
    }
}

/// Applies attestations and waivers.
fn except(meta: &'static CheckMeta, outcome: Outcome, facts: &Facts<'_>) -> Outcome {
    let today = today(facts);
    match outcome {
        // Nothing is excused by a switch that the run does not name.
        Outcome::Undecided(Reason::TrialRun { switch, unseen }) if !facts.run.used(switch) => {
            Outcome::Undecided(Reason::Declined(text!(
                "{}, and this run does not name {}",
                unseen,
                switch
            )))
        }
        Outcome::Undecided(Reason::NoWayToObserve(why)) if meta.attestable => {
            match facts.merchant.attestations.get(meta.id) {
                Some(attestation) => attest(meta, attestation, facts, today),
                None => Outcome::Undecided(Reason::NoWayToObserve(why)),
            }
        }
        Outcome::Fail(finding) if meta.waivable => {
            let waiver = facts
                .merchant
                .waivers
                .iter()
                .find(|waiver| waiver.check == meta.id && holds(waiver, facts, today));
            match waiver {
                Some(waiver) => Outcome::Waived(
                    finding,
                    Waived {
                        reason: text!("{}", Quoted(&waiver.reason)),
                        approved_by: text!("{}", Quoted(&waiver.approved_by)),
                        until: waiver.until,
                    },
                ),
                None => Outcome::Fail(finding),
            }
        }
        outcome => outcome,
    }
}

/// Whether a waiver is in force: complete, not over, not too far ahead.
#[must_use]
pub fn holds(waiver: &super::Waiver, facts: &Facts<'_>, today: Date) -> bool {
    waiver_fault(waiver, facts, today).is_none()
}

/// What is wrong with a waiver by itself.
#[must_use]
pub fn waiver_fault(waiver: &super::Waiver, facts: &Facts<'_>, today: Date) -> Option<Text> {
    let most = facts.merchant.limits.waiver_days;
    let furthest = today.saturating_add(i64::try_from(most).unwrap_or(90).days());
    if waiver.reason.trim().is_empty() {
        Some("it gives no reason".into())
    } else if waiver.approved_by.trim().is_empty() {
        Some("it names nobody who approved it".into())
    } else if waiver.until < today {
        Some(text!("it ended on {}", waiver.until))
    } else if waiver.until > furthest {
        Some(text!("it runs to {}, more than {} days ahead (golive's limit)", waiver.until, most))
    } else {
        None
    }
}

/// The day of the run, in the zone of the machine.
#[must_use]
pub fn today(facts: &Facts<'_>) -> Date {
    let zone = jiff::tz::Offset::from_seconds(facts.run.offset_s).unwrap_or(jiff::tz::Offset::UTC);
    zone.to_datetime(facts.run.now).date()
}

/// An attestation, if it holds; else what is wrong with it.
fn attest(
    meta: &'static CheckMeta,
    attestation: &Attestation,
    facts: &Facts<'_>,
    today: Date,
) -> Outcome {
    let days = attestation.valid_days.unwrap_or(facts.merchant.limits.attestation_days);
    let until = attestation
        .on
        .saturating_add(i64::try_from(days).unwrap_or(i64::from(i32::MAX)).min(7_000_000).days());
    let fault = if attestation.by.trim().is_empty() {
        Some(("by", "a name and function".into(), "nothing".into()))
    } else if attestation.evidence.trim().is_empty() {
        Some(("evidence", "where it can be read".into(), "nothing".into()))
    } else if attestation.on > today {
        Some(("on", text!("a day up to {}", today), text!("{}", attestation.on)))
    } else if until < today {
        Some((
            "on",
            text!("said within the last {} days", days),
            text!("{}, which counted until {}", attestation.on, until),
        ))
    } else {
        None
    };
    match fault {
        Some((field, expected, observed)) => Outcome::Fail(
            Finding::new(
                "the attestation for this item does not hold",
                vec![Evidence::of(
                    Subject::ConfigKey(text!("attest.{}.{}", meta.id, field)),
                    expected,
                    observed,
                )],
            )
            .fix(text!("Have a named person look again, and renew `[attest.{}]`", meta.id)),
        ),
        None => Outcome::Attested(Attested {
            by: text!("{}", Quoted(&attestation.by)),
            on: attestation.on,
            evidence: text!("{}", Quoted(&attestation.evidence)),
            until,
            remark: thin_evidence(attestation, &facts.merchant.limits),
        }),
    }
}
