//! A delivery put together: its body, its signature, and what is changed after it was signed.

use std::io::Write;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use jiff::Timestamp;
use jiff::tz::Offset;

use super::{
    AddressForm, Change, Claim, Content, Delivery, Form, Framing, Method, OrderId, Signed,
    Spelling, Stamp, Wait,
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
    /// What the path and query of the address become, where they are not those registered.
    pub address: Option<AddressChange>,
    /// How to spell the names on the wire.
    pub spelling: Spelling,
    /// How it is put on the wire.
    pub framing: Framing,
    /// Whether to stay for the answer.
    pub wait: Wait,
}

impl Request {
    /// Changes one digit of the amount, under the same signature and timestamp.
    pub fn alter_amount(&mut self) {
        change_amount(&mut self.body);
    }
}

/// What an address becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressChange {
    /// Its path gets a slash at its end, or loses it.
    Slash,
    /// The letters of its path turn upper case, or lower where none is in lower case.
    Case,
    /// The first slash of its path comes twice.
    DoubleSlash,
    /// The last letter or digit of its path is percent-encoded.
    EncodedLetter,
    /// Its path ends with this too.
    Suffix(&'static str),
    /// Its query gets these parameters.
    Query(String),
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
    /// Nothing configured gives what it is to be signed with.
    Unconfigured {
        /// The setting that would.
        key: &'static str,
    },
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
        let mut body = encode(
            self.form,
            settings.apply(body(self.content, self.claim, self.form, order, began)),
        );
        let address = match self.address {
            AddressForm::Registered => None,
            AddressForm::TrailingSlash => Some(AddressChange::Slash),
            AddressForm::OtherCase => Some(AddressChange::Case),
            AddressForm::DoubleSlash => Some(AddressChange::DoubleSlash),
            AddressForm::EncodedLetter => Some(AddressChange::EncodedLetter),
            AddressForm::Suffix(end) => Some(AddressChange::Suffix(end)),
            AddressForm::Query(switches) => Some(AddressChange::Query(switches.to_owned())),
            AddressForm::EventInQuery => {
                let members = String::from_utf8_lossy(&body).into_owned();
                body.clear();
                Some(AddressChange::Query(members))
            }
        };
        let seconds = |by: u64| i64::try_from(by).unwrap_or(i64::MAX);
        let stamp = match self.stamp {
            Stamp::Now { back_s } => now.as_second().saturating_sub(seconds(back_s)),
            Stamp::Stale { by_s } => now.as_second().saturating_sub(seconds(by_s)),
            Stamp::Future { by_s } => now.as_second().saturating_add(seconds(by_s)),
            Stamp::Missing | Stamp::Word(_) => now.as_second(),
            Stamp::Milliseconds => now.as_millisecond(),
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
            Signed::WalletId => Some(signature::sign(
                keys.wallet.ok_or(Refusal::Unconfigured { key: "api.wallet_id" })?,
                &body,
                &stamp_text,
            )),
            Signed::VariableName => {
                let missing = Refusal::Unconfigured { key: "api.secret_key" };
                let name = keys.variable.ok_or(missing)?;
                Some(signature::sign(&Secret::new(name.to_owned()), &body, &stamp_text))
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
            Signed::Digits(digits) => {
                Some(signature::sign(keys.live, &body, &stamp_text)[..digits].to_owned())
            }
            Signed::TimestampOnly => Some(signature::sign(keys.live, b"", &stamp_text)),
            Signed::Nothing => Some(signature::sign(keys.live, b"", "")),
            Signed::Text(text) => Some(text.to_owned()),
            Signed::RightStart => {
                Some(half_made_up(&signature::sign(keys.live, &body, &stamp_text), 62..64))
            }
            Signed::RightEnd => {
                Some(half_made_up(&signature::sign(keys.live, &body, &stamp_text), 0..2))
            }
        };
        let mut headers = RequestHeaders {
            content_type: Some(match self.form {
                Form::UrlEncoded | Form::FormPayload => "application/x-www-form-urlencoded",
                Form::Multipart => "multipart/form-data; boundary=golive",
                _ => "application/json",
            }),
            signatures: signature.into_iter().collect(),
            timestamps: if self.stamp == Stamp::Missing { Vec::new() } else { vec![stamp_text] },
        };
        self.change.make(&mut body, &mut headers, now);
        let mut headers = headers.list();
        match self.form {
            Form::Gzip => headers.push(("Content-Encoding", "gzip".to_owned())),
            Form::Deflate => headers.push(("Content-Encoding", "deflate".to_owned())),
            _ => {}
        }
        headers.extend(self.sender.iter().map(|(name, value)| (*name, (*value).to_owned())));
        if self.framing == Framing::Expect {
            headers.push(("Expect", "100-continue".to_owned()));
        }
        let Self { method, spelling, framing, wait, .. } = *self;
        Ok(Request { method, headers, body, address, spelling, framing, wait })
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
            Self::LastByte => {
                if let Some(last) = body.iter().rposition(|byte| *byte == b'x') {
                    body[last] = b'y';
                }
            }
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
        Content::OtherCase => "Payment.Processing",
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
        Content::OtherCase
        | Content::UnknownEvent
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
    let transaction =
        if claim == Claim::TestTransaction { "UAT" } else { "TXN" }.to_owned() + &reference;
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
            ("transaction_id", string(&transaction)),
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
        Form::TestFlags => {
            for flag in TEST_FLAGS {
                data.push((flag, "true".to_owned()));
            }
        }
        Form::Sorted
        | Form::AsPrinted
        | Form::Spaced
        | Form::DecimalNumber
        | Form::TrailingBytes
        | Form::List
        | Form::UrlEncoded
        | Form::Multipart
        | Form::Gzip
        | Form::ByteOrderMark
        | Form::NotUtf8
        | Form::Utf16
        | Form::DataAsText
        | Form::Deflate
        | Form::FormPayload
        | Form::Batch => {}
    }
    if matches!(form, Form::UrlEncoded | Form::Multipart) {
        return members_alone(form, event, &data);
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
    let data = object(&data);
    let data = if form == Form::DataAsText { string(&data) } else { data };
    let mut members = vec![("event", string(event)), ("data", data)];
    if form == Form::TestFlags {
        members.extend(TEST_FLAGS.map(|flag| (flag, "true".to_owned())));
    }
    if sorted {
        members.reverse();
    }
    let mut text = object(&members);
    match form {
        Form::TrailingBytes => text.push_str("#golive"),
        Form::Telling => text.push('\n'),
        Form::List => text = format!("[{text}]"),
        Form::Batch => text = format!("{{\"events\":[{text}]}}"),
        Form::FormPayload => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            text = form.append_pair("payload", &text).finish();
        }
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
        | Form::Nested { .. }
        | Form::UrlEncoded
        | Form::Multipart
        | Form::Gzip
        | Form::ByteOrderMark
        | Form::NotUtf8
        | Form::Utf16
        | Form::DataAsText
        | Form::TestFlags
        | Form::Deflate => {}
    }
    text
}

