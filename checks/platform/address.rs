//! Addresses that the public internet does not route.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const PRIVATE: &str = "a private address";
const DOCUMENTATION: &str = "an address for documentation";
const PROTOCOL: &str = "an address of the IETF's own protocols";
const AS112: &str = "an address of the AS112 service";
const ANYCAST: &str = "an anycast address of a protocol";
const DISCOVERY: &str = "an address for finding out about NAT64";
const BENCHMARKING: &str = "an address for benchmarks";
const RELAY: &str = "an address of relays for 6to4";
const ORCHID: &str = "an identifier (ORCHID), not an address";
const MULTICAST: &str = "a multicast address";
const LINK_LOCAL: &str = "a link-local address";
const LOOPBACK: &str = "a loopback address";
const AMT: &str = "an address of multicast relays (AMT)";

/// IANA IPv4 Special-Purpose Address Registry, narrower ranges before wider ones, then multicast.
const V4: &[([u8; 4], u32, &str)] = &[
    ([0, 0, 0, 0], 32, "the unspecified address"),
    ([0, 0, 0, 0], 8, "an address of \"this network\""),
    ([10, 0, 0, 0], 8, PRIVATE),
    ([100, 64, 0, 0], 10, "an address shared behind a carrier's NAT (CGNAT)"),
    ([127, 0, 0, 0], 8, LOOPBACK),
    ([169, 254, 0, 0], 16, LINK_LOCAL),
    ([172, 16, 0, 0], 12, PRIVATE),
    ([192, 0, 0, 0], 29, "an address of IPv4 service continuity"),
    ([192, 0, 0, 8], 32, "the IPv4 dummy address"),
    ([192, 0, 0, 9], 32, ANYCAST),
    ([192, 0, 0, 10], 32, ANYCAST),
    ([192, 0, 0, 170], 32, DISCOVERY),
    ([192, 0, 0, 171], 32, DISCOVERY),
    ([192, 0, 0, 0], 24, PROTOCOL),
    ([192, 0, 2, 0], 24, DOCUMENTATION),
    ([192, 31, 196, 0], 24, AS112),
    ([192, 52, 193, 0], 24, AMT),
    ([192, 88, 99, 2], 32, "the 6a44 relay address"),
    ([192, 88, 99, 0], 24, RELAY),
    ([192, 168, 0, 0], 16, PRIVATE),
    ([192, 175, 48, 0], 24, AS112),
    ([198, 18, 0, 0], 15, BENCHMARKING),
    ([198, 51, 100, 0], 24, DOCUMENTATION),
    ([203, 0, 113, 0], 24, DOCUMENTATION),
    ([224, 0, 0, 0], 4, MULTICAST),
    ([255, 255, 255, 255], 32, "the broadcast address"),
    ([240, 0, 0, 0], 4, "a reserved address"),
];

