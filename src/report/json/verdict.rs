//! The verdict in JSON.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::{FINE_PRINT, Report, Required};

/// What it comes to.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Verdict")]
pub(super) struct VerdictJson<'a> {
    #[schemars(extend("enum" = ["ready", "ready-with-waivers", "not-ready", "incomplete", "partial", "interrupted"]))]
    word: &'static str,
    /// The verdict's own; the process may still end with 4 or 70.
    exit_code: u8,
    /// None where it is not ready.
    #[schemars(extend("format" = "date-time"))]
    valid_until: Option<String>,
    /// What ends then.
    valid_until_because: Option<&'a str>,
    sentence: &'a str,
    /// What to see to first.
    first: Vec<FirstJson<'a>>,
    /// A switch kept something from being looked at: no sign-off can come of it.
    trial: bool,
    /// How many checks, required or not, were kept from being looked at. Each is undecided, with
    /// `trial-run` as its reason.
    trial_unseen: usize,
    /// The required checks by how they ended.
    required: RequiredJson,
    /// The limits that were changed so that a check is weaker.
    weakened_limits: Vec<WeakenedJson>,
    /// What no verdict can show.
    fine_print: &'static str,
}

/// How many required checks ended how. Each is counted once.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Required")]
struct RequiredJson {
    total: usize,
    /// Hold, and golive saw it.
    seen: usize,
    with_warning: usize,
    failed: usize,
    waived: usize,
    /// For any other reason than a trial run.
    undecided: usize,
    trial_unseen: usize,
    attested: usize,
    not_applicable: usize,
}

/// A limit that was changed so that a check is weaker.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "WeakenedLimit")]
struct WeakenedJson {
    key: &'static str,
    value: u64,
    default: u64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "First")]
struct FirstJson<'a> {
    id: &'static str,
    why: &'a str,
}

impl<'a> VerdictJson<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        Self {
            word: report.verdict.word(),
            exit_code: report.exit().code(),
            valid_until: report.valid_until.as_ref().map(|end| end.at.to_string()),
            valid_until_because: report.valid_until.as_ref().map(|end| end.because.as_str()),
            sentence: report.sentence.as_str(),
            first: report
                .first
                .iter()
                .map(|first| FirstJson { id: first.id, why: first.why.as_str() })
                .collect(),
            trial: report.run.is_trial(),
            trial_unseen: report.counts.trial,
            required: RequiredJson::of(report.required),
            weakened_limits: report
                .limits
                .weakened()
                .map(|(row, value)| WeakenedJson { key: row.key, value, default: row.default })
                .collect(),
            fine_print: FINE_PRINT,
        }
    }
}

impl RequiredJson {
    const fn of(required: Required) -> Self {
        Self {
            total: required.total,
            seen: required.seen,
            with_warning: required.warned,
            failed: required.failed,
            waived: required.waived,
            undecided: required.undecided,
            trial_unseen: required.trial,
            attested: required.attested,
            not_applicable: required.not_applicable,
        }
    }
}
