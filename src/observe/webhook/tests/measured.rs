//! Searches and bursts.

use std::collections::BTreeSet;

use golive_checks::model::{Edge, Form, Way};

use crate::observe::webhook::tests::*;

/// How old a delivery's timestamp is, in seconds.
fn age(arrived: &Arrived) -> i64 {
    let stamp =
        arrived.head.lines().find_map(|line| line.strip_prefix("X-TIMESTAMP: ")).expect("stamped");
    Timestamp::now().as_second() - stamp.parse::<i64>().expect("a time")
}

/// The orders of all that arrived, each once.
fn orders(arrived: &[Arrived]) -> BTreeSet<String> {
    arrived.iter().map(Arrived::order).collect()
}

#[tokio::test]
async fn a_search_finds_the_edge_in_three_rounds_of_different_events() {
    let receiver = receiver(false, |arrived, _| {
        (if (-45..=250).contains(&age(arrived)) { 200 } else { 401 }, 5 * MS)
    })
    .await;
    let shop = Shop::new(receiver.address);
    let ways = [(Way::Past, 250), (Way::Future, 45)];
    let plan = ways.map(|(way, _)| scenarios::window(&shop.merchant, way));
    let seen = shop.observe(plan.to_vec()).await;
    for (way, accepted) in ways {
        let search = got(&seen, scenarios::window_name(way));
        assert_eq!(search.steps.len(), 3);
        let edge = Edge::of(way, search.exchanges());
        let (found, refused) =
            (edge.accepted_s(0).expect("found"), edge.refused_s(0).expect("found"));
        // A delivery may cross the turn of a second on its way.
        assert!(
            (accepted - 1..=accepted).contains(&found)
                && (accepted + 1..=accepted + 2).contains(&refused),
            "{way:?}: {edge:?}"
        );
        assert!(
            search
                .exchanges()
                .all(|exchange| exchange.name.starts_with(scenarios::window_name(way)))
        );
    }
    let arrived = receiver.arrived();
    let planned: u64 = plan.iter().map(Scenario::requests).sum();
    assert_eq!(orders(&arrived).len(), arrived.len());
    assert!((arrived.len() as u64) <= planned, "{} of {planned}", arrived.len());
}

#[tokio::test]
async fn a_search_ends_where_there_is_no_more_to_find() {
    let receiver = receiver(false, |_, _| (200, MS)).await;
    let shop = Shop::new(receiver.address);
    let seen = shop.observe(vec![scenarios::window(&shop.merchant, Way::Past)]).await;
    let rounds: Vec<usize> = got(&seen, "window-past")
        .steps
        .iter()
        .map(|step| match step {
            StepSeen::Together(exchanges) => exchanges.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(rounds, [10, 0, 0]);
}

fn burst(count: u64) -> Scenario {
    let step = Step::Burst { delivery: Delivery::genuine("burst"), count };
    Scenario { stage: Stage::Load, ..stateful("burst", OrderNeed::Any, vec![step]) }
}

#[tokio::test]
async fn a_burst_is_released_together() {
    let (address, finished) = finish_line().await;
    let seen = Shop::new(address).observe(vec![burst(50)]).await;
    assert_eq!(statuses(&seen, "burst"), [Some(200); 50]);
    let finished = finished.lock().expect("no panic").clone();
    assert!(finished.len() == 50 && finished.iter().all(|waiting| *waiting == 50), "{finished:?}");
}

#[tokio::test]
async fn a_burst_is_of_different_events_also_about_one_order() {
    for orders_given in [&[][..], &["T-1"]] {
        let receiver = receiver(false, |_, _| (200, MS)).await;
        let shop = Shop::new(receiver.address);
        let shop = if orders_given.is_empty() { shop } else { shop.with_orders(orders_given) };
        shop.observe(vec![burst(20)]).await;
        let arrived = receiver.arrived();
        assert_eq!(orders(&arrived).len(), if orders_given.is_empty() { 20 } else { 1 });
        assert_eq!(arrived.iter().map(|arrived| &arrived.body).collect::<BTreeSet<_>>().len(), 20);
    }
}

#[tokio::test]
async fn a_burst_comes_back_when_a_rate_limit_asks_to() {
    let receiver =
        receiver(true, |_, number| (if (8..16).contains(&number) { 429 } else { 200 }, MS)).await;
    let began = Instant::now();
    let seen = Shop::new(receiver.address).observe(vec![burst(16)]).await;
    assert_eq!(statuses(&seen, "burst"), [Some(200); 16]);
    let turned_away: u32 =
        got(&seen, "burst").exchanges().map(|exchange| exchange.turned_away).sum();
    assert_eq!((turned_away, receiver.arrived().len()), (8, 24));
    // One after the other.
    assert!(began.elapsed() > BREATHER + 600 * MS, "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_receiver_that_takes_one_connection_at_a_time_has_its_time_for_a_burst() {
    let receiver = receiver(true, |_, _| (200, 40 * MS)).await;
    let mut shop = Shop::new(receiver.address);
    // Far less than what the last one waits.
    shop.merchant.limits.first_byte_ms = 400;
    let seen = shop
        .observe(vec![scenarios::baseline_before(), burst(30), scenarios::baseline_after()])
        .await;
    assert_eq!(statuses(&seen, "burst"), [Some(200); 30]);
    assert_eq!(statuses(&seen, "control-after"), [Some(200)]);
}

#[tokio::test]
async fn long_bodies_that_take_their_time_slow_nobody_else_down() {
    let receiver = receiver(false, |arrived, _| {
        (200, if arrived.body.len() > 40_000 { 400 * MS } else { 20 * MS })
    })
    .await;
    let long = |name| {
        Scenario::single(Delivery {
            form: Form::Padded { bytes: 60_000 },
            ..Delivery::genuine(name)
        })
    };
    let mut plan = vec![scenarios::baseline_before()];
    plan.extend(NAMES[..8].iter().map(|name| long(name)));
    plan.extend(NAMES[8..].iter().map(|name| Scenario::single(Delivery::genuine(name))));
    let seen = Shop::new(receiver.address).observe(plan).await;
    assert!(NAMES.iter().all(|name| statuses(&seen, name) == [Some(200)]));
    // Halved again and again, the window would let them through one by one.
    let (began, ended) = receiver
        .arrived()
        .iter()
        .map(|a| (a.began, a.ended))
        .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
        .expect("some");
    let long: Duration = receiver
        .arrived()
        .iter()
        .filter(|a| a.body.len() > 40_000)
        .map(|a| a.ended - a.began)
        .sum();
    assert!((ended - began) * 4 < long * 3, "{:?} for {long:?} of long ones", ended - began);
}
