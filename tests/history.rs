//! `--history`: keys that git remembers, and nothing that the repository would like to run.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::{golive, run};

const LIVE: &str = "sk_live_MARKER7f3k9q2x8v1m4n6b";
const OTHER: &str = "sk_live_MARKER1a9s8d7f6g5h4j3k";
const TEST: &str = "sk_test_MARKER2b7n4x9q1w5e8r3t";

fn write(root: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn git(root: &Path, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args([
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@t.example",
        "-c",
        "init.defaultBranch=main",
        "-c",
        "protocol.file.allow=always",
    ]);
    let output = git.args(arguments).current_dir(root).env_remove("GIT_DIR").output().unwrap();
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn commit(root: &Path, message: &str) -> String {
    git(root, &["add", "-A"]);
    git(root, &["commit", "-q", "-m", message]);
    git(root, &["rev-parse", "--short=10", "HEAD"])
}

/// A repository that once held a key; the commit that brought it.
fn repository(root: &Path) -> String {
    git(root, &["init", "-q"]);
    write(root, "src/a.js", "x\n");
    commit(root, "begin");
    write(root, "src/pay it.js", format!("\nconst k = '{LIVE}';\n"));
    let bad = commit(root, "a key");
    write(root, "src/pay it.js", format!("\n\nconst k = '{LIVE}';\nmore();\n"));
    commit(root, "the same key");
    write(root, "src/pay it.js", "const k = process.env.KEY;\n");
    commit(root, "no key");
    bad
}

fn history(root: &Path, arguments: &[&str]) -> (i32, Value) {
    let ran = run(golive(root).args(["scan", "--history", "--json"]).args(arguments));
    (ran.code, ran.json())
}

#[test]
fn a_key_that_was_taken_out_is_found_with_its_commit_when_somebody_asks() {
    let tree = tempfile::tempdir().unwrap();
    let bad = repository(tree.path());
    let plain = run(golive(tree.path()).args(["scan", "--json"]));
    assert_eq!(
        (plain.code, &plain.json()["history"]),
        (0, &Value::Null),
        "nothing is claimed unasked"
    );
    let (code, report) = history(tree.path(), &[]);
    let found = report["history"]["findings"].as_array().unwrap();
    assert_eq!((code, found.len()), (1, 1), "{report:#}");
    let place = (
        found[0]["commit"].as_str(),
        found[0]["path"].as_str(),
        found[0]["line"].as_u64(),
        found[0]["excerpt"].as_str(),
    );
    assert_eq!(place, (Some(bad.as_str()), Some("src/pay it.js"), Some(2), Some("sk_live_…4n6b")));
    let repository = &report["history"]["repositories"][0];
    assert_eq!(
        (&repository["state"], &repository["commits"]),
        (&Value::from("searched"), &Value::from(4))
    );
    let ran = run(golive(tree.path()).args(["scan", "--history"]));
    assert!(
        ran.stdout.contains(&format!("in commit {bad}")) && ran.stdout.contains("replace the key"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.starts_with('✗') && ran.stdout.contains("FOUND: 1 failure"),
        "{}",
        ran.stdout
    );
    // A folder of it leads to the same history.
    assert_eq!(history(&tree.path().join("src"), &[]).0, 1);
}

#[test]
fn other_branches_tags_names_and_kinds_of_files_count_and_look_alikes_do_not() {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path();
    git(root, &["init", "-q"]);
    write(
        root,
        "a.js",
        format!("key.startsWith('sk_live_'); s = 'sk_live_xxxxxxxxx'; t = '{TEST}'\n"),
    );
    write(root, "README.md", "sk_live_YOUR_SECRET_KEY\n");
    commit(root, "begin");
    assert_eq!(history(root, &[]).1["history"]["found"], 0);
    git(root, &["checkout", "-q", "-b", "side"]);
    write(root, "b.bin", [b"\0\0\0".as_slice(), LIVE.as_bytes()].concat());
    write(
        root,
        "wide.ini",
        [0xff, 0xfe]
            .into_iter()
            .chain(format!("k={OTHER}").encode_utf16().flat_map(u16::to_le_bytes))
            .collect::<Vec<u8>>(),
    );
    commit(root, "on a side");
    git(root, &["tag", "v1"]);
    git(root, &["checkout", "-q", "main"]);
    git(root, &["branch", "-q", "-D", "side"]);
    let (code, report) = history(root, &[]);
    let mut paths: Vec<&str> = report["history"]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|found| found["path"].as_str())
        .collect();
    paths.sort_unstable();
    assert_eq!((code, paths.as_slice()), (1, &["b.bin", "wide.ini"][..]));
}

#[test]
fn the_key_in_use_stays_a_finding_and_one_that_was_replaced_can_be_accepted() {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path();
    repository(root);
    let ran = run(golive(root).args(["baseline", "--history", "--reason", "replaced in May"]));
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let written = fs::read_to_string(root.join(".golive-baseline.json")).unwrap();
    assert!(written.contains("\"count\":0") && written.contains("src/pay it.js"), "{written}");
    let (code, report) = history(root, &["--strict"]);
    assert_eq!(
        (code, &report["history"]["findings"][0]["allowed"]["reason"]),
        (0, &Value::from("replaced in May")),
        "{report:#}"
    );
    assert_eq!(
        run(golive(root).args(["scan", "--strict"])).code,
        0,
        "not unused where the history is not looked at"
    );
    // It accepts the history, not the tree.
    write(root, "src/pay it.js", format!("const k = '{LIVE}';\n"));
    assert_eq!(run(golive(root).arg("scan")).code, 1);
    write(root, "src/pay it.js", "\n");
    // Written without the history it keeps what it says of it.
    assert_eq!(run(golive(root).arg("baseline")).code, 0);
    assert_eq!(history(root, &[]).0, 0);
    // The key in use has to be replaced first.
    write(
        root,
        "golive.toml",
        "[api]\nsecret_key = { env = \"IN_USE\" }\n[source]\nroots = [\".\"]\n",
    );
    let ran = run(golive(root).env("IN_USE", LIVE).args(["scan", "--history", "--json"]));
    assert_eq!(
        (ran.code, &ran.json()["history"]["findings"][0]["rule"]),
        (1, &Value::from("own-secret"))
    );
    let ran = run(golive(root).env("IN_USE", LIVE).args(["baseline", "--history"]));
    assert_eq!(ran.code, 1, "{}", ran.stdout);
}

#[test]
fn what_cannot_be_read_to_its_end_is_not_called_clean() {
    let tree = tempfile::tempdir().unwrap();
    let (whole, part, none) =
        (tree.path().join("whole"), tree.path().join("part"), tree.path().join("none"));
    for folder in [&whole, &none] {
        fs::create_dir(folder).unwrap();
        write(folder, "b.txt", "x\n");
    }
    git(&whole, &["init", "-q"]);
    for at in 0..5 {
        write(&whole, "a.txt", "y".repeat(3_000 + at));
        commit(&whole, "more");
    }
    let state = |folder: &Path| {
        let (code, report) = history(folder, &[]);
        (code, report["history"]["repositories"][0]["state"].as_str().unwrap().to_owned())
    };
    assert_eq!(state(&whole), (0, "searched".to_owned()));
    assert_eq!(state(&none), (3, "no-repository".to_owned()));
    let from = format!("file://{}", whole.display());
    git(tree.path(), &["clone", "-q", "--depth", "1", &from, "part"]);
    assert_eq!(state(&part), (3, "partial".to_owned()));
    write(tree.path(), "golive.toml", "[limits]\nsource_history_bytes = 4_096\n");
    let config = tree.path().join("golive.toml");
    let ran =
        run(golive(&whole).args(["scan", ".", "--history", "--json", "--config"]).arg(&config));
    assert_eq!(
        (ran.code, &ran.json()["history"]["repositories"][0]["state"]),
        (3, &Value::from("too-much"))
    );
    let ran = run(golive(&whole).args(["scan", ".", "--history", "--config"]).arg(&config));
    assert!(
        ran.stdout.contains("limits.source_history_bytes") && ran.stdout.contains("INCOMPLETE"),
        "{}",
        ran.stdout
    );
    // A history that is broken.
    let object = git(&whole, &["rev-parse", "HEAD~2:a.txt"]);
    let (folder, name) = object.split_at(2);
    fs::remove_file(whole.join(".git/objects").join(folder).join(name)).unwrap();
    let (code, became) = state(&whole);
    assert!(code == 3 && matches!(became.as_str(), "partial" | "failed"), "{became}");
}

#[cfg(unix)]
#[test]
fn nothing_that_the_repository_configures_is_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path().join("shop");
    fs::create_dir(&root).unwrap();
    repository(&root);
    let trap = tree.path().join("trap");
    let sprung = tree.path().join("sprung");
    fs::write(&trap, format!("#!/bin/sh\ntouch '{}'\ncat\n", sprung.display())).unwrap();
    fs::set_permissions(&trap, fs::Permissions::from_mode(0o755)).unwrap();
    let trap = trap.display().to_string();
    write(&root, ".gitattributes", "* diff=trap filter=trap\n");
    for (key, value) in [
        ("core.fsmonitor", trap.clone()),
        ("core.pager", trap.clone()),
        ("core.sshCommand", trap.clone()),
        ("diff.external", trap.clone()),
        ("diff.trap.textconv", trap.clone()),
        ("filter.trap.smudge", trap.clone()),
        ("filter.trap.clean", trap.clone()),
        ("core.alternateRefsCommand", trap.clone()),
        ("core.editor", trap.clone()),
        ("gpg.program", trap.clone()),
        ("log.showSignature", "true".to_owned()),
        ("extensions.partialClone", "origin".to_owned()),
        ("remote.origin.url", format!("ext::{trap}")),
        ("remote.origin.promisor", "true".to_owned()),
        ("protocol.ext.allow", "always".to_owned()),
        ("uploadpack.packObjectsHook", trap.clone()),
    ] {
        git(&root, &["config", key, &value]);
    }
    for hook in ["post-checkout", "pre-commit", "reference-transaction", "post-index-change"] {
        fs::copy(&trap, root.join(".git/hooks").join(hook)).unwrap();
    }
    // One object is missing, so that git would like to fetch it.
    let object = git(&root, &["rev-parse", "HEAD:src/a.js"]);
    let (folder, name) = object.split_at(2);
    fs::remove_file(root.join(".git/objects").join(folder).join(name)).unwrap();
    let _ = fs::remove_file(&sprung);
    let (code, report) = history(&root, &[]);
    assert!(!sprung.exists(), "something of the repository was run");
    assert_eq!(
        (code, &report["history"]["repositories"][0]["state"]),
        (1, &Value::from("partial")),
        "{report:#}"
    );
}

#[test]
fn a_check_looks_at_the_history_when_it_is_told_to() {
    let tree = tempfile::tempdir().unwrap();
    let root = tree.path();
    let bad = repository(root);
    write(
        root,
        "golive.toml",
        "[api]\nsecret_key = { env = \"KWIKPAISA_SECRET_KEY\" }\n[source]\nroots = \
         [\"src\"]\npublic = []\n",
    );
    let check = |arguments: &[&str]| {
        let ran = run(golive(root)
            .args(["check", "--offline", "--only", "source-no-exposed-keys", "--output", "json"])
            .args(arguments));
        ran.json()["checks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|check| check["id"] == "source-no-exposed-keys")
            .unwrap()
            .clone()
    };
    assert_eq!(check(&[])["outcome"], "pass");
    let failed = check(&["--history"]);
    assert_eq!(failed["outcome"], "fail");
    assert!(
        failed.to_string().contains(&bad) && failed.to_string().contains("Replace the key"),
        "{failed:#}"
    );
}
