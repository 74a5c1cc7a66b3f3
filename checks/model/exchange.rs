//! A request and its answer, or the trouble in its place.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Quoted, Show, Slot};
use crate::text;

/// A word of our own making that went through a saved run: configuration keys and the like.
/// Anything else in it is dropped.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'a>(pub &'a str);

impl Show for Plain<'_> {
    fn show(&self) -> String {
        self.0
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || "-_.[]:/ +".contains(*c))
            .take(120)
            .collect()
    }
}

/// Trouble on the way to an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What happened.
    pub kind: TroubleKind,
    /// In which part of the exchange.
    pub phase: Phase,
    /// After how many milliseconds.
    pub after_ms: u64,
    /// The words of the library that reported it.
    pub detail: Option<String>,
}

/// What happened instead of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TroubleKind {
    /// The name does not resolve.
    NoSuchName,
    /// Nobody listens.
    Refused,
    /// No way to the host.
    Unreachable,
    /// A deadline passed.
    TimedOut,
    /// The connection was reset.
    Reset,
    /// The connection was closed without an answer.
    Closed,
    /// The TLS handshake failed.
    Tls,
    /// The certificate was refused.
    Certificate,
    /// What came back is not HTTP.
    NotHttp,
    /// Anything else.
    Other,
}

/// The parts of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Looking up the name.
    Name,
    /// Opening the connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Sending the request.
    Send,
    /// Waiting for the answer's first byte.
    FirstByte,
    /// Reading the answer.
    Body,
}

impl Show for Trouble {
    fn show(&self) -> String {
        let what = match self.kind {
            TroubleKind::NoSuchName => "the name does not resolve",
            TroubleKind::Refused => "the connection was refused: nothing listens on that port",
            TroubleKind::Unreachable => "the host cannot be reached",
            TroubleKind::TimedOut => "no answer in time",
            TroubleKind::Reset => "the connection was reset",
            TroubleKind::Closed => "the connection was closed without an answer",
            TroubleKind::Tls => "the TLS handshake failed",
            TroubleKind::Certificate => "the certificate was refused",
            TroubleKind::NotHttp => "the answer is not HTTP",
            TroubleKind::Other => "the exchange failed",
        };
        let phase = match self.phase {
            Phase::Name => "looking up the name",
            Phase::Connect => "connecting",
            Phase::Tls => "in the TLS handshake",
            Phase::Send => "sending",
            Phase::FirstByte => "waiting for the first byte",
            Phase::Body => "reading the answer",
        };
        let detail = self
            .detail
            .as_deref()
            .map_or(String::new(), |words| format!(": {}", Quoted(words).show()));
        format!("{what} ({phase}, after {} ms){detail}", self.after_ms)
    }
}

/// One request and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The name of the delivery, or of the call.
    pub name: String,
    /// What was sent.
    pub sent: Sent,
    /// How often a rate limit (429, or 503 once others were taken) turned it away before, so that it went out again: re-signed
    /// where it is stamped with the time of its sending, else the same bytes.
    #[serde(default)]
    pub turned_away: u32,
    /// What came back.
    pub answer: Result<Answer, Trouble>,
    /// How long each part took.
    pub times: Times,
}

impl Exchange {
    /// The status, where an answer came.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref().ok().map(|answer| answer.status)
    }

    /// Answered with exactly 200, the only answer the platform takes for success.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.status() == Some(200)
    }

    /// Answered with a 2xx.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.status().is_some_and(|status| (200..300).contains(&status))
    }

    /// Refused by the application: 4xx but for 408, 425 and 429, which a receiver says when it is
    /// busy. A redirect, 5xx, reset or time-out is not a refusal, and a 2xx other than 200 is
    /// neither.
    #[must_use]
    pub fn refused(&self) -> bool {
        self.status().is_some_and(|status| {
            (400..500).contains(&status) && !matches!(status, 408 | 425 | 429)
        })
    }

    /// Answered as by somebody who holds a lock, so that it may be taken later.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        matches!(self.status(), Some(409 | 423 | 425))
    }

    /// What came back, in a few words: `200 in 12 ms`.
    #[must_use]
    pub fn outcome(&self) -> super::Text {
        match &self.answer {
            Ok(answer) if self.turned_away > 0 => {
                text!(
                    "{} in {}, after a rate limit turned it away {} times",
                    answer.status,
                    self.times.answer(),
                    self.turned_away
                )
            }
            Ok(answer) => text!("{} in {}", answer.status, self.times.answer()),
            Err(trouble) => text!("{}", trouble),
        }
    }
}

/// A request as it was sent, signatures cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// The method.
    pub method: String,
    /// The target, without user info and query.
    pub url: String,
    /// The headers, signatures cut to 8 characters and keys to their prefix.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// An answer, known secrets removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// `HTTP/1.1` and the like.
    pub version: String,
    /// The headers that say something about the receiver, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The first 2,048 bytes of the body, as text.
    pub body: String,
    /// How many bytes of body were read.
    pub body_bytes: u64,
    /// Whether the body was longer than the limit.
    pub cut: bool,
    /// What was in it that has no business there.
    pub leaks: Vec<Leak>,
}

impl Answer {
    /// The header `name` (lower case).
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// What has no business in an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Leak {
    /// A configured secret.
    Secret(Slot),
    /// The signature that was sent, or the right one for what was sent.
    Signature,
    /// A stack trace.
    StackTrace,
}

/// How long each part of an exchange took, in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Looking up the name.
    pub name_us: u64,
    /// Opening the connection.
    pub connect_us: u64,
    /// The TLS handshake.
    pub tls_us: u64,
    /// From the request's first byte to the answer's.
    pub first_byte_us: u64,
    /// From the request's first byte to the answer's last.
    pub answer_us: u64,
}

impl Times {
    /// From the request's first byte to the answer's last: what the platform waits.
    #[must_use]
    pub const fn answer(&self) -> std::time::Duration {
        std::time::Duration::from_micros(self.answer_us)
    }
}
