//! The examples: their reports are what their recordings say, and their recordings are what a run
//! says today.
//!
//! `UPDATE_GOLDEN=1` writes the reports anew, and records again where a recording no longer tells
//! what a run tells; `UPDATE_GOLDEN=record` records in any case. The dates of the example's
//! `golive.toml` then move along.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::Value;
use support::{DemoShop, golive, repository, run, runtime_is_here};
use tempfile::TempDir;

/// An example, and the shop that it was recorded on.
struct Example {
    name: &'static str,
    defects: &'static [&'static str],
    /// The exit code of its verdict.
    verdict: i32,
    /// File and format of each report.
    reports: &'static [(&'static str, &'static str)],
}

const READY: Example = Example {
    name: "ready",
    defects: &[],
    verdict: 0,
    reports: &[("report.txt", "terminal"), ("report.md", "markdown"), ("report.json", "json")],
};

const NOT_READY: Example = Example {
    name: "not-ready",
    defects: &[
        "ignores-missing-signature",
        "credits-twice",
        "stack-trace-on-error",
        "crashes-on-malformed",
        "trusts-any-timestamp",
        "refuses-unknown-events",
        "certificate-expires-soon",
        "legacy-tls",
    ],
    verdict: 1,
    reports: &[("report.txt", "terminal"), ("report.md", "markdown")],
};

/// The keys of a shop under the names of the examples, in the shape of the built-in shop's.
const KEYS: [(&str, &str); 4] = [
    ("KWIKPAISA_API_KEY", "pk_live_MARKER8hT4vQz1LwXr5nB2yC6dG9jKsa4uVb9e"),
    ("KWIKPAISA_SECRET_KEY", "sk_live_MARKERd93KfmW7sYc0Jp6UtR4xZ1qHvb2nYx6m"),
    ("KWIKPAISA_TEST_API_KEY", "pk_test_MARKERm5Xe2Lw9Vb7Nc4Qa1Zs8Df3Ghc7kJt3r"),
    ("KWIKPAISA_TEST_SECRET_KEY", "sk_test_MARKERr7Tk3Pj0Uy6Io2Hg5Fd8Sa1Lkd5wQz8p"),
];

/// How the machine of a recording is called.
const HOST: &str = "pay-1";

impl Example {
    fn folder(&self) -> PathBuf {
        repository().join("examples").join(self.name)
    }

    fn recording(&self) -> PathBuf {
        self.folder().join("observations.json")
    }

    /// The recorded run, if there is one.
    fn recorded(&self) -> Option<Value> {
        Some(serde_json::from_slice(&fs::read(self.recording()).ok()?).unwrap())
    }

    /// How many days ago it was recorded.
    fn age(&self) -> i64 {
        let Some(recorded) = self.recorded() else { return 0 };
        let then: jiff::Timestamp = recorded["run"]["now"].as_str().unwrap().parse().unwrap();
        let (then, today) = (
            then.to_zoned(jiff::tz::TimeZone::UTC).date(),
            jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date(),
        );
        i64::from(then.until(today).unwrap().get_days())
    }

    /// The example as a merchant would have it, outside of this repository, its dates moved by
    /// `days`.
    fn copy(&self, days: i64) -> TempDir {
        let copy = tempfile::tempdir().unwrap();
        copy_files(&self.folder(), copy.path());
        let config = copy.path().join("golive.toml");
        fs::write(&config, moved(&fs::read_to_string(&config).unwrap(), days)).unwrap();
        copy
    }

    /// What `golive.toml` loads to with keys of the right shape.
    fn merchant(&self) -> Value {
        let copy = self.copy(0);
        let ran = run(golive(copy.path()).envs(KEYS).args([
            "check",
            "--offline",
            "--quiet",
            "--save-observations",
            "seen.json",
        ]));
        assert!(copy.path().join("seen.json").exists(), "{}", ran.stderr);
        let mut seen: Value =
            serde_json::from_slice(&fs::read(copy.path().join("seen.json")).unwrap()).unwrap();
        seen["merchant"].take()
    }

    /// Runs it on the built-in shop as if it had been written today, and returns what was seen.
    fn live(&self) -> String {
        let shop = DemoShop::open(self.defects);
        let copy = self.copy(self.age());
        let ran = run(golive(copy.path())
            .envs(shop.keys())
            .args([
                "check",
                "--deliver",
                "full",
                "--role",
                "production",
                "--quiet",
                "--save-observations",
                "seen.json",
            ])
            .args(&shop.switches));
        assert_eq!(ran.code, self.verdict, "{}\n{}", ran.stdout, ran.stderr);
        fs::read_to_string(copy.path().join("seen.json")).unwrap()
    }

    /// Makes the recording anew.
    fn record(&self) {
        let (config, age) = (self.folder().join("golive.toml"), self.age());
        let seen = self.live();
        fs::write(&config, moved(&fs::read_to_string(&config).unwrap(), age)).unwrap();
        let run: Value = serde_json::from_str(&seen).unwrap();
        // Whose machine it was is nobody's business.
        let host = |name: &str| format!("\"host\": {}", Value::from(name));
        let named = seen.replacen(&host(run["run"]["host"].as_str().unwrap()), &host(HOST), 1);
        fs::write(self.recording(), named).unwrap();
    }

