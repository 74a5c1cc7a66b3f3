//! Whether the webhook's handler is also served over plain HTTP: one unsigned request to port 80.

use golive_checks::model::{Exchange, Framing, NotMade, Observed, Spelling, Wait};
use hyper::body::Bytes;
use serde_json::json;
use url::Url;

use crate::observe::net::exchange::{HttpSender, Outgoing, Patience};

/// Sends an unsigned event for `order_id`, which was never issued, to the webhook's path over plain
/// HTTP.
pub(crate) async fn observe_plain_http(
    sender: &HttpSender<'_>,
    webhook: &Url,
    order_id: &str,
) -> Observed<Exchange> {
    let Some(url) = in_the_clear(webhook) else {
        return Observed::NotMade(NotMade::Unconfigured { key: "webhook.url".to_owned() });
    };
    let host = url.host_str().unwrap_or_default();
    let redirected = |port| sender.dialer.redirected(host, port);
    if webhook.port_or_known_default().is_some_and(redirected) && !redirected(80) {
        return Observed::NotMade(NotMade::BySwitch);
    }
    let body = json!({ "data": { "order_id": order_id }, "event": "payment.processing" });
    let out = Outgoing {
        name: "plain-http".to_owned(),
        url: &url,
        address: None,
        method: "POST",
        headers: vec![("Content-Type", "application/json".to_owned())],
        body: Bytes::from(body.to_string()),
        spelling: Spelling::Platform,
        framing: Framing::Length,
        wait: Wait::Answer,
    };
    match sender.carry_out(&out, Patience::of(sender.limits)).await {
        Ok(exchange) => Observed::Got(exchange),
        Err(why) => Observed::NotMade(why),
    }
}

/// The same address on port 80. A query may hold a token of the merchant's, which is not for
/// everyone on the path to read.
fn in_the_clear(webhook: &Url) -> Option<Url> {
    let mut url = webhook.clone();
    url.set_scheme("http").ok()?;
    url.set_port(None).ok()?;
    url.set_username("").and_then(|()| url.set_password(None)).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use golive_checks::model::{Keyring, Limits, TroubleKind};

    use super::*;
    use crate::observe::redact::Redactor;
    use crate::observe::testing::{dialer, dialer_with, http, refuses, serve_http};

    const WEBHOOK: &str = "https://shop.example/hook?token=MARKER-token";

    async fn observe(redirects: &[(&str, SocketAddr)]) -> Observed<Exchange> {
        let (keys, dialer) = (Keyring::default(), dialer(redirects, &[]));
        let (redactor, limits) = (Redactor::new(&keys), Limits::default());
        let sender = HttpSender { dialer: &dialer, limits: &limits, redactor: &redactor };
        observe_plain_http(&sender, &Url::parse(WEBHOOK).unwrap(), "golive-1").await
    }

    #[tokio::test]
    async fn sends_one_unsigned_event_without_the_query() {
        let (address, asked) =
            serve_http(vec![http("401 Unauthorized", "application/json", "{}")]).await;
        let Observed::Got(exchange) = observe(&[("shop.example:80", address)]).await else {
            panic!("not tried")
        };
        assert_eq!(exchange.status(), Some(401));
        let asked = asked.lock().unwrap();
        assert_eq!(asked.len(), 1);
        assert!(
            asked[0].starts_with("POST /hook HTTP/1.1\r\n")
                && asked[0].contains("Host: shop.example\r\n"),
            "{}",
            asked[0]
        );
        assert!(
            asked[0].ends_with(r#"{"data":{"order_id":"golive-1"},"event":"payment.processing"}"#),
            "{}",
            asked[0]
        );
        assert!(!asked[0].to_ascii_lowercase().contains("x-signature"));
        assert!(!format!("{exchange:?}").contains("MARKER"));
    }

    #[tokio::test]
    async fn a_closed_port_is_recorded_as_an_exchange_without_answer() {
        let (_bound, unused) = refuses();
        let Observed::Got(exchange) = observe(&[("shop.example:80", unused)]).await else {
            panic!("not tried")
        };
        assert_eq!(exchange.answer.unwrap_err().kind, TroubleKind::Refused);
    }

    #[tokio::test]
    async fn a_redirected_webhook_has_no_port_80_unless_that_is_redirected_too() {
        let away: SocketAddr = "127.0.0.1:9".parse().unwrap();
        assert_eq!(
            observe(&[("shop.example:443", away)]).await,
            Observed::NotMade(NotMade::BySwitch)
        );
    }

    #[tokio::test]
    async fn private_targets_are_left_alone() {
        let (keys, limits) = (Keyring::default(), Limits::default());
        let (dialer, redactor) = (dialer_with(&[], &[], false, &limits), Redactor::new(&keys));
        let sender = HttpSender { dialer: &dialer, limits: &limits, redactor: &redactor };
        let seen =
            observe_plain_http(&sender, &Url::parse("https://127.0.0.1/hook").unwrap(), "golive-1")
                .await;
        assert!(matches!(seen, Observed::NotMade(NotMade::PrivateTarget { .. })), "{seen:?}");
    }
}
