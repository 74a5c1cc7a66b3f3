//! The examination of receivers that read signatures otherwise.

use std::collections::BTreeSet;

use golive_checks::conversation::doctor::{Conclusion, READINGS, Verdict, readings};
use golive_checks::conversation::scenarios::{BODY_FORMS, BODY_TELLING};
use golive_checks::model::{Examination, Occasion};
use golive_checks::platform::signature;

use crate::observe::webhook::tests::*;

fn header<'a>(arrived: &'a Arrived, name: &str) -> &'a str {
    arrived
        .head
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        .unwrap_or_default()
}

fn signs(message: &str, signature: &str) -> bool {
    signature::verify(&Secret::new(LIVE.to_owned()), message.as_bytes(), "", signature)
}

fn is_right(arrived: &Arrived) -> bool {
    signs(
        &format!("{}{}", arrived.body, header(arrived, "X-TIMESTAMP")),
        header(arrived, "X-SIGNATURE"),
    )
}

fn timestamp_first(arrived: &Arrived, _: usize) -> (u16, Duration) {
    let message = format!("{}{}", header(arrived, "X-TIMESTAMP"), arrived.body);
    (if signs(&message, header(arrived, "X-SIGNATURE")) { 200 } else { 401 }, MS)
}

fn trims(arrived: &Arrived, _: usize) -> (u16, Duration) {
    let message = format!("{}{}", arrived.body.trim(), header(arrived, "X-TIMESTAMP"));
    (if signs(&message, header(arrived, "X-SIGNATURE")) { 200 } else { 401 }, MS)
}

/// The controls, all spellings of the body, and the examination on this occasion.
fn everything(occasion: Occasion) -> Vec<Scenario> {
    let forms = BODY_FORMS.into_iter().chain([BODY_TELLING]).map(Scenario::single);
    let examination = readings(&Merchant::default(), occasion);
    [scenarios::baseline_before(), scenarios::baseline_after(), examination]
        .into_iter()
        .chain(forms)
        .collect()
}

#[tokio::test]
async fn a_refused_control_is_followed_by_every_reading_each_about_an_order_of_its_own() {
    let receiver = receiver(false, timestamp_first).await;
    let shop = Shop::new(receiver.address);
    let seen = shop.observe(everything(Occasion::Trouble)).await;
    assert_eq!(seen.scenarios["body-spaced"], Observed::NotMade(NotMade::NoControl));
    let facts =
        golive_checks::model::Facts { merchant: &shop.merchant, run: &shop.run, seen: &seen };
    let conclusion = Conclusion::of(&facts).expect("was examined");
    assert_eq!(conclusion.verdict, Verdict::Wrong);
    assert_eq!(
        conclusion.accepted.iter().map(|one| one.misreading.name).collect::<Vec<_>>(),
        ["spelling-timestamp-first"]
    );
    let arrived = receiver.arrived();
    let orders: BTreeSet<String> = arrived.iter().map(Arrived::order).collect();
    assert!(arrived.len() > 150 && arrived.len() <= 201, "{}", arrived.len());
    assert_eq!(orders.len(), arrived.len());
    assert!(orders.iter().all(|order| order.starts_with("golive-")));
    assert!(arrived.iter().all(|one| one.body.contains("payment.processing")));
    assert!(receiver.most_at_once.load(Ordering::SeqCst) <= 6);
}

#[tokio::test]
async fn what_did_not_come_from_the_application_is_followed_by_nothing() {
    let receiver = receiver(false, |_, _| (302, MS)).await;
    let seen = Shop::new(receiver.address).observe(everything(Occasion::Always)).await;
    assert_eq!(seen.scenarios[READINGS], Observed::NotMade(NotMade::NoControl));
    assert_eq!(receiver.arrived().len(), 1);
}

#[tokio::test]
async fn a_receiver_that_does_right_is_not_examined_unless_somebody_asks() {
    let right: Answering = |arrived, _| (if is_right(arrived) { 200 } else { 401 }, MS);
    let receiver = receiver(false, right).await;
    let shop = Shop::new(receiver.address);
    let seen = shop.observe(everything(Occasion::Trouble)).await;
    assert_eq!(seen.scenarios[READINGS], Observed::NotMade(NotMade::NotNeeded));
    assert_eq!(receiver.arrived().len(), 2 + BODY_FORMS.len() + 1);
    let seen = shop.observe(everything(Occasion::Always)).await;
    let examined = got(&seen, READINGS);
    let accepted: Vec<&str> =
        examined.exchanges().filter(|one| one.accepted()).map(|one| one.name.as_str()).collect();
    // This one does not look at the clock, and hex is read in either case.
    let by_the_rule = ["reading-upper-case-hex", "reading-milliseconds-header"];
    let genuine = [Examination::GENUINE.name, Examination::TELLING.name];
    assert!(
        accepted.iter().all(|name| by_the_rule.contains(name) || genuine.contains(name)),
        "{accepted:?}"
    );
}

#[tokio::test]
async fn one_that_takes_some_spellings_is_asked_about_bodies_behind_everything_else() {
    let receiver = receiver(false, trims).await;
    let seen = Shop::new(receiver.address).observe(everything(Occasion::Trouble)).await;
    let examined = got(&seen, READINGS);
    let names: Vec<&str> = examined.exchanges().map(|one| one.name.as_str()).collect();
    assert!(
        names.iter().all(|name| name.starts_with("spelling-") || name.starts_with("examined-")),
        "{names:?}"
    );
    let accepted: Vec<&str> =
        examined.exchanges().filter(|one| one.accepted()).map(|one| one.name.as_str()).collect();
    assert_eq!(accepted, [Examination::GENUINE.name, "spelling-trimmed-body"]);
    let after = &got(&seen, "control-after").exchanges().next().expect("was sent").sent;
    assert!(examined.exchanges().all(|one| one.sent.at >= after.at));
}

#[tokio::test]
async fn one_that_falls_silent_is_left_alone() {
    let silent: Answering = |arrived, number| {
        (if number == 0 { 401 } else { if arrived.body.contains("note") { 401 } else { 503 } }, MS)
    };
    let receiver = receiver(false, silent).await;
    let seen = Shop::new(receiver.address).observe(everything(Occasion::Trouble)).await;
    assert!(
        got(&seen, READINGS).exchanges().count() < 40,
        "{}",
        got(&seen, READINGS).exchanges().count()
    );
}
