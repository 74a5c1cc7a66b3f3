//! The example merchants are right: golive says so, effects and races included.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::{Server, TlsProxy, golive, not_fine, outcome, repository, run, runtime_is_here};

/// How one of the examples is run.
struct Example {
    server: Command,
    orders: Vec<String>,
    effects: Vec<String>,
    status: Vec<String>,
}

fn example(name: &str) -> PathBuf {
    repository().join("examples/merchants").join(name)
}

fn command(program: &str, arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    command
}

/// What kills a receiver and starts it again: `start.sh` and `stop.sh` in a folder. Dropped, it
/// kills whatever it started last.
struct Control<'a>(&'a Path);

impl<'a> Control<'a> {
    /// For the receiver that `server` started and that listens as `running` does.
    fn of(server: &Command, running: &Server, folder: &'a Path) -> Self {
        let quoted = |text: &std::ffi::OsStr| format!("'{}'", text.to_string_lossy());
        let mut words = vec![quoted(server.get_program())];
        words.extend(server.get_args().map(quoted));
        let (home, pid) = (server.get_current_dir().unwrap().display(), folder.join("pid"));
        let (port, command, pid_file) = (running.address.port(), words.join(" "), pid.display());
        // The rest of its environment is that of `golive check`.
        let start = format!(
            "cd '{home}'\nPORT={port} {command} >/dev/null 2>&1 </dev/null &\necho $! \
             >'{pid_file}'\n"
        );
        fs::write(folder.join("start.sh"), start).unwrap();
        fs::write(folder.join("stop.sh"), format!("kill -9 \"$(cat '{pid_file}')\"\n")).unwrap();
        fs::write(pid, running.id().to_string()).unwrap();
        Self(folder)
    }
}

impl Drop for Control<'_> {
    fn drop(&mut self) {
        let _ = Command::new("sh")
            .arg(self.0.join("stop.sh"))
            .stderr(std::process::Stdio::null())
            .status();
    }
}

