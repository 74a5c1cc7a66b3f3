//! The sign-off bundle: reports, what they rest on, and who signed them, so that somebody else can
//! check it all again.

mod container;
mod diff;
mod envelope;
mod keys;
mod statement;
#[cfg(test)]
mod tests;
mod verify;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use aws_lc_rs::digest::{SHA256, digest as sha256};
use data_encoding::HEXLOWER;
use golive_checks::model::{Merchant, Observations, Quoted, RunFacts, Show as _, Text};
use jiff::Timestamp;

use self::container::Files;
use self::envelope::{Envelope, Signer};
use self::keys::SigningKey;
use crate::guard::Guard;
use crate::output::{Format, Published};
use crate::report::{Report, Verdict};
use crate::run::{self, Seen};

pub(crate) use self::diff::diff;
pub(crate) use self::verify::{Asked, verify};

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

/// The longest name, role or nonce. In characters.
const LONGEST_WORDS: usize = 200;

/// Why a run gives nothing that could be signed off; none where it does.
fn why_draft(report: &Report) -> Option<String> {
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
    (!switches.is_empty()).then(|| format!("the verdict was reached with {}", switches.join(", ")))
}

/// What `check` was asked for, for a sign-off.
#[derive(Debug)]
pub(crate) struct Wish {
    /// `--bundle`
    pub(crate) path: Option<PathBuf>,
    /// `--draft`
    pub(crate) draft: bool,
    /// `--challenge`
    pub(crate) challenge: Option<String>,
}

impl Wish {
    /// Notes it among the facts of a run that has yet to begin, so that every report says so, and
    /// refuses what would be refused afterwards.
    ///
    /// # Errors
    ///
    /// When there is no room for the bundle, or no sign-off could come of the run.
    pub(crate) fn begin(&self, facts: &mut RunFacts) -> anyhow::Result<()> {
        let switches = facts.switches.join(", ");
        if let Some(path) = &self.path {
            container::room(path)?;
            ensure!(
                self.draft || switches.is_empty(),
                "no bundle to sign off comes of a run with {switches}; `--draft` makes one that \
                 says DRAFT on every page"
            );
        }
        if let Some(challenge) = &self.challenge {
            facts.challenge = Some(sayable(challenge, "a challenge")?);
        }
        facts.draft = self.draft;
        Ok(())
    }

    /// Writes the bundle of that run. Where nothing can be signed off it says why on standard
    /// error: the reports were written all the same.
    pub(crate) fn end(&self, seen: &Seen, guard: &Guard) -> Published {
        let Some(path) = &self.path else { return Published::default() };
        make(seen, path, guard).unwrap_or_else(|why| {
            eprintln!("golive: {why:#}");
            Published { unwritten: true, ..Published::default() }
        })
    }
}

/// Writes the bundle of a run.
///
/// # Errors
///
/// When nothing can be signed off and it is no draft, another version saw it, or there is no room
/// for the bundle.
pub(crate) fn make(seen: &Seen, path: &Path, guard: &Guard) -> anyhow::Result<Published> {
    ensure!(
        seen.run.version == env!("CARGO_PKG_VERSION"),
        "this run was made by golive {}, and this is {}: a bundle holds what one version saw and \
         judged",
        Quoted(&seen.run.version).show(),
        env!("CARGO_PKG_VERSION")
    );
    if let Some(why) = why_draft(&Report::new(&seen.facts())) {
        ensure!(
            seen.run.draft,
            "no bundle to sign off: {why}; `--draft` makes one that says DRAFT on every page"
        );
    }
    container::write(path, &files(seen, &salt()?, &own_digest().unwrap_or_default())?, guard)
}

/// Every file of the bundle of a run, unsigned.
fn files(seen: &Seen, salt: &str, tool: &str) -> anyhow::Result<Files> {
    let report = Report::new(&seen.facts());
    let mut files = parts(seen)?;
    files.insert(CATALOGUE.to_owned(), spelled(&statement::catalogue(&seen.merchant)?));
    files.insert(
        CONFIGURATION.to_owned(),
        spelled(&statement::configuration(&seen.merchant, salt)?),
    );
    files.insert(VERDICT.to_owned(), spelled(&statement::verdict(&report, tool)));
    for (name, format) in REPORTS {
        files.insert(name.to_owned(), format.render(&report, false).into_bytes());
    }
    let sums = verify::sums(&files);
    files.insert(SUMS.to_owned(), verify::listing(&sums).into_bytes());
    let statement = statement::statement(&verify::sums(&files), &report)?;
    files.insert(ENVELOPE.to_owned(), Envelope::around(&statement).bytes());
    Ok(files)
}

/// A saved run in three files, each in its one spelling.
fn parts(seen: &Seen) -> anyhow::Result<Files> {
    Ok(Files::from([
        (RUN.to_owned(), spelled(&serde_json::json!({ "schema": seen.schema, "run": seen.run }))),
        (MERCHANT.to_owned(), spelled(&serde_json::to_value(&seen.merchant)?)),
        (OBSERVATIONS.to_owned(), spelled(&serde_json::to_value(&seen.observations)?)),
    ]))
}

