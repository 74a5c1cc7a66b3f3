//! Every scenario of the webhook conversation, by name: what the checks plan and judge, and what
//! observing carries out.
//!
//! Rules that hold for all: a [`Step::Repeat`] is always read to the end, also when it repeats a
//! delivery that was cut; a [`Step::CountEffects`] or [`Step::ReadStatus`] before any delivery has
//! nothing to wait for and looks once.

pub use super::deliveries::*;
use super::space;
use crate::model::{
    Change, Claim, Content, Copies, Delivery, Form, Merchant, OrderNeed, Probe, Product, Release,
    Scenario, Search, SecretFacts, Signed, Slot, Stage, Stamp, Step, Wait, Way,
};
use crate::platform::Event;

/// The delivery before all others.
#[must_use]
pub fn baseline_before() -> Scenario {
    Scenario { stage: Stage::ControlBefore, ..Scenario::single(BASELINE_BEFORE) }
}

/// The delivery after all others.
#[must_use]
pub fn baseline_after() -> Scenario {
    Scenario { stage: Stage::ControlAfter, ..Scenario::single(BASELINE_AFTER) }
}

/// [`BASELINE_BETWEEN`], as often as so many deliveries that may be rejected take.
#[must_use]
pub fn baselines_between(rejectable: u64) -> Scenario {
    let count = usize::try_from(rejectable.div_ceil(BASELINE_EVERY)).unwrap_or(usize::MAX);
    one_by_one(BASELINE_BETWEEN, count)
}

/// [`BASELINE_REPEATED`]
#[must_use]
pub fn baselines_repeated() -> Scenario {
    one_by_one(BASELINE_REPEATED, BASELINE_REPEATS)
}

/// [`BASELINE_PACE`]
#[must_use]
pub fn baselines_for_pace() -> Scenario {
    one_by_one(BASELINE_PACE, BASELINE_PACES)
}

fn one_by_one(delivery: Delivery, count: usize) -> Scenario {
    let steps = vec![Step::Deliver(delivery); count];
    Scenario { stage: Stage::Between, steps, ..Scenario::single(delivery) }
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
        vec![Step::Deliver(earlier("first")), Step::Deliver(Delivery::genuine("re-signed"))],
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
            Step::Deliver(Delivery::genuine("re-signed")),
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
            Step::Deliver(settle(Delivery::genuine("re-signed"))),
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
            Step::Deliver(settle(Delivery::genuine("re-signed"))),
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
    space::sent_to(merchant)
        .map(|value| value.delivery)
        .chain([FORGED_TWICE])
        .chain(sandbox_secret_is_tried(merchant).then_some(SANDBOX_SECRET))
        .chain(by_api_key(merchant))
}

