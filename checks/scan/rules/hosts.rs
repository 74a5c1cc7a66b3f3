//! Hosts of the platform that production has no business with, and names made to look like them.

use std::ops::Range;

use crate::model::{HitKind, Weight};
use crate::platform::hosts::{self, HostKind};
use crate::scan::rule::{Levels, LiteralContext, Match, Reach, Rule, Topic};

/// The beginning and the end of the platform's name: a look-alike rarely changes both.
const NAME: &[&str] = &["kwik", "Kwik", "KWIK", "pais", "Pais", "PAIS"];

/// A host of the sandbox or of a previous generation.
pub(super) const SANDBOX_HOST: Rule = Rule {
    id: "sandbox-host",
    topic: Topic::Sandbox,
    what: "a host of the sandbox or of a previous API generation",
    why: "Live payments would be sent to a system that moves no money.",
    fix: "Take the base URL from the environment, and let production's be https://api.kwikpaisa.com \
         with a path under /api/v3.",
    literals: NAME,
    look: |sight| {
        let host = host(sight)?;
        let sandbox = match hosts::classify(host.name.trim_end_matches('.')) {
            HostKind::Sandbox | HostKind::PreviousUat | HostKind::FirstGeneration => true,
            HostKind::OtherPlatform => hosts::reads_as_test(&host.name),
            HostKind::Production | HostKind::Site | HostKind::LookAlike(_) | HostKind::Other => {
                false
            }
        };
        sandbox.then(|| host.found())
    },
    levels: Levels { selected: Weight::Information, ..Levels::USUAL },
    reach: Reach::Everything,
    finds: &[
        "url = 'https://sandbox.kwikpaisa.com/api/v3'",
        "HOST=SANDBOX.KWIKPAISA.COM",
        "https://uat.api.kwikpaisa.com/order",
        "http://pispp.kwikpaisa.com/CheckOut/TxnProcess",
        "https:\\/\\/sandbox.kwikpaisa.com\\/api",
        "payout-uat.kwikpaisa.com",
        "wss://Sandbox.KwikPaisa.com",
        "https://sandbox.kwikpaisa.com:443/",
    ],
    spares: &[
        "https://api.kwikpaisa.com/api/v3/pg/order/status",
        "https://developers.kwikpaisa.com/v3-guide/",
        "kwikpaisa.sandbox.enabled",
        "sandbox@kwikpaisa.com",
        "https://sandbox.kwikpaisa.com.evil.example/",
        "sandbox.paisa.example",
        "https://sandbox.kwikpaisa.com@evil.example/",
        "package com.kwikpaisa.sandbox;",
    ],
};

/// A name made to look like the platform's.
pub(super) const LOOK_ALIKE_HOST: Rule = Rule {
    id: "look-alike-host",
    topic: Topic::Hosts,
    what: "a host that looks like the platform's and is not",
    why: "Whoever owns that name receives the keys and the payment data.",
    fix: "Write https://api.kwikpaisa.com, find out where the other name came from, and replace \
          the keys if it was ever called.",
    literals: NAME,
    look: |sight| {
        let host = host(sight)?;
        let HostKind::LookAlike(_) = hosts::classify(host.name.trim_end_matches('.')) else {
            return None;
        };
        // `kwikpaisa.php` is a file and `com.kwikpaisa.sdk` a package: only an address says that a
        // name is a host.
        host.scheme.is_some().then(|| host.found())
    },
    levels: Levels {
        config: Weight::Failure,
        selected: Weight::Failure,
        elsewhere: Weight::Warning,
        ..Levels::USUAL
    },
    reach: Reach::Text,
    finds: &[
        "https://api.kwikpaisa.co/api/v3",
        "https://api-kwikpaisa.com",
        "http://api.kwickpaisa.com/",
        "https://api.kwikpaisa.com.payments.example/",
        "https://api.kwikpiasa.com",
        "'https://api.kwikpаisa.com'",
    ],
    spares: &[
        "https://api.kwikpaisa.com/",
        "kwikpaisa.php",
        "com.kwikpaisa.sdk",
        "https://kwikpaisa.shop.example/",
        "import kwikpaisa.client",
        "https://www.kwikpaisa.com",
        "https://elpais.com",
        "https://kwik-fit.com",
        "https://kwikpaisa-neo-bank.readme.io/reference",
        "http://kwikpaisa:8080/health",
    ],
};

