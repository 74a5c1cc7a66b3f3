//! The shop, seen over TLS: right by default, and wrong in the way each defect says.

mod arrivals;
mod client;
mod defects;
mod measured;

use golive_checks::conversation::space;
use std::time::Duration;

use client::{Client, TAMPERED};
use golive_checks::conversation::scenarios::{
    API_REQUEST, BASELINE_BEFORE, BODY_FORMS, FUTURE, HEADERS_LOWER, HEADERS_TITLE,
    MALFORMED_EMPTY, MALFORMED_NOT_AN_EVENT, MALFORMED_SIGNED, METHOD_GET, METHOD_PUT, ODD_BODIES,
    ODD_SIGNATURES, SANDBOX_SECRET, SHIFTED_DIGIT, SHIFTED_TIMESTAMP, UNKNOWN_EVENT, oversized,
    stale, two_timestamps,
};
use golive_checks::model::{
    AddressForm, Change, Claim, Content, Delivery, Form, Label, Merchant, Method, Scenario, Signed,
    Step,
};
use golive_checks::platform::Event;

use super::{Behaviour, Defect, Shop, ShopVariant};
use crate::config::{Programs, Sources, load};

fn correct() -> Shop {
    Shop::start(&[], Duration::ZERO).unwrap()
}

/// Every forgery of the table.
fn forgeries() -> impl Iterator<Item = Delivery> {
    space::values().map(|value| value.delivery)
}

/// Everything that a correct shop refuses.
fn refusable() -> Vec<Delivery> {
    let late = stale(&Merchant::default()).map(|scenario| match scenario.steps[0] {
        Step::Deliver(delivery) => delivery,
        _ => unreachable!("one delivery"),
    });
    let two_timestamps = two_timestamps(&Merchant::default());
    let at_two_times = two_timestamps.iter().flat_map(Scenario::deliveries).copied();
    let moved = [FUTURE, SANDBOX_SECRET, SHIFTED_DIGIT, SHIFTED_TIMESTAMP];
    forgeries().chain(moved).chain(late).chain(at_two_times).collect()
}

fn of_event(event: Event) -> Delivery {
    Delivery { content: Content::Event(event), ..Delivery::genuine("event") }
}

#[test]
fn answers_what_is_genuine_with_200() {
    let shop = correct();
    let client = Client::of(&shop);
    for delivery in
        [BASELINE_BEFORE, UNKNOWN_EVENT, HEADERS_LOWER, HEADERS_TITLE].into_iter().chain(BODY_FORMS)
    {
        assert_eq!(client.deliver(&delivery, "golive-1").status, 200, "{}", delivery.name);
    }
    for event in Event::ALL {
        assert_eq!(client.deliver(&of_event(event), "demo-order-01").status, 200, "{event:?}");
    }
    assert_eq!(shop.log().len(), 10 + 8);
}

#[test]
fn refuses_what_is_not() {
    let shop = correct();
    let client = Client::of(&shop);
    for delivery in refusable() {
        // Another method and another path are turned away before anything is verified.
        let turned_away = [404, 405].contains(&client.deliver(&delivery, "golive-1").status)
            && (delivery.method != Method::Post || delivery.address != AddressForm::Registered);
        let status = client.deliver(&delivery, "golive-1").status;
        assert!(turned_away || status == 401, "{}: {status}", delivery.name);
    }
    assert_eq!(client.deliver(&TAMPERED, "golive-1").body, "unauthorized");
    for delivery in [MALFORMED_SIGNED, MALFORMED_EMPTY, MALFORMED_NOT_AN_EVENT] {
        assert_eq!(client.deliver(&delivery, "golive-1").status, 400, "{}", delivery.name);
    }
    for delivery in [METHOD_GET, METHOD_PUT] {
        assert_eq!(client.deliver(&delivery, "golive-1").status, 405, "{}", delivery.name);
    }
}

