//! Receivers that apply an event twice when its duplicates arrive together are caught every time,
//! and those that are right never are.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use golive_checks::model::{Deliver, Mode, OrderId, TestOrders};
use tempfile::TempDir;

use crate::commands::demo::demo_run;
use crate::config::{self, Programs, Sources};
use crate::demo::{Defect, Shop};
use crate::observe::Options;
use crate::progress::Silent;
use crate::report::Report;
use crate::run::{self, Run};
use crate::targets::OrderSource;

/// How often each is run.
const RUNS: usize = 50;

const CHECK: &str = "webhook-applies-once-concurrently";

const SECRET: &str = "sk_live_MARKER7f3k9q2x8v1m4n6b";

/// Runs the check alone, with one round of each kind, on orders that no run before it had; how it
/// ended, and what it rests on.
fn ends(mut run: Run, number: usize) -> (&'static str, String) {
    run.merchant.limits.webhook_race_rounds = 1;
    let ids: Vec<OrderId> =
        (0..3).map(|order| OrderId::new(format!("race-{number}-{order}"), "1.00", true)).collect();
    run.merchant.webhook.order = Some(TestOrders::Ids(ids.len()));
    run.targets.order = Some(OrderSource::Ids(ids));
    run.facts.only = vec![CHECK.to_owned()];
    let (seen, _) = run.observe(&Silent).expect("the run can be made");
    let report = Report::new(&seen.facts());
    let checks = report.chapters.iter().flat_map(|chapter| &chapter.checks);
    let check = checks.into_iter().find(|check| check.meta.id == CHECK).expect("in the catalogue");
    (check.outcome.word(), format!("{:?}", check.outcome))
}

/// Runs it as often as is to be shown.
fn always_ends(expected: &str, run: impl Fn() -> Run) {
    let mut others = BTreeMap::new();
    for number in 0..RUNS {
        let (word, why) = ends(run(), number);
        if word != expected {
            others.insert(number, why);
        }
    }
    assert!(
        others.is_empty(),
        "{} of {RUNS} runs did not end with {expected}: {others:#?}",
        others.len()
    );
}

/// A program that receives, and where.
struct Receiver {
    child: Child,
    folder: TempDir,
}

impl Receiver {
    /// None where Python is not here.
    fn start(kind: &str) -> Option<Self> {
        let here = Command::new("python3")
            .args(["-c", "import sqlite3, sys; assert sys.version_info >= (3, 10)"])
            .status();
        let here = here.is_ok_and(|status| status.success());
        let required = std::env::var("GOLIVE_TEST_RUNTIMES").is_ok_and(|value| value == "required");
        assert!(here || !required, "python3 does not run, and GOLIVE_TEST_RUNTIMES=required");
        if !here {
            eprintln!("skipped: python3 does not run here");
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/race_proof/receiver.py");
        let mut child = Command::new("python3")
            .arg(script)
            .args([kind, &folder.path().join("merchant.sqlite").to_string_lossy()])
            .env("KWIKPAISA_SECRET_KEY", SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let mut port = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut port)
            .expect("it says where it listens");
        let config = format!(
            r#"[merchant]
uses = ["payments"]

[api]
secret_key = {{ env = "KWIKPAISA_SECRET_KEY" }}

[webhook]
url = "http://127.0.0.1:{port}/"
deliver = "full"

[webhook.order]
ids = ["replaced"]

[webhook.effects]
url = "http://127.0.0.1:{port}/credits/{{id}}"
pointer = "/count"
settle = "40ms"
"#,
            port = port.trim()
        );
        std::fs::write(folder.path().join("golive.toml"), config).expect("written");
        Some(Self { child, folder })
    }

    fn run(&self) -> Run {
        let folder = self.folder.path();
        let environment = |name: &str| (name == "KWIKPAISA_SECRET_KEY").then(|| SECRET.to_owned());
        let sources = Sources {
            config: Some(folder.join("golive.toml")),
            folder: folder.to_owned(),
            environment: &environment,
            programs: Programs::Run,
        };
        let loaded = config::load(&sources).expect("the configuration loads");
        let mut facts = run::begin(Mode::Check, None);
        facts.deliver = Deliver::Full;
        let options = Options { allow_private: true, ..Options::default() };
        Run { merchant: loaded.merchant, targets: loaded.targets, facts, options, also: Vec::new() }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn on_the_shop(defects: &[Defect]) -> impl Fn() -> Run {
    let shop = Shop::start(defects, Duration::ZERO).expect("the shop opens");
    move || demo_run(&shop, Deliver::Full).expect("the shop's configuration loads")
}

#[test]
#[ignore = "a race wants the machine to itself: .ci/run runs it alone"]
fn the_shop_with_a_race_is_caught_every_time() {
    always_ends("fail", on_the_shop(&[Defect::DedupRace]));
}

#[test]
#[ignore = "a race wants the machine to itself: .ci/run runs it alone"]
fn the_shop_without_one_passes_every_time() {
    always_ends("pass", on_the_shop(&[]));
}

#[test]
#[ignore = "a race wants the machine to itself: .ci/run runs it alone"]
fn a_receiver_that_looks_and_then_stores_is_caught_every_time() {
    if let Some(receiver) = Receiver::start("racy") {
        always_ends("fail", || receiver.run());
    }
}

#[test]
#[ignore = "a race wants the machine to itself: .ci/run runs it alone"]
fn a_receiver_with_a_unique_index_passes_every_time() {
    if let Some(receiver) = Receiver::start("right") {
        always_ends("pass", || receiver.run());
    }
}
