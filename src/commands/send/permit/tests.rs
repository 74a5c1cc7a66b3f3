//! What may be sent by hand, and every refusal.

use golive_checks::model::{
    Credential, Entropy, Origin, Prefix, Program, Refusal, Secret, SecretFacts, SigningKeys,
    TestOrders,
};
use golive_checks::platform::signature;
use jiff::Timestamp;
use serde_json::Value;

use crate::commands::send::permit::*;

const PAYMENTS: [&str; 2] = ["T-1", "golive-mine"];
const PAYOUTS: [&str; 1] = ["P-1"];

/// A merchant that delivers so far, with test orders in its configuration.
struct Case {
    merchant: Merchant,
    orders: Option<OrderSource>,
    payouts: Option<OrderSource>,
    asked: Option<Deliver>,
    role: Role,
    request: DeliveryRequest,
}

fn ids(all: &[&str]) -> OrderSource {
    OrderSource::Ids(all.iter().map(|id| OrderId::new(*id, "1.00", true)).collect())
}

impl Case {
    fn new(configured: Deliver, event: Event) -> Self {
        let mut merchant = Merchant::default();
        merchant.webhook.deliver = configured;
        merchant.webhook.order = Some(TestOrders::Ids(PAYMENTS.len()));
        merchant.webhook.payout = Some(TestOrders::Ids(PAYOUTS.len()));
        let request = DeliveryRequest {
            event,
            tamper: None,
            order_id: None,
            settings: Vec::new(),
            count: 1,
            afresh: false,
            together: false,
        };
        Self {
            merchant,
            orders: Some(ids(&PAYMENTS)),
            payouts: Some(ids(&PAYOUTS)),
            asked: None,
            role: Role::Production,
            request,
        }
    }

    /// Both words for `full` were said.
    fn full(event: Event) -> Self {
        Self::new(Deliver::Full, event).asked(Deliver::Full)
    }

    fn asked(mut self, asked: Deliver) -> Self {
        self.asked = Some(asked);
        self
    }

    fn tamper(mut self, name: &'static str) -> Self {
        self.request.tamper = Some(name);
        self
    }

    fn order(mut self, id: &str) -> Self {
        self.request.order_id = Some(id.to_owned());
        self
    }

    fn set(mut self, written: &str) -> Self {
        self.request.settings.push(written.parse().unwrap());
        self
    }

    fn permit(&self) -> Result<Permit, Refused> {
        let (orders, payouts) = (self.orders.as_ref(), self.payouts.as_ref());
        let today = "2026-11-21".parse().unwrap();
        permit(
            &self.request,
            &Rules {
                merchant: &self.merchant,
                orders,
                payouts,
                asked: self.asked,
                role: self.role,
                today,
            },
        )
    }

    fn refused(&self) -> Refused {
        let refused = self.permit().expect_err("a refusal");
        assert!(!refused.to_string().is_empty() && !refused.to_string().contains("READY"));
        refused
    }
}

fn all_kinds() -> Vec<Option<&'static str>> {
    std::iter::once(None)
        .chain(Kind::all(&Merchant::default()).into_iter().map(|kind| Some(kind.delivery.name)))
        .collect()
}

#[test]
fn none_sends_nothing_whatever_is_said_here() {
    for asked in [None, Some(Deliver::Negative), Some(Deliver::Probe), Some(Deliver::Full)] {
        for name in all_kinds() {
            let mut case = Case::new(Deliver::None, Event::PaymentProcessing);
            (case.asked, case.request.tamper) = (asked, name);
            assert_eq!(case.refused(), Refused::Nothing, "{name:?}");
        }
    }
    assert_eq!(Case::full(Event::PaymentSuccess).asked(Deliver::None).refused(), Refused::Nothing);
}

