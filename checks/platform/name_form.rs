//! What the form of a webhook address tells, without looking it up.

use std::net::IpAddr;

use super::endpoint::{Endpoint, Host};
use crate::platform::address::special;

/// What is odd about an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// A user name or password stands in it.
    Credentials,
    /// This machine.
    Localhost,
    /// A name that only a private network knows; the ending says which.
    PrivateName(&'static str),
    /// A name without a dot.
    SingleLabel,
    /// An address literal of a special range.
    SpecialLiteral(&'static str),
    /// The sample of the platform's page.
    Sample,
    /// A tunnel to somebody's machine, or a place that collects requests.
    Tunnel(&'static str),
    /// An address literal.
    Literal,
    /// The host of the platform's sample with another path.
    SampleHost,
    /// A word that names a test environment.
    Staging(&'static str),
    /// A fragment, which no server ever sees.
    Fragment,
}

impl Oddity {
    /// Whether production cannot work with it, as opposed to looking wrong.
    pub(crate) fn is_fatal(self) -> bool {
        match self {
            Self::Credentials
            | Self::Localhost
            | Self::PrivateName(_)
            | Self::SingleLabel
            | Self::SpecialLiteral(_)
            | Self::Sample
            | Self::Tunnel(_) => true,
            Self::Literal | Self::SampleHost | Self::Staging(_) | Self::Fragment => false,
        }
    }

    /// Everything odd about `url`, the worst first.
    pub(crate) fn all(url: &Endpoint) -> Vec<Self> {
        let mut all = Vec::new();
        if url.user_info {
            all.push(Self::Credentials);
        }
        match &url.host {
            Host::Name(name) => of_name(&mut all, name.trim_end_matches('.'), &url.path),
            Host::V4(ip) => of_literal(&mut all, IpAddr::V4(*ip)),
            Host::V6(ip) => of_literal(&mut all, IpAddr::V6(*ip)),
        }
        if let Some(word) = staging(url) {
            all.push(Self::Staging(word));
        }
        if url.fragment {
            all.push(Self::Fragment);
        }
        all
    }
}

fn of_literal(all: &mut Vec<Oddity>, ip: IpAddr) {
    all.push(special(ip).map_or(Oddity::Literal, Oddity::SpecialLiteral));
}

fn of_name(all: &mut Vec<Oddity>, name: &str, path: &str) {
    let private = PRIVATE_ENDINGS.iter().copied().find(|ending| is_under(name, ending));
    let tunnel = TUNNELS.iter().copied().find(|tunnel| is_under(name, tunnel));
    if is_under(name, "localhost") {
        all.push(Oddity::Localhost);
    } else if let Some(ending) = private {
        all.push(Oddity::PrivateName(ending));
    } else if !name.contains('.') {
        all.push(Oddity::SingleLabel);
    } else if let Some(tunnel) = tunnel {
        all.push(Oddity::Tunnel(tunnel));
    } else if is_under(name, "merchant.com") {
        // The page "Webhook setup" prints https://merchant.com/api/webhooks/kwikpaisa.
        all.push(if path.trim_end_matches('/') == "/api/webhooks/kwikpaisa" {
            Oddity::Sample
        } else {
            Oddity::SampleHost
        });
    }
}

fn is_under(name: &str, ending: &str) -> bool {
    name == ending || name.strip_suffix(ending).is_some_and(|front| front.ends_with('.'))
}

/// A word of the host or the path that names a test environment: a whole label or segment, or a
/// part of one where the word means nothing else.
fn staging(url: &Endpoint) -> Option<&'static str> {
    let mut parts: Vec<&str> = url.path.split('/').collect();
    if let Host::Name(name) = &url.host {
        let labels: Vec<&str> = name.trim_end_matches('.').split('.').collect();
        // The registered name and its ending are what the merchant is called: dev.in is not a test
        // environment.
        parts.extend(labels.iter().take(labels.len().saturating_sub(2)));
    }
    let is = |part: &&str, word: &str| part.eq_ignore_ascii_case(word);
    STAGING.iter().copied().find(|word| parts.iter().any(|part| is(part, word))).or_else(|| {
        let pieces = || parts.iter().flat_map(|part| part.split(['-', '_']));
        UNMISTAKABLE
            .iter()
            .copied()
            .find(|word| pieces().any(|piece| piece.eq_ignore_ascii_case(word)))
    })
}

/// Names that no public resolver knows. `.example` is left to the resolver: documentation and
/// rehearsals use it.
const PRIVATE_ENDINGS: [&str; 11] = [
    "local",
    "internal",
    "test",
    "invalid",
    "lan",
    "home",
    "home.arpa",
    "corp",
    "intranet",
    "private",
    "localdomain",
];

const STAGING: [&str; 14] = [
    "staging",
    "stage",
    "stg",
    "uat",
    "test",
    "testing",
    "dev",
    "development",
    "qa",
    "sandbox",
    "demo",
    "preprod",
    "pre-prod",
    "sit",
];

const UNMISTAKABLE: [&str; 5] = ["staging", "stg", "uat", "sandbox", "preprod"];

/// Services that lead to a machine behind a firewall, or collect requests for somebody to look at.
const TUNNELS: &[&str] = &[
    "ngrok.io",
    "ngrok.app",
    "ngrok.dev",
    "ngrok-free.app",
    "ngrok-free.dev",
    "ngrok.pro",
    "ngrok.pizza",
    "trycloudflare.com",
    "loca.lt",
    "localtunnel.me",
    "serveo.net",
    "serveousercontent.com",
    "localhost.run",
    "lhr.life",
    "lhr.rocks",
    "lhrtunnel.link",
    "pinggy.io",
    "pinggy.link",
    "pinggy.online",
    "bore.pub",
    "loclx.io",
    "tunnelmole.net",
    "tunnelto.dev",
    "pagekite.me",
    "telebit.io",
    "zrok.io",
    "expose.dev",
    "sharedwithexpose.com",
    "playit.gg",
    "packetriot.net",
    "ts.net",
    "devtunnels.ms",
    "app.github.dev",
    "githubpreview.dev",
    "gitpod.io",
    "webhookrelay.com",
    "webhook.site",
    "requestbin.com",
    "requestbin.net",
    "requestcatcher.com",
    "pipedream.net",
    "beeceptor.com",
    "mockbin.io",
    "mockbin.org",
    "postb.in",
    "smee.io",
    "typedwebhook.tools",
    "httpbin.org",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> Vec<Oddity> {
        Oddity::all(&Endpoint::parse(url).expect("a URL"))
    }

    #[test]
    fn finds_nothing_odd_about_public_names() {
        for url in [
            "https://merchant.example/api/webhooks/kwikpaisa",
            "https://pay.shop.in/hook?token=1",
            "https://shop.dev/hook",
            "https://dev.in/hook",
            "https://test-kitchen.com/hook",
            "https://www.demokratie.de/latest/hook",
            "https://ngrok.io.shop.in/hook",
            "https://xn--h1alffa9f.xn--p1ai/hook",
        ] {
            assert_eq!(of(url), [], "{url}");
        }
    }

    #[test]
    fn finds_what_cannot_be_reached_from_outside() {
        assert_eq!(of("https://localhost/hook"), [Oddity::Localhost]);
        assert_eq!(of("https://shop.localhost/hook"), [Oddity::Localhost]);
        assert_eq!(of("https://shop.local./hook"), [Oddity::PrivateName("local")]);
        assert_eq!(of("https://pay.corp.internal/hook"), [Oddity::PrivateName("internal")]);
        assert_eq!(of("https://shop/hook"), [Oddity::SingleLabel]);
        assert!(matches!(of("https://10.0.0.1/hook")[..], [Oddity::SpecialLiteral(_)]));
        assert!(matches!(of("https://[::1]/hook")[..], [Oddity::SpecialLiteral(_)]));
        assert!(matches!(of("https://[::ffff:192.168.1.1]/hook")[..], [Oddity::SpecialLiteral(_)]));
        assert!(matches!(of("https://0x7f.1/hook")[..], [Oddity::SpecialLiteral(_)]));
    }

    #[test]
    fn knows_tunnels_and_the_sample() {
        assert_eq!(of("https://1a2b.ngrok-free.app/hook"), [Oddity::Tunnel("ngrok-free.app")]);
        assert_eq!(of("https://webhook.site/1a2b"), [Oddity::Tunnel("webhook.site")]);
        assert_eq!(of("https://merchant.com/api/webhooks/kwikpaisa"), [Oddity::Sample]);
        assert_eq!(of("https://merchant.com/other"), [Oddity::SampleHost]);
    }

    #[test]
    fn sees_test_environments_in_host_and_path() {
        assert_eq!(of("https://staging.shop.in/hook"), [Oddity::Staging("staging")]);
        assert_eq!(of("https://api-uat.shop.in/hook"), [Oddity::Staging("uat")]);
        assert_eq!(of("https://shop.in/demo/hook"), [Oddity::Staging("demo")]);
        assert_eq!(of("https://8.8.8.8/test/hook"), [Oddity::Literal, Oddity::Staging("test")]);
    }

    #[test]
    fn sees_credentials_and_fragments() {
        assert_eq!(of("https://user:pass@shop.in/hook"), [Oddity::Credentials]);
        assert_eq!(of("https://shop.in/hook#part"), [Oddity::Fragment]);
    }
}
