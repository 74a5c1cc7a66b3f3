//! Each exit code, through the real binary.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use support::{golive, run};

/// A merchant whose webhook is where `port` is.
fn merchant(folder: &Path) {
    fs::write(
        folder.join("golive.toml"),
        r#"[merchant]
name = "Acme"
[api]
base_url = "https://api.kwikpaisa.com"
api_key = { env = "KWIKPAISA_API_KEY" }
secret_key = { env = "KWIKPAISA_SECRET_KEY" }
probe = false
[webhook]
url = "https://shop.example/hook"
"#,
    )
    .unwrap();
}

#[test]
fn ready_is_0() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(golive(folder.path()).args(["demo", "--quiet"]));
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("READY"), "{}", ran.stdout);
}

#[test]
fn not_ready_is_1() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(golive(folder.path()).args(["demo", "--defect", "verifies-nothing"]));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stdout.contains("NOT READY"), "{}", ran.stdout);
}

#[test]
fn usage_and_configuration_are_2() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(golive(folder.path()).arg("chekc")).code, 2);
    let nothing = run(golive(folder.path()).arg("check"));
    assert_eq!((nothing.code, nothing.stdout.as_str()), (2, ""));
    fs::write(
        folder.path().join("golive.toml"),
        "[merchant]\nname = \"Acme\"\n\n[webhok]\nurl = \"sk_live_MARKERquoted\"\n",
    )
    .unwrap();
    let wrong = run(golive(folder.path()).arg("check"));
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
    assert!(
        wrong.stderr.contains("golive.toml:4:2:") && wrong.stderr.contains("webhook"),
        "{}",
        wrong.stderr
    );
    assert!(!wrong.stderr.contains("MARKER"), "{}", wrong.stderr);
}

#[test]
fn an_unknown_check_after_only_is_2() {
    let folder = tempfile::tempdir().unwrap();
    merchant(folder.path());
    let ran =
        run(golive(folder.path()).args(["check", "--offline", "--only", "webhook-rejects-forgd"]));
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("webhook-rejects-forged"), "{}", ran.stderr);
}

#[test]
fn a_source_that_is_not_of_this_machine_is_2() {
    let folder = tempfile::tempdir().unwrap();
    merchant(folder.path());
    let with = |source: &str| {
        run(golive(folder.path()).args(["check", "--offline", "--quiet", "--source", source]))
    };
    let elsewhere = with("192.0.2.7");
    assert_eq!((elsewhere.code, elsewhere.stdout.as_str()), (2, ""));
    assert!(
        elsewhere.stderr.contains("--source 192.0.2.7 is not an address of this machine"),
        "{}",
        elsewhere.stderr
    );
    assert_eq!(with("shop.example").code, 2);
    assert_ne!(with("127.0.0.1").code, 2);
}

#[test]
fn incomplete_is_3() {
    let folder = tempfile::tempdir().unwrap();
    merchant(folder.path());
    let ran = run(golive(folder.path()).args(["check", "--offline"]));
    assert_eq!(ran.code, 3, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("INCOMPLETE"), "{}", ran.stdout);
}

#[test]
fn a_report_that_cannot_be_written_is_4_and_the_others_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let ran = run(golive(folder.path()).args([
        "demo",
        "--output",
        "json=nowhere/report.json",
        "--output",
        "markdown=report.md",
    ]));
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("nowhere/report.json"), "{}", ran.stderr);
    assert!(fs::read_to_string(folder.path().join("report.md")).unwrap().contains("READY"));
}

#[test]
fn a_secret_on_its_way_out_is_70_and_stays_in() {
    let folder = tempfile::tempdir().unwrap();
    // Loading finds a secret that stands in the file; not that the file's folder is named like one.
    let secret = "a MARKER phrase that signs";
    fs::create_dir(folder.path().join(secret)).unwrap();
    merchant(&folder.path().join(secret));
    let config = format!("{secret}/golive.toml");
    let outputs = [
        "--output",
        "terminal",
        "--output",
        "json=report.json",
        "--save-observations",
        "seen.json",
    ];
    let ran = run(golive(folder.path())
        .env("KWIKPAISA_SECRET_KEY", secret)
        .args(["check", "--offline", "--config", &config])
        .args(outputs));
    assert_eq!(ran.code, 70, "{}", ran.stderr);
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("MARKER"));
    assert!(ran.stderr.contains("api.secret_key"), "{}", ran.stderr);
    for left in ["report.json", "seen.json"] {
        assert!(!folder.path().join(left).exists(), "{left} was written");
    }
}

