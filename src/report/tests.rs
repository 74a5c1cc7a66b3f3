//! What must hold of every report, in every format.

use std::path::Path;

use golive_checks::model::{
    Attested, Deliver, Evidence, Facts, Finding, Judged, Level, Mode, Observations, Outcome, Place,
    Reason, RunFacts, Subject, Switch, Text, Waived,
};

use super::sample::{CATALOGUE, HOSTILE, every_outcome, judged, merchant, report, run};
use super::terminal::{WIDTH, render as terminal};
use super::verdict::VerdictEffect;
use super::{Report, Verdict, json, markdown};
use crate::exit::Exit;

/// One outcome of every kind.
pub(super) fn outcomes() -> [Outcome; 8] {
    let finding = || Finding::new("it falls short", vec![]);
    let until = "2026-12-31".parse().unwrap();
    [
        Outcome::Pass(vec![]),
        Outcome::Warn(finding()),
        Outcome::Fail(finding()),
        Outcome::Undecided(Reason::Offline),
        Outcome::NotApplicable("not used".into()),
        attested(None),
        Outcome::Waived(finding(), Waived { reason: "R".into(), approved_by: "A".into(), until }),
        Outcome::Undecided(Reason::TrialRun { switch: Switch::CaFile, unseen: "no root".into() }),
    ]
}

/// An attestation, with a remark or without.
pub(super) fn attested(remark: Option<&'static str>) -> Outcome {
    let on = "2026-12-31".parse().unwrap();
    let remark = remark.map(Text::from);
    Outcome::Attested(Attested { by: "A".into(), on, evidence: "E".into(), until: on, remark })
}

const LEVELS: [Level; 2] = [Level::Required, Level::Recommended];

pub(super) fn plain(report: &Report) -> String {
    terminal(report, false, WIDTH)
}

#[test]
fn the_table_of_the_verdict_is_the_one_of_the_design() {
    use VerdictEffect::{Advice, Fine, Open, Stops, Unseen, Waived};
    let lenient = [
        [Fine, Advice, Stops, Open, Fine, Fine, Waived, Unseen],
        [Fine, Advice, Advice, Advice, Fine, Fine, Fine, Unseen],
    ];
    let strict = [
        [Fine, Stops, Stops, Open, Fine, Fine, Waived, Unseen],
        [Fine, Stops, Stops, Open, Fine, Fine, Fine, Unseen],
    ];
    for (is_strict, expected) in [(false, lenient), (true, strict)] {
        for (level, expected) in LEVELS.into_iter().zip(expected) {
            let found = outcomes().map(|outcome| VerdictEffect::of(&outcome, level, is_strict));
            assert_eq!(found, expected, "{level:?}, strict {is_strict}");
            let thin = VerdictEffect::of(&attested(Some("thin")), level, is_strict);
            assert_eq!(thin, if is_strict { Stops } else { Fine }, "{level:?}");
        }
    }
}

/// Every run there can be, as far as the verdict can tell runs apart.
fn every_run() -> Vec<RunFacts> {
    let mut runs = vec![run()];
    let mut vary = |change: &dyn Fn(&RunFacts) -> RunFacts| {
        let changed: Vec<RunFacts> = runs.iter().map(change).collect();
        runs.extend(changed);
    };
    vary(&|run| RunFacts { offline: true, ..run.clone() });
    vary(&|run| RunFacts { strict: true, ..run.clone() });
    vary(&|run| RunFacts { interrupted: true, ..run.clone() });
    vary(&|run| RunFacts { mode: Mode::Demo, ..run.clone() });
    vary(&|run| RunFacts { only: vec!["webhook".to_owned()], ..run.clone() });
    vary(&|run| RunFacts { skip: vec!["webhook-https".to_owned()], ..run.clone() });
    vary(&|run| RunFacts { switches: vec!["--allow-private".to_owned()], ..run.clone() });
    let modes = [Deliver::None, Deliver::Negative, Deliver::Probe, Deliver::Full];
    runs.iter().flat_map(|run| modes.map(|deliver| RunFacts { deliver, ..run.clone() })).collect()
}

/// Every pair of outcomes and levels, and a check that broke.
fn every_pair() -> Vec<Vec<Judged>> {
    let singles =
        || LEVELS.into_iter().flat_map(|level| outcomes().map(|outcome| (level, outcome)));
    let mut pairs = Vec::new();
    for (one_level, one) in singles() {
        for (other_level, other) in singles() {
            let mut pair = vec![
                judged("webhook-https", one_level, one.clone()),
                judged("operations-escalation", other_level, other),
            ];
            pairs.push(pair.clone());
            pair[1].broke = true;
            pairs.push(pair);
        }
    }
    pairs
}

