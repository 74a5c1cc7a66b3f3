//! Checking a bundle again: sums, signatures, age, and every verdict from what was observed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use golive_checks::model::Text;
use jiff::Timestamp;
use serde_json::Value;

use super::container::{self, Files, Sums};
use super::contents::{
    CATALOGUE, CONFIGURATION, ENVELOPE, MERCHANT, OBSERVATIONS, REPORTS, RUN, SUMS, VERDICT, about,
    digest, parts, seen, shown, spelled, why_draft,
};
use super::envelope::{Envelope, Signed, signature};
use super::keys::PublicKey;
use super::statement;
use crate::command_output::CommandOutput;
use crate::exit::Exit;
use crate::report::{Report, Verdict};
use crate::saved_run::SavedRun;

/// How far two clocks may be apart. In seconds.
const CLOCKS_S: i64 = 300;

/// What whoever verifies insists on.
#[derive(Debug)]
pub(crate) struct VerifyRequest {
    /// The files of the public keys of those who signed.
    pub(crate) keys: Vec<PathBuf>,
    /// What the run must be bound to.
    pub(crate) challenge: Option<String>,
    /// A draft will do.
    pub(crate) draft: bool,
}

/// Checks a bundle, and says plainly what that shows.
///
/// # Errors
///
/// When there is no bundle, or a key cannot be read.
pub(crate) fn verify(path: &Path, asked: &VerifyRequest) -> anyhow::Result<CommandOutput> {
    let keys =
        asked.keys.iter().map(|key| PublicKey::read(key)).collect::<anyhow::Result<Vec<_>>>()?;
    let files = container::read(path)?;
    Ok(match verified(&files, &keys, asked.challenge.as_deref(), asked.draft, Timestamp::now()) {
        Ok(verified) => CommandOutput { words: verified.words(), exit: Exit::Ready },
        Err(faults) => CommandOutput { words: refusal(&faults), exit: Exit::Refused },
    })
}

/// A bundle that holds.
#[derive(Debug)]
pub(super) struct Verified {
    /// Judged again.
    pub(super) report: Report,
    /// Who signed, by the keys given.
    pub(super) signed: Vec<Signed>,
}

/// Checks a bundle.
///
/// # Errors
///
/// What is wrong with it. Nothing that is in a bundle whose bytes are not those that were signed is
/// looked at any further.
pub(super) fn verified(
    files: &Files,
    keys: &[PublicKey],
    challenge: Option<&str>,
    draft: bool,
    now: Timestamp,
) -> Result<Verified, Vec<String>> {
    let one = |fault: anyhow::Error| vec![format!("{fault:#}")];
    let signed = intact(files).and_then(|envelope| envelope.verify(keys)).map_err(one)?;
    let (_, seen) = held(files).map_err(one)?;
    let report = Report::new(&seen.facts());
    let faults = unacceptable(&report, &seen, &signed, challenge, draft, now);
    if faults.is_empty() { Ok(Verified { report, signed }) } else { Err(faults) }
}

/// The sums of all files but the envelope, which has none.
pub(super) fn sums(files: &Files) -> Sums {
    files
        .iter()
        .filter(|(name, _)| *name != ENVELOPE)
        .map(|(name, bytes)| (name.clone(), digest(bytes)))
        .collect()
}

/// `SHA256SUMS`, as it is of these sums.
pub(super) fn listing(sums: &Sums) -> String {
    sums.iter()
        .filter(|(name, _)| *name != SUMS)
        .map(|(name, sum)| format!("{sum}  {name}\n"))
        .collect()
}

/// Whether the bytes are those that were put together, and its envelope: cheap, and before anything
/// is believed.
///
/// # Errors
///
/// The first thing that is wrong.
fn intact(files: &Files) -> anyhow::Result<Envelope> {
    complete(files)?;
    listed(&sums(files), &files[SUMS])?;
    Envelope::read(&files[ENVELOPE])
}

/// The files there must be, and no other: what nobody vouches for is not carried along.
fn complete(files: &Files) -> anyhow::Result<()> {
    let others = [RUN, MERCHANT, OBSERVATIONS, CATALOGUE, CONFIGURATION, VERDICT, SUMS, ENVELOPE];
    let names: Vec<&str> = REPORTS.iter().map(|(name, _)| *name).chain(others).collect();
    for name in &names {
        ensure!(files.contains_key(*name), "{name} is missing");
    }
    for name in files.keys() {
        ensure!(names.contains(&name.as_str()), "{} is no part of a bundle", shown(name));
    }
    Ok(())
}

/// Whether the sums are those of the files.
pub(super) fn listed(sums: &Sums, listing: &[u8]) -> anyhow::Result<()> {
    let right = self::listing(sums);
    let mut lines = listing.split_inclusive(|byte| *byte == b'\n');
    for line in right.split_inclusive('\n') {
        let name = line.trim_end().rsplit(' ').next().unwrap_or_default();
        ensure!(
            lines.next() == Some(line.as_bytes()),
            "{name} is not the file that SHA256SUMS lists"
        );
    }
    ensure!(lines.next().is_none(), "SHA256SUMS lists more than the bundle holds");
    Ok(())
}

