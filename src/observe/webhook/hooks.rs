//! Asks the merchant what became of an order, once that has come to rest.

use std::time::{Duration, Instant};

use golive_checks::model::{Framing, Hook, Observed, Phase, Spelling, Trouble, TroubleKind, Wait};
use hyper::body::Bytes;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::sleep;
use url::Url;

use crate::observe::Context;
use crate::observe::net::dial::{NoLine, millis, timed_out};
use crate::observe::net::exchange::{HttpSender, Outgoing, Patience};
use crate::programs;
use crate::targets::HookCall;

/// How much a program that answers may print.
const OUTPUT_BYTES: usize = 4 * 1024;

/// Answers may fail this often in a row before asking is given up.
const FAILURES: u32 = 3;

/// How many questions to one hook are open at once: each may be a program of its own, and what they
/// ask is the merchant's database.
const AT_ONCE: usize = 4;

/// The longest word for an order's state.
const WORD_CHARS: usize = 64;

/// What a hook answers.
pub(crate) trait Answer: PartialEq + Sized {
    /// What it should be, in words.
    const EXPECTED: &'static str;

    /// Reads it.
    fn read(text: &str) -> Option<Self>;

    /// Without any secret.
    fn cleaned(self, _courier: &HttpSender<'_>) -> Self {
        self
    }
}

/// How often an order was credited.
impl Answer for u64 {
    const EXPECTED: &'static str = "a whole number";

    fn read(text: &str) -> Option<Self> {
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
    }
}

/// The state of an order in the merchant's own word.
impl Answer for String {
    const EXPECTED: &'static str = "one word for the order's state";

    fn read(text: &str) -> Option<Self> {
        let fits = !text.is_empty()
            && text.chars().count() <= WORD_CHARS
            && !text.chars().any(char::is_control);
        fits.then(|| text.to_owned())
    }

    fn cleaned(self, sender: &HttpSender<'_>) -> Self {
        sender.redactor.clean(&self)
    }
}

/// Asks one hook.
pub(crate) struct Asker<'a> {
    context: &'a Context<'a>,
    sender: &'a HttpSender<'a>,
    /// The table of the configuration.
    table: &'static str,
    call: &'a HookCall,
    settle: Duration,
    places: Semaphore,
}

impl<'a> Asker<'a> {
    /// How often an order was credited; none where nothing tells.
    pub(crate) fn of_effects(context: &'a Context<'a>, sender: &'a HttpSender<'a>) -> Option<Self> {
        Self::new(
            context,
            sender,
            "webhook.effects",
            context.merchant.webhook.effects.as_ref()?,
            context.targets.effects.as_ref()?,
        )
    }

    /// In which state an order is; none where nothing tells.
    pub(crate) fn of_status(context: &'a Context<'a>, sender: &'a HttpSender<'a>) -> Option<Self> {
        Self::new(
            context,
            sender,
            "webhook.status",
            context.merchant.webhook.status.as_ref()?,
            context.targets.status.as_ref()?,
        )
    }

    fn new(
        context: &'a Context<'a>,
        sender: &'a HttpSender<'a>,
        table: &'static str,
        hook: &Hook,
        call: &'a HookCall,
    ) -> Option<Self> {
        Some(Self {
            context,
            sender,
            table,
            call,
            settle: Duration::from_millis(hook.settle_ms),
            places: Semaphore::new(AT_ONCE),
        })
    }

    /// The answer: right now, or once it was the same for as long as `settle` says, the clock
    /// starting now.
    pub(crate) async fn answer<T: Answer>(&self, order: &str, at_rest: bool) -> Observed<T> {
        let answer = if at_rest {
            self.rested(order).await
        } else {
            let _place = self.place().await;
            self.read(order).await
        };
        match answer {
            Ok(answer) => Observed::Got(answer),
            Err(none) => none.seen(),
        }
    }

    async fn rested<T: Answer>(&self, order: &str) -> Result<T, NoLine> {
        let began = Instant::now();
        let patience = Duration::from_millis(self.context.merchant.limits.effects_wait_ms);
        let interval = match self.call {
            // A program costs far more than a request.
            HookCall::Command(_) => (self.settle / 2)
                .max(Duration::from_millis(500))
                .min(self.settle)
                .max(Duration::from_millis(20)),
            HookCall::Url { .. } => {
                (self.settle / 5).clamp(Duration::from_millis(20), Duration::from_millis(500))
            }
        };
        // What others of our own questions take is not the merchant's delay.
        let mut queued = Duration::ZERO;
        let mut resting: Option<(T, Instant)> = None;
        let mut failures = 0;
        loop {
            let asked_at = Instant::now();
            let place = self.place().await;
            let read_at = Instant::now();
            queued += read_at.duration_since(asked_at);
            let mut pause = interval;
            let answer = self.read(order).await;
            drop(place);
            match answer {
                Ok(answer) => {
                    failures = 0;
                    let since = match &resting {
                        Some((known, since)) if *known == answer => *since,
                        Some(_) | None => read_at,
                    };
                    let rested = read_at.saturating_duration_since(since);
                    if rested >= self.settle {
                        return Ok(answer);
                    }
                    resting = Some((answer, since));
                    pause = interval.min(self.settle - rested);
                }
                Err(trouble) => {
                    failures += 1;
                    if failures == FAILURES {
                        return Err(trouble);
                    }
                }
            }
            if began.elapsed().saturating_sub(queued) + interval
                > patience.max(self.settle + 2 * interval)
            {
                return Err(NoLine::Trouble(Trouble {
                    detail: Some(format!("the answer of `{}` did not come to rest", self.table)),
                    ..timed_out(Phase::FirstByte, began.elapsed())
                }));
            }
            sleep(pause).await;
        }
    }