/// [`LATE_EFFECTS`]
#[must_use]
pub fn late_effects(merchant: &Merchant) -> Scenario {
    let (settle, order) = settling(merchant);
    let deliveries = forgeries(merchant).map(&settle).collect();
    let again = Step::Deliver(settle(UNSIGNED));
    let mut steps = watched(merchant);
    steps.push(Step::Beside { deliveries });
    steps.extend(watched(merchant));
    steps.extend([again, Step::CountEffects]);
    stateful(LATE_EFFECTS, order, steps)
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

/// [`UNMARKED`]
#[must_use]
pub fn unmarked() -> Scenario {
    let steps = vec![
        Step::Deliver(UNMARKED_GENUINE),
        Step::Beside { deliveries: UNMARKED_FORGERIES.to_vec() },
    ];
    stateful(UNMARKED, OrderNeed::Unmarked, steps)
}

/// [`SIGNATURE_REUSED`]
#[must_use]
pub fn signature_reused() -> Scenario {
    let steps = vec![Step::Deliver(Delivery::genuine("accepted")), Step::Altered { of: 0 }];
    stateful(SIGNATURE_REUSED, OrderNeed::Any, steps)
}

/// [`FORGED_PAYMENTS_SEEN`] and [`FORGED_PAYOUTS_SEEN`], as far as the merchant uses them.
pub fn forged_events(merchant: &Merchant) -> impl Iterator<Item = Scenario> {
    let payments = merchant.uses(Product::Payments).then(|| {
        let steps = between_looks(merchant, FORGED_PAYMENT_EVENTS.to_vec());
        stateful(FORGED_PAYMENTS_SEEN, OrderNeed::TestOrder, steps)
    });
    let payouts = merchant.uses(Product::Payouts).then(|| {
        let steps = between_looks(merchant, FORGED_PAYOUT_EVENTS.to_vec());
        stateful(FORGED_PAYOUTS_SEEN, OrderNeed::TestPayout, steps)
    });
    payments.into_iter().chain(payouts)
}

fn between_looks(merchant: &Merchant, deliveries: Vec<Delivery>) -> Vec<Step> {
    let mut steps = watched_if_told(merchant);
    steps.push(Step::Beside { deliveries });
    steps.extend(watched_if_told(merchant));
    steps
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

/// [`FORGED_UNDER_LOAD`]
#[must_use]
pub fn forged_under_load(merchant: &Merchant) -> Scenario {
    let delivery = Delivery { name: FORGED_UNDER_LOAD, ..FORGED_WRONG_SECRET };
    let step = Step::Burst { delivery, count: merchant.limits.webhook_burst };
    stateful(FORGED_UNDER_LOAD, OrderNeed::Any, vec![step])
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

/// A plan of single deliveries between the two controls, which give their answers a meaning.
pub(crate) fn between_baselines(scenarios: impl IntoIterator<Item = Scenario>) -> Vec<Probe> {
    let all = std::iter::once(baseline_before())
        .chain(scenarios)
        .chain(std::iter::once(baseline_after()));
    all.map(Probe::Deliver).collect()
}

/// How to make a delivery settle something for this merchant, and the test order or payout that
/// takes.
pub(crate) fn settling(merchant: &Merchant) -> (impl Fn(Delivery) -> Delivery, OrderNeed) {
    let (event, order) = if merchant.uses(Product::Payments) {
        (Event::PaymentSuccess, OrderNeed::TestOrder)
    } else {
        (Event::PayoutSuccess, OrderNeed::TestPayout)
    };
    (move |delivery| Delivery { content: Content::Event(event), ..delivery }, order)
}

/// What a merchant who counts effects tells of an order: those, and its state where it tells that.
pub(crate) fn watched(merchant: &Merchant) -> Vec<Step> {
    let status = merchant.webhook.status.is_some().then_some(Step::ReadStatus);
    std::iter::once(Step::CountEffects).chain(status).collect()
}

/// The same of a merchant who may not count effects.
fn watched_if_told(merchant: &Merchant) -> Vec<Step> {
    let effects = merchant.webhook.effects.is_some().then_some(Step::CountEffects);
    let status = merchant.webhook.status.is_some().then_some(Step::ReadStatus);
    effects.into_iter().chain(status).collect()
}

pub(crate) fn stateful(name: &'static str, order: OrderNeed, steps: Vec<Step>) -> Scenario {
    let scenario = Scenario { name, stage: Stage::Stateful, order, steps };
    if scenario.may_be_rejected() {
        Scenario { stage: Stage::Rejectable, ..scenario }
    } else {
        scenario
    }
}

/// A delivery, and again as `[limits]` has it.
#[must_use]
pub fn until_accepted(merchant: &Merchant, delivery: Delivery) -> Step {
    let limits = &merchant.limits;
    Step::UntilAccepted {
        delivery,
        retries: limits.webhook_retries,
        pause_ms: limits.webhook_retry_pause_ms,
    }
}

/// Whether there is a sandbox secret, and one of its own.
pub(crate) fn sandbox_secret_is_tried(merchant: &Merchant) -> bool {
    sandbox_secret(merchant).is_some_and(|secret| !is_live(secret))
}

/// The sandbox secret, where one was found.
pub(crate) fn sandbox_secret(merchant: &Merchant) -> Option<&SecretFacts> {
    merchant.secret(Slot::SandboxSecretKey)
}

/// Whether it is the live secret under another name, so that what it signs is genuine.
pub(crate) fn is_live(secret: &SecretFacts) -> bool {
    secret.equals.contains(&Slot::SecretKey)
}

/// The reading by which whoever knows the API key, which browsers may, signs whatever they like.
pub(crate) const BY_API_KEY: &str = "reading-api-key-as-secret";

/// An event signed with the API key, where one is configured that is not the secret as well.
pub(crate) fn by_api_key(merchant: &Merchant) -> Option<Delivery> {
    let key = merchant.secret(Slot::ApiKey).filter(|key| !key.equals.contains(&Slot::SecretKey));
    key.and_then(|_| misread().find(|delivery| delivery.name == BY_API_KEY))
}
