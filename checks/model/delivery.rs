//! Webhook deliveries: what is sent, and how far a run must go before it may be.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use super::{Deliver, Keyring, Secret, Settings};
use crate::platform::readings::{Misreading, Sample};
use crate::platform::{Event, signature};

/// One webhook request, described without its secret parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Names it in the plan and the report: `forged-wrong-secret`.
    pub name: &'static str,
    /// What the body says.
    pub content: Content,
    /// What it says of the order.
    pub claim: Claim,
    /// How the body spells it.
    pub form: Form,
    /// The timestamp it is signed with.
    pub stamp: Stamp,
    /// How it is signed.
    pub signed: Signed,
    /// What is changed after signing.
    pub change: Change,
    /// How header names are spelled.
    pub spelling: Spelling,
    /// The method.
    pub method: Method,
    /// Whether we stay for the answer.
    pub wait: Wait,
}

impl Delivery {
    /// A genuine `payment.processing` event as the platform would send it: the baseline that others vary.
    #[must_use]
    pub const fn genuine(name: &'static str) -> Self {
        Self {
            name,
            content: Content::Event(Event::PaymentProcessing),
            claim: Claim::Own,
            form: Form::Sorted,
            stamp: Stamp::Now { back_s: 0 },
            signed: Signed::Genuine,
            change: Change::Nothing,
            spelling: Spelling::Platform,
            method: Method::Post,
            wait: Wait::Answer,
        }
    }

    /// A processing event that a receiver accepts only if it has this wrong reading.
    #[must_use]
    pub const fn under(misreading: &'static Misreading) -> Self {
        let form = match misreading.sample {
            Sample::Plain => Form::Sorted,
            Sample::Telling => Form::Telling,
        };
        Self { form, signed: Signed::Under(misreading), ..Self::genuine(misreading.name) }
    }

    /// The same delivery of another event.
    #[must_use]
    pub const fn of_event(self, event: Event) -> Self {
        Self { content: Content::Event(event), ..self }
    }

    /// Whether the live secret, asked about the bytes and the timestamp that arrive, says yes.
    #[must_use]
    pub const fn is_validly_signed(&self) -> bool {
        let timed = !matches!(self.stamp, Stamp::Missing);
        let kept = match self.change {
            Change::Nothing | Change::Shifted { .. } | Change::UpperCase | Change::Labelled(_) => true,
            Change::BodyByte
            | Change::Timestamp
            | Change::SpacedSignature
            | Change::LongerSignature
            | Change::SecondSignature { .. }
            | Change::SecondTimestamp { .. } => false,
        };
        let signed = match self.signed {
            Signed::Genuine => true,
            Signed::Under(misreading) => misreading.verifies,
            Signed::Missing
            | Signed::Empty
            | Signed::WrongSecret
            | Signed::SandboxSecret
            | Signed::BodyOnly
            | Signed::OtherBody
            | Signed::Truncated
            | Signed::RightStart
            | Signed::RightEnd => false,
        };
        signed && kept && timed
    }

    /// Whether a receiver may take it for genuine without being wrong: valid, or a valid signature spelled in a way that some libraries read.
    #[must_use]
    pub const fn may_be_taken(&self) -> bool {
        let lenient = matches!(
            self.change,
            Change::SpacedSignature | Change::LongerSignature | Change::SecondSignature { .. } | Change::SecondTimestamp { .. }
        );
        self.is_validly_signed() || matches!(self.signed, Signed::Genuine) && lenient
    }

    /// How far a run must go before this may be sent.
    #[must_use]
    pub const fn tier(&self) -> Deliver {
        match self.content {
            Content::Event(Event::PaymentProcessing)
            | Content::UnknownEvent
            | Content::NotJson
            | Content::NotAnEvent
            | Content::ApiRequest
            | Content::Empty => {
                // A wrong reading says something only of a receiver that was asked about the right one.
                if self.may_be_taken() || matches!(self.signed, Signed::Under(_)) { Deliver::Probe } else { Deliver::Negative }
            }
            Content::Event(_) => Deliver::Full,
        }
    }
}

/// What a body says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// An event of the platform's.
    Event(Event),
    /// An event that the platform does not know (yet): `golive.unknown`.
    UnknownEvent,
    /// JSON cut in the middle.
    NotJson,
    /// JSON that is no event: `[]`.
    NotAnEvent,
    /// The body of the read-only order-status request to the platform's API, which the same secret signs.
    ApiRequest,
    /// Nothing.
    Empty,
}

