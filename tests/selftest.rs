//! Every defect of the built-in shop is caught, by its own checks and no others, and what is right is READY.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use support::{golive, run};

#[test]
fn every_defect_is_caught_and_the_correct_shop_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(golive(folder.path()).arg("selftest"));
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("✓ the correct shop: READY\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("PASSED") && !ran.stdout.contains('✗'), "{}", ran.stdout);
    let wide: Vec<&str> = ran.stdout.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}

#[test]
fn takes_some_defects_alone() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(golive(folder.path()).args(["selftest", "--defect", "credits-twice"]));
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("✓ credits-twice: NOT READY") && ran.stdout.contains("1 of 1 defects caught"), "{}", ran.stdout);
}
