//! The inventory of servers and the whitelist have to agree.

use std::net::{IpAddr, Ipv4Addr};

use jiff::ToSpan;
use jiff::civil::Date;

use crate::model::ruling::today;
use crate::model::{
    Check, CheckMeta, Evidence, Facts, Outcome, Quoted, Reason, Reference, Server, ServerKind,
    Subject, Text,
};
use crate::platform::address::special;
use crate::text;

use super::entry::{Entry, ListedEntry, listed};

/// See [`META`].
pub(super) struct Inventory;

const META: CheckMeta = CheckMeta {
    id: "network-inventory",
    title: "The server inventory and the whitelist agree",
    covers: &["IP-03", "IP-09", "IP-20", "IP-22", "IP-23", "IP-25"],
    attestable: true,
    rationale: "A backup server that is not listed fails on the day it is needed, and an address \
                nobody uses any more belongs to somebody else soon.",
    judged: "Fails: a server of `[[network.server]]` that is not on the whitelist, is not a \
             public IPv4 address, has no owner or no review date, or one in the future. Warns: a \
             whitelisted address that no server has, and a review older than the limit (90 days, \
             golive's). A private address is fine where a server of kind \"gateway\" calls for it. \
             Without inventory or whitelist nothing can be told.",
    remediation: "Give every machine that calls the API a `[[network.server]]` entry with owner \
                  and review date, have missing addresses whitelisted, and have unused ones \
                  removed.",
    reference: Reference::WHITELISTING,
    ..CheckMeta::USUAL
};

impl Check for Inventory {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let network = &facts.merchant.network;
        if network.servers.is_empty() {
            return Err(Reason::NoWayToObserve(
                "there is no `[[network.server]]` inventory".into(),
            )
            .into());
        }
        if network.whitelist.is_empty() {
            return Err(Reason::NoWayToObserve(
                "`network.whitelist` names no address to compare the inventory with".into(),
            )
            .into());
        }
        let gateway = network.servers.iter().any(|server| server.kind == ServerKind::Gateway);
        let oldest = today(facts).saturating_sub(
            i64::try_from(facts.merchant.limits.inventory_days).unwrap_or(90).days(),
        );
        let (mut wrong, mut doubtful, mut fine) = (Vec::new(), Vec::new(), Vec::new());
        for (at, server) in network.servers.iter().enumerate() {
            let faults: Vec<Evidence> = [
                address_fault(server, gateway, &network.whitelist)
                    .map(|(expected, observed)| ("ip", expected, observed)),
                owner_fault(server).map(|(expected, observed)| ("owner", expected, observed)),
                review_fault(server, today(facts))
                    .map(|(expected, observed)| ("reviewed", expected, observed)),
            ]
            .into_iter()
            .flatten()
            .map(|(field, expected, observed)| evidence(at, field, expected, observed))
            .collect();
            if !faults.is_empty() {
                wrong.extend(faults);
            } else if let Some(reviewed) = server.reviewed.filter(|reviewed| *reviewed < oldest) {
                let expected = text!(
                    "a review on or after {} ({} days, golive's limit)",
                    oldest,
                    facts.merchant.limits.inventory_days
                );
                doubtful.push(evidence(at, "reviewed", expected, text!("{}", reviewed)));
            } else {
                fine.push(evidence(
                    at,
                    "ip",
                    "whitelisted, owned and reviewed",
                    text!("{}", Quoted(&server.ip)),
                ));
            }
        }
        doubtful.extend(unused(&network.whitelist, &network.servers));
        Ok(if !wrong.is_empty() {
            Outcome::fail(
                "the inventory and the whitelist do not agree",
                wrong.into_iter().chain(doubtful).collect(),
            )
        } else if !doubtful.is_empty() {
            Outcome::warn("the inventory or the whitelist is out of date", doubtful)
        } else {
            facts.as_of_today("reviews were judged")?;
            Outcome::Pass(fine)
        })
    }
}

fn evidence(
    at: usize,
    field: &'static str,
    expected: impl Into<Text>,
    observed: impl Into<Text>,
) -> Evidence {
    Evidence::of(Subject::ConfigKey(text!("network.server[{}].{}", at, field)), expected, observed)
}

/// The address of a server, where it is one that can be listed.
fn address(server: &Server) -> Option<Ipv4Addr> {
    match Entry::read(&server.ip) {
        Entry::Address(ip) => Some(ip),
        Entry::Range(_) | Entry::HostBits(_) | Entry::V6(_) | Entry::Unreadable => None,
    }
}

fn address_fault(server: &Server, gateway: bool, whitelist: &[String]) -> Option<(Text, Text)> {
    let written = Quoted(&server.ip);
    let Some(ip) = address(server) else {
        return Some(("one IPv4 address".into(), text!("{}", written)));
    };
    if let Some(range) = special(IpAddr::V4(ip)) {
        let behind_gateway = gateway && server.kind != ServerKind::Gateway;
        return (!behind_gateway).then(|| {
            ("the public address that it calls from".into(), text!("{}, not public: {}", ip, range))
        });
    }
    match listed(whitelist, ip) {
        ListedEntry::Yes | ListedEntry::TooWide => None,
        ListedEntry::No => {
            Some(("an address on `network.whitelist`".into(), text!("{}, which is not on it", ip)))
        }
    }
}

fn owner_fault(server: &Server) -> Option<(Text, Text)> {
    let missing = server.owner.as_ref().is_none_or(|owner| owner.trim().is_empty());
    missing.then(|| ("who looks after it".into(), text!("nothing, for {}", Quoted(&server.ip))))
}