/// What an event says of its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// What is so.
    Own,
    /// Another amount.
    OtherAmount,
    /// Another currency: `USD`.
    OtherCurrency,
    /// Another transaction of the platform's.
    OtherTransaction,
}

/// How a body spells what it says. All but [`Form::TrailingBytes`] are JSON for the same value; a receiver that verifies the raw
/// bytes accepts each of those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Compact with sorted keys: raw, sorted and re-serialised are the same bytes.
    Sorted,
    /// Compact, keys in the order of the platform's page.
    AsPrinted,
    /// With `, ` and `: `.
    Spaced,
    /// With `/` as `\/`, as PHP writes it.
    EscapedSlashes,
    /// With Devanagari text as `\u` escapes.
    EscapedUnicode,
    /// With Devanagari text as UTF-8.
    RawUnicode,
    /// With the amount as a number with two decimals: `1.00`.
    DecimalNumber,
    /// With every member of `data` twice, the amount another one the first time.
    RepeatedKeys,
    /// With something behind the JSON document that is none.
    TrailingBytes,
    /// With a further field of so many lists in one another.
    Nested {
        /// How many.
        levels: u32,
    },
    /// With a further field that makes the body this long.
    Padded {
        /// Bytes.
        bytes: u32,
    },
    /// With further fields, spaces and line breaks, so that no two languages that parse it write it alike.
    Telling,
}

/// The timestamp a delivery is signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// This many seconds ago, for a receiver that must accept it; so that a later signing of the same event differs.
    Now {
        /// A few seconds.
        back_s: u64,
    },
    /// So long ago that a receiver should take it for a replay.
    Stale {
        /// Seconds.
        by_s: u64,
    },
    /// Ahead of time.
    Future {
        /// Seconds.
        by_s: u64,
    },
    /// No timestamp header.
    Missing,
}

impl Stamp {
    /// How far it is off, where it is, in seconds.
    #[must_use]
    pub const fn off_by_s(self) -> Option<u64> {
        match self {
            Self::Stale { by_s } | Self::Future { by_s } => Some(by_s),
            Self::Now { .. } | Self::Missing => None,
        }
    }
}

/// How a delivery is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// As the platform does it.
    Genuine,
    /// No signature header.
    Missing,
    /// The header without a value.
    Empty,
    /// With a secret made up for the run.
    WrongSecret,
    /// With the sandbox secret.
    SandboxSecret,
    /// Over the body without the timestamp.
    BodyOnly,
    /// Over another body.
    OtherBody,
    /// The first 32 of the 64 digits.
    Truncated,
    /// The right signature with its second half made up: what compares a beginning, or a rounded number, takes it.
    RightStart,
    /// The right signature with its first half made up.
    RightEnd,
    /// As the platform does it, but for one wrong reading of its rule.
    Under(&'static Misreading),
}

/// What is changed after signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Nothing,
    /// One digit of the amount.
    BodyByte,
    /// The timestamp header, by one second.
    Timestamp,
    /// The first digits of the timestamp stand at the end of the body: the rule has no separator, so that the signature stays right.
    Shifted {
        /// How many, at most all ten.
        digits: usize,
    },
    /// The signature, in upper case.
    UpperCase,
    /// The signature, with a space in its middle.
    SpacedSignature,
    /// The signature, with characters behind it that are no hex digits.
    LongerSignature,
    /// A made-up signature beside the right one.
    SecondSignature {
        /// Which comes first.
        right_first: bool,
    },
    /// The present time beside the one that was signed.
    SecondTimestamp {
        /// Which comes first.
        signed_first: bool,
    },
    /// The content type.
    Labelled(Label),
}

/// What a delivery says that its body is, where that is not `application/json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// `text/plain`
    Text,
    /// `application/x-www-form-urlencoded`
    Form,
    /// Nothing.
    None,
}

impl Label {
    /// The header's value.
    #[must_use]
    pub const fn value(self) -> Option<&'static str> {
        match self {
            Self::Text => Some("text/plain"),
            Self::Form => Some("application/x-www-form-urlencoded"),
            Self::None => None,
        }
    }
}

/// How header names are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spelling {
    /// `Content-Type`, `X-SIGNATURE`, `X-TIMESTAMP`, as the page prints them.
    Platform,
    /// `x-signature`, as HTTP/2 has it.
    Lower,
    /// `X-Signature`
    Title,
}

