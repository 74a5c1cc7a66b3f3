//! An event must be applied once, however often it comes.

use super::conversation::control;
use super::effects::{Applied, counted, every};
use super::scenarios::{ONCE_CUT, ONCE_SEQUENTIAL, between_controls, once_cut, once_sequential};
use super::stacks;
use crate::model::{Check, CheckMeta, Facts, Level, Merchant, Needs, Outcome, Probe, Reason, Reference, RunFacts};

/// See [`META`].
pub(super) struct AppliesOnce;

const META: CheckMeta = CheckMeta {
    id: "webhook-applies-once",
    title: "Webhook applies an event once, however often it comes",
    level: Level::Required,
    covers: &["PC-19", "WH-18", "WH-20"],
    needs: Needs::Network,
    attestable: true,
    waivable: false,
    rationale: "Every duplicate that is applied credits a customer with money that was never paid.",
    judged: "With `--deliver full`, test orders and `[webhook.effects]`: a `payment.success`, the same bytes again, then signed afresh, on one order \
             answered in full and on one whose first answer was never read. The order must be credited exactly once on each, counted until the count \
             rests. Two or more fail. No effect at all shows nothing and is undecided. Without effects it is undecided, and a person may answer for it.",
    remediation: "De-duplicate by event and order id in the same transaction that credits, with a unique index.",
    stacks: stacks::ONCE,
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for AppliesOnce {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_controls([once_sequential(merchant), once_cut(merchant)])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let sequences = [ONCE_SEQUENTIAL, ONCE_CUT].map(|name| Applied::of(facts, name, META.id));
        let twice: Vec<Applied> = sequences.iter().flatten().copied().filter(|applied| applied.once() == Ok(false)).collect();
        if !twice.is_empty() {
            let shown = twice.iter().map(|applied| applied.evidence()).collect();
            return Ok(Outcome::fail("one event, delivered several times, was applied more than once", shown));
        }
        let mut shown = Vec::new();
        for applied in sequences {
            let applied = applied?;
            applied.once()?;
            shown.push(applied.evidence());
        }
        control(facts)?;
        overshot(facts)?;
        Ok(Outcome::Pass(shown))
    }
}

/// A count between the deliveries that is not the last one: something was taken back, which is not the same as applying it once.
fn overshot(facts: &Facts<'_>) -> Result<(), Reason> {
    match every(counted(facts, ONCE_SEQUENTIAL, META.id)?)?[..] {
        [_, between, after] if between > after => {
            Err(Reason::Ambiguous(crate::text!("the count of effects went down from {} to {} while duplicates came in", between, after)))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{At, Case, failure, passes, reason};
    use super::*;
    use crate::model::{Deliver, NotMade, TroubleKind};

    fn case(sequential: [u64; 3], cut: [u64; 2]) -> Case {
        let [before, between, after] = sequential.map(At::Effects);
        let [cut_before, cut_after] = cut.map(At::Effects);
        Case::accepted()
            .went("once-sequential", vec![before, At::Status(200), between, At::Status(200), At::Status(200), after])
            .went("once-cut", vec![cut_before, At::Trouble(TroubleKind::Closed), At::Status(200), At::Status(200), cut_after])
    }

    #[test]
    fn passes_one_effect_on_each() {
        passes(case([0, 1, 1], [0, 1]).judge(&AppliesOnce));
    }

    #[test]
    fn passes_a_credit_that_came_late() {
        passes(case([0, 0, 1], [0, 1]).judge(&AppliesOnce));
    }

    #[test]
    fn fails_two_effects() {
        let finding = failure(case([0, 1, 2], [0, 1]).judge(&AppliesOnce));
        assert!(finding.evidence[0].observed.as_str().contains("twice"));
        failure(case([0, 1, 1], [0, 3]).judge(&AppliesOnce));
    }

    #[test]
    fn fails_two_effects_even_when_the_other_sequence_is_missing() {
        let why = NotMade::NoTestOrders { key: "webhook.order".to_owned() };
        failure(case([0, 1, 2], [0, 1]).not_made("once-cut", why).judge(&AppliesOnce));
    }

    #[test]
    fn is_undecided_when_nothing_had_an_effect() {
        assert!(matches!(reason(case([0, 0, 0], [0, 0]).judge(&AppliesOnce)), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_the_order_was_settled_before() {
        let Reason::Ambiguous(why) = reason(case([1, 1, 1], [1, 1]).judge(&AppliesOnce)) else { panic!("ambiguous") };
        assert!(why.as_str().contains("not settled yet"));
    }

    #[test]
    fn cannot_be_seen_without_effects_and_says_how_it_could() {
        for why in [NotMade::NoEffects, NotMade::Deliver { is: Deliver::Probe, needs: Deliver::Full }] {
            let case = case([0, 1, 1], [0, 1]).not_made("once-sequential", why);
            let Reason::NoWayToObserve(why) = reason(case.judge(&AppliesOnce)) else { panic!("no way to observe") };
            for way in ["webhook.effects.url", "webhook.effects.command", "attest.webhook-applies-once"] {
                assert!(why.as_str().contains(way), "{way}");
            }
        }
    }

    #[test]
    fn is_undecided_when_a_count_is_missing() {
        let case = case([0, 1, 1], [0, 1]).went("once-cut", vec![At::Effects(0)]);
        assert!(matches!(reason(case.judge(&AppliesOnce)), Reason::Transport(_)));
    }
}
