//! What was seen: plain data without secrets, so that a run can be saved and judged again.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{OrderId, Quoted, Reason, Show, SiteSeen, Slot, SourceSeen, StopPoint};
use crate::text;

/// Everything a run saw.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observations {
    /// The addresses of the webhook's name.
    pub webhook_names: Seen<Vec<IpAddr>>,
    /// The TLS handshake with the webhook's host.
    pub webhook_tls: Seen<Tls>,
    /// Whether it speaks TLS 1.0 or 1.1.
    pub webhook_legacy_tls: Seen<LegacyTls>,
    /// Its answer on port 80.
    pub webhook_plain_http: Seen<Exchange>,
    /// What became of each scenario, by name.
    pub scenarios: BTreeMap<String, Seen<ScenarioSeen>>,
    /// The platform's answer to the read-only call.
    pub order_status: Seen<Exchange>,
    /// What the egress services answered, in the order of the configuration.
    pub egress: Seen<Vec<EgressSeen>>,
    /// Whether the configured secret signs and verifies.
    pub own_signature: Seen<OwnSignature>,
    /// What the merchant's signing code made of the known payloads.
    pub signer: Seen<Vec<SignerSeen>>,
    /// The env file and the secret files.
    pub secret_files: Seen<Vec<SecretFile>>,
    /// The proxy variables that are set, by name.
    pub proxy_variables: Seen<Vec<String>>,
    /// Why the receiver that we stopped may still be down when the run ends, where that is so.
    #[serde(default)]
    pub left_stopped: Option<String>,
    /// The source tree and what browsers or phones get.
    #[serde(default)]
    pub source: Seen<SourceSeen>,
    /// What the merchant's own site gives out.
    #[serde(default)]
    pub site: Seen<SiteSeen>,
}

/// One thing that was to be observed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seen<T> {
    /// It was seen.
    Got(T),
    /// The network or the other side got in the way.
    Trouble(Trouble),
    /// It was not tried.
    NotMade(NotMade),
    /// Nobody asked for it.
    #[default]
    NotPlanned,
}

impl<T> Seen<T> {
    /// The thing, or why it is not known: an `Err` that a check passes on with `?`.
    ///
    /// # Errors
    ///
    /// [`Reason`], which becomes the check's `Undecided`.
    pub fn get(&self) -> Result<&T, Reason> {
        match self {
            Self::Got(value) => Ok(value),
            Self::Trouble(trouble) => Err(Reason::Transport(text!("{}", trouble))),
            Self::NotMade(why) => Err(why.reason()),
            Self::NotPlanned => Err(Reason::Own("was not observed in this run".into())),
        }
    }
}

/// Why something was not tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotMade {
    /// `--offline`.
    Offline,
    /// `[api] probe = false`.
    ProbeOff,
    /// `[webhook] deliver` does not go that far.
    Deliver {
        /// How far it goes.
        is: super::Deliver,
        /// How far it would have to go.
        needs: super::Deliver,
    },
    /// `full` wants test orders, and there are none or not enough.
    NoTestOrders {
        /// `webhook.order` or `webhook.payout`.
        key: String,
    },
    /// No effects hook is configured.
    NoEffects,
    /// No status hook is configured.
    NoStatus,
    /// No `[webhook.control]` stops the receiver and starts it again.
    NoRestart,
    /// The receiver did not come back after it was stopped for another scenario.
    LeftStopped,
    /// The configuration lacks what it takes.
    Unconfigured {
        /// The key that is missing or not usable.
        key: String,
    },
    /// The target is private and neither `--allow-private` nor `--connect-to` was given.
    PrivateTarget {
        /// Its address.
        address: IpAddr,
    },
    /// `--connect-to` sends the connection elsewhere, so that there is nothing to see; the
    /// configured name is judged alone.
    BySwitch,
    /// The control was not answered with 200, so nothing that builds on it was sent.
    NoControl,
    /// The rounds of a race before it took as long as all of them may.
    RacesTookLong,
    /// Two thirds of the time given to the whole run were over before the receiver was to be
    /// stopped.
    NoTimeToRestart,
    /// The wrong reading of a signature is one with the right one, or with a likelier wrong one,
    /// under the configured keys.
    NoReading,
    /// Nothing was wrong with the receiver's reading of signatures, so that others were not tried.
    NotNeeded,
    /// The time given to the whole run was over.
    Deadline,
    /// Somebody interrupted the run.
    Interrupted,
}