/// Interrupts a run while the webhook keeps it waiting.
fn interrupted(signal: &str) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    merchant(folder.path());
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("shop.example:443:127.0.0.1:{}", silent.local_addr().unwrap().port());
    let child = golive(folder.path())
        .args(["check", "--connect-to", &to])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let waiting = silent.accept().unwrap();
    assert!(
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success()
    );
    let began = Instant::now();
    let output = child.wait_with_output().unwrap();
    assert!(began.elapsed() < Duration::from_secs(10), "it went on for {:?}", began.elapsed());
    drop(waiting);
    (output.status.code().unwrap_or(-1), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn ctrl_c_is_130_with_a_partial_report() {
    let (code, report) = interrupted("-INT");
    assert_eq!(code, 130, "{report}");
    assert!(report.contains("INTERRUPTED") && !report.contains("\nREADY"), "{report}");
}

#[test]
fn a_polite_kill_is_143_with_a_partial_report() {
    let (code, report) = interrupted("-TERM");
    assert_eq!(code, 143, "{report}");
    assert!(report.contains("INTERRUPTED"), "{report}");
}

#[test]
fn send_ends_with_0_1_2_and_3() {
    let (correct, broken) =
        (support::DemoShop::open(&[]), support::DemoShop::open(&["verifies-nothing"]));
    let send = |shop: &support::DemoShop, more: &[&str]| {
        run(golive(shop.folder())
            .args(["send", "payment.processing"])
            .args(more)
            .args(&shop.switches))
        .code
    };
    assert_eq!(send(&correct, &[]), 0);
    assert_eq!(send(&correct, &["--tamper", "unsigned"]), 0);
    assert_eq!(send(&broken, &["--tamper", "unsigned"]), 1);
    assert_eq!(send(&correct, &["--deliver", "none"]), 2);
    assert_eq!(run(golive(correct.folder()).args(["send", "payment.processing"])).code, 3);
}

#[test]
fn replay_ends_with_0_1_2_and_3() {
    let folder = tempfile::tempdir().unwrap();
    let saved = folder.path().join("seen.json");
    run(golive(folder.path())
        .args(["demo", "--deliver", "probe", "--defect", "verifies-nothing", "--save-observations"])
        .arg(&saved));
    let (correct, broken) =
        (support::DemoShop::open(&[]), support::DemoShop::open(&["verifies-nothing"]));
    let replay = |shop: &support::DemoShop, check: &str| {
        run(golive(shop.folder()).arg("replay").arg(&saved).arg(check).args(&shop.switches)).code
    };
    assert_eq!(replay(&correct, "webhook-rejects-forged"), 0);
    assert_eq!(replay(&broken, "webhook-rejects-forged"), 1);
    assert_eq!(replay(&correct, "webhook-https"), 2);
    assert_eq!(
        run(golive(correct.folder()).arg("replay").arg(&saved).arg("webhook-rejects-forged")).code,
        3
    );
}

#[test]
fn a_send_that_is_interrupted_is_130_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    merchant(folder.path());
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = format!("shop.example:443:127.0.0.1:{}", silent.local_addr().unwrap().port());
    let mut command = golive(folder.path());
    command.args(["send", "payment.processing", "--connect-to", &to]).stdout(Stdio::piped());
    let child = command.spawn().unwrap();
    let waiting = silent.accept().unwrap();
    assert!(
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success()
    );
    let output = child.wait_with_output().unwrap();
    drop(waiting);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(said.starts_with("UNCLEAR: ") && said.contains("interrupted"), "{said}");
}
