//! `golive baseline`: accepts what the source scan finds today, so that it tells what is new.

use std::sync::atomic::AtomicBool;

use anyhow::ensure;
use golive_checks::model::{BaselineState, Limits, Quoted, Show as _, Weight};
use golive_checks::platform::keys;
use golive_checks::scan::severity::{is_complete, past, past_gap, weighed};

use crate::apart::Files;
use crate::config::Loaded;
use crate::exit::Exit;
use crate::guard::Guard;
use crate::observe::source::baseline::Baseline;
use crate::output::{self, Published};
use crate::scan::{Asked, base, baseline_of, prepare};

/// Searches, and writes the baseline. In words what came of it, and how the process ends: 1 where
/// something is left that nobody can accept, 3 where not everything could be looked at.
///
/// # Errors
///
/// When there is nothing at a path of the command line, or what stands in the baseline's place is
/// none.
pub(crate) fn write(
    asked: Asked,
    reason: Option<&str>,
    loaded: Option<&Loaded>,
    guard: &Guard,
) -> anyhow::Result<(Published, String, Exit)> {
    ensure!(
        reason.is_none_or(|reason| keys::written_in(reason).next().is_none()),
        "the reason holds a key: a baseline must not"
    );
    let (path, called) = baseline_of(loaded);
    if let Some(loaded) = loaded {
        Files::of(loaded).writing("the baseline", &path)?;
    }
    let old = Baseline::read(&path, called);
    let shown = path.to_string_lossy().into_owned();
    ensure!(
        old.state() != Some(BaselineState::Unreadable),
        "{} is nothing that `golive baseline` wrote: move it away first",
        Quoted(&shown).show()
    );
    let mut limits = loaded.map_or_else(Limits::default, |loaded| loaded.merchant.limits.clone());
    // Every finding is wanted, not the weightiest alone.
    limits.source_hits = u64::MAX;
    let scan = prepare(asked, loaded, &limits)?.accepting(&base(loaded), Baseline::default());
    let seen = scan.run(&AtomicBool::new(false));
    let (found, past) = (weighed(&seen), past(&seen));
    let in_use = past
        .iter()
        .filter(|(_, found)| found.weight > Weight::Information && found.hit.secret.is_some())
        .count();
    let left = in_use
        + found
            .iter()
            .filter(|found| {
                found.weight > Weight::Information && !found.rule.can_be_allowed(found.hit)
            })
            .count();
    let new = old.accept(&seen, &scan, reason);
    let written = output::write(&path, &new.write(), guard);
    if written.leaked || written.unwritten {
        return Ok((written, String::new(), Exit::Ready));
    }
    let mut words = format!("Wrote {}: {} accepted.\n", Quoted(&shown).show(), new.count());
    let exit = if left > 0 {
        words.push_str(&format!("{left} cannot be accepted: `golive scan` names what they are.\n"));
        Exit::NotReady
    } else if is_complete(&seen) && past_gap(&seen).is_none() {
        Exit::Ready
    } else {
        words.push_str("Not everything could be looked at: `golive scan` says what.\n");
        Exit::Incomplete
    };
    Ok((written, words, exit))
}
