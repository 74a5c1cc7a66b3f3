//! The smaller commands, and what the command line promises, through the real binary.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use support::{Ran, golive, outcome, repository, run};
use tempfile::TempDir;

/// A merchant of few words.
const MERCHANT: &str = r#"[merchant]
name = "Acme"
[api]
base_url = "https://api.kwikpaisa.com"
api_key = { env = "KWIKPAISA_API_KEY" }
secret_key = { env = "KWIKPAISA_SECRET_KEY" }
[webhook]
url = "https://shop.example/hook"
"#;

fn folder_with(config: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("golive.toml"), config).unwrap();
    folder
}

fn golive_says(folder: &Path, arguments: &[&str]) -> Ran {
    run(golive(folder).args(arguments))
}

// The catalogue

#[test]
fn list_names_every_check_and_json_has_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let (words, json) = (
        golive_says(folder.path(), &["list"]),
        golive_says(folder.path(), &["list", "--json"]).json(),
    );
    assert_eq!(json["schema"], "golive.catalogue/v1");
    let ids: Vec<&str> = json["sections"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|section| section["checks"].as_array().unwrap())
        .map(|check| check["id"].as_str().unwrap())
        .collect();
    assert!(ids.len() > 100 && ids.contains(&"webhook-rejects-forged"));
    for id in ids {
        assert!(words.stdout.split_whitespace().any(|word| word == id), "{id} is not listed");
    }
    assert!(words.stdout.lines().all(|line| line.chars().count() <= 80), "{}", words.stdout);
}

#[test]
fn explain_says_why_how_and_where_from() {
    let folder = tempfile::tempdir().unwrap();
    let check = golive_says(folder.path(), &["explain", "webhook-rejects-forged"]);
    assert_eq!(check.code, 0);
    for part in [
        "webhook-rejects-forged",
        "PC-",
        "required",
        "Node",
        "PHP",
        "https://developers.kwikpaisa.com/",
    ] {
        assert!(check.stdout.contains(part), "no {part} in {}", check.stdout);
    }
    let line = golive_says(folder.path(), &["explain", "PC-18"]);
    assert!(line.code == 0 && line.stdout.contains("webhook-"), "{}", line.stdout);
}

#[test]
fn explain_suggests_the_nearest_id() {
    let folder = tempfile::tempdir().unwrap();
    let ran = golive_says(folder.path(), &["explain", "webhook-reject-forged"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("webhook-rejects-forged"), "{}", ran.stderr);
}

// The configuration

#[test]
fn init_writes_what_loads_and_overwrites_only_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("golive.toml");
    assert_eq!(golive_says(folder.path(), &["init"]).code, 0);
    assert_eq!(golive_says(folder.path(), &["config"]).code, 0);
    assert_eq!(golive_says(folder.path(), &["plan"]).code, 0);
    fs::write(&path, "# mine\n").unwrap();
    let again = golive_says(folder.path(), &["init"]);
    assert_eq!((again.code, again.stdout.as_str()), (2, ""));
    assert!(
        again.stderr.contains("golive.toml") && again.stderr.contains("--force"),
        "{}",
        again.stderr
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "# mine\n");
    assert_eq!(golive_says(folder.path(), &["init", "--force"]).code, 0);
    assert!(fs::read_to_string(&path).unwrap().contains("[webhook]"));
}

