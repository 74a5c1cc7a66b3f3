//! The report in JSON, `golive.report/v1`: own structs, stable order, additive changes only.

use golive_checks::model::{Attested, Evidence, Finding, Judged, Limits, Mode, Outcome, Place, Reason, Reference, Show as _, Text, Waived};
use serde::Serialize;

use super::coverage::Covered;
use super::{Counts, Measurement, Report, Run};

/// The version of the format.
pub(crate) const SCHEMA: &str = "golive.report/v1";

/// Writes the report for machines.
pub(crate) fn render(report: &Report) -> String {
    let mut json = serde_json::to_string_pretty(&Document::of(report)).expect("strings, numbers and lists always serialise");
    json.push('\n');
    json
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool<'a>,
    merchant: Option<&'a str>,
    run: RunJson<'a>,
    verdict: VerdictJson<'a>,
    counts: CountsJson,
    checks: Vec<CheckJson<'a>>,
    coverage: Vec<CoveredJson>,
    measurements: Vec<MeasurementJson<'a>>,
    limits: &'a Limits,
    durations: Durations,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
    commit: Option<&'static str>,
}

#[derive(Serialize)]
struct RunJson<'a> {
    id: &'a str,
    started: String,
    started_local: &'a str,
    mode: &'static str,
    partial: bool,
    interrupted: bool,
    offline: bool,
    strict: bool,
    deliver: &'static str,
    only: Vec<&'a str>,
    skip: Vec<&'a str>,
    switches: Vec<&'a str>,
    config: Config<'a>,
    vantage: Vantage<'a>,
    contacted: Vec<&'a str>,
    seed: u32,
}

#[derive(Serialize)]
struct Config<'a> {
    path: &'a str,
    sha256: &'a str,
}

#[derive(Serialize)]
struct Vantage<'a> {
    host: &'a str,
    role: &'static str,
    addresses: Vec<String>,
}

#[derive(Serialize)]
struct VerdictJson<'a> {
    word: &'static str,
    exit_code: u8,
    valid_until: Option<String>,
    valid_until_because: Option<&'a str>,
    sentence: &'a str,
    first: Vec<FirstJson<'a>>,
}

#[derive(Serialize)]
struct FirstJson<'a> {
    id: &'static str,
    why: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct CountsJson {
    pass: usize,
    warn: usize,
    fail: usize,
    undecided: usize,
    not_applicable: usize,
    attested: usize,
    waived: usize,
}

#[derive(Serialize)]
struct CheckJson<'a> {
    id: &'static str,
    section: &'static str,
    title: &'static str,
    level: &'static str,
    needs: &'static str,
    outcome: &'static str,
    covers: &'static [&'static str],
    reason: Option<ReasonJson>,
    finding: Option<FindingJson<'a>>,
    /// What a pass rests on; a finding carries its own.
    evidence: Vec<EvidenceJson<'a>>,
    attestation: Option<AttestationJson>,
    waiver: Option<WaiverJson>,
    broke: bool,
    rationale: &'static str,
    remediation: &'a str,
    reference: ReferenceJson,
}

#[derive(Serialize)]
struct ReasonJson {
    kind: &'static str,
    text: String,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    message: &'a str,
    evidence: Vec<EvidenceJson<'a>>,
    repeat: Option<&'a str>,
}

#[derive(Serialize)]
struct EvidenceJson<'a> {
    subject: String,
    expected: &'a str,
    observed: &'a str,
    sent: Option<&'a str>,
    place: Option<PlaceJson>,
}

#[derive(Serialize)]
struct PlaceJson {
    file: String,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct AttestationJson {
    by: String,
    on: String,
    evidence: String,
    until: String,
}

#[derive(Serialize)]
struct WaiverJson {
    reason: String,
    approved_by: String,
    until: String,
}

#[derive(Serialize)]
struct ReferenceJson {
    label: &'static str,
    url: &'static str,
}

/// One line of the platform's checklist and how it was decided.
#[derive(Serialize)]
struct CoveredJson {
    requirement: &'static str,
    page: &'static str,
    words: &'static str,
    required: bool,
    decided: &'static str,
    by: Vec<&'static str>,
}

#[derive(Serialize)]
struct MeasurementJson<'a> {
    name: &'static str,
    value: f64,
    unit: &'static str,
    limit: Option<f64>,
    limit_is: Option<&'static str>,
    limit_from: Option<&'static str>,
    note: Option<&'a str>,
}

#[derive(Serialize)]
struct Durations {
    total_s: f64,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report) -> Self {
        Self {
            schema: SCHEMA,
            tool: Tool { name: "golive", version: report.run.version.as_str(), commit: option_env!("GOLIVE_COMMIT") },
            merchant: report.merchant.as_ref().map(Text::as_str),
            run: RunJson::of(&report.run),
            verdict: VerdictJson {
                word: report.verdict.word(),
                exit_code: report.exit().code(),
                valid_until: report.valid_until.as_ref().map(|end| end.at.to_string()),
                valid_until_because: report.valid_until.as_ref().map(|end| end.because.as_str()),
                sentence: report.sentence.as_str(),
                first: report.first.iter().map(|first| FirstJson { id: first.id, why: first.why.as_str() }).collect(),
            },
            counts: CountsJson::of(report.counts),
            checks: report.checks().map(|check| CheckJson::of(report, check)).collect(),
            coverage: report.coverage().iter().map(CoveredJson::of).collect(),
            measurements: report.measurements.iter().map(MeasurementJson::of).collect(),
            limits: &report.limits,
            durations: Durations { total_s: std::time::Duration::from_millis(report.run.took_ms).as_secs_f64() },
        }
    }
}

