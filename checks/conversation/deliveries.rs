//! The deliveries of the webhook conversation, and the names of its sequences.

use crate::model::{Change, Content, Delivery, Form, Label, Method, Signed, Spelling, Stamp};
use crate::platform::Event;
use crate::platform::signing::table;

/// A genuine event before all others.
pub const BASELINE_BEFORE: Delivery = Delivery::genuine("control-before");
/// A genuine event after all others.
pub const BASELINE_AFTER: Delivery = Delivery::genuine("control-after");
/// Genuine events before the first delivery that a correct receiver may reject, and after every
/// [`BASELINE_EVERY`] of them.
pub const BASELINE_BETWEEN: Delivery = Delivery::genuine("control-between");
/// How many deliveries that a correct receiver may reject go out between two genuine events.
pub const BASELINE_EVERY: u64 = 25;
/// Genuine events one at a time, where some were taken and some rejected.
pub const BASELINE_REPEATED: Delivery = Delivery::genuine("control-repeated");
/// How many of them.
pub const BASELINE_REPEATS: usize = 12;
/// Genuine events beside one another, to see how many a slow receiver takes in a while.
pub const BASELINE_PACE: Delivery = Delivery::genuine("control-pace");
/// How many of them.
pub const BASELINE_PACES: usize = 8;

/// Without the signature header.
pub const UNSIGNED: Delivery =
    Delivery { signed: Signed::Missing, ..Delivery::genuine("unsigned") };
/// With an empty signature header.
pub const EMPTY_SIGNATURE: Delivery =
    Delivery { signed: Signed::Empty, ..Delivery::genuine("empty-signature") };
/// Signed with a secret that is not the merchant's.
pub const FORGED_WRONG_SECRET: Delivery =
    Delivery { signed: Signed::WrongSecret, ..Delivery::genuine("forged-wrong-secret") };
/// Signed over the body without the timestamp.
pub const FORGED_BODY_ONLY: Delivery =
    Delivery { signed: Signed::BodyOnly, ..Delivery::genuine("forged-body-only") };
/// With the first half of the right signature.
pub const FORGED_TRUNCATED: Delivery =
    Delivery { signed: Signed::Truncated, ..Delivery::genuine("forged-truncated") };
/// With a signature of which all but the last two digits are right.
pub const FORGED_RIGHT_START: Delivery =
    Delivery { signed: Signed::RightStart, ..Delivery::genuine("forged-right-start") };
/// With a signature of which all but the first two digits are right.
pub const FORGED_RIGHT_END: Delivery =
    Delivery { signed: Signed::RightEnd, ..Delivery::genuine("forged-right-end") };
/// With the right signature of another body.
pub const FORGED_OTHER_BODY: Delivery =
    Delivery { signed: Signed::OtherBody, ..Delivery::genuine("forged-other-body") };
/// Signed with what code falls back on where no secret is set: nothing at all.
pub const FORGED_EMPTY_SECRET: Delivery = forged_with("forged-empty-secret", "");
/// The same: what JavaScript writes for a variable that is not set.
pub const FORGED_UNDEFINED_SECRET: Delivery = forged_with("forged-undefined-secret", "undefined");
/// The same: the word itself.
pub const FORGED_WORD_SECRET: Delivery = forged_with("forged-word-secret", "secret");
/// The same: the placeholder of many samples.
pub const FORGED_PLACEHOLDER_SECRET: Delivery =
    forged_with("forged-placeholder-secret", "YOUR_SECRET_KEY");
/// With two made-up signatures.
pub const FORGED_TWICE: Delivery =
    Delivery { change: Change::SecondSignature { right_first: true }, ..forged("forged-twice") };
/// Signed with a secret that is not the merchant's, at a timestamp that is no number.
pub const FORGED_WORD_TIMESTAMP: Delivery =
    Delivery { stamp: Stamp::Word("abc"), ..forged("forged-word-timestamp") };
