//! Payout calls should not go through a proxy.

use crate::model::{
    Address, Applies, Check, CheckMeta, Evidence, Facts, Finding, Merchant, Needs, Outcome, Probe,
    Quoted, Reason, Reference, Role, RunFacts, Subject,
};
use crate::text;

/// See [`META`].
pub(super) struct Proxy;

const META: CheckMeta = CheckMeta {
    id: "network-proxy",
    title: "No proxy is set for payout calls",
    covers: &["IP-29", "IP-35"],
    needs: Needs::Config,
    applies: Applies::Payouts,
    attestable: true,
    rationale: "Most HTTP clients follow proxy variables silently, and the platform advises \
                against payouts through VPNs and proxies.",
    judged: "`HTTP_PROXY`, `HTTPS_PROXY` or `ALL_PROXY` set on a production machine warns, and so \
             does `network.proxy`. A VPN cannot be seen from here. A pipeline's or laptop's \
             variables are not production's.",
    remediation: "Unset the proxy variables for the process that makes payouts, or exempt \
                  `api.kwikpaisa.com` with `NO_PROXY`; a gateway of your own belongs in \
                  `[[network.server]]`.",
    reference: Reference::WHITELISTING,
    ..CheckMeta::USUAL
};

/// The variables that HTTP clients follow, in capitals.
const VARIABLES: [&str; 3] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

impl Check for Proxy {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::ProxyVariables]
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let mut found = Vec::new();
        if let Some(proxy) = &facts.merchant.network.proxy {
            let observed = match proxy {
                Address::Url(url) => text!("{}", url),
                Address::Unreadable => "something that is no URL".into(),
            };
            found.push(Evidence::config("network.proxy", "no proxy for payouts", observed));
        }
        let production = match facts.run.role {
            Role::Production => true,
            Role::Ci | Role::Other => false,
        };
        if production {
            let set = facts.seen.proxy_variables.get()?;
            found.extend(
                set.iter()
                    .filter(|name| VARIABLES.contains(&name.to_ascii_uppercase().as_str()))
                    .map(|name| {
                        Evidence::of(
                            Subject::Run("the environment"),
                            "no proxy variable",
                            text!("{} is set", Quoted(name)),
                        )
                    }),
            );
        }
        if !found.is_empty() {
            let message = "payouts may go through a proxy, which the platform advises against";
            return Ok(Outcome::Warn(Finding::new(message, found)));
        }
        if !production {
            return Err(Reason::NoWayToObserve(
                "this machine is not one that makes payouts, so its variables say nothing".into(),
            )
            .into());
        }
        Ok(Outcome::Pass(vec![Evidence::of(
            Subject::Run("the environment"),
            "no proxy variable",
            "none is set",
        )]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Endpoint, Observations, Observed};

    fn judged(role: Role, proxy: Option<&str>, set: &[&str]) -> anyhow::Result<Outcome> {
        let mut merchant = Merchant::default();
        merchant.network.proxy =
            proxy.map(|url| Address::Url(Endpoint::parse(url).expect("a URL")));
        let run = RunFacts { role, ..RunFacts::example() };
        let names = set.iter().map(|&name| name.to_owned()).collect();
        let seen =
            Observations { proxy_variables: Observed::Got(names), ..Observations::default() };
        Proxy.judge(&Facts { merchant: &merchant, run: &run, seen: &seen })
    }

    #[test]
    fn passes_where_none_is_set() {
        assert_eq!(
            judged(Role::Production, None, &["NO_PROXY"]).expect("a decision").word(),
            "pass"
        );
    }

    #[test]
    fn warns_of_a_variable_in_either_spelling() {
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
            assert_eq!(
                judged(Role::Production, None, &[name]).expect("a decision").word(),
                "warn",
                "{name}"
            );
        }
    }

    #[test]
    fn warns_of_a_configured_proxy_without_its_password() {
        let outcome =
            judged(Role::Ci, Some("http://u:MARKER@proxy.example:3128"), &[]).expect("a decision");
        assert!(matches!(&outcome, Outcome::Warn(_)) && !format!("{outcome:?}").contains("MARKER"));
    }

    #[test]
    fn is_undecided_in_a_pipeline() {
        let error = judged(Role::Ci, None, &["HTTPS_PROXY"]).expect_err("no decision");
        assert!(matches!(error.downcast_ref::<Reason>(), Some(Reason::NoWayToObserve(_))));
    }
}