/// The platform without TLS.
pub(super) const PLAIN_HTTP: Rule = Rule {
    id: "plain-http",
    topic: Topic::PlainHttp,
    what: "a plain http:// address of the platform",
    why: "Keys and payment data would cross the network for all to read, and the platform may \
          refuse the call.",
    fix: "Write https:// in its place.",
    literals: NAME,
    look: |sight| {
        let host = host(sight)?;
        let of_the_platform = match hosts::classify(host.name.trim_end_matches('.')) {
            HostKind::Production
            | HostKind::Sandbox
            | HostKind::PreviousUat
            | HostKind::FirstGeneration
            | HostKind::OtherPlatform => true,
            HostKind::Site | HostKind::LookAlike(_) | HostKind::Other => false,
        };
        (of_the_platform && matches!(host.scheme, Some(Scheme::Http))).then(|| host.found())
    },
    levels: Levels { config: Weight::Failure, selected: Weight::Failure, ..Levels::USUAL },
    reach: Reach::Text,
    finds: &[
        "http://api.kwikpaisa.com/api/v3",
        "url: \"HTTP://api.kwikpaisa.com\"",
        "http:\\/\\/api.kwikpaisa.com\\/api",
        "http://sandbox.kwikpaisa.com",
        "http://user@api.kwikpaisa.com/",
    ],
    spares: &[
        "https://api.kwikpaisa.com",
        "http://www.kwikpaisa.com",
        "http://shop.example?next=https://api.kwikpaisa.com",
        "api.kwikpaisa.com",
        "http://shop.example,api.kwikpaisa.com",
        "//api.kwikpaisa.com",
    ],
};

/// The platform's API in something that customers get.
pub(super) const API_IN_PUBLIC: Rule = Rule {
    id: "api-in-public",
    topic: Topic::Secrets,
    what: "the platform's API, named in what browsers or phones get",
    why: "A page or app that calls the API itself has to hold the keys; calls are signed on the \
          server.",
    fix: "Let the page call your own server, and let that call the platform.",
    literals: &["kwik", "Kwik", "KWIK"],
    look: |sight| {
        let host = host(sight)?;
        let is_api = hosts::classify(&host.name) == HostKind::Production;
        let path = sight.bytes.get(host.range.end..).unwrap_or_default();
        let api = [b"/api/v3".as_slice(), b"\\/api\\/v3"].iter().any(|root| path.starts_with(root));
        (is_api && api).then(|| host.found())
    },
    levels: Levels {
        public: Weight::Warning,
        production: Weight::Information,
        config: Weight::Information,
        code: Weight::Information,
        selected: Weight::Warning,
        ..Levels::USUAL
    },
    reach: Reach::Text,
    finds: &[
        "fetch('https://api.kwikpaisa.com/api/v3/pg/order/create')",
        "\"https:\\/\\/api.kwikpaisa.com\\/api\\/v3\"",
    ],
    spares: &[
        "https://api.kwikpaisa.com",
        "connect-src https://api.kwikpaisa.com;",
        "https://developers.kwikpaisa.com/api/v3",
    ],
};

/// A name that reads as a host.
struct HostName {
    name: String,
    /// What stands before it, where that is an address.
    scheme: Option<Scheme>,
    range: Range<usize>,
}

#[derive(Clone, Copy)]
enum Scheme {
    Http,
    Https,
    Other,
}

impl HostName {
    fn found(&self) -> Match {
        let scheme = match self.scheme {
            Some(Scheme::Http) => "http://",
            Some(Scheme::Https) => "https://",
            Some(Scheme::Other) | None => "",
        };
        Match {
            range: self.range.clone(),
            excerpt: format!("{scheme}{}", self.name),
            kind: HitKind::Real,
        }
    }
}

/// The host around the literal. User info, and what an `@` follows, is none.
fn host(sight: &LiteralContext<'_>) -> Option<HostName> {
    let mut range = sight
        .run(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-' || byte >= 0x80);
    // A long run of letters is a key or a picture, and typographic quotes are no letters.
    if range.len() > 253 {
        return None;
    }
    let whole = std::str::from_utf8(&sight.bytes[range.clone()]).ok()?;
    let is_part = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    let at = sight.at - range.start;
    let start = whole
        .get(..at)?
        .rfind(|c| !is_part(c))
        .map_or(0, |found| found + whole[found..].chars().next().map_or(1, char::len_utf8));
    let end = whole[at..].find(|c| !is_part(c)).map_or(whole.len(), |found| at + found);
    let name = whole[start..end].trim_start_matches(['.', '-']);
    range = range.start + end - name.len()..range.start + end;
    if !name.contains('.') || sight.bytes.get(range.end) == Some(&b'@') {
        return None;
    }
    let before =
        String::from_utf8_lossy(&sight.bytes[range.start.saturating_sub(128)..range.start])
            .replace("\\/", "/")
            .to_ascii_lowercase();
    let scheme_of = |text: &str| {
        let text = text.strip_suffix("://")?;
        let name = text.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        match name {
            "http" => Some(Scheme::Http),
            "https" => Some(Scheme::Https),
            "" => None,
            _ => Some(Scheme::Other),
        }
    };
    let scheme = match before.strip_suffix('@') {
        // A mailbox, unless user info stands between.
        Some(user) => {
            let at = user.rfind("://")?;
            let clean = user[at + 3..]
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"/\"'<>?#".contains(&byte));
            scheme_of(clean.then_some(&user[..at + 3])?)
        }
        None => scheme_of(&before),
    };
    // One hit of a name is enough: the literal that stands first in it speaks for it.
    let first =
        ["kwik", "pais"].iter().filter_map(|part| name.to_ascii_lowercase().find(part)).min()?;
    (range.start + first == sight.at).then(|| HostName {
        name: name.to_ascii_lowercase(),
        scheme,
        range,
    })
}
