//! The self-test names what caught each defect. The whole of it is a step of its own in `.ci/run`.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use support::{golive, run};

#[test]
fn defects_are_caught_by_their_own_checks_and_the_correct_shop_is_ready() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(golive(folder.path()).args([
        "selftest",
        "--defect",
        "credits-twice",
        "--defect",
        "leaks-secret",
    ]));
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    for line in [
        "✓ the correct shop: READY\n",
        "✓ credits-twice: NOT READY\n",
        "✓ leaks-secret: NOT READY\n",
        "2 of 2 defects caught",
    ] {
        assert!(ran.stdout.contains(line), "{line}\n{}", ran.stdout);
    }
    let wide: Vec<&str> = ran.stdout.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:#?}");
}
