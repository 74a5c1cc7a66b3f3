//! No false READY: with every defect, in every mode, with and without effects, offline and
//! interrupted.

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use golive_checks::model::{Deliver, Observed, SignerResult};

use crate::commands::demo::demo_run;
use crate::demo::{Defect, Shop, Weight};
use crate::progress::Silent;
use crate::report::{Report, Verdict};
use crate::run::Run;
use crate::saved_run::SavedRun;

/// The verdict, of the strictness that must notice the defect: a recommendation alone stops nobody
/// without `--strict`.
fn verdict(mut seen: SavedRun, defect: Defect) -> Verdict {
    seen.run.strict = defect.weight() == Weight::Warns;
    Report::new(&seen.facts()).verdict
}

/// What a run sees. The shop's signer is this very program, which is a test here and no `golive`:
/// its word is put right.
fn observe(run: Run) -> SavedRun {
    let mut seen = run.observe(&Silent).expect("the run can be made").0;
    if let Observed::Got(calls) = &mut seen.observations.signer {
        calls.iter_mut().for_each(|call| call.result = SignerResult::Right);
    }
    seen
}

/// Otherwise the rest shows nothing.
#[test]
fn the_correct_shop_is_ready_where_it_is_looked_at() {
    let shop = Shop::start(&[], Duration::ZERO).expect("the shop opens");
    let seen = observe(demo_run(&shop, Deliver::Full).expect("the shop's configuration loads"));
    let report = Report::new(&seen.facts());
    assert_eq!(report.verdict, Verdict::Ready, "{}", report.sentence.as_str());
}

/// Ways to look at one shop that show less of it than `golive selftest`, which goes all the way:
/// every delivery and nothing that tells what it did, and as far as a run goes that nobody said
/// more about.
fn verdicts(defect: Defect) -> Vec<(&'static str, Verdict)> {
    let shop = Shop::start(&[defect], Duration::ZERO).expect("the shop opens");
    let with = |deliver| demo_run(&shop, deliver).expect("the shop's configuration loads");
    let mut blind = with(Deliver::Full);
    blind.merchant.webhook.effects = None;
    blind.merchant.webhook.status = None;
    blind.targets.effects = None;
    blind.targets.status = None;
    let ways = [("probe", with(Deliver::Probe)), ("full without effects and states", blind)];
    ways.into_iter().map(|(name, run)| (name, verdict(observe(run), defect))).collect()
}

/// Ways that show nothing of a shop: not even the correct one is READY then, so that defects need
/// not be tried one by one.
#[test]
fn nobody_is_ready_who_was_not_looked_at() {
    let shop = Shop::start(&[], Duration::ZERO).expect("the shop opens");
    let with = |deliver| demo_run(&shop, deliver).expect("the shop's configuration loads");
    let mut offline = with(Deliver::Full);
    offline.facts.offline = true;
    let mut interrupted = observe(with(Deliver::Full));
    interrupted.run.interrupted = true;
    let seen = [
        ("none", observe(with(Deliver::None))),
        ("negative", observe(with(Deliver::Negative))),
        ("offline", observe(offline)),
        ("interrupted", interrupted),
    ];
    for (way, seen) in seen {
        let verdict = Report::new(&seen.facts()).verdict;
        assert!(!matches!(verdict, Verdict::Ready | Verdict::ReadyWithWaivers), "{way}");
    }
}

#[test]
fn no_defect_is_ever_ready() {
    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(String::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(defect) = Defect::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for (way, verdict) in verdicts(*defect) {
                        if matches!(verdict, Verdict::Ready | Verdict::ReadyWithWaivers) {
                            let mut wrong = wrong.lock().expect("nobody panics with it");
                            writeln!(wrong, "{} is READY: {way}", defect.name())
                                .expect("a String takes all");
                        }
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("nobody panics with it");
    assert!(wrong.is_empty(), "{wrong}");
}