/// The same, at a timestamp that is empty.
pub const FORGED_EMPTY_TIMESTAMP: Delivery =
    Delivery { stamp: Stamp::Word(""), ..forged("forged-empty-timestamp") };
/// The same, in a long body.
pub const FORGED_LONG: Delivery =
    Delivery { form: Form::Padded { bytes: 16_384 }, ..forged("forged-long") };
/// A payout's event without the signature header.
pub const UNSIGNED_PAYOUT: Delivery =
    Delivery { name: "unsigned-payout", ..UNSIGNED }.of_event(Event::PayoutProcessing);
/// A payout's event, signed with a secret that is not the merchant's.
pub const FORGED_PAYOUT: Delivery = forged("forged-payout").of_event(Event::PayoutProcessing);
/// With one digit of the amount changed after signing.
pub const TAMPERED_BODY: Delivery =
    Delivery { change: Change::BodyByte, ..Delivery::genuine("tampered-body") };
/// With the timestamp header changed after signing.
pub const CHANGED_TIMESTAMP: Delivery =
    Delivery { change: Change::Timestamp, ..Delivery::genuine("changed-timestamp") };
/// Without the timestamp header.
pub const NO_TIMESTAMP: Delivery =
    Delivery { stamp: Stamp::Missing, ..Delivery::genuine("no-timestamp") };

/// Signed with a secret that is not the merchant's, labelled as plain text.
pub const FORGED_AS_TEXT: Delivery = forged_as("forged-as-text", Label::Text);
/// The same, labelled as a form.
pub const FORGED_AS_FORM: Delivery = forged_as("forged-as-form", Label::Form);
/// The same, labelled as XML.
pub const FORGED_AS_XML: Delivery = forged_as("forged-as-xml", Label::Xml);
/// The same, without a content type.
pub const FORGED_UNLABELLED: Delivery = forged_as("forged-unlabelled", Label::None);

/// What is forged of payouts, for those who make some: their events may have a handler of their
/// own.
pub const FORGED_PAYOUTS: [Delivery; 2] = [UNSIGNED_PAYOUT, FORGED_PAYOUT];

/// Signed correctly, `limits.webhook_stale_s` ago.
pub const STALE_HOUR: &str = "stale-hour";
/// Signed correctly, a day ago.
pub const STALE_DAY: &str = "stale-day";
/// Signed correctly, for tomorrow.
pub const FUTURE: Delivery =
    Delivery { stamp: Stamp::Future { by_s: DAY_S }, ..Delivery::genuine("future") };
/// Signed with the sandbox secret.
pub const SANDBOX_SECRET: Delivery =
    Delivery { signed: Signed::SandboxSecret, ..Delivery::genuine("sandbox-secret") };

/// A day.
pub const DAY_S: u64 = 86_400;

/// The event as the platform's page spells it: compact, keys in its order.
pub const AS_PRINTED: Delivery =
    Delivery { form: Form::AsPrinted, ..Delivery::genuine("body-as-printed") };
/// The same event in other spellings, each signed over the bytes that are sent.
pub const BODY_FORMS: [Delivery; 6] = [
    AS_PRINTED,
    Delivery { form: Form::Spaced, ..Delivery::genuine("body-spaced") },
    Delivery { form: Form::EscapedSlashes, ..Delivery::genuine("body-escaped-slashes") },
    Delivery { form: Form::EscapedUnicode, ..Delivery::genuine("body-escaped-unicode") },
    Delivery { form: Form::RawUnicode, ..Delivery::genuine("body-raw-unicode") },
    Delivery { form: Form::DecimalNumber, ..Delivery::genuine("body-decimal-number") },
];

/// The event in a body that no two languages would write alike.
pub const BODY_TELLING: Delivery =
    Delivery { form: Form::Telling, ..Delivery::genuine("body-telling") };

/// Signed under a few wrong readings of the rule, on the plain body and on the one of
/// [`BODY_TELLING`].
pub fn misread() -> impl Iterator<Item = Delivery> {
    table::everywhere().map(Delivery::under)
}