#[test]
fn stays_calm_when_things_come_oddly() {
    let shop = correct();
    let client = Client::of(&shop);
    let answers = |deliveries: &[Delivery]| {
        deliveries
            .iter()
            .map(|delivery| client.deliver(delivery, "golive-1").status)
            .collect::<Vec<_>>()
    };
    // Twice in two orders, in upper case, with a space, with letters behind it.
    assert_eq!(answers(&ODD_SIGNATURES), [401, 401, 200, 401, 401]);
    // Keys twice, bytes behind, deep lists, a form, no content type.
    assert_eq!(answers(&ODD_BODIES), [200, 400, 400, 200, 200]);
    assert_eq!(answers(&[API_REQUEST]), [400]);
    let large: Vec<Delivery> = oversized(&Merchant::default()).deliveries().copied().collect();
    assert_eq!(answers(&large), [413]);
}

#[test]
fn credits_an_order_for_what_it_costs_alone() {
    let shop = correct();
    let client = Client::of(&shop);
    for claim in [Claim::OtherAmount, Claim::OtherCurrency] {
        assert_eq!(
            client
                .deliver(&Delivery { claim, ..of_event(Event::PaymentSuccess) }, "demo-order-01")
                .status,
            200
        );
        assert_eq!(client.credits("demo-order-01"), 0, "{claim:?}");
    }
    client.deliver(&of_event(Event::PaymentSuccess), "demo-order-01");
    assert_eq!(client.credits("demo-order-01"), 1);
}

#[test]
fn credits_an_order_once() {
    let shop = correct();
    let client = Client::of(&shop);
    assert_eq!(client.credits("demo-order-01"), 0);
    client.deliver_in_every_way("demo-order-01");
    assert_eq!(client.credits("demo-order-01"), 1);
    client.deliver(&of_event(Event::PayoutSuccess), "demo-payout-01");
    assert_eq!(client.credits("demo-payout-01"), 1);
    for delivery in forgeries() {
        client.deliver(
            &Delivery { content: Content::Event(Event::PaymentSuccess), ..delivery },
            "demo-order-02",
        );
    }
    assert_eq!(client.credits("demo-order-02"), 0);
}

#[test]
fn what_is_unusual_is_still_right() {
    for variant in ShopVariant::ALL {
        let shop = Shop::open(&Behaviour::with_variants(&[*variant], Duration::ZERO)).unwrap();
        let client = Client::of(&shop);
        for delivery in BODY_FORMS {
            // With the very bytes of before, a replay cache would be in its right to refuse.
            assert_eq!(
                client.deliver(&delivery, "demo-order-01").status,
                200,
                "{variant:?}: {}",
                delivery.name
            );
        }
        for delivery in refusable() {
            let expected = match variant {
                ShopVariant::VerifiesLater => 200..406,
                // The handler throws where another label kept the body from it.
                ShopVariant::AsExpressRaw | ShopVariant::AsExpressJson => 400..501,
                // Validation redirects what is not JSON.
                ShopVariant::AsLaravel => 302..420,
                _ => 400..423,
            };
            assert!(
                expected.contains(&client.deliver(&delivery, "demo-order-01").status),
                "{variant:?}: {}",
                delivery.name
            );
        }
        if *variant == ShopVariant::FailsFirst {
            assert_eq!(
                client.deliver(&of_event(Event::PaymentSuccess), "demo-order-02").status,
                503
            );
        }
        client.deliver_in_every_way("demo-order-02");
        std::thread::sleep(if *variant == ShopVariant::CreditsLate {
            super::LATE * 2
        } else {
            Duration::ZERO
        });
        assert_eq!(client.credits("demo-order-02"), 1, "{variant:?}");
    }
}

