//! `golive send`, through the real binary: what may be sent, what comes back, and what that is
//! called.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Command;

use support::{DemoShop, Ran, golive, run};
use tempfile::TempDir;

/// A merchant on loopback whose webhook is at `address`.
fn merchant(address: SocketAddr, webhook: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "[merchant]\nname = \"Acme\"\n[api]\nsecret_key = {{ env = \"KWIKPAISA_SECRET_KEY\" }}\n[webhook]\nurl = \"http://{address}/hook\"\n\
         {webhook}\n"
    );
    fs::write(folder.path().join("golive.toml"), config).unwrap();
    folder
}

/// Answers each connection with the next of `answers`, the last one ever after; an empty one is
/// silence.
fn receiver(answers: &'static [&'static str]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for (at, stream) in listener.incoming().map_while(Result::ok).enumerate() {
            let answer = answers[at.min(answers.len() - 1)];
            std::thread::spawn(move || answer_one(stream, answer));
        }
    });
    address
}

fn answer_one(mut stream: std::net::TcpStream, answer: &str) {
    let mut request = Vec::new();
    let mut part = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut part) {
            Ok(read @ 1..) => request.extend_from_slice(&part[..read]),
            Ok(0) | Err(_) => return,
        }
    }
    if answer.is_empty() {
        let _ = stream.read(&mut part);
        return;
    }
    let text = String::from_utf8_lossy(&request);
    let signature =
        text.lines().find_map(|line| line.strip_prefix("X-SIGNATURE: ")).unwrap_or_default();
    let (status, body) = answer.split_once(' ').unwrap_or((answer, ""));
    let body = body.replace("{signature}", signature).replace("{secret}", support::SECRET_KEY);
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\nX-Powered-By: \
         a\tb\r\n\r\n{body}",
        body.len()
    );
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
        });
        body.len() >= length.unwrap_or(0)
    })
}

fn send(folder: &Path, arguments: &[&str]) -> Ran {
    let ran = run(golive(folder).arg("send").args(arguments));
    assert!(!ran.stdout.contains("READY"), "{}", ran.stdout);
    ran
}

/// At the demo shop.
fn at(shop: &DemoShop, arguments: &[&str]) -> Ran {
    let ran = run(golive(shop.folder()).arg("send").args(arguments).args(&shop.switches));
    assert!(!ran.stdout.contains("READY"), "{}", ran.stdout);
    ran
}

/// The kinds that the help names, by what a correct receiver does with them.
fn kinds(group: &str) -> Vec<String> {
    let help = run(golive(&support::repository()).args(["send", "--help"])).stdout;
    let (_, rest) = help.split_once(&format!("Kinds, {group}:\n")).unwrap();
    let names = rest.split("\nKinds").next().unwrap().split("\n\n").next().unwrap();
    names.split(',').map(|name| name.trim().to_owned()).collect()
}

const REFUSES: &str = "a correct receiver refuses";
const EITHER: &str = "may be taken or refused, and must not break the receiver";
const ACCEPTS: &str = "genuine, to be answered 200";

#[test]
fn both_sides_of_a_genuine_delivery_are_shown() {
    let shop = DemoShop::open(&[]);
    let ran = at(&shop, &["payment.processing"]);
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    assert!(
        ran.stdout.starts_with("ACCEPTED, as expected: a genuine payment.processing"),
        "{}",
        ran.stdout
    );
    for part in [
        "POST https://shop.example/api/webhooks/kwikpaisa",
        "X-TIMESTAMP: ",
        "\"event\":\"payment.processing\"",
        "HTTP/1.1 200",
        "  ok\n",
        "Times  name",
    ] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    let signature =
        ran.stdout.lines().find_map(|line| line.strip_prefix("  X-SIGNATURE: ")).unwrap();
    assert_eq!(signature.chars().count(), 9, "{signature}");
    assert!(signature.ends_with('…') && ran.stdout.contains("(never issued)"), "{}", ran.stdout);
}

#[test]
fn every_kind_ends_as_it_should_at_the_correct_shop() {
    let shop = DemoShop::open(&[]);
    for group in [REFUSES, EITHER, ACCEPTS] {
        for kind in kinds(group) {
            let ran = at(&shop, &["payment.processing", "--tamper", &kind]);
            // A body that is too large for the shop may meet a reset before its answer is read.
            let large = kind.starts_with("body-of-") && ran.code == 3;
            assert!(ran.code == 0 || large, "{kind}: {}\n{}", ran.stdout, ran.stderr);
            let word = ran.stdout.split(',').next().unwrap();
            assert!(group != REFUSES || word == "REFUSED", "{kind}: {word}");
            assert!(group != ACCEPTS || word == "ACCEPTED", "{kind}: {word}");
        }
    }
}

