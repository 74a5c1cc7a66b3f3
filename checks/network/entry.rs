//! One entry of the whitelist.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use crate::platform::address::embedded_v4;

/// The address that the platform's page prints as its example.
pub(super) const DOCUMENTATION_SAMPLE: Ipv4Addr = Ipv4Addr::new(103, 21, 244, 15);

/// The widest range that can still be somebody's own machines.
pub(super) const WIDEST: u8 = 24;

/// What an entry of `network.whitelist` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// One IPv4 address.
    Address(Ipv4Addr),
    /// A range, written as the network it is.
    Range(Ipv4Net),
    /// An address with a mask that cuts it: `103.21.244.15/24`.
    HostBits(Ipv4Net),
    /// An IPv6 address or range, and the IPv4 address inside of it, if any.
    V6(Option<Ipv4Addr>),
    /// A name, a span, an address with a port or anything else.
    Unreadable,
}

impl Entry {
    /// Reads an entry as it was written.
    pub(super) fn read(written: &str) -> Self {
        let written = written.trim();
        if let Ok(ip) = written.parse::<IpAddr>() {
            return match ip {
                IpAddr::V4(ip) => Self::Address(ip),
                IpAddr::V6(ip) => Self::V6(embedded_v4(ip)),
            };
        }
        match written.parse::<IpNet>() {
            Ok(IpNet::V4(net)) if net.addr() == net.network() => Self::Range(net),
            Ok(IpNet::V4(net)) => Self::HostBits(net),
            Ok(IpNet::V6(net)) => Self::V6(embedded_v4(net.addr())),
            Err(_) => Self::Unreadable,
        }
    }

    /// The addresses it lets in, where that can be said.
    pub(super) fn net(self) -> Option<Ipv4Net> {
        match self {
            Self::Address(ip) => Some(Ipv4Net::from(ip)),
            Self::Range(net) | Self::HostBits(net) => Some(net.trunc()),
            Self::V6(_) | Self::Unreadable => None,
        }
    }

    /// Whether it is too wide to be a list of anybody's machines.
    pub(super) fn too_wide(self) -> bool {
        self.net().is_some_and(|net| net.prefix_len() < WIDEST)
    }
}

/// Whether a whitelist lets an address in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ListedEntry {
    /// An entry names it or a small range around it.
    Yes,
    /// Only a range so wide that it says nothing.
    TooWide,
    /// No entry does.
    No,
}

/// Whether `whitelist` lets `ip` in.
pub(super) fn listed(whitelist: &[String], ip: Ipv4Addr) -> ListedEntry {
    let mut best = ListedEntry::No;
    for entry in whitelist.iter().map(|written| Entry::read(written)) {
        if entry.net().is_some_and(|net| net.contains(&ip)) {
            if !entry.too_wide() {
                return ListedEntry::Yes;
            }
            best = ListedEntry::TooWide;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_entries_as_people_write_them() {
        let net = |written: &str| written.parse::<Ipv4Net>().expect("a network");
        assert_eq!(Entry::read(" 49.36.10.7 "), Entry::Address(Ipv4Addr::new(49, 36, 10, 7)));
        assert_eq!(Entry::read("49.36.10.0/28"), Entry::Range(net("49.36.10.0/28")));
        assert_eq!(Entry::read("49.36.10.7/24"), Entry::HostBits(net("49.36.10.7/24")));
        assert_eq!(Entry::read("2400:cb00::1"), Entry::V6(None));
        assert_eq!(Entry::read("::ffff:49.36.10.7"), Entry::V6(Some(Ipv4Addr::new(49, 36, 10, 7))));
        for written in [
            "shop.example",
            "49.36.10.7:443",
            "49.36.10.1-49.36.10.9",
            "049.36.10.7",
            "49.36.10",
            "",
            "*",
        ] {
            assert_eq!(Entry::read(written), Entry::Unreadable, "{written}");
        }
    }

    #[test]
    fn a_wide_range_does_not_count_as_a_listing() {
        let list =
            |entries: &[&str]| entries.iter().map(|&entry| entry.to_owned()).collect::<Vec<_>>();
        let ip = Ipv4Addr::new(49, 36, 10, 7);
        assert_eq!(listed(&list(&["49.36.0.0/16"]), ip), ListedEntry::TooWide);
        assert_eq!(listed(&list(&["49.36.0.0/16", "49.36.10.7"]), ip), ListedEntry::Yes);
        assert_eq!(listed(&list(&["49.36.10.8", "bogus"]), ip), ListedEntry::No);
    }
}
