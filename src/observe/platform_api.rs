//! The one call to the platform: signed, read-only, for an order id that was never issued, and only
//! to the platform's own host.

use std::time::Instant;

use golive_checks::model::{Exchange, Framing, NotMade, Observed, Spelling, Times, Wait};
use golive_checks::platform::call::{Call, order_status};
use golive_checks::platform::hosts::{HostKind, classify};
use hyper::body::Bytes;
use jiff::Timestamp;
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use url::Url;

use crate::observe::net::client::{Client, read};
use crate::observe::net::dial::{NoLine, micros};
use crate::observe::net::exchange::{HttpSender, Outgoing, ReadAnswer};
use crate::targets::Targets;

/// Asks the platform for the status of `order_id`, which was never issued.
pub(crate) async fn observe_order_status(
    sender: &HttpSender<'_>,
    targets: &Targets,
    order_id: &str,
) -> Observed<Exchange> {
    let unconfigured = |key: &str| Observed::NotMade(NotMade::Unconfigured { key: key.to_owned() });
    let Some(url) = targets.base_url.as_ref().and_then(status_url) else {
        return unconfigured("api.base_url");
    };
    let Some(api_key) = &targets.keys.api_key else { return unconfigured("api.api_key") };
    let Some(secret_key) = &targets.keys.secret_key else { return unconfigured("api.secret_key") };
    // A key that a header cannot carry is a finding of its own.
    if HeaderValue::from_str(api_key.expose()).is_err() {
        return unconfigured("api.api_key");
    }
    let client = match Client::new(sender.dialer, sender.limits, &url, targets.proxy.as_ref()).await
    {
        Ok(client) => client,
        Err(NoLine::NotMade(why)) => return Observed::NotMade(why),
        Err(NoLine::Trouble(trouble)) => return Observed::Trouble(trouble),
    };
    let call = order_status(api_key, secret_key, order_id, Timestamp::now());
    let out = Outgoing {
        name: "order-status".to_owned(),
        url: &url,
        address: None,
        method: "POST",
        headers: call.headers().to_vec(),
        body: Bytes::copy_from_slice(call.body()),
        spelling: Spelling::Lower,
        framing: Framing::Length,
        wait: Wait::Answer,
    };
    Observed::Got(send(sender, &client, &out).await)
}

