//! The README: its commands run, and its report is the one that the command above it prints.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::path::PathBuf;

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
    readme.split(&fence).skip(1).map(|rest| rest.split("\n```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_quick_start_is_what_ci_runs() {
    let [quick_start] = &blocks(&readme(), "sh")[..] else { panic!("the README has one quick start") };
    let commands: Vec<&str> = quick_start.lines().map(|line| line.split(" #").next().unwrap().trim()).collect();
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
    let env = format!("KWIKPAISA_API_KEY={}\nKWIKPAISA_SECRET_KEY={}\n", support::API_KEY, support::SECRET_KEY);
    fs::write(folder.path().join(".env.production"), env).unwrap();
    let blocks = blocks(&readme(), "console");
    let commands: Vec<&str> = blocks.iter().flat_map(|block| block.lines()).filter_map(|line| line.strip_prefix("$ ")).collect();
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
        assert!(![2, 70].contains(&ran.code) && !ran.stdout.is_empty(), "{command}: {} {}", ran.code, ran.stderr);
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
    let folder = tempfile::tempdir().unwrap();
    let ran = run(golive(folder.path()).args(arguments.split_whitespace()));
    assert_eq!(ran.code, 1, "{}\n{}", ran.stdout, ran.stderr);
    let excerpt = excerpt(&ran.stdout);
    assert!(excerpt.lines().all(|line| line.chars().count() <= 80) && excerpt.lines().count() < 50, "{excerpt}");
    let current = format!("{before}<!-- report: golive {arguments} -->\n```text\n$ golive {arguments}\n{excerpt}```\n<!-- end -->{after}");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(path(), current).unwrap();
    } else {
        assert!(readme == current, "README.md is out of date: UPDATE_GOLDEN=1 cargo test --test readme, and read the diff\n{excerpt}");
    }
}

/// Head and end of a report, and what failed with the checks before it.
fn excerpt(report: &str) -> String {
    const BEFORE: usize = 6;
    let lines: Vec<String> = report.lines().map(always_the_same).collect();
    let is_heading = |line: &String| line.starts_with(|c: char| c.is_ascii_uppercase()) && line.contains("  ✓ ");
    let is_check = |line: &String| ["  ✓ ", "  ! ", "  ✗ ", "  ? "].iter().any(|mark| line.starts_with(mark));
    let first_heading = lines.iter().position(is_heading).unwrap();
    let failed = lines.iter().position(|line| line.starts_with("  ✗ ")).unwrap();
    let heading = lines[..failed].iter().rposition(is_heading).unwrap();
    let from =
        lines[heading..failed].iter().enumerate().filter(|(_, line)| is_check(line)).map(|(at, _)| heading + at).rev().nth(BEFORE - 1);
    let to = failed + 1 + lines[failed + 1..].iter().position(|line| is_check(line) || is_heading(line)).unwrap();
    let end = lines.iter().rposition(|line| line.contains(" checks: ")).unwrap();
    let more = ["  …".to_owned()];
    let kept =
        [&lines[..first_heading], &lines[heading..=heading], &more, &lines[from.unwrap()..=to], &more, &[String::new()], &lines[end..]];
    kept.concat().iter().map(|line| format!("{line}\n")).collect()
}

/// A line without what differs from run to run and from machine to machine; as long as it was, where lines are broken by length.
fn always_the_same(line: &str) -> String {
    let between = |line: &str, before: &str, after: &str, new: &str| match line.split_once(before) {
        Some((head, rest)) => {
            let tail = if after.is_empty() { "" } else { &rest[rest.find(after).unwrap_or(rest.len())..] };
            format!("{head}{before}{new}{tail}")
        }
        None => line.to_owned(),
    };
    let line = between(line, "SHA-256 ", "", "59c1d0a7be42");
    let line = between(&line, "  run            ", " by golive", "2026-11-21 20:42:00 +05:30");
    let line = between(&line, ", took ", "", "1 s");
    let line = between(&line, "                 id ", "", "5e0a91c7");
    let line = between(&line, "  from           ", ",", "pay-1");
    let line = between(&line, ":80:127.0.0.1:", ",", "44080");
    between(&line, " ::127.0.0.1:", ",", "44443")
}