    /// Room for one more question.
    async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.places.acquire().await.ok()
    }

    async fn read<T: Answer>(&self, order: &str) -> Result<T, NoLine> {
        let answer = match self.call {
            HookCall::Command(argv) => self.run(argv, order).await?,
            HookCall::Url { url, pointer } => self.ask(url, pointer.as_deref(), order).await?,
        };
        Ok(T::cleaned(answer, self.sender))
    }

    async fn run<T: Answer>(&self, argv: &[String], order: &str) -> Result<T, NoLine> {
        let (began, table) = (Instant::now(), self.table);
        let argv: Vec<String> = argv.iter().map(|part| part.replace("{id}", order)).collect();
        let limit = Duration::from_millis(self.context.merchant.limits.command_ms);
        let output =
            programs::run(&argv, &self.context.targets.folder, b"", limit, OUTPUT_BYTES).await;
        let output = output
            .map_err(|failed| no_answer(began, format!("the program of `{table}` {failed}")))?;
        let text = String::from_utf8_lossy(&output.stdout);
        T::read(text.trim()).ok_or_else(|| {
            no_answer(began, format!("the program of `{table}` did not print {}", T::EXPECTED))
        })
    }

    async fn ask<T: Answer>(
        &self,
        url: &str,
        pointer: Option<&str>,
        order: &str,
    ) -> Result<T, NoLine> {
        let (began, table) = (Instant::now(), self.table);
        let id: String = percent_encoded(order);
        let url = Url::parse(&url.replace("{id}", &id))
            .map_err(|_| no_answer(began, format!("`{table}.url` is not an address")))?;
        let out = Outgoing {
            name: table.to_owned(),
            url: &url,
            address: None,
            method: "GET",
            headers: Vec::new(),
            body: Bytes::new(),
            spelling: Spelling::Title,
            framing: Framing::Length,
            wait: Wait::Answer,
        };
        let limits = self.sender.limits;
        let (status, body) =
            self.sender.fetch(&out, Patience { contended: true, ..Patience::of(limits) }).await?;
        if status != 200 {
            return Err(no_answer(began, format!("`{table}.url` answered {status}")));
        }
        let answer = scalar(&body, pointer).and_then(|text| T::read(text.trim()));
        answer.ok_or_else(|| {
            no_answer(began, format!("`{table}.url` did not answer with {}", T::EXPECTED))
        })
    }
}

/// The word or number in a JSON document, at the pointer or as the document itself; without a
/// pointer, also a text that is no JSON.
fn scalar(body: &[u8], pointer: Option<&str>) -> Option<String> {
    let document: serde_json::Value = match serde_json::from_slice(body) {
        Ok(document) => document,
        Err(_) => {
            return pointer
                .is_none()
                .then(|| std::str::from_utf8(body).ok().map(str::to_owned))
                .flatten();
        }
    };
    match document.pointer(pointer.unwrap_or_default())? {
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::String(text) => Some(text.clone()),
        word @ (serde_json::Value::Bool(_) | serde_json::Value::Null) => Some(word.to_string()),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
    }
}

/// An id as it may stand anywhere in a URL.
fn percent_encoded(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}

fn no_answer(began: Instant, detail: String) -> NoLine {
    NoLine::Trouble(Trouble {
        kind: TroubleKind::Other,
        phase: Phase::Body,
        after_ms: millis(began.elapsed()),
        detail: Some(detail),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Answer>(body: &str, pointer: Option<&str>) -> Option<T> {
        scalar(body.as_bytes(), pointer).and_then(|text| T::read(text.trim()))
    }

    #[test]
    fn counts_are_whole_numbers() {
        assert_eq!(read::<u64>("3", None), Some(3));
        assert_eq!(read::<u64>(r#"{"data":{"count":"2"}}"#, Some("/data/count")), Some(2));
        for (body, pointer) in [
            ("1.5", None),
            ("-1", None),
            ("true", None),
            ("null", None),
            ("{}", Some("/count")),
            ("[1]", None),
            ("one", None),
            ("", None),
        ] {
            assert_eq!(read::<u64>(body, pointer), None, "{body}");
        }
    }

    #[test]
    fn states_are_one_short_line() {
        let read = |body, pointer| read::<String>(body, pointer);
        assert_eq!(read("PAID\n", None).as_deref(), Some("PAID"));
        assert_eq!(read(r#""in review""#, None).as_deref(), Some("in review"));
        assert_eq!(read(r#"{"order":{"status":3}}"#, Some("/order/status")).as_deref(), Some("3"));
        assert_eq!(read(r#"{"paid_at":null}"#, Some("/paid_at")).as_deref(), Some("null"));
        assert_eq!(read("<html>", Some("/status")), None);
        for body in ["", "  ", "{}", "paid\nor not", &"x".repeat(65)] {
            assert_eq!(read(body, None), None, "{body}");
        }
    }

    #[test]
    fn ids_cannot_change_the_address() {
        assert_eq!(percent_encoded("a b/../c?d#e"), "a%20b%2F..%2Fc%3Fd%23e");
    }
}