/// Where the status of orders is asked for: on the platform's production host, over HTTPS, at the
/// usual port. The secret signs for no other.
fn status_url(base: &Url) -> Option<Url> {
    let own = base.scheme() == "https"
        && base.port().is_none()
        && base.host_str().map(classify) == Some(HostKind::Production);
    let mut url = own.then(|| base.clone())?;
    url.set_username("").and_then(|()| url.set_password(None)).ok()?;
    url.set_path(Call::OrderStatus.path());
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

async fn send(sender: &HttpSender<'_>, client: &Client, out: &Outgoing<'_>) -> Exchange {
    // The signed bytes are the sent bytes: no serialising here.
    let mut request = client.request(Method::POST).body(out.body.clone());
    for (name, value) in &out.headers {
        if let (Ok(name), Ok(mut value)) =
            (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value))
        {
            value.set_sensitive(true);
            request = request.header(name, value);
        }
    }
    let (at, began) = (Timestamp::now(), Instant::now());
    // Connecting is part of these: the client tells no more.
    let mut times = Times { name_us: micros(client.name), ..Times::default() };
    let answer = match client.send(request).await {
        Ok(mut response) => {
            times.first_byte_us = micros(began.elapsed());
            let cap = usize::try_from(sender.limits.body_bytes).unwrap_or(usize::MAX);
            let body = read(&mut response, cap).await;
            times.answer_us = micros(began.elapsed());
            body.map(|(bytes, cut)| {
                let (head, _) = hyper::http::Response::from(response).into_parts();
                sender.answer(out, &head, &ReadAnswer { bytes, cut })
            })
        }
        Err(trouble) => Err(trouble),
    };
    Exchange {
        name: out.name.clone(),
        sent: sender.sent(out, at),
        turned_away: 0,
        answer: answer.map_err(|trouble| sender.cleaned(trouble)),
        times,
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use golive_checks::model::{Keyring, Limits, Phase, Secret, TroubleKind};

    use super::*;
    use crate::observe::redact::Redactor;
    use crate::observe::testing::{
        Asked, Authority, Years, dialer, http, refuses, serve_http, serve_https,
    };

    fn targets(base_url: &str) -> Targets {
        let keys = Keyring {
            api_key: Some(Secret::new("pk_live_MARKER1a2b3c4d5e6f7g8h".to_owned())),
            secret_key: Some(Secret::new("sk_live_MARKER7f3k9q2x8v1m4n6b".to_owned())),
            ..Keyring::default()
        };
        Targets { keys, base_url: Url::parse(base_url).ok(), ..Targets::default() }
    }

    async fn ask(
        targets: &Targets,
        redirects: &[(&str, SocketAddr)],
        root: &Authority,
        limits: &Limits,
    ) -> Observed<Exchange> {
        let (dialer, redactor) =
            (dialer(redirects, &[&root.certificate]), Redactor::new(&targets.keys));
        let sender = HttpSender { dialer: &dialer, limits, redactor: &redactor };
        observe_order_status(&sender, targets, "golive-never-issued").await
    }

    async fn answered(answer: String) -> (Exchange, Asked) {
        let root = Authority::root();
        let (address, asked) =
            serve_https(root.leaf(&["api.kwikpaisa.com"], Years::Now), vec![answer]).await;
        let targets = targets("https://api.kwikpaisa.com");
        match ask(&targets, &[("api.kwikpaisa.com:443", address)], &root, &Limits::default()).await
        {
            Observed::Got(exchange) => (exchange, asked),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn asks_once_and_records_without_secrets() {
        let body = r#"{"code":"404","status":"error","message":"Order not found.","key":"pk_live_MARKER1a2b3c4d5e6f7g8h"}"#;
        let (exchange, asked) = answered(http("404 Not Found", "application/json", body)).await;
        assert_eq!(exchange.status(), Some(404));
        let asked = asked.lock().unwrap();
        assert_eq!(asked.len(), 1);
        assert!(asked[0].starts_with("POST /api/v3/pg/order/status HTTP/1.1\r\n"), "{}", asked[0]);
        assert!(asked[0].contains("host: api.kwikpaisa.com\r\n"));
        assert!(asked[0].contains("x-api-key: pk_live_MARKER1a2b3c4d5e6f7g8h\r\n"));
        assert!(asked[0].contains("golive-never-issued"));
        assert!(!format!("{exchange:?}").contains("MARKER"));
        let signature =
            &exchange.sent.headers.iter().find(|(name, _)| name == "x-signature").unwrap().1;
        assert_eq!(signature.chars().count(), 9, "{signature}");
        assert!(
            exchange.times.answer_us >= exchange.times.first_byte_us
                && exchange.times.first_byte_us > 0
        );
    }

    #[tokio::test]
    async fn redirects_are_answers_and_not_followed() {
        let (exchange, asked) =
            answered(http("302 Found\r\nLocation: https://evil.example/", "text/html", "")).await;
        assert_eq!(exchange.status(), Some(302));
        assert_eq!(asked.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn a_long_answer_is_cut() {
        let (exchange, _) = answered(http("200 OK", "text/html", &"x".repeat(100_000))).await;
        let answer = exchange.answer.unwrap();
        assert_eq!((answer.cut, answer.body_bytes, answer.body.len()), (true, 65_536, 2_048));
    }

    #[tokio::test]
    async fn trouble_is_recorded_as_such() {
        let root = Authority::root();
        let targets = targets("https://api.kwikpaisa.com/");
        let (plain, _) = serve_http(vec![String::new()]).await;
        let (other, _) =
            serve_https(root.leaf(&["other.example"], Years::Now), vec![String::new()]).await;
        let (_bound, unused) = refuses();
        for (address, kind, phase) in [
            (unused, TroubleKind::Refused, Phase::Connect),
            (other, TroubleKind::Certificate, Phase::Tls),
        ] {
            let Observed::Got(exchange) =
                ask(&targets, &[("api.kwikpaisa.com:443", address)], &root, &Limits::default())
                    .await
            else {
                panic!("not tried")
            };
            let trouble = exchange.answer.unwrap_err();
            assert_eq!((trouble.kind, trouble.phase), (kind, phase));
        }
        let limits = Limits { exchange_ms: 200, ..Limits::default() };
        let Observed::Got(exchange) =
            ask(&targets, &[("api.kwikpaisa.com:443", plain)], &root, &limits).await
        else {
            panic!("not tried")
        };
        assert!(exchange.answer.is_err());
    }

    #[tokio::test]
    async fn the_secret_signs_for_no_other_host() {
        let root = Authority::root();
        for base in [
            "http://api.kwikpaisa.com",
            "https://api.kwikpaisa.com:8443",
            "https://sandbox.kwikpaisa.com",
            "https://api.kwikpaisa.com.evil.example",
            "https://api.kwikpaisa.com@evil.example",
            "https://127.0.0.1",
            "not a url",
        ] {
            let seen = ask(&targets(base), &[], &root, &Limits::default()).await;
            assert_eq!(
                seen,
                Observed::NotMade(NotMade::Unconfigured { key: "api.base_url".to_owned() }),
                "{base}"
            );
        }
        assert_eq!(
            status_url(&Url::parse("https://u:p@api.kwikpaisa.com/api/v3?x=1#y").unwrap())
                .unwrap()
                .as_str(),
            "https://api.kwikpaisa.com/api/v3/pg/order/status"
        );
    }

    #[tokio::test]
    async fn nothing_is_asked_without_usable_keys() {
        let root = Authority::root();
        let key = async |change: fn(&mut Keyring)| {
            let mut targets = targets("https://api.kwikpaisa.com");
            change(&mut targets.keys);
            match ask(&targets, &[], &root, &Limits::default()).await {
                Observed::NotMade(NotMade::Unconfigured { key }) => key,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(key(|keys| keys.api_key = None).await, "api.api_key");
        assert_eq!(key(|keys| keys.secret_key = None).await, "api.secret_key");
        assert_eq!(
            key(|keys| keys.api_key = Some(Secret::new("pk_live_MARKER\n1".to_owned()))).await,
            "api.api_key"
        );
    }
}
