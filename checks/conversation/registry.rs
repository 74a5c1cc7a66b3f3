//! Every scenario of the webhook conversation.

use super::addresses::every_address;
use super::recovery::{once_retried, once_timed_out, restarts};
use super::scenarios::*;
use super::space;
use super::{contradictions, doctor, forged_first};
use crate::model::{Merchant, Occasion, Product, Scenario, Way};

/// All of them, as the checks together plan them.
#[must_use]
pub fn every(merchant: &Merchant) -> Vec<Scenario> {
    let singles = [
        FUTURE,
        SANDBOX_SECRET,
        METHOD_GET,
        METHOD_PUT,
        MALFORMED_SIGNED,
        MALFORMED_EMPTY,
        MALFORMED_NOT_AN_EVENT,
        UNKNOWN_EVENT,
        HEADERS_LOWER,
        HEADERS_TITLE,
        SHIFTED_DIGIT,
        SHIFTED_TIMESTAMP,
        API_REQUEST,
    ];
    let mut all = vec![baseline_before()];
    let forgeries = space::values().map(|value| value.delivery).chain([FORGED_TWICE]);
    let pages = space::values().filter_map(|value| space::page_of(value.delivery.name));
    all.extend(pages.map(Scenario::single));
    all.extend(forgeries.chain(BODY_FORMS).chain(singles).map(Scenario::single));
    all.extend(ODD_SIGNATURES.into_iter().chain(ODD_BODIES).map(Scenario::single));
    all.extend(stale(merchant));
    all.extend(two_timestamps(merchant));
    all.push(oversized(merchant));
    all.extend(used_events(merchant).map(|used| event(merchant, used)));
    all.extend([duplicate(), redelivery(), cut()]);
    all.extend([
        once_sequential(merchant),
        once_cut(merchant),
        refused_effects(merchant),
        late_effects(merchant),
    ]);
    all.extend([unmarked(), signature_reused()]);
    all.extend(forged_events(merchant));
    all.extend(forged_first::scenarios(merchant));
    all.extend(races(merchant));
    all.extend(BODY_SIZES.map(|(_, delivery)| Scenario::single(delivery)));
    all.extend([Way::Past, Way::Future].map(|way| window(merchant, way)));
    all.extend([burst(merchant), forged_under_load(merchant)]);
    all.extend([once_retried(merchant), once_timed_out(merchant)]);
    all.extend(restarts(merchant));
    all.push(api_request_effects(merchant));
    if merchant.uses(Product::Payments) {
        all.extend([other_amount(), other_currency()]);
    }
    all.push(Scenario::single(BODY_TELLING));
    all.extend(misread().map(Scenario::single));
    all.push(doctor::readings(merchant, Occasion::Trouble));
    all.extend(contradictions::every(merchant));
    all.push(baseline_after());
    all.push(every_address(merchant));
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::model::{Content, Deliver, OrderNeed, Step};

    #[test]
    fn names_are_unique() {
        let all = every(&Merchant::default());
        let names: BTreeSet<&str> = all.iter().map(|scenario| scenario.name).collect();
        assert_eq!(names.len(), all.len());
    }

    #[test]
    fn forgeries_may_be_sent_when_nothing_genuine_may() {
        for forgery in space::values().map(|value| value.delivery) {
            assert!(!forgery.is_validly_signed(), "{}", forgery.name);
            assert_ne!(Scenario::single(forgery).tier(), Deliver::Probe, "{}", forgery.name);
        }
    }

    #[test]
    fn only_full_settles_anything() {
        for scenario in every(&Merchant::default()) {
            let settles = scenario
                .deliveries()
                .any(|d| matches!(d.content, Content::Event(event) if event.settles()));
            assert!(!settles || scenario.tier() == Deliver::Full, "{}", scenario.name);
            assert!(
                !settles || matches!(scenario.order, OrderNeed::TestOrder | OrderNeed::TestPayout),
                "{}",
                scenario.name
            );
        }
    }

    #[test]
    fn repeats_point_to_an_earlier_delivery() {
        for scenario in every(&Merchant::default()) {
            for (at, step) in scenario.steps.iter().enumerate() {
                let Step::Repeat { of } = step else { continue };
                assert!(
                    *of < at && matches!(scenario.steps[*of], Step::Deliver(_)),
                    "{}",
                    scenario.name
                );
            }
        }
    }

    #[test]
    fn no_chain_is_longer_than_three_answers() {
        for scenario in every(&Merchant::default()) {
            let answers = scenario.steps.iter().filter(|step| !step.watches()).count();
            assert!(answers <= 3, "{}", scenario.name);
        }
    }

    #[test]
    fn every_forgery_is_tried_on_the_order_before_its_genuine_twin() {
        let merchant = Merchant::default();
        let scenario = refused_effects(&merchant);
        let names: Vec<&str> = scenario.deliveries().map(|delivery| delivery.name).collect();
        let sent = || space::sent_to(&merchant).map(|value| value.delivery.name);
        let forgeries: Vec<&str> = sent().chain([FORGED_TWICE.name]).collect();
        assert_eq!(names.split_last(), Some((&"genuine-twin", forgeries.as_slice())));
        assert!(
            scenario
                .deliveries()
                .all(|d| matches!(d.content, Content::Event(event) if event.settles()))
        );
        assert_eq!(
            (scenario.requests(), scenario.tier()),
            (sent().count() as u64 + 2 + merchant.limits.webhook_retries, Deliver::Full)
        );
    }

    #[test]
    fn events_of_unused_products_are_left_out() {
        let merchant = Merchant { uses: [Product::Payments].into(), ..Merchant::default() };
        assert!(used_events(&merchant).all(|event| !event.is_payout()));
        assert_eq!(used_events(&merchant).count(), 4);
    }
}
