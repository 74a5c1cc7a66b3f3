//! An event with a name that is not known yet should be taken and left alone.

use crate::conversation::answers::{Reception, baseline, evidence, single};
use crate::conversation::baselines::Baselines;
use crate::conversation::repeat_command;
use crate::conversation::scenarios::{UNKNOWN_EVENT, between_baselines};
use crate::model::{
    Check, CheckMeta, Facts, Finding, Level, Merchant, Needs, Outcome, Probe, Reference, RunFacts,
    Scenario,
};

/// See [`META`].
pub(super) struct IgnoresUnknownEvents;

const META: CheckMeta = CheckMeta {
    id: "webhook-ignores-unknown-events",
    title: "Webhook takes events it does not know and leaves them alone",
    level: Level::Recommended,
    covers: &["WH-08"],
    needs: Needs::Network,
    rationale: "The platform may announce new events at any time, and delivers again what is not \
                answered 200.",
    judged: "A genuinely signed event named `golive.unknown` should be answered 200. A 4xx, a \
             redirect or another 2xx warns, since deliveries would be repeated; a 5xx fails; no \
             answer or a 429 is undecided.",
    remediation: "Answer 200 to verified events whose name you do not handle, and log them.",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for IgnoresUnknownEvents {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([Scenario::single(UNKNOWN_EVENT)])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        baseline(facts)?;
        let exchange = single(facts, UNKNOWN_EVENT.name)?;
        let shown = vec![evidence(exchange, "200")];
        let reception = Reception::of(exchange)?;
        if reception != Reception::Accepted {
            Baselines::of(facts)?;
        }
        let outcome = match reception {
            Reception::Accepted => Outcome::Pass(shown),
            Reception::Refused | Reception::NotOk => Outcome::Warn(Finding::new(
                "an event that the receiver does not know is not answered 200 and would be \
                 delivered again",
                shown,
            )),
            Reception::Broken => {
                Outcome::fail("an event that the receiver does not know breaks it", shown)
            }
        };
        Ok(outcome.repeat(repeat_command::again(facts, UNKNOWN_EVENT.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason, warning};
    use crate::model::Reason;

    #[test]
    fn passes_when_it_is_answered_200() {
        passes(Case::accepted().answered("unknown-event", 200).judge(&IgnoresUnknownEvents));
    }

    #[test]
    fn warns_when_it_is_refused() {
        warning(Case::accepted().answered("unknown-event", 422).judge(&IgnoresUnknownEvents));
    }

    #[test]
    fn fails_when_it_breaks_the_receiver() {
        failure(Case::accepted().answered("unknown-event", 500).judge(&IgnoresUnknownEvents));
    }

    #[test]
    fn is_undecided_when_the_receiver_is_busy() {
        assert!(matches!(
            reason(Case::accepted().answered("unknown-event", 429).judge(&IgnoresUnknownEvents)),
            Reason::Ambiguous(_)
        ));
    }
}
