//! Both sides of a delivery, in words and for programs.

use crate::page::filled;
use std::fmt::Write as _;
use std::time::Duration;

use golive_checks::conversation::manual::{AnswerVerdict, Judgement};
use golive_checks::model::{Answer, Exchange, Show as _, Times, is_invisible};
use serde::Serialize;

use crate::commands::send::outcome::SendOutcome;

/// How much of a body is shown. In characters.
const BODY_CHARS: usize = 1_200;

/// For a person at a terminal.
pub(super) fn words(said: &SendOutcome<'_>) -> String {
    let mut page = String::new();
    put(&mut page, "", "  ", &sentence(said));
    let Ok(delivered) = &said.delivered else { return page };
    if let Some(fix) = worst(said).and_then(|(_, judged)| judged.fix.as_ref()) {
        put(&mut page, "  fix: ", "    ", fix.as_str());
    }
    let order = if delivered.order.issued { "a test order of yours" } else { "never issued" };
    page.push('\n');
    row(&mut page, "order", &format!("{} ({order})", line(&delivered.order.id)));
    row(&mut page, "reach", &format!("deliver \"{}\"", said.permit.reach.word()));
    if !said.run.facts.switches.is_empty() {
        row(&mut page, "switches", &line(&said.run.facts.switches.join(", ")));
    }
    let count = delivered.exchanges.len();
    let Some((at, _)) = worst(said) else { return page };
    let exchange = &delivered.exchanges[at];
    if count > 1 {
        page.push('\n');
        list(&mut page, said, &delivered.exchanges);
        let _ = write!(page, "\nNumber {} of {count}\n", at + 1);
    }
    sent(&mut page, exchange);
    answered(&mut page, exchange);
    page
}

/// The verdict, in one sentence.
fn sentence(said: &SendOutcome<'_>) -> String {
    let what = if said.permit.kind.name() == "genuine" {
        format!("a genuine {}", said.event.name())
    } else {
        format!("{} with `--tamper {}`", said.event.name(), said.permit.kind.name())
    };
    let delivered = match &said.delivered {
        Ok(delivered) => delivered,
        Err(why) => return format!("UNCLEAR: {what} was not delivered: {why}"),
    };
    let Some((at, judged)) = worst(said) else {
        return format!("UNCLEAR: {what} was not delivered");
    };
    let mark = match judged.standing {
        AnswerVerdict::AsExpected => "as expected",
        AnswerVerdict::Contrary => "not as expected",
        AnswerVerdict::Unclear => "undecided",
    };
    let count = delivered.exchanges.len();
    if count == 1 {
        return format!("{}, {mark}: {what}: {}", judged.word, judged.why);
    }
    let tally = tally(said);
    format!(
        "{}, {mark}: {what}, {count} times: {tally}; number {}: {}",
        judged.word,
        at + 1,
        judged.why
    )
}

/// The delivery that decides: the first of the worst.
fn worst<'a>(said: &'a SendOutcome<'_>) -> Option<(usize, &'a Judgement)> {
    said.judged.iter().enumerate().find(|(_, judged)| judged.standing == said.standing())
}

/// `18 accepted, 2 refused`
fn tally(said: &SendOutcome<'_>) -> String {
    let mut words: Vec<(&str, usize)> = Vec::new();
    for judged in &said.judged {
        match words.iter_mut().find(|(word, _)| *word == judged.word) {
            Some((_, count)) => *count += 1,
            None => words.push((judged.word, 1)),
        }
    }
    words
        .iter()
        .map(|(word, count)| format!("{count} {}", word.to_lowercase()))
        .collect::<Vec<_>>()
        .join(", ")
}

