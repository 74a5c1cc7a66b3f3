//! Whitelist entries have to be what the platform supports: single public IPv4 addresses.

use std::net::IpAddr;

use crate::model::{
    Check, CheckMeta, Evidence, Facts, Outcome, Quoted, Reason, Reference, Subject, Text,
};
use crate::platform::address::special;
use crate::text;

use super::entry::{DOCUMENTATION_SAMPLE, Entry, WIDEST};

/// See [`META`].
pub(super) struct WhitelistValid;

const META: CheckMeta = CheckMeta {
    id: "network-whitelist-valid",
    title: "Whitelist entries are public IPv4 addresses",
    covers: &["IP-04", "IP-06", "IP-07"],
    attestable: true,
    rationale: "An entry that cannot match locks your own server out, and one that is too wide \
                lets others in.",
    judged: "Fails: anything but an IPv4 address or range, private and other special addresses, a \
             range with host bits set or wider than /24 (golive's limit), IPv6 (the platform \
             does not list it as supported), and the sample of the platform's page. Warns: any \
             range, since the platform does not mention ranges, duplicates and overlaps. Without \
             `network.whitelist` nothing can be told.",
    remediation: "Write the static public IPv4 address of each production server into \
                  `network.whitelist`, one by one, and register the same with the platform.",
    reference: Reference::WHITELISTING,
    ..CheckMeta::USUAL
};

impl Check for WhitelistValid {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let whitelist = &facts.merchant.network.whitelist;
        if whitelist.is_empty() {
            return Err(
                Reason::NoWayToObserve("`network.whitelist` names no address".into()).into()
            );
        }
        let entries: Vec<Entry> = whitelist.iter().map(|written| Entry::read(written)).collect();
        let (mut wrong, mut doubtful, mut fine) = (Vec::new(), Vec::new(), Vec::new());
        for (at, (written, &entry)) in whitelist.iter().zip(&entries).enumerate() {
            let evidence = |trouble: &Text| {
                let key = Subject::ConfigKey(text!("network.whitelist[{}]", at));
                Evidence::of(
                    key,
                    "one public IPv4 address",
                    text!("{}: {}", Quoted(written), trouble),
                )
            };
            if let Some(trouble) = fault(entry) {
                wrong.push(evidence(&trouble));
            } else if let Some(trouble) = doubt(entry).or_else(|| overlap(&entries[..at], entry)) {
                doubtful.push(evidence(&trouble));
            } else {
                fine.push(evidence(&"a public IPv4 address".into()));
            }
        }
        Ok(if !wrong.is_empty() {
            Outcome::fail(
                "the whitelist has entries that cannot be right",
                wrong.into_iter().chain(doubtful).collect(),
            )
        } else if !doubtful.is_empty() {
            Outcome::warn(
                "the whitelist has entries that the platform may read differently",
                doubtful,
            )
        } else {
            Outcome::Pass(fine)
        })
    }
}

/// Why an entry cannot be right.
fn fault(entry: Entry) -> Option<Text> {
    match entry {
        Entry::Unreadable => Some("neither an IPv4 address nor a range".into()),
        Entry::V6(Some(inside)) => {
            Some(text!("an IPv6 spelling of {}, and IPv6 is not listed as supported", inside))
        }
        Entry::V6(None) => Some("IPv6 is not listed as supported".into()),
        Entry::HostBits(net) => {
            Some(text!("an address within a range; the range itself is {}", net.trunc()))
        }
        Entry::Address(DOCUMENTATION_SAMPLE) => {
            Some("the sample of the platform's page, not an address of yours".into())
        }
        Entry::Address(ip) => special(IpAddr::V4(ip)).map(|range| text!("not public: {}", range)),
        Entry::Range(net) if net.prefix_len() == 0 => Some("every address there is".into()),
        Entry::Range(net) if net.prefix_len() < WIDEST => Some(text!(
            "{} addresses; wider than /{}, which is our limit",
            1_u64 << (32 - net.prefix_len()),
            WIDEST
        )),
        Entry::Range(net) => special(IpAddr::V4(net.network()))
            .or_else(|| special(IpAddr::V4(net.broadcast())))
            .map(|range| text!("not public: {}", range)),
    }
}

/// Why an entry may not be read as it is meant.
fn doubt(entry: Entry) -> Option<Text> {
    match entry {
        Entry::Range(net) if net.prefix_len() == 32 => {
            Some(text!("a range of one address; write {}", net.network()))
        }
        Entry::Range(_) => {
            Some("the platform does not mention ranges; write its addresses one by one".into())
        }
        Entry::Address(_) | Entry::HostBits(_) | Entry::V6(_) | Entry::Unreadable => None,
    }
}

/// Which earlier entry already says this one or a part of it.
fn overlap(earlier: &[Entry], entry: Entry) -> Option<Text> {
    let net = entry.net()?;
    let other = earlier.iter().find(|other| {
        other.net().is_some_and(|other| other.contains(&net) || net.contains(&other))
    })?;
    Some(if other.net() == Some(net) {
        "stands there twice".into()
    } else {
        text!("overlaps {}, which is listed too", other.net()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Merchant, Observations, RunFacts};

    fn judged(entries: &[&str]) -> anyhow::Result<Outcome> {
        let mut merchant = Merchant::default();
        merchant.network.whitelist = entries.iter().map(|&entry| entry.to_owned()).collect();
        WhitelistValid.judge(&Facts {
            merchant: &merchant,
            run: &RunFacts::example(),
            seen: &Observations::default(),
        })
    }

    fn word(entries: &[&str]) -> &'static str {
        judged(entries).expect("a decision").word()
    }

    #[test]
    fn passes_public_addresses() {
        assert_eq!(word(&["49.36.10.7", "49.36.10.8"]), "pass");
    }

    #[test]
    fn fails_what_cannot_match_or_matches_too_much() {
        for entry in [
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "203.0.113.9",
            "2400:cb00::1",
            "0.0.0.0/0",
            "49.0.0.0/8",
            "49.36.0.0/23",
            "shop.example",
        ] {
            assert_eq!(word(&["49.36.10.7", entry]), "fail", "{entry}");
        }
    }

    #[test]
    fn fails_the_sample_of_the_documentation() {
        assert_eq!(word(&["103.21.244.15"]), "fail");
    }

    #[test]
    fn fails_host_bits_and_names_the_range() {
        let Outcome::Fail(finding) = judged(&["49.36.10.7/28"]).expect("a decision") else {
            panic!("should fail")
        };
        assert!(
            finding.evidence[0].observed.as_str().contains("49.36.10.0/28"),
            "{}",
            finding.evidence[0].observed
        );
    }

    #[test]
    fn warns_of_ranges_duplicates_and_overlaps() {
        for entries in [
            &["49.36.10.0/28"][..],
            &["49.36.10.7/32"],
            &["49.36.10.7", "49.36.10.7"],
            &["49.36.10.0/28", "49.36.10.7"],
        ] {
            assert_eq!(word(entries), "warn", "{entries:?}");
        }
    }

    #[test]
    fn is_undecided_without_a_whitelist() {
        let error = judged(&[]).expect_err("no decision");
        assert!(matches!(error.downcast_ref::<Reason>(), Some(Reason::NoWayToObserve(_))));
    }
}