#[test]
fn negative_sends_only_what_nobody_may_take_for_genuine() {
    for name in all_kinds() {
        for case in [
            Case::new(Deliver::Negative, Event::PaymentProcessing),
            Case::new(Deliver::Negative, Event::PaymentProcessing).asked(Deliver::Probe),
            Case::full(Event::PaymentProcessing).asked(Deliver::Negative),
        ] {
            let mut case = case;
            case.request.tamper = name;
            match case.permit() {
                Ok(permit) => assert!(!permit.kind.delivery.may_be_taken(), "{name:?}"),
                Err(refused) => {
                    assert!(
                        matches!(
                            refused,
                            Refused::TooFar { needs: Deliver::Probe, reach: Deliver::Negative, .. }
                                | Refused::Beyond(_)
                        ),
                        "{name:?}: {refused}"
                    );
                }
            }
        }
    }
    assert!(
        Case::new(Deliver::Negative, Event::PaymentProcessing).tamper("unsigned").permit().is_ok()
    );
    assert!(
        Case::new(Deliver::Negative, Event::PaymentProcessing)
            .tamper("upper-case")
            .permit()
            .is_err()
    );
}

#[test]
fn below_full_no_other_event_is_sent_however_it_is_signed() {
    for event in Event::ALL.into_iter().filter(|event| *event != Event::PaymentProcessing) {
        for name in all_kinds() {
            for case in [
                Case::new(Deliver::Probe, event),
                Case::new(Deliver::Full, event),
                Case::full(event).asked(Deliver::Probe),
            ] {
                let mut case = case;
                case.request.tamper = name;
                let refused = case.refused();
                assert!(
                    matches!(
                        refused,
                        Refused::TooFar { needs: Deliver::Full, .. } | Refused::NoEvent(_)
                    ),
                    "{name:?}: {refused}"
                );
            }
        }
    }
}

#[test]
fn the_command_line_alone_does_not_make_it_full() {
    for configured in [Deliver::Negative, Deliver::Probe] {
        let refused = Case::new(configured, Event::PaymentSuccess).asked(Deliver::Full).refused();
        assert!(
            matches!(&refused, Refused::Beyond(why) if why.contains("deliver = \"full\"")),
            "{refused}"
        );
    }
}

#[test]
fn a_pipeline_with_a_live_key_needs_a_date_as_well() {
    let mut case = Case::full(Event::PaymentSuccess);
    case.role = Role::Ci;
    case.merchant.api.secret_key = Some(Credential::Found(SecretFacts {
        origin: Origin::Env { name: "KEY".to_owned() },
        prefix: Prefix::SecretLive,
        length: 32,
        damage: Vec::new(),
        placeholder: None,
        entropy: Entropy::High,
        equals: Vec::new(),
    }));
    assert!(matches!(case.refused(), Refused::Beyond(why) if why.contains("full_until")));
    case.merchant.webhook.full_until = Some("2026-11-20".parse().unwrap());
    assert!(matches!(case.refused(), Refused::Beyond(_)));
    case.merchant.webhook.full_until = Some("2026-11-21".parse().unwrap());
    assert_eq!(case.permit().map(|permit| permit.reach), Ok(Deliver::Full));
}

#[test]
fn an_order_is_a_test_order_or_one_that_was_never_issued() {
    for (event, mine) in [
        (Event::PaymentSuccess, "T-1"),
        (Event::PaymentExpired, "golive-mine"),
        (Event::PayoutReversed, "P-1"),
    ] {
        let permit = Case::full(event).order(mine).permit().unwrap();
        assert!(permit.order.is_some_and(|order| order.issued && order.id == mine));
        for foreign in [
            "17",
            "",
            "golive-",
            "golive-x",
            "t-1",
            "T-1 ",
            "T-2",
            if event.is_payout() { "T-1" } else { "P-1" },
        ] {
            assert!(
                matches!(
                    Case::full(event).order(foreign).refused(),
                    Refused::ForeignOrder { settles: true, .. }
                ),
                "{foreign}"
            );
        }
    }
    for configured in [Deliver::Probe, Deliver::Full] {
        let of = |id: &str| Case::new(configured, Event::PaymentProcessing).order(id);
        assert!(of("golive-x_1").permit().unwrap().order.is_some_and(|order| !order.issued));
        for foreign in [
            "17",
            "",
            "golive-",
            "GOLIVE-1",
            "golive-a b",
            "golive-\u{0}",
            "golive-é",
            "golive-1\"",
            "P-1",
        ] {
            assert!(
                matches!(of(foreign).refused(), Refused::ForeignOrder { settles: false, .. }),
                "{foreign}"
            );
        }
        assert!(of(&format!("golive-{}", "x".repeat(65))).permit().is_err());
    }
}