#[test]
fn variants_show() {
    let shop = |variant| Shop::open(&Behaviour::with_variants(&[variant], Duration::ZERO)).unwrap();
    let answer = |variant, delivery| Client::of(&shop(variant)).deliver(delivery, "golive-1");
    assert_eq!(answer(ShopVariant::NotFoundForOtherMethods, &METHOD_PUT).status, 404);
    assert_eq!(answer(ShopVariant::Refuses403, &TAMPERED).status, 403);
    assert_eq!(answer(ShopVariant::KnownOrdersOnly, &BASELINE_BEFORE).status, 404);
    assert!(answer(ShopVariant::AnswersInChunks, &BASELINE_BEFORE).head.contains("chunked"));
    assert!(answer(ShopVariant::AnswersEmpty, &BASELINE_BEFORE).body.is_empty());
    assert!(answer(ShopVariant::TalksALot, &BASELINE_BEFORE).body.len() > 4_000);
    assert_eq!(answer(ShopVariant::Tls12Only, &BASELINE_BEFORE).tls, "TLSv1_2");
    let unsigned = Delivery { signed: Signed::Missing, ..BASELINE_BEFORE };
    let long = Delivery { form: Form::Padded { bytes: 600_000 }, ..BASELINE_BEFORE };
    let labelled = |label| Delivery { change: Change::Labelled(label), ..BASELINE_BEFORE };
    for (variant, delivery, status) in [
        (ShopVariant::AsExpressRaw, labelled(Label::None), 500),
        (ShopVariant::AsExpressRaw, METHOD_PUT, 404),
        (ShopVariant::AsExpressJson, MALFORMED_NOT_AN_EVENT, 400),
        (ShopVariant::AsFastify, labelled(Label::Suffixed), 415),
        (ShopVariant::AsFastify, labelled(Label::Text), 200),
        (ShopVariant::AsFlask, labelled(Label::None), 200),
        (ShopVariant::AsDjango, long, 200),
        (ShopVariant::AsExpressRaw, long, 413),
        (ShopVariant::AsFastApi, unsigned, 422),
        (ShopVariant::AsPhp, labelled(Label::Multipart), 401),
        (ShopVariant::AsGo, METHOD_PUT, 405),
        (ShopVariant::AsLaravel, labelled(Label::None), 302),
        (ShopVariant::AsLaravel, labelled(Label::Form), 419),
        (ShopVariant::AsSpring, labelled(Label::None), 415),
        (ShopVariant::AsSpring, unsigned, 400),
    ] {
        let answered = Client::of(&shop(variant)).deliver(&delivery, "golive-1");
        assert_eq!(answered.status, status, "{variant:?}: {}", delivery.name);
    }
    let closed = shop(ShopVariant::ClosedPort80);
    assert!(Client::of(&closed).plain().is_none());
    let cached = shop(ShopVariant::ReplayCache);
    let client = Client::of(&cached);
    let request = client.compose(&BASELINE_BEFORE, "golive-1");
    assert_eq!([client.send(&request).status, client.send(&request).status], [200, 409]);
    let late = shop(ShopVariant::CreditsLate);
    let client = Client::of(&late);
    client.deliver(&of_event(Event::PaymentSuccess), "demo-order-01");
    assert_eq!(client.credits("demo-order-01"), 0);
}

#[test]
fn what_is_booked_or_queued_outlives_the_shop_that_is_stopped() {
    for variants in [&[][..], &[ShopVariant::CreditsLate]] {
        let shop = Shop::open(&Behaviour::with_variants(variants, Duration::ZERO)).unwrap();
        let client = Client::of(&shop);
        assert_eq!(client.deliver(&of_event(Event::PaymentSuccess), "demo-order-01").status, 200);
        defects::restart(&shop);
        client.deliver_in_every_way("demo-order-01");
        std::thread::sleep(super::LATE * 2);
        assert_eq!(client.credits("demo-order-01"), 1, "{variants:?}");
    }
}

