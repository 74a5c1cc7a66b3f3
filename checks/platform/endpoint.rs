//! A URL of the configuration, kept as it was written but for its secret parts.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use url::Url;

use super::text::Show;

/// A URL that can be shown: user info, query values and fragment are known to be there, not what
/// they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Endpoint {
    /// `https`, lower case.
    pub scheme: String,
    /// The host after the WHATWG rules: lower case, punycode, numbers as dotted addresses.
    pub host: Host,
    /// The host as the configuration spells it, where that differs.
    pub host_written: Option<String>,
    /// The port, where it is not the scheme's own.
    pub port: Option<u16>,
    /// The path, at least `/`.
    pub path: String,
    /// A user name or password stands before the host.
    pub user_info: bool,
    /// A query follows the path.
    pub query: bool,
    /// A fragment ends it.
    pub fragment: bool,
}

/// Who a URL points to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Host {
    /// A name, without a trailing dot unless it was written.
    Name(String),
    /// An IPv4 literal.
    V4(Ipv4Addr),
    /// An IPv6 literal.
    V6(Ipv6Addr),
}

impl Show for Host {
    fn show(&self) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::V4(ip) => ip.to_string(),
            Self::V6(ip) => format!("[{ip}]"),
        }
    }
}

impl Endpoint {
    /// Reads a URL with a host; `None` for anything else.
    #[must_use]
    pub fn parse(written: &str) -> Option<Self> {
        let url = Url::parse(written.trim()).ok()?;
        let host = match url.host()? {
            url::Host::Domain(name) => Host::Name(name.to_owned()),
            url::Host::Ipv4(ip) => Host::V4(ip),
            url::Host::Ipv6(ip) => Host::V6(ip),
        };
        let host_written =
            written_host(written.trim()).filter(|raw| !raw.eq(&host.show())).map(str::to_owned);
        Some(Self {
            scheme: url.scheme().to_owned(),
            host,
            host_written,
            port: url.port(),
            path: url.path().to_owned(),
            user_info: !url.username().is_empty() || url.password().is_some(),
            query: url.query().is_some(),
            fragment: url.fragment().is_some(),
        })
    }

    /// Whether it is reached over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// The port a connection goes to.
    #[must_use]
    pub fn effective_port(&self) -> u16 {
        self.port.unwrap_or(if self.scheme == "http" { 80 } else { 443 })
    }

    /// `host:port`, the key under which observations of it are kept.
    #[must_use]
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host.show(), self.effective_port())
    }
}

/// What stands between the slashes and the path, without user info and port.
fn written_host(written: &str) -> Option<&str> {
    let (_, rest) = written.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return host.split_inclusive(']').next();
    }
    Some(host.rsplit_once(':').map_or(host, |(name, _)| name))
}

impl Show for Endpoint {
    fn show(&self) -> String {
        let port = self.port.map_or(String::new(), |port| format!(":{port}"));
        let user = if self.user_info { "…@" } else { "" };
        let query = if self.query { "?…" } else { "" };
        let fragment = if self.fragment { "#…" } else { "" };
        let path = if self.path == "/" { "" } else { &self.path };
        format!("{}://{user}{}{port}{path}{query}{fragment}", self.scheme, self.host.show())
    }
}

/// A URL of the configuration, readable or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Address {
    /// A URL with a host.
    Url(Endpoint),
    /// Anything else; its text may hold a secret, so it is not kept.
    Unreadable,
}

impl Address {
    /// The URL, where it is one.
    #[must_use]
    pub fn url(&self) -> Option<&Endpoint> {
        match self {
            Self::Url(endpoint) => Some(endpoint),
            Self::Unreadable => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_user_info_query_or_fragment() {
        let url = Endpoint::parse("https://u:pw@shop.example:8443/hook?token=s3cret#frag")
            .expect("a URL");
        assert_eq!(url.show(), "https://…@shop.example:8443/hook?…#…");
    }

    #[test]
    fn remembers_how_the_host_was_written() {
        let url = Endpoint::parse("http://0x7f.1/").expect("a URL");
        assert_eq!(url.host, Host::V4(Ipv4Addr::LOCALHOST));
        assert_eq!(url.host_written.as_deref(), Some("0x7f.1"));
    }
}
