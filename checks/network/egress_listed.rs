//! The address this machine calls from has to be on the whitelist.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::model::{
    Address, Check, CheckMeta, EgressSeen, Evidence, Facts, Finding, Level, Listed as Comma,
    Merchant, Needs, Outcome, Probe, Quoted, Reason, Reference, Role, RunFacts, Subject, Text,
};
use crate::platform::address::special;
use crate::text;

use super::entry::{ListedEntry, listed};

/// See [`META`].
pub(super) struct EgressListed;

const META: CheckMeta = CheckMeta {
    id: "network-egress-listed",
    title: "The address this machine calls from is on the whitelist",
    covers: &["IP-06", "IP-09", "IP-15"],
    needs: Needs::Network,
    attestable: true,
    rationale: "From an address that is not listed every call is refused, however right its key \
                and signature are.",
    judged: "The services of `network.egress` say which address they see, on several fresh \
             connections. If they agree and the address is listed, it passes; if it is not \
             listed, it fails, which is required on a production machine. IPv6 beside a listed \
             IPv4 address warns and IPv6 alone fails, since the platform does not list it as \
             supported. Services that disagree decide nothing. A pipeline's or laptop's address \
             is not production's.",
    remediation: "Have the platform's support add the address, wait for the confirmation, and \
                  name it in `network.whitelist`; or make this machine leave from an address that \
                  is listed.",
    reference: Reference::WHITELISTING,
    ..CheckMeta::USUAL
};

impl Check for EgressListed {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::Egress]
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        if facts.run.role == Role::Production && !facts.merchant.network.whitelist.is_empty() {
            Level::Required
        } else {
            Level::Recommended
        }
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let network = &facts.merchant.network;
        match facts.run.role {
            Role::Production => {}
            Role::Ci => {
                return Err(no_way(
                    "from a pipeline: its address is not the one that production calls from",
                ));
            }
            Role::Other => {
                return Err(no_way(
                    "this machine is not one that production calls from; `--role production` says \
                     otherwise",
                ));
            }
        }
        if network.whitelist.is_empty() {
            return Err(no_way("`network.whitelist` names no address to compare with"));
        }
        if network.egress.is_empty() {
            return Err(no_way(
                "`network.egress` names no service that says which address it sees",
            ));
        }
        let services = facts.seen.egress.get()?;
        let named: BTreeSet<IpAddr> = services.iter().flat_map(EgressSeen::named).collect();
        if named.is_empty() {
            let words: Vec<Text> = services.iter().map(seen).collect();
            return Err(Reason::Transport(text!(
                "no service named an address: {}",
                Text::join(&words, "; ")
            ))
            .into());
        }
        if let Some((ip, range)) = named.iter().find_map(|ip| Some((*ip, special(*ip)?))) {
            let why = text!(
                "a service saw {}, which is not public ({}), so it stands on this side of the way \
                 out",
                ip,
                range
            );
            return Err(Reason::Ambiguous(why).into());
        }
        let v4: Vec<Ipv4Addr> = named
            .iter()
            .filter_map(|ip| if let IpAddr::V4(ip) = ip { Some(*ip) } else { None })
            .collect();
        let v6: Vec<Ipv6Addr> = named
            .iter()
            .filter_map(|ip| if let IpAddr::V6(ip) = ip { Some(*ip) } else { None })
            .collect();
        let mut evidence: Vec<Evidence> =
            services.iter().map(|service| service_evidence(service, &network.whitelist)).collect();
        evidence.extend(proxy_evidence(network.proxy.as_ref()));
        let outcome = judge_families(&v4, &v6, &network.whitelist, evidence)?;
        if matches!(outcome, Outcome::Pass(_)) {
            for url in network.egress.iter().filter_map(Address::url) {
                facts.really_asked(url, "a service of `network.egress`")?;
            }
        }
        Ok(outcome)
    }
}

