//! The report in JSON, `golive.report/v1`: own structs, stable order, additive changes only.

mod verdict;

use golive_checks::model::{
    Attested, Evidence, Finding, Judged, LimitRow, Limits, Mode, Outcome, Place, Reason, Reference,
    Show as _, Text, Waived, chapter, group,
};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::{Map, Value, json};

use self::verdict::VerdictJson;
use super::coverage::Covered;
use super::{Counts, Measurement, Report, RunSummary};

/// The version of the format.
pub(crate) const SCHEMA: &str = "golive.report/v1";

/// Writes the report for machines.
pub(crate) fn render(report: &Report) -> String {
    let mut json = serde_json::to_string_pretty(&Document::of(report))
        .expect("strings, numbers and lists always serialise");
    json.push('\n');
    json
}

/// The JSON Schema of the format.
pub(crate) fn schema() -> String {
    let schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Document<'_>>();
    let mut json =
        serde_json::to_string_pretty(&schema).expect("strings, numbers and lists always serialise");
    json.push('\n');
    json
}

/// `[limits]`, whose keys are one table.
fn limits(_: &mut SchemaGenerator) -> Schema {
    let about = |about: &str, unit: &str| format!("{} [{unit}]", about.trim());
    let key = |row: &LimitRow| {
        (
            row.key.to_owned(),
            json!({ "type": "integer", "minimum": 0, "description": about(row.about, row.unit) }),
        )
    };
    let keys: Map<String, Value> = Limits::TABLE.iter().map(key).collect();
    let required: Vec<&str> = Limits::TABLE.iter().map(|row| row.key).collect();
    json_schema!({ "type": "object", "properties": keys, "required": required })
}

/// A report of golive. Keys may be added; what stands here stays.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "golive.report/v1")]
struct Document<'a> {
    #[schemars(extend("const" = SCHEMA))]
    schema: &'static str,
    tool: Tool<'a>,
    /// The name, where it is configured.
    merchant: Option<&'a str>,
    run: RunJson<'a>,
    verdict: VerdictJson<'a>,
    counts: CountsJson,
    /// In the order of the catalogue.
    checks: Vec<CheckJson<'a>>,
    /// Every line of the platform's checklist.
    coverage: Vec<CoveredJson>,
    measurements: Vec<MeasurementJson<'a>>,
    #[schemars(schema_with = "limits")]
    limits: &'a Limits,
    durations: Durations,
}

/// What made it.
#[derive(Serialize, JsonSchema)]
struct Tool<'a> {
    #[schemars(extend("const" = "golive"))]
    name: &'static str,
    version: &'a str,
    commit: Option<&'static str>,
    /// The version of the catalogue that the run was judged by.
    catalogue: &'a str,
}

/// The circumstances of the run.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Run")]
struct RunJson<'a> {
    /// Tells runs apart.
    id: &'a str,
    #[schemars(extend("format" = "date-time"))]
    started: String,
    /// The same on that machine's wall.
    started_local: &'a str,
    #[schemars(extend("enum" = ["check", "demo"]))]
    mode: &'static str,
    /// `--only` or `--skip` left something out: never ready.
    partial: bool,
    interrupted: bool,
    offline: bool,
    strict: bool,
    /// How far deliveries went.
    #[schemars(extend("enum" = ["none", "negative", "probe", "full"]))]
    deliver: &'static str,
    only: Vec<&'a str>,
    skip: Vec<&'a str>,
    /// What makes it a trial run.
    switches: Vec<&'a str>,
    config: Config<'a>,
    vantage: Vantage<'a>,
    /// `host:port` of everything that was contacted.
    contacted: Vec<&'a str>,
    /// What races were released by.
    seed: u32,
    /// Addresses of that machine that duplicates and races came from, in turn.
    sources: Vec<String>,
    /// It is a draft: no sign-off is meant to come of it.
    draft: bool,
    /// What whoever reviews the run gave, to know it for a new one.
    challenge: Option<&'a str>,
    /// The version of the catalogue that it was planned by, where it was recorded.
    catalogue: Option<&'a str>,
}

/// The configuration file.
#[derive(Serialize, JsonSchema)]
struct Config<'a> {
    path: &'a str,
    sha256: &'a str,
}