#[test]
fn the_platform_takes_what_is_signed_right_and_writes_nothing() {
    let shop = correct();
    let client = Client::of(&shop);
    let unknown = client.call("/api/v3/pg/order/status", r#"{"order_id":"golive-1"}"#, 0);
    assert_eq!(unknown.status, 404);
    assert_eq!(unknown.body, r#"{"status":false,"code":404,"message":"Order not found."}"#);
    assert!(unknown.head.to_ascii_lowercase().contains("\r\ndate: "));
    assert_eq!(
        client.call("/api/v3/pg/order/status", r#"{"order_id":"golive-1"}"#, 600).status,
        401
    );
    assert_eq!(
        client.call("/api/v3/pg/order/status", r#"{ "order_id":"golive-1"}"#, 0).status,
        401
    );
    assert_eq!(client.call("/api/v3/banking/payment/create", "{}", 0).status, 403);
    assert_eq!(shop.calls().len(), 4);
    assert_eq!(shop.calls()[0], "POST api.kwikpaisa.com/api/v3/pg/order/status");
}

#[test]
fn neighbours_answer() {
    let shop = correct();
    let client = Client::of(&shop);
    assert_eq!(client.get("ip.example", "/").body, "15.206.10.20\n");
    assert_eq!(client.get("checkip.example", "/").body, "15.206.10.20\n");
    assert_eq!(client.get(super::BOOKS, "/ledger/never").body, r#"{"count":0,"state":"new"}"#);
    assert_eq!(client.get(super::SHOP, "/other").status, 404);
    let plain = client.plain().unwrap();
    assert!(
        plain.starts_with("HTTP/1.1 301") && plain.contains("https://shop.example/"),
        "{plain}"
    );
}

#[test]
fn answers_take_the_delay_that_was_asked_for() {
    let shop = Shop::start(&[], Duration::from_millis(50)).unwrap();
    let began = std::time::Instant::now();
    Client::of(&shop).deliver(&BASELINE_BEFORE, "golive-1");
    assert!(began.elapsed() >= Duration::from_millis(50));
}

#[test]
fn a_dropped_shop_leaves_nothing_behind() {
    let shop = correct();
    let (folder, client) = (shop.folder().to_owned(), Client::of(&shop));
    assert!(shop.config_path().is_file() && shop.ca_file().is_file());
    drop(shop);
    assert!(!folder.exists());
    assert!(client.plain().is_none());
}

#[test]
fn configurations_load_and_hold_no_secret() {
    let behaviours =
        Defect::ALL.iter().map(|defect| Behaviour::with_defects(&[*defect], Duration::ZERO)).chain(
            ShopVariant::ALL
                .iter()
                .map(|variant| Behaviour::with_variants(&[*variant], Duration::ZERO)),
        );
    for behaviour in behaviours {
        let shop = Shop::open(&behaviour).unwrap();
        let sources = Sources {
            config: Some(shop.config_path()),
            folder: shop.folder().to_owned(),
            environment: &|_| None,
            programs: Programs::Leave,
        };
        let loaded =
            load(&sources).unwrap_or_else(|complaints| panic!("{behaviour:?}: {complaints}"));
        assert_eq!(loaded.merchant.name.as_deref(), Some("Demo Shop"));
        assert_eq!(
            loaded.targets.keys.secret_key.unwrap().expose(),
            shop.secrets()[3],
            "{behaviour:?}"
        );
        let holds_secret =
            shop.secrets().iter().any(|secret| shop.config_toml().contains(secret.trim()));
        assert_eq!(holds_secret, behaviour.has(Defect::LiteralSecret), "{behaviour:?}");
    }
}

#[test]
fn all_keys_are_made_up_anew() {
    let (one, other) = (correct(), correct());
    assert!(
        one.secrets().iter().all(|secret| !other.secrets().contains(secret) && secret.len() == 46)
    );
}

#[cfg(unix)]
#[test]
fn secret_files_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |shop: &Shop| {
        std::fs::metadata(shop.folder().join(".env.production")).unwrap().permissions().mode()
            & 0o777
    };
    assert_eq!(mode(&correct()), 0o600);
    assert_eq!(mode(&Shop::start(&[Defect::ReadableEnvFile], Duration::ZERO).unwrap()), 0o644);
}
