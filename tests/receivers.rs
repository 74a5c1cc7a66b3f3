//! Wrong receivers in three languages, made with those languages' own libraries: the doctor names
//! what each accepts in place of the right signature.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{API_KEY, Ran, SECRET_KEY, Server, golive, run, runtime_is_here};
use tempfile::TempDir;

const SANDBOX_SECRET: &str = "sk_test_MARKERq8Lw2RtY5uVb9Xk3";

/// One server with a receiver behind each path.
struct Language {
    name: &'static str,
    program: &'static str,
    /// The file that holds the receivers.
    file: &'static str,
    code: &'static str,
}

/// A receiver's path, and the reading that the doctor must name for it.
type Receiver = (&'static str, &'static str);

const NODE: Language = Language {
    name: "JavaScript",
    program: "node",
    file: "receivers.js",
    code: r"
const crypto = require('crypto');
const http = require('http');
const { SECRET: secret, API: api } = process.env;
const mac = (message, key = secret, hash = 'sha256') => crypto.createHmac(hash, key).update(message);
const hex = (message, key, hash) => mac(message, key, hash).digest('hex');
const same = (a, b) => a.length === b.length && crypto.timingSafeEqual(Buffer.from(a), Buffer.from(b));
const parsed = raw => JSON.parse(raw);
const again = raw => JSON.stringify(parsed(raw));
const topLevel = raw => {
  const body = parsed(raw);
  return JSON.stringify(Object.keys(body).sort().reduce((all, key) => { all[key] = body[key]; return all; }, {}));
};
const deep = v => Array.isArray(v) ? v.map(deep) : v && typeof v === 'object'
  ? Object.fromEntries(Object.keys(v).sort().map(key => [key, deep(v[key])])) : v;
const receivers = {
  right: (raw, ts) => hex(raw + ts),
  stringified: (raw, ts) => hex(again(raw) + ts),
  'sorted-at-the-top': (raw, ts) => hex(topLevel(raw) + ts),
  'sorted-deep': (raw, ts) => hex(JSON.stringify(deep(parsed(raw))) + ts),
  filtered: (raw, ts) => hex(JSON.stringify(parsed(raw), Object.keys(parsed(raw)).sort()) + ts),
  dot: (raw, ts) => hex(`${raw}.${ts}`),
  'as-others-do': (raw, ts) => hex(`${ts}.${raw}`),
  'dot-stringified': (raw, ts) => hex(`${again(raw)}.${ts}`),
  base64: (raw, ts) => mac(raw + ts).digest('base64'),
  milliseconds: (raw, ts) => hex(raw + ts),
  'times-1000': (raw, ts) => hex(raw + new Date(ts * 1000).getTime()),
  'api-key': (raw, ts) => hex(raw + ts, api),
  'body-only': raw => hex(raw),
  sha512: (raw, ts) => hex(raw + ts, secret, 'sha512'),
  'no-such-header': (raw, ts, headers) => hex(raw + headers['x-kwikpaisa-timestamp']),
  object: (raw, ts) => hex(`${parsed(raw)}${ts}`),
  'no-secret': (raw, ts) => hex(raw + ts, `${process.env.NO_SUCH_SECRET}`),
};
const fresh = (path, ts) => Math.abs(Date.now() - (path === 'milliseconds' ? Number(ts) : Number(ts) * 1000)) < 300000;
http.createServer((request, response) => {
  const chunks = [];
  request.on('data', chunk => chunks.push(chunk)).on('end', () => {
    const raw = Buffer.concat(chunks).toString(), ts = request.headers['x-timestamp'] || '';
    const signature = request.headers['x-signature'] || '', path = request.url.slice(1);
    const ways = path === 'two' ? [receivers.right, receivers.stringified] : path === 'anything' ? [() => signature] : [receivers[path]];
    const fits = ways.some(way => same(way(raw, ts, request.headers), signature));
    response.statusCode = fits && (fresh(path, ts) || path === 'anything') ? 200 : 401;
    response.end(response.statusCode === 200 ? 'ok' : 'invalid signature');
  });
}).listen(0, '127.0.0.1', function () { console.log(`listening on http://127.0.0.1:${this.address().port}`); });
",
};