/// The method of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// What the platform uses.
    Post,
    /// A receiver should not take it.
    Get,
    /// A receiver should not take it.
    Put,
}

impl Method {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
            Self::Put => "PUT",
        }
    }
}

/// Whether we stay for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The answer is read.
    Answer,
    /// The connection is closed after the time that an answer usually takes, with the answer unread: the sender never learns how it went.
    Cut,
    /// The connection is closed after half of the time that an answer usually takes: the sender's patience is over while the receiver is at work.
    TimeOut,
}

/// An order or payout that a delivery names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderId {
    /// The merchant's own id of it.
    pub id: String,
    /// What the platform's ids in the event are made from: its own for each scenario, also where scenarios share an order, so that only what is
    /// meant as a duplicate looks like one.
    pub reference: String,
    /// The amount, as the event spells it.
    pub amount: String,
    /// Whether the merchant gave it for this purpose.
    pub issued: bool,
}

impl OrderId {
    /// An order whose events take their reference from its id.
    #[must_use]
    pub fn new(id: impl Into<String>, amount: impl Into<String>, issued: bool) -> Self {
        let id = id.into();
        Self { reference: id.clone(), id, amount: amount.into(), issued }
    }
}

/// The secrets that deliveries are signed with.
#[derive(Debug)]
pub struct SigningKeys<'a> {
    /// `api.secret_key`
    pub live: &'a Secret,
    /// `sandbox.secret_key`
    pub sandbox: Option<&'a Secret>,
    /// Made up for the run.
    pub wrong: &'a Secret,
    /// `api.api_key`
    pub api: Option<&'a Secret>,
    /// `sandbox.api_key`
    pub sandbox_api: Option<&'a Secret>,
}

impl<'a> SigningKeys<'a> {
    /// This secret, the others that are configured, and one made up for the run.
    #[must_use]
    pub const fn of(live: &'a Secret, keys: &'a Keyring, wrong: &'a Secret) -> Self {
        let (sandbox, api, sandbox_api) = (keys.sandbox_secret_key.as_ref(), keys.api_key.as_ref(), keys.sandbox_api_key.as_ref());
        Self { live, sandbox, wrong, api, sandbox_api }
    }
}

/// A delivery, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// Names as the platform prints them, and values, in its order.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes that were signed, or changed after.
    pub body: Vec<u8>,
    /// How to spell the names on the wire.
    pub spelling: Spelling,
    /// Whether to stay for the answer.
    pub wait: Wait,
}

/// Why a delivery was not put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A settling event for an order that the merchant did not name as a test order. Never sent, in any mode.
    WouldSettle,
    /// No sandbox secret is configured.
    NoSandboxSecret,
    /// The configured keys do not give the wrong reading, or none that differs from a likelier one.
    NoReading,
}

impl Delivery {
    /// Puts the request together. `began` dates the event, so that the same event reads the same when it is signed again; `now` is
    /// what timestamps count from.
    ///
    /// # Errors
    ///
    /// [`Refusal::WouldSettle`] holds the tool back from moving anybody's books; [`Refusal::NoSandboxSecret`].
    pub fn compose(&self, order: &OrderId, began: Timestamp, now: Timestamp, keys: &SigningKeys<'_>) -> Result<Request, Refusal> {
        self.compose_with(&Settings::default(), order, began, now, keys)
    }

