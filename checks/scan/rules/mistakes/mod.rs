//! Known mistakes of code that signs and verifies, told apart by golive's heuristics: light, and
//! rather silent than wrong.

mod app;
mod comparison;
mod logs;
mod parsed_body;
mod timestamp;
mod verification;

pub(super) use app::{HMAC_IN_PUBLIC, SIGNS_IN_APP, SIGNS_IN_PUBLIC};
pub(super) use comparison::COMPARES;
pub(super) use logs::{LOGS_SECRET, LOGS_SIGNATURE};
pub(super) use parsed_body::PARSED_BODY;
pub(super) use timestamp::{FROZEN_TIMESTAMP, WRITTEN_TIMESTAMP};
pub(super) use verification::{DISCARDED, LOGGED_ONLY};

use std::ops::Range;

use crate::model::{HitKind, Weight};
use crate::scan::code::Code;
use crate::scan::rule::{Levels, Match};

/// A mistake is one in code alone, and deserves a look wherever it is.
const LEVELS: Levels = Levels {
    public: Weight::Warning,
    production: Weight::Information,
    config: Weight::Information,
    code: Weight::Warning,
    selected: Weight::Warning,
    ..Levels::USUAL
};

/// How much of a line of code is shown.
const SHOWN: usize = 80;

/// What was found, as it stands in the code, with texts that may hold a value left out.
fn found(code: &Code<'_>, range: &Range<usize>) -> Match {
    let shown: String = blanked(code, range).split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = shown.chars().take(SHOWN).collect();
    let excerpt = if cut.len() < shown.len() { format!("{cut}…") } else { cut };
    Match { range: code.outside(range), excerpt, kind: HitKind::Real }
}

/// The code of a range. Texts are shown where they are names of headers or algorithms, and left out
/// where they may be values.
fn blanked(code: &Code<'_>, range: &Range<usize>) -> String {
    let mut shown = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let quote = code.code[at];
        if matches!(quote, b'"' | b'\'' | b'`') {
            let end = code.code[at + 1..range.end]
                .iter()
                .position(|byte| *byte == quote)
                .map_or(range.end, |length| at + 1 + length);
            let text = &code.raw[at + 1..end];
            let harmless = text.len() <= 24
                && text.iter().all(|byte| {
                    byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'_' | b'2' | b'5' | b'6')
                });
            shown.push(quote);
            if harmless {
                shown.extend(text);
            } else {
                shown.extend("…".as_bytes());
            }
            shown.push(quote);
            at = end + 1;
        } else {
            shown.push(quote);
            at += 1;
        }
    }
    String::from_utf8_lossy(&shown).into_owned()
}

/// What writes to a log or to the screen: the beginning of the call, in lower case.
const LOGS: [&str; 35] = [
    "console.",
    "logger.",
    "log.",
    "logging.",
    "print(",
    "println(",
    "printf(",
    "fmt.print",
    "error_log(",
    "var_dump(",
    "print_r(",
    "log::",
    "puts ",
    "puts(",
    "p(",
    "pp ",
    "system.out.print",
    "system.err.print",
    "console.write",
    "debugprint(",
    "slog.",
    "syslog(",
    "log(",
    "winston.",
    "pino.",
    "debug.writeline",
    "debug.print",
    "trace.write",
    "developer.log",
    "eprintln!",
    "println!",
    "nslog(",
    "logs.",
    "dd(",
    "dump(",
];

/// What may stand before it.
const OWNERS: [&str; 20] = [
    "this.",
    "self.",
    "$this->",
    "@",
    "rails.",
    "app.",
    "$app->",
    "current_app.",
    "req.",
    "request.",
    "fastify.",
    "ctx.",
    "_",
    "$",
    "c.",
    "s.",
    "h.",
    "\\",
    "await ",
    "$io->",
];

/// Where a logging call stands at the start of a text in lower case.
fn logs(text: &str) -> bool {
    let mut rest = text.trim_start();
    for _ in 0..3 {
        let spelt = rest.replacen("logger->", "logger.", 1).replacen("log->", "log.", 1);
        if LOGS.iter().any(|log| spelt.starts_with(log)) {
            return true;
        }
        match OWNERS.iter().find_map(|owner| rest.strip_prefix(owner)) {
            Some(inner) => rest = inner,
            None => return false,
        }
    }
    false
}
