//! Receivers that shut out whoever is rejected too often, and several that are not alike.

use super::*;

const FORGED: Delivery =
    Delivery { signed: golive_checks::model::Signed::WrongSecret, ..Delivery::genuine("forged") };

fn forgeries(names: &[&'static str]) -> impl Iterator<Item = Scenario> {
    names.iter().map(|name| Scenario::single(Delivery { name, ..FORGED }))
}

/// Whether it is signed with the live secret.
fn is_genuine(arrived: &Arrived) -> bool {
    let header = |name: &str| {
        let line = arrived.head.lines().find(|line| line.to_lowercase().starts_with(name));
        line.and_then(|line| line.split_once(": ")).map_or("", |(_, value)| value.trim())
    };
    golive_checks::platform::signature::verify(
        &Secret::new(LIVE.to_owned()),
        arrived.body.as_bytes(),
        header("x-timestamp"),
        header("x-signature"),
    )
}

/// Rejects whatever comes once there were that many forgeries.
fn shuts_out(arrived: &Arrived, _: usize) -> (u16, Duration) {
    static REJECTED: AtomicUsize = AtomicUsize::new(0);
    if REJECTED.load(Ordering::SeqCst) >= 20 {
        return (403, Duration::ZERO);
    }
    if is_genuine(arrived) {
        return (200, Duration::ZERO);
    }
    REJECTED.fetch_add(1, Ordering::SeqCst);
    (401, Duration::ZERO)
}

#[tokio::test]
async fn forgeries_end_with_the_first_genuine_event_that_is_rejected() {
    let receiver = receiver(false, shuts_out).await;
    let mut plan = vec![scenarios::baseline_before()];
    plan.extend(forgeries(&NAMES));
    plan.extend(forgeries(&MORE));
    plan.push(Scenario::single(Delivery::genuine("genuine")));
    plan.push(scenarios::baseline_after());
    let seen = Shop::new(receiver.address).observe(plan).await;
    assert_eq!(statuses(&seen, "genuine"), [Some(200)]);
    let between = statuses(&seen, "control-between");
    assert_eq!(between.first(), Some(&Some(200)));
    assert_eq!(between.last(), Some(&Some(403)));
    let sent = |name: &&str| matches!(seen.scenarios[*name], Observed::Got(_));
    let went = NAMES.iter().chain(&MORE).filter(|name| sent(name)).count();
    assert!((25..=50).contains(&went), "{went}");
    assert!(
        NAMES
            .iter()
            .chain(&MORE)
            .filter(|name| !sent(name))
            .all(|name| { seen.scenarios[*name] == Observed::NotMade(NotMade::ShutOut) })
    );
    assert_eq!(statuses(&seen, "control-repeated"), [Some(403); 12]);
}

/// Every second request meets the one with another secret.
fn by_turns(_: &Arrived, number: usize) -> (u16, Duration) {
    (if number.is_multiple_of(2) { 200 } else { 401 }, Duration::ZERO)
}

#[tokio::test]
async fn asks_again_where_a_genuine_event_is_rejected_among_others_that_are_taken() {
    let receiver = receiver(true, by_turns).await;
    let plan = vec![scenarios::baseline_before(), scenarios::baseline_after()];
    let seen = Shop::new(receiver.address).observe(plan).await;
    assert_eq!(statuses(&seen, "control-after"), [Some(401)]);
    assert_eq!(statuses(&seen, "control-repeated"), [Some(200), Some(401)].repeat(6));
}

const MORE: [&str; 30] = [
    "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10", "t11", "t12", "t13", "t14",
    "t15", "t16", "t17", "t18", "t19", "t20", "t21", "t22", "t23", "t24", "t25", "t26", "t27",
    "t28", "t29",
];
