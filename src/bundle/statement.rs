//! What a bundle states: an in-toto Statement over its files, its verdict, and a digest of each
//! configuration field.

use anyhow::Context as _;
use golive_checks::model::{Level, Merchant, Outcome, Reason, Text};
use serde_json::{Map, Value, json};

use super::container::Sums;
use super::contents::digest;
use crate::commands::explain;
use crate::report::{Report, Verdict};

/// The statement, in its one spelling.
pub(super) fn statement(sums: &Sums, report: &Report) -> anyhow::Result<Vec<u8>> {
    let subject: Vec<Value> = sums
        .iter()
        .map(|(name, sum)| json!({ "name": name, "digest": { "sha256": sum } }))
        .collect();
    let [mut passed, mut warned, mut failed] = [const { Vec::<&str>::new() }; 3];
    for check in report.checks() {
        let list = match (&check.outcome, check.level) {
            (Outcome::Pass(_) | Outcome::Attested(_) | Outcome::NotApplicable(_), _) => &mut passed,
            (Outcome::Undecided(Reason::TrialRun { .. }), _)
            | (Outcome::Warn(_) | Outcome::Waived(..), _)
            | (Outcome::Fail(_) | Outcome::Undecided(_), Level::Recommended) => &mut warned,
            (Outcome::Fail(_) | Outcome::Undecided(_), Level::Required) => &mut failed,
        };
        list.push(check.meta.id);
    }
    let result = match report.verdict {
        Verdict::Ready if warned.is_empty() => "PASSED",
        Verdict::Ready | Verdict::ReadyWithWaivers => "WARNED",
        Verdict::NotReady | Verdict::Incomplete | Verdict::Partial | Verdict::Interrupted => {
            "FAILED"
        }
    };
    let configuration = json!({ "name": report.run.config_path.as_str(), "digest": { "sha256": report.run.config_sha256.as_str() } });
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subject,
        "predicateType": "https://in-toto.io/attestation/test-result/v0.1",
        "predicate": {
            "result": result,
            "configuration": [configuration],
            "passedTests": passed,
            "warnedTests": warned,
            "failedTests": failed,
        },
    });
    serde_json::to_vec(&statement).context("writing the statement")
}

/// The verdict in a few words: what the reports say, for those who verify.
pub(super) fn verdict(report: &Report, tool: &str) -> Value {
    let outcomes: Map<String, Value> = report
        .checks()
        .map(|check| (check.meta.id.to_owned(), json!([check.level.word(), check.outcome.word()])))
        .collect();
    let end = report.valid_until.as_ref();
    json!({
        "schema": "golive.verdict/v1",
        "word": report.verdict.word(),
        "sentence": report.sentence.as_str(),
        "valid_until": end.map(|end| end.at.to_string()),
        "valid_until_because": end.map(|end| end.because.as_str()),
        "trial": report.run.is_trial(),
        "catalogue": report.catalogue.as_str(),
        "draft": report.run.draft,
        "challenge": report.run.challenge.as_ref().map(Text::as_str),
        "switches": report.run.switches.iter().map(Text::as_str).collect::<Vec<_>>(),
        "tool": { "name": "golive", "version": report.run.version.as_str(), "sha256": tool },
        "outcomes": outcomes,
    })
}

/// What was checked, and the limits in force.
pub(super) fn catalogue(merchant: &Merchant) -> anyhow::Result<Value> {
    let mut catalogue: Value =
        serde_json::from_str(&explain::list_json()).context("writing the catalogue")?;
    catalogue["limits"] = serde_json::to_value(&merchant.limits).context("writing the limits")?;
    Ok(catalogue)
}

/// A salted digest of each field of the configuration: one can be shown later without the others,
/// and two bundles compared.
pub(super) fn configuration(merchant: &Merchant, salt: &str) -> anyhow::Result<Value> {
    let mut fields = Map::new();
    put("", &serde_json::to_value(merchant)?, salt, &mut fields);
    Ok(json!({ "schema": "golive.configuration/v1", "salt": salt, "fields": fields }))
}

fn put(key: &str, value: &Value, salt: &str, fields: &mut Map<String, Value>) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, value) in members {
                put(
                    &if key.is_empty() { name.clone() } else { format!("{key}.{name}") },
                    value,
                    salt,
                    fields,
                );
            }
        }
        Value::Object(_)
        | Value::Array(_)
        | Value::String(_)
        | Value::Number(_)
        | Value::Bool(_)
        | Value::Null => {
            fields.insert(
                key.to_owned(),
                digest(format!("{salt}\n{key}\n{value}").as_bytes()).into(),
            );
        }
    }
}
