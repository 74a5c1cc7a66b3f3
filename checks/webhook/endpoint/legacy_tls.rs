//! The webhook's host should no longer speak TLS 1.0 and 1.1.

use crate::conversation::tls::{about, over_tls, speaks_only_old};
use crate::model::{
    Check, CheckMeta, Facts, LegacyTls as Spoken, Level, Merchant, Needs, Outcome, Probe, Reason,
    Reference, RunFacts,
};

/// See [`META`].
pub(super) struct LegacyTlsOff;

const META: CheckMeta = CheckMeta {
    id: "webhook-legacy-tls",
    title: "Webhook no longer speaks TLS 1.0 and 1.1",
    level: Level::Recommended,
    covers: &["SC-18"],
    needs: Needs::Network,
    rationale: "Old versions that are still accepted are what an attacker on the path steers a \
                connection to.",
    judged: "One connection offers TLS 1.0 alone and one TLS 1.1 alone; agreeing to either warns.",
    remediation: "Turn TLS 1.0 and 1.1 off (nginx: ssl_protocols TLSv1.2 TLSv1.3; a load \
                  balancer: its newest security policy).",
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

impl Check for LegacyTlsOff {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::WebhookLegacyTls]
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        over_tls(facts)?;
        let spoken = facts.seen.webhook_legacy_tls.get()?;
        if speaks_only_old(facts) {
            return Err(Reason::Blocked { by: "webhook-tls-version" }.into());
        }
        let observed = match spoken {
            Spoken { tls10: false, tls11: false } => {
                return Ok(Outcome::Pass(vec![about(facts, EXPECTED, "neither is accepted")]));
            }
            Spoken { tls10: true, tls11: true } => "TLS 1.0 and 1.1 are accepted",
            Spoken { tls10: true, tls11: false } => "TLS 1.0 is accepted",
            Spoken { tls10: false, tls11: true } => "TLS 1.1 is accepted",
        };
        Ok(Outcome::warn(
            "the server still speaks old versions of TLS",
            vec![about(facts, EXPECTED, observed)],
        ))
    }
}

const EXPECTED: &str = "only TLS 1.2 or 1.3";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, passes, reason, warning};
    use crate::model::Observed;

    fn case(tls10: bool, tls11: bool) -> Case {
        let mut case = Case::new();
        case.seen.webhook_legacy_tls = Observed::Got(Spoken { tls10, tls11 });
        case
    }

    #[test]
    fn passes_when_neither_is_accepted() {
        passes(case(false, false).judge(&LegacyTlsOff));
    }

    #[test]
    fn warns_about_each() {
        for (tls10, tls11) in [(true, true), (true, false), (false, true)] {
            warning(case(tls10, tls11).judge(&LegacyTlsOff));
        }
    }

    #[test]
    fn waits_for_https() {
        assert_eq!(
            reason(case(true, true).url("http://shop.example/").judge(&LegacyTlsOff)),
            Reason::Blocked { by: "webhook-https" }
        );
    }
}