impl NotMade {
    /// The reason a check gives for it.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            Self::Offline => Reason::Offline,
            Self::ProbeOff => {
                Reason::NoWayToObserve("`api.probe` is off, so the platform was not asked".into())
            }
            Self::Deliver { is, needs: super::Deliver::Full } => Reason::NoWayToObserve(text!(
                "only `deliver = \"full\"` shows this, and this run went as far as \"{}\"",
                is.word()
            )),
            Self::Deliver { is, needs } => Reason::Declined(text!(
                "`webhook.deliver` is \"{}\"; this takes \"{}\"",
                is.word(),
                needs.word()
            )),
            Self::NoTestOrders { key } => {
                Reason::NoWayToObserve(text!("`{}` gives no further test id", Plain(key)))
            }
            Self::NoEffects => {
                Reason::NoWayToObserve("no `[webhook.effects]` tells what a delivery did".into())
            }
            Self::NoStatus => {
                Reason::NoWayToObserve("no `[webhook.status]` tells the state of an order".into())
            }
            Self::NoRestart => Reason::NoWayToObserve(
                "no `[webhook.control]` stops the receiver and starts it again".into(),
            ),
            Self::LeftStopped => Reason::Transport(
                "the receiver did not come back after `webhook.control.stop`".into(),
            ),
            Self::Unconfigured { key } => {
                Reason::Declined(text!("`{}` is not set to anything usable", Plain(key)))
            }
            Self::PrivateTarget { address } => Reason::Declined(text!(
                "{} is a private address; `--allow-private` or `--connect-to` would go there",
                *address
            )),
            Self::BySwitch => {
                Reason::Declined("by switch: `--connect-to` sends this connection elsewhere".into())
            }
            Self::NoControl => Reason::Blocked { by: "webhook-reachable" },
            Self::NoTimeToRestart => Reason::Capped(
                "two thirds of the time given by `--deadline` were over before the receiver was \
                 to be stopped"
                    .into(),
            ),
            Self::RacesTookLong => Reason::Capped(
                "the rounds before it took as long as `limits.webhook_race_ms` gives all of them"
                    .into(),
            ),
            Self::NoReading => Reason::Declined(
                "the configured keys do not give this reading of a signature".into(),
            ),
            Self::NotNeeded => Reason::Declined(
                "signatures are read as the platform makes them, so that no other reading was \
                 tried"
                    .into(),
            ),
            Self::Deadline => Reason::Capped("the time given by `--deadline` was over".into()),
            Self::Interrupted => Reason::Interrupted,
        }
    }
}

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
    /// How often a rate limit (429) turned it away before, so that it went out again: signed
    /// afresh where it is stamped with the time of its sending, else the same bytes.
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

    /// What came back, in a few words: `200 in 12 ms`.
    #[must_use]
    pub fn outcome(&self) -> super::Text {
        match &self.answer {
            Ok(answer) if self.turned_away > 0 => {
                text!(
                    "{} in {}, after {} answers of 429",
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

/// What became of a scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioSeen {
    /// The order it was about.
    pub order: OrderId,
    /// Its steps, in order; fewer than planned where one failed in a way that made the next
    /// pointless.
    pub steps: Vec<StepSeen>,
}

impl ScenarioSeen {
    /// Every exchange of it, in order.
    pub fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.steps.iter().flat_map(|step| match step {
            StepSeen::Exchange(exchange) => std::slice::from_ref(exchange.as_ref()),
            StepSeen::Together(exchanges) | StepSeen::Attempts(exchanges) => exchanges.as_slice(),
            StepSeen::Restart(restart) => std::slice::from_ref(&restart.delivery),
            StepSeen::Effects(_) | StepSeen::Status(_) => &[],
        })
    }

    /// The counts of effects, in order.
    pub fn effects(&self) -> impl Iterator<Item = &Seen<u64>> {
        self.steps.iter().filter_map(|step| match step {
            StepSeen::Effects(count) => Some(count),
            StepSeen::Exchange(_)
            | StepSeen::Together(_)
            | StepSeen::Attempts(_)
            | StepSeen::Restart(_)
            | StepSeen::Status(_) => None,
        })
    }

    /// The states of the order in the merchant's own words, in order.
    pub fn statuses(&self) -> impl Iterator<Item = &Seen<String>> {
        self.steps.iter().filter_map(|step| match step {
            StepSeen::Status(word) => Some(word),
            StepSeen::Exchange(_)
            | StepSeen::Together(_)
            | StepSeen::Attempts(_)
            | StepSeen::Restart(_)
            | StepSeen::Effects(_) => None,
        })
    }

    /// The attempts of its first delivery that is made until it is accepted.
    pub fn attempts(&self) -> Option<&[Exchange]> {
        self.steps.iter().find_map(|step| match step {
            StepSeen::Attempts(attempts) => Some(attempts.as_slice()),
            StepSeen::Exchange(_)
            | StepSeen::Together(_)
            | StepSeen::Restart(_)
            | StepSeen::Effects(_)
            | StepSeen::Status(_) => None,
        })
    }

    /// How the receiver was stopped and started again, where it was.
    #[must_use]
    pub fn restart(&self) -> Option<&RestartSeen> {
        self.steps.iter().find_map(|step| match step {
            StepSeen::Restart(restart) => Some(restart.as_ref()),
            StepSeen::Exchange(_)
            | StepSeen::Together(_)
            | StepSeen::Attempts(_)
            | StepSeen::Effects(_)
            | StepSeen::Status(_) => None,
        })
    }
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepSeen {
    /// One delivery.
    Exchange(Box<Exchange>),
    /// Deliveries of one step, in the order planned: released together, or beside one another.
    Together(Vec<Exchange>),
    /// One delivery until it was accepted, attempt after attempt.
    Attempts(Vec<Exchange>),
    /// One delivery during or after which the receiver was stopped.
    Restart(Box<RestartSeen>),
    /// How many effects the order had, once they rested.
    Effects(Seen<u64>),
    /// The order's state in the merchant's own word, once it rested.
    Status(Seen<String>),
}

/// What became of a receiver that was stopped and started again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestartSeen {
    /// When it was to be stopped.
    pub point: StopPoint,
    /// The delivery that it was at, or had just answered.
    pub delivery: Exchange,
    /// How the stop command ended: after so many milliseconds, or why it did not work.
    pub stop: Result<u64, String>,
    /// Whether it was seen to be down: a control that was sent after it was stopped was not
    /// answered 200.
    pub down: bool,
    /// After how many milliseconds from the start command on it answered a control with 200, or
    /// why it did not.
    pub back: Result<u64, String>,
    /// How many effects the order had then, before the event was delivered again; only where the
    /// delivery was answered 200, as who is told that delivers no more.
    pub effects: Option<Seen<u64>>,
}

/// A TLS handshake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tls {
    /// The address that answered.
    pub address: IpAddr,
    /// `TLS 1.2` or `TLS 1.3`; none when the handshake failed for another reason than the
    /// certificate.
    pub version: Option<String>,
    /// The cipher suite.
    pub suite: Option<String>,
    /// What the server chose of `h2` and `http/1.1`.
    pub alpn: Option<String>,
    /// The certificates, leaf first.
    pub chain: Vec<Certificate>,
    /// What public roots (and `--ca-file`) say of the chain.
    pub trust: Trust,
    /// Whether only `--ca-file` makes it trusted.
    pub by_ca_file: bool,
}

/// What the verifier said of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// It leads to a public root and names the host.
    Trusted,
    /// It has expired.
    Expired,
    /// It is not valid yet.
    NotYetValid,
    /// It is for another name.
    WrongName,
    /// The chain ends in a certificate that signed itself.
    SelfSigned,
    /// The server does not send the intermediate certificate that links the leaf to a root.
    MissingIntermediate,
    /// No public root issued it.
    UnknownIssuer,
    /// It was revoked.
    Revoked,
    /// Refused for another reason, in the verifier's words.
    Other(String),
    /// The handshake ended before a certificate was seen, in the library's words.
    NoHandshake(String),
}

