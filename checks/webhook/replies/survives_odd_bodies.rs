//! Strange and oversized bodies must not break the receiver.

use crate::conversation::answers::{breaks, settled};
use crate::conversation::answers::{evidence, names, single};
use crate::conversation::baselines::Baselines;
use crate::conversation::scenarios::{
    ODD_BODIES, OVERSIZED, UNSIGNED, between_baselines, oversized,
};
use crate::model::{
    Check, CheckMeta, Evidence, Exchange, Facts, Finding, Level, Merchant, Needs, Outcome, Probe,
    Reason, Reference, RunFacts, Scenario, Stack, StackFix, TroubleKind,
};
use crate::text;

/// See [`META`].
pub(super) struct SurvivesOddBodies;

const META: CheckMeta = CheckMeta {
    id: "webhook-survives-odd-bodies",
    title: "Webhook survives strange and oversized bodies",
    level: Level::Recommended,
    covers: &["WH-05"],
    needs: Needs::Network,
    rationale: "A parser that runs out of stack or a server that reads without a limit takes the \
                whole process down, and events of real payments with it.",
    judged: "A signed event with every key twice, one with bytes behind the JSON, one with 10,000 \
             lists in one another (20 kB), one labelled as a form and one without a content type: \
             each must be answered by a 200 or a 4xx, both are right. An unsigned event of 2 MiB \
             (`limits.webhook_oversized_bytes`) must be refused, or the connection closed while \
             it is sent. A 5xx or silence fails, and so does a connection that breaks on the \
             smaller ones and a 2xx to the large one where a small unsigned event is refused; a \
             429 or 503 is undecided. The genuine event after them must be answered 200. The \
             platform's pages ask for no more than that JSON is handled properly; the rest is \
             golive's. Sent in `probe` and in `full`, the large one in `negative` too, always as a \
             `payment.processing`.",
    remediation: "Cap the body (256 kB is plenty) and answer 413, verify before parsing, and \
                  catch whatever the parser throws, too deep nesting included.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "express.raw({ type: () => true, limit: '256kb' }): '*/*' leaves req.body \
                  undefined where there is no content type.",
        },
        StackFix {
            stack: Stack::Php,
            how: "client_max_body_size 256k; in nginx, and json_decode($body, true, 64), which \
                  gives null for what is deeper.",
        },
        StackFix {
            stack: Stack::Python,
            how: "app.config['MAX_CONTENT_LENGTH'] = 256 * 1024, and except (ValueError, \
                  RecursionError): abort(400) around json.loads.",
        },
        StackFix {
            stack: Stack::Java,
            how: "Limit the body in the proxy or a filter, use Jackson 2.15 or newer (it stops at \
                  1,000 levels) and catch JsonProcessingException.",
        },
    ],
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for SurvivesOddBodies {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines(
            ODD_BODIES
                .into_iter()
                .chain([UNSIGNED])
                .map(Scenario::single)
                .chain([oversized(merchant)]),
        )
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let odd = ODD_BODIES.map(|delivery| single(facts, delivery.name));
        let large = single(facts, OVERSIZED);
        let seen: Vec<&Exchange> = odd.iter().chain([&large]).flatten().copied().collect();
        let controls = Baselines::around(facts, &seen)?;
        let mut broken: Vec<&Exchange> =
            odd.iter().flatten().copied().filter(|exchange| breaks(exchange)).collect();
        let mut shown: Vec<Evidence> =
            broken.iter().map(|exchange| evidence(exchange, EITHER)).collect();
        if let Ok(large) = large
            && breaks(large)
            && !is_cut_off(large)
        {
            broken.push(large);
            shown.push(evidence(large, CUT_OFF));
        }
        if !broken.is_empty() {
            return Ok(Outcome::fail(
                text!("a strange body breaks the receiver: {}", names(&broken)),
                shown,
            ));
        }
        if let Ok(large) = large
            && is_thanked(large)
        {
            return if single(facts, UNSIGNED.name)?.refused() {
                let message = "an unsigned event is refused, and answered as if all were well \
                               when it is large";
                Ok(Outcome::Fail(Finding::new(message, vec![evidence(large, CUT_OFF)])))
            } else {
                Err(Reason::Blocked { by: "webhook-rejects-unsigned" }.into())
            };
        }
        let mut shown = controls.evidence();
        for exchange in odd {
            shown.push(settled(exchange?, EITHER)?);
        }
        let large = large?;
        shown.push(if is_cut_off(large) {
            evidence(large, CUT_OFF)
        } else {
            settled(large, CUT_OFF)?
        });
        Ok(Outcome::Pass(shown))
    }
}

const EITHER: &str = "200 or a 4xx";
const CUT_OFF: &str = "a 4xx, or the connection closed early";

/// Closed before all of it was read: what a server does that has seen enough.
fn is_cut_off(exchange: &Exchange) -> bool {
    matches!(&exchange.answer, Err(trouble) if matches!(trouble.kind, TroubleKind::Reset | TroubleKind::Closed))
}

fn is_thanked(exchange: &Exchange) -> bool {
    exchange.status().is_some_and(|status| (200..300).contains(&status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};

    fn answered(status: u16) -> Case {
        Case::accepted()
            .all_answered(ODD_BODIES.map(|delivery| delivery.name), status)
            .answered(OVERSIZED, 413)
            .answered("unsigned", 401)
    }

    #[test]
    fn passes_whether_they_are_refused_or_taken() {
        passes(answered(400).judge(&SurvivesOddBodies));
        passes(answered(200).judge(&SurvivesOddBodies));
    }

    #[test]
    fn passes_who_hangs_up_on_what_is_too_large() {
        for kind in [TroubleKind::Reset, TroubleKind::Closed] {
            passes(
                answered(200).went(OVERSIZED, vec![At::Trouble(kind)]).judge(&SurvivesOddBodies),
            );
        }
    }

    #[test]
    fn fails_when_one_breaks_or_silences_the_receiver() {
        for name in ["deep-nesting", OVERSIZED] {
            assert_eq!(
                failure(answered(200).answered(name, 500).judge(&SurvivesOddBodies)).evidence.len(),
                1,
                "{name}"
            );
            failure(
                answered(200)
                    .went(name, vec![At::Trouble(TroubleKind::TimedOut)])
                    .judge(&SurvivesOddBodies),
            );
        }
        failure(
            answered(200)
                .went("deep-nesting", vec![At::Trouble(TroubleKind::Closed)])
                .judge(&SurvivesOddBodies),
        );
    }

    #[test]
    fn fails_who_thanks_for_what_is_large_and_unsigned() {
        failure(answered(400).answered(OVERSIZED, 200).judge(&SurvivesOddBodies));
    }

    #[test]
    fn leaves_the_blame_to_what_takes_unsigned_events() {
        let outcome = answered(400)
            .answered(OVERSIZED, 200)
            .answered("unsigned", 200)
            .judge(&SurvivesOddBodies);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-rejects-unsigned" });
    }

    #[test]
    fn is_undecided_when_the_receiver_is_busy_or_gone_in_the_end() {
        assert!(matches!(reason(answered(503).judge(&SurvivesOddBodies)), Reason::Ambiguous(_)));
        assert!(matches!(
            reason(answered(200).answered("control-after", 502).judge(&SurvivesOddBodies)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = answered(200).answered("control-before", 500).judge(&SurvivesOddBodies);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