/// Members that say of an event that it is a test.
const TEST_FLAGS: [&str; 4] = ["test", "sandbox", "is_test", "skip_verification"];

/// An event as the members of a form, at the top and within `data`.
fn members_alone(form: Form, event: &str, data: &[(&str, String)]) -> String {
    let bare = |value: &str| value.trim_matches('"').to_owned();
    let mut members = vec![("event".to_owned(), event.to_owned())];
    members.extend(data.iter().map(|(key, value)| ((*key).to_owned(), bare(value))));
    members.extend(data.iter().map(|(key, value)| (format!("data[{key}]"), bare(value))));
    if form == Form::Multipart {
        let part = |(key, value): &(String, String)| {
            let head = format!("Content-Disposition: form-data; name=\"{key}\"");
            format!("--golive\r\n{head}\r\n\r\n{value}\r\n")
        };
        members.iter().map(part).collect::<String>() + "--golive--\r\n"
    } else {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(members).finish()
    }
}

/// A body that went through a compressor.
fn compressed<E: Write>(
    mut encoder: E,
    text: &str,
    finish: fn(E) -> std::io::Result<Vec<u8>>,
) -> Vec<u8> {
    let written = encoder.write_all(text.as_bytes()).and_then(|()| finish(encoder));
    written.expect("a vector takes what is written")
}

/// The bytes of a body.
fn encode(form: Form, text: String) -> Vec<u8> {
    match form {
        Form::Gzip => {
            compressed(GzEncoder::new(Vec::new(), Compression::fast()), &text, GzEncoder::finish)
        }
        Form::Deflate => compressed(
            ZlibEncoder::new(Vec::new(), Compression::fast()),
            &text,
            ZlibEncoder::finish,
        ),
        Form::ByteOrderMark => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        Form::NotUtf8 => {
            let mut bytes = text.into_bytes();
            // Within a value that nobody acts on.
            const VALUE: &[u8] = b"\"created_at\":\"";
            let at = bytes.windows(VALUE.len()).position(|at| at == VALUE);
            bytes.insert(at.map_or(0, |at| at + VALUE.len()), 0xff);
            bytes
        }
        Form::Utf16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        _ => text.into_bytes(),
    }
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