#[test]
fn config_shows_where_values_come_from_and_no_secret() {
    let folder = folder_with(MERCHANT);
    let ran = golive_says(folder.path(), &["config"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for part in ["api.secret_key", "KWIKPAISA_SECRET_KEY", "sk_live_", "https://shop.example/hook"]
    {
        assert!(ran.stdout.contains(part), "no {part} in {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("MARKER"), "{}", ran.stdout);
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_one() {
    let folder = folder_with(
        "[merchant]\nname = \"Acme\"\n\n[webhook]\nulr = \"https://shop.example/hook\"\n",
    );
    for command in ["check", "plan", "config"] {
        let ran = golive_says(folder.path(), &[command]);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{command}");
        assert!(
            ran.stderr.contains("golive.toml:5:1:") && ran.stderr.contains("`url`"),
            "{command}: {}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("shop.example"), "{command} quotes the line: {}", ran.stderr);
    }
}

#[test]
fn the_configuration_is_found_in_a_folder_above_and_by_variable() {
    let folder = folder_with(MERCHANT);
    let below = folder.path().join("src/deep");
    fs::create_dir_all(&below).unwrap();
    assert_eq!(
        golive_says(&below, &["config"]).code,
        2,
        "outside of a repository nobody looks further up"
    );
    fs::create_dir(folder.path().join(".git")).unwrap();
    assert!(golive_says(&below, &["config"]).stdout.contains("Acme"));
    let elsewhere = tempfile::tempdir().unwrap();
    assert_eq!(golive_says(elsewhere.path(), &["config"]).code, 2);
    let ran = run(golive(elsewhere.path())
        .env("GOLIVE_CONFIG", folder.path().join("golive.toml"))
        .arg("config"));
    assert!(ran.code == 0 && ran.stdout.contains("Acme"), "{}", ran.stderr);
}

// The plan

/// Everything is configured, and each program and server of it would leave a trace.
fn traced(port: u16) -> TempDir {
    let touch =
        |file: &str| format!("[\"touch\", \"{file}\", \"ran-{{id}}\", \"ran-{{timestamp}}\"]");
    folder_with(&format!(
        r#"[api]
base_url = "https://api.kwikpaisa.com"
api_key = {{ command = {} }}
secret_key = {{ env = "KWIKPAISA_SECRET_KEY" }}
[webhook]
url = "https://127.0.0.1:{port}/hook"
deliver = "full"
[webhook.order]
command = {}
[webhook.payout]
command = {}
[webhook.effects]
command = {}
[signer]
command = {}
[network]
egress = ["https://127.0.0.1:{port}/"]
"#,
        touch("ran-key"),
        touch("ran-order"),
        touch("ran-payout"),
        touch("ran-effects"),
        touch("ran-signer"),
    ))
}

#[test]
fn plan_contacts_nobody_and_runs_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = traced(listener.local_addr().unwrap().port());
    for arguments in
        [&["plan", "--deliver", "full"][..], &["plan"], &["plan", "--json"], &["config"]]
    {
        let ran = golive_says(folder.path(), arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    }
    let left: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["golive.toml"], "a program of the merchant's ran");
    std::thread::sleep(Duration::from_millis(50));
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "somebody was contacted");
}

#[test]
fn plan_lists_every_request_of_a_full_run() {
    const WEBHOOK: &str = "https://shop.example/api/webhooks/kwikpaisa";
    let ready = repository().join("examples/ready");
    let saved: Value =
        serde_json::from_slice(&fs::read(ready.join("observations.json")).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let config = ready.join("golive.toml");
    let plan =
        |more: &[&str]| {
            let mut golive = golive(folder.path());
            golive
                .env("KWIKPAISA_TEST_SECRET_KEY", "sk_test_MARKERr7Tk3Pj0Uy6Io2Hg5Fd8Sa1Lkd")
                .args(["plan", "--all", "--role", "production", "--config"]);
            let ran = run(golive.arg(&config).args(more));
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            ran
        };
    let (probing, plan, json) =
        (plan(&[]), plan(&["--deliver", "full"]), plan(&["--deliver", "full", "--json"]).json());
    let mut delivered = 0;
    for (scenario, seen) in saved["observations"]["scenarios"].as_object().unwrap() {
        assert!(
            plan.stdout.contains(scenario.as_str()),
            "{scenario} is not announced in {}",
            plan.stdout
        );
        for step in seen["got"]["steps"].as_array().into_iter().flatten() {
            delivered += u64::from(step["exchange"].is_object())
                + step["together"].as_array().map_or(0, |all| all.len() as u64);
        }
    }
    let requests = json["requests"].as_array().unwrap().iter();
    let announced: u64 = requests
        .filter(|request| request["target"] == WEBHOOK)
        .map(|request| request["count"].as_u64().unwrap())
        .sum();
    // Searches, retries and restarts end when they know enough; what arrives is held against the
    // plan one by one where the shop looks on.
    assert!(delivered <= announced && delivered > 250, "{delivered} of {announced}");
    for host in saved["run"]["contacted"].as_array().unwrap() {
        let (host, _) = host.as_str().unwrap().split_once(':').unwrap();
        assert!(plan.stdout.contains(host), "{host} is not announced");
    }
    assert!(
        probing.stdout.len() < plan.stdout.len() && !probing.stdout.contains("payment.success"),
        "{}",
        probing.stdout
    );
}

#[test]
fn full_wants_the_word_in_both_places() {
    let folder = folder_with(MERCHANT);
    let ran = golive_says(folder.path(), &["check", "--deliver", "full"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("deliver = \"full\""), "{}", ran.stderr);
}

#[test]
fn the_command_line_goes_no_further_than_the_configuration() {
    for (configured, asked, code) in [
        ("none", "negative", 2),
        ("negative", "probe", 2),
        ("probe", "negative", 0),
        ("probe", "none", 0),
    ] {
        let folder = folder_with(
            &MERCHANT.replace("[webhook]\n", &format!("[webhook]\ndeliver = \"{configured}\"\n")),
        );
        let ran = golive_says(folder.path(), &["plan", "--deliver", asked]);
        assert_eq!(ran.code, code, "{configured}, {asked}: {}", ran.stderr);
        assert!(
            code == 0 || ran.stderr.contains(&format!("deliver = \"{configured}\"")),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn full_in_a_pipeline_wants_a_date_in_force() {
    let config = |more: &str| {
        MERCHANT.replace("[webhook]\n", &format!("[webhook]\ndeliver = \"full\"\n{more}"))
    };
    let ask = |config: &str| {
        run(golive(folder_with(config).path()).env("CI", "true").args([
            "plan",
            "--deliver",
            "full",
        ]))
    };
    for more in ["", "full_until = 2020-01-01\n"] {
        let ran = ask(&config(more));
        assert!(
            ran.code == 2 && ran.stderr.contains("full_until"),
            "{more}: {} {}",
            ran.code,
            ran.stderr
        );
    }
    assert_eq!(ask(&config("full_until = 2999-01-01\n")).code, 0);
}

// The report

#[test]
fn a_reader_who_leaves_early_ends_it_quietly() {
    for _ in 0..5 {
        let mut child = golive(&repository())
            .args(["list", "--json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(ended.stderr).unwrap(), "");
        assert!(ended.status.code().is_some_and(|code| code == 0), "{:?}", ended.status);
    }
}

#[test]
fn colour_is_for_those_who_ask_for_it() {
    let folder = folder_with(MERCHANT);
    let coloured = |arguments: &[&str], variables: &[(&str, &str)]| {
        let ran = run(golive(folder.path())
            .args(["check", "--offline"])
            .args(arguments)
            .envs(variables.iter().copied()));
        ran.stdout.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]), "a pipe gets none");
    assert!(coloured(&["--color", "always"], &[]));
    assert!(
        coloured(&["--color", "always"], &[("NO_COLOR", "1")]),
        "the command line has the last word"
    );
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["--color", "always", "--output", "json"], &[]), "JSON has no colour");
}

#[test]
fn a_report_in_a_file_has_no_colour_and_progress_stays_off_the_pipe() {
    let folder = folder_with(MERCHANT);
    let ran = golive_says(
        folder.path(),
        &["check", "--offline", "--color", "always", "--output", "terminal=report.txt"],
    );
    let written = fs::read_to_string(folder.path().join("report.txt")).unwrap();
    assert!(written.starts_with("INCOMPLETE") && !written.contains('\u{1b}'), "{written}");
    assert_eq!(ran.stderr, "");
}

#[test]
fn json_has_the_shape_that_is_promised() {
    let folder = folder_with(MERCHANT);
    let report = golive_says(
        folder.path(),
        &["check", "--offline", "--role", "other", "--output", "json=-"],
    )
    .json();
    assert_eq!(report["schema"], "golive.report/v1");
    assert_eq!(report["tool"]["name"], "golive");
    assert_eq!(report["tool"]["version"], env!("CARGO_PKG_VERSION"));
    let run = &report["run"];
    assert_eq!(
        (&run["mode"], &run["partial"], &run["vantage"]["role"]),
        (&"check".into(), &false.into(), &"other".into())
    );
    assert!(run["id"].is_string() && run["started"].as_str().unwrap().ends_with('Z'));
    assert!(
        run["switches"].as_array().unwrap().is_empty()
            && run["contacted"].as_array().unwrap().is_empty()
    );
    assert_eq!(run["config"]["path"], "golive.toml");
    assert_eq!(run["config"]["sha256"].as_str().unwrap().len(), 64);
    assert!(run["vantage"]["host"].is_string() && run["vantage"]["addresses"].is_array());
    assert_eq!(
        (&report["verdict"]["word"], &report["verdict"]["exit_code"]),
        (&"incomplete".into(), &3.into())
    );
    assert!(
        report["verdict"]["sentence"].is_string()
            && report["verdict"].as_object().unwrap().contains_key("valid_until")
    );
    let checks = report["checks"].as_array().unwrap();
    let counts = report["counts"].as_object().unwrap();
    for word in ["pass", "warn", "fail", "undecided", "not-applicable", "attested", "waived"] {
        let ended = checks.iter().filter(|check| check["outcome"] == word).count();
        assert_eq!(counts[word], ended, "{word}");
    }
    assert_eq!(
        counts.values().map(|count| count.as_u64().unwrap()).sum::<u64>(),
        checks.len() as u64
    );
    for check in checks {
        for key in ["id", "section", "title", "level", "outcome", "remediation"] {
            assert!(check[key].is_string(), "{key} of {check}");
        }
        assert!(
            check["covers"].is_array()
                && check["reference"]["url"].as_str().unwrap().starts_with("https://"),
            "{check}"
        );
        assert_eq!(
            check["reason"].is_object(),
            check["outcome"] == "undecided" || check["outcome"] == "not-applicable",
            "{check}"
        );
    }
    assert!(report["measurements"].is_array() && report["durations"]["total_s"].is_number());
}

#[test]
fn a_failing_check_has_its_finding_in_json() {
    let folder = folder_with(&MERCHANT.replace("https://shop", "http://shop"));
    let ran = golive_says(folder.path(), &["check", "--offline", "--output", "json"]);
    assert_eq!(ran.code, 1);
    let report = ran.json();
    let check = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["id"] == "webhook-https")
        .unwrap();
    assert_eq!((&check["outcome"], &check["level"]), (&"fail".into(), &"required".into()));
    assert!(check["finding"]["message"].is_string());
    for key in ["subject", "expected", "observed"] {
        assert!(check["finding"]["evidence"][0][key].is_string(), "{check}");
    }
}

#[test]
fn a_part_of_the_checklist_is_partial_and_never_ready() {
    let folder = folder_with(MERCHANT);
    for arguments in [
        &["--only", "api-live-key"][..],
        &["--only", "api-live-key,webhook-https"],
        &["--skip", "webhook"],
    ] {
        let ran = run(golive(folder.path())
            .args(["check", "--offline", "--output", "json"])
            .args(arguments));
        assert_eq!(ran.code, 3, "{arguments:?}");
        let report = ran.json();
        assert_eq!(
            (&report["run"]["partial"], &report["verdict"]["word"]),
            (&true.into(), &"partial".into())
        );
        assert_ne!(outcome(&report, "api-live-key"), "absent", "{arguments:?}");
    }
    let failing = folder_with(&MERCHANT.replace("https://shop", "http://shop"));
    let ran = golive_says(failing.path(), &["check", "--offline", "--only", "webhook-https"]);
    assert!(ran.code == 1 && ran.stdout.contains("PARTIAL"), "{} {}", ran.code, ran.stdout);
}

#[test]
fn strict_stops_for_what_is_recommended() {
    let folder = tempfile::tempdir().unwrap();
    let demo = |more: &[&str]| {
        run(golive(folder.path())
            .args(["demo", "--defect", "legacy-tls", "--output", "json"])
            .args(more))
    };
    let (lenient, strict) = (demo(&[]), demo(&["--strict"]));
    assert_eq!((lenient.code, &lenient.json()["verdict"]["word"]), (0, &"ready".into()));
    assert_eq!((strict.code, &strict.json()["verdict"]["word"]), (1, &"not-ready".into()));
}

#[test]
fn two_reports_in_one_place_and_unknown_formats_are_refused_before_anything_is_done() {
    let folder = folder_with(MERCHANT);
    for outputs in [&["json", "markdown"][..], &["json=a", "markdown=a"], &["yaml"], &["json="]] {
        let outputs = outputs.iter().flat_map(|output| ["--output", output]);
        let ran = run(golive(folder.path())
            .args(["check", "--offline", "--save-observations", "seen.json"])
            .args(outputs));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        assert!(!folder.path().join("seen.json").exists());
    }
}

// The shape of the workspace

#[test]
fn the_crate_of_checks_depends_on_nothing_that_does_io() {
    let tree = Command::new(env!("CARGO"))
        .current_dir(repository())
        .args([
            "tree",
            "--offline",
            "--locked",
            "-p",
            "golive-checks",
            "-e",
            "normal",
            "--prefix",
            "none",
        ])
        .output()
        .unwrap();
    let tree = String::from_utf8(tree.stdout).unwrap();
    assert!(tree.starts_with("golive-checks "), "{tree}");
    for line in tree.lines() {
        let name = line.split(' ').next().unwrap();
        let does_io = [
            "tokio",
            "mio",
            "socket2",
            "reqwest",
            "hyper",
            "rustls",
            "clap",
            "colored",
            "axum",
            "indicatif",
            "tempfile",
        ];
        assert!(!does_io.contains(&name), "golive-checks depends on {name}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_written_over_what_is_read_or_over_another_report() {
    let folder = folder_with(&format!(
        "env_file = \".env.production\"\n{MERCHANT}[source]\nbaseline = \"accepted.toml\"\n"
    ));
    let path = |name: &str| folder.path().join(name);
    fs::write(path(".env.production"), "OTHER=1\n").unwrap();
    fs::write(path("accepted.toml"), "").unwrap();
    std::os::unix::fs::symlink(path(".env.production"), path("link")).unwrap();
    let whole = format!("markdown={}", path("x").display());
    for (arguments, named) in [
        (vec!["--output", "json=golive.toml"], "the configuration"),
        (vec!["--save-observations", "golive.toml"], "the configuration"),
        (vec!["--events", "./golive.toml"], "the configuration"),
        (vec!["--bundle", "golive.toml"], "the configuration"),
        (vec!["--output", "json=.env.production"], "`env_file`"),
        (vec!["--events", "link"], "`env_file`"),
        (vec!["--output", "json=accepted.toml"], "the baseline"),
        (vec!["--output", "json=x", "--output", &whole], "the json report"),
        (vec!["--output", "json=x", "--output", "markdown=./x"], "the json report"),
        (vec!["--save-observations", "./x", "--output", "json=x"], "the json report"),
        (vec!["--events", "./x", "--output", "json=x"], "the json report"),
        (vec!["--events", "./x", "--save-observations", "x"], "the saved observations"),
        (vec!["--bundle", "./x.zip", "--output", "json=x.zip"], "the json report"),
        (vec!["--events", "-"], "standard output"),
        (vec!["--save-observations", "-"], "standard output"),
    ] {
        let before: Vec<_> = ["golive.toml", ".env.production", "accepted.toml"]
            .map(|name| fs::read(path(name)).unwrap())
            .into();
        let ran = run(golive(folder.path()).args(["check", "--offline"]).args(&arguments));
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(named), "{arguments:?}: {}", ran.stderr);
        let after: Vec<_> = ["golive.toml", ".env.production", "accepted.toml"]
            .map(|name| fs::read(path(name)).unwrap())
            .into();
        assert!(before == after && !path("x").exists() && !path("-").exists(), "{arguments:?}");
    }
}

#[test]
fn judge_does_not_write_over_the_run_that_it_reads() {
    let folder = folder_with(MERCHANT);
    let ran = golive_says(
        folder.path(),
        &["check", "--offline", "--quiet", "--save-observations", "seen.json"],
    );
    assert!(folder.path().join("seen.json").is_file(), "{}", ran.stderr);
    let before = fs::read(folder.path().join("seen.json")).unwrap();
    let ran = golive_says(folder.path(), &["judge", "seen.json", "--output", "json=./seen.json"]);
    assert!(ran.code == 2 && ran.stderr.contains("the saved run"), "{}", ran.stderr);
    assert_eq!(fs::read(folder.path().join("seen.json")).unwrap(), before);
}

#[test]
fn init_and_baseline_do_not_write_over_an_env_file() {
    let folder = folder_with(&format!(
        "env_file = \".env\"\n{MERCHANT}[source]\nroots = [\".\"]\nbaseline = \"./.env\"\n"
    ));
    fs::write(folder.path().join(".env"), "").unwrap();
    for arguments in [&["init", ".env", "--env-file", "./.env", "--force"][..], &["baseline"]] {
        let ran = golive_says(folder.path(), arguments);
        assert!(
            ran.code == 2 && ran.stderr.contains("another file"),
            "{arguments:?}: {} {}",
            ran.code,
            ran.stderr
        );
        assert_eq!(fs::read_to_string(folder.path().join(".env")).unwrap(), "");
    }
}

#[test]
fn a_folder_for_a_configuration_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().canonicalize().unwrap();
    let whole = whole.to_str().unwrap();
    for path in [".", whole] {
        let ran = golive_says(folder.path(), &["config", "--config", path]);
        assert!(
            ran.code == 2 && ran.stderr.contains(&format!("{whole}: cannot be read")),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_folder_that_is_not_there_is_told_and_no_temporary_name() {
    let folder = folder_with(MERCHANT);
    for (arguments, code) in [
        (&["check", "--offline", "--output", "json=nodir/x.json"][..], 4),
        (&["init", "nodir/golive.toml"], 2),
    ] {
        let ran = golive_says(folder.path(), arguments);
        assert_eq!(ran.code, code, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("there is no folder") && !ran.stderr.contains(".golive"),
            "{}",
            ran.stderr
        );
    }
}
