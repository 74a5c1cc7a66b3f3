//! The platform takes exactly 200 for success.

use crate::conversation::answers::{evidence, single};
use crate::conversation::repeat_command;
use crate::conversation::scenarios::{BASELINE_BEFORE, between_baselines};
use crate::model::{
    Check, CheckMeta, Facts, Finding, Level, Merchant, Needs, Outcome, Probe, Reason, Reference,
    RunFacts, Stack, StackFix,
};
use crate::text;

/// See [`META`].
pub(super) struct Answers200;

const META: CheckMeta = CheckMeta {
    id: "webhook-answers-200",
    title: "Webhook answers exactly 200",
    level: Level::Required,
    covers: &["WH-04", "WH-16"],
    needs: Needs::Network,
    rationale: "The platform delivers again whatever is not answered 200; a 201, 202 or 204 is as \
                good as a failure to it.",
    judged: "The genuine event that was taken with a 2xx must have been answered with 200 itself.",
    remediation: "Answer 200 to every verified event, also where the framework's default is 201, \
                  202 or 204.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "res.sendStatus(200), not res.status(202) or res.status(204).",
        },
        StackFix {
            stack: Stack::Php,
            how: "http_response_code(200); Laravel: return response('', 200), not \
                  response()->noContent().",
        },
        StackFix {
            stack: Stack::Python,
            how: "return '', 200 in Flask, HttpResponse(status=200) in Django; FastAPI: \
                  status_code=200.",
        },
        StackFix {
            stack: Stack::Java,
            how: "ResponseEntity.ok().build(), not accepted() or noContent().",
        },
    ],
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for Answers200 {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let control = single(facts, BASELINE_BEFORE.name)?;
        let shown = vec![evidence(control, "200")];
        match control.status() {
            Some(200) => Ok(Outcome::Pass(shown)),
            Some(status @ 201..=299) => Ok(Outcome::Fail(Finding {
                repeat: repeat_command::genuine(facts),
                ..Finding::new(
                    text!(
                        "a genuine event is answered {}, which the platform takes for a failure",
                        status
                    ),
                    shown,
                )
            })),
            Some(_) | None => Err(Reason::Blocked { by: "webhook-reachable" }.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason};

    #[test]
    fn passes_exactly_200() {
        passes(Case::accepted().judge(&Answers200));
    }

    #[test]
    fn fails_another_2xx() {
        for status in [201, 202, 204] {
            failure(Case::accepted().answered("control-before", status).judge(&Answers200));
        }
    }

    #[test]
    fn waits_for_a_receiver_that_takes_events() {
        let outcome = Case::accepted().answered("control-before", 302).judge(&Answers200);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
