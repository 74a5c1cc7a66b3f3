//! A body well above the usual length must be taken.

use crate::conversation::answers::{Reception, baseline, evidence, single};
use crate::conversation::baselines::Baselines;
use crate::conversation::measurements::Bodies;
use crate::conversation::scenarios::{BODY_SIZES, between_baselines};
use crate::model::{
    Check, CheckMeta, Evidence, Facts, Merchant, Needs, Outcome, Probe, Reason, Reference,
    RunFacts, Scenario, Stack, StackFix, Subject,
};
use crate::text;

/// See [`META`].
pub(super) struct TakesLongBodies;

const META: CheckMeta = CheckMeta {
    id: "webhook-takes-long-bodies",
    title: "Webhook takes bodies well above the usual length",
    covers: &["WH-05"],
    needs: Needs::Network,
    rationale: "The platform may add fields, or an order a long note; an event that is refused \
                for its length is delivered in vain for ever.",
    judged: "Genuine `payment.processing` events with a further text field that makes the body 1, \
             2, 4 … 1,024 KiB long, beside one another. Each of up to \
             `limits.webhook_body_least_bytes` must be answered 200: 4 KiB, ten times what the \
             platform's page shows, golive's limit. Longer ones are measured and not judged: to \
             refuse them is wise. Where 1 KiB is refused too, it may be for the further field, \
             and nothing is told of the length.",
    remediation: "Raise the limit of the webhook's body, in the framework and in what stands \
                  before it, to some tens of KiB.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "express.raw({ type: '*/*', limit: '64kb' }); nginx: client_max_body_size 64k.",
        },
        StackFix {
            stack: Stack::Php,
            how: "post_max_size = 1M in php.ini; nginx: client_max_body_size 64k.",
        },
        StackFix {
            stack: Stack::Python,
            how: "Django: DATA_UPLOAD_MAX_MEMORY_SIZE = 65536; Flask: MAX_CONTENT_LENGTH = 65536.",
        },
        StackFix {
            stack: Stack::Java,
            how: "server.tomcat.max-http-form-post-size does not count for JSON: look at the \
                  proxy, and at spring.codec.max-in-memory-size.",
        },
    ],
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for TakesLongBodies {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines(BODY_SIZES.map(|(_, delivery)| Scenario::single(delivery)))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        baseline(facts)?;
        let bodies = Bodies::of(facts)?;
        let least = facts.merchant.limits.webhook_body_least_bytes;
        let mut shown = Vec::new();
        for (kib, delivery) in
            BODY_SIZES.into_iter().filter(|(kib, _)| u64::from(*kib) * 1_024 <= least)
        {
            let exchange = single(facts, delivery.name)?;
            if Reception::of(exchange)? == Reception::Accepted {
                shown.push(evidence(exchange, "200"));
                continue;
            }
            Baselines::of(facts)?;
            if bodies.accepted_kib.is_none() {
                return Err(Reason::Ambiguous(text!(
                    "{} KiB was answered {} already, so that it may be the further field of these \
                     events and not their length",
                    kib,
                    exchange.outcome()
                ))
                .into());
            }
            let at_least = text!("200 up to {} bytes (golive's limit)", least);
            return Ok(Outcome::fail(
                text!("an event of {} KiB is refused for its length", kib),
                vec![evidence(exchange, at_least)],
            ));
        }
        let observed = text!(
            "accepted up to {} KiB; {}",
            bodies.accepted_kib.unwrap_or_default(),
            bodies.words()
        );
        let expected = text!("accepted up to {} bytes at least (golive's limit)", least);
        shown.push(Evidence::of(Subject::Delivery("body-of-n-kib".into()), expected, observed));
        Ok(Outcome::Pass(shown))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::TroubleKind;

    fn accepted() -> Case {
        BODY_SIZES
            .iter()
            .fold(Case::accepted(), |case, (_, delivery)| case.answered(delivery.name, 200))
    }

    #[test]
    fn passes_all_lengths_and_those_up_to_the_limit() {
        passes(accepted().judge(&TakesLongBodies));
        let from = |refused: u32| {
            BODY_SIZES
                .iter()
                .filter(move |(kib, _)| *kib >= refused)
                .map(|(_, delivery)| delivery.name)
        };
        passes(accepted().all_answered(from(8), 413).judge(&TakesLongBodies));
        let cut_off = from(512)
            .fold(accepted(), |case, name| case.went(name, vec![At::Trouble(TroubleKind::Reset)]));
        passes(cut_off.judge(&TakesLongBodies));
    }

    #[test]
    fn fails_a_limit_that_the_next_field_may_cross() {
        let finding = failure(accepted().answered("body-of-4-kib", 413).judge(&TakesLongBodies));
        assert_eq!(finding.message.as_str(), "an event of 4 KiB is refused for its length");
        failure(accepted().answered("body-of-2-kib", 500).judge(&TakesLongBodies));
    }

    #[test]
    fn the_limit_in_force_counts() {
        let mut case = accepted().answered("body-of-64-kib", 413);
        passes(case.judge(&TakesLongBodies));
        case.merchant.limits.webhook_body_least_bytes = 100_000;
        failure(case.judge(&TakesLongBodies));
    }

    #[test]
    fn cannot_tell_where_the_shortest_is_refused_too() {
        let all = BODY_SIZES.map(|(_, delivery)| delivery.name);
        assert!(matches!(
            reason(accepted().all_answered(all, 422).judge(&TakesLongBodies)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn cannot_tell_where_no_answer_came_or_the_receiver_was_busy() {
        assert!(matches!(
            reason(accepted().answered("body-of-2-kib", 429).judge(&TakesLongBodies)),
            Reason::Ambiguous(_)
        ));
        let reset = accepted().went("body-of-4-kib", vec![At::Trouble(TroubleKind::Reset)]);
        assert!(matches!(reason(reset.judge(&TakesLongBodies)), Reason::Transport(_)));
        assert!(matches!(reason(Case::accepted().judge(&TakesLongBodies)), Reason::Own(_)));
        let barred = accepted().answered("body-of-4-kib", 403).answered("control-after", 403);
        assert!(matches!(
            reason(barred.judge(&TakesLongBodies)),
            Reason::Blocked { by: "webhook-reachable" }
        ));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = accepted().answered("control-before", 500).judge(&TakesLongBodies);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
