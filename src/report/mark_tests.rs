//! What each format says of what was seen, what a person answers for and what a trial run did not
//! look at.

use golive_checks::model::{Facts, Level, Observations, Outcome, RunFacts};

use super::sample::{CATALOGUE, every_outcome, judged, merchant, report, run};
use super::tests::{attested, outcomes, plain};
use super::{
    FINE_PRINT, Report, Verdict, csv, github, gitlab, html, json, junit, markdown, sarif, tap,
};
use crate::exit::Exit;

/// A trial run of one check that was seen and one that a switch kept from being looked at.
fn on_trial(strict: bool) -> Report {
    let run = RunFacts { switches: vec!["--ca-file".to_owned()], strict, ..run() };
    let checks = vec![
        judged("webhook-https", Level::Required, outcomes()[0].clone()),
        judged("webhook-public-address", Level::Required, outcomes()[7].clone()),
    ];
    report(checks, &run)
}

#[test]
fn what_a_trial_run_did_not_look_at_is_counted_and_does_not_count_against_it() {
    for strict in [false, true] {
        let report = on_trial(strict);
        assert_eq!((report.verdict, report.exit()), (Verdict::Ready, Exit::Ready));
        assert_eq!(
            report.sentence.as_str(),
            "READY (TRIAL RUN) until 2026-11-29 (evidence expires after 7 days): 2 required: 1 \
             seen, 1 not seen on a trial run; trial run: --ca-file was used."
        );
    }
    let json: serde_json::Value = serde_json::from_str(&json::render(&on_trial(false))).unwrap();
    assert_eq!(json["verdict"]["word"], "ready");
    assert_eq!(json["verdict"]["trial"], true);
    assert_eq!(json["verdict"]["trial_unseen"], 1);
    assert_eq!(json["verdict"]["required"]["trial_unseen"], 1);
    assert_eq!((&json["counts"]["pass"], &json["counts"]["undecided"]), (&1.into(), &1.into()));
    assert_eq!(json["checks"][1]["outcome"], "undecided");
    assert_eq!(json["checks"][1]["reason"]["kind"], "trial-run");
}

#[test]
fn what_a_trial_run_did_not_look_at_is_ticked_in_no_format() {
    let report = on_trial(false);
    let line = |text: &str, id: &str| {
        text.lines()
            .find(|line| line.contains(id))
            .unwrap_or_else(|| panic!("{id}: {text}"))
            .to_owned()
    };
    let id = "webhook-public-address";
    assert!(line(&plain(&report), id).starts_with("  ○ "), "{}", plain(&report));
    let ticket = markdown::render(&report);
    assert!(line(&ticket, id).starts_with("| ○ undecided (trial run) |"), "{ticket}");
    assert!(ticket.starts_with("# READY (TRIAL RUN)\n"), "{ticket}");
    let page = html::render(&report);
    assert!(
        page.contains("<li class=\"check trial\" id=\"check-webhook-public-address\">"),
        "{page}"
    );
    assert!(page.contains("<span class=\"tag\">trial run</span>"), "{page}");
    let points = tap::render(&report);
    assert!(line(&points, id).ends_with(" # SKIP not seen on a trial run"), "{points}");
    let sarif: serde_json::Value = serde_json::from_str(&sarif::render(&report)).unwrap();
    assert_eq!(sarif["runs"][0]["results"][1]["kind"], "review");
    assert_eq!(sarif["runs"][0]["properties"]["trial"], true);
    let suites = junit::render(&report);
    assert_eq!((suites.matches("<skipped ").count(), suites.matches("<error").count()), (1, 0));
    let table = csv::render(&report);
    assert!(table.contains("webhook-public-address (trial run)"), "{table}");
    assert!(table.contains(",ready (trial run),"), "{table}");
    assert!(github::render(&report).contains("webhook-public-address (trial run)"));
    let entries: serde_json::Value = serde_json::from_str(&gitlab::render(&report)).unwrap();
    assert_eq!((&entries[0]["check_name"], &entries[0]["severity"]), (&id.into(), &"info".into()));
}

#[test]
fn what_a_person_answers_for_is_told_from_what_was_seen_in_every_format() {
    let id = "operations-incident-response";
    let one = |outcome| report(vec![judged(id, Level::Required, outcome)], &run());
    let (said, seen) = (one(attested(Some("thin words"))), one(outcomes()[0].clone()));
    let sarif = |report: &Report| -> String {
        let log: serde_json::Value = serde_json::from_str(&sarif::render(report)).unwrap();
        log["runs"][0]["results"][0]["kind"].as_str().unwrap().to_owned()
    };
    assert_eq!((sarif(&said), sarif(&seen)), ("informational".to_owned(), "pass".to_owned()));
    for (format, mark, render) in [
        ("terminal", "  ✎ ", &plain as &dyn Fn(&Report) -> String),
        ("markdown", "| ✎ attested |", &markdown::render),
        ("html", "aria-hidden=\"true\">✎</span>", &html::render),
        ("tap", "An incident response plan exists (attested)", &tap::render),
        ("junit", "<skipped message=\"attested by A", &junit::render),
        ("csv", "operations-incident-response (attested)", &csv::render),
        ("json", "\"outcome\": \"attested\"", &json::render),
    ] {
        let (said, seen) = (render(&said), render(&seen));
        assert!(said.contains(mark) && !seen.contains(mark), "{format}: {said}");
        assert!(format == "csv" || said.contains("thin words"), "{format}: {said}");
    }
    let tally = |report: &Report| report.sentence.as_str().contains("1 required: 1 attested");
    assert!(tally(&said) && !tally(&seen));
}

