//! Webhook deliveries: what is sent, and how far a run must go before it may be.

mod compose;
#[cfg(test)]
mod signed_wrongly;

pub use compose::*;

use serde::{Deserialize, Serialize};

use super::Deliver;
use crate::platform::Event;
use crate::platform::signing::{Misreading, Sample};

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
    /// Headers that only this sender adds.
    pub sender: &'static [(&'static str, &'static str)],
    /// How it spells the address.
    pub address: AddressForm,
    /// How it is put on the wire.
    pub framing: Framing,
    /// Whether we stay for the answer.
    pub wait: Wait,
}

impl Delivery {
    /// A genuine `payment.processing` event as the platform would send it: the baseline that others
    /// vary.
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
            sender: &[],
            address: AddressForm::Registered,
            framing: Framing::Length,
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
        let timed = !matches!(self.stamp, Stamp::Missing | Stamp::Word(_) | Stamp::Milliseconds);
        let kept = match self.change {
            Change::Nothing | Change::Shifted { .. } | Change::UpperCase | Change::Labelled(_) => {
                true
            }
            Change::BodyByte
            | Change::LastByte
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
            | Signed::RightEnd
            | Signed::Digits(_)
            | Signed::TimestampOnly
            | Signed::Nothing
            | Signed::Text(_)
            | Signed::StandIn(_)
            | Signed::WalletId
            | Signed::VariableName => false,
        };
        signed && kept && timed
    }

    /// Whether a receiver may take it for genuine without being wrong: valid, or a valid signature
    /// spelled in a way that some libraries read.
    #[must_use]
    pub const fn may_be_taken(&self) -> bool {
        let lenient = matches!(
            self.change,
            Change::SpacedSignature
                | Change::LongerSignature
                | Change::SecondSignature { .. }
                | Change::SecondTimestamp { .. }
        );
        self.is_validly_signed() || matches!(self.signed, Signed::Genuine) && lenient
    }

    /// Whether every correct receiver takes it.
    #[must_use]
    pub const fn must_be_taken(&self) -> bool {
        let usual =
            !matches!(self.form, Form::RepeatedKeys | Form::TrailingBytes | Form::Nested { .. });
        self.is_validly_signed()
            && usual
            && matches!(self.stamp, Stamp::Now { .. })
            && matches!(self.change, Change::Nothing)
            && matches!(self.content, Content::Event(_) | Content::UnknownEvent)
    }

    /// How far a run must go before this may be sent.
    #[must_use]
    pub const fn tier(&self) -> Deliver {
        if matches!(self.method, Method::Patch | Method::Delete) {
            return Deliver::Full;
        }
        match self.content {
            Content::Event(Event::PaymentProcessing)
            | Content::OtherCase
            | Content::UnknownEvent
            | Content::NotJson
            | Content::NotAnEvent
            | Content::ApiRequest
            | Content::Empty => {
                // A wrong reading says something only of a receiver that was asked about the right
                // one.
                if self.may_be_taken() || matches!(self.signed, Signed::Under(_)) {
                    Deliver::Probe
                } else {
                    Deliver::Negative
                }
            }
            // Nothing that is validly signed, and nothing that moves money.
            Content::Event(Event::PayoutProcessing)
                if !self.may_be_taken() && !matches!(self.signed, Signed::Under(_)) =>
            {
                Deliver::Negative
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
    /// `Payment.Processing`: the name of an event in another case.
    OtherCase,
    /// An event that the platform does not know (yet): `golive.unknown`.
    UnknownEvent,
    /// JSON cut in the middle.
    NotJson,
    /// JSON that is not an event: `[]`.
    NotAnEvent,
    /// The body of the read-only order-status request to the platform's API, which the same secret
    /// signs.
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
    /// A transaction whose id begins with `UAT`, as those of a test environment may.
    TestTransaction,
}

/// How a body spells what it says. All but [`Form::TrailingBytes`] are JSON for the same value; a
/// receiver that verifies the raw bytes accepts each of those.
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
    /// With further fields, spaces and line breaks, so that no two languages that parse it write it
    /// alike.
    Telling,
    /// A list with the event in it.
    List,
    /// A form: `event=…&order_id=…`, and every member as `data[order_id]=…` too.
    UrlEncoded,
    /// The same members as `multipart/form-data`.
    Multipart,
    /// Compressed.
    Gzip,
    /// With a byte-order mark before it.
    ByteOrderMark,
    /// With a byte in it that is not UTF-8.
    NotUtf8,
    /// In UTF-16, little endian.
    Utf16,
    /// With `data` as a string that holds JSON.
    DataAsText,
    /// With members that say that it is a test: `"test":true`, `"sandbox":true`.
    TestFlags,
    /// Compressed as `deflate`.
    Deflate,
    /// A form whose one member, `payload`, holds the event as JSON.
    FormPayload,
    /// A batch: an object whose member `events` lists the event.
    Batch,
}

/// The timestamp a delivery is signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stamp {
    /// This many seconds ago, for a receiver that must accept it; so that a later signing of the
    /// same event differs.
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
    /// No number.
    Word(&'static str),
    /// The present time in milliseconds.
    Milliseconds,
}

impl Stamp {
    /// How far it is off, where it is, in seconds.
    #[must_use]
    pub const fn off_by_s(self) -> Option<u64> {
        match self {
            Self::Stale { by_s } | Self::Future { by_s } => Some(by_s),
            Self::Now { .. } | Self::Missing | Self::Word(_) | Self::Milliseconds => None,
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
    /// The right signature with its last two digits made up: what compares a beginning, or a
    /// rounded number, takes it.
    RightStart,
    /// The right signature with its first two digits made up.
    RightEnd,
    /// The first digits of the right signature.
    Digits(usize),
    /// Over the timestamp without the body.
    TimestampOnly,
    /// Over nothing at all.
    Nothing,
    /// With this text in place of a signature.
    Text(&'static str),
    /// With what stands in for a secret where none is set: nothing, or a word that everybody knows.
    StandIn(&'static str),
    /// With the configured wallet id.
    WalletId,
    /// With the name of the variable that holds the secret.
    VariableName,
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
    /// The last byte of the padding, near the end of a long body.
    LastByte,
    /// The timestamp header, by one second.
    Timestamp,
    /// The first digits of the timestamp stand at the end of the body: the rule has no separator,
    /// so that the signature stays right.
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
    /// `application/xml`
    Xml,
    /// `application/json; charset=utf-16`
    Utf16,
    /// `application/vnd.kwikpaisa+json`
    Suffixed,
    /// `multipart/form-data`
    Multipart,
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
            Self::Xml => Some("application/xml"),
            Self::Utf16 => Some("application/json; charset=utf-16"),
            Self::Suffixed => Some("application/vnd.kwikpaisa+json"),
            Self::Multipart => Some("multipart/form-data; boundary=golive"),
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

/// How a delivery spells the address of the webhook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressForm {
    /// As it is registered.
    Registered,
    /// With a slash at the end of the path.
    TrailingSlash,
    /// With the path in upper case, or in lower case where it is that already.
    OtherCase,
    /// With the first slash of the path twice.
    DoubleSlash,
    /// With the last letter of the path percent-encoded.
    EncodedLetter,
    /// With this at the end of the path.
    Suffix(&'static str),
    /// With these parameters in the query.
    Query(&'static str),
    /// With the event in the query, and no body.
    EventInQuery,
}

/// How a request is put on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Framing {
    /// With the length of its body, by HTTP/1.1.
    Length,
    /// In chunks, without a length.
    Chunked,
    /// With `Expect: 100-continue`, which it does not wait for.
    Expect,
    /// Its body in two pieces, the cut inside a character where it has one of several bytes.
    TwoPieces,
    /// By HTTP/1.0.
    Http10,
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
    /// A receiver should not take it.
    Patch,
    /// A receiver should not take it.
    Delete,
}

impl Method {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// Whether we stay for the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// The answer is read.
    Answer,
    /// The connection is closed after the time that an answer usually takes, with the answer
    /// unread: the sender never learns how it went.
    Cut,
    /// The connection is closed after half of the time that an answer usually takes: the sender's
    /// patience is over while the receiver is at work.
    TimeOut,
}

/// An order or payout that a delivery names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderId {
    /// The merchant's own id of it.
    pub id: String,
    /// What the platform's ids in the event are made from: its own for each scenario, also where
    /// scenarios share an order, so that only what is meant as a duplicate looks like one.
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
