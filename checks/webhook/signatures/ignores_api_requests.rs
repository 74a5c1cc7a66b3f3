//! The secret that signs events signs API requests too: one that is turned round must do nothing.

use crate::conversation::answers::{breaks, settled};
use crate::conversation::answers::{evidence, nth, scenario, single};
use crate::conversation::baselines::Baselines;
use crate::conversation::effects::{counted, every, is_applied_once, unfinished};
use crate::conversation::scenarios::{
    API_REQUEST, API_REQUEST_EFFECTS, MALFORMED_NOT_AN_EVENT, api_request_effects,
    between_baselines, once_sequential,
};
use crate::model::{
    Check, CheckMeta, Evidence, Exchange, Facts, Level, Merchant, Needs, Outcome, Probe, Reason,
    Reference, RunFacts, Scenario, Stack, StackFix, Subject,
};
use crate::text;

/// See [`META`].
pub(super) struct IgnoresApiRequests;

const META: CheckMeta = CheckMeta {
    id: "webhook-ignores-api-requests",
    title: "Webhook does nothing for a signed API request",
    level: Level::Recommended,
    covers: &["WH-26", "SC-06"],
    needs: Needs::Network,
    attestable: true,
    waivable: false,
    rationale: "One secret signs what you send and what you receive, so every request that you \
                ever signed is, to a receiver that looks no further, a signed delivery.",
    judged: "The attack: the body of the read-only order-status request, `{\"order_id\":…}`, \
             signed as your own system signs it, is sent to the webhook; it is never another \
             request than that one. A 4xx passes. A 5xx, silence or a broken connection fails. A \
             200 may be thanks for something that is ignored, so that in `probe` it is undecided \
             and a person may answer for it. With `--deliver full`, a test order and \
             `[webhook.effects]` it is sent about that order, and must have no effect where \
             another order showed that genuine events have one; an effect fails, and the item is \
             then required. The platform's pages are silent on this; the demand is golive's.",
    remediation: "Act on a delivery only when it has an `event` that you know and a `data` \
                  object, and answer 400 to the rest.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "if (typeof event.event !== 'string' || typeof event.data !== 'object' || \
                  event.data === null) return res.sendStatus(400);",
        },
        StackFix {
            stack: Stack::Php,
            how: "if (!is_string($event['event'] ?? null) || !is_array($event['data'] ?? null)) { \
                  http_response_code(400); exit; }",
        },
        StackFix {
            stack: Stack::Python,
            how: "if not isinstance(event.get('event'), str) or not isinstance(event.get('data'), \
                  dict): abort(400)",
        },
        StackFix {
            stack: Stack::Java,
            how: "if (!node.path(\"event\").isTextual() || !node.path(\"data\").isObject()) \
                  return ResponseEntity.badRequest().build();",
        },
    ],
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for IgnoresApiRequests {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        match counts(facts) {
            Ok((before, after)) if after > before => Level::Required,
            Ok(_) | Err(_) => META.level,
        }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([
            Scenario::single(API_REQUEST),
            Scenario::single(MALFORMED_NOT_AN_EVENT),
            once_sequential(merchant),
            api_request_effects(merchant),
        ])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let counted = counts(facts);
        if let Ok((before, after)) = counted
            && after > before
        {
            return Ok(Outcome::fail(
                "an API request, turned round, was applied as an event",
                vec![effects(before, after)],
            ));
        }
        let seen: Vec<&Exchange> = single(facts, API_REQUEST.name).into_iter().collect();
        let controls = Baselines::around(facts, &seen)?;
        let asked = [
            single(facts, API_REQUEST.name),
            scenario(facts, API_REQUEST_EFFECTS).and_then(|seen| nth(seen, 0)),
        ];
        let broken: Vec<&Exchange> =
            asked.iter().flatten().copied().filter(|exchange| breaks(exchange)).collect();
        if !broken.is_empty() {
            if single(facts, MALFORMED_NOT_AN_EVENT.name).is_ok_and(breaks) {
                return Err(Reason::Blocked { by: "webhook-survives-malformed" }.into());
            }
            let shown = broken.iter().map(|exchange| evidence(exchange, EITHER)).collect();
            return Ok(Outcome::fail("an API request, turned round, breaks the receiver", shown));
        }
        let [alone, about_order] = asked;
        let alone = alone?;
        let mut shown = controls.evidence();
        shown.push(settled(alone, EITHER)?);
        match (counted, about_order) {
            (Ok((before, after)), Ok(about_order)) if is_applied_once(facts) => {
                shown.push(settled(about_order, EITHER)?);
                shown.push(effects(before, after));
                Ok(Outcome::Pass(shown))
            }
            // Refused is refused, whatever could be counted.
            _ if alone.refused() => Ok(Outcome::Pass(shown)),
            (Ok((before, _)), _) => {
                Err(crate::conversation::effects::without_effect(API_REQUEST_EFFECTS, before)
                    .into())
            }
            (Err(reason), _) => Err(reason.into()),
        }
    }
}

