//! Counts what deliveries did in the merchant's system, once that has come to rest.

use std::time::{Duration, Instant};

use golive_checks::model::{Phase, Seen, Spelling, Trouble, TroubleKind, Wait};
use hyper::body::Bytes;
use tokio::time::sleep;
use url::Url;

use super::Context;
use super::dial::{NoLine, millis, timed_out};
use super::exchange::{Courier, Outgoing, Patience};
use crate::programs;
use crate::wiring::EffectsHook;

/// How much a program that counts may print.
const OUTPUT_BYTES: usize = 4 * 1024;

/// Readings may fail this often in a row before counting is given up.
const FAILURES: u32 = 3;

/// Counts effects.
pub(crate) struct Effects<'a> {
    context: &'a Context<'a>,
    courier: &'a Courier<'a>,
    hook: &'a EffectsHook,
    settle: Duration,
}

impl<'a> Effects<'a> {
    /// As configured; none where nothing tells.
    pub(crate) fn new(context: &'a Context<'a>, courier: &'a Courier<'a>) -> Option<Self> {
        let settle = Duration::from_millis(context.merchant.webhook.effects.as_ref()?.settle_ms);
        Some(Self { context, courier, hook: context.wiring.effects.as_ref()?, settle })
    }

    /// The count right now.
    pub(crate) async fn count(&self, order: &str) -> Seen<u64> {
        seen(self.read(order).await)
    }

    /// The count once it was the same for as long as `settle` says, the clock starting now.
    pub(crate) async fn count_at_rest(&self, order: &str) -> Seen<u64> {
        let began = Instant::now();
        let patience = Duration::from_millis(self.context.merchant.limits.effects_wait_ms);
        let interval = (self.settle / 5).clamp(Duration::from_millis(20), Duration::from_millis(500));
        let mut resting: Option<(u64, Instant)> = None;
        let mut failures = 0;
        loop {
            let read_at = Instant::now();
            let mut pause = interval;
            match self.read(order).await {
                Ok(count) => {
                    failures = 0;
                    // Nothing was counted before `began`: a first reading rests since then.
                    let since = match resting {
                        Some((known, since)) if known == count => since,
                        Some(_) => read_at,
                        None => began,
                    };
                    resting = Some((count, since));
                    let rested = read_at.saturating_duration_since(since);
                    if rested >= self.settle {
                        return Seen::Got(count);
                    }
                    pause = interval.min(self.settle - rested);
                }
                Err(trouble) => {
                    failures += 1;
                    if failures == FAILURES {
                        return seen(Err(trouble));
                    }
                }
            }
            if began.elapsed() + interval > patience.max(self.settle + 2 * interval) {
                return Seen::Trouble(Trouble {
                    detail: Some("the count of effects did not come to rest".to_owned()),
                    ..timed_out(Phase::FirstByte, began.elapsed())
                });
            }
            sleep(pause).await;
        }
    }

    async fn read(&self, order: &str) -> Result<u64, NoLine> {
        match self.hook {
            EffectsHook::Command(argv) => self.run(argv, order).await,
            EffectsHook::Url { url, pointer } => self.ask(url, pointer.as_deref(), order).await,
        }
    }

    async fn run(&self, argv: &[String], order: &str) -> Result<u64, NoLine> {
        let began = Instant::now();
        let argv: Vec<String> = argv.iter().map(|part| part.replace("{id}", order)).collect();
        let limit = Duration::from_millis(self.context.merchant.limits.command_ms);
        let output = programs::run(&argv, &self.context.wiring.folder, b"", limit, OUTPUT_BYTES).await;
        let output = output.map_err(|failed| no_count(began, &format!("the program of `webhook.effects` {failed}")))?;
        let text = String::from_utf8_lossy(&output.stdout);
        whole(text.trim()).ok_or_else(|| no_count(began, "the program of `webhook.effects` did not print a whole number"))
    }

    async fn ask(&self, url: &str, pointer: Option<&str>, order: &str) -> Result<u64, NoLine> {
        let began = Instant::now();
        let id: String = percent_encoded(order);
        let url = Url::parse(&url.replace("{id}", &id)).map_err(|_| no_count(began, "`webhook.effects.url` is not an address"))?;
        let out = Outgoing {
            name: "effects".to_owned(),
            url: &url,
            method: "GET",
            headers: Vec::new(),
            body: Bytes::new(),
            spelling: Spelling::Title,
            wait: Wait::Answer,
        };
        let limits = self.courier.limits;
        let (status, body) = self.courier.fetch(&out, Patience { contended: true, ..Patience::of(limits) }).await?;
        if status != 200 {
            return Err(no_count(began, &format!("`webhook.effects.url` answered {status}")));
        }
        count_in(&body, pointer).ok_or_else(|| no_count(began, "`webhook.effects.url` did not answer with a whole number"))
    }
}

/// The number in a JSON document, at the pointer or as the document itself.
fn count_in(body: &[u8], pointer: Option<&str>) -> Option<u64> {
    let document: serde_json::Value = serde_json::from_slice(body).ok()?;
    match document.pointer(pointer.unwrap_or_default())? {
        serde_json::Value::Number(number) => whole(&number.to_string()),
        serde_json::Value::String(text) => whole(text),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
    }
}

/// Digits and nothing else.
fn whole(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// An id as it may stand anywhere in a URL.
fn percent_encoded(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}

fn no_count(began: Instant, detail: &str) -> NoLine {
    NoLine::Trouble(Trouble {
        kind: TroubleKind::Other,
        phase: Phase::Body,
        after_ms: millis(began.elapsed()),
        detail: Some(detail.to_owned()),
    })
}

fn seen(count: Result<u64, NoLine>) -> Seen<u64> {
    match count {
        Ok(count) => Seen::Got(count),
        Err(none) => none.seen(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_whole_numbers_only() {
        assert_eq!(count_in(b"3", None), Some(3));
        assert_eq!(count_in(br#"{"data":{"count":"2"}}"#, Some("/data/count")), Some(2));
        for (body, pointer) in
            [("1.5", None), ("-1", None), ("true", None), ("{}", Some("/count")), ("[1]", None), ("one", None), ("", None)]
        {
            assert_eq!(count_in(body.as_bytes(), pointer), None, "{body}");
        }
        assert_eq!(whole(""), None);
    }

    #[test]
    fn ids_cannot_change_the_address() {
        assert_eq!(percent_encoded("a b/../c?d#e"), "a%20b%2F..%2Fc%3Fd%23e");
    }
}
