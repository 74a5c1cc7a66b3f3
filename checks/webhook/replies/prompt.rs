//! The answer must come quickly.

use std::time::Duration;

use crate::conversation::answers::{baseline, single};
use crate::conversation::scenarios::{BASELINE_AFTER, between_baselines};
use crate::model::{
    Check, CheckMeta, Evidence, Exchange, Facts, Finding, Level, Merchant, Needs, Outcome, Plain,
    Probe, Reference, RunFacts, Stack, StackFix, Subject,
};
use crate::text;

/// See [`META`].
pub(super) struct Prompt;

const META: CheckMeta = CheckMeta {
    id: "webhook-prompt",
    title: "Webhook answers quickly",
    level: Level::Required,
    covers: &["WH-04", "WH-15"],
    needs: Needs::Network,
    rationale: "The platform gives up on a slow receiver and delivers again, so that slowness \
                turns into duplicates and lost events.",
    judged: "The time from the first byte of the genuine events sent alone, before and after all \
             others, to the last byte of their answers. Above 5 s warns, above 10 s fails; both \
             limits are golive's (`limits.webhook_slow_ms`, `limits.webhook_too_slow_ms`), the \
             platform names none. Deliveries sent beside others are not counted.",
    remediation: "Verify and store the event, answer 200, and do the work afterwards.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "Insert the event, res.sendStatus(200), then let a worker (BullMQ, pg-boss) \
                  process it.",
        },
        StackFix {
            stack: Stack::Php,
            how: "Laravel: ProcessKwikPaisaEvent::dispatch($event) onto a queue; plain PHP: \
                  fastcgi_finish_request() after the 200.",
        },
        StackFix {
            stack: Stack::Python,
            how: "Celery or RQ: process.delay(event_id), then return 200.",
        },
        StackFix {
            stack: Stack::Java,
            how: "Store the event, return ResponseEntity.ok(), and process it in a @Scheduled or \
                  queue listener.",
        },
    ],
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for Prompt {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let limits = &facts.merchant.limits;
        let (slow, too_slow) = (
            Duration::from_millis(limits.webhook_slow_ms),
            Duration::from_millis(limits.webhook_too_slow_ms),
        );
        let mut controls = vec![baseline(facts)?];
        controls.extend(single(facts, BASELINE_AFTER.name).ok().filter(|after| after.accepted()));
        let shown = controls.iter().map(|exchange| took(exchange, slow)).collect();
        let longest =
            controls.iter().map(|exchange| exchange.times.answer()).max().unwrap_or_default();
        Ok(if longest > too_slow {
            Outcome::fail(
                text!(
                    "a genuine event was answered after {}, more than {} (golive's limit)",
                    longest,
                    too_slow
                ),
                shown,
            )
        } else if longest > slow {
            Outcome::Warn(Finding::new(
                text!(
                    "a genuine event was answered after {}, more than {} (golive's limit)",
                    longest,
                    slow
                ),
                shown,
            ))
        } else {
            Outcome::Pass(shown)
        })
    }
}

fn took(exchange: &Exchange, slow: Duration) -> Evidence {
    let subject = Subject::Delivery(text!("{}", Plain(&exchange.name)));
    Evidence::of(
        subject,
        text!("at most {} (golive's limit)", slow),
        text!("{}", exchange.times.answer()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason, warning};
    use crate::model::Reason;

    #[test]
    fn passes_quick_answers() {
        passes(Case::accepted().judge(&Prompt));
    }

    #[test]
    fn warns_about_slow_answers() {
        warning(Case::accepted().took("control-after", 6_000).judge(&Prompt));
    }

    #[test]
    fn fails_very_slow_answers() {
        let finding = failure(Case::accepted().took("control-before", 11_000).judge(&Prompt));
        assert!(finding.message.as_str().contains("11 s"));
    }

    #[test]
    fn counts_no_answer_that_was_not_200() {
        passes(
            Case::accepted()
                .answered("control-after", 503)
                .took("control-after", 20_000)
                .judge(&Prompt),
        );
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = Case::accepted().answered("control-before", 500).judge(&Prompt);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