#[test]
fn nothing_is_ready_unless_all_that_is_required_was_seen_and_holds() {
    for run in every_run() {
        for checks in every_pair() {
            let any = |level: Option<Level>, words: &[&str]| {
                checks.iter().filter(|check| !check.outcome.is_unseen_on_trial()).any(|check| {
                    level.is_none_or(|level| check.level == level)
                        && words.contains(&check.outcome.word())
                })
            };
            let broke = checks.iter().any(|check| check.broke);
            let short = any(Some(Level::Required), &["fail", "undecided"])
                || (run.strict && any(None, &["warn", "fail", "undecided"]));
            let unseen = run.offline
                || run.deliver < Deliver::Probe
                || run.partial()
                || run.interrupted
                || broke;
            let nothing = checks.iter().all(|check| check.level == Level::Recommended);
            let waived = any(Some(Level::Required), &["waived"]);
            let report = report(checks, &run);
            let ready = matches!(report.verdict, Verdict::Ready | Verdict::ReadyWithWaivers);
            assert_eq!(ready, !(short || unseen || nothing), "{run:?} {}", report.sentence);
            assert_eq!(ready, report.exit() == Exit::Ready, "{}", report.sentence);
            assert_eq!(
                report.verdict == Verdict::ReadyWithWaivers,
                ready && waived,
                "{}",
                report.sentence
            );
            let says_ready = report.sentence.as_str().replace("NOT READY", "").contains("READY");
            assert_eq!(says_ready, ready, "{}", report.sentence);
            assert_eq!(report.broke, broke);
        }
    }
}

#[test]
fn a_required_failure_is_not_ready_unless_the_run_was_partial_or_interrupted() {
    for run in every_run() {
        let report =
            report(vec![judged("webhook-https", Level::Required, outcomes()[2].clone())], &run);
        let (verdict, exit) = if run.interrupted {
            (Verdict::Interrupted, Exit::Interrupted)
        } else if run.partial() {
            (Verdict::Partial, Exit::NotReady)
        } else {
            (Verdict::NotReady, Exit::NotReady)
        };
        assert_eq!((report.verdict, report.exit()), (verdict, exit), "{run:?}");
    }
}

#[test]
fn a_part_without_a_failure_is_incomplete() {
    let run = RunFacts { only: vec!["webhook".to_owned()], ..run() };
    let report =
        self::report(vec![judged("webhook-https", Level::Required, outcomes()[0].clone())], &run);
    assert_eq!((report.verdict, report.exit()), (Verdict::Partial, Exit::Incomplete));
    assert_eq!(
        report.sentence.as_str(),
        "PARTIAL: only 1 check was looked at, which says nothing of the rest; nothing failed; 1 \
         required: 1 seen."
    );
    let failed =
        judged("webhook-https", Level::Recommended, Outcome::fail("it failed", Vec::new()));
    let sentence = self::report(vec![failed], &run).sentence;
    assert!(sentence.as_str().ends_with("nothing that is required failed."), "{sentence}");
}

#[test]
fn a_report_without_checks_is_incomplete() {
    assert_eq!(report(Vec::new(), &run()).verdict, Verdict::Incomplete);
}

#[test]
fn the_sentence_names_the_switches_the_demo_and_the_waivers() {
    let run = RunFacts {
        mode: Mode::Demo,
        switches: vec![
            "--connect-to a:1:b:2".to_owned(),
            "--connect-to c:1:d:2".to_owned(),
            "--now=2026-11-21".to_owned(),
        ],
        ..run()
    };
    let checks = vec![judged("webhook-https", Level::Required, outcomes()[6].clone())];
    assert_eq!(
        report(checks, &run).sentence.as_str(),
        "READY WITH WAIVERS (DEMO) until 2026-11-29 (evidence expires after 7 days): 1 \
         required: 1 waived; waived: webhook-https until 2026-12-31; trial run: --connect-to \
         and --now were used."
    );
}

