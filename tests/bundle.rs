//! The sign-off bundle, from a run to somebody who was not there.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::{Ran, golive, run};
use tempfile::TempDir;

/// A folder with a saved run that was ready, as one of a merchant: not of the built-in shop, without
/// switches, and with what they kept from being looked at.
fn ready() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let ran =
        run(golive(folder.path()).args(["demo", "--quiet", "--save-observations", "seen.json"]));
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    change(&folder.path().join("seen.json"), |seen| {
        seen["run"]["mode"] = "check".into();
        seen["run"]["switches"] = Value::Array(Vec::new());
        let observations = &mut seen["observations"];
        observations["webhook_names"] = serde_json::json!({ "got": ["8.8.8.8"] });
        observations["webhook_tls"]["got"]["by_ca_file"] = false.into();
    });
    folder
}

fn change(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut json: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    change(&mut json);
    fs::write(path, json.to_string()).unwrap();
}

/// Runs a line of words.
fn line(folder: &Path, words: &str) -> Ran {
    run(golive(folder).args(words.split_whitespace()))
}

/// The same, which must go well.
fn done(folder: &Path, words: &str) -> String {
    let ran = line(folder, words);
    assert_eq!(ran.code, 0, "{words}: {}{}", ran.stdout, ran.stderr);
    ran.stdout
}

/// A merchant whose addresses nobody asks.
fn merchant(folder: &Path) {
    let toml = "[merchant]\nname = \"Acme\"\n[api]\nbase_url = \"https://api.kwikpaisa.com\"\napi_key = { env = \"KWIKPAISA_API_KEY\" }\n\
                secret_key = { env = \"KWIKPAISA_SECRET_KEY\" }\n[webhook]\nurl = \"https://shop.example/hook\"\n";
    fs::write(folder.join("golive.toml"), toml).unwrap();
}

#[test]
fn a_run_is_bundled_signed_by_two_and_verified() {
    let folder = ready();
    let folder = folder.path();
    for key in ["asha", "ravi", "stranger"] {
        let said = done(folder, &format!("keygen {key}.key"));
        assert!(said.contains(&format!("{key}.key.pub")), "{said}");
    }
    for bundle in ["signed", "signed.zip"] {
        done(folder, &format!("bundle seen.json --to {bundle}"));
        assert!(done(folder, &format!("show {bundle}")).contains("by nobody yet"));
        let verify = format!("verify {bundle} --key asha.key.pub ravi.key.pub");
        assert_eq!(line(folder, &verify).code, 5);
        done(folder, &format!("sign-off {bundle} --key asha.key --name Asha --role engineer"));
        let once = line(folder, &verify);
        assert!(once.code == 5 && once.stdout.ends_with("not signed\n"), "{}", once.stdout);
        let said = done(folder, &format!("sign-off {bundle} --key ravi.key --name Ravi --role QA"));
        assert!(said.contains("READY until"), "{said}");
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
        let shown = done(folder, &format!("show {bundle}"));
        assert!(
            shown.contains("\"Asha\", \"engineer\"")
                && shown.contains("\"Ravi\", \"QA\"")
                && shown.contains("Nothing was verified"),
            "{shown}"
        );
        let verified = done(folder, &verify).replace('\n', " ");
        for said in [
            "VERIFIED: READY until ",
            "\"Ravi\", \"QA\"",
            "What this proves",
            "What it cannot prove",
            "The merchant controls the machine",
        ] {
            assert!(verified.contains(said), "{said}: {verified}");
        }
        let stranger =
            line(folder, &format!("verify {bundle} --key asha.key.pub --key stranger.key.pub"));
        assert!(
            stranger.code == 5 && stranger.stdout.contains("by none of the given keys"),
            "{}",
            stranger.stdout
        );
        assert_eq!(line(folder, &format!("{verify} --challenge 4711")).code, 5);
        let twice =
            line(folder, &format!("sign-off {bundle} --key asha.key --name Asha --role engineer"));
        assert!(
            twice.code == 2 && twice.stderr.contains("signed the bundle already"),
            "{}",
            twice.stderr
        );
        let over = line(folder, &format!("bundle seen.json --to {bundle}"));
        assert!(over.code == 2 && over.stderr.contains(bundle), "{}", over.stderr);
    }
    // Any file that another one is put for.
    for entry in fs::read_dir(folder.join("signed")).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, [&bytes[..], b"\n"].concat()).unwrap();
        let ran = line(folder, "verify signed --key asha.key.pub ravi.key.pub");
        assert!(
            ran.code == 5 && ran.stdout.starts_with("REFUSED: "),
            "{}: {}",
            path.display(),
            ran.stdout
        );
        assert_eq!(line(folder, "sign-off signed --key stranger.key --name Eve --role QA").code, 2);
        fs::write(&path, bytes).unwrap();
    }
    done(folder, "verify signed --key asha.key.pub ravi.key.pub");
}

