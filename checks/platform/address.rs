//! Addresses that the public internet does not route.

use std::net::IpAddr;

/// The word for the special-purpose range that `ip` lies in (IANA registries), `None` for a public address. Mapped, NAT64 and 6to4 forms are
/// judged by the IPv4 address inside.
#[must_use]
pub fn special(_ip: IpAddr) -> Option<&'static str> {
    todo!()
}