#[test]
fn what_others_wait_for_is_fixed_first() {
    let fail = |id| judged(id, Level::Required, outcomes()[2].clone());
    let waits = |id, by| judged(id, Level::Required, Outcome::Undecided(Reason::Blocked { by }));
    let checks = vec![
        fail("webhook-https"),
        fail("webhook-certificate-expiry"),
        waits("webhook-rejects-forged", "webhook-certificate-expiry"),
        waits("webhook-survives-malformed", "webhook-certificate-expiry"),
    ];
    let report = report(checks, &run());
    let ids: Vec<&str> = report.first.iter().map(|first| first.id).collect();
    assert_eq!(ids, ["webhook-certificate-expiry", "webhook-https"]);
}

#[test]
fn as_many_checks_come_out_as_went_in_and_every_outcome_in_every_format() {
    let checks = every_outcome();
    let report = report(checks.clone(), &run());
    let (text, ticket) = (plain(&report), markdown::render(&report));
    let machine: serde_json::Value = serde_json::from_str(&json::render(&report)).unwrap();
    let listed = machine["checks"].as_array().unwrap();
    assert_eq!(listed.len(), checks.len());
    assert_eq!(report.counts.total(), checks.len());
    assert_eq!(
        report.chapters.iter().map(|chapter| chapter.counts.total()).sum::<usize>(),
        checks.len()
    );
    for (check, listed) in checks.iter().zip(listed) {
        let id = check.meta.id;
        let mark = match check.outcome {
            Outcome::Pass(_) => "✓",
            Outcome::Attested(_) => "✎",
            Outcome::Undecided(Reason::TrialRun { .. }) => "○",
            Outcome::Warn(_) => "!",
            Outcome::Fail(_) => "✗",
            Outcome::Undecided(_) => "?",
            Outcome::NotApplicable(_) => "-",
            Outcome::Waived(..) => "~",
        };
        let is_line = |line: &&str| {
            line.starts_with(&format!("  {mark} ")) && line.ends_with(&format!(" {id}"))
        };
        assert_eq!(text.lines().filter(is_line).count(), 1, "{id}");
        let is_row = |line: &&str| {
            line.starts_with(&format!("| {mark} ")) && line.contains(&format!("| `{id}` |"))
        };
        assert_eq!(ticket.lines().filter(is_row).count(), 1, "{id}");
        assert_eq!(listed["id"], id);
        assert_eq!(listed["outcome"], check.outcome.word());
    }
    for (_, count) in report.counts.rows() {
        assert!(count > 0, "the sample ends in every way");
    }
}

#[test]
fn the_verdict_stands_first_and_last_on_a_terminal() {
    for run in every_run() {
        let report = report(every_outcome(), &run);
        let text = plain(&report);
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            flat.starts_with(report.sentence.as_str()) && flat.ends_with(report.sentence.as_str()),
            "{text}"
        );
    }
}

#[test]
fn no_line_is_wider_than_the_terminal_unless_it_cannot_be_broken() {
    for width in [60, WIDTH, 120] {
        for line in terminal(&report(every_outcome(), &run()), false, width).lines() {
            let unbreakable = line.contains("repeat: ") || line.contains("https://");
            assert!(textwrap::core::display_width(line) <= width || unbreakable, "{width}: {line}");
        }
    }
}

#[test]
fn colour_changes_no_word() {
    colored::control::set_override(true);
    let report = report(every_outcome(), &run());
    let painted = terminal(&report, true, WIDTH);
    let mut stripped = String::new();
    let mut rest = painted.chars();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            rest.find(char::is_ascii_alphabetic);
        } else {
            stripped.push(c);
        }
    }
    let trimmed: Vec<&str> = stripped.lines().map(str::trim_end).collect();
    assert!(painted.contains("\u{1b}["));
    assert_eq!(trimmed, plain(&report).lines().collect::<Vec<_>>());
}

#[test]
fn nothing_hostile_gets_through() {
    let mut hostile = run();
    hostile.host = HOSTILE.to_owned();
    hostile.switches = vec![HOSTILE.to_owned()];
    hostile.contacted = vec![HOSTILE.to_owned()];
    hostile.only = vec![HOSTILE.to_owned()];
    let mut named = merchant();
    named.name = Some(HOSTILE.to_owned());
    named.config.path = HOSTILE.to_owned();
    let seen = Observations::default();
    let report = Report::of(
        &CATALOGUE,
        every_outcome(),
        &Facts { merchant: &named, run: &hostile, seen: &seen },
    );
    let ticket = markdown::render(&report);
    for text in [plain(&report), ticket.clone(), json::render(&report)] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
    let prose: Vec<&str> = ticket.lines().collect();
    for broken in ["<script", "[link](", "**bold", "@someone", "\n# head", "https://evil"] {
        assert!(!prose.join("\n").contains(broken), "{broken}: {ticket}");
    }
}