/// Whether a bundle holds together, whoever signed it: intact, and everything in it follows from
/// what was observed. With its envelope and its run.
///
/// # Errors
///
/// The first thing that is wrong.
pub(super) fn held(files: &Files) -> anyhow::Result<(Envelope, SavedRun)> {
    let envelope = intact(files)?;
    let seen = seen(files)?;
    for (name, right) in parts(&seen)? {
        ensure!(files[&name] == right, "{name} is not in its canonical form");
    }
    // Whose word the version is must not decide how strictly the rest is looked at.
    ensure!(
        seen.run.version == env!("CARGO_PKG_VERSION"),
        "the bundle is one of golive {}, and this is {}: verify it with that version, whose \
         judging it rests on",
        shown(&seen.run.version),
        env!("CARGO_PKG_VERSION")
    );
    let report = Report::new(&seen.facts());
    let verdict: Value =
        serde_json::from_slice(&files[VERDICT]).ok().context("verdict.json cannot be read")?;
    let tool = text(&verdict, "/tool/sha256");
    ensure!(tool.is_empty() || is_hex(tool, 64), "verdict.json names no SHA-256 of the tool");
    ensure!(
        files[VERDICT] == spelled(&statement::verdict(&report, tool)),
        "the verdict is not what the observations give, judged again"
    );
    for (name, format) in REPORTS {
        ensure!(
            files[name] == format.render(&report, false).as_bytes(),
            "{name} is not what the observations give, judged again"
        );
    }
    ensure!(
        files[CATALOGUE] == spelled(&statement::catalogue(&seen.merchant)?),
        "catalogue.json is not the one of this version"
    );
    let configuration: Value = serde_json::from_slice(&files[CONFIGURATION])
        .ok()
        .context("configuration.json cannot be read")?;
    let salt = text(&configuration, "/salt");
    ensure!(is_hex(salt, 32), "configuration.json has no salt");
    ensure!(
        files[CONFIGURATION] == spelled(&statement::configuration(&seen.merchant, salt)?),
        "configuration.json is not what merchant.json gives"
    );
    let right = statement::statement(&sums(files), &report)?;
    ensure!(
        envelope.statement()? == right,
        "the statement is not what the observations give, judged again"
    );
    Ok((envelope, seen))
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Why a bundle that holds together is no sign-off, to whoever asks now.
fn unacceptable(
    report: &Report,
    seen: &SavedRun,
    signed: &[Signed],
    challenge: Option<&str>,
    draft: bool,
    now: Timestamp,
) -> Vec<String> {
    let mut faults = Vec::new();
    let latest = now.as_second().saturating_add(CLOCKS_S);
    if seen.run.draft && !draft {
        faults.push("it is a draft".to_owned());
    }
    if let Some(why) = why_draft(report).filter(|_| !seen.run.draft) {
        faults.push(format!("{why}, and it does not say that it is a draft"));
    }
    match report.verdict {
        Verdict::Ready | Verdict::ReadyWithWaivers => {}
        Verdict::NotReady | Verdict::Incomplete | Verdict::Partial | Verdict::Interrupted
            if draft => {}
        Verdict::NotReady | Verdict::Incomplete | Verdict::Partial | Verdict::Interrupted => {
            faults.push(format!("the verdict is {}", report.verdict.headline()));
        }
    }
    if let Some(end) = report.valid_until.as_ref().filter(|end| end.at < now) {
        faults.push(format!("it ended on {} ({})", end.on, end.because));
    }
    if challenge.is_some_and(|challenge| seen.run.challenge.as_deref() != Some(challenge)) {
        faults.push("the run is not bound to this challenge".to_owned());
    }
    if seen.run.started.as_second() > latest {
        faults.push("the run is dated in the future".to_owned());
    }
    for Signed { signer, .. } in signed {
        if signer.at.as_second() > latest {
            faults.push(format!("{} signed with a future date", shown(&signer.name)));
        }
        if signer.at.as_second() < seen.run.started.as_second().saturating_sub(CLOCKS_S)
            && !seen.run.draft
        {
            faults.push(format!("{} signed before the run began", shown(&signer.name)));
        }
    }
    faults
}

fn refusal(faults: &[String]) -> String {
    let mut words = "REFUSED: this bundle must not be relied on.\n\n".to_owned();
    for fault in faults {
        let _ = writeln!(words, "  ✗ {fault}");
    }
    words
}

impl Verified {
    pub(super) fn words(&self) -> String {
        let mut words = format!(
            "VERIFIED{}: {}",
            if self.report.run.draft { " AS A DRAFT" } else { "" },
            about(&self.report)
        );
        for Signed { signer, keyid } in &self.signed {
            words.push_str(&signature(signer, keyid));
        }
        let version = self.report.run.version.as_str();
        let ends =
            if self.report.valid_until.is_some() { "; and that has not ended yet" } else { "" };
        let _ = write!(
            words,
            "\nWhat this proves: whoever holds these keys signed exactly these files; judged \
             again by golive {version}, the observations in them give this very verdict and these \
             very reports{ends}.\n"
        );
        match self.report.run.challenge.as_ref().map(Text::as_str) {
            Some(_) => words.push_str(
                "The run names the challenge above, so that it was not written down before that \
                 was known.\n",
            ),
            None => words.push_str(
                "No challenge was given, so that only its own clock says when the run was made.\n",
            ),
        }
        words.push_str(
            "\nWhat it cannot prove: that the observations are what really happened. The merchant \
             controls the machine that made them and can write down others. Names, roles and \
             dates are the signers' own words, attested items the word of those named, and only \
             you know whose keys these are. Where money hangs on it, run `golive check` yourself, \
             or be there when it is run.\n",
        );
        if self.report.run.draft {
            words.push_str("\nIt is a DRAFT, and no sign-off.\n");
        }
        words
    }
}
