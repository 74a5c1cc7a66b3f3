//! What the scenarios of a plan want test ids for.

use golive_checks::model::{Merchant, NotMade, OrderNeed, Scenario, TestOrders};

use crate::observe::plan::planned::{Planned, source, source_key};
use crate::observe::plan::test_ids::{TestIds, Wanted};

/// What ids are for, with words that stand in the names of such scenarios.
const PURPOSES: [(&str, &[&str]); 5] = [
    ("forgeries", &["forged", "refused", "late-effects", "api-request"]),
    ("losses", &["restart"]),
    ("amounts", &["amount", "currency"]),
    ("states", &["-after-", "state-", "events-", "second-transaction"]),
    ("one effect each", &["once-"]),
];

/// What stands for all other purposes.
const REST: &str = "the rest";

fn purpose(name: &str) -> &'static str {
    let of = |(_, words): &&(_, &[&str])| words.iter().any(|word| name.contains(word));
    PURPOSES.iter().find(of).map_or(REST, |(purpose, _)| purpose)
}

/// What the scenarios want of the sources that are configured.
pub(super) fn wanted(scenarios: &[Planned<Scenario>], merchant: &Merchant) -> Vec<TestIds> {
    let of = |need: OrderNeed| {
        let without = |planned: &&Planned<Scenario>| {
            matches!(planned.not_made, Some(NotMade::NoTestOrders { .. }))
        };
        let wanting: Vec<&Planned<Scenario>> = scenarios
            .iter()
            .filter(|one| one.what.order == need && (one.not_made.is_none() || without(one)))
            .collect();
        let purposes = PURPOSES.iter().map(|(purpose, _)| *purpose).chain([REST]);
        let wanted = purposes.map(|of| {
            let those = || wanting.iter().filter(|one| purpose(one.what.name) == of);
            Wanted {
                purpose: of,
                ids: those().count(),
                without: those().copied().filter(without).count(),
            }
        });
        let given = match source(need, merchant)? {
            TestOrders::Ids(count) => Some(*count),
            TestOrders::Command(_) => None,
        };
        let wanted: Vec<Wanted> = wanted.filter(|wanted| wanted.ids > 0).collect();
        (!wanted.is_empty()).then(|| TestIds { key: source_key(need), given, wanted })
    };
    [OrderNeed::TestOrder, OrderNeed::TestPayout].into_iter().filter_map(of).collect()
}
