//! What a slow receiver is spared, so that a run ends in time: what says the least beside the rest
//! goes first, and no kind of delivery goes altogether.

use crate::conversation::forged_first::is_forged_first;
use crate::conversation::scenarios::{
    BASELINE_PACE, BASELINE_REPEATED, BODY_SIZES, LATE_EFFECTS, REFUSED_EFFECTS, WINDOW_FUTURE,
    WINDOW_PAST, can_be_spared, misread,
};
use crate::conversation::space;
use crate::model::{Scenario, Step};

/// Steps down, each with how many forgeries of each check it leaves.
const LEAVES: [Leaves; 6] = [
    Leaves { forgeries: usize::MAX, copies: 4, many: usize::MAX, every: 1 },
    Leaves { forgeries: 12, copies: 2, many: 30, every: 1 },
    Leaves { forgeries: 8, copies: 2, many: 20, every: 2 },
    Leaves { forgeries: 4, copies: 1, many: 10, every: 2 },
    Leaves { forgeries: 2, copies: 1, many: 8, every: 4 },
    Leaves { forgeries: 1, copies: 1, many: 5, every: 4 },
];

/// What is left of each kind.
struct Leaves {
    /// Forgeries of each check.
    forgeries: usize,
    /// Those of them that are tried on a test order as well.
    copies: usize,
    /// Deliveries at once, in races and bursts.
    many: usize,
    /// Of lengths and wrong readings, one in so many.
    every: usize,
}

/// What remains of these scenarios where no more than `affordable` deliveries can be made in time,
/// and the names of those that are left out. All of it where that suffices; else as much as the
/// last step leaves, be it more than is affordable.
#[must_use]
pub fn cut(scenarios: &[Scenario], affordable: u64) -> (Vec<Scenario>, Vec<&'static str>) {
    let requests = |scenarios: &[Scenario]| scenarios.iter().map(usual_requests).sum::<u64>();
    let mut left = scenarios.to_vec();
    for leaves in &LEAVES {
        if requests(&left) <= affordable {
            break;
        }
        left = scenarios.iter().filter_map(|scenario| leaves.of(scenario)).collect();
    }
    let remains = |name: &str| left.iter().any(|one| one.name == name);
    let out = scenarios.iter().map(|one| one.name).filter(|name| !remains(name)).collect();
    (left, out)
}

/// How many requests a scenario makes of a receiver that answers as it should.
#[must_use]
pub fn usual_requests(scenario: &Scenario) -> u64 {
    if [BASELINE_PACE.name, BASELINE_REPEATED.name].contains(&scenario.name) {
        return 0;
    }
    let spared = |step: &Step| match step {
        Step::UntilAccepted { retries, .. } => *retries,
        // One while it is down and one when it is back.
        Step::Restart { controls, .. } => controls.saturating_sub(2),
        Step::Examine(examination) => examination.most,
        // It ends when it knows enough.
        Step::Search(search) => search.round() / 3,
        // Most names have one address, which all the others go to.
        Step::EachAddress { .. } => u64::MAX,
        _ => 0,
    };
    scenario.steps.iter().map(spared).fold(scenario.requests(), u64::saturating_sub)
}

impl Leaves {
    /// What is left of one, if anything.
    fn of(&self, scenario: &Scenario) -> Option<Scenario> {
        let name = scenario.name;
        let is_one_of = |mut names: Box<dyn Iterator<Item = &'static str>>| {
            names.position(|known| known == name).is_none_or(|at| at % self.every == 0)
        };
        let is_spared = can_be_spared(name)
            || self.forgeries < 8 && is_forged_first(name)
            || self.forgeries < 4 && [WINDOW_PAST, WINDOW_FUTURE].contains(&name);
        let goes_on = !is_spared
            && space::place(name).is_none_or(|at| at < self.forgeries)
            && is_one_of(Box::new(BODY_SIZES.iter().map(|(_, one)| one.name)))
            && is_one_of(Box::new(misread().map(|one| one.name)));
        goes_on.then(|| Scenario {
            steps: scenario.steps.iter().map(|step| self.of_step(name, step)).collect(),
            ..scenario.clone()
        })
    }

    fn of_step(&self, scenario: &str, step: &Step) -> Step {
        let fewer = |count: u64| count.min(u64::try_from(self.many).unwrap_or(u64::MAX));
        match step {
            Step::Beside { deliveries } if [LATE_EFFECTS, REFUSED_EFFECTS].contains(&scenario) => {
                let stays = |name: &str| space::place(name).is_none_or(|at| at < self.copies);
                let deliveries = deliveries.iter().copied().filter(|one| stays(one.name)).collect();
                Step::Beside { deliveries }
            }
            Step::Together { delivery, count, copies, release } => {
                let (delivery, copies, release) = (*delivery, *copies, *release);
                Step::Together { delivery, count: fewer(*count), copies, release }
            }
            Step::Burst { delivery, count } => {
                Step::Burst { delivery: *delivery, count: fewer(*count) }
            }
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::registry::every;
    use crate::model::Merchant;

    #[test]
    fn nothing_is_cut_that_can_be_afforded() {
        let all = every(&Merchant::default());
        let (left, out) = cut(&all, 10_000);
        assert_eq!((left, out), (all, Vec::new()));
    }

    #[test]
    fn the_less_can_be_afforded_the_less_is_left_and_something_of_each_check() {
        let all = every(&Merchant::default());
        let mut before = u64::MAX;
        for affordable in [600, 500, 300, 200, 100] {
            let (left, out) = cut(&all, affordable);
            let requests = left.iter().map(usual_requests).sum();
            assert!(requests <= before && !out.is_empty(), "{affordable}: {requests}");
            before = requests;
            for check in space::checks() {
                let sent = |name| left.iter().any(|scenario| scenario.name == name);
                let merchant = Merchant::default();
                let mut values = space::of_check(check, &merchant);
                assert!(values.any(|value| sent(value.delivery.name)), "{check}");
            }
            assert!(
                ["control-before", "once-concurrent", "refused-effects", "control-after"]
                    .iter()
                    .all(|name| left.iter().any(|scenario| scenario.name == *name))
            );
        }
        assert!(before < 180, "{before}");
    }
}