const PYTHON: Language = Language {
    name: "Python",
    program: "python3",
    file: "receivers.py",
    code: r"
import base64, hashlib, hmac, json, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
secret, sandbox = os.environ['SECRET'], os.environ['SANDBOX']
def mac(message, key=secret, hash='sha256'):
    return hmac.new(key.encode(), message if isinstance(message, bytes) else message.encode(), hash)
def hex(message, key=secret, hash='sha256'): return mac(message, key, hash).hexdigest()
receivers = {
    'right': lambda raw, ts: hex(raw + ts.encode()),
    'dumps': lambda raw, ts: hex(json.dumps(json.loads(raw)) + ts),
    'dumps-sorted': lambda raw, ts: hex(json.dumps(json.loads(raw), sort_keys=True) + ts),
    'dumps-compact': lambda raw, ts: hex(json.dumps(json.loads(raw), separators=(',', ':')) + ts),
    'dumps-canonical': lambda raw, ts: hex(json.dumps(json.loads(raw), sort_keys=True, separators=(',', ':'), ensure_ascii=False) + ts),
    'dumps-without-time': lambda raw, ts: hex(json.dumps(json.loads(raw))),
    'dict': lambda raw, ts: hex(str(json.loads(raw)) + ts),
    'data-alone': lambda raw, ts: hex(json.dumps(json.loads(raw)['data'], separators=(',', ':')) + ts),
    'stripped': lambda raw, ts: hex(raw.strip() + ts.encode()),
    'line-break': lambda raw, ts: hex(raw + ts.encode(), secret + '\n'),
    'sandbox': lambda raw, ts: hex(raw + ts.encode(), sandbox),
    'time-first': lambda raw, ts: hex(ts.encode() + raw),
    'float-time': lambda raw, ts: hex(raw + str(float(ts)).encode()),
    'time-of-body': lambda raw, ts: hex(raw + json.loads(raw)['data']['created_at'].encode()),
    'upper-case': lambda raw, ts: hex(raw + ts.encode()).upper(),
    'url-safe': lambda raw, ts: base64.urlsafe_b64encode(mac(raw + ts.encode()).digest()).decode(),
    'sha1': lambda raw, ts: hex(raw + ts.encode(), hash='sha1'),
    'base64-body': lambda raw, ts: hex(base64.b64encode(raw).decode() + ts),
}
class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        ts, signature, path = self.headers.get('X-TIMESTAMP', ''), self.headers.get('X-SIGNATURE', ''), self.path[1:]
        try:
            ways = ['right', 'dumps-canonical'] if path == 'two' else [path]
            fits = any(hmac.compare_digest(receivers[way](raw, ts), signature) for way in ways) and abs(time.time() - float(ts)) < 300
        except (ValueError, KeyError, TypeError):
            fits = False
        self.send_response(200 if fits else 401)
        self.end_headers()
        self.wfile.write(b'ok' if fits else b'unauthorized')
    def log_message(self, *arguments): pass
class Server(ThreadingHTTPServer):
    request_queue_size = 64
server = Server(('127.0.0.1', 0), Receiver)
print(f'listening on http://127.0.0.1:{server.server_address[1]}', flush=True)
server.serve_forever()
",
};

const PHP: Language = Language {
    name: "PHP",
    program: "php",
    file: "index.php",
    code: r#"<?php
error_reporting(0);
$raw = file_get_contents('php://input');
$ts = $_SERVER['HTTP_X_TIMESTAMP'] ?? '';
$secret = getenv('SECRET');
$path = substr($_SERVER['REQUEST_URI'], 1);
$data = json_decode($raw, true);
function sorted($v) { if (!is_array($v)) return $v; if (!array_is_list($v)) ksort($v, SORT_STRING); return array_map('sorted', $v); }
function pairs($v) { ksort($v); $out = ''; foreach ($v as $key => $value) $out .= $key . $value; return $out; }
$mac = fn($message, $key = null, $hash = 'sha256') => hash_hmac($hash, $message, $key ?? $secret);
$plain = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE;
$receivers = [
    'right' => fn() => $mac($raw . $ts),
    'encoded' => fn() => $mac(json_encode($data) . $ts),
    'encoded-slashes' => fn() => $mac(json_encode($data, JSON_UNESCAPED_SLASHES) . $ts),
    'encoded-plain' => fn() => $mac(json_encode($data, $plain) . $ts),
    'encoded-sorted' => fn() => $mac(json_encode(sorted($data), $plain) . $ts),
    'encoded-base64' => fn() => base64_encode(hash_hmac('sha256', json_encode($data) . $ts, $secret, true)),
    'previous' => fn() => base64_encode(hash_hmac('sha256', pairs($data['data']), $secret, true)),
    'array' => fn() => $mac($data . $ts),
    'prefixed' => fn() => 'sha256=' . $mac($raw . $ts),
    'swapped' => fn() => hash_hmac('sha256', $secret, $raw . $ts),
    'no-hmac' => fn() => hash('sha256', $raw . $ts . $secret),
    'quoted' => fn() => $mac($raw . $ts, '"' . $secret . '"'),
    'decoded' => fn() => $mac($raw . $ts, base64_decode($secret)),
    'bar' => fn() => $mac($raw . '|' . $ts),
    'without-prefix' => fn() => $mac($raw . $ts, substr($secret, strlen('sk_live_'))),
    'no-secret' => fn() => $mac($raw . $ts, (string) getenv('NO_SUCH_SECRET')),
    'md5-of-time' => fn() => $mac($raw . md5($ts)),
];
$ways = $path === 'two' ? ['right', 'encoded'] : [$path];
$fits = false;
foreach ($ways as $way) $fits = $fits || hash_equals($receivers[$way](), $_SERVER['HTTP_X_SIGNATURE'] ?? '');
http_response_code($fits && abs(time() - (int) $ts) < 300 ? 200 : 401);
"#,
};

