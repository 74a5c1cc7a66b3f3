use super::*;
use crate::model::{Deliver, Label};
use crate::platform::Event;

fn order(issued: bool) -> OrderId {
    OrderId::new("golive-1", "1.00", issued)
}

fn compose(delivery: &Delivery, issued: bool) -> Result<Request, Refusal> {
    let live = Secret::new("sk_live_marker_live".to_owned());
    let wrong = Secret::new("sk_live_marker_wrong".to_owned());
    let at = Timestamp::from_second(1_778_659_835).expect("in range");
    delivery.compose(
        &order(issued),
        at,
        at,
        &SigningKeys {
            live: &live,
            sandbox: None,
            wrong: &wrong,
            api: None,
            sandbox_api: None,
            wallet: None,
            variable: None,
        },
    )
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
                // Beside the present time a second one says something only where another was
                // signed.
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
fn nearly_right_signatures_are_as_long_as_right_ones() {
    let signature = |signed| {
        let request =
            compose(&Delivery { signed, ..Delivery::genuine("x") }, false).expect("composes");
        request.headers.into_iter().find(|(name, _)| *name == "X-SIGNATURE").expect("signed").1
    };
    let [right, start, end] =
        [Signed::Genuine, Signed::RightStart, Signed::RightEnd].map(signature);
    assert_eq!((start.len(), end.len()), (64, 64));
    assert!(right[..62] == start[..62] && right[2..] == end[2..]);
    assert!(right.chars().zip(start.chars()).skip(62).all(|(one, other)| one != other));
    assert!(right.chars().zip(end.chars()).take(2).all(|(one, other)| one != other));
}

#[test]
fn every_form_says_the_same() {
    for form in FORMS {
        let request =
            compose(&Delivery { form, ..Delivery::genuine("x") }, false).expect("composes");
        let value: serde_json::Value = serde_json::from_slice(&request.body).expect("JSON");
        assert_eq!(value["event"], "payment.processing", "{form:?}");
        assert_eq!(value["data"]["order_id"], "golive-1", "{form:?}");
        assert_eq!(value["data"]["created_at"], "13-05-2026 01:40 PM", "{form:?}");
    }
}

#[test]
fn padded_bodies_are_as_long_as_they_are_to_be() {
    for bytes in [1_000, 65_536] {
        let request =
            compose(&Delivery { form: Form::Padded { bytes }, ..Delivery::genuine("x") }, false)
                .expect("composes");
        assert_eq!(request.body.len(), bytes as usize);
    }
}

#[test]
fn a_claim_changes_what_it_is_about_and_nothing_else() {
    let body = |claim| {
        let request =
            compose(&Delivery { claim, ..Delivery::genuine("x") }, false).expect("composes");
        serde_json::from_slice::<serde_json::Value>(&request.body).expect("JSON")["data"].clone()
    };
    let own = body(Claim::Own);
    let claims = [
        (Claim::OtherAmount, "amount"),
        (Claim::OtherCurrency, "currency"),
        (Claim::OtherTransaction, "transaction_id"),
    ];
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
            let delivery =
                Delivery { change: Change::Shifted { digits }, ..Delivery::genuine("x") };
            let request = compose(&delivery, false).expect("composes");
            let stamp = request
                .headers
                .iter()
                .find(|(name, _)| *name == "X-TIMESTAMP")
                .expect("is stamped")
                .1
                .clone();
            (request.body, stamp)
        })
        .into();
    assert!(texts.iter().all(|(body, stamp)| [body, stamp.as_bytes()].concat()
        == [&texts[0].0, texts[0].1.as_bytes()].concat()));
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
            let delivery =
                Delivery { content: Content::Event(event), signed, ..Delivery::genuine("x") };
            let harmless = event == Event::PaymentProcessing
                || event == Event::PayoutProcessing && !delivery.may_be_taken();
            assert_eq!(delivery.tier() == Deliver::Full, !harmless, "{delivery:?}");
        }
    }
}