#[test]
fn a_report_is_the_same_each_time() {
    let render = || {
        let report = report(every_outcome(), &run());
        [plain(&report), markdown::render(&report), json::render(&report)]
    };
    assert_eq!(render(), render());
}

#[test]
fn json_has_the_names_of_version_one() {
    let run = RunFacts { switches: vec!["--allow-private".to_owned()], ..run() };
    let json: serde_json::Value =
        serde_json::from_str(&json::render(&report(every_outcome(), &run))).unwrap();
    let at =
        |pointer: &str| json.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}")).clone();
    assert_eq!(at("/schema"), "golive.report/v1");
    assert_eq!(at("/tool/name"), "golive");
    assert_eq!(at("/tool/version"), "0.1.0");
    assert_eq!(at("/run/id"), "5f0c9a1e");
    assert_eq!(at("/run/started"), "2026-11-21T20:42:00Z");
    assert_eq!(at("/run/mode"), "check");
    assert_eq!(at("/run/partial"), false);
    assert_eq!(at("/run/switches/0"), "--allow-private");
    assert_eq!(at("/run/config/path"), "golive.toml");
    assert_eq!(at("/run/config/sha256").as_str().unwrap().len(), 64);
    assert_eq!(at("/run/vantage/host"), "pay-1");
    assert_eq!(at("/run/vantage/role"), "production");
    assert_eq!(at("/run/vantage/addresses"), serde_json::json!(["103.21.244.15"]));
    assert_eq!(at("/run/contacted/0"), "shop.example:443");
    assert_eq!(at("/verdict/word"), "not-ready");
    assert_eq!(at("/verdict/exit_code"), 1);
    assert_eq!(at("/verdict/valid_until"), serde_json::Value::Null);
    assert!(
        at("/verdict/sentence").as_str().unwrap().starts_with("NOT READY: 1 required check failed")
    );
    let counts = serde_json::json!({
        "pass": 1, "warn": 1, "fail": 2, "undecided": 5, "not-applicable": 1, "attested": 1, "waived": 1
    });
    assert_eq!(at("/counts"), counts);
    assert_eq!(at("/checks/2/section"), "webhook");
    assert_eq!(at("/checks/2/level"), "required");
    assert_eq!(at("/checks/2/covers/0"), "PC-17");
    assert_eq!(at("/checks/2/reason"), serde_json::Value::Null);
    assert_eq!(at("/checks/2/finding/evidence/1/subject"), "webhook.url");
    assert_eq!(
        at("/checks/2/finding/evidence/1/place"),
        serde_json::json!({ "file": "golive.toml", "line": 12, "column": 1 })
    );
    assert_eq!(at("/checks/2/reference/label"), "Webhook setup");
    assert_eq!(
        at("/checks/5/reason"),
        serde_json::json!({ "kind": "blocked", "text": "blocked by webhook-rejects-forged" })
    );
    assert_eq!(at("/measurements"), serde_json::json!([]));
    assert_eq!(at("/limits/webhook_slow_ms"), 5_000);
    assert_eq!(at("/durations/total_s"), 1.9);
}

#[test]
fn a_key_that_is_not_set_has_the_place_of_its_table() {
    let report = report(Vec::new(), &run());
    let place =
        |key: &'static str| report.place(&Subject::ConfigKey(key.into())).map(|place| place.at);
    assert_eq!(place("webhook.url"), Some(Place { line: 12, column: 1 }));
    assert_eq!(place("webhook.order.command[0]"), Some(Place { line: 11, column: 1 }));
    assert_eq!(place("network.whitelist[0]"), None);
    let elsewhere = Evidence::of(Subject::Run("clock"), "", "");
    assert_eq!(report.place(&elsewhere.subject), None);
}

#[test]
fn the_sample_reads_as_it_always_did() {
    let report = report(every_outcome(), &run());
    for (name, text) in [
        ("txt", plain(&report)),
        ("md", markdown::render(&report)),
        ("json", json::render(&report)),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/golden")
            .join(format!("sample.{name}"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(text, golden, "{}: UPDATE_GOLDEN=1 writes it again", path.display());
    }
}
