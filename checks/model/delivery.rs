//! Webhook deliveries: what is sent, and how far a run must go before it may be.

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use super::{Deliver, Secret};
use crate::platform::{Event, signature};

/// One webhook request, described without its secret parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Names it in the plan and the report: `forged-wrong-secret`.
    pub name: &'static str,
    /// What the body says.
    pub content: Content,
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
            form: Form::Sorted,
            stamp: Stamp::Now { back_s: 0 },
            signed: Signed::Genuine,
            change: Change::Nothing,
            spelling: Spelling::Platform,
            method: Method::Post,
            wait: Wait::Answer,
        }
    }

    /// Whether the live secret, asked about the bytes and the timestamp that arrive, says yes.
    #[must_use]
    pub const fn is_validly_signed(&self) -> bool {
        matches!(self.signed, Signed::Genuine) && matches!(self.change, Change::Nothing) && !matches!(self.stamp, Stamp::Missing)
    }

    /// How far a run must go before this may be sent.
    #[must_use]
    pub const fn tier(&self) -> Deliver {
        match self.content {
            Content::Event(Event::PaymentProcessing) | Content::UnknownEvent | Content::NotJson | Content::NotAnEvent | Content::Empty => {
                if self.is_validly_signed() {
                    Deliver::Probe
                } else {
                    Deliver::Negative
                }
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
    /// Nothing.
    Empty,
}

/// How a body spells what it says. All are JSON for the same value; a receiver that verifies the raw bytes accepts each.
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
    /// The connection is closed once the request is sent: the sender never learns how it went.
    Cut,
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
}

impl Delivery {
    /// Puts the request together. `began` dates the event, so that the same event reads the same when it is signed again; `now` is
    /// what timestamps count from.
    ///
    /// # Errors
    ///
    /// [`Refusal::WouldSettle`] holds the tool back from moving anybody's books; [`Refusal::NoSandboxSecret`].
    pub fn compose(&self, order: &OrderId, began: Timestamp, now: Timestamp, keys: &SigningKeys<'_>) -> Result<Request, Refusal> {
        if let Content::Event(event) = self.content
            && event.settles()
            && !order.issued
        {
            return Err(Refusal::WouldSettle);
        }
        let mut body = body(self.content, self.form, order, began).into_bytes();
        let seconds = |by: u64| i64::try_from(by).unwrap_or(i64::MAX);
        let stamp = match self.stamp {
            Stamp::Now { back_s } => now.as_second().saturating_sub(seconds(back_s)),
            Stamp::Stale { by_s } => now.as_second().saturating_sub(seconds(by_s)),
            Stamp::Future { by_s } => now.as_second().saturating_add(seconds(by_s)),
            Stamp::Missing => now.as_second(),
        };
        let stamp_text = stamp.to_string();
        let signature = match self.signed {
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
        let sent_stamp = match self.change {
            Change::Nothing => stamp_text,
            Change::BodyByte => {
                change_amount(&mut body);
                stamp_text
            }
            Change::Timestamp => (stamp - 1).to_string(),
        };
        let mut headers = vec![("Content-Type", "application/json".to_owned())];
        headers.extend(signature.map(|value| ("X-SIGNATURE", value)));
        if self.stamp != Stamp::Missing {
            headers.push(("X-TIMESTAMP", sent_stamp));
        }
        Ok(Request { method: self.method, headers, body, spelling: self.spelling, wait: self.wait })
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

/// The body of a delivery.
fn body(content: Content, form: Form, order: &OrderId, began: Timestamp) -> String {
    let event = match content {
        Content::Event(event) => event.name(),
        Content::UnknownEvent => "golive.unknown",
        Content::NotJson => return r#"{"event":"payment.processing","data":{"order_id":"#.to_owned(),
        Content::NotAnEvent => return "[]".to_owned(),
        Content::Empty => return String::new(),
    };
    let payout = matches!(content, Content::Event(event) if event.is_payout());
    let status = match content {
        Content::Event(event) => event.status(),
        _ => "PROCESSING",
    };
    let string = |text: &str| serde_json::Value::from(text).to_string();
    let india = Offset::from_seconds(19_800).expect("+05:30 is an offset").to_datetime(began);
    let amount = if form == Form::DecimalNumber { order.amount.clone() } else { string(&order.amount) };
    let mut data: Vec<(&str, String)> = if payout {
        vec![
            ("payout_id", string(&format!("payout_{}", order.reference))),
            ("payout_order_id", string(&order.id)),
            ("status", string(status)),
            ("amount", amount),
            ("currency", string("INR")),
            ("utr_number", string(&format!("UTR{}", order.reference))),
            ("created_at", string(&india.strftime("%d-%m-%Y").to_string())),
        ]
    } else {
        vec![
            ("kwikX_order_id", string(&format!("kp_{}", order.id))),
            ("order_id", string(&order.id)),
            ("order_status", string(status)),
            ("amount", amount),
            ("currency", string("INR")),
            ("transaction_id", string(&format!("TXN{}", order.reference))),
            ("payment_method", string("UPI")),
            ("created_at", string(&india.strftime("%d-%m-%Y %I:%M %p").to_string())),
        ]
    };
    match form {
        Form::EscapedSlashes => data.push(("note", r#""golive\/check""#.to_owned())),
        Form::EscapedUnicode => data.push(("note", format!("\"{}\"", escape_unicode(DEVANAGARI)))),
        Form::RawUnicode => data.push(("note", string(DEVANAGARI))),
        Form::Sorted | Form::AsPrinted | Form::Spaced | Form::DecimalNumber => {}
    }
    let (comma, colon) = if form == Form::Spaced { (", ", ": ") } else { (",", ":") };
    let object = |members: &[(&str, String)]| {
        let members: Vec<String> = members.iter().map(|(key, value)| format!("\"{key}\"{colon}{value}")).collect();
        format!("{{{}}}", members.join(comma))
    };
    if form != Form::AsPrinted {
        data.sort_by_key(|(key, _)| *key);
    }
    let mut members = vec![("event", string(event)), ("data", object(&data))];
    if form != Form::AsPrinted {
        members.reverse();
    }
    object(&members)
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
        delivery.compose(&order(issued), at, at, &SigningKeys { live: &live, sandbox: None, wrong: &wrong })
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
    const FORMS: [Form; 7] =
        [Form::Sorted, Form::AsPrinted, Form::Spaced, Form::EscapedSlashes, Form::EscapedUnicode, Form::RawUnicode, Form::DecimalNumber];

    #[test]
    fn only_what_claims_to_be_validly_signed_is() {
        for signed in SIGNINGS {
            for change in [Change::Nothing, Change::BodyByte, Change::Timestamp] {
                for form in FORMS {
                    let delivery = Delivery { signed, change, form, ..Delivery::genuine("x") };
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
