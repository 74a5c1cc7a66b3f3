//! Authentication: what only watching the merchant's outgoing calls could show, and so is attested
//! for now.

use crate::model::{CheckMeta, Item, ItemUnless, Reference};

/// Every call carries the five headers.
pub(super) const REQUEST_HEADERS: Item = Item(&CheckMeta {
    id: "authentication-request-headers",
    title: "Every API call carries the five headers of the platform",
    covers: &["PC-11", "PC-12", "PC-13", "PC-14", "PC-15", "SC-08", "IP-05", "IP-26"],
    rationale: "A call without its type, key, signature or timestamp is refused, whitelisted \
                address or not.",
    judged: "Attested, not observed: attach the headers of one call of each kind as your HTTP \
             client logged them, key and signature cut, with `Content-Type` and `Accept` of \
             `application/json`, `X-API-KEY`, `X-SIGNATURE` of 64 lower-case hex digits and \
             `X-TIMESTAMP` of 10 digits.",
    remediation: "Log the headers of one call of each kind, compare them with the page, and \
                  record it under `[attest.authentication-request-headers]`.",
    reference: Reference::HEADERS,
    ..Item::USUAL
});

/// The timestamp is new for every call, in seconds.
pub(super) const FRESH_TIMESTAMP: Item = Item(&CheckMeta {
    id: "authentication-fresh-timestamp",
    title: "Every API call is signed with a fresh timestamp in seconds",
    covers: &["PC-09", "SC-09", "SC-10", "AU-09"],
    rationale: "A timestamp that is cached, in milliseconds or of a drifting clock is refused as \
                expired, and an old payload sent again is a replay.",
    judged: "Attested, not observed: attach two calls some seconds apart whose timestamps differ \
             and have 10 digits, and the state of time synchronisation (`timedatectl`, `chronyc \
             tracking`) on every machine that calls the API.",
    remediation: "Take the time when the call is signed, retries included, keep NTP running, and \
                  record it under `[attest.authentication-fresh-timestamp]`.",
    reference: Reference::TIMESTAMP,
    ..Item::USUAL
});

/// Signatures are made on the server.
pub(super) const SERVER_SIDE: ItemUnless = ItemUnless(
    &CheckMeta {
        id: "authentication-server-side",
        title: "Signatures are made on the server alone",
        covers: &["PC-10", "SV-05", "IP-16"],
        rationale: "Whoever holds the code that signs holds the secret, and browsers and phones \
                    hold their code in the open.",
        judged: "Attested, not observed: attach the place in the code that signs and verifies, \
                 and a review which says that no page, app or script handed to customers calls \
                 the platform or holds the secret.",
        remediation: "Move signing behind your own API, replace a secret that was ever shipped, \
                      and record the review under `[attest.authentication-server-side]`.",
        reference: Reference::SIGNATURE,
        ..Item::USUAL
    },
    &["source-public-clean"],
);

/// The account may do what the integration wants of it.
pub(super) const ACCOUNT: Item = Item(&CheckMeta {
    id: "authentication-account",
    title: "The platform account is verified and its services are active",
    covers: &["AU-01", "AU-02", "AU-03", "AU-04"],
    rationale: "Live keys of an account whose profile or services are not active are answered \
                with errors that look like integration faults.",
    judged: "Attach the dashboard's view of the account: profile verified, banking services \
             active, payment gateway and payouts activated as far as they are used.",
    remediation: "Complete verification and activation in the dashboard, and record it under \
                  `[attest.authentication-account]`.",
    reference: Reference::API_KEYS,
    ..Item::USUAL
});
