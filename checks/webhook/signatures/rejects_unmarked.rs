//! A receiver must not behave for golive alone.

use crate::conversation::answers::{evidence, nth, scenario, single};
use crate::conversation::baselines::{Baselines, tells_by_answers};
use crate::conversation::scenarios::{
    FORGED_WRONG_SECRET, TAMPERED_BODY, UNMARKED, UNMARKED_FORGERIES, UNSIGNED, between_baselines,
    unmarked,
};
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Delivery, Exchange, Facts, Finding, Level, Merchant, Needs, Outcome, Probe,
    Reason, Reference, RunFacts, Scenario,
};
use crate::text;

/// See [`META`].
pub(super) struct RejectsUnmarked;

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-unmarked",
    title: "Webhook rejects forged events that carry nothing of golive",
    level: Level::Required,
    covers: &["WH-12", "SV-04"],
    needs: Needs::Network,
    waivable: false,
    rationale: "Order ids and User-Agent of golive carry its name. Code that verifies only what \
                carries such a mark passes every other check and believes everybody else.",
    judged: "A genuine event, then an unsigned one, a forged one and one with a changed amount, \
             all for an id that was never issued and without golive's name in ids and headers. A \
             2xx to a forgery fails; a rejected genuine event warns, as marked ones are accepted. \
             The id is the first 20 hex digits of the SHA-256 of the challenge, the run id and a \
             number, each on a line.",
    remediation: "Verify every request in the same way, whatever its ids and headers say.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// The same forgeries with golive's mark, and the check that judges each.
const TWINS: [(Delivery, &str); 3] = [
    (UNSIGNED, "webhook-rejects-unsigned"),
    (FORGED_WRONG_SECRET, "webhook-rejects-forged"),
    (TAMPERED_BODY, "webhook-rejects-tampered"),
];

impl Check for RejectsUnmarked {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        // A 200 of a receiver that answers so to everything says nothing.
        if tells_by_answers(facts).is_ok() { META.level } else { Level::Recommended }
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines(
            std::iter::once(unmarked()).chain(TWINS.map(|(twin, _)| Scenario::single(twin))),
        )
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let seen = scenario(facts, UNMARKED)?;
        let genuine = nth(seen, 0)?;
        let forged: Vec<&Exchange> = (1..=UNMARKED_FORGERIES.len())
            .map(|index| nth(seen, index))
            .collect::<Result<_, _>>()?;
        let accepted: Vec<_> =
            forged.iter().zip(TWINS).filter(|(exchange, _)| exchange.succeeded()).collect();
        let is_marked_too =
            |(twin, _): &(Delivery, &str)| single(facts, twin.name).is_ok_and(Exchange::succeeded);
        let without_mark: Vec<_> = accepted
            .iter()
            .filter(|(_, twin)| !is_marked_too(twin))
            .map(|(one, _)| **one)
            .collect();
        if let (Some((_, (_, by))), []) = (accepted.first(), &without_mark[..]) {
            return Err(Reason::Blocked { by }.into());
        }
        if !without_mark.is_empty() {
            let shown = without_mark.iter().map(|exchange| evidence(exchange, "a 4xx")).collect();
            return Ok(Outcome::fail(
                "a forged event is accepted where nothing says that golive sent it",
                shown,
            ));
        }
        let sent: Vec<&Exchange> = forged.iter().map(|exchange| &**exchange).collect();
        Baselines::around(facts, &sent)?;
        if let Some(open) = forged.iter().find(|exchange| !exchange.refused()) {
            return Err(Reason::Ambiguous(text!(
                "an unmarked forgery was answered {}, which is not a rejection",
                open.outcome()
            ))
            .into());
        }
        if !genuine.accepted() {
            let shown = vec![evidence(genuine, "200, as with golive's mark")];
            let message = "a genuine event is rejected where nothing says that golive sent it";
            return Ok(Outcome::Warn(Finding::new(message, shown)));
        }
        let mut shown = vec![evidence(genuine, "200")];
        shown.extend(forged.iter().map(|exchange| evidence(exchange, "a 4xx")));
        Ok(Outcome::Pass(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason, warning};

    fn case(genuine: u16, forged: [u16; 3]) -> Case {
        let steps = vec![At::Status(genuine), At::Together(forged.to_vec())];
        Case::accepted().went(UNMARKED, steps).answered("forged-wrong-secret", 401)
    }

    #[test]
    fn passes_what_is_accepted_and_rejected_as_with_the_mark() {
        passes(case(200, [401; 3]).judge(&RejectsUnmarked));
    }

    #[test]
    fn fails_each_forgery_that_is_accepted_without_the_mark() {
        for forged in [[200, 401, 401], [401, 204, 401], [401, 401, 200]] {
            failure(case(200, forged).judge(&RejectsUnmarked));
        }
    }

    #[test]
    fn leaves_the_blame_to_a_receiver_that_accepts_marked_ones_too() {
        let case = case(200, [401, 200, 401]).answered("forged-wrong-secret", 200);
        let blocked = Reason::Blocked { by: "webhook-rejects-forged" };
        assert_eq!(reason(case.judge(&RejectsUnmarked)), blocked);
    }

    #[test]
    fn warns_when_only_marked_genuine_events_are_accepted() {
        warning(case(403, [401; 3]).judge(&RejectsUnmarked));
    }

    #[test]
    fn is_undecided_without_an_answer_that_decides() {
        let outcome = case(200, [401, 500, 401]).judge(&RejectsUnmarked);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }
}
