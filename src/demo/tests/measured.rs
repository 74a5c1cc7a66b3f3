//! What a run measures of shops whose numbers are known, and that odd ones among them are right.

use std::time::Duration;

use golive_checks::model::{Deliver, Outcome};

use crate::commands::demo::demo_run;
use crate::demo::{Behaviour, Shop, ShopVariant};
use crate::progress::Silent;
use crate::report::Report;

/// The report of a run on a shop with this variant.
fn report(variant: Option<ShopVariant>, deliver: Deliver) -> Report {
    let shop = Shop::open(&Behaviour::with_variants(variant.as_slice(), Duration::ZERO)).unwrap();
    let (seen, _) = demo_run(&shop, deliver).unwrap().observe(&Silent).unwrap();
    Report::new(&seen.facts())
}

/// Which checks would keep it from READY under `--strict`. The shop's signing code is the program's
/// own, which a test is not.
fn not_fine(report: &Report) -> Vec<&'static str> {
    let checks = report.chapters.iter().flat_map(|chapter| &chapter.checks);
    let fine = |outcome: &Outcome| {
        matches!(outcome, Outcome::Pass(_) | Outcome::Attested(_) | Outcome::NotApplicable(_))
    };
    checks
        .filter(|check| !fine(&check.outcome) && !check.outcome.is_unseen_on_trial())
        .map(|check| check.meta.id)
        .filter(|id| *id != "authentication-signer")
        .collect()
}

/// A number of a report, and its note.
fn measured(report: &Report, name: &str) -> (f64, String) {
    let found = report
        .measurements
        .iter()
        .find(|measured| measured.name == name)
        .unwrap_or_else(|| panic!("no {name}"));
    (found.value, found.note.as_ref().map_or(String::new(), |note| note.as_str().to_owned()))
}

const PAST: &str = "webhook timestamp window, past";
const FUTURE: &str = "webhook timestamp window, future";

#[test]
fn the_correct_shops_numbers_are_found_in_probe() {
    let report = report(None, Deliver::Probe);
    for way in [PAST, FUTURE] {
        let (seconds, note) = measured(&report, way);
        // A delivery may cross the turn of a second on its way.
        assert!(
            (299.0..=300.0).contains(&seconds) && note.starts_with("refused from 30"),
            "{seconds}: {note}"
        );
        assert!(
            note.contains("by the platform's clock, with which golive's clock agrees"),
            "{note}"
        );
    }
    assert_eq!(
        measured(&report, "webhook body accepted"),
        (256.0, "512 KiB: answered 413".to_owned())
    );
    let (_, note) = measured(&report, "webhook answer time in a burst max");
    assert_eq!(note, "50 answers to 50 events released together");
}

#[test]
fn a_narrow_window_is_measured_and_right() {
    let report = report(Some(ShopVariant::NarrowWindow), Deliver::Full);
    assert!((29.0..=30.0).contains(&measured(&report, PAST).0));
    assert_eq!(not_fine(&report), Vec::<&str>::new());
}

#[test]
fn one_thing_at_a_time_takes_its_time_and_is_right() {
    let report = report(Some(ShopVariant::SingleThreaded), Deliver::Full);
    // Fifty times 20 ms, one after the other.
    assert!((1.0..10.0).contains(&measured(&report, "webhook answer time in a burst max").0));
    assert_eq!(not_fine(&report), Vec::<&str>::new());
}

#[test]
fn two_clocks_leave_a_blurred_edge_and_are_right() {
    let report = report(Some(ShopVariant::TwoClocks), Deliver::Full);
    let (seconds, _) = measured(&report, PAST);
    // One machine's clock is five seconds ahead, so that it refuses sooner.
    assert!((293.0..=300.0).contains(&seconds), "{seconds}");
    assert_eq!(not_fine(&report), Vec::<&str>::new());
}