const EITHER: &str = "a 4xx, or a 200 without effect";

/// How often the order was credited before and after the request.
fn counts(facts: &Facts<'_>) -> Result<(u64, u64), Reason> {
    match every(counted(facts, API_REQUEST_EFFECTS, META.id)?)?[..] {
        [before, after] => Ok((before, after)),
        _ => Err(unfinished()),
    }
}

fn effects(before: u64, after: u64) -> Evidence {
    Evidence::of(
        Subject::Delivery(API_REQUEST_EFFECTS.into()),
        "no effect of the request",
        text!("{} before, {} after", before, after),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::{Deliver, NotMade, TroubleKind};

    fn probe(status: u16) -> Case {
        let needs = NotMade::Deliver { is: Deliver::Probe, needs: Deliver::Full };
        Case::accepted()
            .answered("api-request", status)
            .not_made("api-request-effects", needs.clone())
            .not_made("once-sequential", needs)
    }

    fn full(status: u16, before: u64, after: u64) -> Case {
        let once = vec![
            At::Effects(0),
            At::Status(200),
            At::Effects(1),
            At::Status(200),
            At::Status(200),
            At::Effects(1),
        ];
        Case::accepted().answered("api-request", status).went("once-sequential", once).went(
            "api-request-effects",
            vec![At::Effects(before), At::Status(status), At::Effects(after)],
        )
    }

    #[test]
    fn passes_when_it_is_refused() {
        passes(probe(400).judge(&IgnoresApiRequests));
        passes(full(400, 0, 0).judge(&IgnoresApiRequests));
    }

    #[test]
    fn passes_thanks_without_effect_where_genuine_events_have_one() {
        passes(full(200, 0, 0).judge(&IgnoresApiRequests));
    }

    #[test]
    fn fails_an_effect_and_is_required_then() {
        for status in [200, 400, 500] {
            let case = full(status, 0, 1);
            failure(case.judge(&IgnoresApiRequests));
            assert_eq!(IgnoresApiRequests.level(&case.facts()), Level::Required);
        }
        assert_eq!(IgnoresApiRequests.level(&full(200, 0, 0).facts()), Level::Recommended);
    }

    #[test]
    fn fails_when_it_breaks_the_receiver() {
        failure(probe(500).judge(&IgnoresApiRequests));
        failure(
            probe(400)
                .went("api-request", vec![At::Trouble(TroubleKind::Closed)])
                .judge(&IgnoresApiRequests),
        );
        failure(
            full(400, 0, 0)
                .went("api-request-effects", vec![At::Effects(0), At::Status(500), At::Effects(0)])
                .judge(&IgnoresApiRequests),
        );
    }

    #[test]
    fn leaves_the_blame_to_what_breaks_on_all_that_is_no_event() {
        let outcome = probe(500).answered("malformed-not-an-event", 500).judge(&IgnoresApiRequests);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-survives-malformed" });
    }

    #[test]
    fn thanks_show_nothing_below_full() {
        let Reason::NoWayToObserve(why) = reason(probe(200).judge(&IgnoresApiRequests)) else {
            panic!("no way to observe")
        };
        assert!(why.as_str().contains("attest.webhook-ignores-api-requests"));
    }

    #[test]
    fn thanks_show_nothing_where_genuine_events_had_no_effect() {
        let case = full(200, 0, 0)
            .went("once-sequential", vec![At::Effects(0), At::Status(200), At::Effects(0)]);
        assert!(matches!(reason(case.judge(&IgnoresApiRequests)), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_the_receiver_is_busy() {
        assert!(matches!(reason(probe(503).judge(&IgnoresApiRequests)), Reason::Ambiguous(_)));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = probe(400).answered("control-before", 500).judge(&IgnoresApiRequests);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
