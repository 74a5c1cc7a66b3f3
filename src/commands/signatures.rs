//! Signatures at the bench: make one, check one, and say why one does not match.

use super::prepare::load;
use crate::cli::{CapturedArgs, ConfigArgs};
use crate::command_output::CommandOutput;
use crate::config::Programs;
use crate::guard::Guard;
use crate::page::filled;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;

use anyhow::{Context as _, ensure};
use golive_checks::CATALOGUE;
use golive_checks::model::{Keyring, Listed, Quoted, Secret, Show as _, StackFix, is_invisible};
use golive_checks::platform::keys::damage;
use golive_checks::platform::signing::{Diagnosis, Reading, Variant, diagnose};
use golive_checks::platform::{canonical, signature};
use jiff::Timestamp;

use crate::exit::Exit;

/// How far from now a timestamp may be. In seconds.
const WINDOW: i64 = 300;
/// The longest payload that is read. In bytes.
const LONGEST: u64 = 4 * 1024 * 1024;
/// Readings that are described; the rest is counted.
const DESCRIBED: usize = 5;

/// Which check shows how each stack signs, and which how it verifies raw bodies.
const SIGNS: &str = "authentication-signer";
const VERIFIES: &str = "webhook-verifies-raw-body";

/// A signature that came with a payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Captured<'a> {
    /// The bytes that were signed, supposedly.
    pub(crate) body: &'a [u8],
    /// The value of `X-SIGNATURE`.
    pub(crate) signature: &'a str,
    /// The value of `X-TIMESTAMP`.
    pub(crate) timestamp: &'a str,
}

/// The payload on standard input, or in a file.
///
/// # Errors
///
/// When it cannot be read or is longer than anything that is signed.
pub(crate) fn payload(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(LONGEST + 1)
            .read_to_end(&mut bytes)
            .context("reading the payload on standard input")?;
    } else {
        let reading = || format!("reading {}", path.display());
        std::fs::File::open(path)
            .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
            .with_context(reading)?;
    }
    ensure!(
        u64::try_from(bytes.len()).is_ok_and(|length| length <= LONGEST),
        "the payload is longer than {} MiB",
        LONGEST >> 20
    );
    Ok(bytes)
}

/// Signs a payload as the platform does. The signature is the product and is shown whole.
///
/// # Errors
///
/// When there is no secret, the timestamp is not in seconds, or the canonical form of what is no
/// JSON is asked for.
pub(crate) fn sign(
    keys: &Keyring,
    payload: &[u8],
    timestamp: &str,
    in_canonical_form: bool,
) -> anyhow::Result<CommandOutput> {
    ensure!(
        !timestamp.is_empty() && timestamp.bytes().all(|byte| byte.is_ascii_digit()),
        "the timestamp is not UNIX seconds, such as 1778659835"
    );
    let secret = secret(keys)?;
    let signature = if in_canonical_form {
        let text = std::str::from_utf8(payload).context("reading the payload as UTF-8")?;
        // The library's words may repeat what stands in the payload.
        let text = canonical(text).map_err(|_| {
            anyhow::anyhow!("the payload is no JSON, so that it has no canonical form")
        })?;
        signature::sign(secret, text.as_bytes(), timestamp)
    } else {
        signature::sign(secret, payload, timestamp)
    };
    let words = format!(
        "signature  {signature}\ntimestamp  {timestamp}\n\nX-SIGNATURE: {signature}\nX-TIMESTAMP: \
         {timestamp}\n"
    );
    Ok(CommandOutput { words, exit: Exit::Ready })
}

/// What one should know of what was signed, for standard error.
pub(crate) fn caution(payload: &[u8], in_canonical_form: bool) -> Option<&'static str> {
    if in_canonical_form {
        Some(
            "the canonical form was signed: send that form, keys sorted at every level and \
             compact, and nothing else",
        )
    } else if payload.ends_with(b"\n") {
        Some("the payload ends in a line break, which was signed too; `printf %s` leaves none")
    } else if payload.is_empty() {
        Some("the payload is empty")
    } else {
        None
    }
}

