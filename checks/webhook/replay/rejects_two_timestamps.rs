//! A fresh timestamp beside the one that was signed must not make a replay fresh.

use crate::conversation::answers::single;
use crate::conversation::baselines::{Negatives, tells_by_answers};
use crate::conversation::scenarios::{
    FORGED_WRONG_SECRET, STALE_DAY, TWO_TIMESTAMPS_SIGNED_FIRST, TWO_TIMESTAMPS_SIGNED_LAST,
    between_baselines, stale, two_timestamps,
};
use crate::model::{
    Check, CheckMeta, Exchange, Facts, Level, Merchant, Needs, Outcome, Probe, Reason, Reference,
    RunFacts, Scenario, Stack, StackFix,
};

/// See [`META`].
pub(super) struct RejectsTwoTimestamps;

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-two-timestamps",
    title: "Webhook refuses replays that bring a fresh timestamp along",
    level: Level::Recommended,
    covers: &["PC-37", "SV-03", "SC-05", "SC-12"],
    needs: Needs::Network,
    rationale: "Where one layer verifies the first `X-TIMESTAMP` and another looks at the age of \
                the last, a recorded event passes both for ever.",
    judged: "An event signed correctly a day ago (longer where `limits.webhook_stale_s` is), with \
             the present time in a second `X-TIMESTAMP`, once behind and once before the signed \
             one, must meet a 4xx, while a genuine event was answered 200 before and after. A 2xx \
             fails; a 3xx, 429, 5xx or no answer is undecided. A receiver that takes day-old \
             events anyway is webhook-rejects-stale's. The platform's pages are silent on this; \
             the demand is golive's. One of the two timestamps fits the signature: sent in `probe` \
             and in `full`, always as a `payment.processing`.",
    remediation: "Read `X-TIMESTAMP` once, refuse a delivery that has two, and verify and judge \
                  the age of that same value.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "req.get('X-TIMESTAMP') joins two of them with a comma: \
                  /^\\d{10}$/.test(timestamp) refuses that.",
        },
        StackFix {
            stack: Stack::Php,
            how: "$_SERVER['HTTP_X_TIMESTAMP'] is the last one behind nginx: take it from there \
                  for the HMAC and for the age.",
        },
        StackFix {
            stack: Stack::Python,
            how: "Read request.headers['X-TIMESTAMP'] into one variable; where a proxy checks \
                  ages, have it drop all but one.",
        },
        StackFix {
            stack: Stack::Java,
            how: "if (Collections.list(request.getHeaders(\"X-TIMESTAMP\")).size() != 1) return \
                  ResponseEntity.status(401).build();",
        },
    ],
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for RejectsTwoTimestamps {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        let [_, day] = stale(merchant);
        between_baselines(
            two_timestamps(merchant)
                .into_iter()
                .chain([day, Scenario::single(FORGED_WRONG_SECRET)]),
        )
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        tells_by_answers(facts)?;
        let both = Negatives::of(facts, &[TWO_TIMESTAMPS_SIGNED_FIRST, TWO_TIMESTAMPS_SIGNED_LAST]);
        let takes_any = single(facts, STALE_DAY)
            .ok()
            .and_then(Exchange::status)
            .is_some_and(|status| (200..300).contains(&status));
        if !both.accepted.is_empty() && takes_any {
            return Err(Reason::Blocked { by: "webhook-rejects-stale" }.into());
        }
        Ok(both.judge(
            facts,
            "a replay is accepted for the fresh timestamp beside the one that was signed",
            |_| None,
        )?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::TroubleKind;

    const BOTH: [&str; 2] = [TWO_TIMESTAMPS_SIGNED_FIRST, TWO_TIMESTAMPS_SIGNED_LAST];

    fn refused() -> Case {
        Case::accepted().all_answered(BOTH, 401).answered(STALE_DAY, 401)
    }

    #[test]
    fn passes_when_both_orders_are_refused() {
        passes(refused().judge(&RejectsTwoTimestamps));
    }

    #[test]
    fn fails_either_order_and_says_how_to_repeat_it() {
        for name in BOTH {
            assert!(
                failure(refused().answered(name, 200).judge(&RejectsTwoTimestamps))
                    .repeat
                    .is_some()
            );
        }
    }

    #[test]
    fn leaves_the_blame_to_the_receiver_that_takes_old_events_anyway() {
        let outcome =
            refused().answered(BOTH[0], 200).answered(STALE_DAY, 200).judge(&RejectsTwoTimestamps);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-rejects-stale" });
    }

    #[test]
    fn is_undecided_without_an_answer() {
        let outcome = refused()
            .went(BOTH[1], vec![At::Trouble(TroubleKind::Reset)])
            .judge(&RejectsTwoTimestamps);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_the_control_fails_in_the_end() {
        assert!(matches!(
            reason(refused().answered("control-after", 403).judge(&RejectsTwoTimestamps)),
            Reason::Blocked { by: "webhook-reachable" }
        ));
    }
}
