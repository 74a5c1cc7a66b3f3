//! A delivery put together: its body, its signature, and what is changed after it was signed.

use jiff::Timestamp;
use jiff::tz::Offset;

use super::{
    Change, Claim, Content, Delivery, Form, Method, OrderId, Signed, Spelling, Stamp, Wait,
};
use crate::model::{Secret, Settings, SigningKeys};
use crate::platform::signature;

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
    /// A settling event for an order that the merchant did not name as a test order. Never sent, in
    /// any mode.
    WouldSettle,
    /// No sandbox secret is configured.
    NoSandboxSecret,
    /// The configured keys do not give the wrong reading, or none that differs from a likelier one.
    NoReading,
}

impl Delivery {
    /// Puts the request together. `began` dates the event, so that the same event reads the same
    /// when it is signed again; `now` is what timestamps count from.
    ///
    /// # Errors
    ///
    /// [`Refusal::WouldSettle`] holds the tool back from moving anybody's books;
    /// [`Refusal::NoSandboxSecret`].
    pub fn compose(
        &self,
        order: &OrderId,
        began: Timestamp,
        now: Timestamp,
        keys: &SigningKeys<'_>,
    ) -> Result<Request, Refusal> {
        self.compose_with(&Settings::default(), order, began, now, keys)
    }