impl Language {
    fn is_here(&self) -> bool {
        runtime_is_here(self.program, &["--version"])
    }

    fn start(&self, folder: &Path) -> Server {
        fs::write(folder.join(self.file), self.code).unwrap();
        let mut command = Command::new(self.program);
        command
            .current_dir(folder)
            .env("SECRET", SECRET_KEY)
            .env("API", API_KEY)
            .env("SANDBOX", SANDBOX_SECRET);
        if self.program == "php" {
            return Server::start_php(&mut command);
        }
        Server::start(command.arg(self.file))
    }

    /// Every receiver's visit by the doctor, a few beside one another.
    fn visit(
        &self,
        receivers: &[Receiver],
        expect: impl Fn(&Receiver, &Ran) -> Option<String> + Sync,
    ) {
        if !self.is_here() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let server = self.start(folder.path());
        let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while let Some(receiver) = receivers.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let ran = doctor(&format!("http://{}/{}", server.address, receiver.0));
                        wrong.lock().unwrap().extend(
                            expect(receiver, &ran)
                                .map(|what| format!("{}, {}: {what}", self.name, receiver.0)),
                        );
                    }
                });
            }
        });
        let wrong = wrong.into_inner().unwrap();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// The doctor names these readings and no others.
    fn names(&self, receivers: &[Receiver]) {
        self.visit(receivers, |(_, reading), ran| {
            let named = readings(ran);
            let fine = ran.code == 1
                && ran.stdout.starts_with("WRONG: the receiver accepts a signature for which")
                && named == [*reading];
            let fixes = ran.stdout.matches("    fix: ").count();
            (!fine || fixes != 1).then(|| {
                format!(
                    "{named:?} and not {reading}, exit {}: {}{}",
                    ran.code, ran.stdout, ran.stderr
                )
            })
        });
    }
}

/// A merchant with a webhook at this address.
fn merchant(url: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        r#"[merchant]
name = "Acme"
[api]
base_url = "https://api.kwikpaisa.com"
api_key = {{ env = "KWIKPAISA_API_KEY" }}
secret_key = {{ env = "KWIKPAISA_SECRET_KEY" }}
[sandbox]
secret_key = {{ env = "KWIKPAISA_TEST_SECRET_KEY" }}
[webhook]
url = "{url}"
"#
    );
    fs::write(folder.path().join("golive.toml"), config).unwrap();
    folder
}

fn doctor(url: &str) -> Ran {
    let folder = merchant(url);
    let ran = run(golive(folder.path())
        .env("KWIKPAISA_TEST_SECRET_KEY", SANDBOX_SECRET)
        .args(["doctor", "--allow-private"]));
    assert!(!ran.stdout.contains("READY"), "{}", ran.stdout);
    ran
}

fn readings(ran: &Ran) -> Vec<&str> {
    ran.stdout.lines().filter_map(|line| line.strip_prefix("  reading    ")).collect()
}

#[test]
fn the_doctor_names_what_wrong_receivers_in_javascript_accept() {
    NODE.names(&[
        ("stringified", "javascript-body"),
        ("sorted-at-the-top", "javascript-body+top-level-sorted"),
        ("sorted-deep", "javascript-body+sorted"),
        ("filtered", "replacer-body"),
        ("dot", "separator-dot"),
        ("as-others-do", "timestamp-first+separator-dot"),
        ("dot-stringified", "javascript-body+separator-dot"),
        ("base64", "base64"),
        ("milliseconds", "milliseconds-header"),
        ("times-1000", "milliseconds"),
        ("api-key", "api-key-as-secret"),
        ("body-only", "timestamp-missing"),
        ("sha512", "sha512"),
        ("no-such-header", "undefined-timestamp"),
        ("object", "object-object"),
        ("no-secret", "undefined-secret"),
    ]);
}