impl<'a> RunJson<'a> {
    fn of(run: &'a Run) -> Self {
        let all = |texts: &'a [Text]| texts.iter().map(Text::as_str).collect();
        Self {
            id: run.id.as_str(),
            started: run.started.to_string(),
            started_local: run.started_local.as_str(),
            mode: match run.mode {
                Mode::Check => "check",
                Mode::Demo => "demo",
            },
            partial: run.partial,
            interrupted: run.interrupted,
            offline: run.offline,
            strict: run.strict,
            deliver: run.deliver.word(),
            only: all(&run.only),
            skip: all(&run.skip),
            switches: all(&run.switches),
            config: Config { path: run.config_path.as_str(), sha256: run.config_sha256.as_str() },
            vantage: Vantage {
                host: run.host.as_str(),
                role: run.role.word(),
                addresses: run.addresses.iter().map(ToString::to_string).collect(),
            },
            contacted: all(&run.contacted),
            seed: run.seed,
        }
    }
}

impl CountsJson {
    const fn of(counts: Counts) -> Self {
        let Counts { pass, warn, fail, undecided, not_applicable, attested, waived } = counts;
        Self { pass, warn, fail, undecided, not_applicable, attested, waived }
    }
}

impl<'a> CheckJson<'a> {
    fn of(report: &'a Report, check: &'a Judged) -> Self {
        let meta = check.meta;
        let Reference { label, url } = meta.reference;
        let mut json = Self {
            id: meta.id,
            section: check.section,
            title: meta.title,
            level: check.level.word(),
            needs: meta.needs.word(),
            outcome: check.outcome.word(),
            covers: meta.covers,
            reason: None,
            finding: None,
            evidence: Vec::new(),
            attestation: None,
            waiver: None,
            broke: check.broke,
            rationale: meta.rationale,
            remediation: meta.remediation,
            reference: ReferenceJson { label, url },
        };
        match &check.outcome {
            Outcome::Pass(evidence) => json.evidence = EvidenceJson::all(report, evidence),
            Outcome::Warn(finding) | Outcome::Fail(finding) => json.take(report, check, finding),
            Outcome::Waived(finding, waived) => {
                json.take(report, check, finding);
                json.waiver = Some(WaiverJson::of(waived));
            }
            Outcome::Undecided(reason) => json.reason = Some(ReasonJson::of(reason)),
            Outcome::NotApplicable(why) => json.reason = Some(ReasonJson { kind: "not-applicable", text: why.show() }),
            Outcome::Attested(attested) => json.attestation = Some(AttestationJson::of(attested)),
        }
        json
    }

    fn take(&mut self, report: &'a Report, check: &'a Judged, finding: &'a Finding) {
        self.remediation = Report::fix(check, finding);
        self.finding = Some(FindingJson {
            message: finding.message.as_str(),
            evidence: EvidenceJson::all(report, &finding.evidence),
            repeat: finding.repeat.as_ref().map(Text::as_str),
        });
    }
}

impl ReasonJson {
    fn of(reason: &Reason) -> Self {
        Self { kind: reason.word(), text: reason.show() }
    }
}

impl<'a> EvidenceJson<'a> {
    fn all(report: &'a Report, evidence: &'a [Evidence]) -> Vec<Self> {
        let of = |evidence: &'a Evidence| Self {
            subject: evidence.subject.show(),
            expected: evidence.expected.as_str(),
            observed: evidence.observed.as_str(),
            sent: report.sent(&evidence.subject).map(Text::as_str),
            place: report.place(&evidence.subject).map(|place| {
                let Place { line, column } = place.at;
                PlaceJson { file: place.file.show(), line, column }
            }),
        };
        evidence.iter().map(of).collect()
    }
}

impl AttestationJson {
    fn of(attested: &Attested) -> Self {
        let Attested { by, on, evidence, until } = attested;
        Self { by: unquoted(by), on: on.to_string(), evidence: unquoted(evidence), until: until.to_string() }
    }
}

impl WaiverJson {
    fn of(waived: &Waived) -> Self {
        let Waived { reason, approved_by, until } = waived;
        Self { reason: unquoted(reason), approved_by: unquoted(approved_by), until: until.to_string() }
    }
}

/// Somebody's words without the quotation marks that prose puts around them: JSON has its own.
fn unquoted(words: &Text) -> String {
    let words = words.as_str();
    let bare = words.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(words);
    bare.replace("\\\"", "\"")
}

impl CoveredJson {
    fn of(covered: &Covered) -> Self {
        let requirement = covered.requirement;
        Self {
            requirement: &requirement.id,
            page: &requirement.page,
            words: &requirement.words,
            required: requirement.required,
            decided: covered.decided.word(),
            by: covered.by.iter().map(|(id, _)| *id).collect(),
        }
    }
}

impl<'a> MeasurementJson<'a> {
    fn of(measured: &'a Measurement) -> Self {
        let Measurement { name, value, unit, limit, note } = measured;
        Self {
            name,
            value: *value,
            unit,
            limit: limit.map(|limit| limit.value),
            limit_is: limit.map(|limit| limit.bound.words()),
            limit_from: limit.map(|limit| limit.from.word()),
            note: note.as_ref().map(Text::as_str),
        }
    }
}