    /// The same, with members of the event set to something else before it is signed.
    ///
    /// # Errors
    ///
    /// Those of [`Delivery::compose`]; settings that only suit a test order are
    /// [`Refusal::WouldSettle`] for any other.
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
        let mut body =
            settings.apply(body(self.content, self.claim, self.form, order, began)).into_bytes();
        let seconds = |by: u64| i64::try_from(by).unwrap_or(i64::MAX);
        let stamp = match self.stamp {
            Stamp::Now { back_s } => now.as_second().saturating_sub(seconds(back_s)),
            Stamp::Stale { by_s } => now.as_second().saturating_sub(seconds(by_s)),
            Stamp::Future { by_s } => now.as_second().saturating_add(seconds(by_s)),
            Stamp::Missing | Stamp::Word(_) => now.as_second(),
        };
        let mut stamp_text =
            if let Stamp::Word(word) = self.stamp { word.to_owned() } else { stamp.to_string() };
        let signature = match self.signed {
            Signed::Under(misreading) => {
                let headers =
                    misreading.sign(keys, &body, &stamp_text).ok_or(Refusal::NoReading)?;
                stamp_text = headers.timestamp;
                Some(headers.signature)
            }
            Signed::Genuine => Some(signature::sign(keys.live, &body, &stamp_text)),
            Signed::Missing => None,
            Signed::Empty => Some(String::new()),
            Signed::WrongSecret => Some(signature::sign(keys.wrong, &body, &stamp_text)),
            Signed::StandIn(key) => {
                Some(signature::sign(&Secret::new(key.to_owned()), &body, &stamp_text))
            }
            Signed::SandboxSecret => Some(signature::sign(
                keys.sandbox.ok_or(Refusal::NoSandboxSecret)?,
                &body,
                &stamp_text,
            )),
            Signed::BodyOnly => Some(signature::sign(keys.live, &body, "")),
            Signed::OtherBody => Some(signature::sign(
                keys.live,
                br#"{"data":{},"event":"payment.processing"}"#,
                &stamp_text,
            )),
            Signed::Truncated => {
                Some(signature::sign(keys.live, &body, &stamp_text)[..32].to_owned())
            }
            Signed::RightStart => {
                Some(half_made_up(&signature::sign(keys.live, &body, &stamp_text), 62..64))
            }
            Signed::RightEnd => {
                Some(half_made_up(&signature::sign(keys.live, &body, &stamp_text), 0..2))
            }
        };
        let mut headers = RequestHeaders {
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
struct RequestHeaders {
    content_type: Option<&'static str>,
    signatures: Vec<String>,
    timestamps: Vec<String>,
}

impl RequestHeaders {
    fn list(self) -> Vec<(&'static str, String)> {
        let content_type = self.content_type.map(|value| ("Content-Type", value.to_owned()));
        let signatures = self.signatures.into_iter().map(|value| ("X-SIGNATURE", value));
        let timestamps = self.timestamps.into_iter().map(|value| ("X-TIMESTAMP", value));
        content_type.into_iter().chain(signatures).chain(timestamps).collect()
    }
}

impl Change {
    /// Makes it, in what was signed at `now` and is about to go out.
    fn make(self, body: &mut Vec<u8>, headers: &mut RequestHeaders, now: Timestamp) {
        match self {
            Self::Nothing => {}
            Self::BodyByte => change_amount(body),
            Self::Timestamp => {
                for stamp in &mut headers.timestamps {
                    *stamp = stamp
                        .parse::<i64>()
                        .map_or_else(|_| stamp.clone(), |second| (second - 1).to_string());
                }
            }
            Self::Shifted { digits } => {
                for stamp in &mut headers.timestamps {
                    let left = stamp.split_off(digits.min(stamp.len()));
                    body.extend(std::mem::replace(stamp, left).bytes());
                }
            }
            Self::UpperCase => {
                headers.signatures.iter_mut().for_each(|signature| signature.make_ascii_uppercase())
            }
            Self::SpacedSignature => headers
                .signatures
                .iter_mut()
                .for_each(|signature| signature.insert(signature.len() / 2, ' ')),
            Self::LongerSignature => {
                headers.signatures.iter_mut().for_each(|signature| signature.push_str("zz"))
            }
            Self::SecondSignature { right_first } => {
                let made_up: Vec<String> =
                    headers.signatures.iter().map(|right| half_made_up(right, 0..64)).collect();
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
const TELLING_DETAILS: &str =
    r#"{ "rate" : 0.000001, "fee" : 1.00, "batch" : 90071992547409931, "tags" : {} }"#;

/// The body of a delivery.
fn body(content: Content, claim: Claim, form: Form, order: &OrderId, began: Timestamp) -> String {
    let string = |text: &str| serde_json::Value::from(text).to_string();
    let event = match content {
        Content::Event(event) => event.name(),
        Content::UnknownEvent => "golive.unknown",
        Content::NotJson => {
            return r#"{"event":"payment.processing","data":{"order_id":"#.to_owned();
        }
        Content::NotAnEvent => return "[]".to_owned(),
        Content::ApiRequest => return format!("{{\"order_id\":{}}}", string(&order.id)),
        Content::Empty => return String::new(),
    };
    let payout = matches!(content, Content::Event(event) if event.is_payout());
    let status = match content {
        Content::Event(event) => event.status(),
        Content::UnknownEvent
        | Content::NotJson
        | Content::NotAnEvent
        | Content::ApiRequest
        | Content::Empty => "PROCESSING",
    };
    let india = Offset::from_seconds(19_800).expect("+05:30 is an offset").to_datetime(began);
    let spell = |amount: String| if form == Form::DecimalNumber { amount } else { string(&amount) };
    let other_amount = spell(another_amount(&order.amount));
    let amount = if claim == Claim::OtherAmount {
        other_amount.clone()
    } else {
        spell(order.amount.clone())
    };
    let currency = string(if claim == Claim::OtherCurrency { "USD" } else { "INR" });
    let reference =
        format!("{}{}", order.reference, if claim == Claim::OtherTransaction { "B" } else { "" });
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
            let first = |(key, value): &(&'static str, String)| {
                (*key, if *key == "amount" { other_amount.clone() } else { value.clone() })
            };
            data = data.iter().map(first).chain(data.clone()).collect();
        }
        Form::Padded { .. } => data.push(("note", string(""))),
        Form::Telling => {
            data.extend([("note", string(TELLING_TEXT)), ("details", TELLING_DETAILS.to_owned())])
        }
        Form::Sorted
        | Form::AsPrinted
        | Form::Spaced
        | Form::DecimalNumber
        | Form::TrailingBytes => {}
    }
    let (comma, colon) = if form == Form::Spaced {
        (", ", ": ")
    } else if form == Form::Telling {
        (",\r\n  ", " : ")
    } else {
        (",", ":")
    };
    let object = |members: &[(&str, String)]| {
        let members: Vec<String> =
            members.iter().map(|(key, value)| format!("\"{key}\"{colon}{value}")).collect();
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
mod tests;