/// Checks an example as its owner would, but for the platform's own answer, and expects READY.
fn is_ready(example: Example) {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("merchant.sqlite");
    let mut command = example.server;
    command
        .env("DATABASE", &database)
        .env("PORT", "0")
        .env("KWIKPAISA_SECRET_KEY", support::SECRET_KEY);
    let server = if command.get_program() == "php" {
        Server::start_php(&mut command)
    } else {
        Server::start(&mut command)
    };
    let _control = Control::of(&command, &server, folder.path());
    let proxy = TlsProxy::start(server.address);
    fs::write(folder.path().join("ca.pem"), &proxy.ca_pem).unwrap();
    // Made beforehand: while the run counts effects, one program more at a time would only wait for
    // the database.
    let made = Command::new(&example.orders[0])
        .args(&example.orders[1..])
        .arg("40")
        .env("DATABASE", &database)
        .output()
        .unwrap();
    let orders: Vec<String> = String::from_utf8(made.stdout)
        .unwrap()
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["order_id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(orders.len(), 40);
    let config = format!(
        r#"[merchant]
name = "Example merchant"
country = "IN"
uses = ["payments", "payouts"]

[api]
base_url = "https://api.kwikpaisa.com"
api_key = {{ env = "KWIKPAISA_API_KEY" }}
secret_key = {{ env = "KWIKPAISA_SECRET_KEY" }}
probe = false

[webhook]
url = "https://shop.example/api/webhooks/kwikpaisa"
deliver = "full"

[webhook.order]
ids = {orders:?}

[webhook.payout]
ids = ["PAYOUT-1", "PAYOUT-2", "PAYOUT-3", "PAYOUT-4", "PAYOUT-5", "PAYOUT-6"]

[webhook.effects]
command = {effects:?}
settle = "200ms"

[webhook.status]
command = {status:?}
settle = "200ms"

[webhook.control]
start = ["sh", "start.sh"]
stop = ["sh", "stop.sh"]

[network]
whitelist = ["15.206.10.20"]

[[network.server]]
ip = "15.206.10.20"
country = "IN"
kind = "production"
owner = "Platform team"
reviewed = {today}

# They share a machine with one another and with other tests: how quick they are there is no property of theirs.
[limits]
webhook_slow_ms = 60_000
webhook_too_slow_ms = 120_000
webhook_burst_slow_ms = 120_000

{attestations}"#,
        effects = example.effects,
        status = example.status,
        today = support::today(),
        attestations = support::attestations(&support::today()),
    );
    fs::write(folder.path().join("golive.toml"), config).unwrap();
    // As far as anybody may go, and as far as it goes when nobody says: there a person answers for
    // what cannot be seen.
    for (mode, seen) in [("full", "pass"), ("probe", "attested")] {
        let ran = run(golive(folder.path())
            .env("DATABASE", &database)
            .args([
                "check",
                "--role",
                "other",
                "--deliver",
                mode,
                "--ca-file",
                "ca.pem",
                "--output",
                "json",
            ])
            // Several of them at a time, each with programs of its own, on whatever machine this
            // is.
            .args(["--deadline", "600s"])
            .args(["--connect-to", &format!("shop.example:443:127.0.0.1:{}", proxy.port)]));
        let report = ran.json();
        assert_eq!(
            report["verdict"]["word"],
            "ready",
            "{}\n{:#?}\n{}",
            report["verdict"]["sentence"],
            not_fine(&report),
            ran.stderr
        );
        assert_eq!(outcome(&report, "webhook-applies-once"), seen);
        assert_eq!(outcome(&report, "webhook-keeps-state"), seen);
        assert_eq!(outcome(&report, "webhook-survives-restart"), seen);
        let not_fine: Vec<String> =
            not_fine(&report).into_iter().filter(|line| line.contains("webhook-")).collect();
        assert!(not_fine.is_empty(), "{not_fine:#?}");
    }
}

#[test]
fn the_node_merchant_is_ready() {
    let folder = example("node");
    if runtime_is_here(
        "node",
        &["-e", "import(process.argv[1])", &folder.join("store.js").to_string_lossy()],
    ) {
        let asks = |script: &str| {
            vec![
                "node".to_owned(),
                folder.join(script).to_string_lossy().into_owned(),
                "{id}".to_owned(),
            ]
        };
        let orders =
            vec!["node".to_owned(), folder.join("order.js").to_string_lossy().into_owned()];
        let (effects, status) = (asks("effects.js"), asks("status.js"));
        is_ready(Example {
            server: command("node", &["server.js"], &folder),
            orders,
            effects,
            status,
        });
    }
}

#[test]
fn the_python_merchant_is_ready() {
    let folder = example("python");
    if runtime_is_here(
        "python3",
        &["-c", "import sqlite3, sys; assert sys.version_info >= (3, 10)"],
    ) {
        let asks = |script: &str| {
            vec![
                "python3".to_owned(),
                folder.join(script).to_string_lossy().into_owned(),
                "{id}".to_owned(),
            ]
        };
        let orders =
            vec!["python3".to_owned(), folder.join("order.py").to_string_lossy().into_owned()];
        let (effects, status) = (asks("effects.py"), asks("status.py"));
        is_ready(Example {
            server: command("python3", &["server.py"], &folder),
            orders,
            effects,
            status,
        });
    }
}

#[test]
fn the_php_merchant_is_ready() {
    let folder = example("php");
    if runtime_is_here("php", &["-r", "new PDO('sqlite::memory:');"]) {
        let asks = |script: &str| {
            vec![
                "php".to_owned(),
                folder.join(script).to_string_lossy().into_owned(),
                "{id}".to_owned(),
            ]
        };
        let orders =
            vec!["php".to_owned(), folder.join("order.php").to_string_lossy().into_owned()];
        let (effects, status) = (asks("effects.php"), asks("status.php"));
        is_ready(Example { server: command("php", &[], &folder), orders, effects, status });
    }
}

#[test]
fn the_rust_merchant_is_ready() {
    let folder = example("rust");
    let binary =
        folder.join("target/debug/kwikpaisa-webhook-receiver").to_string_lossy().into_owned();
    // Built beforehand: `cargo build --manifest-path examples/merchants/rust/Cargo.toml`.
    if runtime_is_here("test", &["-x", &binary]) {
        let asks = |what: &str| vec![binary.clone(), what.to_owned(), "{id}".to_owned()];
        let orders = vec![binary.clone(), "order".to_owned()];
        let (effects, status) = (asks("effects"), asks("status"));
        is_ready(Example { server: command(&binary, &[], &folder), orders, effects, status });
    }
}