/// The one way in which JSON stands in a bundle.
fn spelled(value: &serde_json::Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
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
        // The library's words may repeat what stands in the file.
        serde_json::from_slice(bytes).map_err(|error| {
            anyhow::anyhow!("{name}:{}:{}: cannot be read", error.line(), error.column())
        })
    }
    let Run { schema, run } = part(files, RUN)?;
    ensure!(schema == run::SCHEMA, "{RUN}: this run was saved by another version of golive");
    Ok(Seen {
        schema,
        run,
        merchant: part::<Merchant>(files, MERCHANT)?,
        observations: part::<Observations>(files, OBSERVATIONS)?,
    })
}

/// The envelope in a bundle.
fn envelope(files: &Files) -> anyhow::Result<Envelope> {
    Envelope::read(files.get(ENVELOPE).with_context(|| format!("{ENVELOPE} is missing"))?)
}

/// Makes a key pair, and says how to use it.
///
/// # Errors
///
/// When one of the files exists or cannot be written.
pub(crate) fn keygen(path: &Path) -> anyhow::Result<String> {
    let key = SigningKey::generate()?;
    let public = key.write(path)?;
    Ok(format!(
        "Wrote {}, which signs: keep it to yourself.\nWrote {}: give it to those who verify.\n  \
         key        {}\n",
        path.display(),
        public.display(),
        key.public().id()
    ))
}

/// Adds a signature to a bundle that holds together, and says what it is under.
///
/// # Errors
///
/// When it does not, the key cannot be used or has signed already, or the name or role is none.
pub(crate) fn sign_off(
    path: &Path,
    key: &Path,
    name: &str,
    role: &str,
) -> anyhow::Result<(String, Published)> {
    let key = SigningKey::read(key)?;
    let signer =
        Signer { name: sayable(name, "a name")?, role: sayable(role, "a role")?, at: now()? };
    sign(path, &key, signer)
}

fn sign(path: &Path, key: &SigningKey, signer: Signer) -> anyhow::Result<(String, Published)> {
    // Two may sign at once. Where folders cannot be locked, the second must look whether the first
    // is still there.
    let _held = container::hold(path);
    let files = container::read(path)?;
    let (mut envelope, seen) = verify::held(&files).map_err(|fault| {
        anyhow::anyhow!("{}: nobody should sign this bundle: {fault}", path.display())
    })?;
    let report = Report::new(&seen.facts());
    let words = format!(
        "Signed by {}, {}: {}\n  key        {}\n",
        shown(&signer.name),
        shown(&signer.role),
        report.sentence,
        key.public().id()
    );
    envelope.sign(key, signer)?;
    Ok((words, container::replace(path, files, ENVELOPE, envelope.bytes(), &Guard::none())?))
}

/// Says what a bundle is about and who says to have signed it; nothing is verified.
///
/// # Errors
///
/// When it cannot be read.
pub(crate) fn show(path: &Path) -> anyhow::Result<String> {
    let files = container::read(path)?;
    let seen = seen(&files).with_context(|| format!("reading {}", path.display()))?;
    let mut words = about(&Report::new(&seen.facts()));
    let envelope = envelope(&files).with_context(|| format!("reading {}", path.display()))?;
    for (signer, keyid) in envelope.signers() {
        words.push_str(&signature(signer, keyid));
    }
    if envelope.signers().next().is_none() {
        words.push_str("  signed     by nobody yet\n");
    }
    words.push_str(
        "\nNothing was verified: `golive verify` does that, with the public keys of those who \
         signed.\n",
    );
    Ok(words)
}

/// What a bundle is about.
fn about(report: &Report) -> String {
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

/// Who signed, in a line.
fn signature(signer: &Signer, keyid: &str) -> String {
    format!(
        "  signed     by {}, {}, at {}\n  key        {}\n",
        shown(&signer.name),
        shown(&signer.role),
        signer.at,
        shown(keyid)
    )
}

fn shown(words: &str) -> String {
    Quoted(words).show()
}

/// Words that can stand in a line, without the space around them.
fn sayable(words: &str, what: &str) -> anyhow::Result<String> {
    let words = words.trim();
    ensure!(!words.is_empty(), "{what} has at least one character");
    ensure!(
        words.chars().count() <= LONGEST_WORDS,
        "{what} has {LONGEST_WORDS} characters at the most"
    );
    ensure!(
        !words.chars().any(golive_checks::model::is_invisible),
        "{what} has only characters that can be seen"
    );
    Ok(words.to_owned())
}

/// Now, in whole seconds.
fn now() -> anyhow::Result<Timestamp> {
    Timestamp::from_second(Timestamp::now().as_second()).context("reading the clock")
}

fn digest(bytes: &[u8]) -> String {
    HEXLOWER.encode(sha256(&SHA256, bytes).as_ref())
}

/// Nobody can tell two fields with the same value by their digests, nor look one up in a table.
fn salt() -> anyhow::Result<String> {
    let mut random = [0; 16];
    aws_lc_rs::rand::fill(&mut random)
        .map_err(|_| anyhow::anyhow!("the system gives no random numbers"))?;
    Ok(HEXLOWER.encode(&random))
}

/// The SHA-256 of this very program.
fn own_digest() -> Option<String> {
    std::fs::read(std::env::current_exe().ok()?).ok().map(|bytes| digest(&bytes))
}
