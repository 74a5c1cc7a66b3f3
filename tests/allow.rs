//! `golive:allow` and `golive baseline`: what is accepted is shown, and nothing is accepted by
//! accident.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::path::Path;

use serde_json::Value;
use support::{Ran, golive, run};

const LIVE: &str = "sk_live_MARKER7f3k9q2x8v1m4n6b";
const OTHER: &str = "sk_live_MARKER1a9s8d7f6g5h4j3k";
const API: &str = "pk_live_MARKER4d8s1k6w3z9c5t2y";

fn write(root: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Rule and weight of everything that was found in a file, allowed or not.
fn found(report: &Value, path: &str) -> Vec<(String, String)> {
    let of = |finding: &&Value| finding["path"] == path;
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(of)
        .map(|finding| (word(&finding["rule"]), word(&finding["weight"])))
        .collect()
}

fn scan(root: &Path, arguments: &[&str]) -> Ran {
    run(golive(root).args(["scan", "--json"]).args(arguments))
}

#[test]
fn a_comment_on_the_line_allows_a_finding_and_is_shown() {
    let tree = tempfile::tempdir().unwrap();
    write(
        tree.path(),
        "a.js",
        format!("const k = '{LIVE}'; // golive:allow(live-secret) revoked in May\n"),
    );
    write(
        tree.path(),
        "b.py",
        format!(
            "k = '{LIVE}'  # golive:allow(tunnel-host, live-secret) revoked; hook is https://b4a1.ngrok-free.app/kwikpaisa\n"
        ),
    );
    write(
        tree.path(),
        "c.html",
        format!("<!-- golive:allow(live-secret) revoked in May --><b>{LIVE}</b>\n"),
    );
    let ran = scan(tree.path(), &[]);
    let report = ran.json();
    assert_eq!((ran.code, &report["allowed"]), (0, &Value::from(4)), "{report:#}");
    assert!(
        report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .all(|finding| finding["weight"] == "information"),
        "{report:#}"
    );
    let first = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["path"] == "a.js")
        .unwrap();
    assert_eq!(
        (&first["allowed"]["by"], &first["allowed"]["reason"]),
        (&Value::from("comment"), &Value::from("revoked in May"))
    );
    let ran = run(golive(tree.path()).args(["scan", "--strict"]));
    assert_eq!(ran.code, 0);
    assert!(
        ran.stdout.contains("~ 4 allowed")
            && ran.stdout.contains("allowed on its line: \"revoked in May\""),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("; 4 allowed"), "{}", ran.stdout);
}

#[test]
fn an_allowance_counts_on_its_own_line_for_its_own_rule_and_with_a_reason() {
    let tree = tempfile::tempdir().unwrap();
    let cases = [
        (
            "above.js",
            format!("// golive:allow(live-secret) revoked in May\nconst k = '{LIVE}';\n"),
            "allow-unused",
        ),
        (
            "below.js",
            format!("const k = '{LIVE}';\n// golive:allow(live-secret) revoked in May\n"),
            "allow-unused",
        ),
        (
            "far.js",
            format!(
                "const k = '{LIVE}';{} // golive:allow(live-secret) revoked in May\n",
                " ".repeat(300)
            ),
            "allow-unused",
        ),
        (
            "other.js",
            format!("const k = '{LIVE}'; // golive:allow(sandbox-host) revoked in May\n"),
            "allow-unused",
        ),
        (
            "more.js",
            format!("const k = '{LIVE}'; // golive:allow(all, *) revoked in May\n"),
            "allow-unused",
        ),
        (
            "bare.js",
            format!("const k = '{LIVE}'; // golive:allow(live-secret)\n"),
            "allow-without-reason",
        ),
        (
            "sign.js",
            format!("const k = '{LIVE}'; /* golive:allow(live-secret) -- */\n"),
            "allow-without-reason",
        ),
    ];
    for (name, text, _) in &cases {
        write(tree.path(), name, text);
    }
    write(tree.path(), "idle.js", "x() // golive:allow(live-secret) revoked in May\n");
    write(tree.path(), "README.md", "Write `golive:allow(live-secret) why` on the line.\n");
    write(tree.path(), "node_modules/x/a.js", "x() // golive:allow(live-secret) why not\n");
    let ran = scan(tree.path(), &[]);
    let report = ran.json();
    assert_eq!(ran.code, 1);
    for (name, _, rule) in &cases {
        let mut found = found(&report, name);
        found.sort();
        let expected = [
            ((*rule).to_owned(), "warning".to_owned()),
            ("live-secret".to_owned(), "failure".to_owned()),
        ];
        assert_eq!(found, expected, "{name}");
    }
    assert_eq!(found(&report, "idle.js"), [("allow-unused".to_owned(), "warning".to_owned())]);
    assert!(
        found(&report, "README.md").is_empty() && found(&report, "node_modules/x/a.js").is_empty()
    );
    assert_eq!(report["allowed"], 0);
}