/// Decides once it is known which addresses were seen.
fn judge_families(
    v4: &[Ipv4Addr],
    v6: &[Ipv6Addr],
    whitelist: &[String],
    evidence: Vec<Evidence>,
) -> anyhow::Result<Outcome> {
    let places: Vec<ListedEntry> = v4.iter().map(|ip| listed(whitelist, *ip)).collect();
    let all_listed = places.iter().all(|place| *place == ListedEntry::Yes);
    let none_listed = places.iter().all(|place| *place == ListedEntry::No);
    if v4.is_empty() {
        return Ok(Outcome::Fail(
            Finding::new(
                "this machine calls over IPv6, which the platform does not list as supported",
                evidence,
            )
            .fix("Make calls to the platform over IPv4, and list that address"),
        ));
    }
    if v4.len() > 1 {
        return Err(if all_listed {
            let why = text!(
                "calls leave from several addresses ({}); those are listed, others of the same \
                 pool were perhaps not seen",
                Comma(v4)
            );
            Reason::NoWayToObserve(why)
        } else {
            Reason::Ambiguous(text!("the services of `network.egress` do not agree: {}", Comma(v4)))
        }
        .into());
    }
    Ok(if none_listed {
        Outcome::fail("this machine calls from an address that is not on the whitelist", evidence)
    } else if !all_listed {
        return Err(Reason::Ambiguous(text!(
            "{} is only within a range wider than we take for a listing",
            Comma(v4)
        ))
        .into());
    } else if v6.is_empty() {
        Outcome::Pass(evidence)
    } else {
        Outcome::Warn(
            Finding::new(
                "this machine also calls over IPv6, which the platform does not list as supported",
                evidence,
            )
            .fix("Make calls to the platform over IPv4 only"),
        )
    })
}

fn no_way(why: &'static str) -> anyhow::Error {
    Reason::NoWayToObserve(why.into()).into()
}

/// What one service said, in words.
fn seen(service: &EgressSeen) -> Text {
    let said: BTreeSet<Text> = service
        .addresses
        .iter()
        .map(|address| match address {
            Ok(ip) => text!("{}", ip.to_canonical()),
            Err(trouble) => text!("{}", trouble),
        })
        .collect();
    let connections = if service.addresses.len() == 1 { "connection" } else { "connections" };
    text!(
        "{} said {} on {} fresh {}",
        Quoted(&service.service),
        Text::join(&said, ", "),
        service.addresses.len(),
        connections
    )
}

fn service_evidence(service: &EgressSeen, whitelist: &[String]) -> Evidence {
    let first: Vec<Text> =
        whitelist.iter().take(5).map(|entry| text!("{}", Quoted(entry))).collect();
    let more = if whitelist.len() > 5 { ", …" } else { "" };
    let expected = text!("an address on the whitelist: {}{}", Text::join(&first, ", "), more);
    Evidence::of(Subject::Run("the address this machine calls from"), expected, seen(service))
}

