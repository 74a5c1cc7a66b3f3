//! The webhook conversation as it went: every exchange, when it was and what it came to.

use golive_checks::model::{Exchange, Facts, Observed, Text};
use golive_checks::text;
use jiff::Timestamp;

use super::bare::Bare;

/// One exchange, fit to be shown.
#[derive(Clone, Debug)]
pub(crate) struct Exchanged {
    /// The scenario it is a part of.
    pub(crate) scenario: Text,
    /// The delivery.
    pub(crate) name: Text,
    /// When it began, counted from the first of all, in microseconds.
    pub(crate) began_us: u64,
    /// How long it took, in microseconds.
    pub(crate) took_us: u64,
    /// What came back.
    pub(crate) reception: Reception,
    /// The same in words: `200 in 12 ms`.
    pub(crate) outcome: Text,
    /// Request line and headers, signatures cut.
    pub(crate) sent: Vec<Text>,
    /// The body, cut.
    pub(crate) sent_body: Text,
    /// Status line and headers; empty where nothing came.
    pub(crate) answered: Vec<Text>,
    /// The beginning of the answer's body.
    pub(crate) answered_body: Text,
}

/// What an answer was, as a sender sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reception {
    /// 200
    Accepted,
    /// A 4xx.
    Refused,
    /// Any other answer.
    Other,
    /// None.
    None,
}

impl Reception {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Accepted, Self::Refused, Self::Other, Self::None];

    /// The word in reports.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "answered 200",
            Self::Refused => "refused (4xx)",
            Self::Other => "answered otherwise",
            Self::None => "no answer",
        }
    }

    /// The word in a stylesheet.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Other => "other",
            Self::None => "none",
        }
    }

    fn of(exchange: &Exchange) -> Self {
        match exchange.status() {
            Some(200) => Self::Accepted,
            Some(_) if exchange.refused() => Self::Refused,
            Some(_) => Self::Other,
            None => Self::None,
        }
    }
}

/// Every exchange with the webhook, in the order in which they began.
pub(super) fn conversation(facts: &Facts<'_>) -> Vec<Exchanged> {
    let held = facts.seen.scenarios.iter().filter_map(|(name, seen)| match seen {
        Observed::Got(scenario) => Some((name, scenario)),
        Observed::Trouble(_) | Observed::NotMade(_) | Observed::NotPlanned => None,
    });
    let mut all: Vec<(&str, &Exchange)> = held
        .flat_map(|(name, scenario)| scenario.exchanges().map(|exchange| (name.as_str(), exchange)))
        .collect();
    all.sort_by_key(|(_, exchange)| exchange.sent.at);
    let first = all.first().map_or(Timestamp::UNIX_EPOCH, |(_, exchange)| exchange.sent.at);
    all.into_iter().map(|(scenario, exchange)| Exchanged::of(scenario, exchange, first)).collect()
}

impl Exchanged {
    fn of(scenario: &str, exchange: &Exchange, first: Timestamp) -> Self {
        let sent = &exchange.sent;
        let line = |(name, value): &(String, String)| text!("{}: {}", Bare(name), Bare(value));
        let mut request = vec![text!("{} {}", Bare(&sent.method), Bare(&sent.url))];
        request.extend(sent.headers.iter().map(line));
        let (mut answered, mut answered_body) = (Vec::new(), Text::from(""));
        let mut took_us = exchange.times.answer_us;
        match &exchange.answer {
            Ok(answer) => {
                answered.push(text!("{} {}", Bare(&answer.version), answer.status));
                answered.extend(answer.headers.iter().map(line));
                answered_body = body(&answer.body, answer.cut);
            }
            Err(trouble) => took_us = took_us.max(trouble.after_ms.saturating_mul(1_000)),
        }
        let since = exchange.sent.at.as_microsecond().saturating_sub(first.as_microsecond());
        Self {
            scenario: text!("{}", Bare(scenario)),
            name: text!("{}", Bare(&exchange.name)),
            began_us: u64::try_from(since).unwrap_or(0),
            took_us,
            reception: Reception::of(exchange),
            outcome: exchange.outcome(),
            sent: request,
            sent_body: body(&sent.body, false),
            answered,
            answered_body,
        }
    }
}

/// How many characters of a body a report repeats; `--save-observations` keeps all that was
/// recorded.
const BODY_CHARS: usize = 1_200;

/// A body for a reader: lines stay lines, all else that is invisible is spelled out. What `cut`
/// says was cut before.
fn body(words: &str, cut: bool) -> Text {
    let part: String = words.chars().take(BODY_CHARS).collect();
    let mut lines: Vec<Text> =
        part.lines().map(|line| text!("{}", Bare(&line.replace('\t', " ")))).collect();
    if cut || part.len() < words.len() {
        lines.push("…".into());
    }
    Text::join(&lines, "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_keep_their_lines_and_nothing_that_cannot_be_seen() {
        assert_eq!(body("a\tb\nc\u{1b}[31m", false).as_str(), "a b\nc\\u{1b}[31m");
        assert_eq!(body("a", true).as_str(), "a\n…");
        assert!(body(&"x\n".repeat(5_000), false).as_str().ends_with("\n…"));
    }
}