/// One certificate of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The subject's common name, or the whole subject.
    pub subject: String,
    /// The issuer's common name, or the whole issuer.
    pub issuer: String,
    /// The names it is for.
    pub names: Vec<String>,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
    /// `RSA`, `ECDSA P-256`, `Ed25519`.
    pub key: String,
    /// The size of the key in bits.
    pub key_bits: usize,
    /// `sha256WithRSAEncryption` and the like.
    pub signature: String,
    /// SHA-256 of the certificate, lower-case hex.
    pub fingerprint: String,
}

/// Whether a server still speaks old TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegacyTls {
    /// It agreed to TLS 1.0.
    pub tls10: bool,
    /// It agreed to TLS 1.1.
    pub tls11: bool,
}

/// What one egress service said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EgressSeen {
    /// `host:port` of the service.
    pub service: String,
    /// The address it saw on each fresh connection; trouble where none could be read.
    pub addresses: Vec<Result<IpAddr, Trouble>>,
}

impl EgressSeen {
    /// The addresses it named, IPv4-mapped ones as IPv4.
    pub fn named(&self) -> impl Iterator<Item = IpAddr> {
        self.addresses.iter().filter_map(|address| address.as_ref().ok().map(IpAddr::to_canonical))
    }
}

/// Whether the configured secret signs and verifies with the tool's own code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSignature {
    /// What it signs, it verifies.
    pub round_trip: bool,
    /// A changed byte of the payload is refused.
    pub refuses_changed_payload: bool,
    /// A changed timestamp is refused.
    pub refuses_changed_timestamp: bool,
    /// The known vectors come out.
    pub vectors: bool,
}

/// What the merchant's signing code made of one payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignerSeen {
    /// The payload's name: `flat`, `nested`, `slashes`.
    pub payload: String,
    /// What came of it.
    pub result: SignerResult,
}

/// What became of one call of the signer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignerResult {
    /// The expected signature.
    Right,
    /// Another value, which a known mistake gives; its name from `platform`.
    Mistake(String),
    /// Another value, unexplained. Its length and whether it is hex say enough.
    Wrong {
        /// Characters.
        length: usize,
        /// Lower-case hex throughout.
        hex: bool,
    },
    /// No value: the program's end in words.
    Failed(String),
}

/// The env file or a file that holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretFile {
    /// As configured.
    pub path: String,
    /// The configuration key that names it.
    pub key: String,
    /// Its permission bits, where the system has them.
    pub mode: Option<u32>,
    /// Whether git tracks it; none outside of a work tree or without git.
    pub tracked: Option<bool>,
}
