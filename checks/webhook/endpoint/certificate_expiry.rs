//! The webhook's certificate must be valid now and for a while.

use crate::conversation::tls::{about, at_every_address, day, described, leaf};
use crate::model::{
    Check, CheckMeta, Facts, Finding, Level, Merchant, Needs, Outcome, Probe, Reference, RunFacts,
    Tls, Trust,
};
use crate::text;

/// See [`META`].
pub(super) struct CertificateExpiry;

const META: CheckMeta = CheckMeta {
    id: "webhook-certificate-expiry",
    title: "Webhook certificate is valid and not about to expire",
    level: Level::Required,
    covers: &["PC-17"],
    needs: Needs::Network,
    rationale: "The day a certificate expires is the day events stop arriving, and it is known in \
                advance.",
    judged: "The certificate, and every one of its chain that the verifier minds, must be valid \
             at the time of the run; fewer than 30 days left warns (`limits.certificate_days`, \
             golive's limit). Every address of the name is looked at.",
    remediation: "Renew the certificate, automate renewal, and alert on it well before \
                  the date.",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for CertificateExpiry {
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
    let leaf = leaf(tls)?;
    let now = facts.run.now;
    let days = facts.merchant.limits.certificate_days;
    // The verifier minds the whole chain: where it says expired and the leaf is not, one of the
    // others is.
    let culprit = |outdated: &dyn Fn(&crate::model::Certificate) -> bool| {
        tls.chain.iter().find(|one| outdated(one)).unwrap_or(leaf)
    };
    let expired = culprit(&|one| one.not_after < now);
    let early = culprit(&|one| one.not_before > now);
    if tls.trust == Trust::Expired || leaf.not_after < now {
        let observed = text!("{}: until {}", described(expired), day(expired.not_after));
        return Ok(Outcome::fail(
            text!("the certificate expired on {}", day(expired.not_after)),
            vec![about(facts, "a valid certificate", observed)],
        ));
    }
    if tls.trust == Trust::NotYetValid || leaf.not_before > now {
        let observed = text!("{}: from {}", described(early), day(early.not_before));
        return Ok(Outcome::Fail(
            Finding::new(
                text!("the certificate is not valid before {}", day(early.not_before)),
                vec![about(facts, "a valid certificate", observed)],
            )
            .fix(
                "Check the clock of this machine; if it is right, serve a certificate that is \
                     valid already",
            ),
        ));
    }
    let left = u64::try_from(leaf.not_after.duration_since(now).as_hours() / 24).unwrap_or(0);
    let evidence = vec![about(
        facts,
        text!("at least {} days left (golive's limit)", days),
        text!("{}: until {}, {} days left", described(leaf), day(leaf.not_after), left),
    )];
    Ok(if left < days {
        Outcome::warn(
            text!("the certificate expires on {}, in {} days", day(leaf.not_after), left),
            evidence,
        )
    } else {
        facts.as_of_today("the certificate's validity was judged")?;
        Outcome::Pass(evidence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason, tls, warning};
    use crate::model::{AddressTls, AddressesSeen, Observed, Reason, Subject};

    fn until(not_after: &str) -> Tls {
        let mut tls = tls(Trust::Trusted);
        tls.chain[0].not_after = not_after.parse().expect("a timestamp");
        tls
    }

    #[test]
    fn passes_with_time_to_spare() {
        passes(Case::with_tls(tls(Trust::Trusted)).judge(&CertificateExpiry));
    }

    #[test]
    fn is_unseen_today_where_the_run_names_another_date() {
        let on_trial = |tls: Tls| {
            let mut case = Case::with_tls(tls);
            case.run.switches = vec!["--now 2026-11-21T12:00:00Z".to_owned()];
            case.judge(&CertificateExpiry)
        };
        assert!(matches!(reason(on_trial(tls(Trust::Trusted))), Reason::TrialRun { .. }));
        warning(on_trial(until("2026-12-01T12:00:00Z")));
    }

    #[test]
    fn warns_when_it_expires_soon() {
        let finding =
            warning(Case::with_tls(until("2026-12-01T12:00:00Z")).judge(&CertificateExpiry));
        assert_eq!(finding.message.as_str(), "the certificate expires on 2026-12-01, in 10 days");
    }

    #[test]
    fn fails_when_it_expired() {
        let tls = Tls { trust: Trust::Expired, ..until("2026-11-20T00:00:00Z") };
        assert!(
            failure(Case::with_tls(tls).judge(&CertificateExpiry))
                .message
                .as_str()
                .contains("2026-11-20")
        );
    }

    #[test]
    fn names_the_intermediate_that_expired() {
        let mut tls = tls(Trust::Expired);
        tls.chain[1].not_after = "2026-01-01T00:00:00Z".parse().expect("a timestamp");
        let finding = failure(Case::with_tls(tls).judge(&CertificateExpiry));
        assert!(finding.evidence[0].observed.as_str().contains("Some CA R3"));
        assert!(finding.message.as_str().contains("2026-01-01"));
    }

    #[test]
    fn minds_an_expired_leaf_whatever_else_is_wrong_with_it() {
        failure(
            Case::with_tls(Tls { trust: Trust::SelfSigned, ..until("2026-11-20T00:00:00Z") })
                .judge(&CertificateExpiry),
        );
    }

    #[test]
    fn fails_when_it_is_not_valid_yet() {
        let mut tls = tls(Trust::NotYetValid);
        tls.chain[0].not_before = "2026-11-22T00:00:00Z".parse().expect("a timestamp");
        failure(Case::with_tls(tls).judge(&CertificateExpiry));
    }

    #[test]
    fn fails_the_one_address_whose_certificate_expired() {
        let mut case = Case::with_tls(tls(Trust::Trusted));
        let there = |address: &str, tls: Tls| AddressTls {
            address: address.parse().expect("an address"),
            no_route: false,
            tls: Observed::Got(tls),
        };
        let looked_at = vec![
            there("52.66.1.1:443", tls(Trust::Trusted)),
            there("52.66.1.2:443", Tls { trust: Trust::Expired, ..until("2026-11-20T00:00:00Z") }),
        ];
        let all: Vec<_> = looked_at.iter().map(|there| there.address).collect();
        let conversation = all.first().copied();
        case.seen.webhook_addresses = Observed::Got(AddressesSeen { all, conversation, looked_at });
        let finding = failure(case.judge(&CertificateExpiry));
        assert_eq!(finding.message.as_str(), "at 52.66.1.2, the certificate expired on 2026-11-20");
        assert_eq!(
            finding.evidence[0].subject,
            Subject::Address("52.66.1.2".parse().expect("an address"))
        );
    }

    #[test]
    fn waits_for_a_certificate() {
        let tls = Tls { chain: Vec::new(), ..tls(Trust::NoHandshake("alert".to_owned())) };
        assert_eq!(
            reason(Case::with_tls(tls).judge(&CertificateExpiry)),
            Reason::Blocked { by: "webhook-tls-version" }
        );
    }
}