/// The event by GET, unsigned.
pub const METHOD_GET: Delivery =
    Delivery { method: Method::Get, signed: Signed::Missing, ..Delivery::genuine("method-get") };
/// The event by PUT, unsigned.
pub const METHOD_PUT: Delivery =
    Delivery { method: Method::Put, signed: Signed::Missing, ..Delivery::genuine("method-put") };

/// What a sender calls itself that does not call itself golive.
const UNMARKED_SENDER: &[(&str, &str)] = &[("User-Agent", "okhttp/4.12.0")];
/// A genuine event and forgeries, for an id and from a sender that carry nothing of golive.
pub const UNMARKED: &str = "unmarked";
/// The genuine one.
pub const UNMARKED_GENUINE: Delivery =
    Delivery { sender: UNMARKED_SENDER, ..Delivery::genuine("unmarked-genuine") };
/// The forgeries.
pub const UNMARKED_FORGERIES: [Delivery; 3] = [
    Delivery {
        sender: UNMARKED_SENDER,
        signed: Signed::Missing,
        ..Delivery::genuine("unmarked-unsigned")
    },
    Delivery { sender: UNMARKED_SENDER, ..forged("unmarked-forged") },
    Delivery {
        sender: UNMARKED_SENDER,
        change: Change::BodyByte,
        ..Delivery::genuine("unmarked-tampered")
    },
];

/// As many forged events at once as a burst has.
pub const FORGED_UNDER_LOAD: &str = "forged-under-load";
/// A genuine event, then its signature over another body.
pub const SIGNATURE_REUSED: &str = "signature-reused";
/// The second of them.
pub const ALTERED: &str = "altered-after-accepted";

/// Forgeries of the events of payments other than the success, which is forged in every way.
pub const FORGED_PAYMENT_EVENTS: [Delivery; 4] = [
    unsigned_event("unsigned-payment-failed", Event::PaymentFailed),
    forged_event("forged-payment-failed", Event::PaymentFailed),
    unsigned_event("unsigned-payment-expired", Event::PaymentExpired),
    forged_event("forged-payment-expired", Event::PaymentExpired),
];
/// Forgeries of the events of payouts.
pub const FORGED_PAYOUT_EVENTS: [Delivery; 6] = [
    unsigned_event("unsigned-payout-success", Event::PayoutSuccess),
    forged_event("forged-payout-success", Event::PayoutSuccess),
    unsigned_event("unsigned-payout-failed", Event::PayoutFailed),
    forged_event("forged-payout-failed", Event::PayoutFailed),
    unsigned_event("unsigned-payout-reversed", Event::PayoutReversed),
    forged_event("forged-payout-reversed", Event::PayoutReversed),
];
/// The events of payments, forged for a test order.
pub const FORGED_PAYMENTS_SEEN: &str = "forged-payment-events";
/// The events of payouts, forged for a test payout.
pub const FORGED_PAYOUTS_SEEN: &str = "forged-payout-events";

const fn unsigned_event(name: &'static str, event: Event) -> Delivery {
    Delivery { signed: Signed::Missing, ..Delivery::genuine(name) }.of_event(event)
}

const fn forged_event(name: &'static str, event: Event) -> Delivery {
    forged(name).of_event(event)
}

/// Half a JSON document, signed correctly.
pub const MALFORMED_SIGNED: Delivery =
    Delivery { content: Content::NotJson, ..Delivery::genuine("malformed-signed") };
/// Nothing, signed correctly.
pub const MALFORMED_EMPTY: Delivery =
    Delivery { content: Content::Empty, ..Delivery::genuine("malformed-empty") };
/// JSON that is not an event, signed correctly.
pub const MALFORMED_NOT_AN_EVENT: Delivery =
    Delivery { content: Content::NotAnEvent, ..Delivery::genuine("malformed-not-an-event") };