#[test]
fn a_thin_attestation_has_to_be_mended_only_under_strict() {
    let thin = || vec![judged("webhook-https", Level::Required, attested(Some("thin evidence")))];
    assert_eq!(report(thin(), &run()).verdict, Verdict::Ready);
    let strict = report(thin(), &RunFacts { strict: true, ..run() });
    assert_eq!((strict.verdict, strict.exit()), (Verdict::NotReady, Exit::NotReady));
    assert_eq!(strict.first[0].why.as_str(), "thin evidence");
}

#[test]
fn limits_that_weaken_a_check_are_named_in_every_verdict() {
    let mut merchant = merchant();
    merchant.limits.webhook_stale_s = 604_800;
    merchant.limits.webhook_slow_ms = 100;
    let seen = Observations::default();
    for (at, begins) in [(0, "READY until"), (2, "NOT READY"), (3, "INCOMPLETE")] {
        let checks = vec![judged("webhook-https", Level::Required, outcomes()[at].clone())];
        let facts = Facts { merchant: &merchant, run: &run(), seen: &seen };
        let report = Report::of(&CATALOGUE, checks, &facts);
        let sentence = report.sentence.as_str();
        assert!(sentence.starts_with(begins), "{sentence}");
        assert!(
            sentence
                .contains("checks weakened by `[limits]`: webhook_stale_s = 604800 (default 3600)")
                && !sentence.contains("webhook_slow_ms"),
            "{sentence}"
        );
        let json: serde_json::Value = serde_json::from_str(&json::render(&report)).unwrap();
        assert_eq!(
            json["verdict"]["weakened_limits"],
            serde_json::json!([{ "key": "webhook_stale_s", "value": 604_800, "default": 3_600 }])
        );
    }
}

#[test]
fn the_fine_print_and_the_catalogue_stand_in_every_format_for_people() {
    let recorded = RunFacts { catalogue: "0123456789ab".to_owned(), ..run() };
    let report = report(every_outcome(), &recorded);
    let version = report.catalogue.as_str();
    assert_eq!(version.len(), 12);
    for (format, text) in [
        ("terminal", plain(&report)),
        ("markdown", markdown::render(&report)),
        ("html", html::render(&report)),
        ("tap", tap::render(&report)),
        ("json", json::render(&report)),
        ("sarif", sarif::render(&report)),
        ("junit", junit::render(&report)),
    ] {
        let flat = text.replace("\n# ", " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(FINE_PRINT), "{format}: {text}");
        assert!(format == "tap" || flat.contains(version), "{format}: {text}");
    }
    let text = plain(&report);
    assert!(text.contains(&format!("{version}; the run was planned by 0123456789ab")), "{text}");
    let json: serde_json::Value = serde_json::from_str(&json::render(&report)).unwrap();
    assert_eq!(json["tool"]["catalogue"], version);
    assert_eq!(json["run"]["catalogue"], "0123456789ab");
}

#[test]
fn a_section_is_green_only_where_something_was_seen() {
    let tone = |outcomes: &[Outcome], level| {
        let ids = ["webhook-https", "webhook-rejects-stale"];
        let checks = ids.into_iter().zip(outcomes);
        let checks = checks.map(|(id, outcome)| judged(id, level, outcome.clone())).collect();
        let page = html::render(&report(checks, &run()));
        let heading = page.split("<h3 id=\"section-webhook\" class=\"").nth(1).unwrap();
        heading.split('"').next().unwrap().to_owned()
    };
    let [pass, warn, fail, undecided, unused, attested, waived, trial] = outcomes();
    let (required, recommended) = (Level::Required, Level::Recommended);
    for (outcomes, level, wanted) in [
        (vec![pass.clone(), undecided.clone()], recommended, "good"),
        (vec![warn, trial.clone()], required, "good"),
        (vec![pass.clone(), undecided.clone()], required, "open"),
        (vec![undecided.clone(), undecided], recommended, "open"),
        (vec![trial.clone(), trial.clone()], required, "open"),
        (vec![trial, unused.clone()], required, "open"),
        (vec![fail.clone(), pass], required, "bad"),
        (vec![fail], recommended, "open"),
        (vec![waived], required, "open"),
        (vec![attested.clone(), attested], required, "calm"),
        (vec![unused], required, "none"),
    ] {
        assert_eq!(tone(&outcomes, level), wanted, "{outcomes:?}");
    }
}
