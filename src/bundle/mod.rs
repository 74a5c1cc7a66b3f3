//! The sign-off bundle: reports, what they rest on, and who signed them, so that somebody else can check it all again.

mod container;
mod diff;
mod envelope;
mod keys;
mod statement;
mod verify;

use std::path::Path;

use anyhow::{Context as _, ensure};
use data_encoding::HEXLOWER;
use golive_checks::model::{Merchant, Observations, RunFacts};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

pub(crate) use diff::{Difference, diff};
pub(crate) use envelope::Signer;
pub(crate) use keys::{PublicKey, SigningKey};
pub(crate) use verify::{Asked, verify};

use self::container::Files;
use self::envelope::Envelope;
use crate::catalogue;
use crate::guard::Guard;
use crate::output::{Format, Published};
use crate::report::{Report, Verdict};
use crate::run::{self, Seen};

/// The parts of a saved run, each a file.
const RUN: &str = "run.json";
const MERCHANT: &str = "merchant.json";
const OBSERVATIONS: &str = "observations.json";
/// What was checked, and the limits in force.
const CATALOGUE: &str = "catalogue.json";
/// A digest of each field of the configuration.
const CONFIGURATION: &str = "configuration.json";
/// The verdict in a few words, for those who verify.
const VERDICT: &str = "verdict.json";
/// SHA-256 of every other file, as `sha256sum --check` reads it.
const SUMS: &str = "SHA256SUMS";
/// The statement and its signatures.
const ENVELOPE: &str = "statement.dsse.json";

/// The reports in a bundle.
const REPORTS: [(&str, Format); 7] = [
    ("report.html", Format::Html),
    ("report.json", Format::Json),
    ("report.junit.xml", Format::Junit),
    ("report.md", Format::Markdown),
    ("report.sarif", Format::Sarif),
    ("report.txt", Format::Terminal),
    ("requirements.csv", Format::Csv),
];

/// Why a run gives nothing that could be signed off; none where it does.
fn why_draft(report: &Report) -> Option<String> {
    match report.verdict {
        Verdict::Ready | Verdict::ReadyWithWaivers => {}
        Verdict::NotReady | Verdict::Incomplete | Verdict::Partial | Verdict::Interrupted => {
            return Some(format!("the verdict is {}", report.verdict.headline()));
        }
    }
    if report.run.is_demo() {
        return Some("it is about the demo shop".to_owned());
    }
    let switches: Vec<&str> = report.run.switches.iter().map(golive_checks::model::Text::as_str).collect();
    (!switches.is_empty()).then(|| format!("it was reached with {}", switches.join(", ")))
}

/// Writes the bundle of a run.
///
/// # Errors
///
/// When the run is one of a draft and that was not asked for, or there is no room for the bundle.
pub(crate) fn make(mut seen: Seen, path: &Path, draft: bool, guard: &Guard) -> anyhow::Result<Published> {
    if let Some(why) = why_draft(&Report::new(&seen.facts())) {
        ensure!(draft, "no bundle to sign off: {why}; `--draft` makes one that says DRAFT on every page");
    }
    seen.run.draft |= draft;
    let salt = salt(&seen.run);
    let tool = own_digest().unwrap_or_default();
    container::write(path, &files(&seen, &salt, &tool)?, guard)
}

/// Every file of the bundle of a run, unsigned.
fn files(seen: &Seen, salt: &str, tool: &str) -> anyhow::Result<Files> {
    let report = Report::new(&seen.facts());
    let mut files = Files::new();
    let json = |value: &serde_json::Value| format!("{value:#}\n").into_bytes();
    files.insert(RUN.to_owned(), json(&serde_json::json!({ "schema": seen.schema, "run": seen.run })));
    files.insert(MERCHANT.to_owned(), json(&serde_json::to_value(&seen.merchant)?));
    files.insert(OBSERVATIONS.to_owned(), json(&serde_json::to_value(&seen.observations)?));
    files.insert(CATALOGUE.to_owned(), catalogue::list_json().into_bytes());
    files.insert(CONFIGURATION.to_owned(), json(&statement::configuration(&seen.merchant, salt)?));
    files.insert(VERDICT.to_owned(), json(&statement::verdict(&report, tool)));
    for (name, format) in REPORTS {
        files.insert(name.to_owned(), format.render(&report, false).into_bytes());
    }
    let sums: String = files.iter().map(|(name, bytes)| format!("{}  {name}\n", digest(bytes))).collect();
    files.insert(SUMS.to_owned(), sums.into_bytes());
    let statement = statement::statement(&files, &report)?;
    files.insert(ENVELOPE.to_owned(), Envelope::around(&statement).bytes());
    Ok(files)
}