/// An event with a name that the platform does not announce, signed correctly.
pub const UNKNOWN_EVENT: Delivery =
    Delivery { content: Content::UnknownEvent, ..Delivery::genuine("unknown-event") };

/// A genuine event with header names in lower case.
pub const HEADERS_LOWER: Delivery =
    Delivery { spelling: Spelling::Lower, ..Delivery::genuine("headers-lower") };
/// A genuine event with header names in title case.
pub const HEADERS_TITLE: Delivery =
    Delivery { spelling: Spelling::Title, ..Delivery::genuine("headers-title") };

/// A genuine event, the first digit of its timestamp moved to the end of the body: the bytes that
/// were signed are the same.
pub const SHIFTED_DIGIT: Delivery =
    Delivery { change: Change::Shifted { digits: 1 }, ..Delivery::genuine("shifted") };
/// The same with all ten digits, which leaves an empty timestamp.
pub const SHIFTED_TIMESTAMP: Delivery =
    Delivery { change: Change::Shifted { digits: 10 }, ..Delivery::genuine("shifted-timestamp") };
/// Signed correctly a day ago, the present time in a second header.
pub const TWO_TIMESTAMPS_SIGNED_FIRST: &str = "two-timestamps-signed-first";
/// The same, the present time before the one that was signed.
pub const TWO_TIMESTAMPS_SIGNED_LAST: &str = "two-timestamps-signed-last";

/// The right signature, then a made-up one.
pub const TWO_SIGNATURES_RIGHT_FIRST: Delivery = Delivery {
    change: Change::SecondSignature { right_first: true },
    ..Delivery::genuine("second-signature")
};
/// A made-up signature, then the right one.
pub const TWO_SIGNATURES_RIGHT_LAST: Delivery = Delivery {
    change: Change::SecondSignature { right_first: false },
    ..Delivery::genuine("second-signature-before")
};
/// Signatures that hold the right one and are not spelled as the platform does it: some libraries
/// read them, others do not.
pub const ODD_SIGNATURES: [Delivery; 5] = [
    TWO_SIGNATURES_RIGHT_FIRST,
    TWO_SIGNATURES_RIGHT_LAST,
    Delivery { change: Change::UpperCase, ..Delivery::genuine("upper-case") },
    Delivery { change: Change::SpacedSignature, ..Delivery::genuine("spaced-signature") },
    Delivery { change: Change::LongerSignature, ..Delivery::genuine("longer-signature") },
];

/// Bodies that are signed correctly and strange: taking and refusing them are equally right.
pub const ODD_BODIES: [Delivery; 5] = [
    Delivery { form: Form::RepeatedKeys, ..Delivery::genuine("repeated-keys") },
    Delivery { form: Form::TrailingBytes, ..Delivery::genuine("trailing-bytes") },
    Delivery { form: Form::Nested { levels: DEEP }, ..Delivery::genuine("deep-nesting") },
    Delivery { change: Change::Labelled(Label::Form), ..Delivery::genuine("signed-as-form") },
    Delivery { change: Change::Labelled(Label::None), ..Delivery::genuine("signed-unlabelled") },
];
/// Lists in one another, more than a parser that calls itself for each has stack for; 20 kB.
pub const DEEP: u32 = 10_000;
/// Not signed, and `limits.webhook_oversized_bytes` long.
pub const OVERSIZED: &str = "oversized-unsigned";

/// The body of the read-only order-status request, which the API secret signs in the same way as
/// events.
pub const API_REQUEST: Delivery =
    Delivery { content: Content::ApiRequest, ..Delivery::genuine("api-request") };
/// The same about a test order, effects counted.
pub const API_REQUEST_EFFECTS: &str = "api-request-effects";
/// A settling event of another amount than the test order's, then the genuine one, effects counted.
pub const OTHER_AMOUNT: &str = "other-amount";
/// The same with another currency.
pub const OTHER_CURRENCY: &str = "other-currency";

