//! Answers must not hold what only the merchant should know.

use crate::conversation::answers::{baseline, evidence, single};
use crate::conversation::scenarios::{
    BASELINE_AFTER, MALFORMED_SIGNED, UNSIGNED, between_baselines,
};
use crate::model::{
    Check, CheckMeta, Evidence, Exchange, Facts, Finding, Leak, Level, Merchant, Needs, Observed,
    Outcome, Plain, Probe, Reference, RunFacts, Scenario, Subject,
};
use crate::text;

/// See [`META`].
pub(super) struct LeaksNothing;

const META: CheckMeta = CheckMeta {
    id: "webhook-leaks-nothing",
    title: "Webhook answers hold no secret, signature or stack trace",
    level: Level::Required,
    covers: &["PC-73", "SC-13"],
    needs: Needs::Network,
    waivable: false,
    rationale: "What an answer holds, anybody can read who sends a request; a receiver that shows \
                the right signature signs for everyone.",
    judged: "Every answer of the conversation is looked through. A configured secret, a signature \
             or a stack trace in one fails. To pass, the genuine event must have been answered \
             200.",
    remediation: "Answer with a status and a short word, and turn the framework's debug mode off \
                  in production.",
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

impl Check for LeaksNothing {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([UNSIGNED, MALFORMED_SIGNED].map(Scenario::single))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let leaks: Vec<(&Exchange, Leak)> = exchanges(facts).flat_map(leaks).collect();
        if let Some((_, worst)) = leaks.iter().min_by_key(|(_, leak)| *leak) {
            let shown = leaks
                .iter()
                .take(SHOWN)
                .map(|(exchange, leak)| evidence_of(exchange, *leak))
                .collect();
            return Ok(match worst {
                Leak::Secret(slot) => Outcome::Fail(
                    Finding::new(text!("an answer holds the value of `{}`", slot.key()), shown)
                        .fix(
                            "Find what writes the secret into the answer, stop it, and replace \
                             the secret: whoever asked has it",
                        ),
                ),
                Leak::Signature => Outcome::fail("an answer holds a signature", shown),
                Leak::StackTrace => Outcome::fail("an answer holds a stack trace", shown),
            });
        }
        let answered = baseline(facts)?;
        let count = exchanges(facts).filter(|exchange| exchange.answer.is_ok()).count();
        let whole = Evidence::of(
            Subject::Run("all answers of the conversation"),
            "no secret, signature or stack trace",
            text!("none in {} answers", count),
        );
        let mut shown = vec![evidence(answered, "no secret, signature or stack trace")];
        shown.extend(
            single(facts, BASELINE_AFTER.name)
                .ok()
                .map(|after| evidence(after, "no secret, signature or stack trace")),
        );
        shown.push(whole);
        Ok(Outcome::Pass(shown))
    }
}

/// How many leaks a finding shows.
const SHOWN: usize = 5;

/// Everything the webhook's host was asked.
fn exchanges<'a>(facts: &Facts<'a>) -> impl Iterator<Item = &'a Exchange> {
    let scenarios = facts
        .seen
        .scenarios
        .values()
        .filter_map(|seen| seen.get().ok())
        .flat_map(|scenario| scenario.exchanges());
    let plain = match &facts.seen.webhook_plain_http {
        Observed::Got(exchange) => Some(exchange),
        Observed::Trouble(_) | Observed::NotMade(_) | Observed::NotPlanned => None,
    };
    scenarios.chain(plain)
}

fn leaks(exchange: &Exchange) -> impl Iterator<Item = (&Exchange, Leak)> {
    exchange
        .answer
        .iter()
        .flat_map(move |answer| answer.leaks.iter().map(move |leak| (exchange, *leak)))
}

fn evidence_of(exchange: &Exchange, leak: Leak) -> Evidence {
    let observed = match leak {
        Leak::Secret(slot) => text!("the value of `{}`", slot.key()),
        Leak::Signature => "the signature of the delivery".into(),
        Leak::StackTrace => "a stack trace".into(),
    };
    Evidence::of(
        Subject::Delivery(text!("{}", Plain(&exchange.name))),
        "nothing of the kind",
        observed,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason};
    use crate::model::{Reason, Slot};

    fn answered() -> Case {
        Case::accepted().answered("unsigned", 401)
    }

    #[test]
    fn passes_when_no_answer_holds_anything() {
        passes(answered().judge(&LeaksNothing));
    }

    #[test]
    fn fails_a_secret_first_of_all() {
        let case = answered()
            .leaked("unsigned", Leak::StackTrace)
            .leaked("control-before", Leak::Secret(Slot::SecretKey));
        let finding = failure(case.judge(&LeaksNothing));
        assert!(finding.message.as_str().contains("api.secret_key"));
        assert_eq!(finding.evidence.len(), 2);
    }

    #[test]
    fn fails_a_signature_even_without_a_control() {
        failure(
            Case::new()
                .answered("unsigned", 401)
                .leaked("unsigned", Leak::Signature)
                .judge(&LeaksNothing),
        );
    }

    #[test]
    fn fails_a_stack_trace() {
        failure(answered().leaked("unsigned", Leak::StackTrace).judge(&LeaksNothing));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = answered().answered("control-before", 401).judge(&LeaksNothing);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
