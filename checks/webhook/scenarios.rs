//! Every scenario of the webhook conversation, by name: what the checks plan and judge, and what
//! observing carries out.
//!
//! Rules that hold for all: a [`Step::Repeat`] is always read to the end, also when it repeats a
//! delivery that was cut; a [`Step::CountEffects`] or [`Step::ReadStatus`] before any delivery has
//! nothing to wait for and looks once.

use super::contradictions;
use super::doctor;
use super::one_reading;
use super::recovery::{once_retried, once_timed_out, restarts, until_accepted};
use super::rejects_sandbox_secret;
use crate::model::{
    Change, Claim, Content, Copies, Delivery, Form, Label, Merchant, Method, Occasion, OrderNeed,
    Probe, Product, Release, Scenario, Search, Signed, Spelling, Stage, Stamp, Step, Wait, Way,
};
use crate::platform::Event;
use crate::platform::signing::table;

/// A genuine event before all others.
pub const CONTROL_BEFORE: Delivery = Delivery::genuine("control-before");
/// A genuine event after all others.
pub const CONTROL_AFTER: Delivery = Delivery::genuine("control-after");

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

/// Everything that is not signed, or not for what arrives: a receiver that verifies refuses each.
pub const FORGERIES: [Delivery; 23] = [
    UNSIGNED,
    EMPTY_SIGNATURE,
    FORGED_WRONG_SECRET,
    FORGED_BODY_ONLY,
    FORGED_TRUNCATED,
    FORGED_RIGHT_START,
    FORGED_RIGHT_END,
    FORGED_OTHER_BODY,
    FORGED_EMPTY_SECRET,
    FORGED_UNDEFINED_SECRET,
    FORGED_WORD_SECRET,
    FORGED_PLACEHOLDER_SECRET,
    FORGED_TWICE,
    FORGED_WORD_TIMESTAMP,
    FORGED_EMPTY_TIMESTAMP,
    FORGED_LONG,
    TAMPERED_BODY,
    CHANGED_TIMESTAMP,
    NO_TIMESTAMP,
    FORGED_AS_TEXT,
    FORGED_AS_FORM,
    FORGED_AS_XML,
    FORGED_UNLABELLED,
];

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

/// Half a JSON document, signed correctly.
pub const MALFORMED_SIGNED: Delivery =
    Delivery { content: Content::NotJson, ..Delivery::genuine("malformed-signed") };
/// Nothing, signed correctly.
pub const MALFORMED_EMPTY: Delivery =
    Delivery { content: Content::Empty, ..Delivery::genuine("malformed-empty") };
/// JSON that is no event, signed correctly.
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
/// The same event, signed afresh.
pub const REDELIVERY: &str = "redelivery";
/// The event, its answer never read; then the same bytes, then signed afresh.
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
/// The same event on many connections, each signed afresh, by round.
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

/// The delivery before all others.
#[must_use]
pub fn control_before() -> Scenario {
    Scenario { stage: Stage::ControlBefore, ..Scenario::single(CONTROL_BEFORE) }
}

/// The delivery after all others.
#[must_use]
pub fn control_after() -> Scenario {
    Scenario { stage: Stage::ControlAfter, ..Scenario::single(CONTROL_AFTER) }
}

/// Correctly signed, too long ago: [`STALE_HOUR`] and [`STALE_DAY`].
#[must_use]
pub fn stale(merchant: &Merchant) -> [Scenario; 2] {
    let signed_before = |name, by_s| {
        Scenario::single(Delivery { stamp: Stamp::Stale { by_s }, ..Delivery::genuine(name) })
    };
    [
        signed_before(STALE_HOUR, merchant.limits.webhook_stale_s),
        signed_before(STALE_DAY, DAY_S.max(merchant.limits.webhook_stale_s)),
    ]
}

/// Correctly signed long ago, with the present time beside it: [`TWO_TIMESTAMPS_SIGNED_FIRST`] and
/// [`TWO_TIMESTAMPS_SIGNED_LAST`].
#[must_use]
pub fn two_timestamps(merchant: &Merchant) -> [Scenario; 2] {
    let stamp = Stamp::Stale { by_s: DAY_S.max(merchant.limits.webhook_stale_s) };
    [(TWO_TIMESTAMPS_SIGNED_FIRST, true), (TWO_TIMESTAMPS_SIGNED_LAST, false)].map(
        |(name, signed_first)| {
            Scenario::single(Delivery {
                stamp,
                change: Change::SecondTimestamp { signed_first },
                ..Delivery::genuine(name)
            })
        },
    )
}