/// The machine that ran it.
#[derive(Serialize, JsonSchema)]
struct Vantage<'a> {
    host: &'a str,
    #[schemars(extend("enum" = ["production", "ci", "other"]))]
    role: &'static str,
    /// It was seen to call from these.
    addresses: Vec<String>,
}

/// How many checks ended how.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Counts")]
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

/// One check and how it ended.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Check")]
struct CheckJson<'a> {
    id: &'static str,
    section: &'static str,
    /// The part of the section, where it has several: `replay` of `webhook`.
    group: Option<&'static str>,
    title: &'static str,
    #[schemars(extend("enum" = ["required", "recommended"]))]
    level: &'static str,
    #[schemars(extend("enum" = ["configuration", "network", "source", "attestation"]))]
    needs: &'static str,
    #[schemars(extend("enum" = ["pass", "warn", "fail", "undecided", "not-applicable", "attested", "waived"]))]
    outcome: &'static str,
    /// Lines of the platform's checklist.
    covers: &'static [&'static str],
    /// Why it was undecided, or does not apply.
    reason: Option<ReasonJson>,
    /// What fell short.
    finding: Option<FindingJson<'a>>,
    /// What a pass rests on; a finding carries its own.
    evidence: Vec<EvidenceJson<'a>>,
    attestation: Option<AttestationJson>,
    waiver: Option<WaiverJson>,
    /// It broke: the run must not be believed.
    broke: bool,
    rationale: &'static str,
    remediation: &'a str,
    reference: ReferenceJson,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reason")]
