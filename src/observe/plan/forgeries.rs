//! The forgeries of a plan, by what they differ in.

use std::fmt::Write as _;

use golive_checks::conversation::space::{self, Dimension};

use crate::observe::plan::planned::PlannedRequest;
use crate::page::filled;

/// How many deliveries are in flight at once where a receiver takes them.
const AT_ONCE: f64 = 24.0;

/// How long an answer takes in the estimate.
const ANSWER_MS: f64 = 50.0;

/// Whether a request is one of many forgeries that differ in one thing each; alone, or on a test
/// order among others.
pub(super) fn is_one_of_many(request: &PlannedRequest) -> bool {
    dimension(request).is_some()
}

fn dimension(request: &PlannedRequest) -> Option<Dimension> {
    let name = request.name.rsplit('/').next().unwrap_or_default();
    space::named(name).map(|value| value.dimension)
}

/// How many there are of each kind, alone and on test orders, and how long a plan takes at least.
pub(super) fn summary(requests: &[PlannedRequest]) -> String {
    let count = |of: Dimension, on_orders: bool| {
        let kept = |one: &&PlannedRequest| {
            dimension(one) == Some(of) && one.name.contains('/') == on_orders
        };
        requests.iter().filter(kept).map(|one| one.count).sum::<u64>()
    };
    let mut text = String::new();
    let total: u64 = Dimension::ALL.iter().map(|of| count(*of, false) + count(*of, true)).sum();
    if total == 0 {
        return text;
    }
    let words = format!(
        "Forgeries, {total} in all: each differs in one thing from a genuine event, and none is \
         validly signed. `--all` names them."
    );
    let _ = write!(text, "\n{}", filled("", "  ", &words));
    for of in Dimension::ALL {
        let (alone, on_orders) = (count(of, false), count(of, true));
        let more =
            if on_orders > 0 { format!(", {on_orders} on test orders") } else { String::new() };
        let _ = writeln!(text, "  {:<18} {alone}{more}", of.word());
    }
    text
}

/// How long the deliveries of a plan take, where nothing has to be waited for.
pub(super) fn estimate(requests: &[PlannedRequest]) -> String {
    let deliveries: u64 = requests
        .iter()
        .filter(|one| one.order.is_some() && !one.at_most)
        .map(|one| one.count)
        .sum();
    let seconds = deliveries as f64 / AT_ONCE * ANSWER_MS / 1_000.0;
    format!(
        "\n{deliveries} deliveries: {seconds:.1} s and the baselines between them, where an answer \
         takes 50 ms.\n"
    )
}
