//! Signatures at the bench, through the real binary: the doctor names what wrong signers of three
//! languages did.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use support::{API_KEY, Ran, SECRET_KEY, golive, run, runtime_is_here};
use tempfile::TempDir;

const SANDBOX_SECRET: &str = "sk_test_MARKERq8Lw2RtY5uVb9Xk3";
const TIMESTAMP: &str = "1778659835";

/// An event in which every language's habits show.
const EVENT: &str = r#"{"event":"payment.success","data":{"order_id":"6116229263036","amount":105.00,"name":"अजय","url":"https://m.example/r?a=1&b=2","created_at":"14-05-2026"}}"#;
const FLAT: &str = r#"{"order_id":"7","amount":"100","app_id":"9"}"#;
const PADDED: &str = "{\"order_id\": \"7\"}\n";

fn merchant() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = r#"[merchant]
name = "Acme"
[api]
base_url = "https://api.kwikpaisa.com"
api_key = { env = "KWIKPAISA_API_KEY" }
secret_key = { env = "KWIKPAISA_SECRET_KEY" }
[sandbox]
secret_key = { env = "KWIKPAISA_TEST_SECRET_KEY" }
[webhook]
url = "https://shop.example/hook"
"#;
    fs::write(folder.path().join("golive.toml"), config).unwrap();
    folder
}

/// The binary on a payload on standard input.
fn on(folder: &Path, payload: &str, arguments: &[&str]) -> Ran {
    fs::write(folder.join("payload"), payload).unwrap();
    let stdin = File::open(folder.join("payload")).unwrap();
    run(golive(folder)
        .env("KWIKPAISA_TEST_SECRET_KEY", SANDBOX_SECRET)
        .stdin(stdin)
        .args(arguments))
}

fn doctor(folder: &Path, body: &str, signature: &str, timestamp: &str) -> Ran {
    let ran = on(
        folder,
        body,
        &["doctor", "--body", "-", "--signature", signature, "--timestamp", timestamp],
    );
    assert!(!ran.stdout.contains("READY"), "{}", ran.stdout);
    assert!(
        signature.len() <= 8 || !ran.stdout.contains(signature),
        "the signature stands there whole: {}",
        ran.stdout
    );
    ran
}

/// The readings that the doctor names, and those that give the same bytes.
fn readings(ran: &Ran) -> Vec<String> {
    let named =
        ran.stdout.lines().filter_map(|line| line.strip_prefix("  reading    ")).map(str::to_owned);
    let paragraphs = ran.stdout.split("the same bytes come of ").skip(1);
    let same = paragraphs
        .flat_map(|rest| rest.split("fix: ").next().unwrap().split([',', '\n']))
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty());
    named.chain(same).collect()
}

/// A language, and what it needs to sign: `text` is the body, `data` what it holds, `ts`, `secret`,
/// and `mac(message, key, hash)` in hex.
struct Language {
    program: &'static str,
    flag: &'static str,
    before: &'static str,
    after: &'static str,
}

