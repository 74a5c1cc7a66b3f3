//! The webhook's name must resolve, and to public addresses alone.

use std::net::IpAddr;

use crate::conversation::rejection_cause::is_resolver_trouble;
use crate::model::{
    Check, CheckMeta, Evidence, Facts, Host, Level, Listed, Merchant, Needs, NotMade, Observed,
    Outcome, Probe, Reason, Reference, RunFacts, Subject, Switch, TroubleKind,
};
use crate::platform::address::special;
use crate::text;

/// See [`META`].
pub(super) struct PublicAddress;

const META: CheckMeta = CheckMeta {
    id: "webhook-public-address",
    title: "Webhook host resolves to public addresses",
    level: Level::Required,
    covers: &["PC-16", "WH-01"],
    needs: Needs::Network,
    rationale: "The platform can only reach what the public internet routes; one private address \
                among several loses a part of the events.",
    judged: "Every address of the webhook's host must lie outside of the special-purpose ranges \
             (private, loopback, link-local, CGNAT, documentation, multicast, and the same inside \
             of IPv6 forms). A name that does not exist fails. Seen by this machine's resolver; \
             under `--connect-to` the addresses are not looked up: undecided (trial run).",
    remediation: "Publish DNS records for the host of `webhook.url` that hold public addresses \
                  only.",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for PublicAddress {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::WebhookNames]
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let Some(url) = facts.merchant.webhook_url() else {
            return Err(Reason::Blocked { by: "webhook-url" }.into());
        };
        let subject = || Subject::Endpoint(url.clone());
        let addresses: Vec<IpAddr> = match (&url.host, &facts.seen.webhook_names) {
            // A literal needs no resolver, and its form is another check's.
            (Host::V4(ip), _) => vec![IpAddr::V4(*ip)],
            (Host::V6(ip), _) => vec![IpAddr::V6(*ip)],
            (Host::Name(_), Observed::NotMade(NotMade::BySwitch)) => {
                let unseen = "the addresses of the webhook host were not looked up".into();
                return Err(Reason::TrialRun { switch: Switch::ConnectTo, unseen }.into());
            }
            (Host::Name(_), Observed::Trouble(trouble))
                if trouble.kind == TroubleKind::NoSuchName && !is_resolver_trouble(trouble) =>
            {
                let evidence = vec![Evidence::of(subject(), EXPECTED, text!("{}", trouble))];
                return Ok(Outcome::fail("the webhook host does not resolve", evidence));
            }
            (Host::Name(_), seen) => seen.get()?.clone(),
        };
        let special: Vec<(IpAddr, &'static str)> =
            addresses.iter().filter_map(|ip| special(*ip).map(|range| (*ip, range))).collect();
        if addresses.is_empty() {
            return Ok(Outcome::fail(
                "the webhook host has no address",
                vec![Evidence::of(subject(), EXPECTED, "none")],
            ));
        }
        if special.is_empty() {
            return Ok(Outcome::Pass(vec![Evidence::of(
                subject(),
                EXPECTED,
                text!("{}", Listed(&addresses)),
            )]));
        }
        if matches!(url.host, Host::V4(_) | Host::V6(_)) {
            return Err(Reason::Blocked { by: "webhook-public-name" }.into());
        }
        let evidence = special
            .iter()
            .map(|(ip, range)| Evidence::of(Subject::Address(*ip), "a public address", *range))
            .collect();
        let all = special.len() == addresses.len();
        let how_many = if all { "to addresses" } else { "also to addresses" };
        Ok(Outcome::fail(
            text!("the webhook host resolves {} that the internet does not route", how_many),
            evidence,
        ))
    }
}

const EXPECTED: &str = "public addresses";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason};
    use crate::model::{Phase, Trouble};

    fn case(addresses: &[&str]) -> Case {
        let mut case = Case::new();
        case.seen.webhook_names =
            Observed::Got(addresses.iter().map(|ip| ip.parse().expect("an address")).collect());
        case
    }

    fn trouble(kind: TroubleKind, detail: Option<&str>) -> Case {
        let mut case = Case::new();
        case.seen.webhook_names = Observed::Trouble(Trouble {
            kind,
            phase: Phase::Name,
            after_ms: 1,
            detail: detail.map(str::to_owned),
        });
        case
    }

    #[test]
    fn passes_public_addresses() {
        passes(case(&["8.8.8.8", "2001:4860:4860::8888"]).judge(&PublicAddress));
    }

    #[test]
    fn fails_one_private_address_among_public_ones() {
        let finding = failure(case(&["8.8.8.8", "10.0.0.7"]).judge(&PublicAddress));
        assert_eq!(finding.evidence.len(), 1);
    }

    #[test]
    fn fails_a_name_that_does_not_exist() {
        failure(trouble(TroubleKind::NoSuchName, None).judge(&PublicAddress));
        failure(case(&[]).judge(&PublicAddress));
    }

    #[test]
    fn is_undecided_when_the_resolver_cannot_be_asked() {
        let words =
            Some("failed to lookup address information: Temporary failure in name resolution");
        assert!(matches!(
            reason(trouble(TroubleKind::NoSuchName, words).judge(&PublicAddress)),
            Reason::Transport(_)
        ));
        assert!(matches!(
            reason(trouble(TroubleKind::TimedOut, None).judge(&PublicAddress)),
            Reason::Transport(_)
        ));
    }

    #[test]
    fn is_unseen_on_a_trial_run_that_goes_elsewhere() {
        let mut case = Case::new();
        case.seen.webhook_names = Observed::NotMade(NotMade::BySwitch);
        assert!(matches!(
            reason(case.judge(&PublicAddress)),
            Reason::TrialRun { switch: Switch::ConnectTo, .. }
        ));
    }

    #[test]
    fn leaves_a_private_literal_to_the_name_check() {
        let outcome = Case::new().url("https://192.168.1.1/hook").judge(&PublicAddress);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-public-name" });
        passes(Case::new().url("https://8.8.8.8/hook").judge(&PublicAddress));
    }

    #[test]
    fn waits_for_an_address() {
        assert_eq!(
            reason(Case::new().url("hook").judge(&PublicAddress)),
            Reason::Blocked { by: "webhook-url" }
        );
    }
}
