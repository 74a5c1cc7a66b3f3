//! Checking a bundle again: sums, signatures, age, and every verdict from what was observed.

use std::path::Path;

use jiff::Timestamp;

use super::container::{self, Files};
use super::envelope::Signed;
use super::keys::PublicKey;
use super::{CATALOGUE, CONFIGURATION, ENVELOPE, REPORTS, SUMS, VERDICT, digest, seen, statement};
use crate::catalogue;
use crate::report::{Report, Verdict};

/// What whoever verifies insists on.
pub(crate) struct Asked<'a> {
    /// The keys of those who may have signed.
    pub(crate) keys: &'a [PublicKey],
    /// What the run must be bound to.
    pub(crate) challenge: Option<&'a str>,
    /// A draft is shown, and is no sign-off.
    pub(crate) draft: bool,
    /// The time of asking.
    pub(crate) now: Timestamp,
}

/// What verifying came to.
pub(crate) struct Verified {
    /// What the report says, judged again.
    pub(crate) sentence: Option<String>,
    /// Who signed, by the keys given.
    pub(crate) signed: Vec<Signed>,
    /// What is wrong; nothing where the bundle holds.
    pub(crate) faults: Vec<String>,
    /// Whether the reports were made anew and are the same, byte for byte.
    pub(crate) same_version: bool,
}

/// Checks a bundle.
///
/// # Errors
///
/// When there is none.
pub(crate) fn verify(path: &Path, asked: &Asked<'_>) -> anyhow::Result<Verified> {
    let files = container::read(path)?;
    let mut faults = faults(&files, asked.now);
    let signed = super::envelope(&files).and_then(|envelope| envelope.verify(asked.keys)).unwrap_or_else(|why| {
        let why = format!("{why:#}");
        if !faults.contains(&why) {
            faults.push(why);
        }
        Vec::new()
    });
    let mut verified = Verified { sentence: None, signed, faults, same_version: false };
    if let Ok(seen) = seen(&files) {
        let report = Report::new(&seen.facts());
        verified.sentence = Some(report.sentence.as_str().to_owned());
        verified.same_version = seen.run.version == env!("CARGO_PKG_VERSION");
        if seen.run.challenge.as_deref() != asked.challenge && asked.challenge.is_some() {
            verified.faults.push("the run is not bound to this challenge".to_owned());
        }
        match report.verdict {
            Verdict::Ready | Verdict::ReadyWithWaivers => {}
            Verdict::NotReady | Verdict::Incomplete | Verdict::Partial | Verdict::Interrupted => {
                verified.faults.push(format!("the verdict is {}", report.verdict.headline()));
            }
        }
        if seen.run.draft && !asked.draft {
            verified.faults.push("it is a draft".to_owned());
        }
        match &report.valid_until {
            Some(end) if end.at < asked.now => verified.faults.push(format!("it ended on {} ({})", end.on, end.because)),
            Some(_) | None => {}
        }
        if seen.run.started.as_second() > asked.now.as_second() + CLOCKS_S {
            verified.faults.push("the run is of a time to come".to_owned());
        }
    }
    Ok(verified)
}

/// How far two clocks may be apart.
const CLOCKS_S: i64 = 300;

/// What is wrong with a bundle by itself, whoever signed it.
pub(super) fn faults(files: &Files, _now: Timestamp) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |holds: bool, fault: String| {
        if !holds {
            faults.push(fault);
        }
    };
    // The files there must be, and no other: what nobody vouches for is not carried along.
    let others = [super::RUN, super::MERCHANT, super::OBSERVATIONS, CATALOGUE, CONFIGURATION, VERDICT, SUMS, ENVELOPE];
    let names = || REPORTS.iter().map(|(name, _)| *name).chain(others);
    for name in names() {
        expect(files.contains_key(name), format!("{name} is missing"));
    }
    for name in files.keys() {
        expect(names().any(|known| known == name), format!("{name:?} is no part of a bundle"));
    }
    if !faults.is_empty() {
        return faults;
    }
    let seen = match seen(files) {
        Ok(seen) => seen,
        Err(why) => return vec![format!("{why:#}")],
    };
    let envelope = match super::envelope(files) {
        Ok(envelope) => envelope,
        Err(why) => return vec![format!("{why:#}")],
    };
    let mut expect = |holds: bool, fault: &str| {
        if !holds {
            faults.push(fault.to_owned());
        }
    };
    let mut summed = files.clone();
    summed.remove(ENVELOPE);
    let report = Report::new(&seen.facts());
    let stated = envelope.statement().unwrap_or_default();
    expect(statement::statement(&summed, &report).is_ok_and(|right| right == stated), "the statement is not what the files and the observations give");
    let sums = summed.remove(SUMS).unwrap_or_default();
    let right: String = summed.iter().map(|(name, bytes)| format!("{}  {name}\n", digest(bytes))).collect();
    expect(sums == right.as_bytes(), "SHA256SUMS is not what the files give");
    let file = |name: &str| files.get(name).map_or(&[][..], Vec::as_slice);
    let as_json = |name: &str| serde_json::from_slice::<serde_json::Value>(file(name)).unwrap_or_default();
    let spelled = |value: &serde_json::Value| format!("{value:#}\n").into_bytes();
    let text = |value: &serde_json::Value, pointer: &str| value.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    let verdict = as_json(VERDICT);
    let again = statement::verdict(&report, &text(&verdict, "/tool/sha256"));
    let same_version = seen.run.version == env!("CARGO_PKG_VERSION");
    // Another version may word what it found otherwise; what it found, and what that comes to, it may not change.
    for key in ["word", "valid_until", "draft", "challenge", "switches", "outcomes"] {
        expect(verdict.get(key) == again.get(key), "the verdict is not what the observations give, judged again");
    }
    if same_version {
        expect(file(VERDICT) == spelled(&again), "verdict.json is not what the observations give");
        expect(file(CATALOGUE) == catalogue::list_json().as_bytes(), "the catalogue is not the one of this version");
        for (name, format) in REPORTS {
            expect(file(name) == format.render(&report, false).as_bytes(), &format!("{name} is not what the observations give"));
        }
    }
    let salt = text(&as_json(CONFIGURATION), "/salt");
    expect(
        statement::configuration(&seen.merchant, &salt).is_ok_and(|right| file(CONFIGURATION) == spelled(&right)),
        "configuration.json is not what merchant.json gives",
    );
    // Each part has one spelling: what was read gives the very bytes again.
    let again = super::files(&seen, &salt, &text(&verdict, "/tool/sha256")).unwrap_or_default();
    for name in [super::RUN, super::MERCHANT, super::OBSERVATIONS] {
        expect(again.get(name).is_some_and(|bytes| bytes == file(name)), &format!("{name} is not in its canonical form"));
    }
    faults.dedup();
    faults
}