/// What one should know of the secret that was signed with, for standard error.
pub(crate) fn doubt(keys: &Keyring) -> Option<String> {
    let damage = damage(keys.secret_key.as_ref()?.expose());
    let words = || {
        format!(
            "`api.secret_key` was damaged on its way, and signed with as it is: {}",
            Listed(&damage).show()
        )
    };
    (!damage.is_empty()).then(words)
}

/// Says whether a signature is valid, and where it is not, why.
///
/// # Errors
///
/// When there is no secret.
pub(crate) fn verify(
    keys: &Keyring,
    captured: Captured<'_>,
    now: Timestamp,
) -> anyhow::Result<CommandOutput> {
    let Captured { body, signature, timestamp } = captured;
    // In constant time. Upper case is the same number, and not what the platform sends.
    let valid = signature::verify(secret(keys)?, body, timestamp, signature)
        && !signature.bytes().any(|byte| byte.is_ascii_uppercase());
    let mut words = String::from(if valid { "VALID\n" } else { "INVALID\n" });
    if !valid {
        match diagnose(keys, body, timestamp, signature) {
            Diagnosis::Readings(readings) => {
                for reading in readings.iter().take(DESCRIBED) {
                    words.push_str(&filled(
                        "  ",
                        "  ",
                        &format!("{}: {}", reading.name(), summary(reading)),
                    ));
                }
                put_rest(&readings, &mut words);
            }
            Diagnosis::Right | Diagnosis::Unexplained { .. } => {
                words.push_str(
                    "  no known reading gives this signature; `golive doctor` says what to look \
                     at next\n",
                );
            }
        }
    }
    if let Some(outside) = outside_of_window(timestamp, now) {
        words.push_str(&filled("  ", "  ", &outside));
    }
    Ok(CommandOutput { words, exit: if valid { Exit::Ready } else { Exit::NotReady } })
}

/// Explains a captured signature.
///
/// # Errors
///
/// When there is no secret.
pub(crate) fn explain(keys: &Keyring, captured: Captured<'_>) -> anyhow::Result<CommandOutput> {
    secret(keys)?;
    let diagnosis = diagnose(keys, captured.body, captured.timestamp, captured.signature);
    let (verdict, exit) = match &diagnosis {
        Diagnosis::Right => (
            "RIGHT: it is what the platform's rule gives for this body and timestamp".to_owned(),
            Exit::Ready,
        ),
        Diagnosis::Readings(readings) => match &readings[..] {
            [reading] => (format!("WRONG: {}", summary(reading)), Exit::NotReady),
            _ => {
                (format!("WRONG: {} readings give this signature", readings.len()), Exit::NotReady)
            }
        },
        Diagnosis::Unexplained { .. } => {
            ("WRONG: no known reading gives this signature".to_owned(), Exit::Incomplete)
        }
    };
    let mut words = filled("", "  ", &verdict);
    let _ = write!(
        words,
        "\n  signature  {}\n  timestamp  {}\n  body       {} bytes\n",
        shape(captured.signature),
        Quoted(captured.timestamp).show(),
        captured.body.len()
    );
    match diagnosis {
        Diagnosis::Right => {}
        Diagnosis::Readings(readings) => put_readings(&readings, &mut words),
        Diagnosis::Unexplained { tried, digest } => {
            put_next_steps(keys, captured, tried, digest, &mut words)
        }
    }
    Ok(CommandOutput { words, exit })
}

fn secret(keys: &Keyring) -> anyhow::Result<&Secret> {
    keys.secret_key.as_ref().context(
        "`api.secret_key` has no value, or an empty one; `golive config` shows where it is looked \
         for",
    )
}

/// A reading in one line.
fn summary(reading: &Reading) -> String {
    let mut words = reading.variants().map(Variant::words).collect::<Vec<_>>().join(", and ");
    if let Some(detail) = &reading.detail {
        let _ = write!(words, " ({detail})");
    }
    words
}

