//! `golive replay`, through the real binary: what a saved run found, found again or fixed.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::{DemoShop, Ran, golive, run};
use tempfile::TempDir;

/// A run of the built-in shop with this defect, saved.
fn saved(folder: &TempDir, defect: &str, more: &[&str]) -> PathBuf {
    let path = folder.path().join(format!("{defect}.json"));
    run(golive(folder.path())
        .args(["demo", "--quiet", "--defect", defect, "--save-observations"])
        .arg(&path)
        .args(more));
    assert!(path.exists());
    path
}

fn replay(shop: &DemoShop, path: &Path, check: &str, more: &[&str]) -> Ran {
    let ran = run(golive(shop.folder())
        .arg("replay")
        .arg(path)
        .arg(check)
        .args(more)
        .args(&shop.switches));
    assert!(!ran.stdout.contains("READY"), "{}", ran.stdout);
    ran
}

const FULL: &[&str] = &["--deliver", "full"];

/// Findings of several kinds, and the defect each is found by.
const FINDINGS: [(&str, &str, &[&str]); 5] = [
    ("trusts-any-timestamp", "webhook-rejects-stale", &["--deliver", "probe"]),
    ("leaks-secret", "webhook-leaks-nothing", &["--deliver", "probe"]),
    ("dedup-by-signature", "webhook-applies-once", FULL),
    ("expired-certificate", "webhook-certificate-expiry", &[]),
    ("signer-milliseconds", "authentication-signer", &[]),
];

#[test]
fn a_finding_is_fixed_at_the_correct_shop_and_still_there_at_the_broken_one() {
    let folder = tempfile::tempdir().unwrap();
    for (defect, check, reach) in FINDINGS {
        let path =
            saved(&folder, defect, if reach.is_empty() { &["--deliver", "none"] } else { reach });
        // A shop of its own: its test orders are not settled yet.
        let fixed = replay(&DemoShop::open(&[]), &path, check, reach);
        assert_eq!(fixed.code, 0, "{defect}: {}\n{}", fixed.stdout, fixed.stderr);
        assert!(fixed.stdout.starts_with(&format!("FIXED: {check}: ")), "{}", fixed.stdout);
        let still = replay(&DemoShop::open(&[defect]), &path, check, reach);
        assert_eq!(still.code, 1, "{defect}: {}\n{}", still.stdout, still.stderr);
        assert!(still.stdout.starts_with(&format!("STILL FAILING: {check}: ")), "{}", still.stdout);
        for part in ["  before", "failed (", "fix: ", "expected", "found"] {
            assert!(still.stdout.contains(part), "{part}: {}", still.stdout);
        }
    }
}

#[test]
fn what_a_trial_run_does_not_look_at_is_not_fixed() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(&folder, "self-signed", &["--deliver", "none"]);
    // Only `--ca-file` vouches for the shop's certificate.
    let ran = replay(&DemoShop::open(&[]), &path, "webhook-certificate", &[]);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.starts_with("UNDECIDED: webhook-certificate: trial run with --ca-file: "),
        "{}",
        ran.stdout
    );
}

#[test]
fn a_warning_is_repeated_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(&folder, "two-hour-window", &["--deliver", "probe"]);
    let broken = DemoShop::open(&["two-hour-window"]);
    let still = replay(&broken, &path, "webhook-rejects-stale", &[]);
    assert_eq!(still.code, 1, "{}{}", still.stdout, still.stderr);
    assert!(still.stdout.contains("a warning: "), "{}", still.stdout);
}

#[test]
fn what_could_not_be_told_is_undecided_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(&folder, "trusts-any-timestamp", &["--deliver", "probe"]);
    // Nobody is behind the shop's name without the switches.
    let shop = DemoShop::open(&[]);
    let ran = run(golive(shop.folder()).arg("replay").arg(&path).arg("webhook-rejects-stale"));
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.starts_with("UNDECIDED: webhook-rejects-stale: blocked by webhook-reachable"),
        "{}",
        ran.stdout
    );
}