/// The same bytes twice.
pub const DUPLICATE: &str = "duplicate";
/// The same event, re-signed.
pub const REDELIVERY: &str = "redelivery";
/// The event, its answer never read; then the same bytes, then re-signed.
pub const CUT: &str = "cut";
/// A settling event, then its duplicates one after the other, effects counted.
pub const ONCE_SEQUENTIAL: &str = "once-sequential";
/// A settling event whose answer is never read, then its duplicates, effects counted.
pub const ONCE_CUT: &str = "once-cut";
/// A settling event on many connections at once, effects counted: the first round.
pub const ONCE_CONCURRENT: &str = ONCE_CONCURRENT_ROUNDS[0];
/// The same bytes on many connections, by round.
pub const ONCE_CONCURRENT_ROUNDS: [&str; MOST_ROUNDS] = [
    "once-concurrent",
    "once-concurrent-2",
    "once-concurrent-3",
    "once-concurrent-4",
    "once-concurrent-5",
    "once-concurrent-6",
    "once-concurrent-7",
    "once-concurrent-8",
    "once-concurrent-9",
    "once-concurrent-10",
];
/// The same event on many connections, each re-signed, by round.
pub const ONCE_RESIGNED_ROUNDS: [&str; MOST_ROUNDS] = [
    "once-resigned",
    "once-resigned-2",
    "once-resigned-3",
    "once-resigned-4",
    "once-resigned-5",
    "once-resigned-6",
    "once-resigned-7",
    "once-resigned-8",
    "once-resigned-9",
    "once-resigned-10",
];
/// As many rounds as `limits.webhook_race_rounds` allows.
pub const MOST_ROUNDS: usize = 10;
/// Every forgery of a settling event, beside one another, then the genuine one, effects counted.
pub const REFUSED_EFFECTS: &str = "refused-effects";
/// Every forgery of a settling event and nothing genuine after it, effects counted twice: what is
/// credited late has no twin to hide behind.
pub const LATE_EFFECTS: &str = "late-effects";

/// Genuine events of ever older signing, to find where the receiver's window ends.
pub const WINDOW_PAST: &str = "window-past";
/// The same for timestamps ahead of time.
pub const WINDOW_FUTURE: &str = "window-future";
/// Many different genuine events at once.
pub const BURST: &str = "burst";

const fn body_of(name: &'static str, kib: u32) -> (u32, Delivery) {
    (kib, Delivery { form: Form::Padded { bytes: kib * 1_024 }, ..Delivery::genuine(name) })
}

/// Genuine events in bodies of ever more KiB.
pub const BODY_SIZES: [(u32, Delivery); 11] = [
    body_of("body-of-1-kib", 1),
    body_of("body-of-2-kib", 2),
    body_of("body-of-4-kib", 4),
    body_of("body-of-8-kib", 8),
    body_of("body-of-16-kib", 16),
    body_of("body-of-32-kib", 32),
    body_of("body-of-64-kib", 64),
    body_of("body-of-128-kib", 128),
    body_of("body-of-256-kib", 256),
    body_of("body-of-512-kib", 512),
    body_of("body-of-1024-kib", 1_024),
];

/// A made-up signature under another label than JSON's.
pub(crate) const fn forged_as(name: &'static str, label: Label) -> Delivery {
    Delivery { change: Change::Labelled(label), ..forged(name) }
}

/// Signed with a secret that is not the merchant's.
pub(crate) const fn forged(name: &'static str) -> Delivery {
    Delivery { signed: Signed::WrongSecret, ..Delivery::genuine(name) }
}

/// Signed with a word in place of a secret.
pub(crate) const fn forged_with(name: &'static str, word: &'static str) -> Delivery {
    Delivery { signed: Signed::StandIn(word), ..Delivery::genuine(name) }
}

/// A genuine event signed so long before that the same event, signed now, has another signature.
pub(crate) const fn earlier(name: &'static str) -> Delivery {
    Delivery { stamp: Stamp::Now { back_s: 2 }, ..Delivery::genuine(name) }
}