fn put_readings(readings: &[Reading], words: &mut String) {
    for reading in readings.iter().take(DESCRIBED) {
        let _ = write!(words, "\n  reading    {}\n", reading.name());
        if readings.len() > 1 {
            words.push_str(&filled("    ", "    ", &summary(reading)));
        }
        for part in reading.wrong.iter().filter(|part| !part.same.is_empty()) {
            let others: Vec<String> = part.same.iter().map(|way| name(way)).collect();
            words.push_str(&filled(
                "    ",
                "    ",
                &format!("the same bytes come of {}", others.join(", ")),
            ));
        }
        let mut fixes: Vec<&str> = Vec::new();
        for fix in reading.variants().map(Variant::fix) {
            if !fixes.contains(&fix) {
                fixes.push(fix);
            }
        }
        for fix in fixes {
            words.push_str(&filled("    fix: ", "         ", fix));
        }
    }
    put_rest(readings, words);
    put_rule(if readings.iter().all(Reading::is_about_the_body) { VERIFIES } else { SIGNS }, words);
}

/// The rule, and how a check shows it in common stacks.
pub(crate) fn put_rule(id: &str, words: &mut String) {
    words.push_str(
        "\nThe platform's rule: hex(HMAC-SHA256(secret, raw body + X-TIMESTAMP)). In full:\n",
    );
    for fix in stacks(id) {
        let _ = write!(words, "\n  {}\n", fix.stack.name());
        for line in fix.how.lines() {
            let _ = writeln!(words, "    {line}");
        }
    }
}

fn name(way: &[Variant]) -> String {
    way.iter().map(|variant| variant.name()).collect::<Vec<_>>().join("+")
}

fn put_rest(readings: &[Reading], words: &mut String) {
    if readings.len() > DESCRIBED {
        let _ = writeln!(
            words,
            "\n  and {} more readings that are as far from the rule",
            readings.len() - DESCRIBED
        );
    }
}

fn stacks(id: &str) -> &'static [StackFix] {
    let mut metas = CATALOGUE.iter().flat_map(|section| section.checks).map(|check| check.meta());
    metas.find(|meta| meta.id == id).map_or(&[], |meta| meta.stacks)
}

fn put_next_steps(
    keys: &Keyring,
    captured: Captured<'_>,
    tried: usize,
    digest: bool,
    words: &mut String,
) {
    let _ = writeln!(words, "  tried      {tried} signatures\n\nLook at these next:");
    let mut step = |text: &str| words.push_str(&filled("  - ", "    ", text));
    if !digest {
        step("The value is no digest in hex or Base64: take it from X-SIGNATURE itself, whole.");
    }
    step(
        "The secret: is it the one of this account and environment, and was it replaced since? \
         `golive config` shows its kind, length and origin.",
    );
    if keys.sandbox_secret_key.is_none() {
        step("`sandbox.secret_key` is not configured, so the sandbox secret was not tried.");
    }
    if keys.api_key.is_none() {
        step("`api.api_key` is not configured, so the API key was not tried.");
    }
    step(
        "The body: is it every byte that travelled? Logs cut, re-indent and re-encode; save it \
         from the wire, before anything parses it.",
    );
    if captured.timestamp.trim().len() != 10 || captured.timestamp.trim().parse::<u32>().is_err() {
        step("The timestamp: it is not UNIX seconds. Take X-TIMESTAMP of the same request.");
    } else {
        step(
            "The timestamp and the signature: are both of the same request as the body, not of a \
             repetition?",
        );
    }
    step(
        "The signing code: `golive sign < body` prints what it should give; compare the two \
         inputs byte by byte (`xxd`) just before the HMAC.",
    );
}

/// A signature as a report may show it: eight characters, and what it looks like.
fn shape(signature: &str) -> String {
    let start: String = signature.chars().take(8).collect();
    let length = signature.chars().count();
    let hex = !signature.is_empty() && signature.bytes().all(|byte| byte.is_ascii_hexdigit());
    let of = if hex { "hex digits" } else { "characters" };
    if start.chars().any(is_invisible)
        || !hex && !signature.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return format!("{length} characters, not all of them printable");
    }
    format!("{start}{}  ({length} {of})", if length > 8 { "…" } else { "" })
}

