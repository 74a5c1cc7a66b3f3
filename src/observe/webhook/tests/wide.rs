//! Several deliveries in one step.

use golive_checks::model::Signed;

use crate::observe::testing::refuses;
use crate::observe::webhook::tests::*;

/// A step of genuine deliveries with these names.
pub(super) fn beside_one_another(names: &[&'static str]) -> Step {
    Step::Beside { deliveries: names.iter().map(|name| Delivery::genuine(name)).collect() }
}

#[tokio::test]
async fn deliveries_beside_one_another_are_put_down_in_the_order_planned() {
    // The later one comes, the sooner it is answered.
    let receiver =
        receiver(false, |_, number| (200, if number == 0 { 300 * MS } else { 20 * MS })).await;
    let steps = vec![
        beside_one_another(&NAMES[..6]),
        Step::Deliver(Delivery::genuine("after")),
        Step::Repeat { of: 1 },
    ];
    let seen =
        Shop::new(receiver.address).observe(vec![stateful("wide", OrderNeed::Any, steps)]).await;
    let wide = got(&seen, "wide");
    let [StepSeen::Together(exchanges), StepSeen::Exchange(after), StepSeen::Exchange(again)] =
        wide.steps.as_slice()
    else {
        panic!("{wide:?}")
    };
    assert_eq!(
        exchanges.iter().map(|exchange| exchange.name.as_str()).collect::<Vec<_>>(),
        NAMES[..6]
    );
    assert_eq!((after.name.as_str(), again.name.as_str()), ("after", "after-again"));
    assert!(wide.exchanges().all(Exchange::accepted));
    let arrived = receiver.arrived();
    let (wide, chain) = arrived.split_at(6);
    assert!(wide.iter().all(|a| a.ended <= chain[0].began) && chain[0].ended <= chain[1].began);
    assert!(receiver.most_at_once.load(Ordering::SeqCst) > 1);
}

#[tokio::test]
async fn one_of_several_that_never_arrives_ends_the_sequence_like_one_alone() {
    let (_bound, unused) = refuses();
    let steps = vec![beside_one_another(&NAMES[..2]), Step::Deliver(Delivery::genuine("after"))];
    let seen = Shop::new(unused).observe(vec![stateful("wide", OrderNeed::Any, steps)]).await;
    assert_eq!((got(&seen, "wide").steps.len(), statuses(&seen, "wide")), (1, vec![None, None]));
}

#[tokio::test]
async fn one_of_several_that_may_not_be_sent_holds_the_others_back() {
    let receiver = receiver(false, |_, _| (200, MS)).await;
    let deliveries = vec![
        Delivery::genuine("harmless"),
        Delivery { signed: Signed::SandboxSecret, ..Delivery::genuine("none") },
    ];
    let payout =
        Delivery { content: Content::Event(Event::PayoutSuccess), ..Delivery::genuine("settling") };
    let settling = vec![Delivery::genuine("harmless"), payout];
    let wide = |name, order, deliveries| stateful(name, order, vec![Step::Beside { deliveries }]);
    let plan = vec![
        wide("sandbox", OrderNeed::Any, deliveries),
        wide("settling", OrderNeed::AnyPayout, settling),
    ];
    let seen = Shop::new(receiver.address).observe(plan).await;
    let key = |name: &str| name.to_owned();
    assert_eq!(
        seen.scenarios["sandbox"],
        Observed::NotMade(NotMade::Unconfigured { key: key("sandbox.secret_key") })
    );
    assert_eq!(
        seen.scenarios["settling"],
        Observed::NotMade(NotMade::NoTestOrders { key: key("webhook.payout") })
    );
    assert!(receiver.arrived().is_empty());
}
