//! Whole conversations with receivers on loopback.

mod addresses;
mod examined;
mod fixture;
mod measured;
mod recovery;
mod rounds;
mod wide;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use fixture::*;
use golive_checks::conversation::{registry, scenarios};
use golive_checks::model::{
    Address, Content, Copies, Credential, Deliver, Delivery, Endpoint, Hook, HookSource, Keyring,
    Limits, Merchant, Observations, OrderId, OrderNeed, Origin, Phase, Probe, Program, Release,
    Role, RunFacts, Secret, StepSeen, TestOrders, TroubleKind, Wait,
};
use golive_checks::platform::{Event, keys};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::time::sleep;
use url::Url;
use wide::beside_one_another;

use crate::observe::webhook::rate_limit::*;
use crate::observe::webhook::receiver_control::Control;
use crate::observe::webhook::*;
use crate::observe::{Context, Progress};
use crate::observe::{Options, Plan, observe};
use crate::targets::{HookCall, OrderSource, Targets};

#[tokio::test]
async fn keeps_the_order_of_stages() {
    let receiver = receiver(false, |_, _| (200, 20 * MS)).await;
    let load = Scenario { stage: Stage::Load, ..Scenario::single(Delivery::genuine("load")) };
    let mut plan =
        vec![scenarios::baseline_after(), load, scenarios::duplicate(), scenarios::redelivery()];
    plan.extend(NAMES[..6].iter().map(|name| Scenario::single(Delivery::genuine(name))));
    plan.push(scenarios::baseline_before());
    let seen = Shop::new(receiver.address).observe(plan).await;
    let arrived = receiver.arrived();
    assert_eq!(arrived.len(), 13);
    let when: BTreeMap<String, (Instant, Instant)> =
        arrived.iter().map(|a| (a.order(), (a.began, a.ended))).collect();
    let times = |name: &str| when[&got(&seen, name).order.id];
    let (first, load, last) = (times("control-before"), times("load"), times("control-after"));
    for (order, (began, ended)) in &when {
        assert!(*order == got(&seen, "control-before").order.id || *began >= first.1);
        assert!([load.0, last.0].contains(began) || *ended <= load.0, "{order}");
    }
    assert!(load.1 <= last.0);
    assert!(receiver.most_at_once.load(Ordering::SeqCst) > 1);
}

#[tokio::test]
async fn goes_no_further_without_an_accepted_control() {
    for answering in [(|_, _| (500, MS)) as Answering, |_, _| (204, MS), |_, _| (302, MS)] {
        let receiver = receiver(false, answering).await;
        let plan = vec![
            scenarios::baseline_before(),
            Scenario::single(scenarios::UNSIGNED),
            scenarios::baseline_after(),
        ];
        let seen = Shop::new(receiver.address).observe(plan).await;
        assert_eq!(receiver.arrived().len(), 1);
        assert_eq!(got(&seen, "control-before").steps.len(), 1);
        assert_eq!(seen.scenarios["unsigned"], Observed::NotMade(NotMade::NoControl));
        assert_eq!(seen.scenarios["control-after"], Observed::NotMade(NotMade::NoControl));
    }
}

#[tokio::test]
async fn negative_runs_send_nothing_genuine() {
    let receiver = receiver(false, |_, _| (401, MS)).await;
    let mut shop = Shop::new(receiver.address);
    shop.run.deliver = Deliver::Negative;
    let seen = shop.observe(registry::every(&shop.merchant)).await;
    let refused = NotMade::Deliver { is: Deliver::Negative, needs: Deliver::Probe };
    assert_eq!(seen.scenarios["control-before"], Observed::NotMade(refused));
    assert_eq!(statuses(&seen, "unsigned"), [Some(401)]);
    for arrived in receiver.arrived() {
        let header = |name: &str| {
            arrived
                .head
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap_or_default()
                .to_owned()
        };
        let live = Secret::new(LIVE.to_owned());
        let (signature, stamp) = (header("X-SIGNATURE: "), header("X-TIMESTAMP: "));
        assert!(!golive_checks::platform::signature::verify(
            &live,
            arrived.body.as_bytes(),
            &stamp,
            &signature
        ));
    }
}

