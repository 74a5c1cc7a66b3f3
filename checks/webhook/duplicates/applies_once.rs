//! An event must be applied once, however often it comes.

use crate::conversation::answers::baseline;
use crate::conversation::effects::{Applied, counted, every};
use crate::conversation::scenarios::{ONCE_SEQUENTIAL, between_baselines, once_sequential};
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Concern, Facts, Finding, Level, Merchant, Needs, Outcome, Probe, Reason,
    Reference, RunFacts,
};

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
    judged: "With `--deliver full`, a test order and `[webhook.effects]`: a `payment.success`, \
             the same bytes again, then re-signed. The order must be credited exactly once, \
             counted until the count rests. Two or more fail. No effect at all shows nothing and \
             is undecided. Without effects it is undecided, and a person may answer for it. What \
             a broken connection does is webhook-cut-redelivered's.",
    remediation: "De-duplicate by event and order id in the same transaction that credits, with a \
                  unique index.",
    stacks: stack_fixes::ONCE,
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for AppliesOnce {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([once_sequential(merchant)])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let applied = Applied::of(facts, ONCE_SEQUENTIAL, META.id)?;
        let shown = vec![applied.evidence()];
        if !applied.once()? {
            let message = "one event, delivered several times, was applied more than once";
            return Ok(Outcome::Fail(Finding::new(message, shown).about(Concern::Effect)));
        }
        baseline(facts)?;
        overshot(facts)?;
        Ok(Outcome::Pass(shown))
    }
}

/// A count between the deliveries that is not the last one: something was taken back, which is not
/// the same as applying it once.
fn overshot(facts: &Facts<'_>) -> Result<(), Reason> {
    match every(counted(facts, ONCE_SEQUENTIAL, META.id)?)?[..] {
        [_, between, after] if between > after => Err(Reason::Ambiguous(crate::text!(
            "the count of effects went down from {} to {} while duplicates came in",
            between,
            after
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::{Deliver, NotMade};

    fn case(counts: [u64; 3]) -> Case {
        let [before, between, after] = counts.map(At::Effects);
        Case::accepted().went(
            "once-sequential",
            vec![before, At::Status(200), between, At::Status(200), At::Status(200), after],
        )
    }

    #[test]
    fn passes_one_effect() {
        passes(case([0, 1, 1]).judge(&AppliesOnce));
    }

    #[test]
    fn passes_a_credit_that_came_late() {
        passes(case([0, 0, 1]).judge(&AppliesOnce));
    }

    #[test]
    fn fails_two_effects() {
        let finding = failure(case([0, 1, 2]).judge(&AppliesOnce));
        assert!(finding.evidence[0].observed.as_str().contains("twice"));
    }

    #[test]
    fn is_undecided_when_nothing_had_an_effect() {
        assert!(matches!(reason(case([0, 0, 0]).judge(&AppliesOnce)), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_the_order_was_settled_before() {
        let Reason::Ambiguous(why) = reason(case([1, 1, 1]).judge(&AppliesOnce)) else {
            panic!("ambiguous")
        };
        assert!(why.as_str().contains("not settled yet"));
    }

    #[test]
    fn is_undecided_when_a_credit_was_taken_back() {
        assert!(matches!(reason(case([0, 2, 1]).judge(&AppliesOnce)), Reason::Ambiguous(_)));
    }

    #[test]
    fn cannot_be_seen_without_effects_and_says_how_it_could() {
        for why in
            [NotMade::NoEffects, NotMade::Deliver { is: Deliver::Probe, needs: Deliver::Full }]
        {
            let case = Case::accepted().not_made("once-sequential", why);
            let Reason::NoWayToObserve(why) = reason(case.judge(&AppliesOnce)) else {
                panic!("no way to observe")
            };
            for way in
                ["webhook.effects.url", "webhook.effects.command", "attest.webhook-applies-once"]
            {
                assert!(why.as_str().contains(way), "{way}");
            }
        }
    }

    #[test]
    fn is_undecided_when_a_count_is_missing() {
        let case = Case::accepted().went("once-sequential", vec![At::Effects(0), At::Status(200)]);
        assert!(matches!(reason(case.judge(&AppliesOnce)), Reason::Transport(_)));
    }
}
