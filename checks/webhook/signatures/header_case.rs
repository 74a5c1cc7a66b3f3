//! Header names mean the same in any case.

use crate::conversation::answers::{Reception, baseline, evidence, names, single};
use crate::conversation::baselines::{Baselines, refuses};
use crate::conversation::repeat_command;
use crate::conversation::scenarios::{HEADERS_LOWER, HEADERS_TITLE, UNSIGNED, between_baselines};
use crate::model::{
    Check, CheckMeta, Delivery, Facts, Level, Merchant, Needs, Outcome, Probe, Reference, RunFacts,
    Scenario, Stack, StackFix,
};
use crate::text;

/// See [`META`].
pub(super) struct HeaderCase;

const META: CheckMeta = CheckMeta {
    id: "webhook-header-case",
    title: "Webhook reads its headers in any spelling",
    level: Level::Recommended,
    covers: &["WH-10"],
    needs: Needs::Network,
    rationale: "Proxies and HTTP/2 write header names in lower case; a receiver that looks for \
                `X-SIGNATURE` letter by letter then finds nothing.",
    judged: "Genuine events with `x-signature` and with `X-Signature` must be answered 200 as the \
             one with `X-SIGNATURE` was, by a receiver that refuses one without; any other answer \
             fails, no answer or a 429 is undecided.",
    remediation: "Look headers up through the framework's case-insensitive accessor instead of \
                  comparing names yourself.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "req.get('X-SIGNATURE'), or req.headers['x-signature']: Node's own keys are \
                  lower case.",
        },
        StackFix {
            stack: Stack::Php,
            how: "$_SERVER['HTTP_X_SIGNATURE'], or \
                  array_change_key_case(getallheaders())['x-signature'].",
        },
        StackFix {
            stack: Stack::Python,
            how: "request.headers.get('X-SIGNATURE') in Flask and in Django.",
        },
        StackFix {
            stack: Stack::Java,
            how: "@RequestHeader(\"X-SIGNATURE\") or request.getHeader(\"X-SIGNATURE\").",
        },
    ],
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

/// The spellings beside the platform's own.
const DELIVERIES: [Delivery; 2] = [HEADERS_LOWER, HEADERS_TITLE];

impl Check for HeaderCase {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines(DELIVERIES.into_iter().chain([UNSIGNED]).map(Scenario::single))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let mut shown = vec![evidence(baseline(facts)?, "200")];
        let mut refused = Vec::new();
        for delivery in DELIVERIES {
            let exchange = single(facts, delivery.name)?;
            shown.push(evidence(exchange, "200"));
            if Reception::of(exchange)? != Reception::Accepted {
                refused.push(exchange);
            }
        }
        if refused.is_empty() {
            shown.push(refuses(facts, &UNSIGNED, "webhook-rejects-unsigned")?);
            return Ok(Outcome::Pass(shown));
        }
        Baselines::of(facts)?;
        let repeat = repeat_command::again(facts, &refused[0].name);
        let message = text!(
            "genuine events with other spellings of the header names are refused: {}",
            names(&refused)
        );
        Ok(Outcome::fail(message, shown).repeat(repeat))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::{Reason, TroubleKind};

    fn accepted() -> Case {
        Case::accepted()
            .all_answered(["headers-lower", "headers-title"], 200)
            .answered("unsigned", 401)
    }

    #[test]
    fn passes_when_every_spelling_is_read() {
        passes(accepted().judge(&HeaderCase));
    }

    #[test]
    fn waits_for_a_receiver_that_needs_the_header() {
        let outcome = accepted().answered("unsigned", 200).judge(&HeaderCase);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-rejects-unsigned" });
    }

    #[test]
    fn fails_when_lower_case_is_not_found() {
        failure(accepted().answered("headers-lower", 401).judge(&HeaderCase));
    }

    #[test]
    fn is_undecided_without_an_answer() {
        let outcome = accepted()
            .went("headers-title", vec![At::Trouble(TroubleKind::TimedOut)])
            .judge(&HeaderCase);
        assert!(matches!(reason(outcome), Reason::Transport(_)));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = accepted().answered("control-before", 500).judge(&HeaderCase);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
