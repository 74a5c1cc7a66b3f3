//! Forged events must be rejected when many come at once, too.

use crate::conversation::answers::{evidence, scenario};
use crate::conversation::baselines::{Baselines, tells_by_answers};
use crate::conversation::scenarios::{
    FORGED_UNDER_LOAD, FORGED_WRONG_SECRET, between_baselines, forged_under_load,
};
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Evidence, Exchange, Facts, Level, Merchant, Needs, Outcome, Probe, Reason,
    Reference, RunFacts, Scenario, Subject,
};
use crate::text;

/// See [`META`].
pub(super) struct RejectsUnderLoad;

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-under-load",
    title: "Webhook rejects forged events under load",
    level: Level::Required,
    covers: &["WH-12", "SV-04"],
    needs: Needs::Network,
    waivable: false,
    rationale: "Code that skips verification when a key service, a pool or a queue is busy lets \
                in whoever sends many requests at once.",
    judged: "As many forged events at once as a burst has (`limits.webhook_burst`, golive's \
             limit), after everything else. A 2xx to any of them fails; all rejected passes. \
             Under load a 503, a 429 or no answer is not held against the receiver, but at least \
             one must be rejected.",
    remediation: "Where the signature cannot be verified at the moment, answer 503, never 200.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for RejectsUnderLoad {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        // A 200 of a receiver that answers so to everything says nothing.
        if tells_by_answers(facts).is_ok() { META.level } else { Level::Recommended }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([forged_under_load(merchant), Scenario::single(FORGED_WRONG_SECRET)])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let all: Vec<&Exchange> = scenario(facts, FORGED_UNDER_LOAD)?.exchanges().collect();
        let of = |is: fn(&Exchange) -> bool| -> Vec<&Exchange> {
            all.iter().copied().filter(|exchange| is(exchange)).collect()
        };
        let (accepted, rejected) = (of(Exchange::succeeded), of(Exchange::refused));
        let counted = Evidence::of(
            Subject::Delivery(FORGED_UNDER_LOAD.into()),
            text!("none of {} accepted", all.len()),
            text!("{} accepted, {} rejected", accepted.len(), rejected.len()),
        );
        if let Some(first) = accepted.first() {
            tells_by_answers(facts)?;
            let message = text!(
                "of {} forged events at once {} are accepted: verification is skipped under load",
                all.len(),
                accepted.len()
            );
            return Ok(Outcome::fail(message, vec![counted, evidence(first, "a 4xx")]));
        }
        Baselines::around(facts, &all)?;
        let Some(first) = rejected.first() else {
            return Err(Reason::Ambiguous(text!("none of {} was rejected", all.len())).into());
        };
        Ok(Outcome::Pass(vec![counted, evidence(first, "a 4xx")]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};

    fn case(statuses: &[u16]) -> Case {
        Case::accepted()
            .answered(FORGED_WRONG_SECRET.name, 401)
            .went(FORGED_UNDER_LOAD, vec![At::Together(statuses.to_vec())])
    }

    #[test]
    fn passes_where_none_is_accepted_and_some_are_rejected() {
        passes(case(&[401; 50]).judge(&RejectsUnderLoad));
        passes(case(&[401, 503, 429]).judge(&RejectsUnderLoad));
    }

    #[test]
    fn fails_one_that_is_accepted_and_leaves_those_of_whoever_accepts_all() {
        let finding = failure(case(&[401, 401, 200]).judge(&RejectsUnderLoad));
        assert!(finding.message.as_str().starts_with("of 3 forged events at once 1"));
        let everything = case(&[200; 3]).answered(FORGED_WRONG_SECRET.name, 200);
        let by = Reason::Blocked { by: "webhook-rejects-forged" };
        assert_eq!(reason(everything.judge(&RejectsUnderLoad)), by);
    }

    #[test]
    fn is_undecided_where_none_is_rejected_or_genuine_events_are_not_accepted_after_it() {
        for case in [case(&[503; 3]), case(&[])] {
            assert!(matches!(reason(case.judge(&RejectsUnderLoad)), Reason::Ambiguous(_)));
        }
        let shut = case(&[403; 3]).answered("control-after", 403);
        let by = Reason::Blocked { by: "webhook-reachable" };
        assert_eq!(reason(shut.judge(&RejectsUnderLoad)), by);
    }
}