#[test]
fn what_carried_the_failure_must_be_seen_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(&folder, "credits-forged", &[]);
    let shop = DemoShop::open(&[]);
    let config = shop.folder().join("golive.toml");
    let text = fs::read_to_string(&config).unwrap();
    let (before, rest) = text.split_once("[webhook.effects]").unwrap();
    let (_, after) = rest.split_once("[signer]").unwrap();
    fs::write(&config, format!("{before}[signer]{after}")).unwrap();
    let ran = replay(&shop, &path, "webhook-refused-without-effect", FULL);
    assert_eq!(ran.code, 3, "{}{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.starts_with("UNDECIDED") && ran.stdout.contains("webhook.effects"),
        "{}",
        ran.stdout
    );
}

#[test]
fn checks_of_the_configuration_contact_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let correct = DemoShop::open(&[]);
    for (defect, check) in [
        ("literal-secret", "security-no-literal-secrets"),
        ("webhook-staging-name", "webhook-public-name"),
        ("waiver-expired", "operations-exceptions"),
    ] {
        let path = saved(&folder, defect, &["--deliver", "none"]);
        let fixed = replay(&correct, &path, check, &[]);
        assert_eq!(fixed.code, 0, "{defect}: {}\n{}", fixed.stdout, fixed.stderr);
        assert!(fixed.stdout.contains("contacted nothing"), "{}", fixed.stdout);
        let still = replay(&DemoShop::open(&[defect]), &path, check, &[]);
        assert_eq!(still.code, 1, "{defect}: {}\n{}", still.stdout, still.stderr);
    }
}

#[test]
fn another_webhook_is_said_to_be_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(&folder, "webhook-staging-name", &["--deliver", "none"]);
    let ran = replay(&DemoShop::open(&[]), &path, "webhook-public-name", &[]);
    let words: Vec<&str> = ran.stdout.split_whitespace().collect();
    assert!(
        words.join(" ").contains("about another webhook: https://staging.shop.example/"),
        "{}",
        ran.stdout
    );
    let path = saved(&folder, "literal-secret", &["--deliver", "none"]);
    let ran = replay(&DemoShop::open(&[]), &path, "security-no-literal-secrets", &[]);
    assert!(!ran.stdout.contains("another webhook"), "{}", ran.stdout);
}

#[test]
fn the_saved_run_decides_how_far_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let (full, probe) = (
        saved(&folder, "trusts-any-timestamp", &[]),
        saved(&folder, "verifies-nothing", &["--deliver", "probe"]),
    );
    let shop = DemoShop::open(&[]);
    for (path, check, more, words) in [
        (&full, "webhook-rejects-stale", &[][..], "say `--deliver full` again"),
        (&full, "webhook-rejects-stale", &["--deliver", "probe"], "`--deliver full`"),
        (&probe, "webhook-rejects-forged", FULL, "`--deliver probe`"),
    ] {
        let ran = replay(&shop, path, check, more);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{more:?}");
        assert!(ran.stderr.contains(words), "{more:?}: {}", ran.stderr);
    }
    let config = shop.folder().join("golive.toml");
    let text = fs::read_to_string(&config).unwrap();
    for (now, check, path, more) in [
        ("none", "webhook-rejects-forged", &probe, &[][..]),
        ("negative", "webhook-rejects-forged", &probe, &[]),
        ("probe", "webhook-rejects-stale", &full, FULL),
    ] {
        fs::write(&config, text.replace("deliver = \"full\"", &format!("deliver = \"{now}\"")))
            .unwrap();
        let ran = replay(&shop, path, check, more);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{now}: {}", ran.stdout);
        assert!(ran.stderr.contains("deliver = "), "{now}: {}", ran.stderr);
    }
}

#[test]
fn where_nothing_was_found_there_is_nothing_to_repeat() {
    let folder = tempfile::tempdir().unwrap();
    let path = saved(&folder, "waiver-expired", &["--deliver", "none"]);
    let shop = DemoShop::open(&[]);
    for (check, words) in [
        ("webhook-https", "passed in this run: there is nothing to repeat"),
        ("operations-incident-response", "was attested"),
        ("webhook-htps", "perhaps `webhook-https`"),
        ("webhook", "is a section"),
    ] {
        let ran = replay(&shop, &path, check, FULL);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{check}");
        assert!(ran.stderr.contains(words), "{check}: {}", ran.stderr);
    }
    let ran = replay(&shop, &folder.path().join("no-such-run.json"), "webhook-https", &[]);
    assert_eq!(ran.code, 2, "{}", ran.stdout);
}
