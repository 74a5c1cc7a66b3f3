//! What is planned: looks, scenarios, and what they make of requests.

use golive_checks::model::{
    Deliver, Merchant, NotMade, OrderNeed, Probe, RunFacts, Scenario, TestOrders,
};

use serde::Serialize;

use crate::observe::plan::test_ids::TestIds;

/// Everything that a run would like to see, in the order in which it is looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// What is no webhook delivery.
    pub(crate) looks: Vec<Planned<Probe>>,
    /// The webhook conversation: by stage, then in the order in which checks asked.
    pub(crate) scenarios: Vec<Planned<Scenario>>,
    /// What that makes of requests and programs run.
    pub(crate) requests: Vec<PlannedRequest>,
    /// The test ids that it takes.
    pub(crate) test_ids: Vec<TestIds>,
}

/// One thing of a plan.
#[derive(Clone, Debug)]
pub(crate) struct Planned<T> {
    /// The thing.
    pub(crate) what: T,
    /// Why it is not done; none when it is.
    pub(crate) not_made: Option<NotMade>,
}

/// Whether something is to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// Nobody asked.
    None,
    /// Somebody asked, and it is not done.
    Refused(NotMade),
    /// It is done.
    Granted,
}

/// Whether the merchant's standing test order is of use: `full`, with test orders.
pub(crate) fn has_standing_order(need: OrderNeed, merchant: &Merchant, run: &RunFacts) -> bool {
    run.deliver == Deliver::Full && source(need, merchant).is_some()
}

/// Where orders for `need` come from.
pub(crate) fn source(need: OrderNeed, merchant: &Merchant) -> Option<&TestOrders> {
    match need {
        OrderNeed::Any | OrderNeed::Unmarked | OrderNeed::TestOrder => {
            merchant.webhook.order.as_ref()
        }
        OrderNeed::AnyPayout | OrderNeed::TestPayout => merchant.webhook.payout.as_ref(),
    }
}

/// The configuration key of that source.
pub(crate) const fn source_key(need: OrderNeed) -> &'static str {
    match need {
        OrderNeed::Any | OrderNeed::Unmarked | OrderNeed::TestOrder => "webhook.order",
        OrderNeed::AnyPayout | OrderNeed::TestPayout => "webhook.payout",
    }
}

/// One kind of request that a run would make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PlannedRequest {
    /// The delivery's or probe's name.
    pub(crate) name: String,
    /// The address, without user info and query; or the program.
    pub(crate) target: String,
    /// `POST`, `TLS`, `run` and the like.
    pub(crate) method: &'static str,
    /// What it is, in words.
    pub(crate) kind: String,
    /// How often.
    pub(crate) count: u64,
    /// Whether it may be fewer times, by what is answered.
    pub(crate) at_most: bool,
    /// Whether the receiver must take it for genuine.
    pub(crate) validly_signed: bool,
    /// The event, where it is one.
    pub(crate) event: Option<&'static str>,
    /// What it is about, where it is about an order.
    pub(crate) order: Option<&'static str>,
}

/// How often a delivery goes out again because the receiver's rate limit asks to come back: what
/// such a limit refuses was not looked at.
pub(crate) const COME_BACK: u32 = 4;
