//! How many test ids a plan takes, and what for.

use golive_checks::model::{Merchant, NotMade, OrderNeed, Scenario, TestOrders};
use serde::Serialize;

use crate::observe::plan::planned::{Planned, source, source_key};
use crate::page::filled;

/// What ids are for, with words that stand in the names of such scenarios.
const PURPOSES: [(&str, &[&str]); 6] = [
    ("forgeries", &["forged", "refused", "late-effects", "api-request"]),
    ("losses", &["restart", "lost", "loses"]),
    ("amounts", &["amount", "currency", "unknown"]),
    ("states", &["-after-", "state-", "events-", "second-transaction", "together"]),
    ("the burst", &["burst"]),
    ("one effect each", &["once-"]),
];

/// What stands for all other purposes.
const REST: &str = "the rest";

/// The ids of one source.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TestIds {
    /// The setting that gives them.
    key: &'static str,
    /// How many it gives; none where a program makes them.
    given: Option<usize>,
    /// Scenarios that want one of their own, by purpose.
    wanted: Vec<Wanted>,
}

/// What one purpose takes.
#[derive(Clone, Copy, Debug, Serialize)]
struct Wanted {
    purpose: &'static str,
    ids: usize,
    /// How many of these there are not enough ids for.
    without: usize,
}

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

impl TestIds {
    /// A paragraph about them.
    pub(super) fn describe(&self) -> String {
        let given = self.given.map_or_else(|| "as many as are asked for".into(), |n| n.to_string());
        let parts: Vec<String> = self.wanted.iter().map(Wanted::words).collect();
        let total: usize = self.wanted.iter().map(|wanted| wanted.ids).sum();
        let text = format!(
            "`{}` gives {given} test ids; {} are wanted: one for every delivery that takes any, {}.",
            self.key,
            total + 1,
            parts.join(", ")
        );
        filled("", "  ", &text)
    }
}

impl Wanted {
    fn words(&self) -> String {
        let Self { purpose, ids, without } = self;
        match without {
            0 => format!("{ids} for {purpose}"),
            _ => format!("{ids} for {purpose} ({without} of them go without)"),
        }
    }
}