#[tokio::test]
async fn repeats_the_very_bytes_and_signs_the_same_event_afresh() {
    let receiver = receiver(false, |_, _| (200, MS)).await;
    let seen = Shop::new(receiver.address)
        .observe(vec![scenarios::baseline_before(), scenarios::cut()])
        .await;
    let order = &got(&seen, "cut").order.id;
    assert!(order.starts_with("golive-testrun-"));
    let arrived: Vec<Arrived> =
        receiver.arrived().into_iter().filter(|arrived| arrived.order() == *order).collect();
    let [cut, again, afresh] = arrived.as_slice() else { panic!("{arrived:?}") };
    assert_eq!((&cut.head, &cut.body), (&again.head, &again.body));
    assert_eq!(again.body, afresh.body);
    assert_ne!(again.head, afresh.head);
    let outcomes: Vec<(&str, Option<u16>)> =
        got(&seen, "cut").exchanges().map(|e| (e.name.as_str(), e.status())).collect();
    assert_eq!(
        outcomes,
        [("first-cut", None), ("first-cut-again", Some(200)), ("re-signed", Some(200))]
    );
}

/// Answers 200 once a whole request is there, and notes how many requests lacked but their last
/// byte when each was completed.
async fn finish_line() -> (SocketAddr, Arc<Mutex<Vec<usize>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let address = listener.local_addr().expect("bound");
    let (finished, waiting) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
    let told = Arc::clone(&finished);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (finished, waiting) = (Arc::clone(&told), Arc::clone(&waiting));
            tokio::spawn(async move {
                let mut bytes = Vec::new();
                let mut counted = false;
                while matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
                    let missing = length(head) - body.len();
                    if missing <= 1 && !counted {
                        counted = true;
                        waiting.fetch_add(1, Ordering::SeqCst);
                    }
                    if missing == 0 {
                        finished.lock().expect("no panic").push(waiting.load(Ordering::SeqCst));
                        let _ =
                            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
                    }
                }
            });
        }
    });
    (address, finished)
}

fn race(count: u64) -> Scenario {
    stateful(
        "race",
        OrderNeed::Any,
        vec![Step::Together {
            delivery: Delivery::genuine("together"),
            count,
            copies: Copies::Same,
            release: Release::AtOnce,
        }],
    )
}

#[tokio::test]
async fn releases_all_last_bytes_together() {
    let (address, finished) = finish_line().await;
    let seen = Shop::new(address).observe(vec![race(20)]).await;
    assert_eq!(statuses(&seen, "race"), [Some(200); 20]);
    let finished = finished.lock().expect("no panic").clone();
    // None was completed before all were there.
    assert!(finished.iter().all(|waiting| *waiting == 20), "{finished:?}");
}

#[tokio::test]
async fn a_receiver_that_takes_one_connection_at_a_time_is_raced_as_well_as_can_be() {
    let receiver = receiver(true, |_, _| (200, 5 * MS)).await;
    let seen = Shop::new(receiver.address)
        .observe(vec![scenarios::baseline_before(), race(6), scenarios::baseline_after()])
        .await;
    assert_eq!(statuses(&seen, "race"), [Some(200); 6]);
    assert_eq!(statuses(&seen, "control-after"), [Some(200)]);
}

