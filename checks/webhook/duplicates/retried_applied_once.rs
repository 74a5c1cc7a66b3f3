//! An event must be applied once in the end, also when it took several attempts.

use crate::conversation::answers::baseline;
use crate::conversation::attempts::{
    Attempts, BLAMED_FOR_ATTEMPTS, those_that_may_carry_the_blame,
};
use crate::conversation::effects::{Applied, is_applied_once, usual_credits};
use crate::conversation::recovery::{ONCE_RETRIED, once_retried};
use crate::conversation::scenarios::between_baselines;
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Concern, Facts, Finding, Level, Merchant, Needs, Outcome, Probe, Reason,
    Reference, RunFacts,
};

/// See [`META`].
pub(super) struct RetriedAppliedOnce;

const META: CheckMeta = CheckMeta {
    id: "webhook-retried-applied-once",
    title: "Webhook applies an event once after retries",
    level: Level::Recommended,
    covers: &["PC-20", "PC-44", "WH-17", "WH-20", "UAT-26", "AU-13"],
    needs: Needs::Network,
    attestable: true,
    waivable: false,
    rationale: "A receiver that credits and then answers 500 is told again, and credits again \
                unless the first attempt left its mark.",
    judged: "With `--deliver full`, a test order and `[webhook.effects]`: a `payment.success`, \
             and while it is neither answered 200 nor refused, the same event again, re-signed, \
             at most `limits.webhook_retries` times, with pauses that double from \
             `limits.webhook_retry_pause_ms` on. The platform says that it may deliver again and \
             not how often, so both numbers are golive's. It must be answered 200 in the end and \
             the order be credited once. A receiver that accepts the first attempt passes, and \
             the evidence says that no retry was seen. Never answering 200 fails. More than one \
             effect after a retry, or none though another order was credited, fails, and the item \
             is then required. Without effects a person may answer for it.",
    remediation: "Let one transaction hold the event's mark and its effect, commit it before \
                  anything that can still fail, and answer 200 after it.",
    yields_to: BLAMED_FOR_ATTEMPTS,
    stacks: stack_fixes::ONCE,
    reference: Reference::RETRIES,
    ..CheckMeta::USUAL
};

impl Check for RetriedAppliedOnce {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        let twice = seen(facts).is_ok_and(|(_, applied)| applied.once() == Ok(false));
        let always_twice = usual_credits(facts).is_some_and(|credits| credits > 1);
        if harm(facts).is_some() || twice && !always_twice { Level::Required } else { META.level }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines(
            std::iter::once(once_retried(merchant)).chain(those_that_may_carry_the_blame(merchant)),
        )
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let (attempts, applied) = seen(facts)?;
        let shown = vec![applied.evidence(), attempts.evidence()];
        if let Some(message) = harm(facts) {
            return Ok(Outcome::fail(message, shown));
        }
        if !attempts.accepted() {
            attempts.are_the_receivers_doing(facts)?;
            let message = "a genuine event is never answered 200, however often it is delivered";
            return Ok(Outcome::Fail(Finding::new(message, shown).about(Concern::Rejection)));
        }
        if !applied.once()? {
            let message = "an event that was delivered once is applied more than once";
            return Ok(Outcome::Fail(Finding::new(message, shown).about(Concern::Effect)));
        }
        baseline(facts)?;
        Ok(Outcome::Pass(shown))
    }
}

fn seen<'a>(facts: &Facts<'a>) -> Result<(Attempts<'a>, Applied), Reason> {
    Ok((Attempts::of(facts, ONCE_RETRIED, META.id)?, Applied::of(facts, ONCE_RETRIED, META.id)?))
}