#[test]
fn the_doctor_names_what_wrong_receivers_in_python_accept() {
    PYTHON.names(&[
        ("dumps", "python-body"),
        ("dumps-sorted", "python-body+sorted"),
        ("dumps-compact", "python-compact-body"),
        ("dumps-canonical", "python-compact-letters-body+sorted"),
        ("dumps-without-time", "python-body+timestamp-missing"),
        ("dict", "python-dict"),
        ("data-alone", "data-alone+python-compact-body"),
        ("stripped", "trimmed-body"),
        ("line-break", "secret-with-line-break"),
        ("sandbox", "sandbox-secret"),
        ("time-first", "timestamp-first"),
        ("float-time", "decimal-timestamp"),
        ("time-of-body", "timestamp-from-body"),
        ("upper-case", "upper-case-hex"),
        ("url-safe", "base64url"),
        ("sha1", "sha1"),
        ("base64-body", "body-base64"),
    ]);
}

#[test]
fn the_doctor_names_what_wrong_receivers_in_php_accept() {
    PHP.names(&[
        ("encoded", "php-body"),
        ("encoded-slashes", "php-slashes-body"),
        ("encoded-plain", "php-plain-body"),
        ("encoded-sorted", "php-plain-body+sorted"),
        ("encoded-base64", "php-body+base64"),
        ("previous", "previous-generation"),
        ("array", "php-array"),
        ("prefixed", "sha256-prefix"),
        ("swapped", "swapped-arguments"),
        ("no-hmac", "plain-hash-secret-last"),
        ("quoted", "quoted-secret"),
        ("decoded", "secret-from-base64"),
        ("bar", "separator-bar"),
        ("without-prefix", "secret-without-prefix"),
        ("no-secret", "empty-secret"),
    ]);
}

#[test]
fn right_receivers_are_right_and_those_with_two_readings_ambiguous() {
    for (language, second) in [
        (NODE, "javascript-body"),
        (PYTHON, "python-compact-letters-body+sorted"),
        (PHP, "php-body"),
    ] {
        language.visit(&[("right", ""), ("two", second)], |(path, second), ran| {
            let fine = if *path == "right" {
                ran.code == 0 && ran.stdout.starts_with("RIGHT: ") && readings(ran).is_empty()
            } else {
                ran.code == 1 && ran.stdout.starts_with("AMBIGUOUS: ") && readings(ran) == [*second]
            };
            (!fine).then(|| format!("exit {}: {}{}", ran.code, ran.stdout, ran.stderr))
        });
    }
}

#[test]
fn what_no_reading_explains_is_said_so_with_what_to_look_at_next() {
    PHP.visit(&[("md5-of-time", "")], |_, ran| {
        let fine = ran.code == 3
            && ran.stdout.starts_with("WRONG: the receiver accepts neither")
            && ran.stdout.contains("Look at these next");
        (!fine).then(|| format!("exit {}: {}{}", ran.code, ran.stdout, ran.stderr))
    });
}

#[test]
fn a_receiver_that_takes_anything_is_wrong_whatever_it_is_asked() {
    NODE.visit(&[("anything", "")], |_, ran| {
        let fine = ran.code == 1
            && ran.stdout.contains("made-up secret")
            && ran.stdout.contains("0 wrong readings");
        (!fine).then(|| format!("exit {}: {}{}", ran.code, ran.stdout, ran.stderr))
    });
}

#[test]
fn where_nobody_listens_or_nothing_may_be_sent_the_doctor_is_undecided() {
    let ran = doctor("http://127.0.0.1:9/hook");
    assert!(ran.code == 3 && ran.stdout.starts_with("UNDECIDED: "), "{} {}", ran.code, ran.stdout);
    let folder = merchant("http://127.0.0.1:9/hook");
    for (arguments, words) in [
        (&["doctor"][..], "private address"),
        (&["doctor", "--allow-private", "--deliver", "negative"], "webhook.deliver"),
        (&["doctor", "--allow-private", "--deliver", "none"], "webhook.deliver"),
    ] {
        let ran = run(golive(folder.path()).args(arguments));
        assert!(
            ran.code == 3 && ran.stdout.starts_with("UNDECIDED: ") && ran.stdout.contains(words),
            "{arguments:?}: {}",
            ran.stdout
        );
        assert!(ran.stdout.contains("contacted  nobody"), "{}", ran.stdout);
    }
}

#[test]
fn the_two_ways_to_ask_the_doctor_are_told_apart() {
    let folder = merchant("http://127.0.0.1:9/hook");
    for arguments in [
        &["doctor", "--signature", "00"][..],
        &["doctor", "--body", "x"],
        &["doctor", "--timestamp", "1"],
        &["doctor", "--signature", "00", "--timestamp", "1", "--body", "x", "--deliver", "probe"],
    ] {
        assert_eq!(run(golive(folder.path()).args(arguments)).code, 2, "{arguments:?}");
    }
}