#[test]
fn a_run_that_is_not_ready_gives_a_draft_and_nothing_else() {
    let folder = ready();
    let folder = folder.path();
    change(&folder.join("seen.json"), |seen| {
        seen["run"]["switches"] = vec!["--allow-private"].into()
    });
    let refused = line(folder, "bundle seen.json --to bundle");
    assert!(
        refused.code == 2
            && refused.stderr.contains("--allow-private")
            && refused.stderr.contains("--draft"),
        "{}",
        refused.stderr
    );
    assert!(!folder.join("bundle").exists());
    done(folder, "keygen key");
    done(folder, "bundle seen.json --to bundle --draft");
    done(folder, "sign-off bundle --key key --name Asha --role engineer");
    let verified = line(folder, "verify bundle --key key.pub");
    assert!(verified.code == 5 && verified.stdout.contains("it is a draft"), "{}", verified.stdout);
    assert!(
        done(folder, "verify bundle --key key.pub --draft")
            .contains("It is a DRAFT, and no sign-off.")
    );
    for report in fs::read_dir(folder.join("bundle")).unwrap().map(|entry| entry.unwrap().path()) {
        let name = report.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("report.") || name.starts_with("requirements.") {
            assert!(fs::read_to_string(&report).unwrap().contains("DRAFT"), "{name}");
        }
    }
}

#[test]
fn check_writes_a_bundle_of_its_run() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    merchant(folder);
    let refused = line(folder, "check --offline --bundle bundle.zip");
    assert!(
        refused.code == 4 && refused.stderr.contains("the verdict is INCOMPLETE"),
        "{} {}",
        refused.code,
        refused.stderr
    );
    assert!(refused.stdout.starts_with("INCOMPLETE") && !folder.join("bundle.zip").exists());
    let draft = line(folder, "check --offline --bundle bundle.zip --draft --challenge 4711");
    assert!(
        draft.code == 3
            && draft.stdout.starts_with("DRAFT, INCOMPLETE")
            && draft.stdout.contains("4711"),
        "{}",
        draft.stdout
    );
    done(folder, "keygen key");
    done(folder, "sign-off bundle.zip --key key --name Asha --role engineer");
    done(folder, "verify bundle.zip --key key.pub --draft --challenge 4711");
    assert_eq!(line(folder, "verify bundle.zip --key key.pub --draft --challenge 4712").code, 5);
    line(folder, "check --offline --quiet --bundle bundle --draft");
    for file in fs::read_dir(folder.join("bundle")).unwrap().map(|entry| entry.unwrap().path()) {
        assert!(
            !String::from_utf8_lossy(&fs::read(&file).unwrap()).contains("MARKER"),
            "{} holds a secret",
            file.display()
        );
    }
    // What would be refused afterwards is refused before anything is done.
    for (words, why) in [
        ("check --offline --bundle bundle.zip --draft", "never written over"),
        ("check --offline --bundle . --draft", "not empty"),
        ("check --bundle new --connect-to shop.example:443:127.0.0.1:9", "--connect-to"),
        ("check --offline --draft", "--bundle"),
    ] {
        let ran = line(folder, words);
        assert!(
            ran.code == 2 && ran.stdout.is_empty() && ran.stderr.contains(why),
            "{words}: {} {}",
            ran.code,
            ran.stderr
        );
    }
}

#[test]
fn what_is_missing_or_garbled_is_2_and_says_which_file() {
    let folder = ready();
    let folder = folder.path();
    done(folder, "keygen key");
    done(folder, "bundle seen.json --to bundle");
    for name in ["empty.zip", "garbled.json"] {
        fs::write(folder.join(name), "MARKER").unwrap();
    }
    fs::create_dir_all(folder.join("nested/report.html")).unwrap();
    for (words, what) in [
        ("verify nothing --key key.pub", "nothing"),
        ("verify empty.zip --key key.pub", "empty.zip"),
        ("verify nested --key key.pub", "report.html"),
        ("verify bundle --key nothing.pub", "nothing.pub"),
        ("verify bundle --key key", "key"),
        ("verify bundle", "--key"),
        ("show nothing", "nothing"),
        ("show empty.zip", "empty.zip"),
        ("sign-off bundle --key key.pub --name A --role B", "key.pub"),
        ("sign-off nothing --key key --name A --role B", "nothing"),
        ("bundle garbled.json --to b", "garbled.json"),
        ("diff garbled.json bundle", "garbled.json"),
        ("diff bundle nothing", "nothing"),
        ("keygen key", "never written over"),
        ("keygen no/such/folder", "no/such/folder"),
    ] {
        let ran = line(folder, words);
        assert!(
            ran.code == 2 && ran.stdout.is_empty() && ran.stderr.contains(what),
            "{words}: {} {}",
            ran.code,
            ran.stderr
        );
    }
}