#[tokio::test]
async fn is_fair_to_a_receiver_that_does_one_thing_at_a_time() {
    let receiver = receiver(true, |_, _| (200, 180 * MS)).await;
    let mut shop = Shop::new(receiver.address);
    // Far less than what a full window would keep the last one waiting.
    shop.merchant.limits.first_byte_ms = 450;
    let wide = stateful(
        "wide",
        OrderNeed::Any,
        vec![beside_one_another(&NAMES[8..13]), Step::Deliver(Delivery::genuine("after"))],
    );
    let mut plan =
        vec![scenarios::baseline_before(), scenarios::duplicate(), scenarios::redelivery(), wide];
    plan.extend(NAMES[..8].iter().map(|name| Scenario::single(Delivery::genuine(name))));
    plan.push(scenarios::baseline_after());
    let seen = shop.observe(plan).await;
    for name in seen
        .scenarios
        .keys()
        .filter(|name| !matches!(name.as_str(), "control-repeated" | "control-pace"))
    {
        assert!(
            got(&seen, name).exchanges().all(Exchange::accepted),
            "{name}: {:?}",
            got(&seen, name)
        );
    }
    assert_eq!(receiver.arrived().len(), 2 + 4 + 6 + 8);
}

#[tokio::test]
async fn uses_what_a_receiver_can_take_and_no_more_than_the_limit() {
    let receiver = receiver(false, |_, _| (200, 60 * MS)).await;
    let mut shop = Shop::new(receiver.address);
    shop.merchant.limits.webhook_concurrency = 12;
    let mut plan = vec![scenarios::baseline_before()];
    plan.extend(NAMES.iter().map(|name| Scenario::single(Delivery::genuine(name))));
    shop.observe(plan).await;
    assert_eq!(receiver.arrived().len(), 31);
    let most = receiver.most_at_once.load(Ordering::SeqCst);
    assert!((7..=12).contains(&most), "{most}");
}

#[tokio::test]
async fn nothing_settles_without_a_test_order() {
    let receiver = receiver(false, |_, _| (200, MS)).await;
    let shop = Shop::new(receiver.address).with_orders(&["T-0", "T-1"]);
    let own = |name| Scenario { order: OrderNeed::TestOrder, ..Scenario::single(settling(name)) };
    // A plan that asks for the impossible: a settling event for any order, never issued as it may
    // be.
    let payout =
        Delivery { content: Content::Event(Event::PayoutSuccess), ..Delivery::genuine("wrong") };
    let wrong = Scenario { order: OrderNeed::AnyPayout, ..Scenario::single(payout) };
    let seen =
        shop.observe(vec![scenarios::baseline_before(), own("one"), own("two"), wrong]).await;
    let none = |key: &str| Observed::NotMade(NotMade::NoTestOrders { key: key.to_owned() });
    assert_eq!(got(&seen, "control-before").order.id, "T-0");
    assert_eq!(got(&seen, "one").order.id, "T-1");
    assert_eq!(seen.scenarios["two"], none("webhook.order"));
    assert_eq!(seen.scenarios["wrong"], none("webhook.payout"));
    let orders: Vec<String> = receiver.arrived().iter().map(Arrived::order).collect();
    assert_eq!(orders, ["T-0", "T-1"]);
}

