//! The report as SARIF 2.1.0: every check of the run is a rule, and a result for each place that it
//! points to.

use golive_checks::model::{CheckMeta, Judged, Level, Outcome, Reason, Waived};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::{FINE_PRINT, FileLocation, Report};
use crate::report::check_text::{account_of, brief};
use crate::report::location::{Location, spots};

/// Where the schema of the format is published.
const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the report for code scanning.
pub(crate) fn render(report: &Report) -> String {
    let log = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run(report)] });
    let mut json =
        serde_json::to_string_pretty(&log).expect("strings, numbers and lists always serialise");
    json.push('\n');
    json
}

fn run(report: &Report) -> Value {
    let version = report.run.version.as_str();
    json!({
        "tool": { "driver": {
            "name": "golive",
            "organization": "golive",
            "version": version,
            "semanticVersion": version,
            "informationUri": "https://developers.kwikpaisa.com/v3-guide/going-live/production-checklist",
            "rules": report.checks().map(|check| rule(check.meta)).collect::<Vec<_>>(),
        } },
        "automationDetails": { "id": "golive/" },
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation(report)],
        "results": results(report),
        "properties": {
            "verdict": report.verdict.word(),
            "sentence": report.sentence.as_str(),
            "runId": report.run.id.as_str(),
            "configSha256": report.run.config_sha256.as_str(),
            "finePrint": FINE_PRINT,
            "catalogue": report.catalogue.as_str(),
            "trial": report.run.is_trial(),
            "draft": report.run.draft,
            "challenge": report.run.challenge.as_ref().map(golive_checks::model::Text::as_str),
        },
    })
}

fn results(report: &Report) -> Vec<Finding> {
    let of = |(index, check)| {
        spots(report, check).into_iter().map(move |spot| Finding::of(report, index, check, spot))
    };
    report.checks().enumerate().flat_map(of).collect()
}

fn invocation(report: &Report) -> Value {
    let ended = SignedDuration::from_millis(i64::try_from(report.run.took_ms).unwrap_or(i64::MAX));
    let ended = report.run.started.checked_add(ended).unwrap_or(Timestamp::MAX);
    // Our own trouble, never the merchant's.
    let broke = report
        .checks()
        .filter(|check| check.broke)
        .map(|check| json!({ "level": "error", "message": { "text": brief(&check.outcome) }, "associatedRule": { "id": check.meta.id } }));
    json!({
        "executionSuccessful": !report.broke && !report.run.interrupted,
        "exitCode": report.exit().code(),
        "startTimeUtc": report.run.started.to_string(),
        "endTimeUtc": ended.to_string(),
        "toolExecutionNotifications": broke.collect::<Vec<_>>(),
    })
}

fn rule(meta: &CheckMeta) -> Value {
    let (level, severity) = match meta.level {
        Level::Required => ("error", "8.0"),
        Level::Recommended => ("warning", "4.0"),
    };
    let section = meta.id.split('-').next().unwrap_or(meta.id);
    // A section of the same name is no second tag.
    let section = Some(section).filter(|section| !["security", "payments"].contains(section));
    let tags: Vec<&str> = ["security", "payments"]
        .into_iter()
        .chain(section)
        .chain(meta.covers.iter().copied())
        .take(20)
        .collect();
    json!({
        "id": meta.id,
        "name": pascal(meta.id),
        "shortDescription": { "text": format!("{}.", meta.title) },
        "fullDescription": { "text": meta.rationale },
        "help": {
            "text": format!("{}\n\nFix: {}\n\nSee: {} {}", meta.rationale, meta.remediation, meta.reference.label, meta.reference.url),
            "markdown": format!("{}\n\n**Fix:** {}\n\nSee [{}](<{}>).", meta.rationale, meta.remediation, meta.reference.label, meta.reference.url),
        },
        "helpUri": meta.reference.url,
        "defaultConfiguration": { "level": level },
        "properties": { "tags": tags, "precision": "very-high", "problem.severity": level, "security-severity": severity },
    })
}

