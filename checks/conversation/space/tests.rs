//! What must hold of every value, present and future.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

use super::*;
use crate::CATALOGUE;
use crate::conversation::scenarios;
use crate::model::{
    AddressForm, Content, Credential, Delivery, Form, Merchant, OrderId, Origin, Refusal, Request,
    Secret, SigningKeys,
};
use crate::platform::{Event, keys};

const LIVE: &str = "sk_live_MARKER7f3k9q2x8v1m4n6b";

fn composed(delivery: &Delivery, issued: bool) -> Result<Request, Refusal> {
    let [live, wrong, api, wallet] =
        [LIVE, "sk_live_MARKERwrong", "pk_live_MARKERapi8x2", "8080144771"]
            .map(|value| Secret::new(value.to_owned()));
    let keys = SigningKeys {
        live: &live,
        sandbox: Some(&wrong),
        wrong: &wrong,
        api: Some(&api),
        sandbox_api: None,
        wallet: Some(&wallet),
        variable: Some("SHOP_SECRET_KEY"),
    };
    let at = Timestamp::from_second(1_778_659_835).expect("in range");
    delivery.compose(&OrderId::new("golive-5e0a91c7-1", "1.00", issued), at, at, &keys)
}

/// The platform's rule, written down once more: lower-case hex of HMAC-SHA256 over the raw body and
/// the value of X-TIMESTAMP.
fn verifies(request: &Request) -> bool {
    let all = |name: &str| -> Vec<&str> {
        let of = request.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        of.map(|(_, value)| value.as_str()).collect()
    };
    let stamp = all("X-TIMESTAMP").join(", ");
    let mut mac = Hmac::<Sha256>::new_from_slice(LIVE.as_bytes()).expect("any length is a key");
    mac.update(&request.body);
    mac.update(stamp.as_bytes());
    let right = HEXLOWER.encode(&mac.finalize().into_bytes());
    all("X-SIGNATURE").iter().any(|signature| *signature == right)
}

#[test]
fn the_rule_is_the_platforms() {
    assert!(verifies(&composed(&scenarios::BASELINE_BEFORE, false).expect("composes")));
    for form in scenarios::BODY_FORMS {
        assert!(verifies(&composed(&form, false).expect("composes")), "{}", form.name);
    }
}

#[test]
fn no_value_verifies_whatever_event_it_forges() {
    for value in values() {
        for event in Event::ALL {
            let of_event = Delivery { content: Content::Event(event), ..value.delivery };
            for delivery in [value.delivery, of_event] {
                let request = composed(&delivery, true).expect("composes");
                assert!(!verifies(&request), "{} of {}", delivery.name, event.name());
                assert!(!delivery.is_validly_signed(), "{}", delivery.name);
            }
        }
    }
}

#[test]
fn below_full_every_value_reads_as_processing_for_an_order_that_was_never_issued() {
    for value in values() {
        let request = composed(&value.delivery, false).expect("composes");
        let text =
            String::from_utf8_lossy(&request.body).into_owned() + &format!("{:?}", request.address);
        for word in ["PAID", "SUCCESS", "FAILED", "EXPIRED", "REVERSED", "payment.success"] {
            assert!(!text.contains(word), "{}: {word}", value.delivery.name);
        }
    }
}

#[test]
fn a_settling_event_is_never_composed_for_an_order_that_was_not_issued() {
    for value in values() {
        let settling = value.delivery.of_event(Event::PaymentSuccess);
        assert_eq!(composed(&settling, false), Err(Refusal::WouldSettle));
    }
}

#[test]
fn what_needs_a_setting_of_the_merchants_is_sent_only_with_it() {
    let sent = |merchant: &Merchant| {
        let names: BTreeSet<&str> = sent_to(merchant).map(|value| value.delivery.name).collect();
        ["forged-key-wallet", "forged-key-own-variable"].map(|name| names.contains(name))
    };
    let mut merchant = Merchant::default();
    assert_eq!(sent(&merchant), [false, false]);
    merchant.api.wallet_id = true;
    for (name, differs) in [(signed::VARIABLE, false), ("SHOP_SECRET", true)] {
        let origin = Origin::Env { name: name.to_owned() };
        merchant.api.secret_key = Some(Credential::Found(keys::facts(LIVE, origin)));
        assert_eq!(sent(&merchant), [true, differs]);
    }
}

#[test]
fn a_page_is_asked_for_as_its_forgery_is_sent_and_hears_of_no_event() {
    for (forgery, name) in PAGES {
        let (forgery, page) = (named(forgery).expect("a value").delivery, page_of(forgery));
        let page = page.expect("a request");
        assert_eq!((page.name, page.method, page.sender), (name, forgery.method, forgery.sender));
        let request = composed(&page, false).expect("composes");
        assert!(request.body.is_empty() && !format!("{:?}", request.address).contains("event"));
        assert!(request.headers.iter().all(|(name, _)| *name != "X-SIGNATURE"));
    }
}

#[test]
fn names_are_unique_and_every_value_has_a_check_that_exists() {
    let names: BTreeSet<&str> = values().map(|value| value.delivery.name).collect();
    assert_eq!(names.len(), values().count());
    let checks: BTreeSet<&str> =
        CATALOGUE.iter().flat_map(|section| section.checks).map(|check| check.meta().id).collect();
    for (check, _) in TABLES {
        assert!(checks.contains(check), "{check}");
    }
    for value in values() {
        assert!(!value.catches.is_empty() && !value.catches.ends_with('.'));
    }
    assert!(Dimension::ALL.iter().all(|one| values().any(|value| value.dimension == *one)));
}

/// What the first release sent.
const FIRST: [&str; 22] = [
    "unsigned",
    "empty-signature",
    "forged-wrong-secret",
    "forged-body-only",
    "forged-truncated",
    "forged-right-start",
    "forged-right-end",
    "forged-other-body",
    "forged-empty-secret",
    "forged-undefined-secret",
    "forged-word-secret",
    "forged-placeholder-secret",
    "forged-word-timestamp",
    "forged-empty-timestamp",
    "forged-long",
    "tampered-body",
    "changed-timestamp",
    "no-timestamp",
    "forged-as-text",
    "forged-as-form",
    "forged-as-xml",
    "forged-unlabelled",
];

#[test]
fn every_forgery_of_the_first_release_is_a_value() {
    for name in FIRST {
        assert!(named(name).is_some(), "{name}");
    }
}

#[test]
fn forms_are_what_their_names_say() {
    let body = |form| {
        let delivery = Delivery { form, ..Delivery::genuine("form") };
        composed(&delivery, false).expect("composes").body
    };
    assert!(body(Form::List).starts_with(b"[{"));
    assert!(body(Form::Gzip).starts_with(&[0x1f, 0x8b]));
    assert!(body(Form::ByteOrderMark).starts_with(&[0xef, 0xbb, 0xbf]));
    assert!(String::from_utf8(body(Form::NotUtf8)).is_err());
    assert!(body(Form::Utf16).contains(&0));
    let form = String::from_utf8(body(Form::UrlEncoded)).expect("text");
    assert!(form.contains("event=payment.processing") && form.contains("data%5Border_id%5D="));
    let by_get = Delivery { address: AddressForm::EventInQuery, ..Delivery::genuine("get") };
    assert!(composed(&by_get, false).expect("composes").body.is_empty());
}