/// One line for each of several deliveries.
fn list(page: &mut String, said: &SendOutcome<'_>, exchanges: &[Exchange]) {
    for (number, (exchange, judged)) in exchanges.iter().zip(&said.judged).enumerate() {
        let stamp =
            exchange.sent.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-timestamp"));
        let stamp = stamp.map_or("none", |(_, value)| value.as_str());
        let _ = writeln!(
            page,
            "  {:>3}  {:<12} timestamp {:<13} {}",
            number + 1,
            judged.word,
            line(stamp),
            exchange.outcome()
        );
    }
}

fn sent(page: &mut String, exchange: &Exchange) {
    let sent = &exchange.sent;
    let _ = write!(page, "\nSent at {}\n  {} {}\n", sent.at, sent.method, line(&sent.url));
    for (name, value) in &sent.headers {
        let _ = writeln!(page, "  {}: {}", line(name), line(value));
    }
    body(page, &sent.body, "no body");
}

fn answered(page: &mut String, exchange: &Exchange) {
    let answer = match &exchange.answer {
        Ok(answer) => answer,
        Err(trouble) => {
            page.push_str("\nNo answer\n");
            put(page, "  ", "  ", &trouble.show());
            return times(page, &exchange.times);
        }
    };
    let _ = write!(
        page,
        "\nAnswered after {}\n  {} {}\n",
        exchange.times.answer().show(),
        line(&answer.version),
        answer.status
    );
    for (name, value) in &answer.headers {
        let _ = writeln!(page, "  {}: {}", line(name), line(value));
    }
    body(page, &answer.body, "no body");
    let more = answer.body_bytes.saturating_sub(answer.body.len() as u64);
    if more > 0 || answer.cut {
        let _ = writeln!(
            page,
            "  … of {} bytes{}",
            answer.body_bytes,
            if answer.cut { " and more" } else { "" }
        );
    }
    for leak in leaks(answer) {
        let _ = writeln!(page, "  ! the answer holds {leak}, which is not shown");
    }
    times(page, &exchange.times);
}

/// What an answer held that has no business there.
fn leaks(answer: &Answer) -> Vec<String> {
    use golive_checks::model::Leak;
    let words = |leak: &Leak| match leak {
        Leak::Secret(slot) => Some(format!("the value of `{}`", slot.key())),
        Leak::Signature => Some("a signature".to_owned()),
        Leak::StackTrace => None,
    };
    answer.leaks.iter().filter_map(words).collect()
}

fn times(page: &mut String, times: &Times) {
    let part = |name: &str, us: u64| format!("{name} {}", Duration::from_micros(us).show());
    let parts = [
        part("name", times.name_us),
        part("connection", times.connect_us),
        part("TLS", times.tls_us),
        part("first byte", times.first_byte_us),
        part("whole answer", times.answer_us),
    ];
    put(page, "\nTimes  ", "       ", &parts.join(", "));
}

/// A body, its own lines kept, everything invisible spelled out.
fn body(page: &mut String, text: &str, none: &str) {
    page.push('\n');
    if text.is_empty() {
        let _ = writeln!(page, "  ({none})");
        return;
    }
    let shown: String = text.chars().take(BODY_CHARS).collect();
    for part in shown.lines() {
        let _ = writeln!(page, "{}", format!("  {}", line(part)).trim_end());
    }
    if shown.len() < text.len() {
        page.push_str("  …\n");
    }
}

/// Somebody else's words on one line, everything invisible spelled out.
fn line(text: &str) -> String {
    let spelled = |c: char| {
        if is_invisible(c) { format!("\\u{{{:x}}}", u32::from(c)) } else { c.to_string() }
    };
    text.chars().map(spelled).collect()
}

fn row(page: &mut String, label: &str, words: &str) {
    put(page, &format!("  {label:<10}"), &" ".repeat(12), words);
}

fn put(page: &mut String, first: &str, others: &str, words: &str) {
    page.push_str(&filled(first, others, words));
}

