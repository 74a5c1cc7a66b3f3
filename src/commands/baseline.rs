//! `golive baseline`: accepts what the source scan finds today, so that it tells what is new.

use crate::cli::BaselineArgs;
use crate::command_output::ending;
use std::sync::atomic::AtomicBool;

use anyhow::ensure;
use golive_checks::model::{BaselineState, Limits, Quoted, Show as _, Weight};
use golive_checks::platform::keys;
use golive_checks::scan::severity::{graded, is_complete, past, past_gap};

use crate::commands::scan::{ScanRequest, base, baseline_of, prepare};
use crate::config::Loaded;
use crate::exit::Exit;
use crate::guard::Guard;
use crate::observe::source::baseline::Baseline;
use crate::output::{self, Published};
use crate::path_conflicts::PathConflicts;

/// Searches, and writes the baseline. In words what came of it, and how the process ends: 1 where
/// something is left that nobody can accept, 3 where not everything could be looked at.
///
/// # Errors
///
/// When there is nothing at a path of the command line, or what stands in the baseline's place is
/// none.
pub(crate) fn write(
    asked: ScanRequest,
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
        PathConflicts::of(loaded).writing("the baseline", &path)?;
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
    let (found, past) = (graded(&seen), past(&seen));
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
    let new = old.accept(&seen, &scan.searched(), reason);
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

pub(super) fn run(args: BaselineArgs) -> anyhow::Result<Exit> {
    let (asked, loaded) = ScanRequest::of(args.tree)?;
    let guard = loaded.as_ref().map_or_else(Guard::none, |loaded| Guard::new(&loaded.targets.keys));
    let (written, words, exit) = write(asked, args.reason.as_deref(), loaded.as_ref(), &guard)?;
    let printed = output::print_past(&guard, &words);
    let published = Published {
        leaked: written.leaked || printed.leaked,
        unwritten: written.unwritten || printed.unwritten,
    };
    Ok(ending(published, exit, false, None))
}