/// [`OVERSIZED`]
#[must_use]
pub fn oversized(merchant: &Merchant) -> Scenario {
    let bytes = u32::try_from(merchant.limits.webhook_oversized_bytes).unwrap_or(u32::MAX);
    Scenario::single(Delivery {
        form: Form::Padded { bytes },
        signed: Signed::Missing,
        ..Delivery::genuine(OVERSIZED)
    })
}

/// The name of the scenario of an announced event.
#[must_use]
pub const fn event_name(event: Event) -> &'static str {
    match event {
        Event::PaymentSuccess => "events-payment-success",
        Event::PaymentFailed => "events-payment-failed",
        Event::PaymentProcessing => "events-payment-processing",
        Event::PaymentExpired => "events-payment-expired",
        Event::PayoutSuccess => "events-payout-success",
        Event::PayoutFailed => "events-payout-failed",
        Event::PayoutProcessing => "events-payout-processing",
        Event::PayoutReversed => "events-payout-reversed",
    }
}

/// The announced events of what the merchant uses.
pub fn used_events(merchant: &Merchant) -> impl Iterator<Item = Event> {
    let (payments, payouts) = (merchant.uses(Product::Payments), merchant.uses(Product::Payouts));
    Event::ALL.into_iter().filter(move |event| if event.is_payout() { payouts } else { payments })
}

/// The order that an event is about: for those that settle something a test order or payout of
/// their own.
#[must_use]
pub const fn order_need(event: Event) -> OrderNeed {
    match (event.is_payout(), event.settles()) {
        (false, false) => OrderNeed::Any,
        (true, false) => OrderNeed::AnyPayout,
        (false, true) => OrderNeed::TestOrder,
        (true, true) => OrderNeed::TestPayout,
    }
}

/// One genuine announced event.
#[must_use]
pub fn event(merchant: &Merchant, event: Event) -> Scenario {
    let delivery =
        Delivery { content: Content::Event(event), ..Delivery::genuine(event_name(event)) };
    let single = Scenario { order: order_need(event), ..Scenario::single(delivery) };
    // Of what settles something, a receiver may want to hear twice: it is asked as the platform
    // would.
    if event.settles() {
        Scenario { steps: vec![until_accepted(merchant, delivery)], ..single }
    } else {
        single
    }
}

/// [`DUPLICATE`]
#[must_use]
pub fn duplicate() -> Scenario {
    stateful(
        DUPLICATE,
        OrderNeed::Any,
        vec![Step::Deliver(Delivery::genuine("first")), Step::Repeat { of: 0 }],
    )
}

/// [`REDELIVERY`]
#[must_use]
pub fn redelivery() -> Scenario {
    stateful(
        REDELIVERY,
        OrderNeed::Any,
        vec![Step::Deliver(earlier("first")), Step::Deliver(Delivery::genuine("signed-afresh"))],
    )
}

/// [`CUT`]
#[must_use]
pub fn cut() -> Scenario {
    let first = Delivery { wait: Wait::Cut, ..earlier("first-cut") };
    stateful(
        CUT,
        OrderNeed::Any,
        vec![
            Step::Deliver(first),
            Step::Repeat { of: 0 },
            Step::Deliver(Delivery::genuine("signed-afresh")),
        ],
    )
}

/// [`ONCE_SEQUENTIAL`]
#[must_use]
pub fn once_sequential(merchant: &Merchant) -> Scenario {
    let (settle, order) = settling(merchant);
    stateful(
        ONCE_SEQUENTIAL,
        order,
        vec![
            Step::CountEffects,
            Step::Deliver(settle(earlier("first"))),
            Step::CountEffects,
            Step::Repeat { of: 1 },
            Step::Deliver(settle(Delivery::genuine("signed-afresh"))),
            Step::CountEffects,
        ],
    )
}

/// [`ONCE_CUT`]
#[must_use]
pub fn once_cut(merchant: &Merchant) -> Scenario {
    let (settle, order) = settling(merchant);
    stateful(
        ONCE_CUT,
        order,
        vec![
            Step::CountEffects,
            Step::Deliver(settle(Delivery { wait: Wait::Cut, ..earlier("first-cut") })),
            Step::Repeat { of: 1 },
            Step::Deliver(settle(Delivery::genuine("signed-afresh"))),
            Step::CountEffects,
        ],
    )
}