/// The run in a bundle.
fn seen(files: &Files) -> anyhow::Result<Seen> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Run {
        schema: String,
        run: RunFacts,
    }
    fn part<T: serde::de::DeserializeOwned>(files: &Files, name: &str) -> anyhow::Result<T> {
        let bytes = files.get(name).with_context(|| format!("{name} is missing"))?;
        serde_json::from_slice(bytes).map_err(|error| anyhow::anyhow!("{name}:{}:{}: cannot be read", error.line(), error.column()))
    }
    let Run { schema, run } = part(files, RUN)?;
    ensure!(schema == run::SCHEMA, "{RUN}: this run was saved by another version of golive");
    Ok(Seen { schema, run, merchant: part::<Merchant>(files, MERCHANT)?, observations: part::<Observations>(files, OBSERVATIONS)? })
}

/// The envelope in a bundle.
fn envelope(files: &Files) -> anyhow::Result<Envelope> {
    Envelope::read(files.get(ENVELOPE).with_context(|| format!("{ENVELOPE} is missing"))?)
}

/// Adds a signature to a bundle that holds together.
///
/// # Errors
///
/// When it does not, or the key signed it already.
pub(crate) fn sign_off(path: &Path, key: &SigningKey, signer: Signer, guard: &Guard) -> anyhow::Result<Published> {
    ensure!(!signer.name.trim().is_empty() && !signer.role.trim().is_empty(), "a signer has a name and a role");
    let files = container::read(path)?;
    let faults = verify::faults(&files, signer.at);
    ensure!(faults.is_empty(), "this bundle does not hold together, so that nobody should sign it: {}", faults.join("; "));
    let mut envelope = envelope(&files)?;
    envelope.sign(key, signer)?;
    container::replace(path, ENVELOPE, envelope.bytes(), guard)
}

/// Says what a bundle is about and who says to have signed it; nothing is verified.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn show(path: &Path) -> anyhow::Result<String> {
    use std::fmt::Write as _;
    let files = container::read(path)?;
    let report = Report::new(&seen(&files)?.facts());
    let mut words = format!("{}\n\n", report.sentence);
    let merchant = report.merchant.as_ref().map_or("not named", golive_checks::model::Text::as_str);
    let _ = writeln!(words, "  merchant  {merchant}\n  run       {}, id {}", report.run.started_local, report.run.id);
    let mut signed = false;
    for (signer, keyid) in envelope(&files)?.signers() {
        let quoted = |words: &str| golive_checks::model::Show::show(&golive_checks::model::Quoted(words));
        let _ = writeln!(words, "  signed    by {}, {}, on {}, key {}", quoted(&signer.name), quoted(&signer.role), signer.at, &keyid[..keyid.len().min(16)]);
        signed = true;
    }
    if !signed {
        words.push_str("  signed    by nobody yet\n");
    }
    words.push_str("\nNothing was verified: `golive verify` does that, with keys that you have from the signers.\n");
    Ok(words)
}

fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Nobody can tell two fields with the same value by their digests, nor look one up in a table.
fn salt(run: &RunFacts) -> String {
    let random: [u64; 2] = std::array::from_fn(|_| {
        use std::hash::{BuildHasher as _, Hasher as _};
        std::hash::RandomState::new().build_hasher().finish()
    });
    digest(format!("{} {random:?}", run.id).as_bytes())[..32].to_owned()
}

/// The SHA-256 of this very program.
fn own_digest() -> Option<String> {
    std::fs::read(std::env::current_exe().ok()?).ok().map(|bytes| digest(&bytes))
}

/// Now, for those who sign and verify.
pub(crate) fn now(by_switch: Option<Timestamp>) -> Timestamp {
    by_switch.unwrap_or_else(Timestamp::now)
}

#[cfg(test)]
mod tests;