const PYTHON: Language = Language {
    program: "python3",
    flag: "-c",
    before: r"
import base64, hashlib, hmac, json, os, sys
text = open('body', 'rb').read().decode()
data, ts, secret = json.loads(text), os.environ['TS'], os.environ['SECRET']
def raw(message, key=secret, hash='sha256'): return hmac.new(key.encode() if isinstance(key, str) else key, message.encode(), hash)
def mac(message, key=secret, hash='sha256'): return raw(message, key, hash).hexdigest()
sys.stdout.write(",
    after: ")",
};

const NODE: Language = Language {
    program: "node",
    flag: "-e",
    before: r"
const crypto = require('crypto');
const text = require('fs').readFileSync('body', 'utf8');
const data = JSON.parse(text), ts = process.env.TS, secret = process.env.SECRET;
const raw = (message, key = secret, hash = 'sha256') => crypto.createHmac(hash, key).update(message);
const mac = (message, key, hash) => raw(message, key, hash).digest('hex');
process.stdout.write(",
    after: ")",
};

const PHP: Language = Language {
    program: "php",
    flag: "-r",
    before: r"
error_reporting(0);
$text = file_get_contents('body');
$data = json_decode($text, true); $ts = getenv('TS'); $secret = getenv('SECRET');
function mac($message, $key = null, $hash = 'sha256') { return hash_hmac($hash, $message, $key ?? getenv('SECRET')); }
function sorted($v) { if (!is_array($v)) return $v; if (!array_is_list($v)) ksort($v, SORT_STRING); return array_map('sorted', $v); }
function pairs($v) { ksort($v); $out = ''; foreach ($v as $k => $x) $out .= $k . $x; return $out; }
echo ",
    after: ";",
};

impl Language {
    fn is_here(&self) -> bool {
        runtime_is_here(self.program, &["--version"])
    }

    fn signs(&self, folder: &Path, body: &str, code: &str) -> String {
        fs::write(folder.join("body"), body).unwrap();
        let output = Command::new(self.program)
            .args([self.flag, &format!("{}{code}{}", self.before, self.after)])
            .current_dir(folder)
            .env("TS", TIMESTAMP)
            .env("SECRET", SECRET_KEY)
            .env("API_KEY", API_KEY)
            .env("SANDBOX", SANDBOX_SECRET)
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{} {code}: {}",
            self.program,
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }
}

/// Readings whose bytes a likelier one gives too.
const AS_WELL: &[&str] = &["php-plain-body", "body-with-line-break", "secret-from-hex"];

/// Each signer, and the reading that the doctor must name for it.
fn each_is_named(language: &Language, signers: &[(&str, &str, &str)]) {
    if !language.is_here() {
        return;
    }
    let folder = merchant();
    for (expected, body, code) in signers {
        let signature = language.signs(folder.path(), body, code);
        let ran = doctor(folder.path(), body, &signature, TIMESTAMP);
        assert_eq!(ran.code, 1, "{code}: {}{}", ran.stdout, ran.stderr);
        let named = readings(&ran);
        let found = if AS_WELL.contains(expected) {
            named.iter().any(|name| name == expected)
        } else {
            named[0] == *expected
        };
        assert!(found, "{expected}: {code}: {}", ran.stdout);
        assert!(
            ran.stdout.starts_with("WRONG: ")
                && ran.stdout.contains("fix: ")
                && ran.stdout.contains("Node / Express"),
            "{}",
            ran.stdout
        );
    }
}

#[test]
fn the_doctor_names_what_wrong_signers_in_python_did() {
    each_is_named(
        &PYTHON,
        &[
            ("python-body", EVENT, "mac(json.dumps(data) + ts)"),
            ("python-compact-body", EVENT, "mac(json.dumps(data, separators=(',', ':')) + ts)"),
            ("python-letters-body", EVENT, "mac(json.dumps(data, ensure_ascii=False) + ts)"),
            (
                "python-compact-letters-body",
                EVENT,
                "mac(json.dumps(data, separators=(',', ':'), ensure_ascii=False) + ts)",
            ),
            ("python-body+sorted", EVENT, "mac(json.dumps(data, sort_keys=True) + ts)"),
            ("python-dict", EVENT, "mac(str(data) + ts)"),
            ("timestamp-first+separator-dot", EVENT, "mac(ts + '.' + text)"),
            ("base64", EVENT, "base64.b64encode(raw(text + ts).digest()).decode()"),
            ("sha256-prefix", EVENT, "'sha256=' + mac(text + ts)"),
            ("sha1", EVENT, "mac(text + ts, secret, 'sha1')"),
            ("sha384", EVENT, "mac(text + ts, secret, 'sha384')"),
            (
                "plain-hash-secret-first",
                EVENT,
                "hashlib.sha256((secret + text + ts).encode()).hexdigest()",
            ),
            (
                "plain-hash-without-secret",
                EVENT,
                "hashlib.sha256((text + ts).encode()).hexdigest()",
            ),
            ("secret-from-base64", EVENT, "mac(text + ts, base64.b64decode(secret + '==='))"),
            ("another-timestamp", EVENT, "mac(text + str(int(ts) + 2))"),
            ("decimal-timestamp", EVENT, "mac(text + str(float(ts)))"),
            ("quoted-secret", EVENT, "mac(text + ts, '\"' + secret + '\"')"),
            ("secret-with-line-break", EVENT, "mac(text + ts, secret + '\\n')"),
            ("empty-secret", EVENT, "mac(text + ts, '')"),
            ("secret-without-prefix", EVENT, "mac(text + ts, secret[len('sk_live_'):])"),
            (
                "python-body+timestamp-missing+base64",
                EVENT,
                "base64.b64encode(raw(json.dumps(data)).digest()).decode()",
            ),
            ("cut-signature", EVENT, "mac(text + ts)[:32]"),
        ],
    );
}

#[test]
fn the_doctor_names_what_wrong_signers_in_javascript_did() {
    each_is_named(
        &NODE,
        &[
            ("javascript-body", EVENT, "mac(JSON.stringify(data) + ts)"),
            (
                "javascript-body+sorted",
                EVENT,
                "mac(JSON.stringify({ data: \
                 Object.fromEntries(Object.keys(data.data).sort().map(k => [k, data.data[k]])), \
                 event: data.event }) + ts)",
            ),
            (
                "javascript-body+top-level-sorted",
                EVENT,
                "mac(JSON.stringify(Object.fromEntries(Object.keys(data).sort().map(k => [k, \
                 data[k]]))) + ts)",
            ),
            ("compact-body", PADDED, "mac(JSON.stringify(data) + ts)"),
            ("milliseconds", EVENT, "mac(text + ts * 1000)"),
            ("another-timestamp", EVENT, "mac(text + (ts * 1000 + 417))"),
            ("undefined-timestamp", EVENT, "mac(text + {}['X-TIMESTAMP'])"),
            ("object-object", EVENT, "mac(data + ts)"),
            ("encoded-twice", EVENT, "mac(JSON.stringify(text) + ts)"),
            ("upper-case-hex", EVENT, "mac(text + ts).toUpperCase()"),
            ("base64url", EVENT, "raw(text + ts).digest('base64url')"),
            ("sha512", EVENT, "mac(text + ts, secret, 'sha512')"),
            ("separator-colon", EVENT, "mac([text, ts].join(':'))"),
            ("separator-bar", EVENT, "mac([text, ts].join('|'))"),
            ("secret-from-base64", EVENT, "mac(text + ts, Buffer.from(secret, 'base64'))"),
            ("secret-in-base64", EVENT, "mac(text + ts, Buffer.from(secret).toString('base64'))"),
            ("secret-from-hex", EVENT, "mac(text + ts, Buffer.from(secret, 'hex'))"),
            ("undefined-secret", EVENT, "mac(text + ts, `${process.env.NO_SUCH_SECRET}`)"),
            (
                "plain-hash-secret-last",
                EVENT,
                "crypto.createHash('sha256').update(text + ts + secret).digest('hex')",
            ),
            ("swapped-arguments", EVENT, "mac(secret, text + ts)"),
            ("body-base64", EVENT, "mac(Buffer.from(text).toString('base64') + ts)"),
            ("api-key-as-secret", EVENT, "mac(text + ts, process.env.API_KEY)"),
            ("iso-timestamp", EVENT, "mac(text + new Date(ts * 1000).toISOString())"),
            ("data-alone+javascript-body", EVENT, "mac(JSON.stringify(data.data) + ts)"),
            (
                "javascript-body+timestamp-first+separator-dot",
                EVENT,
                "mac(`${ts}.${JSON.stringify(data)}`)",
            ),
        ],
    );
}

#[test]
fn the_doctor_names_what_wrong_signers_in_php_did() {
    each_is_named(
        &PHP,
        &[
            ("php-body", EVENT, "mac(json_encode($data) . $ts)"),
            ("php-slashes-body", EVENT, "mac(json_encode($data, JSON_UNESCAPED_SLASHES) . $ts)"),
            ("php-letters-body", EVENT, "mac(json_encode($data, JSON_UNESCAPED_UNICODE) . $ts)"),
            (
                "php-plain-body",
                EVENT,
                "mac(json_encode($data, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE) . $ts)",
            ),
            (
                "php-slashes-body+sorted",
                EVENT,
                "mac(json_encode(sorted($data), JSON_UNESCAPED_SLASHES) . $ts)",
            ),
            ("timestamp-missing", EVENT, "mac($text)"),
            ("timestamp-first", EVENT, "mac($ts . $text)"),
            ("base64", EVENT, "base64_encode(hash_hmac('sha256', $text . $ts, $secret, true))"),
            ("base64-of-hex", EVENT, "base64_encode(mac($text . $ts))"),
            ("php-array", EVENT, "mac($data . $ts)"),
            (
                "previous-generation",
                FLAT,
                "base64_encode(hash_hmac('sha256', pairs($data), $secret, true))",
            ),
            ("timestamp-from-body", EVENT, "mac($text . $data['data']['created_at'])"),
            ("sandbox-secret", EVENT, "mac($text . $ts, getenv('SANDBOX'))"),
            ("empty-body", EVENT, "mac('' . $ts)"),
            ("trimmed-body", PADDED, "mac(trim($text) . $ts)"),
            ("body-with-line-break", EVENT, "mac($text . \"\\n\" . $ts)"),
            ("sha512", EVENT, "mac($text . $ts, $secret, 'sha512')"),
            ("quoted-secret", EVENT, "mac($text . $ts, \"'$secret'\")"),
            (
                "php-body+base64",
                EVENT,
                "base64_encode(hash_hmac('sha256', json_encode($data) . $ts, $secret, true))",
            ),
        ],
    );
}

#[test]
fn right_signers_of_every_language_are_right() {
    let folder = merchant();
    for (language, code) in
        [(&PYTHON, "mac(text + ts)"), (&NODE, "mac(text + ts)"), (&PHP, "mac($text . $ts)")]
    {
        if !language.is_here() {
            continue;
        }
        let signature = language.signs(folder.path(), EVENT, code);
        let ran = doctor(folder.path(), EVENT, &signature, TIMESTAMP);
        assert!(ran.code == 0 && ran.stdout.starts_with("RIGHT: "), "{}{}", ran.stdout, ran.stderr);
        let valid = on(
            folder.path(),
            EVENT,
            &["verify-signature", "--signature", &signature, "--timestamp", TIMESTAMP],
        );
        assert!(valid.code == 0 && valid.stdout.starts_with("VALID\n"), "{}", valid.stdout);
    }
}

fn header<'a>(ran: &'a Ran, name: &str) -> &'a str {
    ran.stdout
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap_or_else(|| panic!("no {name}: {}", ran.stderr))
}

