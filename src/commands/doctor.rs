//! `golive doctor` without a signature: how the receiver at the configured webhook reads
//! signatures.

use super::prepare::{load, one_thing, prepare};
use super::signatures::{self, captured, with_keys};
use crate::cli::{CapturedArgs, DoctorArgs, NetworkArgs};
use crate::command_output::CommandOutput;
use crate::config::Programs;
use crate::page::filled;
use crate::progress::Spinner;
use golive_checks::model::Mode;
use std::fmt::Write as _;

use golive_checks::conversation::doctor;
use golive_checks::conversation::doctor::{Accepted, Conclusion, READINGS, Verdict};
use golive_checks::model::{Facts, Probe, Show as _};

use crate::commands::signatures::put_rule;
use crate::exit::{Ending, Exit};
use crate::guard::Guard;
use crate::observe::Progress;
use crate::output;
use crate::run::Run;

/// Readings that are described; the rest is counted.
const DESCRIBED: usize = 5;

/// Which check shows how each stack verifies.
const VERIFIES: &str = "webhook-verifies-raw-body";

/// Examines the receiver and says what was found.
///
/// # Errors
///
/// When no runtime can be had, or the switches cannot be followed.
pub(crate) fn examine(mut run: Run, progress: &dyn Progress) -> anyhow::Result<Exit> {
    // No check has that name: nothing but the doctor's own deliveries is planned.
    run.facts.only = vec![READINGS.to_owned()];
    run.also = doctor::visit(&run.merchant).into_iter().collect::<Vec<Probe>>();
    let guard = Guard::new(&run.targets.keys);
    let (seen, signal) = run.observe(progress)?;
    let CommandOutput { words, exit } = say(&seen.facts());
    let published = output::print_past(&guard, &words);
    Ok(Exit::of(Ending {
        verdict: exit,
        broke: false,
        leaked: published.leaked,
        unwritten: published.unwritten,
        signal,
    }))
}

/// What was found, in words.
fn say(facts: &Facts<'_>) -> CommandOutput {
    let mut words = String::new();
    match Conclusion::of(facts) {
        Err(reason) => {
            let (why, fix) = doctor::in_the_way(facts).unwrap_or((reason.show(), None));
            words.push_str(&filled("", "  ", &format!("UNDECIDED: {why}")));
            if let Some(fix) = fix {
                words.push_str(&filled("  fix: ", "    ", &fix));
            }
            put_run(facts, &mut words);
            CommandOutput { words, exit: Exit::Incomplete }
        }
        Ok(conclusion) => {
            let (sentence, exit) = sentence(&conclusion);
            words.push_str(&filled("", "  ", &sentence));
            put_run(facts, &mut words);
            let _ = writeln!(words, "  genuine    {}", conclusion.genuine.outcome());
            put_tried(facts, &conclusion, &mut words);
            for one in conclusion.accepted.iter().take(DESCRIBED) {
                put_reading(one, &mut words);
            }
            if conclusion.accepted.len() > DESCRIBED {
                let _ = writeln!(words, "\n  and {} more", conclusion.accepted.len() - DESCRIBED);
            }
            if conclusion.verdict == Verdict::Unexplained {
                put_next_steps(facts, &mut words);
            }
            if exit != Exit::Ready {
                put_rule(VERIFIES, &mut words);
            }
            CommandOutput { words, exit }
        }
    }
}