#[tokio::test]
async fn programs_make_test_orders() {
    let receiver = receiver(false, |_, _| (200, MS)).await;
    let mut shop = Shop::new(receiver.address);
    shop.merchant.webhook.order = Some(TestOrders::Command(Program { name: "printf".to_owned() }));
    let printf =
        |text: &str| Some(OrderSource::Command(vec!["printf".to_owned(), text.to_owned()]));
    shop.targets.order = printf(r#"{"order_id": 7007, "amount": "3.00"}"#);
    let own = Scenario { order: OrderNeed::TestOrder, ..Scenario::single(settling("own")) };
    let seen = shop.observe(vec![own.clone()]).await;
    assert_eq!(got(&seen, "own").order, OrderId::new("7007", "3.00", true));
    shop.targets.order = printf("no order today");
    let seen = shop.observe(vec![own]).await;
    assert!(
        matches!(&seen.scenarios["own"], Observed::Trouble(trouble) if trouble.kind == TroubleKind::Other),
        "{seen:?}"
    );
    assert_eq!(receiver.arrived().len(), 1);
}

/// Credits each order once, a while after it was told, and answers how often.
async fn crediting(after: Duration, growing: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let address = listener.local_addr().expect("bound");
    let told: Arc<Mutex<Option<Instant>>> = Arc::default();
    let reads = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (told, reads) = (Arc::clone(&told), Arc::clone(&reads));
            tokio::spawn(async move {
                let Some((head, _)) = read(&mut stream).await else { return };
                let body = if head.starts_with("GET /count/T%2F1 ") {
                    let credited =
                        told.lock().expect("no panic").is_some_and(|told| told.elapsed() >= after);
                    let count = if growing {
                        reads.fetch_add(1, Ordering::SeqCst)
                    } else {
                        usize::from(credited)
                    };
                    format!(r#"{{"data":{{"count":{count},"note":"{}"}}}}"#, "x".repeat(4_000))
                } else {
                    told.lock().expect("no panic").get_or_insert(Instant::now());
                    "ok".to_owned()
                };
                let answer =
                    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    address
}

fn counted_twice() -> Scenario {
    let steps = vec![
        Step::CountEffects,
        Step::Deliver(settling("first")),
        Step::CountEffects,
        Step::Repeat { of: 1 },
        Step::CountEffects,
    ];
    stateful("once", OrderNeed::TestOrder, steps)
}

fn effects(seen: &Observations) -> Vec<Result<u64, TroubleKind>> {
    let one = |count: &Observed<u64>| match count {
        Observed::Got(count) => Ok(*count),
        Observed::Trouble(trouble) => Err(trouble.kind),
        other => panic!("{other:?}"),
    };
    got(seen, "once").effects().map(one).collect()
}

fn by_url() -> HookCall {
    HookCall::Url {
        url: "http://shop.test:8080/count/{id}".to_owned(),
        pointer: Some("/data/count".to_owned()),
    }
}

#[tokio::test]
async fn effects_that_come_after_the_answer_are_waited_for() {
    let address = crediting(200 * MS, false).await;
    let shop = Shop::new(address).with_orders(&["T/1"]).with_effects(by_url(), 400);
    assert_eq!(effects(&shop.observe(vec![counted_twice()]).await), [Ok(0), Ok(1), Ok(1)]);
}

#[tokio::test]
async fn effects_that_never_rest_are_given_up() {
    let address = crediting(MS, true).await;
    let mut shop = Shop::new(address).with_orders(&["T/1"]).with_effects(by_url(), 300);
    shop.merchant.limits.effects_wait_ms = 700;
    let seen = shop.observe(vec![counted_twice()]).await;
    assert_eq!(effects(&seen), [Ok(0), Err(TroubleKind::TimedOut)]);
    // What comes after would prove nothing.
    assert_eq!(got(&seen, "once").exchanges().count(), 1);
}

#[tokio::test]
async fn programs_count_effects() {
    let receiver = receiver(false, |_, _| (200, MS)).await;
    let hook = |text: &str| {
        HookCall::Command(["sh", "-c", text, "counts", "{id}"].map(str::to_owned).to_vec())
    };
    let shop = Shop::new(receiver.address).with_orders(&["12"]);
    let shop = shop.with_effects(hook("echo $1"), 60);
    assert_eq!(effects(&shop.observe(vec![counted_twice()]).await), [Ok(12); 3]);
    let shop = shop.with_effects(hook("echo many"), 60);
    assert_eq!(effects(&shop.observe(vec![counted_twice()]).await), [Err(TroubleKind::Other)]);
    assert_eq!(receiver.arrived().len(), 2);
}

#[tokio::test]
async fn counts_and_states_rest_at_the_same_time() {
    let receiver = receiver(false, |_, _| (200, MS)).await;
    let hook = |text: &str| {
        HookCall::Command(["sh", "-c", text, "says", "{id}"].map(str::to_owned).to_vec())
    };
    let mut shop =
        Shop::new(receiver.address).with_orders(&["12"]).with_effects(hook("echo $1"), 2_000);
    shop.merchant.webhook.status = shop.merchant.webhook.effects.clone();
    shop.targets.status = Some(hook(&format!("echo of-$1 {LIVE}")));
    let watched = [Step::CountEffects, Step::ReadStatus];
    let steps = [
        watched.to_vec(),
        vec![Step::Deliver(settling("first"))],
        watched.to_vec(),
        vec![Step::Repeat { of: 2 }],
    ]
    .concat();
    let began = Instant::now();
    let seen = shop.observe(vec![stateful("once", OrderNeed::TestOrder, steps)]).await;
    assert!((2_000 * MS..3_900 * MS).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert_eq!(effects(&seen), [Ok(12), Ok(12)]);
    let words: Vec<&Observed<String>> = got(&seen, "once").statuses().collect();
    assert_eq!(words, [&Observed::Got("of-12 [secret]".to_owned()); 2]);
    assert_eq!(statuses(&seen, "once"), [Some(200), Some(200)]);
}

#[tokio::test]
async fn a_hook_that_fails_leaves_the_other_to_tell() {
    let receiver = receiver(false, |_, _| (200, MS)).await;
    let hook = |text: &str| {
        HookCall::Command(["sh", "-c", text, "says", "{id}"].map(str::to_owned).to_vec())
    };
    let mut shop =
        Shop::new(receiver.address).with_orders(&["12"]).with_effects(hook("echo $1"), 60);
    shop.merchant.webhook.status = shop.merchant.webhook.effects.clone();
    shop.targets.status = Some(hook("exit 1"));
    let steps = vec![
        Step::CountEffects,
        Step::ReadStatus,
        Step::Deliver(settling("first")),
        Step::CountEffects,
    ];
    let seen = shop.observe(vec![stateful("once", OrderNeed::TestOrder, steps)]).await;
    assert_eq!(effects(&seen), [Ok(12), Ok(12)]);
    assert!(matches!(
        got(&seen, "once").statuses().collect::<Vec<_>>()[..],
        [Observed::Trouble(_)]
    ));
}

#[tokio::test]
async fn what_needs_effects_is_not_sent_without_them() {
    let receiver = receiver(false, |_, _| (200, MS)).await;
    let seen =
        Shop::new(receiver.address).with_orders(&["T-1"]).observe(vec![counted_twice()]).await;
    assert_eq!(seen.scenarios["once"], Observed::NotMade(NotMade::NoEffects));
    assert!(receiver.arrived().is_empty());
}

#[tokio::test]
async fn an_interrupt_ends_it_soon_with_what_was_seen() {
    static SECOND: Notify = Notify::const_new();
    let answering = |_: &Arrived, number| {
        if number > 0 {
            SECOND.notify_one();
        }
        (200, if number == 0 { MS } else { 60_000 * MS })
    };
    let receiver = receiver(false, answering).await;
    let mut shop = Shop::new(receiver.address);
    shop.merchant.limits.first_byte_ms = 60_000;
    let plan = || {
        vec![
            scenarios::baseline_before(),
            Scenario::single(scenarios::UNSIGNED),
            scenarios::baseline_after(),
        ]
    };
    let (stop, interrupted) = watch::channel(false);
    let began = Instant::now();
    let interrupting = async {
        SECOND.notified().await;
        stop.send(true).expect("somebody listens");
    };
    let ((seen, contacted), ()) =
        tokio::join!(shop.observe_until(plan(), interrupted), interrupting);
    assert!(began.elapsed() < 30_000 * MS);
    assert_eq!(statuses(&seen, "control-before"), [Some(200)]);
    assert_eq!(seen.scenarios["unsigned"], Observed::NotMade(NotMade::Interrupted));
    assert_eq!(seen.scenarios["control-after"], Observed::NotMade(NotMade::Interrupted));
    assert!(
        matches!(seen.own_signature, Observed::Got(own) if own.round_trip && own.refuses_changed_payload && own.refuses_changed_timestamp)
    );
    assert_eq!(contacted, ["shop.test:8080"]);
}

#[tokio::test]
async fn the_deadline_ends_it_likewise() {
    let receiver = receiver(false, |_, _| (200, 60_000 * MS)).await;
    let mut shop = Shop::new(receiver.address);
    shop.merchant.limits.first_byte_ms = 60_000;
    shop.options.deadline = 200 * MS;
    let began = Instant::now();
    let seen = shop.observe(vec![scenarios::baseline_before(), scenarios::baseline_after()]).await;
    assert!(began.elapsed() < 30_000 * MS);
    assert_eq!(seen.scenarios["control-before"], Observed::NotMade(NotMade::Deadline));
}

#[tokio::test]
async fn private_targets_want_the_switch() {
    let receiver = receiver(false, |_, _| (200, MS)).await;
    let mut shop = Shop::new(receiver.address);
    shop.options.connect_to.clear();
    shop.targets.webhook_url = Url::parse(&format!("http://{}/hook", receiver.address)).ok();
    let seen = shop.observe(vec![scenarios::baseline_before(), scenarios::baseline_after()]).await;
    assert!(matches!(
        seen.scenarios["control-before"],
        Observed::NotMade(NotMade::PrivateTarget { .. })
    ));
    assert_eq!(seen.scenarios["control-after"], Observed::NotMade(NotMade::NoControl));
    assert!(receiver.arrived().is_empty());
}

#[tokio::test]
async fn no_secret_is_in_what_was_seen() {
    let receiver = receiver(false, |_, _| (200, MS)).await;
    let shop = Shop::new(receiver.address).with_orders(&["T-1", "T-2"]);
    let seen = shop.observe(registry::every(&shop.merchant)).await;
    let saved = serde_json::to_string(&seen).expect("serialises");
    assert!(!saved.contains("MARKER"));
}

#[tokio::test]
async fn comes_back_when_a_rate_limit_asks_to() {
    // Of three requests it sends one away.
    let receiver = receiver(true, |_, number| (if number % 3 == 1 { 429 } else { 200 }, MS)).await;
    let plan = vec![
        scenarios::baseline_before(),
        scenarios::duplicate(),
        Scenario::single(scenarios::AS_PRINTED),
        scenarios::baseline_after(),
    ];
    let seen = Shop::new(receiver.address).observe(plan).await;
    for name in ["control-before", "duplicate", "body-as-printed", "control-after"] {
        assert!(
            statuses(&seen, name).iter().all(|status| *status == Some(200)),
            "{name}: {:?}",
            statuses(&seen, name)
        );
    }
    let arrived = receiver.arrived();
    let recorded: u32 = ["control-before", "duplicate", "body-as-printed", "control-after"]
        .iter()
        .flat_map(|name| got(&seen, name).exchanges())
        .map(|exchange| exchange.turned_away + 1)
        .sum();
    assert_eq!(recorded as usize, arrived.len(), "every delivery that arrived is accounted for");
    assert!(arrived.len() > 5, "{}", arrived.len());
}

#[test]
fn waits_for_a_rate_limit_as_long_as_it_asks_within_reason() {
    assert_eq!(come_back(429, None), Some(BREATHER));
    assert_eq!(come_back(429, Some("3")), Some(Duration::from_secs(3)));
    assert_eq!(come_back(429, Some("0")), Some(BREATHER));
    assert_eq!(come_back(429, Some("Wed, 21 Oct 2026 07:28:00 GMT")), Some(BREATHER));
    assert_eq!(come_back(429, Some("3600")), None);
    assert_eq!(come_back(503, Some("1")), None);
}
