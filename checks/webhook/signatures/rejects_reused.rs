//! A signature that was accepted once must not stand for another body.

use crate::conversation::answers::{nth, scenario, step};
use crate::conversation::baselines::{Baselines, tells_by_answers};
use crate::conversation::scenarios::{
    FORGED_WRONG_SECRET, SIGNATURE_REUSED, between_baselines, signature_reused,
};
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Facts, Level, Merchant, Needs, Outcome, Probe, Reason, Reference, RunFacts,
    Scenario,
};
use crate::text;

/// See [`META`].
pub(super) struct RejectsReused;

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-reused",
    title: "Webhook rejects an accepted signature over another body",
    level: Level::Required,
    covers: &["WH-12", "SV-04"],
    needs: Needs::Network,
    waivable: false,
    rationale: "A cache of verified signatures that is keyed by the signature alone lets whoever \
                saw one delivery send any other body.",
    judged: "A genuine event that is answered 200, then its signature and timestamp with another \
             amount. A 2xx fails, a 4xx passes, anything else is undecided.",
    remediation: "Compute the HMAC of every request; where results are cached, key the cache by \
                  body, timestamp and signature together.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for RejectsReused {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        // A 200 of a receiver that answers so to everything says nothing.
        if tells_by_answers(facts).is_ok() { META.level } else { Level::Recommended }
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([signature_reused(), Scenario::single(FORGED_WRONG_SECRET)])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let seen = scenario(facts, SIGNATURE_REUSED)?;
        let (first, altered) = (nth(seen, 0)?, nth(seen, 1)?);
        let shown = vec![
            step(SIGNATURE_REUSED, "first", first, "200"),
            step(SIGNATURE_REUSED, "with another amount", altered, "a 4xx"),
        ];
        if altered.succeeded() {
            tells_by_answers(facts)?;
            return Ok(Outcome::fail("an accepted signature is accepted over another body", shown));
        }
        Baselines::around(facts, &[altered])?;
        if !first.accepted() || !altered.refused() {
            return Err(Reason::Ambiguous(text!(
                "the event was answered {}, and its signature over another body {}",
                first.outcome(),
                altered.outcome()
            ))
            .into());
        }
        Ok(Outcome::Pass(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};

    fn case(first: u16, altered: u16) -> Case {
        let steps = vec![At::Status(first), At::Status(altered)];
        Case::accepted().went(SIGNATURE_REUSED, steps)
    }

    #[test]
    fn passes_when_it_is_rejected() {
        passes(case(200, 401).judge(&RejectsReused));
    }

    #[test]
    fn fails_when_it_is_accepted() {
        failure(case(200, 200).judge(&RejectsReused));
    }

    #[test]
    fn is_undecided_when_the_first_was_not_accepted_or_the_second_not_decided() {
        for (first, altered) in [(401, 401), (200, 500)] {
            let outcome = case(first, altered).judge(&RejectsReused);
            assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
        }
    }
}
