//! An event that was signed long ago is a replay and should be refused.

use crate::conversation::baselines::{Negatives, tells_by_answers};
use crate::conversation::scenarios::{
    FORGED_WRONG_SECRET, STALE_DAY, STALE_HOUR, between_baselines, stale,
};
use crate::conversation::{repeat_command, stack_fixes};
use crate::model::{
    Check, CheckMeta, Facts, Finding, Level, Merchant, Needs, Outcome, Probe, Reference, RunFacts,
    Scenario,
};
use crate::text;

/// See [`META`].
pub(super) struct RejectsStale;

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-stale",
    title: "Webhook refuses events that were signed long ago",
    level: Level::Recommended,
    covers: &["PC-37", "SV-03", "SC-05", "SC-12"],
    needs: Needs::Network,
    rationale: "A genuine event that somebody recorded stays validly signed for ever; only its \
                age gives the replay away.",
    judged: "Events signed correctly an hour (`limits.webhook_stale_s`, golive's limit: the \
             platform names none) and a day ago must meet a 4xx, while a fresh one was answered \
             200 before and after. A 2xx to the day-old one fails; a 2xx to the hour-old one \
             alone warns; a 3xx, 429, 5xx or no answer is undecided.",
    remediation: "Refuse deliveries whose `X-TIMESTAMP` is more than a few minutes from your \
                  clock, and keep that clock synchronised.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for RejectsStale {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines(
            stale(merchant).into_iter().chain([Scenario::single(FORGED_WRONG_SECRET)]),
        )
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        tells_by_answers(facts)?;
        let by_hand = |facts: &Facts<'_>| repeat_command::at(facts, -86_400);
        let day = Negatives::of(facts, &[STALE_DAY]).judge(
            facts,
            "an event signed a day ago is accepted, so a replay would be too",
            by_hand,
        )?;
        if matches!(day, Outcome::Fail(_)) {
            return Ok(day);
        }
        let both = Negatives::of(facts, &[STALE_HOUR, STALE_DAY]);
        if both.accepted.is_empty() {
            return Ok(both.judge(facts, "", by_hand)?);
        }
        let age = std::time::Duration::from_secs(facts.merchant.limits.webhook_stale_s);
        let message = text!(
            "an event signed {} ago is accepted, one signed a day ago is not: the window for \
             replays is wide",
            age
        );
        Ok(Outcome::Warn(Finding {
            fix: Some("Narrow the window that timestamps must lie in to a few minutes".into()),
            ..both.taken(message)
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason, warning};
    use crate::model::Reason;

    fn refused() -> Case {
        Case::accepted().all_answered([STALE_HOUR, STALE_DAY], 401)
    }

    #[test]
    fn passes_when_old_events_are_refused() {
        passes(refused().judge(&RejectsStale));
    }

    #[test]
    fn fails_when_old_events_are_accepted() {
        failure(refused().all_answered([STALE_HOUR, STALE_DAY], 200).judge(&RejectsStale));
    }

    #[test]
    fn leaves_the_blame_to_what_answers_200_to_whatever_comes() {
        let outcome = refused()
            .answered(STALE_DAY, 200)
            .answered("forged-wrong-secret", 200)
            .judge(&RejectsStale);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-rejects-forged" });
    }

    #[test]
    fn warns_about_a_wide_window() {
        warning(refused().answered(STALE_HOUR, 200).judge(&RejectsStale));
    }

    #[test]
    fn is_undecided_when_the_answer_is_no_refusal() {
        assert!(matches!(
            reason(refused().answered(STALE_HOUR, 503).judge(&RejectsStale)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = refused().answered("control-before", 201).judge(&RejectsStale);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-answers-200" });
    }
}
