//! The base URL must be the production API's.

use crate::model::{
    Address, Check, CheckMeta, Endpoint, Evidence, Facts, Finding, Host, Level, Outcome, Quoted,
    Reference, Show, Text,
};
use crate::platform::hosts::{self, API_ROOT, HostKind, PRODUCTION};
use crate::text;

/// See [`META`].
pub(super) struct BaseUrl;

const META: CheckMeta = CheckMeta {
    id: "api-base-url",
    title: "API base URL is the production API",
    level: Level::Required,
    covers: &["PC-04"],
    waivable: false,
    rationale: "Whoever stands behind the base URL receives the key and every order; another host \
                is the sandbox at best.",
    judged: "Passes `https://api.kwikpaisa.com`, with no path or one under `/api/v3`. Fails \
             another host (sandbox, previous generations and look-alikes are named for what they \
             are), another scheme or port, a user name before the host, and a path of a previous \
             API generation or any other. Warns of a query or fragment and of a host written in \
             other letters. What the application itself calls is not seen here.",
    remediation: "Set `api.base_url`, and the value that the application uses, to https://api.kwikpaisa.com.",
    reference: Reference::ORDER_STATUS,
    ..CheckMeta::USUAL
};

const EXPECTED: &str = "https://api.kwikpaisa.com, with no path or one under /api/v3";

impl Check for BaseUrl {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let evidence = |observed: Text| vec![Evidence::config("api.base_url", EXPECTED, observed)];
        let url = match &facts.merchant.api.base_url {
            Some(Address::Url(url)) => url,
            Some(Address::Unreadable) => {
                return Ok(Outcome::fail(
                    "the API base URL is not a URL",
                    evidence("something that is not a URL".into()),
                ));
            }
            None => {
                return Ok(Outcome::fail(
                    "no API base URL is configured",
                    evidence("nothing".into()),
                ));
            }
        };
        if let Some(message) = fault(url) {
            return Ok(Outcome::Fail(Finding::new(message, evidence(text!("{}", url)))));
        }
        if let Some(message) = oddity(url) {
            return Ok(Outcome::warn(message, evidence(text!("{}", url))));
        }
        Ok(Outcome::Pass(evidence(text!("{}", url))))
    }
}

/// Why calls would not go to the production API.
fn fault(url: &Endpoint) -> Option<Text> {
    let name = match &url.host {
        Host::Name(name) => name,
        Host::V4(_) | Host::V6(_) => {
            return Some("the API base URL names an address instead of the platform's host".into());
        }
    };
    let kind = hosts::classify(name);
    match kind {
        HostKind::Production => {}
        HostKind::Other if url.user_info => {
            return Some(text!(
                "the API base URL points to {}: what stands before the @ is a user name, not the \
                 host",
                Quoted(name)
            ));
        }
        HostKind::Sandbox
        | HostKind::PreviousUat
        | HostKind::FirstGeneration
        | HostKind::Site
        | HostKind::OtherPlatform
        | HostKind::LookAlike(_)
        | HostKind::Other => {
            return Some(text!("the API base URL points to {}, {}", Quoted(name), kind.words()));
        }
    }
    if url.user_info {
        return Some(
            "a user name or password stands in the API base URL; the platform's keys travel in \
             headers"
                .into(),
        );
    }
    if !url.is_https() {
        return Some(text!("the API base URL is {}, not https", Quoted(&url.scheme)));
    }
    if let Some(port) = url.port {
        return Some(text!("the API base URL names port {}; the platform's API is on 443", port));
    }
    if let Some(whose) = hosts::previous_path(&url.path) {
        return Some(text!("the host is right, but {} is {}", Quoted(&url.path), whose));
    }
    let under_root = url
        .path
        .strip_prefix(API_ROOT)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    (url.path != "/" && !under_root).then(|| {
        text!("the path {} is not under {}, where this API lives", Quoted(&url.path), API_ROOT)
    })
}

/// What works, if everything that reads it is lenient.
fn oddity(url: &Endpoint) -> Option<Text> {
    let written = url
        .host_written
        .as_deref()
        .filter(|written| !written.eq_ignore_ascii_case(&url.host.show()));
    if let Some(written) = written {
        return Some(text!(
            "the host is written {}, which only some URL readers take for {}",
            Quoted(written),
            PRODUCTION
        ));
    }
    (url.query || url.fragment)
        .then(|| "a query or fragment follows the API base URL, where paths are appended".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::{address, judge_config, merchant, words};

    fn with(written: &str) -> Outcome {
        let mut merchant = merchant();
        merchant.api.base_url = address(written);
        judge_config(&BaseUrl, &merchant)
    }

    #[test]
    fn passes_the_production_api() {
        for written in [
            "https://api.kwikpaisa.com",
            "https://api.kwikpaisa.com/",
            "https://api.kwikpaisa.com:443",
            "https://API.KwikPaisa.com/api/v3",
            "https://api.kwikpaisa.com/api/v3/",
            "https://api.kwikpaisa.com/api/v3/pg",
        ] {
            assert!(matches!(with(written), Outcome::Pass(_)), "{written}: {:?}", with(written));
        }
    }

    #[test]
    fn fails_without_a_url() {
        let mut bare = merchant();
        bare.api.base_url = None;
        assert!(matches!(judge_config(&BaseUrl, &bare), Outcome::Fail(_)));
        assert!(matches!(with("api.kwikpaisa.com"), Outcome::Fail(_)));
    }

    #[test]
    fn names_what_a_wrong_url_is() {
        for (written, says) in [
            ("https://sandbox.kwikpaisa.com", "the platform's sandbox"),
            ("https://uat.api.kwikpaisa.com", "test host of the previous"),
            ("https://pispp.kwikpaisa.com", "first API generation"),
            ("https://dashboard.kwikpaisa.com", "for people"),
            ("https://xapi.kwikpaisa.com", "platform's domain"),
            ("https://api.kwikpaisa.com.evil.example", "in front of another domain"),
            ("https://api-kwikpaisa.com", "hyphenated"),
            ("https://api.kwikpaisa.co", "top-level"),
            ("https://api.kwikpaisa.com.", "trailing dot"),
            ("https://api.kwikpаisa.com", "another script"),
            ("https://api.kwickpaisa.com", "one or two letters"),
            ("https://api.kwikpaisa.com@evil.example/", "before the @"),
            ("https://user:pw@api.kwikpaisa.com", "user name or password"),
            ("http://api.kwikpaisa.com", "not https"),
            ("https://api.kwikpaisa.com:8443", "port 8443"),
            ("https://api.kwikpaisa.com/order", "previous API generation"),
            ("https://api.kwikpaisa.com/API/v1/CreateCustomer", "first API generation"),
            ("https://api.kwikpaisa.com/api/v2", "not under /api/v3"),
            ("https://api.kwikpaisa.com/api/v30", "not under /api/v3"),
            ("https://203.0.113.9", "an address"),
            ("https://shop.example", "not a host of the platform"),
        ] {
            let outcome = with(written);
            assert!(
                matches!(outcome, Outcome::Fail(_)) && words(&outcome).contains(says),
                "{written}: {}",
                words(&outcome)
            );
        }
    }

    #[test]
    fn warns_of_what_only_lenient_readers_take() {
        for written in [
            "https://api.kwikpaisa.com?x=1",
            "https://api.kwikpaisa.com/#x",
            "https://ａpi.kwikpaisa.com",
        ] {
            assert!(matches!(with(written), Outcome::Warn(_)), "{written}: {:?}", with(written));
        }
    }
}
