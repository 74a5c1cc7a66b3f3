//! `--connect-to HOST:PORT:HOST:PORT`, as curl has it.

use std::fmt;
use std::str::FromStr;

/// Sends connections for one host and port to another; names in certificates and `Host` stay as
/// configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConnectTo {
    /// The host it is about, lower case and without brackets; empty for every host.
    pub(crate) host: String,
    /// The port it is about; 0 for every port.
    pub(crate) port: u16,
    /// Where to go instead, without brackets; empty for the same host.
    pub(crate) to_host: String,
    /// The port there; 0 for the same port.
    pub(crate) to_port: u16,
}

impl ConnectTo {
    /// Where a connection for `host` (without brackets) and `port` goes, if this switch is about
    /// it.
    pub(crate) fn target(&self, host: &str, port: u16) -> Option<(String, u16)> {
        let same_host = self.host.is_empty() || self.host.eq_ignore_ascii_case(host);
        let same_port = self.port == 0 || self.port == port;
        (same_host && same_port).then(|| {
            let to_host = if self.to_host.is_empty() { host } else { &self.to_host };
            (to_host.to_owned(), if self.to_port == 0 { port } else { self.to_port })
        })
    }
}

impl fmt::Display for ConnectTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host =
            |host: &str| if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let port = |port: u16| if port == 0 { String::new() } else { port.to_string() };
        write!(
            f,
            "{}:{}:{}:{}",
            host(&self.host),
            port(self.port),
            host(&self.to_host),
            port(self.to_port)
        )
    }
}

impl FromStr for ConnectTo {
    type Err = &'static str;

    fn from_str(written: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "expected HOST:PORT:HOST:PORT, as curl's --connect-to has it";
        let (host, rest) = host(written).ok_or(SHAPE)?;
        let (from_port, rest) = rest.split_once(':').ok_or(SHAPE)?;
        let (to_host, to_port) = self::host(rest).ok_or(SHAPE)?;
        Ok(Self { host, port: port(from_port)?, to_host, to_port: port(to_port)? })
    }
}

/// Reads a host up to its colon; a bracketed one may hold colons.
fn host(text: &str) -> Option<(String, &str)> {
    let (host, rest) = match text.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once("]:")?,
        None => text.split_once(':')?,
    };
    Some((host.to_ascii_lowercase(), rest))
}

fn port(text: &str) -> Result<u16, &'static str> {
    if text.is_empty() {
        return Ok(0);
    }
    text.parse().ok().filter(|port| *port != 0).ok_or("expected a port from 1 to 65535, or nothing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_curl_reads() {
        let to = |text: &str| {
            ConnectTo::from_str(text).map(|to| (to.host, to.port, to.to_host, to.to_port))
        };
        assert_eq!(
            to("Shop.example:443:127.0.0.1:8443"),
            Ok(("shop.example".into(), 443, "127.0.0.1".into(), 8443))
        );
        assert_eq!(to("[::1]:443:[fe80::1]:8443"), Ok(("::1".into(), 443, "fe80::1".into(), 8443)));
        assert_eq!(to("::127.0.0.1:8443"), Ok((String::new(), 0, "127.0.0.1".into(), 8443)));
        assert_eq!(to("shop.example:443::"), Ok(("shop.example".into(), 443, String::new(), 0)));
        for wrong in [
            "",
            "a",
            "a:1",
            "a:1:b",
            "a:x:b:1",
            "a:1:b:0",
            "a:1:b:70000",
            "[::1:443:b:1",
            "a:1:b:1:2",
        ] {
            assert!(to(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn empty_parts_stand_for_any_and_for_the_same() {
        let any: ConnectTo = "::127.0.0.1:".parse().unwrap();
        assert_eq!(any.target("shop.example", 443), Some(("127.0.0.1".to_owned(), 443)));
        let one: ConnectTo = "shop.example:443::8443".parse().unwrap();
        assert_eq!(one.target("SHOP.example", 443), Some(("SHOP.example".to_owned(), 8443)));
        assert_eq!(one.target("shop.example", 80), None);
        assert_eq!(one.target("other.example", 443), None);
    }
}
