//! A saved run is judged again to the same report, byte for byte.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;

use support::{golive, run};

/// Every format there is.
const FORMATS: [&str; 10] =
    ["terminal", "json", "markdown", "html", "junit", "sarif", "github", "gitlab", "csv", "tap"];

#[test]
fn a_full_demo_run_judged_again_gives_the_same_reports() {
    let folder = tempfile::tempdir().unwrap();
    let outputs = |name: &str| FORMATS.map(|format| format!("--output={format}={name}.{format}"));
    for defect in
        [&[][..], &["--defect", "trusts-any-timestamp"], &["--defect", "expired-certificate"]]
    {
        let first = run(golive(folder.path())
            .args(["demo", "--save-observations", "seen.json"])
            .args(outputs("first"))
            .args(defect));
        let again = run(golive(folder.path()).args(["judge", "seen.json"]).args(outputs("again")));
        run(golive(folder.path()).args(["judge", "seen.json"]).args(outputs("twice")));
        assert_eq!(first.code, again.code, "{} {}", first.stderr, again.stderr);
        for format in FORMATS {
            let read = |name: &str| {
                fs::read_to_string(folder.path().join(format!("{name}.{format}"))).unwrap()
            };
            assert!(
                read("first") == read("again") && read("again") == read("twice"),
                "{format} differs for {defect:?}"
            );
            assert!(read("first").len() > 2, "{format}");
        }
    }
}

#[test]
fn what_is_no_saved_run_is_refused_without_showing_it() {
    let folder = tempfile::tempdir().unwrap();
    for text in ["", "{", "[]", "{\"schema\": \"MARKER\"}", "MARKER"] {
        fs::write(folder.path().join("seen.json"), text).unwrap();
        let ran = run(golive(folder.path()).args(["judge", "seen.json"]));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{text}");
        assert!(
            ran.stderr.contains("seen.json") && !ran.stderr.contains("MARKER"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn coverage_names_every_line_of_the_checklist_and_ends_as_the_run_did() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(golive(folder.path()).args([
        "demo",
        "--defect",
        "ignores-missing-signature",
        "--save-observations",
        "seen.json",
        "--output",
        "json",
    ]));
    let covered = run(golive(folder.path()).args(["coverage", "seen.json"]));
    assert_eq!((covered.code, ran.code), (1, 1), "{}", covered.stderr);
    let lines = ran.json()["coverage"].as_array().unwrap().clone();
    assert!(lines.len() > 200);
    for line in &lines {
        let (id, decided) =
            (line["requirement"].as_str().unwrap(), line["decided"].as_str().unwrap());
        assert!(covered.stdout.contains(&format!("\n  {id:8}{decided:14}  ")), "{id} {decided}");
    }
    assert!(lines.iter().any(|line| line["decided"] == "failed"));
}

#[test]
fn coverage_without_a_run_contacts_nobody() {
    let covered = run(golive(&support::repository().join("examples/not-ready")).arg("coverage"));
    assert_eq!(covered.code, 1, "{}", covered.stderr);
    assert!(covered.stdout.contains("\n  PC-07   undecided "), "{}", covered.stdout);
}

#[test]
fn events_tell_what_happened_and_end_with_the_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(golive(folder.path()).args([
        "demo",
        "--defect",
        "ignores-missing-signature",
        "--events",
        "events.ndjson",
        "--output",
        "json",
    ]));
    let report = ran.json();
    let events = fs::read_to_string(folder.path().join("events.ndjson")).unwrap();
    let events: Vec<serde_json::Value> =
        events.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let named = |name: &str| events.iter().filter(|event| event["event"] == name).count();
    assert_eq!(events[0]["event"], "started");
    assert_eq!(events[0]["run"], report["run"]["id"]);
    assert!(
        named("delivery") > 50 && named("began") == named("ended"),
        "{} {}",
        named("delivery"),
        named("began")
    );
    assert_eq!(named("check"), report["checks"].as_array().unwrap().len());
    let last = &events[events.len() - 1];
    for key in ["word", "exit_code", "sentence"] {
        assert_eq!(last[key], report["verdict"][key]);
    }
    let times: Vec<u64> = events.iter().map(|event| event["at_ms"].as_u64().unwrap()).collect();
    assert!(times.is_sorted());
}

#[test]
fn events_and_a_report_do_not_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for option in ["--output=json=one", "--save-observations=one"] {
        let ran = run(golive(folder.path()).args(["demo", "--events", "one", option]));
        assert_eq!(ran.code, 2, "{option}: {}", ran.stderr);
    }
}
