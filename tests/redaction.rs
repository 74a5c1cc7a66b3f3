//! No secret in anything that is printed or written. Every secret of the tests and of the built-in
//! shop holds one marker.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::path::Path;

use data_encoding::{BASE64, HEXLOWER};
use support::{golive, run};

/// The marker as it is, and as hex and Base64 at each alignment would show it.
fn forms() -> Vec<String> {
    let marker = b"MARKER";
    let mut forms = vec!["MARKER".to_owned(), "marker".to_owned(), HEXLOWER.encode(marker)];
    for shift in 0..3 {
        let padded: Vec<u8> =
            std::iter::repeat_n(b'_', shift).chain(marker.iter().copied()).collect();
        let encoded = BASE64.encode(&padded);
        // Digits that depend on what stands around the marker are left out.
        forms.push(encoded[(shift * 4).div_ceil(3)..padded.len() * 4 / 3].to_owned());
    }
    forms
}

fn holds_none(what: &str, text: &str) {
    for form in forms() {
        assert!(!text.contains(&form), "{what} holds a secret as {form}");
    }
}

fn every_file_holds_none(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        holds_none(
            &path.display().to_string(),
            &String::from_utf8_lossy(&fs::read(&path).unwrap()),
        );
    }
}

#[test]
fn the_shops_secrets_hold_the_marker() {
    for (name, value) in support::DemoShop::open(&[]).keys() {
        assert!(value.contains("MARKER"), "{name} does not, so that nobody could look for it");
    }
}

#[test]
fn no_run_of_the_shop_shows_a_secret() {
    let names = run(golive(&support::repository()).args(["demo", "--list"])).stdout;
    let mut defects: Vec<&str> =
        names.lines().filter_map(|line| line.split_whitespace().next()).collect();
    // Those that could show one, and a correct shop; `selftest` runs the rest.
    defects.retain(|name| {
        ["leaks", "echo", "trace", "secret", "key", "literal", "env-file", "html", "sandbox"]
            .iter()
            .any(|part| name.contains(part))
    });
    assert!(defects.len() >= 8, "{defects:?}");
    let runs: Vec<Vec<&str>> =
        std::iter::once(vec![]).chain(defects.iter().map(|name| vec!["--defect", name])).collect();
    for defect in runs {
        let folder = tempfile::tempdir().unwrap();
        let ran = run(golive(folder.path())
            .args([
                "demo",
                "--output",
                "terminal",
                "--output",
                "json=report.json",
                "--output",
                "markdown=report.md",
                "--save-observations",
                "seen.json",
            ])
            .args(&defect));
        assert_ne!(
            ran.code, 70,
            "{defect:?}: the guard is the last net, and was needed: {}",
            ran.stderr
        );
        holds_none(&format!("the report of {defect:?}"), &ran.stdout);
        holds_none(&format!("the messages of {defect:?}"), &ran.stderr);
        every_file_holds_none(folder.path());
    }
}

#[test]
fn what_is_sent_by_hand_and_seen_again_shows_no_secret() {
    let shop = support::DemoShop::open(&["leaks-secret"]);
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("seen.json").to_string_lossy().into_owned();
    let reach = [
        "--deliver",
        "probe",
        "--quiet",
        "--defect",
        "leaks-secret",
        "--save-observations",
        &saved,
    ];
    run(golive(folder.path()).arg("demo").args(reach));
    for arguments in [
        &["send", "payment.processing", "--tamper", "unsigned"][..],
        &["send", "payment.processing", "--tamper", "forged-truncated", "--json"],
        &["send", "payment.processing", "--tamper", "upper-case", "--repeat", "2"],
        &["replay", &saved, "webhook-leaks-nothing"],
    ] {
        let ran = run(golive(shop.folder()).args(arguments).args(&shop.switches));
        assert!(
            [0, 1].contains(&ran.code) && ran.stdout.len() > 100,
            "{arguments:?}: {} {}",
            ran.code,
            ran.stderr
        );
        holds_none(&format!("{arguments:?}"), &ran.stdout);
        holds_none(&format!("the messages of {arguments:?}"), &ran.stderr);
    }
}

#[test]
fn configuration_and_plan_show_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("golive.toml"),
        format!(
            r#"env_file = ".env.production"
[api]
base_url = "https://user:MARKERpass@api.kwikpaisa.com/?token=MARKERtoken"
api_key = {{ env = "SHOP_KEY" }}
secret_key = "{}"
[webhook]
url = "https://shop.example/hook?token=MARKERtoken#MARKER"
[webhook.effects]
command = ["count", "--password=MARKERpassword", "{{id}}"]
[sandbox]
secret_key = {{ command = ["cat", "sandbox-secret"] }}
"#,
            support::SECRET_KEY
        ),
    )
    .unwrap();
    fs::write(
        folder.path().join(".env.production"),
        format!("SHOP_KEY={}\nOTHER=MARKERother\n", support::API_KEY),
    )
    .unwrap();
    fs::write(folder.path().join("sandbox-secret"), "sk_test_MARKERsandbox1234\n").unwrap();
    for arguments in [
        vec!["config"],
        vec!["plan"],
        vec!["plan", "--json"],
        vec!["check", "--offline"],
        vec!["check", "--offline", "--output", "json"],
    ] {
        let ran = run(golive(folder.path()).args(&arguments));
        assert!([0, 1].contains(&ran.code), "{arguments:?}: {} {}", ran.code, ran.stderr);
        assert!(ran.stdout.len() > 100, "{arguments:?} printed {:?}", ran.stdout);
        holds_none(&format!("{arguments:?}"), &ran.stdout);
        holds_none(&format!("{arguments:?}"), &ran.stderr);
    }
}

#[test]
fn what_init_writes_holds_names_only() {
    let folder = tempfile::tempdir().unwrap();
    let env = format!(
        "KWIKPAISA_API_KEY={}\nKWIKPAISA_SECRET_KEY='{}'\nAPP_NAME=shop\n",
        support::API_KEY,
        support::SECRET_KEY
    );
    fs::write(folder.path().join(".env.production"), env).unwrap();
    let ran = run(golive(folder.path()).args(["init", "--env-file", ".env.production"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let written = fs::read_to_string(folder.path().join("golive.toml")).unwrap();
    assert!(written.contains("KWIKPAISA_SECRET_KEY"), "{written}");
    holds_none("golive.toml", &written);
    holds_none("the messages", &format!("{}{}", ran.stdout, ran.stderr));
}
