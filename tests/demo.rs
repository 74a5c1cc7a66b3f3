//! The built-in shop through the real binary.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use support::{golive, not_fine, outcome, run};

fn demo(arguments: &[&str]) -> Command {
    let mut command = golive(Path::new(env!("CARGO_TARGET_TMPDIR")));
    command.arg("demo").args(arguments);
    command
}

#[test]
fn the_correct_shop_is_ready_and_says_that_it_is_a_demo() {
    let ran = run(&mut demo(&[]));
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.starts_with("READY (DEMO)"), "{}", ran.stdout);
    let report = run(&mut demo(&["--output", "json", "--strict"])).json();
    assert_eq!(report["run"]["mode"], "demo");
    assert_eq!(not_fine(&report), Vec::<String>::new());
}

#[test]
fn neither_a_pipeline_nor_its_variables_change_that() {
    let mut command = demo(&[]);
    command
        .env("CI", "true")
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("DEMO_SHOP_SECRET_KEY", "sk_live_MARKERnotTheShops");
    let ran = run(&mut command);
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
}

#[test]
fn defects_can_be_combined() {
    let ran = run(&mut demo(&[
        "--defect",
        "clock-skew",
        "--defect",
        "credits-twice",
        "--output",
        "json",
    ]));
    let report = ran.json();
    assert_eq!(ran.code, 1);
    assert_eq!(
        [outcome(&report, "api-clock"), outcome(&report, "webhook-applies-once")],
        ["fail", "fail"]
    );
    assert_eq!(outcome(&report, "webhook-rejects-forged"), "pass");
}

#[test]
fn lists_its_defects() {
    let ran = run(&mut demo(&["--list"]));
    assert_eq!(ran.code, 0);
    assert!(
        ran.stdout.lines().count() >= 30 && ran.stdout.contains("verifies-nothing"),
        "{}",
        ran.stdout
    );
}

#[test]
fn an_unknown_defect_is_a_matter_of_usage() {
    let ran = run(&mut demo(&["--defect", "verifies-nothin"]));
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr.contains("verifies-nothin") && ran.stderr.contains("--list"),
        "{}",
        ran.stderr
    );
}

/// Ends with the test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_served_shop_can_be_checked_by_hand() {
    let mut shop = Served(demo(&["--serve"]).stdout(Stdio::piped()).spawn().unwrap());
    let printed = BufReader::new(shop.0.stdout.take().unwrap());
    let mut lines = printed.lines().map(Result::unwrap);
    let mut said = |start: &str| {
        lines
            .find_map(|line| line.strip_prefix(start).map(str::to_owned))
            .expect("the shop says how to check it")
    };
    let folder = said("#   cd ");
    let by_hand = said("#   golive ");
    let ran = run(golive(Path::new(&folder)).args(by_hand.split(' ')));
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.starts_with("READY") && !ran.stdout.contains("DEMO"), "{}", ran.stdout);
    drop(shop);
    // Killed, it could not tidy up.
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_script_reads_one_line_to_check_a_served_shop() {
    let mut shop = Served(demo(&["--serve", "--json"]).stdout(Stdio::piped()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(shop.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let served: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(served["schema"], "golive.demo/v1");
    let text = |name: &str| served[name].as_str().expect(name).to_owned();
    for port in ["https", "http"] {
        let port = u16::try_from(served["ports"][port].as_u64().expect(port)).unwrap();
        std::net::TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, port)).unwrap();
    }
    assert!(Path::new(&text("env_file")).is_file(), "{line}");
    let folder = text("folder");
    let mut check = golive(Path::new(&folder));
    check.args(["check", "--deliver", "full", "--config", &text("config")]);
    check.args(["--ca-file", &text("ca_file")]);
    for to in served["connect_to"].as_array().expect("a list") {
        check.args(["--connect-to", to.as_str().unwrap()]);
    }
    let ran = run(&mut check);
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    drop(shop);
    // Killed, it could not tidy up.
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn json_without_serve_is_a_matter_of_usage() {
    let ran = run(&mut demo(&["--json"]));
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("--serve"), "{}", ran.stderr);
}
