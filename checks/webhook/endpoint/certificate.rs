//! The webhook's certificate must be one that any client trusts.

use crate::conversation::tls::{about, at_every_address, described};
use crate::model::{
    Check, CheckMeta, Facts, Finding, Level, Merchant, Needs, Outcome, Probe, Quoted, Reason,
    Reference, RunFacts, Switch, Text, Tls, Trust,
};
use crate::text;

/// See [`META`].
pub(super) struct CertificateValid;

const META: CheckMeta = CheckMeta {
    id: "webhook-certificate",
    title: "Webhook certificate is trusted for its name",
    level: Level::Required,
    covers: &["PC-17", "WH-02"],
    needs: Needs::Network,
    rationale: "A sender that verifies certificates, as it should, drops the connection before \
                the first event.",
    judged: "The chain the server sends must lead to a public root that is compiled in and name \
             the host; where only `--ca-file` vouches for it: undecided (trial run). Self-signed, another \
             name, an unknown issuer, a revoked or incomplete chain each fail and are named. \
             Every address of the name is looked at. Validity in time is webhook-certificate-expiry's.",
    remediation: "Serve a certificate from a public authority for the host of `webhook.url`, with \
                  its intermediates (fullchain.pem).",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for CertificateValid {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::WebhookTls, Probe::WebhookAddresses]
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        at_every_address(facts, |tls| judge(facts, tls))
    }
}

/// Judges what one address shows.
fn judge(facts: &Facts<'_>, tls: &Tls) -> anyhow::Result<Outcome> {
    let message: Text = match &tls.trust {
        Trust::Trusted if tls.by_ca_file => {
            let unseen = "no public root vouches for the certificate".into();
            return Err(Reason::TrialRun { switch: Switch::CaFile, unseen }.into());
        }
        Trust::Trusted => {
            let trusted = text!("{}, trusted by public roots", shown(tls));
            return Ok(Outcome::Pass(vec![about(facts, EXPECTED, trusted)]));
        }
        Trust::Expired | Trust::NotYetValid => {
            return Err(Reason::Blocked { by: "webhook-certificate-expiry" }.into());
        }
        Trust::NoHandshake(_) => {
            return Err(Reason::Blocked { by: "webhook-tls-version" }.into());
        }
        Trust::WrongName => "the certificate is for another name".into(),
        Trust::SelfSigned => "the certificate is self-signed".into(),
        Trust::MissingIntermediate => "the server does not send the intermediate certificate \
                                           that links its own to a public root"
            .into(),
        Trust::UnknownIssuer => "no public authority issued the certificate".into(),
        Trust::Revoked => "the certificate was revoked".into(),
        Trust::Other(words) => text!("the certificate is refused: {}", Quoted(words)),
    };
    let finding = Finding::new(message, vec![about(facts, EXPECTED, shown(tls))]);
    Ok(Outcome::Fail(match tls.trust {
        Trust::MissingIntermediate => finding.fix(
            "Serve the full chain: nginx ssl_certificate fullchain.pem, Apache \
                 SSLCertificateFile fullchain.pem, Node cert: fullchain. Browsers often hide this \
                 by fetching the intermediate themselves; senders do not",
        ),
        Trust::WrongName => finding.fix(
            "Issue the certificate for the host of `webhook.url`, or register the host it is \
                 for",
        ),
        Trust::Trusted
        | Trust::Expired
        | Trust::NotYetValid
        | Trust::SelfSigned
        | Trust::UnknownIssuer
        | Trust::Revoked
        | Trust::Other(_)
        | Trust::NoHandshake(_) => finding,
    }))
}

const EXPECTED: &str = "a chain to a public root that names the host";

fn shown(tls: &Tls) -> Text {
    let Some(leaf) = tls.chain.first() else { return "no certificate".into() };
    let names: Vec<Quoted<'_>> = leaf.names.iter().take(NAMES).map(|name| Quoted(name)).collect();
    let more = if leaf.names.len() > NAMES { " and more" } else { "" };
    text!(
        "{}, for {}{}, {} sent",
        described(leaf),
        crate::model::Listed(&names),
        more,
        certificates(tls.chain.len())
    )
}

/// How many names of a certificate a report repeats.
const NAMES: usize = 5;

fn certificates(count: usize) -> Text {
    if count == 1 { "1 certificate".into() } else { text!("{} certificates", count) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason, tls};
    use crate::model::{Observed, TroubleKind};

    #[test]
    fn passes_a_trusted_chain() {
        passes(Case::with_tls(tls(Trust::Trusted)).judge(&CertificateValid));
    }

    #[test]
    fn is_unseen_on_a_trial_run_where_only_the_ca_file_vouches() {
        let outcome = Case::with_tls(Tls { by_ca_file: true, ..tls(Trust::Trusted) })
            .judge(&CertificateValid);
        assert!(matches!(reason(outcome), Reason::TrialRun { switch: Switch::CaFile, .. }));
    }

    #[test]
    fn fails_what_clients_refuse() {
        for trust in [
            Trust::WrongName,
            Trust::SelfSigned,
            Trust::UnknownIssuer,
            Trust::Revoked,
            Trust::Other("odd".to_owned()),
        ] {
            failure(Case::with_tls(tls(trust)).judge(&CertificateValid));
        }
    }

    #[test]
    fn names_a_missing_intermediate() {
        let finding =
            failure(Case::with_tls(tls(Trust::MissingIntermediate)).judge(&CertificateValid));
        assert!(finding.message.as_str().contains("intermediate"));
        assert!(finding.fix.is_some());
    }

    #[test]
    fn leaves_time_to_the_expiry_check() {
        for trust in [Trust::Expired, Trust::NotYetValid] {
            assert_eq!(
                reason(Case::with_tls(tls(trust)).judge(&CertificateValid)),
                Reason::Blocked { by: "webhook-certificate-expiry" }
            );
        }
    }

    #[test]
    fn waits_for_a_handshake() {
        let outcome = Case::with_tls(tls(Trust::NoHandshake("protocol version".to_owned())))
            .judge(&CertificateValid);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-tls-version" });
    }

    #[test]
    fn waits_for_https() {
        let outcome = Case::with_tls(tls(Trust::Trusted))
            .url("http://shop.example/hook")
            .judge(&CertificateValid);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-https" });
    }

    #[test]
    fn leaves_an_unreachable_host_to_the_control() {
        let mut case = Case::new().went("control-before", vec![At::Trouble(TroubleKind::Refused)]);
        let trouble = case.seen.scenarios["control-before"]
            .get()
            .ok()
            .and_then(|seen| seen.exchanges().next())
            .map(|e| e.answer.clone());
        case.seen.webhook_tls = Observed::Trouble(trouble.and_then(Result::err).expect("trouble"));
        assert_eq!(
            reason(case.judge(&CertificateValid)),
            Reason::Blocked { by: "webhook-reachable" }
        );
    }
}
