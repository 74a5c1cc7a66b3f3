//! A malformed body must not break the receiver.

use crate::conversation::answers::{baseline, breaks, evidence, names, settled, single};
use crate::conversation::rejection_cause::is_page_of_server;
use crate::conversation::repeat_command;
use crate::conversation::scenarios::{
    MALFORMED_EMPTY, MALFORMED_NOT_AN_EVENT, MALFORMED_SIGNED, between_baselines,
};
use crate::model::{
    Check, CheckMeta, Delivery, Exchange, Facts, Finding, Level, Merchant, Needs, Outcome, Probe,
    Reference, RunFacts, Scenario, Stack, StackFix,
};
use crate::text;

/// See [`META`].
pub(super) struct SurvivesMalformed;

const META: CheckMeta = CheckMeta {
    id: "webhook-survives-malformed",
    title: "Webhook survives bodies that are no event",
    level: Level::Required,
    covers: &["WH-05"],
    needs: Needs::Network,
    rationale: "A receiver that breaks on a strange body breaks in production, and may leave a \
                half-done transaction behind.",
    judged: "Half a JSON document, an empty body and `[]`, each signed correctly over the bytes \
             sent, must be answered by a 4xx or a 2xx, both are right. A 5xx fails, and so does \
             silence or a broken connection; a 429 or 503 is undecided.",
    remediation: "Catch what parsing throws, check the shape of the event, and answer 400 when it \
                  is none.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "try { event = JSON.parse(req.body); } catch { return res.sendStatus(400); }  // \
                  then check typeof event.data",
        },
        StackFix {
            stack: Stack::Php,
            how: "$event = json_decode($body, true); if (!is_array($event) || \
                  !isset($event['event'], $event['data'])) { http_response_code(400); exit; }",
        },
        StackFix {
            stack: Stack::Python,
            how: "try: event = json.loads(body) except ValueError: abort(400); then check \
                  isinstance(event, dict).",
        },
        StackFix {
            stack: Stack::Java,
            how: "catch (JsonProcessingException e) { return ResponseEntity.badRequest().build(); \
                  } and check node.isObject().",
        },
    ],
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

/// Malformed bodies.
const DELIVERIES: [Delivery; 3] = [MALFORMED_SIGNED, MALFORMED_EMPTY, MALFORMED_NOT_AN_EVENT];

impl Check for SurvivesMalformed {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines(DELIVERIES.map(Scenario::single))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        baseline(facts)?;
        let exchanges = DELIVERIES.map(|delivery| single(facts, delivery.name));
        let broken: Vec<&Exchange> =
            exchanges.iter().flatten().copied().filter(|exchange| breaks(exchange)).collect();
        if !broken.is_empty() {
            let shown =
                broken.iter().map(|exchange| evidence(exchange, "a 4xx or a 2xx")).collect();
            let repeat = repeat_command::again(facts, &broken[0].name);
            if broken.iter().all(|exchange| is_page_of_server(exchange)) {
                let message = text!(
                    "the web server or a firewall in front answers malformed bodies with an error \
                     page of its own: {}",
                    names(&broken)
                );
                return Ok(Outcome::Warn(Finding::new(message, shown).fix(
                    "See in its log whether the application was asked; if so, catch what parsing \
                     throws there",
                ))
                .repeat(repeat));
            }
            return Ok(Outcome::fail(
                text!("a malformed body breaks the receiver: {}", names(&broken)),
                shown,
            )
            .repeat(repeat));
        }
        let mut shown = Vec::new();
        for exchange in exchanges {
            shown.push(settled(exchange?, "a 4xx or a 2xx")?);
        }
        Ok(Outcome::Pass(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::{Reason, TroubleKind};

    fn answered(status: u16) -> Case {
        Case::accepted().all_answered(DELIVERIES.map(|delivery| delivery.name), status)
    }

    #[test]
    fn passes_whether_they_are_refused_or_taken() {
        passes(answered(400).judge(&SurvivesMalformed));
        passes(answered(200).judge(&SurvivesMalformed));
    }

    #[test]
    fn fails_when_one_breaks_the_receiver() {
        let finding =
            failure(answered(400).answered("malformed-empty", 500).judge(&SurvivesMalformed));
        assert_eq!(finding.evidence.len(), 1);
    }

    #[test]
    fn fails_when_one_silences_the_receiver() {
        failure(
            answered(400)
                .went("malformed-signed", vec![At::Trouble(TroubleKind::TimedOut)])
                .judge(&SurvivesMalformed),
        );
    }

    #[test]
    fn is_undecided_when_the_receiver_is_busy() {
        assert!(matches!(reason(answered(503).judge(&SurvivesMalformed)), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_the_network_was_in_the_way() {
        let outcome = answered(400)
            .went("malformed-signed", vec![At::Trouble(TroubleKind::Unreachable)])
            .judge(&SurvivesMalformed);
        assert!(matches!(reason(outcome), Reason::Transport(_)));
    }
}
