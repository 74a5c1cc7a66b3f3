//! What changed between two runs, and what got worse.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use golive_checks::model::{Judged, Level, Outcome, Show as _};

use super::container;
use crate::command_output::CommandOutput;
use crate::exit::Exit;
use crate::report::{Report, Verdict};
use crate::saved_run::{SCHEMA, SavedRun};

/// Compares two saved runs or bundles, both judged again by this version.
///
/// # Errors
///
/// When one cannot be read.
pub(crate) fn diff(old: &Path, new: &Path) -> anyhow::Result<CommandOutput> {
    let (old, new) = (report(old)?, report(new)?);
    let before: BTreeMap<&str, &Judged> =
        old.checks().map(|check| (check.meta.id, check)).collect();
    let [mut worse, mut better, mut other] = [const { Vec::<String>::new() }; 3];
    for check in new.checks() {
        let Some(was) = before.get(check.meta.id) else {
            other.push(format!("{}: new, {}", check.meta.id, check.outcome.word()));
            continue;
        };
        if was.outcome.word() == check.outcome.word() && was.level == check.level {
            if let Some((before, now)) = other_words(&was.outcome, &check.outcome) {
                other.push(format!(
                    "{}: {} as before, and otherwise: {before} → {now}",
                    check.meta.id,
                    check.outcome.word()
                ));
            }
            continue;
        }
        let line = format!(
            "{}: {} → {} ({})",
            check.meta.id,
            was.outcome.word(),
            check.outcome.word(),
            check.level.word()
        );
        match rank(check).cmp(&rank(was)) {
            std::cmp::Ordering::Greater => worse.push(line),
            std::cmp::Ordering::Less => better.push(line),
            std::cmp::Ordering::Equal => other.push(line),
        }
    }
    let now: Vec<&str> = new.checks().map(|check| check.meta.id).collect();
    worse.extend(
        before.keys().filter(|id| !now.contains(id)).map(|id| format!("{id}: no longer looked at")),
    );
    let verdict_worse = verdict_rank(new.verdict) > verdict_rank(old.verdict);
    let mut words = format!("{} → {}\n", old.verdict.headline(), new.verdict.headline());
    for (title, lines) in [("Worse", &worse), ("Better", &better), ("Otherwise", &other)] {
        if !lines.is_empty() {
            let _ = writeln!(words, "\n{title}");
            for line in lines {
                let _ = writeln!(words, "  {line}");
            }
        }
    }
    if worse.is_empty() && better.is_empty() && other.is_empty() {
        words.push_str("\nEvery check ended as before.\n");
    }
    if verdict_worse || !worse.is_empty() {
        words.push_str("\nREGRESSION: the newer run is worse.\n");
        return Ok(CommandOutput { words, exit: Exit::Refused });
    }
    Ok(CommandOutput { words, exit: Exit::Ready })
}

/// What is said of two outcomes of a kind, where that differs and is no measurement.
fn other_words(was: &Outcome, is: &Outcome) -> Option<(String, String)> {
    let words = |outcome: &Outcome| match outcome {
        Outcome::Warn(finding) | Outcome::Fail(finding) | Outcome::Waived(finding, _) => {
            Some(finding.message.as_str().to_owned())
        }
        Outcome::Undecided(reason) => Some(reason.show()),
        Outcome::Pass(_) | Outcome::NotApplicable(_) | Outcome::Attested(_) => None,
    };
    let (was, is) = (words(was)?, words(is)?);
    (was != is).then_some((was, is))
}

/// A bundle, or what `--save-observations` wrote.
fn report(path: &Path) -> anyhow::Result<Report> {
    if let Ok(bytes) = fs::read(path)
        && bytes.starts_with(b"{")
    {
        let seen: SavedRun = serde_json::from_slice(&bytes).map_err(|error| {
            anyhow::anyhow!(
                "{}:{}:{}: this is no saved run",
                path.display(),
                error.line(),
                error.column()
            )
        })?;
        ensure!(
            seen.schema == SCHEMA,
            "{}: this run was saved by another version of golive",
            path.display()
        );
        return Ok(Report::new(&seen.facts()));
    }
    let files = container::read(path)?;
    let seen = super::seen(&files).with_context(|| format!("reading {}", path.display()))?;
    Ok(Report::new(&seen.facts()))
}

/// How bad an outcome is; of a recommended check half as bad.
const fn rank(check: &Judged) -> u8 {
    let rank = match &check.outcome {
        Outcome::NotApplicable(_) | Outcome::Pass(_) => 0,
        Outcome::Attested(_) => 2,
        Outcome::Warn(_) => 4,
        Outcome::Waived(..) => 6,
        Outcome::Undecided(_) => 8,
        Outcome::Fail(_) => 10,
    };
    match check.level {
        Level::Required => rank,
        Level::Recommended => rank / 2,
    }
}

const fn verdict_rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Ready => 0,
        Verdict::ReadyWithWaivers => 1,
        Verdict::Incomplete | Verdict::Partial | Verdict::Interrupted => 2,
        Verdict::NotReady => 3,
    }
}
