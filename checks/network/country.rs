//! Payout servers should stand in the merchant's country.

use crate::model::{
    Applies, Check, CheckMeta, Evidence, Facts, Finding, Outcome, Quoted, Reason, Reference,
    Subject, Text,
};
use crate::text;

/// See [`META`].
pub(super) struct Country;

const META: CheckMeta = CheckMeta {
    id: "network-country",
    title: "Servers are declared to stand in the merchant's country",
    covers: &["IP-28", "IP-34"],
    applies: Applies::Payouts,
    attestable: true,
    rationale: "The platform may refuse payout calls from outside of the country in which the \
                merchant is registered.",
    judged: "Compares `country` of every `[[network.server]]` with `merchant.country`: another \
             country warns, since the platform says that it \"may\" enforce this. It is the \
             declaration that is compared; where an address is located cannot be told from here. \
             What is not declared cannot be compared.",
    remediation: "Host payouts in the merchant's country, or have the platform approve the other \
                  one, and declare `country` for every `[[network.server]]`.",
    reference: Reference::WHITELISTING,
    ..CheckMeta::USUAL
};

impl Check for Country {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let servers = &facts.merchant.network.servers;
        let Some(home) = &facts.merchant.country else {
            return Err(Reason::NoWayToObserve("`merchant.country` is not set".into()).into());
        };
        if servers.is_empty() {
            return Err(Reason::NoWayToObserve(
                "there is no `[[network.server]]` inventory".into(),
            )
            .into());
        }
        let (mut abroad, mut undeclared, mut fine) = (Vec::new(), Vec::new(), Vec::new());
        for (at, server) in servers.iter().enumerate() {
            let Some(country) = &server.country else {
                undeclared.push(text!("{}", Quoted(&server.ip)));
                continue;
            };
            let key = Subject::ConfigKey(text!("network.server[{}].country", at));
            let evidence = Evidence::of(
                key,
                text!("{}", Quoted(home)),
                text!("{} for {}", Quoted(country), Quoted(&server.ip)),
            );
            if country.eq_ignore_ascii_case(home) {
                fine.push(evidence)
            } else {
                abroad.push(evidence)
            }
        }
        if !abroad.is_empty() {
            let message = "payouts would be called from another country, which the platform says \
                           it may refuse";
            return Ok(Outcome::Warn(Finding::new(message, abroad)));
        }
        if !undeclared.is_empty() {
            return Err(Reason::NoWayToObserve(text!(
                "no `country` is declared for {}",
                Text::join(&undeclared, ", ")
            ))
            .into());
        }
        Ok(Outcome::Pass(fine))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Merchant, Observations, RunFacts, Server, ServerKind};

    fn judged(home: Option<&str>, countries: &[Option<&str>]) -> anyhow::Result<Outcome> {
        let mut merchant = Merchant { country: home.map(str::to_owned), ..Merchant::default() };
        merchant.network.servers = countries
            .iter()
            .map(|country| Server {
                ip: "49.36.10.7".to_owned(),
                country: country.map(str::to_owned),
                kind: ServerKind::Production,
                owner: None,
                reviewed: None,
            })
            .collect();
        Country.judge(&Facts {
            merchant: &merchant,
            run: &RunFacts::example(),
            seen: &Observations::default(),
        })
    }

    #[test]
    fn passes_servers_at_home() {
        assert_eq!(
            judged(Some("IN"), &[Some("IN"), Some("in")]).expect("a decision").word(),
            "pass"
        );
    }

    #[test]
    fn warns_of_a_server_abroad_and_names_the_platforms_may() {
        let Outcome::Warn(finding) =
            judged(Some("IN"), &[Some("IN"), Some("SG"), None]).expect("a decision")
        else {
            panic!("should warn")
        };
        assert!(finding.message.as_str().contains("may"), "{}", finding.message);
    }

    #[test]
    fn is_undecided_about_what_is_not_declared() {
        for (home, countries) in
            [(None, &[Some("IN")][..]), (Some("IN"), &[]), (Some("IN"), &[Some("IN"), None])]
        {
            let error = judged(home, countries).expect_err("no decision");
            assert!(matches!(error.downcast_ref::<Reason>(), Some(Reason::NoWayToObserve(_))));
        }
    }
}