struct ReasonJson {
    kind: &'static str,
    text: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct FindingJson<'a> {
    message: &'a str,
    evidence: Vec<EvidenceJson<'a>>,
    repeat: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Evidence")]
struct EvidenceJson<'a> {
    /// What was looked at: a configuration key, a delivery, a file, an address.
    subject: String,
    expected: &'a str,
    observed: &'a str,
    /// What the delivery was.
    sent: Option<&'a str>,
    place: Option<PlaceJson>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Place")]
struct PlaceJson {
    file: String,
    line: usize,
    column: usize,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Attestation")]
struct AttestationJson {
    by: String,
    on: String,
    evidence: String,
    until: String,
    /// What is thin about it.
    remark: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Waiver")]
struct WaiverJson {
    reason: String,
    approved_by: String,
    until: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Reference")]
struct ReferenceJson {
    label: &'static str,
    url: &'static str,
}

/// One line of the platform's checklist and how it was decided.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Covered")]
struct CoveredJson {
    requirement: &'static str,
    page: &'static str,
    words: &'static str,
    required: bool,
    #[schemars(extend("enum" = ["proven", "observed", "attested", "waived", "failed", "undecided", "trial run", "left out", "not applicable"]))]
    decided: &'static str,
    /// The checks that cover it, those that decided it first.
    by: Vec<&'static str>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Measurement")]
struct MeasurementJson<'a> {
    name: &'static str,
    value: f64,
    unit: &'static str,
    limit: Option<f64>,
    /// Whether the value should stay below or above.
    limit_is: Option<&'static str>,
    /// Whose limit it is.
    limit_from: Option<&'static str>,
    note: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
struct Durations {
    total_s: f64,
}

impl<'a> Document<'a> {
    fn of(report: &'a Report) -> Self {
        Self {
            schema: SCHEMA,
            tool: Tool {
                name: "golive",
                version: report.run.version.as_str(),
                commit: option_env!("GOLIVE_COMMIT"),
                catalogue: report.catalogue.as_str(),
            },
            merchant: report.merchant.as_ref().map(Text::as_str),
            run: RunJson::of(&report.run),
            verdict: VerdictJson::of(report),
            counts: CountsJson::of(report.counts),
            checks: report.checks().map(|check| CheckJson::of(report, check)).collect(),
            coverage: report.coverage().iter().map(CoveredJson::of).collect(),
            measurements: report.measurements.iter().map(MeasurementJson::of).collect(),
            limits: &report.limits,
            durations: Durations {
                total_s: std::time::Duration::from_millis(report.run.took_ms).as_secs_f64(),
            },
        }
    }
}

impl<'a> RunJson<'a> {
    fn of(run: &'a RunSummary) -> Self {
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
            sources: run.sources.iter().map(ToString::to_string).collect(),
            draft: run.draft,
            challenge: run.challenge.as_ref().map(Text::as_str),
            catalogue: run.catalogue.as_ref().map(Text::as_str),
        }
    }
}

impl CountsJson {
    const fn of(counts: Counts) -> Self {
        let Counts { pass, warn, fail, undecided, trial, not_applicable, attested, waived } =
            counts;
        // A trial run's are undecided too, and their word is.
        Self { pass, warn, fail, undecided: undecided + trial, not_applicable, attested, waived }
    }
}

impl<'a> CheckJson<'a> {
    fn of(report: &'a Report, check: &'a Judged) -> Self {
        let meta = check.meta;
        let Reference { label, url } = meta.reference;
        let mut json = Self {
            id: meta.id,
            section: chapter(check.section),
            group: group(check.section),
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
            Outcome::NotApplicable(why) => {
                json.reason = Some(ReasonJson { kind: "not-applicable", text: why.show() })
            }
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
        let Attested { by, on, evidence, until, remark } = attested;
        Self {
            by: unquoted(by),
            on: on.to_string(),
            evidence: unquoted(evidence),
            until: until.to_string(),
            remark: remark.as_ref().map(|remark| remark.as_str().to_owned()),
        }
    }
}

impl WaiverJson {
    fn of(waived: &Waived) -> Self {
        let Waived { reason, approved_by, until } = waived;
        Self {
            reason: unquoted(reason),
            approved_by: unquoted(approved_by),
            until: until.to_string(),
        }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::coverage::Decided;
    use super::super::sample::{every_outcome, report, run};
    use super::super::verdict::Verdict;
    use super::*;

    /// Every name of `value` is described by `at`, and every name that is required is there.
    fn follows(schema: &Value, at: &Value, value: &Value, path: &str) {
        let at = match at["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
            Some(name) => &schema["$defs"][name],
            None => at,
        };
        if let Some(any) = at["anyOf"].as_array() {
            if !value.is_null() {
                follows(schema, &any[0], value, path);
            }
            return;
        }
        if let Some(words) = at["enum"].as_array() {
            assert!(words.contains(value), "{path}: {value} is not among {words:?}");
        }
        if let Some(list) = value.as_array() {
            list.iter().for_each(|element| follows(schema, &at["items"], element, path));
        }
        if let Some(object) = value.as_object() {
            for (key, value) in object {
                let described = at["properties"]
                    .get(key)
                    .unwrap_or_else(|| panic!("{path}.{key} is not described"));
                follows(schema, described, value, &format!("{path}.{key}"));
            }
            for key in at["required"].as_array().expect("every object names what it always has") {
                assert!(
                    object.contains_key(key.as_str().expect("a name")),
                    "{path}.{key} is required and not there"
                );
            }
        }
    }

    #[test]
    fn a_report_with_every_outcome_follows_the_schema() {
        let schema: Value = serde_json::from_str(&schema()).expect("JSON");
        let report: Value =
            serde_json::from_str(&render(&report(every_outcome(), &run()))).expect("JSON");
        follows(&schema, &schema, &report, "");
        assert_eq!(report["schema"], schema["properties"]["schema"]["const"]);
    }

    #[test]
    fn the_schema_knows_every_verdict_and_every_way_to_decide_a_requirement() {
        let schema: Value = serde_json::from_str(&schema()).expect("JSON");
        let words = |table: &str, key: &str| -> BTreeSet<String> {
            let words =
                schema["$defs"][table]["properties"][key]["enum"].as_array().expect("words");
            words.iter().map(|word| word.as_str().expect("a word").to_owned()).collect()
        };
        let decided: BTreeSet<String> =
            Decided::ALL.iter().map(|decided| decided.word().to_owned()).collect();
        assert_eq!(words("Covered", "decided"), decided);
        use Verdict::{Incomplete, Interrupted, NotReady, Partial, Ready, ReadyWithWaivers};
        let verdicts = [Ready, ReadyWithWaivers, NotReady, Incomplete, Partial, Interrupted];
        assert_eq!(
            words("Verdict", "word"),
            verdicts.iter().map(|verdict| verdict.word().to_owned()).collect()
        );
    }
}