    fn is_current(&self) {
        let update = std::env::var("UPDATE_GOLDEN").unwrap_or_default();
        // What it signs with is a program of its own.
        if self.folder().join("scripts").exists()
            && !runtime_is_here("python3", &["-c", "import hmac"])
        {
            return;
        }
        if update == "record" || !update.is_empty() && !self.holds_live() {
            self.record();
        }
        let folder = tempfile::tempdir().unwrap();
        for (file, format) in self.reports {
            let ran = run(golive(folder.path())
                .arg("judge")
                .arg(self.recording())
                .args(["--output", &format!("{format}={file}")]));
            assert_eq!(ran.code, self.verdict, "{}\n{}", ran.stdout, ran.stderr);
            let report = fs::read_to_string(folder.path().join(file)).unwrap();
            assert!(!report.contains("MARKER"), "{file} shows a secret");
            let golden = self.folder().join(file);
            if update.is_empty() {
                let same = fs::read_to_string(&golden).is_ok_and(|golden| golden == report);
                assert!(
                    same,
                    "{} is out of date: UPDATE_GOLDEN=1 cargo test --test examples, and read the \
                     diff",
                    golden.display()
                );
            } else {
                fs::write(&golden, report).unwrap();
            }
        }
        assert!(
            update == "record" || self.holds_live(),
            "the recording differs from a run: UPDATE_GOLDEN=1 cargo test --test examples"
        );
    }

    /// Whether the recording is of this merchant, and each check ends as it does in a run.
    fn holds_live(&self) -> bool {
        let Some(recorded) = self.recorded() else { return false };
        if recorded["merchant"] != self.merchant() {
            eprintln!("{}: golive.toml is not the one that was recorded", self.name);
            return false;
        }
        let differing = differing(&outcomes(&self.recording()), &self.live_outcomes());
        if !differing.is_empty() {
            eprintln!("{}: a run ends otherwise: {differing:#?}", self.name);
        }
        differing.is_empty()
    }

    fn live_outcomes(&self) -> Vec<(String, String)> {
        let folder = tempfile::tempdir().unwrap();
        let seen = folder.path().join("seen.json");
        fs::write(&seen, self.live()).unwrap();
        outcomes(&seen)
    }
}

/// Each check of a saved run and how it ended.
fn outcomes(saved: &Path) -> Vec<(String, String)> {
    let report =
        run(golive(&repository()).arg("judge").arg(saved).args(["--output", "json"])).json();
    let word = |check: &Value, key: &str| check[key].as_str().unwrap().to_owned();
    report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| (word(check, "id"), word(check, "outcome")))
        .collect()
}

fn differing(recorded: &[(String, String)], live: &[(String, String)]) -> Vec<String> {
    let only =
        |what: &str, these: &[(String, String)], those: &[(String, String)]| -> Vec<String> {
            these
                .iter()
                .filter(|one| !those.contains(one))
                .map(|(id, outcome)| format!("{what}: {id} {outcome}"))
                .collect()
        };
    [only("recorded", recorded, live), only("live", live, recorded)].concat()
}

fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir(&target).unwrap();
            copy_files(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
            // As in most working trees, whatever the umask of this one.
            fs::set_permissions(&target, fs::Permissions::from_mode(0o644)).unwrap();
        }
    }
}

/// The text with each date in it `days` later.
fn moved(text: &str, days: i64) -> String {
    let (mut moved, mut rest) = (String::new(), text);
    while let Some(c) = rest.chars().next() {
        let date = rest
            .get(..10)
            .filter(|date| date.chars().filter(char::is_ascii_digit).count() == 8)
            .and_then(|date| date.parse::<Date>().ok());
        let taken = if let Some(date) = date {
            moved.push_str(&date.checked_add(days.days()).unwrap().to_string());
            10
        } else {
            moved.push(c);
            c.len_utf8()
        };
        rest = &rest[taken..];
    }
    moved
}

#[test]
fn the_ready_merchant_is_ready_and_its_reports_are_current() {
    READY.is_current();
}

#[test]
fn the_merchant_that_is_not_ready_is_not_and_its_reports_are_current() {
    NOT_READY.is_current();
}

#[test]
fn dates_move_along_and_nothing_else_does() {
    assert_eq!(
        moved("on = 2026-11-30 # 2026-11, ₹1 103.21.244.15", 2),
        "on = 2026-12-02 # 2026-11, ₹1 103.21.244.15"
    );
}

#[test]
fn the_examples_name_every_defect_of_their_shop() {
    let config = fs::read_to_string(NOT_READY.folder().join("golive.toml")).unwrap();
    for defect in NOT_READY.defects {
        assert!(config.contains(defect), "examples/not-ready/golive.toml does not name {defect}");
    }
}