/// What retries did to the books, where that was bad.
fn harm(facts: &Facts<'_>) -> Option<&'static str> {
    let (attempts, applied) = seen(facts).ok()?;
    let twice = applied.once() == Ok(false);
    if twice && attempts.retried() {
        Some("an event whose first attempt failed is applied again when it is retried")
    } else if attempts.retried()
        && applied.is_nothing()
        && is_applied_once(facts)
        && attempts.accepted()
    {
        Some(
            "an event whose first attempt failed is lost: the retry is answered 200 and nothing \
             is applied",
        )
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::NotMade;

    fn case(attempts: &[u16], effects: u64) -> Case {
        let steps = vec![At::Effects(0), At::Attempts(attempts.to_vec()), At::Effects(effects)];
        Case::accepted().went(ONCE_RETRIED, steps)
    }

    /// Another order was credited so often, by three deliveries.
    fn others(case: Case, effects: u64) -> Case {
        let steps = vec![
            At::Effects(0),
            At::Status(200),
            At::Effects(1),
            At::Status(200),
            At::Status(200),
            At::Effects(effects),
        ];
        case.went("once-sequential", steps)
    }

    #[test]
    fn passes_one_effect_and_says_how_many_attempts_it_took() {
        for (attempts, words) in
            [(&[200][..], "no retry was seen"), (&[503, 200], "503 in 12 ms, then 200 in 12 ms")]
        {
            let Outcome::Pass(evidence) = case(attempts, 1).judge(&RetriedAppliedOnce) else {
                panic!("a pass")
            };
            assert!(evidence[1].observed.as_str().contains(words), "{}", evidence[1].observed);
        }
        passes(case(&[503, 500, 200], 1).judge(&RetriedAppliedOnce));
    }

    #[test]
    fn fails_a_retry_that_is_applied_again_and_is_required_then() {
        let case = case(&[500, 200], 2);
        failure(case.judge(&RetriedAppliedOnce));
        assert_eq!(RetriedAppliedOnce.level(&case.facts()), Level::Required);
    }

    #[test]
    fn fails_one_delivery_that_is_applied_twice_and_leaves_the_blame_to_those_that_always_are() {
        failure(others(case(&[200], 2), 1).judge(&RetriedAppliedOnce));
        let outcome = others(case(&[200], 2), 3).judge(&RetriedAppliedOnce);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-applies-once" });
    }

    #[test]
    fn fails_a_retry_that_is_accepted_and_lost() {
        let case = others(case(&[500, 200], 0), 1);
        failure(case.judge(&RetriedAppliedOnce));
        assert_eq!(RetriedAppliedOnce.level(&case.facts()), Level::Required);
    }

    #[test]
    fn fails_an_event_that_is_never_accepted_unless_others_are_not_either() {
        let never = || case(&[500; 5], 0);
        failure(never().judge(&RetriedAppliedOnce));
        assert_eq!(RetriedAppliedOnce.level(&never().facts()), Level::Recommended);
        let outcome = never().answered("events-payment-success", 500).judge(&RetriedAppliedOnce);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-handles-events" });
    }

    #[test]
    fn is_undecided_about_a_receiver_that_is_busy_all_the_time() {
        assert!(matches!(
            reason(case(&[429; 5], 0).judge(&RetriedAppliedOnce)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn is_undecided_when_nothing_had_an_effect() {
        assert!(matches!(reason(case(&[200], 0).judge(&RetriedAppliedOnce)), Reason::Ambiguous(_)));
    }

    #[test]
    fn cannot_be_seen_without_effects_and_says_how_it_could() {
        let outcome =
            Case::accepted().not_made(ONCE_RETRIED, NotMade::NoEffects).judge(&RetriedAppliedOnce);
        let Reason::NoWayToObserve(why) = reason(outcome) else { panic!("no way to observe") };
        assert!(why.as_str().contains("attest.webhook-retried-applied-once"), "{why}");
    }

    #[test]
    fn is_undecided_when_the_sequence_ended_early() {
        let case = Case::accepted().went(ONCE_RETRIED, vec![At::Effects(0)]);
        assert!(matches!(reason(case.judge(&RetriedAppliedOnce)), Reason::Transport(_)));
    }
}