/// The names of a race's rounds, as many as the limits ask for.
#[must_use]
pub fn race_rounds(merchant: &Merchant, copies: Copies) -> &'static [&'static str] {
    let rounds = usize::try_from(merchant.limits.webhook_race_rounds)
        .unwrap_or(MOST_ROUNDS)
        .min(MOST_ROUNDS);
    match copies {
        Copies::Same => &ONCE_CONCURRENT_ROUNDS[..rounds],
        Copies::SignedAfresh => &ONCE_RESIGNED_ROUNDS[..rounds],
    }
}

/// [`ONCE_CONCURRENT_ROUNDS`] and [`ONCE_RESIGNED_ROUNDS`], in turn, each on an order of its own:
/// should time or orders run out, some of both were seen. The first releases all at once; later
/// ones let some come a little apart, as some races open only then.
#[must_use]
pub fn races(merchant: &Merchant) -> Vec<Scenario> {
    let (settle, order) = settling(merchant);
    let delivery = settle(Delivery::genuine("together"));
    let count = merchant.limits.webhook_concurrent_duplicates;
    let race = |(number, copies)| {
        let release = match number {
            0 => Release::AtOnce,
            odd if odd % 2 == 1 => Release::Close,
            _even => Release::Apart,
        };
        let steps = vec![
            Step::CountEffects,
            Step::Together { delivery, count, copies, release },
            Step::CountEffects,
        ];
        stateful(race_rounds(merchant, copies)[number], order, steps)
    };
    let rounds = 0..race_rounds(merchant, Copies::Same).len();
    rounds
        .flat_map(|number| [(number, Copies::Same), (number, Copies::SignedAfresh)])
        .map(race)
        .collect()
}

/// Whether a scenario can be spared where test orders run out: one round of a race shows something,
/// the others show it better.
#[must_use]
pub fn can_be_spared(name: &str) -> bool {
    ONCE_CONCURRENT_ROUNDS.iter().skip(1).chain(&ONCE_RESIGNED_ROUNDS).any(|round| *round == name)
}

/// All forgeries, and what the sandbox secret and the API key sign.
fn forgeries(merchant: &Merchant) -> impl Iterator<Item = Delivery> {
    FORGERIES
        .into_iter()
        .chain(rejects_sandbox_secret::is_tried(merchant).then_some(SANDBOX_SECRET))
        .chain(one_reading::by_api_key(merchant))
}

/// [`LATE_EFFECTS`]
#[must_use]
pub fn late_effects(merchant: &Merchant) -> Scenario {
    let (settle, order) = settling(merchant);
    let deliveries = forgeries(merchant).map(&settle).collect();
    let again = Step::Deliver(settle(FORGERIES[0]));
    stateful(
        LATE_EFFECTS,
        order,
        vec![
            Step::CountEffects,
            Step::Beside { deliveries },
            Step::CountEffects,
            again,
            Step::CountEffects,
        ],
    )
}

/// [`REFUSED_EFFECTS`]
#[must_use]
pub fn refused_effects(merchant: &Merchant) -> Scenario {
    let (settle, order) = settling(merchant);
    let deliveries = forgeries(merchant).map(&settle).collect();
    let twin = settle(Delivery::genuine("genuine-twin"));
    let steps = vec![
        Step::CountEffects,
        Step::Beside { deliveries },
        Step::CountEffects,
        until_accepted(merchant, twin),
        Step::CountEffects,
    ];
    stateful(REFUSED_EFFECTS, order, steps)
}

/// [`WINDOW_PAST`] or [`WINDOW_FUTURE`]: up to the age that must be refused, and as far ahead.
#[must_use]
pub fn window(merchant: &Merchant, way: Way) -> Scenario {
    let name = window_name(way);
    let search =
        Search { delivery: Delivery::genuine(name), way, most_s: merchant.limits.webhook_stale_s };
    stateful(name, OrderNeed::Any, vec![Step::Search(search); Search::ROUNDS])
}

/// The name of the scenario that searches that way.
#[must_use]
pub const fn window_name(way: Way) -> &'static str {
    match way {
        Way::Past => WINDOW_PAST,
        Way::Future => WINDOW_FUTURE,
    }
}

