//! The README: its commands run, and its report is the one that the command above it prints.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use support::{golive, repository, run};

fn path() -> PathBuf {
    repository().join("README.md")
}

fn readme() -> String {
    fs::read_to_string(path()).unwrap()
}

/// The code blocks of a language.
fn blocks(readme: &str, language: &str) -> Vec<String> {
    let fence = format!("\n```{language}\n");
    readme
        .split(&fence)
        .skip(1)
        .map(|rest| rest.split("\n```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn the_quick_start_is_what_ci_runs() {
    let [quick_start] = &blocks(&readme(), "sh")[..] else {
        panic!("the README has one quick start")
    };
    let commands: Vec<&str> =
        quick_start.lines().map(|line| line.split(" #").next().unwrap().trim()).collect();
    assert_eq!(commands, ["cargo run -- demo", "cargo test --workspace"]);
    let ci = fs::read_to_string(repository().join(".ci/run")).unwrap();
    assert!(ci.contains("\ncargo test --workspace"), "{ci}");
    let folder = tempfile::tempdir().unwrap();
    let demo = run(golive(folder.path()).arg("demo"));
    assert!(demo.code == 0 && demo.stdout.starts_with("READY"), "{}", demo.stdout);
}

#[test]
fn the_commands_for_a_merchant_run_one_after_another() {
    let folder = tempfile::tempdir().unwrap();
    let env = format!(
        "KWIKPAISA_API_KEY={}\nKWIKPAISA_SECRET_KEY={}\n",
        support::API_KEY,
        support::SECRET_KEY
    );
    fs::write(folder.path().join(".env.production"), env).unwrap();
    let blocks = blocks(&readme(), "console");
    let commands: Vec<&str> = blocks
        .iter()
        .flat_map(|block| block.lines())
        .filter_map(|line| line.strip_prefix("$ "))
        .collect();
    assert!(commands.len() >= 6, "{commands:?}");
    for command in commands {
        let Some(arguments) = command.strip_prefix("golive ") else {
            assert!(command.starts_with("cargo install "), "what is {command:?}?");
            continue;
        };
        let mut golive = golive(folder.path());
        golive.args(arguments.split_whitespace());
        if arguments.starts_with("check") {
            // The platform is real, and this merchant is not.
            golive.arg("--offline");
        }
        let ran = run(&mut golive);
        assert!(
            ![2, 70].contains(&ran.code) && !ran.stdout.is_empty(),
            "{command}: {} {}",
            ran.code,
            ran.stderr
        );
    }
    for written in ["golive.toml", "golive.json", "golive.md"] {
        assert!(folder.path().join(written).exists(), "{written} was not written");
    }
}

#[test]
fn the_report_is_the_one_that_the_command_prints() {
    let readme = readme();
    let (before, rest) = readme.split_once("<!-- report: golive ").unwrap();
    let (arguments, rest) = rest.split_once(" -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let excerpt = excerpt(&always_the_same(arguments));
    assert!(
        excerpt.lines().all(|line| line.chars().count() <= 80) && excerpt.lines().count() < 50,
        "{excerpt}"
    );
    let current = format!(
        "{before}<!-- report: golive {arguments} -->\n```text\n$ golive \
         {arguments}\n{excerpt}```\n<!-- end -->{after}"
    );
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path(), current).unwrap();
    } else {
        assert!(
            readme == current,
            "README.md is out of date: UPDATE_GOLDEN=1 cargo test --test readme, and read the \
             diff\n{excerpt}"
        );
    }
}

/// What the command prints, without what differs from run to run and from machine to machine.
fn always_the_same(arguments: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("seen.json");
    let ran = run(golive(folder.path())
        .env("TZ", "UTC")
        .args(arguments.split_whitespace())
        .arg("--save-observations")
        .arg(&saved));
    assert_eq!(ran.code, 1, "{}\n{}", ran.stdout, ran.stderr);
    let mut seen: Value = serde_json::from_slice(&fs::read(&saved).unwrap()).unwrap();
    let run_facts = &mut seen["run"];
    (run_facts["id"], run_facts["host"]) = ("5e0a91c7".into(), "pay-1".into());
    (run_facts["started"], run_facts["offset_s"], run_facts["took_ms"]) =
        ("2026-11-21T15:12:00Z".into(), 19_800.into(), 900.into());
    run_facts["switches"] =
        json!(["--connect-to :80:127.0.0.1:8080", "--connect-to ::127.0.0.1:8443", "--ca-file"]);
    // In the order in which they happened to be reached.
    let mut contacted: Vec<String> = serde_json::from_value(run_facts["contacted"].take()).unwrap();
    contacted.sort();
    run_facts["contacted"] = contacted.into();
    seen["merchant"]["config"]["sha256"] = "59c1d0a7be42".repeat(6).get(..64).into();
    fs::write(&saved, seen.to_string()).unwrap();
    run(golive(folder.path()).arg("judge").arg(&saved)).stdout
}

/// Head and end of a report, and what failed with the checks before it.
fn excerpt(report: &str) -> String {
    const BEFORE: usize = 3;
    let lines: Vec<String> = report.lines().map(str::to_owned).collect();
    let is_heading =
        |line: &String| line.starts_with(|c: char| c.is_ascii_uppercase()) && line.contains("  ✓ ");
    let is_check = |line: &String| {
        ["  ✓ ", "  ✎ ", "  ! ", "  ✗ ", "  ? ", "  ○ "].iter().any(|mark| line.starts_with(mark))
    };
    let first_heading = lines.iter().position(is_heading).unwrap();
    let failed = lines.iter().position(|line| line.starts_with("  ✗ ")).unwrap();
    let heading = lines[..failed].iter().rposition(is_heading).unwrap();
    let from = lines[heading..failed]
        .iter()
        .enumerate()
        .filter(|(_, line)| is_check(line))
        .map(|(at, _)| heading + at)
        .rev()
        .take(BEFORE)
        .last();
    // With the check that comes after it.
    let ends = |line: &String| is_check(line) || line.is_empty();
    let to = (failed + 1..lines.len()).filter(|at| ends(&lines[*at])).nth(1).unwrap();
    let end = lines.iter().rposition(|line| line.contains(" checks: ")).unwrap();
    let more = ["  …".to_owned()];
    let kept = [
        &lines[..first_heading],
        &lines[heading..=heading],
        &more,
        &lines[from.unwrap_or(failed)..to],
        &more,
        &[String::new()],
        &lines[end..],
    ];
    kept.concat().iter().map(|line| format!("{line}\n")).collect()
}