/// What is wrong with a timestamp, where a receiver would refuse it.
fn outside_of_window(timestamp: &str, now: Timestamp) -> Option<String> {
    let refuses = format!("a receiver that allows ±{} min refuses it", WINDOW / 60);
    let Some(sent) = timestamp
        .parse::<i64>()
        .ok()
        .filter(|_| timestamp.bytes().all(|byte| byte.is_ascii_digit()))
    else {
        return Some(format!("the timestamp is not UNIX seconds: {refuses}"));
    };
    let age = now.as_second().saturating_sub(sent);
    if age.abs() <= WINDOW {
        return None;
    }
    let direction = if age > 0 { "old" } else { "ahead" };
    let unit = if timestamp.len() == 13 { "; it looks like milliseconds" } else { "" };
    Some(format!("the timestamp is {} s {direction}{unit}: {refuses}", age.unsigned_abs()))
}

/// What a command at the bench says of the configured keys, past the guard.
pub(super) fn with_keys(
    config: ConfigArgs,
    say: impl FnOnce(&Keyring) -> anyhow::Result<CommandOutput>,
) -> anyhow::Result<Exit> {
    let keys = load(config.config, Programs::Run)?.targets.keys;
    let said = say(&keys)?;
    Ok(said.print_past(&Guard::new(&keys)))
}

pub(super) fn captured<'a>(body: &'a [u8], args: &'a CapturedArgs) -> Captured<'a> {
    Captured { body, signature: &args.signature, timestamp: &args.timestamp }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keyring {
        Keyring {
            secret_key: Some(Secret::new("sk_live_MARKER7f3k9q2x8v1m4n6b".to_owned())),
            ..Keyring::default()
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_778_659_835).expect("is a time")
    }

    #[test]
    fn what_was_signed_verifies_and_is_right() {
        let said = sign(&keys(), b"{}", "1778659835", false).expect("signs");
        let signature = said
            .words
            .lines()
            .find_map(|line| line.strip_prefix("X-SIGNATURE: "))
            .expect("a header");
        let captured = Captured { body: b"{}", signature, timestamp: "1778659835" };
        let verified = verify(&keys(), captured, now()).expect("verifies");
        assert_eq!((verified.words.as_str(), verified.exit), ("VALID\n", Exit::Ready));
        assert_eq!(explain(&keys(), captured).expect("explains").exit, Exit::Ready);
        let upper = signature.to_uppercase();
        let verified =
            verify(&keys(), Captured { signature: &upper, ..captured }, now()).expect("verifies");
        assert!(
            verified.exit == Exit::NotReady && verified.words.contains("upper-case-hex"),
            "{}",
            verified.words
        );
    }

    #[test]
    fn a_timestamp_outside_of_the_window_is_told() {
        for (timestamp, words) in [
            ("1778659535", None),
            ("1778660135", None),
            ("1778659534", Some("301 s old")),
            ("1778660136", Some("301 s ahead")),
            ("1778659835000", Some("milliseconds")),
            ("soon", Some("not UNIX seconds")),
            ("+1778659835", Some("not UNIX seconds")),
            ("", Some("not UNIX seconds")),
            ("9223372036854775807", Some("ahead")),
        ] {
            let told = outside_of_window(timestamp, now());
            match words {
                None => assert_eq!(told, None, "{timestamp}"),
                Some(words) => assert!(
                    told.as_ref().is_some_and(|told| told.contains(words)),
                    "{timestamp}: {told:?}"
                ),
            }
        }
    }

    #[test]
    fn signatures_are_shown_by_eight_characters() {
        assert_eq!(shape(&"ab".repeat(32)), "abababab…  (64 hex digits)");
        assert_eq!(shape("abc"), "abc  (3 hex digits)");
        assert_eq!(shape("\u{202e}evil"), "5 characters, not all of them printable");
        assert_eq!(shape(""), "  (0 characters)");
    }

    #[test]
    fn both_checks_still_show_the_stacks() {
        assert!(stacks(SIGNS).len() >= 4 && stacks(VERIFIES).len() >= 4);
    }
}