#[test]
fn a_run_that_got_worse_is_5() {
    let folder = ready();
    let folder = folder.path();
    done(folder, "bundle seen.json --to old.zip");
    assert!(done(folder, "diff old.zip seen.json").contains("as before"));
    fs::copy(folder.join("seen.json"), folder.join("new.json")).unwrap();
    change(&folder.join("new.json"), |seen| {
        seen["observations"]["webhook_tls"]["got"]["trust"] = "expired".into()
    });
    let worse = line(folder, "diff old.zip new.json");
    assert!(
        worse.code == 5
            && worse.stdout.contains("REGRESSION")
            && worse.stdout.contains("webhook-certificate"),
        "{} {}",
        worse.stdout,
        worse.stderr
    );
    let better = done(folder, "diff new.json old.zip");
    assert!(better.contains("Better") && !better.contains("Worse"), "{better}");
}

/// A moment that nobody chose, before `longest`.
fn some_time_up_to(longest: Duration) -> Duration {
    longest.mul_f64(RandomState::new().build_hasher().finish() as f64 / u64::MAX as f64)
}

/// Starts it and kills it at some moment of as long as it takes.
fn killed(folder: &Path, words: &str, takes: Duration) {
    let mut child = golive(folder)
        .args(words.split_whitespace())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(some_time_up_to(takes));
    child.kill().unwrap();
    child.wait().unwrap();
}

/// How long it takes, after it has once run to its end.
fn takes(folder: &Path, words: &str) -> Duration {
    let began = Instant::now();
    line(folder, words);
    began.elapsed()
}

#[cfg(unix)]
#[test]
fn whatever_is_killed_leaves_each_path_whole() {
    // A run that saw nothing has as many pages, and is quicker to read and judge.
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    merchant(folder);
    line(folder, "check --offline --quiet --save-observations seen.json");
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    fs::copy(folder.join("seen.json"), folder.join("other.json")).unwrap();
    change(&folder.join("other.json"), |seen| seen["run"]["id"] = "0badcafe".into());
    let mut whole = 0;

    // Reports: the old one or the new one.
    let outputs =
        "--output terminal=r.txt --output json=r.json --output html=r.html --output sarif=r.sarif";
    let names = ["r.txt", "r.json", "r.html", "r.sarif"];
    let judge = |run: &str| format!("judge {run}.json {outputs}");
    let time = takes(folder, &judge("other"));
    let other = names.map(read);
    line(folder, &judge("seen"));
    let seen = names.map(read);
    for turn in 0..130 {
        killed(folder, &judge(if turn % 2 == 0 { "other" } else { "seen" }), time);
        for (at, name) in names.iter().enumerate() {
            let now = read(name);
            assert!(
                now == other[at] || now == seen[at],
                "{name} is neither the old one nor the new one"
            );
        }
        whole += 1;
    }

    // Bundles: not there, or whole.
    for name in ["bundle", "bundle.zip"] {
        let words = format!("bundle seen.json --draft --to {name}");
        let time = takes(folder, &words);
        for _ in 0..10 {
            let _ = fs::remove_dir_all(folder.join(name))
                .or_else(|_| fs::remove_file(folder.join(name)));
            killed(folder, &words, time);
            if folder.join(name).exists() {
                done(folder, &format!("show {name}"));
                assert!(
                    name == "bundle.zip" || fs::read_dir(folder.join(name)).unwrap().count() == 15
                );
            }
            whole += 1;
        }
        let _ =
            fs::remove_dir_all(folder.join(name)).or_else(|_| fs::remove_file(folder.join(name)));
        done(folder, &words);
    }

    // Signatures: without it, or with it.
    done(folder, "keygen key");
    for (bundle, path) in [("bundle", "bundle/statement.dsse.json"), ("bundle.zip", "bundle.zip")] {
        let unsigned = read(path);
        let words = format!("sign-off {bundle} --key key --name Asha --role engineer");
        let time = takes(folder, &words);
        for _ in 0..25 {
            fs::write(folder.join(path), &unsigned).unwrap();
            killed(folder, &words, time);
            if read(path) != unsigned {
                assert!(
                    done(folder, &format!("verify {bundle} --draft --key key.pub"))
                        .contains("Asha")
                );
            }
            whole += 1;
        }
    }
    assert_eq!(whole, 200);
}