/// `webhook-rejects-forged` as `WebhookRejectsForged`.
fn pascal(id: &str) -> String {
    let capital = |word: &str| {
        word.chars()
            .take(1)
            .flat_map(char::to_uppercase)
            .chain(word.chars().skip(1))
            .collect::<String>()
    };
    id.split('-').map(capital).collect()
}

/// How one check ended, in one place.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: &'static str,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Value,
    locations: [Value; 1],
    partial_fingerprints: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Value>,
    properties: Value,
}

impl Finding {
    fn of(report: &Report, rule_index: usize, check: &Judged, spot: Location<'_>) -> Self {
        let (kind, level) = match (&check.outcome, check.level) {
            (Outcome::Pass(_), _) => ("pass", "none"),
            // golive did not see it: a person said so.
            (Outcome::Attested(_), _) => ("informational", "none"),
            (Outcome::Undecided(Reason::TrialRun { .. }), _) => ("review", "none"),
            (Outcome::Warn(_), _) => ("fail", "note"),
            (Outcome::Fail(_), Level::Required) => ("fail", "error"),
            (Outcome::Fail(_), Level::Recommended) => ("fail", "warning"),
            (Outcome::Waived(..), _) => ("fail", "none"),
            (Outcome::Undecided(_), _) => ("open", "none"),
            (Outcome::NotApplicable(_), _) => ("notApplicable", "none"),
        };
        let Location { place: FileLocation { file, at }, evidence, fingerprint } = spot;
        let said = brief(&check.outcome);
        let said = if said.is_empty() { check.meta.title } else { said.as_str() };
        Self {
            rule_id: check.meta.id,
            rule_index,
            kind,
            level,
            message: json!({ "text": format!("{said}\n{}", account_of(report, check, evidence)) }),
            locations: [json!({ "physicalLocation": {
                "artifactLocation": { "uri": uri(file.as_str()) },
                "region": { "startLine": at.line, "startColumn": at.column },
            } })],
            partial_fingerprints: json!({ "primaryLocationLineHash": format!("{}:1", &fingerprint[..16]), "golive/v1": fingerprint }),
            suppressions: suppression(&check.outcome).into_iter().collect(),
            properties: json!({ "outcome": check.outcome.word(), "level": check.level.word(), "covers": check.meta.covers }),
        }
    }
}

fn suppression(outcome: &Outcome) -> Option<Value> {
    match outcome {
        Outcome::Waived(_, Waived { reason, approved_by, until }) => Some(json!({
            "kind": "external",
            "status": "accepted",
            "justification": format!("{reason}, accepted until {until} by {approved_by}"),
        })),
        Outcome::Pass(_)
        | Outcome::Warn(_)
        | Outcome::Fail(_)
        | Outcome::Undecided(_)
        | Outcome::NotApplicable(_)
        | Outcome::Attested(_) => None,
    }
}

/// A path as a relative reference. Of one that leads out of the working folder the last part is
/// left: code scanning knows only the repository.
fn uri(path: &str) -> String {
    let path = path.strip_prefix("./").unwrap_or(path);
    let leads_out = path.starts_with('/') || path.split('/').any(|part| part == "..");
    let path = if leads_out { path.rsplit('/').next().unwrap_or(path) } else { path };
    let mut uri = String::new();
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_references() {
        assert_eq!(uri("./config/golive.toml"), "config/golive.toml");
        assert_eq!(uri("/etc/acme/golive.toml"), "golive.toml");
        assert_eq!(uri("../golive.toml"), "golive.toml");
        assert_eq!(uri("a b:c.toml"), "a%20b%3Ac.toml");
    }

    #[test]
    fn rules_are_named_as_their_ids() {
        assert_eq!(pascal("webhook-rejects-forged"), "WebhookRejectsForged");
    }
}