/// [`BURST`]
#[must_use]
pub fn burst(merchant: &Merchant) -> Scenario {
    let step =
        Step::Burst { delivery: Delivery::genuine(BURST), count: merchant.limits.webhook_burst };
    Scenario { name: BURST, stage: Stage::Load, order: OrderNeed::Any, steps: vec![step] }
}

/// [`API_REQUEST_EFFECTS`]
#[must_use]
pub fn api_request_effects(merchant: &Merchant) -> Scenario {
    let (_, order) = settling(merchant);
    let steps = vec![
        Step::CountEffects,
        Step::Deliver(Delivery { name: "signed-api-request", ..API_REQUEST }),
        Step::CountEffects,
    ];
    stateful(API_REQUEST_EFFECTS, order, steps)
}

/// [`OTHER_AMOUNT`]
#[must_use]
pub fn other_amount() -> Scenario {
    claiming(
        OTHER_AMOUNT,
        Delivery { claim: Claim::OtherAmount, ..Delivery::genuine("wrong-amount") },
    )
}

/// [`OTHER_CURRENCY`]
#[must_use]
pub fn other_currency() -> Scenario {
    claiming(
        OTHER_CURRENCY,
        Delivery { claim: Claim::OtherCurrency, ..Delivery::genuine("wrong-currency") },
    )
}

/// A payment that does not fit its test order, then the one that does.
fn claiming(name: &'static str, wrong: Delivery) -> Scenario {
    let paid = |delivery| {
        Step::Deliver(Delivery { content: Content::Event(Event::PaymentSuccess), ..delivery })
    };
    let steps = vec![
        Step::CountEffects,
        paid(wrong),
        Step::CountEffects,
        paid(Delivery::genuine("genuine-twin")),
        Step::CountEffects,
    ];
    stateful(name, OrderNeed::TestOrder, steps)
}

/// All of them, as the checks together plan them.
#[must_use]
pub fn every(merchant: &Merchant) -> Vec<Scenario> {
    let singles = [
        FUTURE,
        SANDBOX_SECRET,
        METHOD_GET,
        METHOD_PUT,
        MALFORMED_SIGNED,
        MALFORMED_EMPTY,
        MALFORMED_NOT_AN_EVENT,
        UNKNOWN_EVENT,
        HEADERS_LOWER,
        HEADERS_TITLE,
        SHIFTED_DIGIT,
        SHIFTED_TIMESTAMP,
        API_REQUEST,
    ];
    let mut all = vec![control_before()];
    all.extend(FORGERIES.into_iter().chain(BODY_FORMS).chain(singles).map(Scenario::single));
    all.extend(ODD_SIGNATURES.into_iter().chain(ODD_BODIES).map(Scenario::single));
    all.extend(stale(merchant));
    all.extend(two_timestamps(merchant));
    all.push(oversized(merchant));
    all.extend(used_events(merchant).map(|used| event(merchant, used)));
    all.extend([duplicate(), redelivery(), cut()]);
    all.extend([
        once_sequential(merchant),
        once_cut(merchant),
        refused_effects(merchant),
        late_effects(merchant),
    ]);
    all.extend(races(merchant));
    all.extend(BODY_SIZES.map(|(_, delivery)| Scenario::single(delivery)));
    all.extend([Way::Past, Way::Future].map(|way| window(merchant, way)));
    all.push(burst(merchant));
    all.extend([once_retried(merchant), once_timed_out(merchant)]);
    all.extend(restarts(merchant));
    all.push(api_request_effects(merchant));
    if merchant.uses(Product::Payments) {
        all.extend([other_amount(), other_currency()]);
    }
    all.push(Scenario::single(BODY_TELLING));
    all.extend(misread().map(Scenario::single));
    all.push(doctor::readings(merchant, Occasion::Trouble));
    all.extend(contradictions::every(merchant));
    all.push(control_after());
    all
}

/// A plan of single deliveries between the two controls, which give their answers a meaning.
pub(super) fn between_controls(scenarios: impl IntoIterator<Item = Scenario>) -> Vec<Probe> {
    let all =
        std::iter::once(control_before()).chain(scenarios).chain(std::iter::once(control_after()));
    all.map(Probe::Deliver).collect()
}

