//! The webhook must speak TLS 1.2 or newer.

use crate::conversation::tls::{about, at_every_address, speaks_only_old};
use crate::model::{
    Check, CheckMeta, Facts, Level, Merchant, Needs, Outcome, Plain, Probe, Quoted, Reason,
    Reference, RunFacts, Tls, Trust,
};
use crate::text;

/// See [`META`].
pub(super) struct TlsVersion;

const META: CheckMeta = CheckMeta {
    id: "webhook-tls-version",
    title: "Webhook speaks TLS 1.2 or newer",
    level: Level::Required,
    covers: &["PC-17"],
    needs: Needs::Network,
    rationale: "Senders of today speak nothing older, and what is older can be broken.",
    judged: "A handshake must end in TLS 1.2 or 1.3. A server that was seen to speak TLS 1.0 or \
             1.1 and nothing newer fails; a handshake that fails for another reason is left to \
             webhook-reachable.",
    remediation: "Enable TLS 1.2 and 1.3 (nginx: ssl_protocols TLSv1.2 TLSv1.3) with cipher \
                  suites that have forward secrecy.",
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

impl Check for TlsVersion {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::WebhookTls, Probe::WebhookLegacyTls, Probe::WebhookAddresses]
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        at_every_address(facts, |tls| judge(facts, tls))
    }
}

/// Judges what one address shows.
fn judge(facts: &Facts<'_>, tls: &Tls) -> anyhow::Result<Outcome> {
    if let Some(version) = &tls.version {
        let suite = tls.suite.as_deref().unwrap_or("a suite that was not recorded");
        return Ok(Outcome::Pass(vec![about(
            facts,
            EXPECTED,
            text!("{} with {}", Plain(version), Quoted(suite)),
        )]));
    }
    if speaks_only_old(facts) {
        let evidence = vec![about(facts, EXPECTED, "only TLS 1.0 or 1.1")];
        return Ok(Outcome::fail("the server speaks nothing newer than TLS 1.1", evidence));
    }
    Err(match &tls.trust {
        Trust::NoHandshake(words) | Trust::Other(words) => Reason::Transport(text!(
            "the handshake failed, and not over its version: {}",
            Quoted(words)
        )),
        Trust::Trusted
        | Trust::Expired
        | Trust::NotYetValid
        | Trust::WrongName
        | Trust::SelfSigned
        | Trust::MissingIntermediate
        | Trust::UnknownIssuer
        | Trust::Revoked => Reason::Transport("the handshake did not come to its end".into()),
    }
    .into())
}

const EXPECTED: &str = "TLS 1.2 or 1.3";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason, tls};
    use crate::model::{LegacyTls, Observed};

    fn none() -> Case {
        Case::with_tls(Tls {
            version: None,
            chain: Vec::new(),
            ..tls(Trust::NoHandshake("received fatal alert: ProtocolVersion".to_owned()))
        })
    }

    #[test]
    fn passes_what_is_new_enough() {
        passes(Case::with_tls(tls(Trust::Trusted)).judge(&TlsVersion));
        passes(Case::with_tls(tls(Trust::SelfSigned)).judge(&TlsVersion));
    }

    #[test]
    fn fails_a_server_that_speaks_only_old_tls() {
        let mut case = none();
        case.seen.webhook_legacy_tls = Observed::Got(LegacyTls { tls10: true, tls11: false });
        failure(case.judge(&TlsVersion));
    }

    #[test]
    fn is_undecided_when_the_handshake_failed_otherwise() {
        assert!(matches!(reason(none().judge(&TlsVersion)), Reason::Transport(_)));
    }

    #[test]
    fn waits_for_https() {
        let outcome =
            Case::with_tls(tls(Trust::Trusted)).url("http://shop.example/").judge(&TlsVersion);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-https" });
    }
}