/// A defect for each kind that goes wrong somewhere.
fn defect(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "unsigned" => "ignores-missing-signature",
        "empty-signature" => "accepts-empty-signature",
        "forged-wrong-secret"
        | "forged-right-start"
        | "forged-right-end"
        | "forged-other-body"
        | "tampered-body"
        | "changed-timestamp" => "verifies-nothing",
        "forged-body-only" => "accepts-body-only-signature",
        "forged-truncated" => "compares-prefix-only",
        "no-timestamp" => "defaults-timestamp-to-now",
        "stale-hour" => "two-hour-window",
        "stale-day" | "future" => "trusts-any-timestamp",
        "sandbox-secret" => "accepts-sandbox-secret",
        "method-get" | "method-put" => "any-method",
        "malformed-signed" | "malformed-empty" | "malformed-not-an-event" => "crashes-on-malformed",
        "unknown-event" => "crashes-on-unknown-events",
        "body-as-printed" => "sorts-before-hmac",
        "body-spaced" | "body-escaped-slashes" | "body-escaped-unicode" | "body-decimal-number" => {
            "re-serialises-body"
        }
        "body-raw-unicode" => "re-encodes-as-php",
        "headers-lower" | "headers-title" => "case-sensitive-headers",
        "forged-as-text" | "forged-as-form" | "forged-unlabelled" => "trusts-content-type",
        "shifted" => "parses-a-prefix",
        "two-timestamps-signed-first" => "ages-another-timestamp",
        "oversized-unsigned" => "thanks-for-large-bodies",
        "deep-nesting" => "crashes-on-deep-nesting",
        "longer-signature" => "crashes-on-odd-signatures",
        "reading-timestamp-first" => "tries-timestamp-first",
        "spelling-javascript-body" => "falls-back-to-stringify",
        _ => return None,
    })
}

