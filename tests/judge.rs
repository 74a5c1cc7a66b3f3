//! A saved run is judged again to the same report, byte for byte.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;

use support::{golive, run};

#[test]
fn a_full_demo_run_judged_again_gives_the_same_reports() {
    let folder = tempfile::tempdir().unwrap();
    for defect in [&[][..], &["--defect", "trusts-any-timestamp"], &["--defect", "expired-certificate"]] {
        let outputs = ["--output", "terminal=first.txt", "--output", "json=first.json", "--output", "markdown=first.md"];
        let first = run(golive(folder.path()).args(["demo", "--save-observations", "seen.json"]).args(outputs).args(defect));
        let outputs = ["--output", "terminal=again.txt", "--output", "json=again.json", "--output", "markdown=again.md"];
        let again = run(golive(folder.path()).args(["judge", "seen.json"]).args(outputs));
        assert_eq!(first.code, again.code, "{} {}", first.stderr, again.stderr);
        for extension in ["txt", "json", "md"] {
            let read = |name: &str| fs::read_to_string(folder.path().join(format!("{name}.{extension}"))).unwrap();
            assert!(read("first") == read("again"), "{extension} differs for {defect:?}");
            assert!(read("first").len() > 1000);
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
        assert!(ran.stderr.contains("seen.json") && !ran.stderr.contains("MARKER"), "{}", ran.stderr);
    }
}