/// A made-up signature under another label than JSON's.
const fn forged_as(name: &'static str, label: Label) -> Delivery {
    Delivery { change: Change::Labelled(label), ..forged(name) }
}

/// Signed with a secret that is not the merchant's.
const fn forged(name: &'static str) -> Delivery {
    Delivery { signed: Signed::WrongSecret, ..Delivery::genuine(name) }
}

/// Signed with a word in place of a secret.
const fn forged_with(name: &'static str, word: &'static str) -> Delivery {
    Delivery { signed: Signed::StandIn(word), ..Delivery::genuine(name) }
}

/// A genuine event signed so long before that the same event, signed now, has another signature.
const fn earlier(name: &'static str) -> Delivery {
    Delivery { stamp: Stamp::Now { back_s: 2 }, ..Delivery::genuine(name) }
}

/// How to make a delivery settle something for this merchant, and the test order or payout that
/// takes.
pub(super) fn settling(merchant: &Merchant) -> (impl Fn(Delivery) -> Delivery, OrderNeed) {
    let (event, order) = if merchant.uses(Product::Payments) {
        (Event::PaymentSuccess, OrderNeed::TestOrder)
    } else {
        (Event::PayoutSuccess, OrderNeed::TestPayout)
    };
    (move |delivery| Delivery { content: Content::Event(event), ..delivery }, order)
}

pub(super) fn stateful(name: &'static str, order: OrderNeed, steps: Vec<Step>) -> Scenario {
    Scenario { name, stage: Stage::Stateful, order, steps }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::Deliver;

    #[test]
    fn names_are_unique() {
        let all = every(&Merchant::default());
        let names: BTreeSet<&str> = all.iter().map(|scenario| scenario.name).collect();
        assert_eq!(names.len(), all.len());
    }

    #[test]
    fn forgeries_may_be_sent_when_nothing_genuine_may() {
        for forgery in FORGERIES {
            assert!(!forgery.is_validly_signed(), "{}", forgery.name);
            assert_eq!(Scenario::single(forgery).tier(), Deliver::Negative, "{}", forgery.name);
        }
    }

    #[test]
    fn only_full_settles_anything() {
        for scenario in every(&Merchant::default()) {
            let settles = scenario
                .deliveries()
                .any(|d| matches!(d.content, Content::Event(event) if event.settles()));
            assert!(!settles || scenario.tier() == Deliver::Full, "{}", scenario.name);
            assert!(
                !settles || matches!(scenario.order, OrderNeed::TestOrder | OrderNeed::TestPayout),
                "{}",
                scenario.name
            );
        }
    }

    #[test]
    fn repeats_point_to_an_earlier_delivery() {
        for scenario in every(&Merchant::default()) {
            for (at, step) in scenario.steps.iter().enumerate() {
                let Step::Repeat { of } = step else { continue };
                assert!(
                    *of < at && matches!(scenario.steps[*of], Step::Deliver(_)),
                    "{}",
                    scenario.name
                );
            }
        }
    }

    #[test]
    fn no_chain_is_longer_than_three_answers() {
        for scenario in every(&Merchant::default()) {
            let answers = scenario.steps.iter().filter(|step| !step.watches()).count();
            assert!(answers <= 3, "{}", scenario.name);
        }
    }

    #[test]
    fn every_forgery_is_tried_on_the_order_before_its_genuine_twin() {
        let merchant = Merchant::default();
        let scenario = refused_effects(&merchant);
        let names: Vec<&str> = scenario.deliveries().map(|delivery| delivery.name).collect();
        let forgeries = FORGERIES.map(|forgery| forgery.name);
        assert_eq!(names.split_last(), Some((&"genuine-twin", forgeries.as_slice())));
        assert!(
            scenario
                .deliveries()
                .all(|d| matches!(d.content, Content::Event(event) if event.settles()))
        );
        assert_eq!(
            (scenario.requests(), scenario.tier()),
            (FORGERIES.len() as u64 + 1 + merchant.limits.webhook_retries, Deliver::Full)
        );
    }

    #[test]
    fn events_of_unused_products_are_left_out() {
        let merchant = Merchant { uses: [Product::Payments].into(), ..Merchant::default() };
        assert!(used_events(&merchant).all(|event| !event.is_payout()));
        assert_eq!(used_events(&merchant).count(), 4);
    }
}
