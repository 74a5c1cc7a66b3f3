//! Forged events whose headers or address say whom to trust.

use super::dimension::{Dimension, Value, value};
use crate::conversation::deliveries::*;
use crate::model::{AddressForm, Delivery};

/// Switches that code for tests listens to.
const SWITCHES: &str = "skip_verify=1&skip_signature=1&verify=false&debug=1&test=1&sandbox=1";

/// Headers and addresses that claim something.
pub(super) const SPOOFED: &[Value] = &[
    value(
        Dimension::Sender,
        "who claims a local address is trusted",
        Delivery {
            sender: &[("X-Forwarded-For", "127.0.0.1")],
            ..forged("forged-forwarded-loopback")
        },
    ),
    value(
        Dimension::Sender,
        "who claims a private address is trusted",
        Delivery {
            sender: &[("X-Forwarded-For", "10.255.255.254")],
            ..forged("forged-forwarded-private")
        },
    ),
    value(
        Dimension::Sender,
        "who claims an address of the platform is trusted",
        Delivery {
            sender: &[("X-Forwarded-For", "103.21.244.15")],
            ..forged("forged-forwarded-platform")
        },
    ),
    value(
        Dimension::Sender,
        "who claims a local address is trusted",
        Delivery { sender: &[("X-Real-IP", "127.0.0.1")], ..forged("forged-real-ip") },
    ),
    value(
        Dimension::Sender,
        "who claims a private address is trusted",
        Delivery { sender: &[("X-Client-IP", "10.255.255.254")], ..forged("forged-client-ip") },
    ),
    value(
        Dimension::Sender,
        "who claims a local address is trusted",
        Delivery {
            sender: &[("Forwarded", "for=127.0.0.1;proto=https")],
            ..forged("forged-forwarded")
        },
    ),
    value(
        Dimension::Sender,
        "an address that the list of trusted ones cannot hold is let through",
        Delivery {
            sender: &[("X-Forwarded-For", "2001:db8::7")],
            ..forged("forged-forwarded-ipv6")
        },
    ),
    value(
        Dimension::Sender,
        "who claims that a proxy in front knows the client is trusted",
        Delivery { sender: &[("CF-Connecting-IP", "198.51.100.7")], ..forged("forged-by-cdn") },
    ),
    value(
        Dimension::Sender,
        "who claims that a proxy in front knows the client is trusted",
        Delivery { sender: &[("True-Client-IP", "203.0.113.7")], ..forged("forged-true-client") },
    ),
    value(
        Dimension::Sender,
        "the last of several claimed addresses is trusted",
        Delivery {
            sender: &[("X-Forwarded-For", "192.0.2.7, 127.0.0.1")],
            ..forged("forged-forwarded-chain")
        },
    ),
    value(
        Dimension::Sender,
        "who calls itself the platform is trusted",
        Delivery {
            sender: &[("User-Agent", "KwikPaisa-Webhook/1.0")],
            ..forged("forged-user-agent")
        },
    ),
    value(
        Dimension::Sender,
        "a retry counts as verified before",
        Delivery { sender: &[("X-Retry-Count", "1")], ..forged("forged-retry") },
    ),
    value(
        Dimension::Sender,
        "a retry counts as verified before",
        Delivery { sender: &[("X-Webhook-Attempt", "2")], ..forged("forged-attempt") },
    ),
    value(
        Dimension::Sender,
        "a debug header switches verification off",
        Delivery { sender: &[("X-Debug", "1")], ..forged("forged-debug") },
    ),
    value(
        Dimension::Sender,
        "a test header switches verification off",
        Delivery { sender: &[("X-Test-Mode", "true")], ..forged("forged-test-mode") },
    ),
    value(
        Dimension::Sender,
        "events of another environment are believed",
        Delivery { sender: &[("X-Environment", "sandbox")], ..forged("forged-environment") },
    ),
    value(
        Dimension::Sender,
        "an algorithm of `none` switches verification off",
        Delivery { sender: &[("X-Signature-Algorithm", "none")], ..forged("forged-algorithm") },
    ),
    value(
        Dimension::Sender,
        "an algorithm of `none` switches verification off",
        Delivery { sender: &[("X-Alg", "none")], ..forged("forged-alg") },
    ),
    value(
        Dimension::Sender,
        "internal requests are believed",
        Delivery { sender: &[("X-Internal-Request", "true")], ..forged("forged-internal") },
    ),
    value(
        Dimension::Sender,
        "a proxy in front is said to have verified it",
        Delivery { sender: &[("X-Signature-Verified", "true")], ..forged("forged-verified") },
    ),
    value(
        Dimension::Sender,
        "a proxy in front is said to have seen a client certificate",
        Delivery { sender: &[("X-SSL-Client-Verify", "SUCCESS")], ..forged("forged-client-cert") },
    ),
    value(
        Dimension::Sender,
        "any credential counts as a login",
        Delivery {
            sender: &[("Authorization", "Bearer golive")],
            ..forged("forged-authorization")
        },
    ),
    value(
        Dimension::Sender,
        "any session counts as a login",
        Delivery { sender: &[("Cookie", "admin=1; session=golive")], ..forged("forged-cookie") },
    ),
    value(
        Dimension::Sender,
        "the method that is verified is not the one that is used",
        Delivery {
            sender: &[("X-HTTP-Method-Override", "GET")],
            ..forged("forged-method-override")
        },
    ),
    value(
        Dimension::Sender,
        "the path that is verified is not the one that is used",
        Delivery { sender: &[("X-Original-URL", "/health")], ..forged("forged-original-url") },
    ),
    value(
        Dimension::Address,
        "the path with a slash at its end reaches an older handler",
        Delivery { address: AddressForm::TrailingSlash, ..forged("forged-slash") },
    ),
    value(
        Dimension::Address,
        "the path in another case reaches the handler past what verifies",
        Delivery { address: AddressForm::OtherCase, ..forged("forged-path-case") },
    ),
    value(
        Dimension::Sender,
        "a retry counts as verified before",
        Delivery {
            sender: &[
                ("X-Retry", "1"),
                ("X-Webhook-Retry", "1"),
                ("X-Delivery-Attempt", "2"),
                ("X-Redelivery", "true"),
            ],
            ..forged("forged-retry-words")
        },
    ),
    value(
        Dimension::Sender,
        "a debug or test header switches verification off",
        Delivery {
            sender: &[
                ("Debug", "1"),
                ("X-Debug-Mode", "true"),
                ("X-Test", "true"),
                ("X-Sandbox", "true"),
                ("X-Skip-Verification", "1"),
                ("X-Skip-Signature", "1"),
            ],
            ..forged("forged-debug-words")
        },
    ),
    value(
        Dimension::Sender,
        "internal requests are believed",
        Delivery {
            sender: &[
                ("X-Internal", "true"),
                ("X-From-Gateway", "true"),
                ("X-Envoy-Internal", "true"),
                ("X-Service-Name", "payments"),
            ],
            ..forged("forged-internal-words")
        },
    ),
    value(
        Dimension::Sender,
        "a proxy in front is said to have verified it",
        Delivery {
            sender: &[
                ("X-Verified", "true"),
                ("X-Webhook-Verified", "true"),
                ("X-Auth-Verified", "true"),
                ("X-Authenticated", "true"),
            ],
            ..forged("forged-verified-words")
        },
    ),
    value(
        Dimension::Sender,
        "a proxy in front is said to have seen a client certificate",
        Delivery {
            sender: &[
                ("X-Client-Verify", "SUCCESS"),
                ("SSL-Client-Verify", "SUCCESS"),
                ("X-Forwarded-Client-Cert", "Subject=CN=api.kwikpaisa.com"),
            ],
            ..forged("forged-client-cert-words")
        },
    ),
    value(
        Dimension::Sender,
        "who claims to come from a page of the platform, or from this machine, is trusted",
        Delivery {
            sender: &[
                ("Origin", "https://api.kwikpaisa.com"),
                ("Referer", "https://api.kwikpaisa.com/"),
                ("X-Forwarded-Host", "localhost"),
            ],
            ..forged("forged-origin")
        },
    ),
    value(
        Dimension::Sender,
        "the method that is verified is not the one that is used",
        Delivery {
            sender: &[("X-HTTP-Method", "GET"), ("X-Method-Override", "GET")],
            ..forged("forged-method-words")
        },
    ),
    value(
        Dimension::Sender,
        "the path that is verified is not the one that is used",
        Delivery {
            sender: &[("X-Rewrite-URL", "/health"), ("X-Forwarded-Prefix", "/internal")],
            ..forged("forged-url-words")
        },
    ),
    value(
        Dimension::Address,
        "a path with two slashes reaches the handler past what verifies",
        Delivery { address: AddressForm::DoubleSlash, ..forged("forged-double-slash") },
    ),
    value(
        Dimension::Address,
        "a path that is spelled with escapes reaches the handler past what verifies",
        Delivery { address: AddressForm::EncodedLetter, ..forged("forged-encoded-path") },
    ),
    value(
        Dimension::Address,
        "a path with another ending reaches the handler past what verifies",
        Delivery { address: AddressForm::Suffix(".json"), ..forged("forged-path-suffix") },
    ),
    value(
        Dimension::Address,
        "a parameter of the path leads past what verifies",
        Delivery { address: AddressForm::Suffix(";v=1"), ..forged("forged-path-parameter") },
    ),
    value(
        Dimension::Address,
        "a switch in the query skips verification",
        Delivery { address: AddressForm::Query(SWITCHES), ..forged("forged-query") },
    ),
];