#[test]
fn no_allowance_silences_a_live_secret_that_others_get() {
    let tree = tempfile::tempdir().unwrap();
    write(
        tree.path(),
        "dist/a.js",
        format!("k='{LIVE}' // golive:allow(live-secret) it is public anyway\n"),
    );
    write(
        tree.path(),
        "dist/b.js",
        format!("kwikpaisa('{API}') // golive:allow(live-api-key) it is public anyway\n"),
    );
    write(
        tree.path(),
        "dist/c.js",
        "f('https://sandbox.kwikpaisa.com') // golive:allow(sandbox-host) only a link\n",
    );
    let public = ["--public", "dist"];
    let report = scan(tree.path(), &public).json();
    for (path, rule) in [("dist/a.js", "live-secret"), ("dist/b.js", "live-api-key")] {
        let found = found(&report, path);
        assert!(found.contains(&(rule.to_owned(), "failure".to_owned())), "{path}: {found:?}");
        assert!(
            found.contains(&("allow-in-vain".to_owned(), "warning".to_owned())),
            "{path}: {found:?}"
        );
    }
    assert_eq!(
        found(&report, "dist/c.js"),
        [("sandbox-host".to_owned(), "information".to_owned())]
    );
    // Nor does the baseline, whoever wrote it.
    let ran = run(golive(tree.path()).args(["baseline", "--public", "dist"]));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("4 cannot be accepted"), "{}", ran.stdout);
    assert!(
        !fs::read_to_string(tree.path().join(".golive-baseline.json")).unwrap().contains("live-")
    );
}

#[test]
fn the_value_in_use_is_never_silenced_in_what_others_get() {
    let tree = tempfile::tempdir().unwrap();
    let odd = "q8w7e6r5t4y3u2i1MARKER";
    write(
        tree.path(),
        "dist/a.js",
        format!("k='{odd}' // golive:allow(own-secret) it is public anyway\n"),
    );
    write(tree.path(), "b.js", format!("k='{LIVE}' // golive:allow(live-secret) revoked in May\n"));
    write(
        tree.path(),
        "golive.toml",
        "[api]\nsecret_key = { env = \"ODD\" }\n[source]\nroots = [\".\"]\npublic = [\"dist\"]\n",
    );
    let ran = run(golive(tree.path()).env("ODD", odd).args(["scan", "--json"]));
    let report = ran.json();
    assert!(
        found(&report, "dist/a.js").contains(&("own-secret".to_owned(), "failure".to_owned())),
        "{report:#}"
    );
    assert!(
        found(&report, "dist/a.js").contains(&("allow-in-vain".to_owned(), "warning".to_owned())),
        "{report:#}"
    );
    // What a key is called when it is the one in use needs an allowance of its own.
    let ran = run(golive(tree.path()).env("ODD", LIVE).args(["scan", "--json"]));
    assert_eq!(
        found(&ran.json(), "b.js"),
        [("own-secret".to_owned(), "failure".to_owned())],
        "{}",
        ran.stdout
    );
}

#[test]
fn a_reason_shows_no_secret() {
    let tree = tempfile::tempdir().unwrap();
    let base64 = data_encoding::BASE64.encode(OTHER.as_bytes());
    write(
        tree.path(),
        "a.js",
        format!("k='{LIVE}' // golive:allow(live-secret) the old one, not {OTHER}\n"),
    );
    write(tree.path(), "b.js", format!("k='{LIVE}' // golive:allow(live-secret) {base64}\n"));
    write(tree.path(), "c.js", format!("k=0 // golive:allow({OTHER}) gone\n"));
    let ran = scan(tree.path(), &[]);
    assert!(!ran.stdout.contains(&base64[8..24]), "{}", ran.stdout);
    let report = ran.json();
    assert!(
        found(&report, "b.js").contains(&("allow-without-reason".to_owned(), "warning".to_owned())),
        "a key is no reason"
    );
    assert!(ran.stdout.contains("the old one, not"), "{}", ran.stdout);
}

