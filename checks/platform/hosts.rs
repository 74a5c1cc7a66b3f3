//! The platform's hosts, and what is made to look like them.

use super::endpoint::{Address, Endpoint};
use super::text::Show as _;

/// The production API, of this generation ("Create order") and the previous one (the public
/// WooCommerce plugin).
pub const PRODUCTION: &str = "api.kwikpaisa.com";
/// The sandbox of this generation ("UAT testing").
pub const SANDBOX: &str = "sandbox.kwikpaisa.com";
/// The previous generation's test host (kwikpaisa-neo-bank.readme.io).
pub const PREVIOUS_UAT: &str = "uat.api.kwikpaisa.com";
/// The first generation's checkout, test and live alike (the public KwikPaisaPG code).
pub const FIRST_GENERATION: &str = "pispp.kwikpaisa.com";
/// Sites for people.
pub const SITES: [&str; 5] = [
    "kwikpaisa.com",
    "www.kwikpaisa.com",
    "dashboard.kwikpaisa.com",
    "developers.kwikpaisa.com",
    "kwikpaisa-neo-bank.readme.io",
];
/// Where every path of this generation begins.
pub const API_ROOT: &str = "/api/v3";

/// Paths of the previous generations, with whose they are: from the same sources.
const PREVIOUS_PATHS: [(&str, &str); 9] = [
    ("/api/v1/createcustomer", FIRST),
    ("/checkout/txnprocess", FIRST),
    ("/checkout/status", FIRST),
    ("/order", SECOND),
    ("/status", SECOND),
    ("/payorder", SECOND),
    ("/payment/account_info", SECOND),
    ("/payment/initiate-request", SECOND),
    ("/banking/payment/status", SECOND),
];
const FIRST: &str = "a path of the first API generation (form-post checkout)";
const SECOND: &str = "a path of the previous API generation (NEO Bank, signed by order_checksum)";

/// The domain all of it is under, and its own label.
const DOMAIN: &str = "kwikpaisa.com";
const LABEL: &str = "kwikpaisa";

/// What a host name is to the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostKind {
    /// `api.kwikpaisa.com`
    Production,
    /// `sandbox.kwikpaisa.com`
    Sandbox,
    /// `uat.api.kwikpaisa.com`, the previous generation's test host.
    PreviousUat,
    /// `pispp.kwikpaisa.com`, the first generation's checkout.
    FirstGeneration,
    /// Dashboard, documentation, marketing.
    Site,
    /// Another name under `kwikpaisa.com`.
    OtherPlatform,
    /// Made to look like the platform; the words say how.
    LookAlike(&'static str),
    /// Nothing to do with it.
    Other,
}

impl HostKind {
    /// What it is, as a clause that follows "is".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Production => "the platform's production API",
            Self::Sandbox => "the platform's sandbox",
            Self::PreviousUat => "the test host of the previous API generation",
            Self::FirstGeneration => "the checkout of the first API generation",
            Self::Site => "a site of the platform for people, not an API",
            Self::OtherPlatform => "a name of the platform's domain that is not its production API",
            Self::LookAlike(how) => how,
            Self::Other => "not a host of the platform",
        }
    }
}

/// What `host` (as a URL parser gives it, or as it was written) is to the platform.
#[must_use]
pub fn classify(host: &str) -> HostKind {
    let host = host.trim().to_lowercase();
    if let Some(kind) = own(&host) {
        return kind;
    }
    match host.strip_suffix('.') {
        Some(name) if own(name).is_some() => HostKind::LookAlike(
            "the platform's name with a trailing dot, which certificates and allow-lists need not \
             match",
        ),
        Some(name) => look_alike(name),
        None => look_alike(&host),
    }
}

/// What the host of a URL is to the platform.
#[must_use]
pub fn kind_of(url: &Endpoint) -> HostKind {
    classify(&url.host.show())
}

/// Whether an address is on the production host: elsewhere an answer says nothing about live keys.
#[must_use]
pub fn is_production(address: Option<&Address>) -> bool {
    address.and_then(Address::url).is_some_and(|url| kind_of(url) == HostKind::Production)
}

/// Whether the name of a host says that it is for testing.
#[must_use]
pub fn reads_as_test(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host.split(['.', '-']).any(|word| {
        matches!(
            word,
            "sandbox" | "uat" | "test" | "testing" | "staging" | "stage" | "dev" | "demo"
        )
    })
}

/// Whose path it is, when it belongs to a previous generation of the API.
#[must_use]
pub fn previous_path(path: &str) -> Option<&'static str> {
    let path = path.trim_end_matches('/').to_ascii_lowercase();
    let begins = |known: &str| {
        path.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    PREVIOUS_PATHS.iter().find(|(known, _)| begins(known)).map(|(_, whose)| *whose)
}

/// What a name under the platform's own domain is.
fn own(host: &str) -> Option<HostKind> {
    match host {
        PRODUCTION => Some(HostKind::Production),
        SANDBOX => Some(HostKind::Sandbox),
        PREVIOUS_UAT => Some(HostKind::PreviousUat),
        FIRST_GENERATION => Some(HostKind::FirstGeneration),
        site if SITES.contains(&site) => Some(HostKind::Site),
        other => other
            .strip_suffix(DOMAIN)
            .is_some_and(|rest| rest.ends_with('.'))
            .then_some(HostKind::OtherPlatform),
    }
}