    /// The same, with members of the event set to something else before it is signed.
    ///
    /// # Errors
    ///
    /// Those of [`Delivery::compose`]; settings that only suit a test order are [`Refusal::WouldSettle`] for any other.
    pub fn compose_with(
        &self,
        settings: &Settings,
        order: &OrderId,
        began: Timestamp,
        now: Timestamp,
        keys: &SigningKeys<'_>,
    ) -> Result<Request, Refusal> {
        if let Content::Event(event) = self.content
            && event.settles()
            && !order.issued
        {
            return Err(Refusal::WouldSettle);
        }
        if !settings.suit(order.issued) {
            return Err(Refusal::WouldSettle);
        }
        let mut body = settings.apply(body(self.content, self.claim, self.form, order, began)).into_bytes();
        let seconds = |by: u64| i64::try_from(by).unwrap_or(i64::MAX);
        let stamp = match self.stamp {
            Stamp::Now { back_s } => now.as_second().saturating_sub(seconds(back_s)),
            Stamp::Stale { by_s } => now.as_second().saturating_sub(seconds(by_s)),
            Stamp::Future { by_s } => now.as_second().saturating_add(seconds(by_s)),
            Stamp::Missing => now.as_second(),
        };
        let mut stamp_text = stamp.to_string();
        let signature = match self.signed {
            Signed::Under(misreading) => {
                let headers = misreading.sign(keys, &body, &stamp_text).ok_or(Refusal::NoReading)?;
                stamp_text = headers.timestamp;
                Some(headers.signature)
            }
            Signed::Genuine => Some(signature::sign(keys.live, &body, &stamp_text)),
            Signed::Missing => None,
            Signed::Empty => Some(String::new()),
            Signed::WrongSecret => Some(signature::sign(keys.wrong, &body, &stamp_text)),
            Signed::SandboxSecret => Some(signature::sign(keys.sandbox.ok_or(Refusal::NoSandboxSecret)?, &body, &stamp_text)),
            Signed::BodyOnly => Some(signature::sign(keys.live, &body, "")),
            Signed::OtherBody => Some(signature::sign(keys.live, br#"{"data":{},"event":"payment.processing"}"#, &stamp_text)),
            Signed::Truncated => Some(signature::sign(keys.live, &body, &stamp_text)[..32].to_owned()),
            Signed::RightStart => Some(half_made_up(&signature::sign(keys.live, &body, &stamp_text), 32..64)),
            Signed::RightEnd => Some(half_made_up(&signature::sign(keys.live, &body, &stamp_text), 0..32)),
        };
        let mut headers = Headers {
            content_type: Some("application/json"),
            signatures: signature.into_iter().collect(),
            timestamps: if self.stamp == Stamp::Missing { Vec::new() } else { vec![stamp_text] },
        };
        self.change.make(&mut body, &mut headers, now);
        let headers = headers.list();
        Ok(Request { method: self.method, headers, body, spelling: self.spelling, wait: self.wait })
    }
}

/// What stands above a body.
struct Headers {
    content_type: Option<&'static str>,
    signatures: Vec<String>,
    timestamps: Vec<String>,
}

impl Headers {
    fn list(self) -> Vec<(&'static str, String)> {
        let content_type = self.content_type.map(|value| ("Content-Type", value.to_owned()));
        let signatures = self.signatures.into_iter().map(|value| ("X-SIGNATURE", value));
        let timestamps = self.timestamps.into_iter().map(|value| ("X-TIMESTAMP", value));
        content_type.into_iter().chain(signatures).chain(timestamps).collect()
    }
}

impl Change {
    /// Makes it, in what was signed at `now` and is about to go out.
    fn make(self, body: &mut Vec<u8>, headers: &mut Headers, now: Timestamp) {
        match self {
            Self::Nothing => {}
            Self::BodyByte => change_amount(body),
            Self::Timestamp => {
                for stamp in &mut headers.timestamps {
                    *stamp = stamp.parse::<i64>().map_or_else(|_| stamp.clone(), |second| (second - 1).to_string());
                }
            }
            Self::Shifted { digits } => {
                for stamp in &mut headers.timestamps {
                    let left = stamp.split_off(digits.min(stamp.len()));
                    body.extend(std::mem::replace(stamp, left).bytes());
                }
            }
            Self::UpperCase => headers.signatures.iter_mut().for_each(|signature| signature.make_ascii_uppercase()),
            Self::SpacedSignature => headers.signatures.iter_mut().for_each(|signature| signature.insert(signature.len() / 2, ' ')),
            Self::LongerSignature => headers.signatures.iter_mut().for_each(|signature| signature.push_str("zz")),
            Self::SecondSignature { right_first } => {
                let made_up: Vec<String> = headers.signatures.iter().map(|right| half_made_up(right, 0..64)).collect();
                let at = if right_first { headers.signatures.len() } else { 0 };
                headers.signatures.splice(at..at, made_up);
            }
            Self::SecondTimestamp { signed_first } => {
                let at = if signed_first { headers.timestamps.len() } else { 0 };
                headers.timestamps.insert(at, now.as_second().to_string());
            }
            Self::Labelled(label) => headers.content_type = label.value(),
        }
    }
}

/// A signature with every digit of a part changed.
fn half_made_up(signature: &str, part: std::ops::Range<usize>) -> String {
    let changed = |(at, digit)| {
        if !part.contains(&at) {
            digit
        } else if digit == '0' {
            '1'
        } else {
            '0'
        }
    };
    signature.chars().enumerate().map(changed).collect()
}

/// Changes one digit of the amount: a byte that matters.
fn change_amount(body: &mut [u8]) {
    const KEY: &[u8] = b"\"amount\":";
    let start = body.windows(KEY.len()).position(|at| at == KEY).map_or(0, |at| at + KEY.len());
    if let Some(digit) = body[start..].iter_mut().find(|byte| byte.is_ascii_digit()) {
        *digit = if *digit == b'9' { b'1' } else { *digit + 1 };
    }
}

/// Text with Devanagari letters, for receivers that escape what they re-serialise.
const DEVANAGARI: &str = "जाँच";

/// Text that languages write in ways of their own.
const TELLING_TEXT: &str = "जाँच d=e+f a/b <c> & it's";
/// Numbers and an object that they do so too.
const TELLING_DETAILS: &str = r#"{ "rate" : 0.000001, "fee" : 1.00, "batch" : 90071992547409931, "tags" : {} }"#;

/// The body of a delivery.
fn body(content: Content, claim: Claim, form: Form, order: &OrderId, began: Timestamp) -> String {
    let string = |text: &str| serde_json::Value::from(text).to_string();
    let event = match content {
        Content::Event(event) => event.name(),
        Content::UnknownEvent => "golive.unknown",
        Content::NotJson => return r#"{"event":"payment.processing","data":{"order_id":"#.to_owned(),
        Content::NotAnEvent => return "[]".to_owned(),
        Content::ApiRequest => return format!("{{\"order_id\":{}}}", string(&order.id)),
        Content::Empty => return String::new(),
    };
    let payout = matches!(content, Content::Event(event) if event.is_payout());
    let status = match content {
        Content::Event(event) => event.status(),
        Content::UnknownEvent | Content::NotJson | Content::NotAnEvent | Content::ApiRequest | Content::Empty => "PROCESSING",
    };
    let india = Offset::from_seconds(19_800).expect("+05:30 is an offset").to_datetime(began);
    let spell = |amount: String| if form == Form::DecimalNumber { amount } else { string(&amount) };
    let other_amount = spell(another_amount(&order.amount));
    let amount = if claim == Claim::OtherAmount { other_amount.clone() } else { spell(order.amount.clone()) };
    let currency = string(if claim == Claim::OtherCurrency { "USD" } else { "INR" });
    let reference = format!("{}{}", order.reference, if claim == Claim::OtherTransaction { "B" } else { "" });
    let mut data: Vec<(&str, String)> = if payout {
        vec![
            ("payout_id", string(&format!("payout_{reference}"))),
            ("payout_order_id", string(&order.id)),
            ("status", string(status)),
            ("amount", amount),
            ("currency", currency),
            ("utr_number", string(&format!("UTR{reference}"))),
            ("created_at", string(&india.strftime("%d-%m-%Y").to_string())),
        ]
    } else {
        vec![
            ("kwikX_order_id", string(&format!("kp_{}", order.id))),
            ("order_id", string(&order.id)),
            ("order_status", string(status)),
            ("amount", amount),
            ("currency", currency),
            ("transaction_id", string(&format!("TXN{reference}"))),
            ("payment_method", string("UPI")),
            ("created_at", string(&india.strftime("%d-%m-%Y %I:%M %p").to_string())),
        ]
    };
    match form {
        Form::EscapedSlashes => data.push(("note", r#""golive\/check""#.to_owned())),
        Form::EscapedUnicode => data.push(("note", format!("\"{}\"", escape_unicode(DEVANAGARI)))),
        Form::RawUnicode => data.push(("note", string(DEVANAGARI))),
        Form::Nested { levels } => {
            let levels = usize::try_from(levels).unwrap_or(usize::MAX);
            data.push(("note", format!("{}{}", "[".repeat(levels), "]".repeat(levels))));
        }
        Form::RepeatedKeys => {
            let first = |(key, value): &(&'static str, String)| (*key, if *key == "amount" { other_amount.clone() } else { value.clone() });
            data = data.iter().map(first).chain(data.clone()).collect();
        }
        Form::Padded { .. } => data.push(("note", string(""))),
        Form::Telling => data.extend([("note", string(TELLING_TEXT)), ("details", TELLING_DETAILS.to_owned())]),
        Form::Sorted | Form::AsPrinted | Form::Spaced | Form::DecimalNumber | Form::TrailingBytes => {}
    }
    let (comma, colon) = if form == Form::Spaced {
        (", ", ": ")
    } else if form == Form::Telling {
        (",\r\n  ", " : ")
    } else {
        (",", ":")
    };
    let object = |members: &[(&str, String)]| {
        let members: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\"{colon}{value}")).collect();
        format!("{{{}}}", members.join(comma))
    };
    let sorted = !matches!(form, Form::AsPrinted | Form::Telling);
    if sorted {
        data.sort_by_key(|(key, _)| *key);
    }
    let mut members = vec![("event", string(event)), ("data", object(&data))];
    if sorted {
        members.reverse();
    }
    let mut text = object(&members);
    match form {
        Form::TrailingBytes => text.push_str("#golive"),
        Form::Telling => text.push('\n'),
        Form::Padded { bytes } => {
            let lacking = usize::try_from(bytes).unwrap_or(usize::MAX).saturating_sub(text.len());
            text = text.replace(r#""note":"""#, &format!(r#""note":"{}""#, "x".repeat(lacking)));
        }
        Form::Sorted
        | Form::AsPrinted
        | Form::Spaced
        | Form::EscapedSlashes
        | Form::EscapedUnicode
        | Form::RawUnicode
        | Form::DecimalNumber
        | Form::RepeatedKeys
        | Form::Nested { .. } => {}
    }
    text
}

/// Another amount than this one, by one digit.
fn another_amount(amount: &str) -> String {
    let mut changed = format!("\"amount\":{amount}").into_bytes();
    change_amount(&mut changed);
    String::from_utf8_lossy(&changed["\"amount\":".len()..]).into_owned()
}

/// `\u` escapes in lower-case hex, as PHP and Python write them.
fn escape_unicode(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(issued: bool) -> OrderId {
        OrderId::new("golive-1", "1.00", issued)
    }

    fn compose(delivery: &Delivery, issued: bool) -> Result<Request, Refusal> {
        let live = Secret::new("sk_live_marker_live".to_owned());
        let wrong = Secret::new("sk_live_marker_wrong".to_owned());
        let at = Timestamp::from_second(1_778_659_835).expect("in range");
        delivery.compose(&order(issued), at, at, &SigningKeys { live: &live, sandbox: None, wrong: &wrong, api: None, sandbox_api: None })
    }

    fn is_valid(request: &Request) -> bool {
        let live = Secret::new("sk_live_marker_live".to_owned());
        let header = |name| request.headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.as_str());
        match (header("X-SIGNATURE"), header("X-TIMESTAMP")) {
            (Some(signature), Some(stamp)) => signature::verify(&live, &request.body, stamp, signature),
            _ => false,
        }
    }

    const SIGNINGS: [Signed; 9] = [
        Signed::Genuine,
        Signed::Missing,
        Signed::Empty,
        Signed::WrongSecret,
        Signed::BodyOnly,
        Signed::OtherBody,
        Signed::Truncated,
        Signed::RightStart,
        Signed::RightEnd,
    ];
    const FORMS: [Form; 11] = [
        Form::Sorted,
        Form::AsPrinted,
        Form::Spaced,
        Form::EscapedSlashes,
        Form::EscapedUnicode,
        Form::RawUnicode,
        Form::DecimalNumber,
        Form::RepeatedKeys,
        Form::Nested { levels: 3 },
        Form::Padded { bytes: 1000 },
        Form::Telling,
    ];
    const CHANGES: [Change; 12] = [
        Change::Nothing,
        Change::BodyByte,
        Change::Timestamp,
        Change::Shifted { digits: 1 },
        Change::Shifted { digits: 10 },
        Change::UpperCase,
        Change::SpacedSignature,
        Change::LongerSignature,
        Change::SecondSignature { right_first: false },
        Change::SecondTimestamp { signed_first: false },
        Change::Labelled(Label::Text),
        Change::Labelled(Label::None),
    ];

    #[test]
    fn only_what_claims_to_be_validly_signed_is() {
        for signed in SIGNINGS {
            for change in CHANGES {
                for form in FORMS.into_iter().chain([Form::TrailingBytes]) {
                    // Beside the present time a second one says something only where another was signed.
                    let stamp = match change {
                        Change::SecondTimestamp { .. } => Stamp::Stale { by_s: 60 },
                        _ => Stamp::Now { back_s: 0 },
                    };
                    let delivery = Delivery { signed, change, form, stamp, ..Delivery::genuine("x") };
                    let request = compose(&delivery, false).expect("composes");
                    assert_eq!(is_valid(&request), delivery.is_validly_signed(), "{delivery:?}");
                }
            }
        }
    }

    #[test]
    fn half_right_signatures_are_as_long_as_right_ones() {
        let signature = |signed| {
            let request = compose(&Delivery { signed, ..Delivery::genuine("x") }, false).expect("composes");
            request.headers.into_iter().find(|(name, _)| *name == "X-SIGNATURE").expect("signed").1
        };
        let [right, start, end] = [Signed::Genuine, Signed::RightStart, Signed::RightEnd].map(signature);
        assert_eq!((start.len(), end.len()), (64, 64));
        assert!(right[..32] == start[..32] && right[32..] == end[32..]);
        assert!(right.chars().zip(start.chars()).skip(32).all(|(one, other)| one != other));
        assert!(right.chars().zip(end.chars()).take(32).all(|(one, other)| one != other));
    }

    #[test]
    fn every_form_says_the_same() {
        for form in FORMS {
            let request = compose(&Delivery { form, ..Delivery::genuine("x") }, false).expect("composes");
            let value: serde_json::Value = serde_json::from_slice(&request.body).expect("JSON");
            assert_eq!(value["event"], "payment.processing", "{form:?}");
            assert_eq!(value["data"]["order_id"], "golive-1", "{form:?}");
            assert_eq!(value["data"]["created_at"], "13-05-2026 01:40 PM", "{form:?}");
        }
    }

    #[test]
    fn padded_bodies_are_as_long_as_they_are_to_be() {
        for bytes in [1_000, 65_536] {
            let request = compose(&Delivery { form: Form::Padded { bytes }, ..Delivery::genuine("x") }, false).expect("composes");
            assert_eq!(request.body.len(), bytes as usize);
        }
    }

    #[test]
    fn a_claim_changes_what_it_is_about_and_nothing_else() {
        let body = |claim| {
            let request = compose(&Delivery { claim, ..Delivery::genuine("x") }, false).expect("composes");
            serde_json::from_slice::<serde_json::Value>(&request.body).expect("JSON")["data"].clone()
        };
        let own = body(Claim::Own);
        let claims = [(Claim::OtherAmount, "amount"), (Claim::OtherCurrency, "currency"), (Claim::OtherTransaction, "transaction_id")];
        for (claim, key) in claims {
            let mut other = body(claim);
            assert_ne!(other[key], own[key]);
            other[key] = own[key].clone();
            assert_eq!(other, own, "{claim:?}");
        }
        assert_eq!(body(Claim::OtherAmount)["amount"], "2.00");
    }

    #[test]
    fn shifted_digits_leave_the_signed_bytes_as_they_were() {
        let texts: Vec<(Vec<u8>, String)> = [0, 1, 10]
            .map(|digits| {
                let delivery = Delivery { change: Change::Shifted { digits }, ..Delivery::genuine("x") };
                let request = compose(&delivery, false).expect("composes");
                let stamp = request.headers.iter().find(|(name, _)| *name == "X-TIMESTAMP").expect("is stamped").1.clone();
                (request.body, stamp)
            })
            .into();
        assert!(texts.iter().all(|(body, stamp)| [body, stamp.as_bytes()].concat() == [&texts[0].0, texts[0].1.as_bytes()].concat()));
        assert_eq!([&texts[1].1, &texts[2].1], ["778659835", ""]);
    }

    #[test]
    fn settling_events_are_never_composed_for_orders_nobody_issued() {
        for event in Event::ALL {
            let delivery = Delivery { content: Content::Event(event), ..Delivery::genuine("x") };
            assert_eq!(compose(&delivery, false).is_err(), event.settles(), "{event:?}");
            assert!(compose(&delivery, true).is_ok(), "{event:?}");
        }
    }

    #[test]
    fn all_but_processing_payments_need_full() {
        for event in Event::ALL {
            for signed in SIGNINGS {
                let delivery = Delivery { content: Content::Event(event), signed, ..Delivery::genuine("x") };
                assert_eq!(delivery.tier() == Deliver::Full, event != Event::PaymentProcessing, "{delivery:?}");
            }
        }
    }
}
