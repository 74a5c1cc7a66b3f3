//! Production must not take what the sandbox signed.

use crate::conversation::forgeries::Forgeries;
use crate::conversation::scenarios::{
    SANDBOX_SECRET, between_baselines, is_live, sandbox_secret, sandbox_secret_is_tried,
};
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Facts, Level, Merchant, Needs, Outcome, Probe, Reason, Reference, RunFacts,
    Scenario,
};

/// See [`META`].
pub(super) struct RejectsSandboxSecret;

const META: CheckMeta = CheckMeta {
    id: "webhook-rejects-sandbox-secret",
    title: "Webhook refuses events signed with the sandbox secret",
    // Also without `[sandbox]`: leaving it out must not make a report greener.
    level: Level::Required,
    covers: &["IP-12", "PC-72"],
    needs: Needs::Network,
    attestable: true,
    waivable: false,
    rationale: "Events carry no mark of their environment; a receiver that tries both secrets \
                takes play money for real.",
    judged: "With `sandbox.secret_key` configured, an event signed with it must meet a 4xx, while \
             a genuine one was answered 200 before and after; a 2xx fails; where a test order \
             shows that the same forgery is accepted and has no effect, it warns. Without that \
             secret nothing can be seen, and a person may answer for it.",
    remediation: "Verify production webhooks with the production secret alone, and deploy the \
                  sandbox on an address of its own.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for RejectsSandboxSecret {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        if sandbox_secret_is_tried(merchant) {
            between_baselines([Scenario::single(SANDBOX_SECRET)])
        } else {
            Vec::new()
        }
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let Some(secret) = sandbox_secret(facts.merchant) else {
            return Err(Reason::NoWayToObserve(
                "`sandbox.secret_key` is not set, so nothing could be signed with it; set it, or \
                 have a person answer for this under `[attest.webhook-rejects-sandbox-secret]`"
                    .into(),
            )
            .into());
        };
        if is_live(secret) {
            return Err(Reason::Blocked { by: "api-sandbox-separate" }.into());
        }
        SIGNED_SO.judge(facts)
    }
}

const SIGNED_SO: Forgeries = Forgeries {
    meta: &META,
    more: &[SANDBOX_SECRET],
    payouts: &[],
    accepted: "production accepts an event signed with the sandbox secret",
    by_hand: |_| None,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason, warning};
    use crate::conversation::scenarios::{REFUSED_EFFECTS, refused_effects};
    use crate::model::{Credential, Sandbox, SecretFacts, Slot};

    fn case(equals: Vec<Slot>) -> Case {
        let mut case = Case::accepted();
        let live = case.merchant.secret(Slot::SecretKey).expect("a secret").clone();
        let secret_key = Some(Credential::Found(SecretFacts { equals, ..live }));
        case.merchant.sandbox = Some(Sandbox { secret_key, ..Sandbox::default() });
        case
    }

    #[test]
    fn passes_when_it_is_refused() {
        passes(case(Vec::new()).answered("sandbox-secret", 401).judge(&RejectsSandboxSecret));
    }

    #[test]
    fn fails_when_it_is_accepted() {
        failure(case(Vec::new()).answered("sandbox-secret", 200).judge(&RejectsSandboxSecret));
    }

    #[test]
    fn warns_when_it_is_accepted_and_has_no_effect() {
        let settling = |effects: [u64; 3]| {
            let [before, forged, genuine] = effects.map(At::Effects);
            let steps = vec![before, At::Status(200), forged, genuine];
            case(Vec::new())
                .answered("sandbox-secret", 200)
                .went(REFUSED_EFFECTS, steps)
                .named(REFUSED_EFFECTS, "sandbox-secret")
        };
        warning(settling([0, 0, 1]).judge(&RejectsSandboxSecret));
        failure(settling([0, 1, 1]).judge(&RejectsSandboxSecret));
        failure(settling([0, 0, 0]).judge(&RejectsSandboxSecret));
    }

    #[test]
    fn is_tried_where_it_settles_something_too() {
        let settles = |case: &Case| {
            refused_effects(&case.merchant)
                .deliveries()
                .any(|delivery| delivery.name == SANDBOX_SECRET.name)
        };
        assert!(
            settles(&case(Vec::new()))
                && !settles(&case(vec![Slot::SecretKey]))
                && !settles(&Case::accepted())
        );
    }

    #[test]
    fn cannot_be_seen_without_a_sandbox_secret() {
        assert!(matches!(
            reason(Case::accepted().judge(&RejectsSandboxSecret)),
            Reason::NoWayToObserve(_)
        ));
    }

    #[test]
    fn waits_for_secrets_that_differ() {
        let case = case(vec![Slot::SecretKey]);
        assert!(RejectsSandboxSecret.plan(&case.merchant, &case.run).is_empty());
        assert_eq!(
            reason(case.judge(&RejectsSandboxSecret)),
            Reason::Blocked { by: "api-sandbox-separate" }
        );
    }
}
