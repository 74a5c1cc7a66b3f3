//! The sign-off bundle: reports, what they rest on, and who signed them, so that somebody else can
//! check it all again.

mod container;
mod contents;
mod diff;
mod envelope;
mod keys;
mod statement;
#[cfg(test)]
mod tests;
mod verify;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use data_encoding::HEXLOWER;
use golive_checks::model::{Quoted, RunFacts, Show as _};
use jiff::Timestamp;

use self::container::Files;
use self::contents::{
    CATALOGUE, CONFIGURATION, ENVELOPE, REPORTS, SUMS, VERDICT, about, digest, parts, seen, shown,
    spelled, why_draft,
};
use self::envelope::{Envelope, Signer, signature};
use self::keys::SigningKey;
use crate::guard::Guard;
use crate::output::Published;
use crate::report::Report;
use crate::saved_run::SavedRun;

pub(crate) use self::diff::diff;
pub(crate) use self::verify::{VerifyRequest, verify};

/// The longest name, role or nonce. In characters.
const LONGEST_WORDS: usize = 200;

/// What `check` was asked for, for a sign-off.
#[derive(Debug)]
pub(crate) struct BundleRequest {
    /// `--bundle`
    pub(crate) path: Option<PathBuf>,
    /// `--draft`
    pub(crate) draft: bool,
    /// `--challenge`
    pub(crate) challenge: Option<String>,
}

impl BundleRequest {
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
    pub(crate) fn end(&self, seen: &SavedRun, guard: &Guard) -> Published {
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
pub(crate) fn make(seen: &SavedRun, path: &Path, guard: &Guard) -> anyhow::Result<Published> {
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
fn files(seen: &SavedRun, salt: &str, tool: &str) -> anyhow::Result<Files> {
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