/// IANA IPv6 Special-Purpose Address Registry, narrower ranges before wider ones, then multicast
/// and what else is no unicast of the internet. Mapped, NAT64 and 6to4 addresses are not here: the
/// IPv4 address inside decides.
const V6: &[([u16; 8], u32, &str)] = &[
    ([0, 0, 0, 0, 0, 0, 0, 0], 128, "the unspecified address"),
    ([0, 0, 0, 0, 0, 0, 0, 1], 128, LOOPBACK),
    ([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, "an address for translation to IPv4 within a network"),
    ([0x100, 0, 0, 0, 0, 0, 0, 0], 64, "an address whose traffic is discarded"),
    ([0x100, 0, 0, 1, 0, 0, 0, 0], 64, "an IPv6 dummy address"),
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, "a Teredo address"),
    ([0x2001, 1, 0, 0, 0, 0, 0, 1], 128, ANYCAST),
    ([0x2001, 1, 0, 0, 0, 0, 0, 2], 128, ANYCAST),
    ([0x2001, 1, 0, 0, 0, 0, 0, 3], 128, ANYCAST),
    ([0x2001, 2, 0, 0, 0, 0, 0, 0], 48, BENCHMARKING),
    ([0x2001, 3, 0, 0, 0, 0, 0, 0], 32, AMT),
    ([0x2001, 4, 0x112, 0, 0, 0, 0, 0], 48, AS112),
    ([0x2001, 0x10, 0, 0, 0, 0, 0, 0], 28, ORCHID),
    ([0x2001, 0x20, 0, 0, 0, 0, 0, 0], 28, ORCHID),
    ([0x2001, 0x30, 0, 0, 0, 0, 0, 0], 28, "an identifier of a drone, not an address"),
    ([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, PROTOCOL),
    ([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, DOCUMENTATION),
    ([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48, AS112),
    ([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, DOCUMENTATION),
    ([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16, "a segment-routing identifier"),
    ([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, PRIVATE),
    ([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, LINK_LOCAL),
    ([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, "a site-local address"),
    ([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, MULTICAST),
];

/// The word for the special-purpose range that `ip` lies in (IANA registries), `None` for a public
/// address. Mapped, NAT64 and 6to4 forms are judged by the IPv4 address inside.
#[must_use]
pub fn special(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(ip) => special_v4(ip),
        IpAddr::V6(ip) => match embedded_v4(ip) {
            Some(inside) => special_v4(inside),
            None => special_v6(ip),
        },
    }
}

/// Whether the public internet routes `ip`.
#[must_use]
pub fn is_public(ip: IpAddr) -> bool {
    special(ip).is_none()
}

fn special_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let within = |net: [u8; 4], bits: u32| {
        (ip.to_bits() ^ Ipv4Addr::from(net).to_bits()).leading_zeros() >= bits
    };
    V4.iter().find(|(net, bits, _)| within(*net, *bits)).map(|(_, _, word)| *word)
}

fn special_v6(ip: Ipv6Addr) -> Option<&'static str> {
    let within = |net: [u16; 8], bits: u32| {
        (ip.to_bits() ^ Ipv6Addr::from(net).to_bits()).leading_zeros() >= bits
    };
    let word = V6.iter().find(|(net, bits, _)| within(*net, *bits)).map(|(_, _, word)| *word);
    let global_unicast = ip.segments()[0] & 0xe000 == 0x2000;
    word.or((!global_unicast).then_some("an address outside of the internet's unicast range"))
}

/// The address of `ip` that matters: IPv4 for mapped and NAT64 forms.
#[must_use]
pub fn embedded_v4(ip: Ipv6Addr) -> Option<std::net::Ipv4Addr> {
    let s = ip.segments();
    ip.to_ipv4_mapped().or_else(|| {
        let nat64 = s[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
        let bytes = |hi: u16, lo: u16| {
            let ([a, b], [c, d]) = (hi.to_be_bytes(), lo.to_be_bytes());
            std::net::Ipv4Addr::new(a, b, c, d)
        };
        if nat64 {
            Some(bytes(s[6], s[7]))
        } else if s[0] == 0x2002 {
            Some(bytes(s[1], s[2]))
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// First, last, and the neighbours on both sides.
    const RANGES: [(&str, &str, Option<&str>, Option<&str>); 16] = [
        ("10.0.0.0", "10.255.255.255", Some("9.255.255.255"), Some("11.0.0.0")),
        ("100.64.0.0", "100.127.255.255", Some("100.63.255.255"), Some("100.128.0.0")),
        ("127.0.0.0", "127.255.255.255", Some("126.255.255.255"), Some("128.0.0.0")),
        ("169.254.0.0", "169.254.255.255", Some("169.253.255.255"), Some("169.255.0.0")),
        ("172.16.0.0", "172.31.255.255", Some("172.15.255.255"), Some("172.32.0.0")),
        ("192.0.0.0", "192.0.0.255", Some("191.255.255.255"), Some("192.0.1.0")),
        ("192.0.2.0", "192.0.2.255", Some("192.0.1.255"), Some("192.0.3.0")),
        ("192.168.0.0", "192.168.255.255", Some("192.167.255.255"), Some("192.169.0.0")),
        ("198.18.0.0", "198.19.255.255", Some("198.17.255.255"), Some("198.20.0.0")),
        ("198.51.100.0", "198.51.100.255", Some("198.51.99.255"), Some("198.51.101.0")),
        ("203.0.113.0", "203.0.113.255", Some("203.0.112.255"), Some("203.0.114.0")),
        ("224.0.0.0", "255.255.255.255", Some("223.255.255.255"), None),
        ("0.0.0.0", "0.255.255.255", None, Some("1.0.0.0")),
        (
            "2001:db8::",
            "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
            Some("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff"),
            Some("2001:db9::"),
        ),
        (
            "3fff::",
            "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
            Some("3ffe:ffff::"),
            Some("3fff:1000::"),
        ),
        (
            "2001::",
            "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
            Some("2000:ffff::"),
            Some("2001:200::"),
        ),
    ];

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn ranges_end_where_the_registry_says() {
        for (first, last, before, after) in RANGES {
            assert!(!is_public(ip(first)), "{first}");
            assert!(!is_public(ip(last)), "{last}");
            for neighbour in [before, after].into_iter().flatten() {
                assert!(is_public(ip(neighbour)), "{neighbour}: {:?}", special(ip(neighbour)));
            }
        }
    }

    #[test]
    fn each_range_has_its_word() {
        for (address, word) in [
            ("127.0.0.1", "loopback"),
            ("10.1.2.3", "private"),
            ("100.64.1.1", "CGNAT"),
            ("169.254.169.254", "link-local"),
            ("192.0.0.9", "anycast"),
            ("192.0.0.171", "NAT64"),
            ("192.88.99.1", "6to4"),
            ("224.0.0.1", "multicast"),
            ("240.0.0.1", "reserved"),
            ("255.255.255.255", "broadcast"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("fe80::1", "link-local"),
            ("fec0::1", "site-local"),
            ("fd00::1", "private"),
            ("ff02::1", "multicast"),
            ("100::1", "discarded"),
            ("2001:0:1::1", "Teredo"),
            ("2001:2::1", "benchmarks"),
            ("2001:20::1", "ORCHID"),
            ("5f00::1", "segment"),
            ("64:ff9b:1::1", "translation"),
            ("4000::1", "outside"),
            ("::2", "outside"),
        ] {
            let found = special(ip(address));
            assert!(found.is_some_and(|found| found.contains(word)), "{address}: {found:?}");
        }
    }

    #[test]
    fn the_address_inside_decides() {
        for address in ["::ffff:10.0.0.1", "64:ff9b::127.0.0.1", "2002:7f00:1::", "2002:a00:1::1"] {
            assert!(!is_public(ip(address)), "{address}");
        }
        for address in [
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
            "2606:4700::1111",
            "103.21.244.15",
        ] {
            assert!(is_public(ip(address)), "{address}: {:?}", special(ip(address)));
        }
    }

    #[test]
    fn narrow_ranges_stand_before_wide_ones() {
        for (at, (net, bits, _)) in V4.iter().enumerate() {
            let hidden = V4[..at].iter().find(|(wide, wide_bits, _)| {
                wide_bits <= bits
                    && (Ipv4Addr::from(*wide).to_bits() ^ Ipv4Addr::from(*net).to_bits())
                        .leading_zeros()
                        >= *wide_bits
            });
            assert_eq!(hidden, None, "{net:?}/{bits}");
        }
        for (at, (net, bits, _)) in V6.iter().enumerate() {
            let hidden = V6[..at].iter().find(|(wide, wide_bits, _)| {
                wide_bits <= bits
                    && (Ipv6Addr::from(*wide).to_bits() ^ Ipv6Addr::from(*net).to_bits())
                        .leading_zeros()
                        >= *wide_bits
            });
            assert_eq!(hidden, None, "{net:?}/{bits}");
        }
    }
}