#[test]
fn a_test_order_takes_full_for_every_event() {
    for mine in PAYMENTS {
        let refused = Case::new(Deliver::Full, Event::PaymentProcessing).order(mine).refused();
        assert!(
            matches!(refused, Refused::TooFar { needs: Deliver::Full, reach: Deliver::Probe, .. }),
            "{refused}"
        );
        let forged = Case::new(Deliver::Probe, Event::PaymentProcessing)
            .order(mine)
            .tamper("unsigned")
            .refused();
        assert!(matches!(forged, Refused::TooFar { needs: Deliver::Full, .. }), "{forged}");
        assert!(Case::full(Event::PaymentProcessing).order(mine).permit().is_ok());
    }
}

#[test]
fn without_an_id_the_next_test_order_is_taken_and_there_must_be_one() {
    let permit = Case::full(Event::PaymentSuccess).permit().unwrap();
    assert_eq!((permit.order, permit.need), (None, OrderNeed::TestOrder));
    let mut case = Case::full(Event::PayoutSuccess);
    assert_eq!(case.permit().map(|permit| permit.need), Ok(OrderNeed::TestPayout));
    case.payouts = None;
    assert_eq!(case.refused(), Refused::NoTestOrders { table: "webhook.payout" });
}

#[test]
fn ids_that_a_program_makes_cannot_be_named() {
    let mut case = Case::full(Event::PaymentSuccess).order("T-1");
    case.merchant.webhook.order =
        Some(TestOrders::Command(Program { name: "new-order".to_owned() }));
    case.orders = Some(OrderSource::Command(vec!["new-order".to_owned()]));
    assert!(matches!(case.refused(), Refused::ForeignOrder { by_program: true, .. }));
    case.request.order_id = None;
    assert!(case.permit().is_ok());
}

#[test]
fn what_is_set_does_not_change_what_the_event_is() {
    for written in [
        "event=payment.success",
        "data.order_id=17",
        "data.order_status=PAID",
        "data.status=PAID",
        "data:={}",
        "data.note:={}",
    ] {
        let refused = Case::new(Deliver::Probe, Event::PaymentProcessing).set(written).refused();
        assert!(matches!(refused, Refused::NotSettable { .. }), "{written}");
        // The next test order may turn out to be none.
        let refused = Case::full(Event::PaymentProcessing).set(written).refused();
        assert!(matches!(refused, Refused::NotSettable { .. }), "{written}");
    }
    for written in ["event=payment.success", "data.order_id=17", "data.transaction_id=17"] {
        assert!(
            matches!(
                Case::full(Event::PaymentSuccess).set(written).refused(),
                Refused::NotSettable { .. }
            ),
            "{written}"
        );
    }
    assert!(
        Case::new(Deliver::Probe, Event::PaymentProcessing)
            .set("data.amount=2.00")
            .permit()
            .is_ok()
    );
    assert!(Case::full(Event::PaymentSuccess).set("data.order_status=FAILED").permit().is_ok());
    assert!(
        Case::full(Event::PaymentProcessing)
            .order("T-1")
            .set("data.order_status=PAID")
            .permit()
            .is_ok()
    );
}

#[test]
fn what_changes_the_body_itself_goes_with_no_setting() {
    for name in [
        "tampered-body",
        "body-spaced",
        "body-as-printed",
        "shifted",
        "trailing-bytes",
        "malformed-signed",
        "unknown-event",
    ] {
        let refused = Case::new(Deliver::Probe, Event::PaymentProcessing)
            .tamper(name)
            .set("data.amount=2.00")
            .refused();
        assert_eq!(refused, Refused::SetAndTampered(name));
    }
    assert!(
        Case::new(Deliver::Probe, Event::PaymentProcessing)
            .tamper("forged-wrong-secret")
            .set("data.amount=2.00")
            .permit()
            .is_ok()
    );
}