#[test]
fn every_kind_is_noticed_at_a_shop_with_the_defect_for_it() {
    let mut pairs: Vec<(&'static str, String)> = Vec::new();
    for group in [REFUSES, EITHER, ACCEPTS] {
        pairs.extend(kinds(group).into_iter().filter_map(|kind| Some((defect(&kind)?, kind))));
    }
    pairs.sort();
    assert!(pairs.len() >= 30, "{pairs:?}");
    for of_one in pairs.chunk_by(|(one, _), (next, _)| one == next) {
        let shop = DemoShop::open(&[of_one[0].0]);
        for (defect, kind) in of_one {
            let ran = at(&shop, &["payment.processing", "--tamper", kind]);
            assert_eq!(ran.code, 1, "{kind} at {defect}: {}\n{}", ran.stdout, ran.stderr);
            assert!(ran.stdout.contains(", not as expected: "), "{}", ran.stdout);
        }
    }
}

#[test]
fn full_sends_settling_events_for_test_orders_and_no_others() {
    let shop = DemoShop::open(&[]);
    let full = |arguments: &[&str]| at(&shop, &[arguments, &["--deliver", "full"]].concat());
    for arguments in [
        &["payment.success"][..],
        &["payout.reversed"],
        &["payment.failed", "--order-id", "demo-order-09", "--set", "data.amount=7"],
    ] {
        let ran = full(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}\n{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("(a test order of yours)"), "{}", ran.stdout);
    }
    for (arguments, words) in [
        (&["payment.success", "--order-id", "17"][..], "none of `[webhook.order] ids`"),
        (&["payment.success", "--order-id", "golive-1"], "none of `[webhook.order] ids`"),
        (&["payout.success", "--order-id", "demo-order-01"], "none of `[webhook.payout] ids`"),
        (&["payment.success", "--set", "data.order_id=17"], "`--order-id` names a test order"),
        (&["payment.success", "--set", "event=x"], "only members of `data`"),
        (&["payment.success", "--tamper", "malformed-empty"], "sends no event"),
    ] {
        let ran = full(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains(words), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn without_the_word_nothing_but_processing_is_sent() {
    let shop = DemoShop::open(&[]);
    for (arguments, words) in [
        (&["payment.success"][..], "`--deliver full` here"),
        (&["payment.success", "--tamper", "unsigned"], "`--deliver full` here"),
        (&["payout.processing"], "`--deliver full` here"),
        (&["payment.processing", "--order-id", "demo-order-01"], "\"full\""),
        (&["payment.processing", "--order-id", "17"], "golive-"),
        (&["payment.processing", "--set", "data.order_status=PAID"], "data.amount"),
        (
            &["payment.processing", "--tamper", "tampered-body", "--set", "data.amount=2"],
            "do not go together",
        ),
        (&["payment.processing", "--deliver", "negative"], "deliver = \"probe\""),
        (&["payment.processing", "--deliver", "none"], "nothing is delivered"),
        (&["payment.processing", "--together", "--resign", "--repeat", "50"], "at most 20"),
    ] {
        let ran = at(&shop, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains(words), "{arguments:?}: {}", ran.stderr);
    }
    assert_eq!(
        at(
            &shop,
            &["payment.processing", "--order-id", "golive-by-hand", "--set", "data.amount=2.00"]
        )
        .code,
        0
    );
    assert_eq!(
        at(&shop, &["payment.processing", "--tamper", "unsigned", "--deliver", "negative"]).code,
        0
    );
}

#[test]
fn the_configuration_decides_how_far_it_goes() {
    let address = receiver(&["200"]);
    for (webhook, arguments, code) in [
        ("deliver = \"none\"", &["payment.processing"][..], 2),
        (
            "deliver = \"none\"",
            &["payment.processing", "--tamper", "unsigned", "--deliver", "probe"],
            2,
        ),
        ("deliver = \"negative\"", &["payment.processing", "--deliver", "probe"], 2),
        ("deliver = \"negative\"", &["payment.processing", "--tamper", "unsigned"], 1),
        ("deliver = \"probe\"", &["payment.success", "--deliver", "full"], 2),
        ("deliver = \"full\"", &["payment.success", "--deliver", "full"], 2),
        (
            "deliver = \"full\"\n[webhook.order]\nids = [\"T-1\"]",
            &["payment.success", "--deliver", "full"],
            0,
        ),
        ("", &["payment.processing"], 0),
    ] {
        let folder = merchant(address, webhook);
        let ran = send(folder.path(), &[arguments, &["--allow-private"]].concat());
        assert_eq!(ran.code, code, "{webhook} {arguments:?}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn a_pipeline_with_a_live_key_needs_a_date() {
    let address = receiver(&["200"]);
    let ask = |more: &str| {
        let folder = merchant(
            address,
            &format!("deliver = \"full\"\n{more}\n[webhook.order]\nids = [\"T-1\"]"),
        );
        run(golive(folder.path()).env("CI", "true").args([
            "send",
            "payment.success",
            "--deliver",
            "full",
            "--allow-private",
        ]))
    };
    let without = ask("");
    assert_eq!(without.code, 2, "{}", without.stdout);
    assert!(without.stderr.contains("full_until"), "{}", without.stderr);
    assert_eq!(ask(&format!("full_until = {}", support::today())).code, 0);
}

#[test]
fn private_targets_need_a_switch() {
    let folder = merchant(receiver(&["200"]), "");
    let ran = send(folder.path(), &["payment.processing"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(
        ran.stderr.contains("127.0.0.1") && ran.stderr.contains("--allow-private"),
        "{}",
        ran.stderr
    );
}

#[test]
fn what_an_answer_comes_to_is_the_exit_code() {
    for (answer, genuine, forged) in [
        ("200", 0, 1),
        ("201", 1, 1),
        ("302", 1, 3),
        ("401", 1, 0),
        ("404", 3, 0),
        ("429", 3, 3),
        ("500", 1, 3),
        ("", 3, 3),
    ] {
        let brief = if answer.is_empty() { "[limits]\nfirst_byte_ms = 400" } else { "" };
        let folder = merchant(receiver(Box::leak(Box::new([answer]))), brief);
        let sent = |more: &[&str]| {
            send(folder.path(), &[&["payment.processing", "--allow-private"][..], more].concat())
        };
        let (plain, tampered) = (sent(&[]), sent(&["--tamper", "forged-wrong-secret"]));
        assert_eq!(
            (plain.code, tampered.code),
            (genuine, forged),
            "{answer}: {}\n{}",
            plain.stdout,
            tampered.stdout
        );
    }
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let ran = send(merchant(nobody, "").path(), &["payment.processing", "--allow-private"]);
    assert_eq!(ran.code, 3);
    assert!(ran.stdout.starts_with("UNCLEAR") && ran.stdout.contains("refused"), "{}", ran.stdout);
}

#[test]
fn repetitions_are_the_same_bytes_or_signed_afresh() {
    let shop = DemoShop::open(&[]);
    for (more, signatures) in [
        (&["--repeat", "3"][..], 1),
        (&["--repeat", "3", "--resign"], 3),
        (&["--repeat", "8", "--together"], 1),
    ] {
        let ran = at(&shop, &[&["payment.processing", "--json"][..], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let json = ran.json();
        let deliveries = json["deliveries"].as_array().unwrap();
        assert_eq!(deliveries.len().to_string(), more[1]);
        let timestamp = |delivery: &serde_json::Value| {
            let headers = delivery["sent"]["headers"].as_array().unwrap();
            headers.iter().find(|header| header[0] == "X-TIMESTAMP").unwrap()[1].to_string()
        };
        let mut timestamps: Vec<String> = deliveries.iter().map(timestamp).collect();
        timestamps.dedup();
        assert_eq!(timestamps.len(), signatures, "{more:?}");
        assert!(
            deliveries
                .iter()
                .all(|delivery| delivery["sent"]["body"] == deliveries[0]["sent"]["body"])
        );
    }
    let twice = at(&shop, &["payment.processing", "--repeat", "2"]);
    assert!(
        twice.stdout.contains("2 accepted") && twice.stdout.contains("Number 1 of 2"),
        "{}",
        twice.stdout
    );
    assert_eq!(at(&shop, &["payment.processing", "--repeat", "101"]).code, 2);
}

#[test]
fn a_replay_cache_is_told_from_a_receiver_that_refuses_duplicates() {
    let shop = DemoShop::open(&["rejects-duplicates"]);
    let same = at(&shop, &["payment.processing", "--repeat", "2"]);
    assert_eq!(same.code, 3, "{}", same.stdout);
    assert!(same.stdout.contains("--resign"), "{}", same.stdout);
    let afresh = at(&shop, &["payment.processing", "--repeat", "2", "--resign"]);
    assert_eq!(afresh.code, 1, "{}", afresh.stdout);
    assert!(
        afresh.stdout.contains("number 2: the same event was accepted before"),
        "{}",
        afresh.stdout
    );
}

#[test]
fn answers_are_shown_without_what_was_secret_in_them() {
    let folder =
        merchant(receiver(&["401 expected {signature}, secret {secret}\u{1b}[2J\u{202e}end"]), "");
    for more in [&[][..], &["--json"]] {
        let ran =
            send(folder.path(), &[&["payment.processing", "--allow-private"][..], more].concat());
        assert_eq!(ran.code, 1, "{}", ran.stderr);
        assert!(
            ran.stdout.contains("[signature]") && ran.stdout.contains("[secret]"),
            "{}",
            ran.stdout
        );
        assert!(!ran.stdout.contains('\u{1b}'), "{:?}", ran.stdout);
    }
    let ran = send(folder.path(), &["payment.processing", "--allow-private"]);
    assert!(
        !ran.stdout.contains('\u{202e}')
            && ran.stdout.contains("holds the value of `api.secret_key`"),
        "{:?}",
        ran.stdout
    );
}

#[test]
fn unknown_names_are_met_with_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, words) in [
        (&["payment.sucess"][..], "perhaps payment.success"),
        (&["payment.processing", "--tamper", "forged-wrong-secert"], "perhaps forged-wrong-secret"),
        (&["payment.processing", "--tamper", "nothing-like-it"], "unsigned, empty-signature"),
        (&["payment.processing", "--set", "amount"], "data.NAME=TEXT"),
        (&["payment.processing", "--repeat", "0"], "1..=100"),
    ] {
        let ran = send(folder.path(), arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains(words), "{arguments:?}: {}", ran.stderr);
    }
}

#[test]
fn the_line_in_a_finding_repeats_it() {
    for (defect, check) in [
        ("trusts-any-timestamp", "webhook-rejects-stale"),
        ("compares-prefix-only", "webhook-rejects-forged"),
        ("re-serialises-body", "webhook-verifies-raw-body"),
        ("crashes-on-reversed", "webhook-handles-events"),
    ] {
        let shop = DemoShop::open(&[defect]);
        let checked = run(golive(shop.folder())
            .args([
                "check",
                "--quiet",
                "--deliver",
                "full",
                "--only",
                "webhook",
                "--role",
                "other",
                "--output",
                "json",
            ])
            .args(&shop.switches));
        let report = checked.json();
        let found = report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|judged| judged["id"] == check)
            .unwrap();
        let line = found["finding"]["repeat"].as_str().unwrap_or_else(|| panic!("{found:#}"));
        assert!(
            line.starts_with("golive send ")
                && line.contains("--connect-to")
                && line.contains("--ca-file"),
            "{line}"
        );
        let command = line.replacen("golive", env!("CARGO_BIN_EXE_golive"), 1);
        let ran = run(Command::new("sh")
            .current_dir(shop.folder())
            .env("GOLIVE_ROLE", "other")
            .env_remove("CI")
            .args(["-c", &command]));
        assert_eq!(ran.code, 1, "{line}: {}\n{}", ran.stdout, ran.stderr);
    }
}