fn look_alike(host: &str) -> HostKind {
    if !host.is_ascii() || host.split('.').any(|label| label.starts_with("xn--")) {
        return if is_foreign_spelling(host) {
            HostKind::LookAlike(
                "the platform's name with letters of another script (punycode), a different domain",
            )
        } else {
            HostKind::Other
        };
    }
    if host.starts_with("kwikpaisa.com.") || host.contains(".kwikpaisa.com.") {
        return HostKind::LookAlike(
            "the platform's name in front of another domain, whose owner would receive the keys",
        );
    }
    let labels: Vec<&str> = host.split('.').collect();
    if labels.last() == Some(&LABEL) {
        return HostKind::LookAlike("the platform's name without its top-level domain");
    }
    let Some(domain) = registered_label(&labels) else {
        return HostKind::Other;
    };
    if domain == LABEL {
        return HostKind::LookAlike("the platform's name under another top-level domain");
    }
    if domain.contains(LABEL) {
        return HostKind::LookAlike(
            "the platform's name run together or hyphenated with other words, a different domain",
        );
    }
    let near = |known: &str| strsim::osa_distance(host, known) <= 2;
    if [PRODUCTION, SANDBOX, PREVIOUS_UAT, FIRST_GENERATION, DOMAIN].into_iter().any(near)
        || strsim::osa_distance(domain, LABEL) <= 2
    {
        return HostKind::LookAlike("one or two letters away from the platform's name");
    }
    HostKind::Other
}

/// The label that somebody registered: before the top-level domain, or before `co.in` and the like.
fn registered_label<'a>(labels: &[&'a str]) -> Option<&'a str> {
    match labels {
        [.., name, second, top]
            if top.len() == 2
                && matches!(*second, "co" | "com" | "net" | "org" | "gov" | "ac" | "edu") =>
        {
            Some(name)
        }
        [.., name, _] => Some(name),
        _ => None,
    }
}

/// Whether what remains of a name in ASCII is most of the platform's, in its order.
fn is_foreign_spelling(host: &str) -> bool {
    let ascii = |label: &str| match label.strip_prefix("xn--") {
        Some(encoded) => {
            encoded.rsplit_once('-').map_or(String::new(), |(basic, _)| basic.to_owned())
        }
        None => label.chars().filter(char::is_ascii).collect(),
    };
    let kept = host.split('.').map(ascii).collect::<Vec<_>>().join(".");
    let is_within = |known: &str| {
        let mut letters = known.chars();
        kept.chars().all(|c| letters.any(|letter| letter == c))
    };
    kept != host
        && [PRODUCTION, SANDBOX, PREVIOUS_UAT, FIRST_GENERATION, DOMAIN]
            .into_iter()
            .any(|known| is_within(known) && kept.len() * 2 > known.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_platforms_hosts() {
        for (host, kind) in [
            ("api.kwikpaisa.com", HostKind::Production),
            ("API.KwikPaisa.com", HostKind::Production),
            ("sandbox.kwikpaisa.com", HostKind::Sandbox),
            ("uat.api.kwikpaisa.com", HostKind::PreviousUat),
            ("pispp.kwikpaisa.com", HostKind::FirstGeneration),
            ("dashboard.kwikpaisa.com", HostKind::Site),
            ("kwikpaisa.com", HostKind::Site),
            ("kwikpaisa-neo-bank.readme.io", HostKind::Site),
            ("xapi.kwikpaisa.com", HostKind::OtherPlatform),
            ("a.b.kwikpaisa.com", HostKind::OtherPlatform),
        ] {
            assert_eq!(classify(host), kind, "{host}");
        }
    }

    #[test]
    fn says_how_a_look_alike_is_made() {
        for (host, how) in [
            ("api.kwikpaisa.com.evil.example", "in front of another domain"),
            ("kwikpaisa.com.co", "in front of another domain"),
            ("api-kwikpaisa.com", "hyphenated"),
            ("apikwikpaisa.com", "run together"),
            ("api.kwikpaisa-live.com", "hyphenated"),
            ("api.kwikpaisa.co", "top-level domain"),
            ("api.kwikpaisa.in", "top-level domain"),
            ("api.kwikpaisa.co.in", "top-level domain"),
            ("api.kwikpaisa.com.", "trailing dot"),
            ("sandbox.kwikpaisa.com.", "trailing dot"),
            ("api.kwikpiasa.com", "one or two letters"),
            ("api.kwickpaisa.com", "one or two letters"),
            ("api.kwlkpaisa.com", "one or two letters"),
            ("api.kwikpаisa.com", "another script"),
            ("api.xn--kwikpisa-9fg.com", "another script"),
            ("api.kwikpaisa", "top-level domain"),
        ] {
            let HostKind::LookAlike(words) = classify(host) else {
                panic!("{host}: {:?}", classify(host))
            };
            assert!(words.contains(how), "{host}: {words}");
        }
    }

    #[test]
    fn leaves_other_hosts_alone() {
        for host in [
            "shop.example",
            "kwikpaisa.shop.example",
            "api.example.com",
            "localhost",
            "münchen.example",
            "xn--mnchen-3ya.example",
            "127.0.0.1",
            "",
        ] {
            assert_eq!(classify(host), HostKind::Other, "{host}");
        }
    }

    #[test]
    fn knows_the_paths_of_previous_generations() {
        assert_eq!(previous_path("/order"), Some(SECOND));
        assert_eq!(previous_path("/banking/payment/status/"), Some(SECOND));
        assert_eq!(previous_path("/API/v1/CreateCustomer"), Some(FIRST));
        assert_eq!(previous_path("/CheckOut/Status"), Some(FIRST));
        assert_eq!(previous_path("/api/v3/pg/order/status"), None);
        assert_eq!(previous_path("/orders"), None);
        assert_eq!(previous_path("/"), None);
    }
}