/// The verdict in one sentence, and how the process ends.
fn sentence(conclusion: &Conclusion<'_>) -> (String, Exit) {
    let tried = conclusion.tried;
    let described =
        || conclusion.accepted.iter().map(|one| one.words().show()).next().unwrap_or_default();
    match conclusion.verdict {
        Verdict::Right if conclusion.unclear > 0 => {
            let unclear = conclusion.unclear;
            let words = format!(
                "UNDECIDED: the platform's signature is accepted, and {unclear} of {tried} wrong \
                 variants were neither accepted nor rejected"
            );
            (words, Exit::Incomplete)
        }
        Verdict::Right => (
            format!(
                "RIGHT: the receiver accepts the platform's signature and none of {tried} wrong \
                 readings of its rule"
            ),
            Exit::Ready,
        ),
        Verdict::Wrong => (
            format!("WRONG: the receiver accepts a signature for which {}", described()),
            Exit::NotReady,
        ),
        Verdict::Ambiguous => {
            let right =
                if conclusion.genuine.accepted() { "the platform's signature and " } else { "" };
            let of = match conclusion.accepted.len() {
                1 => "1 wrong reading of its rule".to_owned(),
                more => format!("{more} wrong readings of its rule"),
            };
            (format!("AMBIGUOUS: the receiver accepts {right}{of}"), Exit::NotReady)
        }
        Verdict::Anything => (
            "WRONG: the receiver accepts a signature that a made-up secret signed, so that it \
             verifies none"
                .to_owned(),
            Exit::NotReady,
        ),
        Verdict::Unexplained if conclusion.genuine.accepted() => {
            let words = format!(
                "WRONG: the receiver accepts the platform's signature of a plain body and not of \
                 one that is spelled otherwise, and none of {tried} wrong readings explains it"
            );
            (words, Exit::Incomplete)
        }
        Verdict::Unexplained => (
            format!(
                "WRONG: the receiver accepts neither the platform's signature nor one of {tried} \
                 wrong readings of its rule"
            ),
            Exit::Incomplete,
        ),
    }
}

fn put_run(facts: &Facts<'_>, words: &mut String) {
    let webhook =
        facts.merchant.webhook_url().map_or_else(|| "not configured".to_owned(), |url| url.show());
    let _ = write!(words, "\n  webhook    {webhook}\n");
    if !facts.run.switches.is_empty() {
        let _ = writeln!(words, "  switches   {}", facts.run.switches.join(", "));
    }
    let contacted = if facts.run.contacted.is_empty() {
        "nobody".to_owned()
    } else {
        facts.run.contacted.join(", ")
    };
    let _ = writeln!(words, "  contacted  {contacted}");
}

fn put_tried(facts: &Facts<'_>, conclusion: &Conclusion<'_>, words: &mut String) {
    let unclear = match conclusion.unclear {
        0 => String::new(),
        some => format!("; {some} neither accepted nor rejected"),
    };
    let capped = if doctor::is_capped(facts.merchant, conclusion) {
        ", as many as `limits.webhook_doctor_deliveries` allows"
    } else {
        ""
    };
    words.push_str(&filled(
        "  tried      ",
        "             ",
        &format!("{} wrong readings{capped}{unclear}", conclusion.tried),
    ));
}

fn put_reading(one: &Accepted<'_>, words: &mut String) {
    let _ = write!(words, "\n  reading    {}\n", one.name());
    words.push_str(&filled("    ", "    ", one.words().as_str()));
    let _ = writeln!(words, "    answered {}", one.exchange.outcome());
    words.push_str(&filled("    fix: ", "         ", one.fix().as_str()));
}

fn put_next_steps(facts: &Facts<'_>, words: &mut String) {
    words.push_str("\nLook at these next:\n");
    let mut step = |text: &str| words.push_str(&filled("  - ", "    ", text));
    step(
        "The secret: is the receiver's the one of `api.secret_key`? `golive config` shows its \
         kind, length and origin.",
    );
    if facts.merchant.sandbox.is_none() {
        step("`[sandbox]` is not configured, so that its secret was not tried.");
    }
    step(
        "The headers: does the receiver read X-SIGNATURE and X-TIMESTAMP, and does a proxy in \
         front let them through?",
    );
    step("The clock: is the receiver's right, and is X-TIMESTAMP compared as UNIX seconds?");
    step(
        "The code: log, just before the HMAC, the length of the secret and the bytes of the \
         message; `golive send payment.processing` sends one event.",
    );
}

/// With a captured signature what it is, else how the webhook reads signatures.
pub(super) fn run(args: DoctorArgs) -> anyhow::Result<Exit> {
    if let (Some(body), Some(signature), Some(timestamp)) =
        (&args.body, args.signature, args.timestamp)
    {
        let captured_args = CapturedArgs { signature, timestamp };
        return with_keys(args.config, |keys| {
            signatures::explain(keys, captured(&signatures::payload(body)?, &captured_args))
        });
    }
    let network = NetworkArgs { reach: args.reach, now: None };
    let mut run = prepare(
        load(args.config.config, Programs::Run)?,
        one_thing(args.deliver, args.role),
        Mode::Check,
        &network,
    )?;
    run.options.deadline = args.deadline.0;
    examine(run, &Spinner::new(false))
}