fn review_fault(server: &Server, today: Date) -> Option<(Text, Text)> {
    match server.reviewed {
        None => Some((
            "the day of its last review".into(),
            text!("nothing, for {}", Quoted(&server.ip)),
        )),
        Some(day) if day > today => {
            Some((text!("a day up to {}", today), text!("{}, for {}", day, Quoted(&server.ip))))
        }
        Some(_) => None,
    }
}

/// Entries of the whitelist that no server has.
fn unused(whitelist: &[String], servers: &[Server]) -> Vec<Evidence> {
    let addresses: Vec<Ipv4Addr> = servers.iter().filter_map(address).collect();
    let in_use =
        |entry: Entry| entry.net().is_none_or(|net| addresses.iter().any(|ip| net.contains(ip)));
    whitelist
        .iter()
        .enumerate()
        .filter(|(_, written)| !in_use(Entry::read(written)))
        .map(|(at, written)| {
            let key = Subject::ConfigKey(text!("network.whitelist[{}]", at));
            Evidence::of(
                key,
                "the address of a server in the inventory",
                text!("{}, which no server has", Quoted(written)),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Merchant, Observations, RunFacts};

    fn server(ip: &str, kind: ServerKind) -> Server {
        Server {
            ip: ip.to_owned(),
            country: None,
            kind,
            owner: Some("Platform team".to_owned()),
            reviewed: Some("2026-10-01".parse().expect("a date")),
        }
    }

    fn judged(whitelist: &[&str], servers: Vec<Server>) -> anyhow::Result<Outcome> {
        judged_in(&RunFacts::example(), whitelist, servers)
    }

    fn judged_in(
        run: &RunFacts,
        whitelist: &[&str],
        servers: Vec<Server>,
    ) -> anyhow::Result<Outcome> {
        let mut merchant = Merchant::default();
        merchant.network.whitelist = whitelist.iter().map(|&entry| entry.to_owned()).collect();
        merchant.network.servers = servers;
        Inventory.judge(&Facts { merchant: &merchant, run, seen: &Observations::default() })
    }

    fn word(whitelist: &[&str], servers: Vec<Server>) -> &'static str {
        judged(whitelist, servers).expect("a decision").word()
    }

    #[test]
    fn passes_when_both_name_the_same_machines() {
        let servers = vec![
            server("49.36.10.7", ServerKind::Production),
            server("49.36.10.8", ServerKind::Backup),
        ];
        assert_eq!(word(&["49.36.10.7", "49.36.10.8"], servers), "pass");
    }

    #[test]
    fn reviews_are_unseen_today_where_the_run_names_another_date() {
        let run = RunFacts { switches: vec!["--now 2026-11-21".to_owned()], ..RunFacts::example() };
        let servers = vec![server("49.36.10.7", ServerKind::Production)];
        let error = judged_in(&run, &["49.36.10.7"], servers).expect_err("undecided");
        assert!(matches!(error.downcast().expect("a reason"), Reason::TrialRun { .. }));
    }

    #[test]
    fn passes_private_servers_behind_a_listed_gateway() {
        let servers = vec![
            server("10.0.0.5", ServerKind::Production),
            server("49.36.10.7", ServerKind::Gateway),
        ];
        assert_eq!(word(&["49.36.10.7"], servers), "pass");
        assert_eq!(word(&["49.36.10.7"], vec![server("10.0.0.5", ServerKind::Production)]), "fail");
    }

    #[test]
    fn fails_a_backup_server_that_is_not_listed() {
        let servers = vec![
            server("49.36.10.7", ServerKind::Production),
            server("49.36.10.8", ServerKind::Backup),
        ];
        assert_eq!(word(&["49.36.10.7"], servers), "fail");
    }

    #[test]
    fn fails_an_entry_without_owner_or_review_or_with_one_to_come() {
        let whole = server("49.36.10.7", ServerKind::Production);
        let tomorrow = Some("2026-11-22".parse().expect("a date"));
        for broken in [
            Server { owner: None, ..whole.clone() },
            Server { owner: Some(" ".to_owned()), ..whole.clone() },
            Server { reviewed: None, ..whole.clone() },
            Server { reviewed: tomorrow, ..whole.clone() },
            Server { ip: "pay-1".to_owned(), ..whole.clone() },
        ] {
            assert_eq!(word(&["49.36.10.7"], vec![broken.clone()]), "fail", "{broken:?}");
        }
    }

    #[test]
    fn warns_of_old_reviews_and_of_addresses_nobody_uses() {
        let old = Server {
            reviewed: Some("2026-08-01".parse().expect("a date")),
            ..server("49.36.10.7", ServerKind::Production)
        };
        assert_eq!(word(&["49.36.10.7"], vec![old]), "warn");
        assert_eq!(
            word(&["49.36.10.7", "49.36.10.9"], vec![server("49.36.10.7", ServerKind::Production)]),
            "warn"
        );
    }

    #[test]
    fn is_undecided_without_inventory_or_whitelist() {
        for (whitelist, servers) in [
            (&["49.36.10.7"][..], vec![]),
            (&[], vec![server("49.36.10.7", ServerKind::Production)]),
        ] {
            let error = judged(whitelist, servers).expect_err("no decision");
            assert!(matches!(error.downcast_ref::<Reason>(), Some(Reason::NoWayToObserve(_))));
        }
    }
}
