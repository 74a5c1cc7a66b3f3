//! The webhook takes POST; other methods are none of its business.

use crate::conversation::answers::{baseline, evidence, single};
use crate::conversation::repeat_command;
use crate::conversation::scenarios::{METHOD_GET, METHOD_PUT, UNSIGNED, between_baselines};
use crate::model::{
    Check, CheckMeta, Evidence, Exchange, Facts, Finding, Level, Merchant, Needs, Outcome, Probe,
    Reason, Reference, RunFacts, Scenario,
};
use crate::text;

/// See [`META`].
pub(super) struct PostOnly;

const META: CheckMeta = CheckMeta {
    id: "webhook-post-only",
    title: "Webhook accepts only POST",
    level: Level::Recommended,
    covers: &["WH-03"],
    needs: Needs::Network,
    rationale: "A handler bound to every method is reachable past rules that were written for \
                POST.",
    judged: "An unsigned event by GET and by PUT should meet anything but a 2xx: 405, 404 and 401 \
             are equally right. A 2xx to PUT fails; a 2xx to GET warns, since it may be a plain \
             page of the same path; no answer is undecided.",
    remediation: "Bind the handler to POST only and return 405 or 404 for other methods.",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for PostOnly {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([UNSIGNED, METHOD_GET, METHOD_PUT].map(Scenario::single))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        baseline(facts)?;
        let (get, put) = (single(facts, METHOD_GET.name)?, single(facts, METHOD_PUT.name)?);
        let shown = vec![evidence(get, EXPECTED), evidence(put, EXPECTED)];
        if single(facts, UNSIGNED.name).is_ok_and(is_taken) && (is_taken(get) || is_taken(put)) {
            return Err(Reason::Blocked { by: "webhook-rejects-unsigned" }.into());
        }
        Ok(if is_taken(put) {
            Outcome::fail("an event by PUT is taken", of(put))
                .repeat(repeat_command::again(facts, &put.name))
        } else if is_taken(get) {
            let finding = Finding::new(
                "GET is answered as if all were well; it should be a plain page, not the handler",
                of(get),
            );
            Outcome::Warn(finding).repeat(repeat_command::again(facts, &get.name))
        } else if let Some(trouble) =
            [get, put].into_iter().find_map(|exchange| exchange.answer.as_ref().err())
        {
            return Err(Reason::Transport(text!("{}", trouble)).into());
        } else {
            Outcome::Pass(shown)
        })
    }
}

const EXPECTED: &str = "anything but a 2xx";

fn of(exchange: &Exchange) -> Vec<Evidence> {
    vec![evidence(exchange, EXPECTED)]
}

fn is_taken(exchange: &Exchange) -> bool {
    exchange.status().is_some_and(|status| (200..300).contains(&status))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason, warning};
    use crate::model::TroubleKind;

    fn refused(status: u16) -> Case {
        Case::accepted()
            .answered("unsigned", 401)
            .all_answered(["method-get", "method-put"], status)
    }

    #[test]
    fn passes_whatever_the_refusal_looks_like() {
        for status in [301, 401, 404, 405, 501] {
            passes(refused(status).judge(&PostOnly));
        }
    }

    #[test]
    fn fails_when_put_is_taken() {
        failure(refused(405).answered("method-put", 200).judge(&PostOnly));
    }

    #[test]
    fn warns_when_get_is_answered() {
        warning(refused(405).answered("method-get", 200).judge(&PostOnly));
    }

    #[test]
    fn leaves_the_blame_to_what_takes_unsigned_events() {
        let outcome = refused(200).answered("unsigned", 200).judge(&PostOnly);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-rejects-unsigned" });
    }

    #[test]
    fn is_undecided_without_an_answer() {
        let outcome = refused(405)
            .went("method-get", vec![At::Trouble(TroubleKind::TimedOut)])
            .judge(&PostOnly);
        assert!(matches!(reason(outcome), Reason::Transport(_)));
    }
}