#[test]
fn what_is_no_event_stands_for_none_that_settles() {
    for name in ["malformed-signed", "malformed-empty", "malformed-not-an-event", "unknown-event"] {
        assert!(
            Case::new(Deliver::Probe, Event::PaymentProcessing).tamper(name).permit().is_ok(),
            "{name}"
        );
        assert_eq!(
            Case::full(Event::PaymentSuccess).tamper(name).refused(),
            Refused::NoEvent(name)
        );
    }
}

#[test]
fn signings_at_one_moment_have_a_second_each() {
    let mut case = Case::new(Deliver::Probe, Event::PaymentProcessing);
    (case.request.together, case.request.count) = (true, 100);
    assert!(case.permit().is_ok());
    case.request.afresh = true;
    assert_eq!(case.refused(), Refused::TooManyAfresh);
    case.request.count = TOGETHER_AFRESH;
    assert!(case.permit().is_ok());
}

/// Whatever is permitted below `full`, as it would go out.
#[test]
fn what_is_validly_signed_below_full_reads_as_processing_for_an_order_that_was_never_issued() {
    let live = Secret::new("sk_live_MARKER7f3k9q2x8v1m4n6b".to_owned());
    let wrong = Secret::new("sk_live_MARKERwrong".to_owned());
    let keys = SigningKeys {
        live: &live,
        sandbox: Some(&wrong),
        wrong: &wrong,
        api: None,
        sandbox_api: None,
        wallet: None,
        variable: None,
    };
    let now = Timestamp::from_second(1_778_659_835).unwrap();
    let settings = [
        "",
        "data.amount=2.00",
        "data.amount:=2",
        "data.note=x",
        "data.currency=USD",
        "data.order_status=PAID",
        "data.order_id=17",
        "event=x",
    ];
    let mut sent = 0;
    for event in Event::ALL {
        for name in all_kinds() {
            for id in [None, Some("golive-by-hand"), Some("T-1"), Some("golive-mine"), Some("17")] {
                for written in settings {
                    let mut case = Case::new(Deliver::Full, event);
                    (case.request.tamper, case.request.order_id) = (name, id.map(str::to_owned));
                    if !written.is_empty() {
                        case = case.set(written);
                    }
                    let Ok(permit) = case.permit() else { continue };
                    let order = permit
                        .order
                        .clone()
                        .unwrap_or_else(|| OrderId::new("golive-run-1", "1.00", false));
                    let request = match permit.kind.delivery.compose_with(
                        &permit.settings,
                        &order,
                        now,
                        now,
                        &keys,
                    ) {
                        Ok(request) => request,
                        // Some readings want a key that this shop has not.
                        Err(Refusal::NoReading | Refusal::Unconfigured { .. }) => continue,
                        Err(refusal) => panic!("{name:?}: {refusal:?}"),
                    };
                    let value = |name: &str| {
                        request
                            .headers
                            .iter()
                            .find(|(header, _)| *header == name)
                            .map(|(_, value)| value.clone())
                    };
                    let valid = value("X-SIGNATURE").zip(value("X-TIMESTAMP")).is_some_and(
                        |(signature, timestamp)| {
                            signature::verify(&live, &request.body, &timestamp, &signature)
                        },
                    );
                    let Ok(body) = serde_json::from_slice::<Value>(&request.body) else { continue };
                    sent += 1;
                    if !valid || body.is_array() {
                        continue;
                    }
                    // The body of the read-only request to the API is no event.
                    if let Some(id) = body["order_id"].as_str() {
                        assert!(
                            body["event"].is_null()
                                && body["data"].is_null()
                                && id.starts_with("golive-"),
                            "{body}"
                        );
                        continue;
                    }
                    assert!(
                        ["payment.processing", "golive.unknown"]
                            .contains(&body["event"].as_str().unwrap()),
                        "{body}"
                    );
                    assert_eq!(body["data"]["order_status"], "PROCESSING", "{body}");
                    let id = body["data"]["order_id"].as_str().unwrap();
                    assert!(id.starts_with("golive-") && !PAYMENTS.contains(&id), "{body}");
                }
            }
        }
    }
    assert!(sent > 100, "{sent}");
}
