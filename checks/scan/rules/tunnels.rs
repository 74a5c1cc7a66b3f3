//! Addresses of tunnels to a developer's machine, and of services that catch webhooks.

use crate::model::{HitKind, Weight};
use crate::scan::rule::{Levels, Match, Reach, Rule, Topic};

/// The domains such addresses end in.
const DOMAINS: [&str; 27] = [
    "ngrok.io",
    "ngrok.app",
    "ngrok.dev",
    "ngrok-free.app",
    "ngrok-free.dev",
    "ngrok.com",
    "trycloudflare.com",
    "loca.lt",
    "localtunnel.me",
    "localhost.run",
    "lhr.life",
    "lhr.rocks",
    "serveo.net",
    "serveousercontent.com",
    "webhook.site",
    "requestbin.com",
    "requestbin.net",
    "pipedream.net",
    "smee.io",
    "devtunnels.ms",
    "tunnelmole.net",
    "tunnelmole.com",
    "pinggy.link",
    "pinggy.io",
    "localxpose.io",
    "zrok.io",
    "beeceptor.com",
];

/// Pages of those services that are for people.
const PAGES: [&str; 6] = ["www", "docs", "dashboard", "api", "bin", "blog"];

/// An address of a tunnel.
pub(super) const TUNNEL: Rule = Rule {
    id: "tunnel-host",
    topic: Topic::Tunnels,
    what: "an address of a tunnel or of a service that catches webhooks",
    why: "Events sent there reach a developer's machine or a stranger, and none once it is \
          switched off.",
    fix: "Take the address from the environment, and let production's be the server's own name.",
    literals: &[
        "ngrok",
        "trycloudflare",
        "loca.lt",
        "localtunnel.me",
        "localhost.run",
        "lhr.",
        "serveo",
        "webhook.site",
        "requestbin",
        "pipedream.net",
        "smee.io",
        "devtunnels",
        "tunnelmole",
        "pinggy",
        "localxpose",
        "zrok.io",
        "beeceptor",
    ],
    look: |sight| {
        let range = sight.run(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');
        let name = sight.text(range.clone()).trim_end_matches('.').to_ascii_lowercase();
        let range = range.start..range.start + name.len();
        let domain = DOMAINS.iter().find(|domain| {
            name.strip_suffix(**domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })?;
        let sub = name.strip_suffix(domain).unwrap_or_default().trim_end_matches('.');
        let slashes = sight.bytes[..range.start].ends_with(b"//")
            || sight.bytes[..range.start].ends_with(br"\/\/");
        // The site itself is for people; an address is below it, or names a box on it.
        let is_box =
            matches!(*domain, "webhook.site" | "smee.io") && sub.is_empty() && slashes && {
                let path = sight.bytes.get(range.end..).unwrap_or_default();
                path.first() == Some(&b'/')
                    && path[1..]
                        .iter()
                        .take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-')
                        .count()
                        >= 12
            };
        let is_address = !sub.is_empty() && !PAGES.contains(&sub) && (slashes || sub.len() >= 4);
        (is_box || is_address).then(|| Match { excerpt: name.clone(), range, kind: HitKind::Real })
    },
    levels: Levels {
        public: Weight::Warning,
        code: Weight::Warning,
        without_platform: Weight::Warning,
        ..Levels::USUAL
    },
    reach: Reach::Text,
    finds: &[
        "WEBHOOK_URL=https://b4a1-49-36.ngrok-free.app/api/webhooks/kwikpaisa",
        "https://abc123.ngrok.io",
        "'https://quick-brown-fox.trycloudflare.com/hook'",
        "https://webhook.site/0d1f2c3b-4a5e-6789-abcd-ef0123456789",
        "https://smee.io/AbCdEfGhIjKlMnOp",
        "https://shop-9.loca.lt/",
    ],
    spares: &[
        "npm install ngrok",
        "https://ngrok.com/docs",
        "https://dashboard.ngrok.com/get-started",
        "https://webhook.site/",
        "lhr.example",
        "server.serveo",
        "https://dlhr.lifestyle.example",
    ],
};