#[test]
fn what_sign_makes_verify_finds_valid_and_the_doctor_right() {
    let folder = merchant();
    let signed = on(folder.path(), EVENT, &["sign"]);
    assert_eq!((signed.code, signed.stderr.as_str()), (0, ""));
    let (signature, timestamp) = (header(&signed, "X-SIGNATURE"), header(&signed, "X-TIMESTAMP"));
    assert!(
        signed.stdout.starts_with(&format!("signature  {signature}\ntimestamp  {timestamp}\n")),
        "{}",
        signed.stdout
    );
    let verified = on(
        folder.path(),
        EVENT,
        &["verify-signature", "--signature", signature, "--timestamp", timestamp],
    );
    assert_eq!((verified.code, verified.stdout.as_str()), (0, "VALID\n"));
    assert_eq!(doctor(folder.path(), EVENT, signature, timestamp).code, 0);
    fs::write(folder.path().join("body.json"), EVENT).unwrap();
    let of_file = on(
        folder.path(),
        "",
        &["doctor", "--body", "body.json", "--signature", signature, "--timestamp", timestamp],
    );
    assert_eq!(of_file.code, 0, "{}", of_file.stderr);
}

#[test]
fn a_blank_secret_is_refused_and_a_damaged_one_is_told() {
    let folder = merchant();
    fs::write(folder.path().join("body"), EVENT).unwrap();
    let with = |secret: &str, arguments: &[&str]| {
        let stdin = File::open(folder.path().join("body")).unwrap();
        run(golive(folder.path()).env("KWIKPAISA_SECRET_KEY", secret).stdin(stdin).args(arguments))
    };
    let captured = ["--signature", "00", "--timestamp", TIMESTAMP];
    for secret in ["", "  ", "\n", "\"\""] {
        for arguments in [
            &["sign"][..],
            &[&["verify-signature"][..], &captured].concat(),
            &["send", "payment.processing"],
        ] {
            let ran = with(secret, arguments);
            assert_eq!(
                (ran.code, ran.stdout.as_str()),
                (2, ""),
                "{arguments:?} {secret:?}: {}",
                ran.stderr
            );
            assert!(
                ran.stderr.contains("api.secret_key"),
                "{arguments:?} {secret:?}: {}",
                ran.stderr
            );
        }
        let ran = with(secret, &["doctor", "--allow-private"]);
        assert!(
            ran.code == 3 && ran.stdout.contains("contacted  nobody"),
            "{secret:?}: {}",
            ran.stdout
        );
    }
    for (secret, words) in [
        (format!("\"{SECRET_KEY}\""), "quotes around it"),
        (format!(" {SECRET_KEY}"), "white space around it"),
    ] {
        let ran = with(&secret, &["sign"]);
        assert!(
            ran.code == 0 && ran.stderr.contains("api.secret_key") && ran.stderr.contains(words),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn the_canonical_form_is_signed_where_it_is_asked_for() {
    let folder = merchant();
    let unsorted = on(
        folder.path(),
        "{ \"b\": 1, \"a\": \"x\\/y\" }",
        &["sign", "--canonical", "--timestamp", TIMESTAMP],
    );
    let sorted = on(folder.path(), r#"{"a":"x/y","b":1}"#, &["sign", "--timestamp", TIMESTAMP]);
    assert_eq!(unsorted.stdout, sorted.stdout);
    assert!(unsorted.stderr.contains("send that form"), "{}", unsorted.stderr);
    let no_json = on(folder.path(), "MARKER is no JSON", &["sign", "--canonical"]);
    assert_eq!((no_json.code, no_json.stdout.as_str()), (2, ""));
    let line_break = on(folder.path(), PADDED, &["sign"]);
    assert!(
        line_break.code == 0 && line_break.stderr.contains("line break"),
        "{}",
        line_break.stderr
    );
}

#[test]
fn an_invalid_signature_comes_with_the_reading_that_gives_it_and_an_old_timestamp_is_told() {
    let folder = merchant();
    let signed = on(folder.path(), PADDED.trim_end(), &["sign", "--timestamp", TIMESTAMP]);
    let signature = header(&signed, "X-SIGNATURE");
    let ran = on(
        folder.path(),
        PADDED,
        &["verify-signature", "--signature", signature, "--timestamp", TIMESTAMP],
    );
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.starts_with("INVALID\n") && ran.stdout.contains("trimmed-body"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("s old") && ran.stdout.contains("±5 min"), "{}", ran.stdout);
    let zeros = "0".repeat(64);
    let ran = on(
        folder.path(),
        PADDED,
        &["verify-signature", "--signature", &zeros, "--timestamp", "soon"],
    );
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("no known reading") && ran.stdout.contains("not UNIX seconds"),
        "{}",
        ran.stdout
    );
}

#[test]
fn the_doctor_says_plainly_when_nothing_fits_and_what_to_look_at_next() {
    let folder = merchant();
    let ran = doctor(folder.path(), EVENT, &"5a".repeat(32), TIMESTAMP);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    for words in [
        "WRONG: no known reading",
        "5a5a5a5a…",
        "Look at these next:",
        "golive config",
        "The body:",
    ] {
        assert!(ran.stdout.contains(words), "no {words}: {}", ran.stdout);
    }
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ran.stdout);
    let noise = doctor(folder.path(), "", "\u{1b}[31m", "\u{202e}");
    assert!(noise.code == 3 && noise.stdout.contains("no digest"), "{}", noise.stdout);
    assert!(!noise.stdout.contains('\u{1b}') && !noise.stdout.contains('\u{202e}'));
}

#[test]
fn several_readings_that_fit_are_all_named() {
    let folder = merchant();
    let signed = on(folder.path(), "{}\n", &["sign", "--timestamp", TIMESTAMP]);
    let ran = doctor(folder.path(), "{}", header(&signed, "X-SIGNATURE"), TIMESTAMP);
    assert_eq!(ran.code, 1);
    let named = readings(&ran);
    for name in ["separator-newline", "body-with-line-break"] {
        assert!(named.iter().any(|given| given == name), "{name}: {}", ran.stdout);
    }
    assert!(ran.stdout.starts_with("WRONG: 2 readings"), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_used_is_usage() {
    let folder = merchant();
    for arguments in [
        &["sign", "--timestamp", "12:00"][..],
        &["sign", "--config", "elsewhere.toml"],
        &["verify-signature", "--timestamp", "1"],
        &["doctor", "--body", "absent", "--signature", "00", "--timestamp", "1"],
        &["doctor", "--signature", "00", "--timestamp", "1"],
    ] {
        let ran = on(folder.path(), EVENT, arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stderr.is_empty());
    }
    let without = run(golive(folder.path()).env_remove("KWIKPAISA_SECRET_KEY").arg("sign"));
    assert_eq!((without.code, without.stdout.as_str()), (2, ""), "{}", without.stderr);
    assert!(without.stderr.contains("api.secret_key"), "{}", without.stderr);
}

#[test]
fn a_secret_that_was_given_for_a_signature_is_not_repeated() {
    let folder = merchant();
    // `run` looks for the marker in whatever is printed.
    let ran = doctor(folder.path(), EVENT, SECRET_KEY, TIMESTAMP);
    assert_eq!(ran.code, 3, "{}", ran.stdout);
}

#[test]
fn help_lists_all_three() {
    let folder = merchant();
    let ran = on(folder.path(), "", &["--help"]);
    for command in ["sign", "verify-signature", "doctor"] {
        assert!(
            ran.stdout.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))),
            "{}",
            ran.stdout
        );
    }
}
