//! What a bundle holds: its files, and the words of those who made and signed it.

use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use aws_lc_rs::digest::{SHA256, digest as sha256};
use data_encoding::HEXLOWER;
use golive_checks::model::{Merchant, Observations, Quoted, RunFacts, Show as _, Text};

use super::container::Files;
use crate::output::Format;
use crate::report::{Report, Verdict};
use crate::saved_run::{SCHEMA, SavedRun};

/// The parts of a saved run, each a file.
pub(super) const RUN: &str = "run.json";

pub(super) const MERCHANT: &str = "merchant.json";

pub(super) const OBSERVATIONS: &str = "observations.json";

/// What was checked, and the limits in force.
pub(super) const CATALOGUE: &str = "catalogue.json";

/// A digest of each field of the configuration.
pub(super) const CONFIGURATION: &str = "configuration.json";

/// The verdict in a few words, for those who verify.
pub(super) const VERDICT: &str = "verdict.json";

/// SHA-256 of every other file, as `sha256sum --check` reads it.
pub(super) const SUMS: &str = "SHA256SUMS";

/// The statement and its signatures.
pub(super) const ENVELOPE: &str = "statement.dsse.json";

/// The reports in a bundle.
pub(super) const REPORTS: [(&str, Format); 7] = [
    ("report.html", Format::Html),
    ("report.json", Format::Json),
    ("report.junit.xml", Format::Junit),
    ("report.md", Format::Markdown),
    ("report.sarif", Format::Sarif),
    ("report.txt", Format::Terminal),
    ("requirements.csv", Format::Csv),
];

/// Why a run gives nothing that could be signed off; none where it does.
pub(super) fn why_draft(report: &Report) -> Option<String> {
    match report.verdict {
        Verdict::Ready | Verdict::ReadyWithWaivers => {}
        Verdict::NotReady | Verdict::Incomplete | Verdict::Partial | Verdict::Interrupted => {
            return Some(format!("the verdict is {}", report.verdict.headline()));
        }
    }
    if report.run.is_demo() {
        return Some("it is about the built-in shop".to_owned());
    }
    let switches: Vec<&str> = report.run.switches.iter().map(Text::as_str).collect();
    (!switches.is_empty()).then(|| format!("trial run: {} was used", switches.join(", ")))
}

/// A saved run in three files, each in its one spelling.
pub(super) fn parts(seen: &SavedRun) -> anyhow::Result<Files> {
    Ok(Files::from([
        (RUN.to_owned(), spelled(&serde_json::json!({ "schema": seen.schema, "run": seen.run }))),
        (MERCHANT.to_owned(), spelled(&serde_json::to_value(&seen.merchant)?)),
        (OBSERVATIONS.to_owned(), spelled(&serde_json::to_value(&seen.observations)?)),
    ]))
}

/// The one way in which JSON stands in a bundle.
pub(super) fn spelled(value: &serde_json::Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

/// The run in a bundle.
pub(super) fn seen(files: &Files) -> anyhow::Result<SavedRun> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Run {
        schema: String,
        run: RunFacts,
    }
    fn part<T: serde::de::DeserializeOwned>(files: &Files, name: &str) -> anyhow::Result<T> {
        let bytes = files.get(name).with_context(|| format!("{name} is missing"))?;
        // The library's words may repeat what stands in the file.
        serde_json::from_slice(bytes).map_err(|error| {
            anyhow::anyhow!("{name}:{}:{}: cannot be read", error.line(), error.column())
        })
    }
    let Run { schema, run } = part(files, RUN)?;
    ensure!(schema == SCHEMA, "{RUN}: this run was saved by another version of golive");
    Ok(SavedRun {
        schema,
        run,
        merchant: part::<Merchant>(files, MERCHANT)?,
        observations: part::<Observations>(files, OBSERVATIONS)?,
    })
}

/// What a bundle is about.
pub(super) fn about(report: &Report) -> String {
    let merchant = report.merchant.as_ref().map_or("not named", Text::as_str);
    let mut words = format!("{}\n\n  merchant   {merchant}\n", report.sentence);
    let _ = writeln!(
        words,
        "  run        {}, id {}, on {}",
        report.run.started_local, report.run.id, report.run.host
    );
    if let Some(challenge) = &report.run.challenge {
        let _ = writeln!(words, "  challenge  {challenge}");
    }
    words
}

pub(super) fn shown(words: &str) -> String {
    Quoted(words).show()
}

pub(super) fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(sha256(&SHA256, bytes).as_ref())
}