/// For programs.
pub(super) fn json(said: &SendOutcome<'_>) -> anyhow::Result<String> {
    let exchanges: &[Exchange] =
        said.delivered.as_ref().map_or(&[], |delivered| &delivered.exchanges);
    let document = SendDocument {
        schema: "golive.send/v1",
        verdict: SendVerdict {
            word: worst(said)
                .map_or("UNCLEAR", |(_, judged)| judged.word)
                .to_lowercase()
                .replace(' ', "-"),
            standing: standing(said.standing()),
            exit_code: said.exit().code(),
            sentence: sentence(said),
        },
        event: said.event.name(),
        tamper: Some(said.permit.kind.name()).filter(|name| *name != "genuine"),
        order: said
            .delivered
            .as_ref()
            .ok()
            .map(|delivered| OrderJson { id: &delivered.order.id, issued: delivered.order.issued }),
        deliver: said.permit.reach.word(),
        switches: &said.run.facts.switches,
        deliveries: exchanges
            .iter()
            .zip(&said.judged)
            .map(|(exchange, judged)| Made::of(exchange, judged))
            .collect(),
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

const fn standing(standing: AnswerVerdict) -> &'static str {
    match standing {
        AnswerVerdict::AsExpected => "as-expected",
        AnswerVerdict::Contrary => "contrary",
        AnswerVerdict::Unclear => "unclear",
    }
}

#[derive(Serialize)]
struct SendDocument<'a> {
    schema: &'static str,
    verdict: SendVerdict,
    event: &'static str,
    tamper: Option<&'static str>,
    order: Option<OrderJson<'a>>,
    deliver: &'static str,
    switches: &'a [String],
    deliveries: Vec<Made<'a>>,
}

#[derive(Serialize)]
struct SendVerdict {
    word: String,
    standing: &'static str,
    exit_code: u8,
    sentence: String,
}

#[derive(Serialize)]
struct OrderJson<'a> {
    id: &'a str,
    issued: bool,
}

#[derive(Serialize)]
struct Made<'a> {
    word: String,
    standing: &'static str,
    why: &'a str,
    fix: Option<&'a str>,
    sent: SentOut<'a>,
    answer: Option<Received<'a>>,
    trouble: Option<String>,
    times_s: Took,
}

#[derive(Serialize)]
struct SentOut<'a> {
    at: String,
    method: &'a str,
    url: &'a str,
    headers: &'a [(String, String)],
    body: &'a str,
}

#[derive(Serialize)]
struct Received<'a> {
    status: u16,
    version: &'a str,
    headers: &'a [(String, String)],
    body: &'a str,
    body_bytes: u64,
    cut: bool,
}

#[derive(Serialize)]
struct Took {
    name: f64,
    connect: f64,
    tls: f64,
    first_byte: f64,
    answer: f64,
}

impl<'a> Made<'a> {
    fn of(exchange: &'a Exchange, judged: &'a Judgement) -> Self {
        let sent = &exchange.sent;
        let seconds = |us: u64| Duration::from_micros(us).as_secs_f64();
        let times = &exchange.times;
        Self {
            word: judged.word.to_lowercase().replace(' ', "-"),
            standing: standing(judged.standing),
            why: judged.why.as_str(),
            fix: judged.fix.as_ref().map(golive_checks::model::Text::as_str),
            sent: SentOut {
                at: sent.at.to_string(),
                method: &sent.method,
                url: &sent.url,
                headers: &sent.headers,
                body: &sent.body,
            },
            answer: exchange.answer.as_ref().ok().map(|answer| Received {
                status: answer.status,
                version: &answer.version,
                headers: &answer.headers,
                body: &answer.body,
                body_bytes: answer.body_bytes,
                cut: answer.cut,
            }),
            trouble: exchange.answer.as_ref().err().map(|trouble| trouble.show()),
            times_s: Took {
                name: seconds(times.name_us),
                connect: seconds(times.connect_us),
                tls: seconds(times.tls_us),
                first_byte: seconds(times.first_byte_us),
                answer: seconds(times.answer_us),
            },
        }
    }
}