fn proxy_evidence(proxy: Option<&Address>) -> Option<Evidence> {
    let through = match proxy? {
        Address::Url(url) => text!("through {}", url),
        Address::Unreadable => "through a proxy".into(),
    };
    Some(Evidence::config("network.proxy", "the way that API calls go, too", through))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Endpoint, NotMade, Observations, Observed, Phase, Trouble, TroubleKind};

    struct Case {
        merchant: Merchant,
        run: RunFacts,
        seen: Observations,
    }

    impl Case {
        fn new(whitelist: &[&str], said: &[&[&str]]) -> Self {
            let mut merchant = Merchant::default();
            merchant.network.whitelist = whitelist.iter().map(|&entry| entry.to_owned()).collect();
            merchant.network.egress =
                vec![Address::Url(Endpoint::parse("https://checkip.example/").expect("a URL"))];
            let services = said.iter().map(|addresses| EgressSeen {
                service: "checkip.example:443".to_owned(),
                addresses: addresses.iter().map(|ip| ip.parse().map_err(|_| no_answer())).collect(),
            });
            let seen = Observations {
                egress: Observed::Got(services.collect()),
                ..Observations::default()
            };
            Self { merchant, run: RunFacts::example(), seen }
        }

        fn facts(&self) -> Facts<'_> {
            Facts { merchant: &self.merchant, run: &self.run, seen: &self.seen }
        }

        fn word(&self) -> &'static str {
            EgressListed.judge(&self.facts()).expect("a decision").word()
        }

        fn reason(&self) -> Reason {
            EgressListed
                .judge(&self.facts())
                .expect_err("no decision")
                .downcast()
                .expect("a reason")
        }
    }

    fn no_answer() -> Trouble {
        Trouble {
            kind: TroubleKind::TimedOut,
            phase: Phase::FirstByte,
            after_ms: 30_000,
            detail: None,
        }
    }

    #[test]
    fn passes_when_all_services_name_one_listed_address() {
        let case = Case::new(
            &["49.36.10.7"],
            &[&["49.36.10.7", "49.36.10.7"], &["::ffff:49.36.10.7", "timeout"]],
        );
        assert_eq!(case.word(), "pass");
        assert_eq!(EgressListed.level(&case.facts()), Level::Required);
    }

    #[test]
    fn is_unseen_on_a_trial_run_where_another_service_may_have_answered() {
        let mut case = Case::new(&["49.36.10.7"], &[&["49.36.10.7"]]);
        case.run.switches = vec!["--connect-to checkip.example:443:127.0.0.1:8443".to_owned()];
        assert!(matches!(case.reason(), Reason::TrialRun { .. }));
        case.run.switches = vec!["--connect-to shop.example:443:127.0.0.1:8443".to_owned()];
        assert_eq!(case.word(), "pass");
        case.merchant.network.whitelist = vec!["49.36.10.8".to_owned()];
        assert_eq!(case.word(), "fail");
    }

    #[test]
    fn fails_an_address_that_is_not_listed() {
        assert_eq!(Case::new(&["49.36.10.7"], &[&["49.36.10.8"]]).word(), "fail");
    }

    #[test]
    fn fails_ipv6_alone_and_warns_of_it_beside_a_listed_address() {
        assert_eq!(Case::new(&["49.36.10.7"], &[&["2400:cb00::1"]]).word(), "fail");
        assert_eq!(
            Case::new(&["49.36.10.7"], &[&["49.36.10.7"], &["2400:cb00::1"]]).word(),
            "warn"
        );
    }

    #[test]
    fn is_undecided_and_shows_them_when_the_services_disagree() {
        let Reason::Ambiguous(why) =
            Case::new(&["49.36.10.7"], &[&["49.36.10.7"], &["49.36.10.8"]]).reason()
        else {
            panic!("ambiguous")
        };
        assert!(why.as_str().contains("49.36.10.7, 49.36.10.8"), "{why}");
    }

    #[test]
    fn leaves_a_pool_of_listed_addresses_to_a_persons_word() {
        let case = Case::new(&["49.36.10.7", "49.36.10.8"], &[&["49.36.10.7", "49.36.10.8"]]);
        assert!(matches!(case.reason(), Reason::NoWayToObserve(_)));
    }

    #[test]
    fn is_undecided_when_only_a_wide_range_or_a_private_view_speaks_for_it() {
        assert!(matches!(
            Case::new(&["49.0.0.0/8"], &[&["49.36.10.7"]]).reason(),
            Reason::Ambiguous(_)
        ));
        assert!(matches!(
            Case::new(&["49.36.10.7"], &[&["10.0.0.5"]]).reason(),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn is_undecided_when_no_service_answers() {
        assert!(matches!(
            Case::new(&["49.36.10.7"], &[&["timeout"]]).reason(),
            Reason::Transport(_)
        ));
        let mut offline = Case::new(&["49.36.10.7"], &[]);
        offline.seen.egress = Observed::NotMade(NotMade::Offline);
        assert_eq!(offline.reason(), Reason::Offline);
    }

    #[test]
    fn a_pipeline_cannot_tell_and_need_not() {
        let mut case = Case::new(&["49.36.10.7"], &[&["49.36.10.8"]]);
        case.run.role = Role::Ci;
        assert!(matches!(case.reason(), Reason::NoWayToObserve(_)));
        assert_eq!(EgressListed.level(&case.facts()), Level::Recommended);
    }

    #[test]
    fn is_recommended_and_undecided_without_a_whitelist() {
        let case = Case::new(&[], &[&["49.36.10.7"]]);
        assert!(matches!(case.reason(), Reason::NoWayToObserve(_)));
        assert_eq!(EgressListed.level(&case.facts()), Level::Recommended);
    }

    #[test]
    fn says_that_a_proxy_is_in_use() {
        let mut case = Case::new(&["49.36.10.7"], &[&["49.36.10.7"]]);
        case.merchant.network.proxy =
            Endpoint::parse("http://user:MARKER@proxy.example:3128").map(Address::Url);
        let Outcome::Pass(evidence) = EgressListed.judge(&case.facts()).expect("a decision") else {
            panic!("should pass")
        };
        assert!(evidence.iter().any(|e| e.observed.as_str().contains("proxy.example")
            && !e.observed.as_str().contains("MARKER")));
    }
}