#[test]
fn a_baseline_accepts_what_was_there_and_tells_what_is_new() {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path();
    write(root, "src/a.js", format!("const k = '{LIVE}';\nconst l = '{LIVE}';\n"));
    write(root, "src/b.js", "const u = 'https://sandbox.kwikpaisa.com';\n");
    write(root, "src/c.js", "// https://sandbox.kwikpaisa.com\n");
    let ran = run(golive(root).args(["baseline", "--reason", "before the review of May"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout, "Wrote \".golive-baseline.json\": 3 accepted.\n");
    let written = fs::read_to_string(root.join(".golive-baseline.json")).unwrap();
    assert!(!written.contains("4n6b") && !written.contains("sk_live"), "{written}");
    let entries: Vec<&str> =
        written.lines().filter(|line| line.contains("\"fingerprint\"")).collect();
    assert!(
        entries.len() == 2 && entries.is_sorted() && entries[0].contains("src/a.js"),
        "{written}"
    );
    assert_eq!(scan(root, &["--strict"]).code, 0, "accepted");
    let report = scan(root, &[]).json();
    assert_eq!(
        (&report["allowed"], &report["baseline"]["unused"]),
        (&Value::from(3), &Value::Array(Vec::new()))
    );
    // Lines may move; another key, another file or a third of a kind is new.
    write(root, "src/a.js", format!("\n\n\nconst k = '{LIVE}';\n\nconst l = '{LIVE}';\n"));
    assert_eq!(scan(root, &["--strict"]).code, 0, "moved");
    for (name, text) in [
        ("src/a.js", format!("a('{LIVE}');\nb('{LIVE}');\nc('{LIVE}');\n")),
        ("src/a.js", format!("a('{LIVE}');\nb('{OTHER}');\n")),
        ("src/d.js", format!("a('{LIVE}');\n")),
    ] {
        let before = fs::read(root.join("src/a.js")).unwrap();
        write(root, name, text);
        let ran = scan(root, &[]);
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        let _ = fs::remove_file(root.join("src/d.js"));
        write(root, "src/a.js", before);
    }
    // An entry for what is gone is told, with its line.
    fs::remove_file(root.join("src/b.js")).unwrap();
    let ran = run(golive(root).arg("scan"));
    assert_eq!(ran.code, 0);
    assert!(
        ran.stdout.contains(
            ".golive-baseline.json:6: accepts 1 of sandbox-host in src/b.js, and 0 are there"
        ),
        "{}",
        ran.stdout
    );
    assert_eq!(scan(root, &["--strict"]).code, 1);
    assert_eq!(run(golive(root).args(["scan", "docs"])).code, 2, "no folder");
    fs::create_dir(root.join("docs")).unwrap();
    write(root, "docs/a.txt", "x");
    assert_eq!(
        scan(root, &["--strict", "docs"]).code,
        0,
        "what was not searched is not called unused"
    );
    // Written again it is as short as it can be, and keeps its reasons and its salt.
    assert_eq!(run(golive(root).arg("baseline")).code, 0);
    let again = fs::read_to_string(root.join(".golive-baseline.json")).unwrap();
    assert!(again.contains("before the review of May") && !again.contains("src/b.js"), "{again}");
    assert_eq!(again.lines().nth(2), written.lines().nth(2));
}

#[test]
fn a_baseline_is_found_where_the_configuration_says() {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path();
    write(root, "app/src/a.js", format!("const k = '{LIVE}';\n"));
    write(root, "golive.toml", "[source]\nroots = [\"app\"]\nbaseline = \"accepted.json\"\n");
    let ran = run(golive(root).arg("scan"));
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("! accepted.json is configured as the baseline and is not there"),
        "{}",
        ran.stdout
    );
    assert_eq!(run(golive(root).arg("baseline")).code, 0);
    assert!(fs::read_to_string(root.join("accepted.json")).unwrap().contains("app/src/a.js"));
    assert_eq!(scan(root, &["--strict"]).code, 0);
    // From another folder it says the same.
    assert_eq!(
        run(golive(&root.join("app")).args([
            "scan",
            "src",
            "--strict",
            "--config",
            "../golive.toml"
        ]))
        .code,
        0
    );
    // What is no baseline silences nothing and is not overwritten.
    write(root, "accepted.json", "{\"precious\": true}");
    let ran = run(golive(root).arg("scan"));
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout
            .contains("! accepted.json cannot be read, or is nothing that `golive baseline` wrote"),
        "{}",
        ran.stdout
    );
    assert_eq!(run(golive(root).arg("baseline")).code, 2);
    assert!(fs::read_to_string(root.join("accepted.json")).unwrap().contains("precious"));
    assert_eq!(run(golive(root).args(["baseline", "--reason", LIVE])).code, 2);
}
