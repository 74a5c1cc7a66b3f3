//! The address this machine calls from, as the configured services see it.

use std::net::IpAddr;

use golive_checks::model::{EgressSeen, Limits, NotMade, Observed, Phase, Trouble, TroubleKind};
use reqwest::Method;
use reqwest::header::ACCEPT;
use serde::Deserialize;
use tokio::task::JoinSet;
use url::Url;

use crate::observe::net::client::{Client, read};
use crate::observe::net::dial::{Dialer, NoLine, target};

/// What is read of an answer: an address needs 45 bytes at most, JSON around it a few more.
const ANSWER_BYTES: usize = 256;

/// Asks every service several times, each time over a fresh connection, the way API calls go out.
pub(crate) async fn observe_egress(
    dialer: &Dialer,
    limits: &Limits,
    services: &[Url],
    proxy: Option<&Url>,
) -> Observed<Vec<EgressSeen>> {
    if services.is_empty() {
        return Observed::NotMade(NotMade::Unconfigured { key: "network.egress".to_owned() });
    }
    let samples = usize::try_from(limits.egress_samples).unwrap_or(1);
    let mut seen = Vec::new();
    let mut asking = JoinSet::new();
    for (at, url) in services.iter().enumerate() {
        let service =
            target(url).map_or_else(|_| String::new(), |(host, port)| format!("{host}:{port}"));
        let mut addresses = Vec::new();
        match Client::new(dialer, limits, url, proxy).await {
            Ok(client) => {
                for _ in 0..samples {
                    let client = client.clone();
                    asking.spawn(async move { (at, ask(&client).await) });
                }
            }
            Err(NoLine::Trouble(trouble)) => addresses = vec![Err(trouble); samples],
            Err(NoLine::NotMade(why)) => return Observed::NotMade(why),
        }
        seen.push(EgressSeen { service, addresses });
    }
    while let Some(answered) = asking.join_next().await {
        if let Ok((at, address)) = answered {
            seen[at].addresses.push(address);
        }
    }
    Observed::Got(seen)
}

/// One look-up.
async fn ask(client: &Client) -> Result<IpAddr, Trouble> {
    let request = client.request(Method::GET).header(ACCEPT, "text/plain, application/json;q=0.9");
    let mut response = client.send(request).await?;
    if response.status() != 200 {
        return Err(refused(format!("answered {}", response.status().as_u16())));
    }
    let (body, cut) = read(&mut response, ANSWER_BYTES).await?;
    let text = std::str::from_utf8(&body).ok().filter(|_| !cut);
    text.and_then(one_address)
        .ok_or_else(|| refused("the answer is not one address and nothing else".to_owned()))
}

fn refused(detail: String) -> Trouble {
    Trouble { kind: TroubleKind::Other, phase: Phase::Body, after_ms: 0, detail: Some(detail) }
}

/// An answer that is one address: alone, or as the only field of a JSON object. Anything else is
/// refused, never searched.
fn one_address(text: &str) -> Option<IpAddr> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Answer {
        ip: String,
    }
    let text = text.trim();
    let named = serde_json::from_str::<Answer>(text).ok().map(|answer| answer.ip);
    named.as_deref().unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use golive_checks::model::Limits;

    use super::*;
    use crate::observe::testing::{
        Authority, Years, closes, dialer, dialer_with, hangs, http, no_such_name, refuses,
        serve_http, serve_https,
    };

    fn text(body: &str) -> String {
        http("200 OK", "text/plain", body)
    }

    async fn observe(answers: Vec<String>) -> Vec<Result<IpAddr, Trouble>> {
        let (address, _) = serve_http(answers).await;
        let url = Url::parse("http://echo.example/ip").unwrap();
        match observe_egress(
            &dialer(&[("echo.example:80", address)], &[]),
            &Limits::default(),
            &[url],
            None,
        )
        .await
        {
            Observed::Got(mut seen) => seen.remove(0).addresses,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_one_address_or_nothing() {
        for (answer, address) in [
            ("103.21.244.15\n", Some("103.21.244.15")),
            ("{\"ip\": \"103.21.244.15\"}", Some("103.21.244.15")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("103.21.244.15, 103.21.244.16", None),
            ("{\"ip\":\"103.21.244.15\",\"country\":\"IN\"}", None),
            ("{\"ip\":\"nonsense\"}", None),
            ("<html>103.21.244.15</html>", None),
            ("103.21.244.15:443", None),
            ("", None),
        ] {
            assert_eq!(one_address(answer), address.map(|ip| ip.parse().unwrap()), "{answer}");
        }
    }

    #[tokio::test]
    async fn every_sample_goes_over_a_connection_of_its_own() {
        let root = Authority::root();
        let (address, asked) =
            serve_https(root.leaf(&["echo.example"], Years::Now), vec![text("103.21.244.15\n")])
                .await;
        let dialer = dialer(&[("echo.example:443", address)], &[&root.certificate]);
        let url = Url::parse("https://echo.example/").unwrap();
        let seen = observe_egress(&dialer, &Limits::default(), &[url], None).await;
        let ip: IpAddr = "103.21.244.15".parse().unwrap();
        assert_eq!(
            seen,
            Observed::Got(vec![EgressSeen {
                service: "echo.example:443".to_owned(),
                addresses: vec![Ok(ip); 3]
            }])
        );
        let asked = asked.lock().unwrap();
        assert_eq!(asked.len(), 3);
        assert!(
            asked.iter().all(|request| request.contains("host: echo.example\r\n")),
            "{asked:?}"
        );
        assert_eq!(dialer.contacted(), ["echo.example:443"]);
    }

    #[tokio::test]
    async fn disagreement_is_kept() {
        let mut addresses = observe(vec![text("103.21.244.15"), text("103.21.244.16")]).await;
        addresses.sort_by_key(|address| address.clone().ok());
        let ip = |text: &str| text.parse::<IpAddr>().ok();
        let named: Vec<Option<IpAddr>> = addresses.into_iter().map(Result::ok).collect();
        assert_eq!(named, [ip("103.21.244.15"), ip("103.21.244.16"), ip("103.21.244.16")]);
    }

    #[tokio::test]
    async fn pages_errors_and_redirects_are_refused() {
        for answer in [
            http("200 OK", "text/html", "<!DOCTYPE html><p>Your address is 103.21.244.15</p>"),
            http("503 Service Unavailable", "text/plain", "103.21.244.15"),
            http("302 Found\r\nLocation: http://127.0.0.1:1/", "text/plain", "103.21.244.15"),
            text(&format!("103.21.244.15{}", " ".repeat(300))),
            "220 mail.example\r\n".to_owned(),
            String::new(),
        ] {
            assert!(observe(vec![answer.clone()]).await.iter().all(Result::is_err), "{answer}");
        }
    }

    #[tokio::test]
    async fn a_port_of_the_url_stays_in_the_host_header() {
        let (address, asked) = serve_http(vec![text("103.21.244.15")]).await;
        let url = Url::parse("http://echo.example:8080/").unwrap();
        let seen = observe_egress(
            &dialer(&[("echo.example:8080", address)], &[]),
            &Limits::default(),
            &[url],
            None,
        )
        .await;
        assert!(matches!(seen, Observed::Got(seen) if seen[0].addresses.iter().all(Result::is_ok)));
        assert!(
            asked
                .lock()
                .unwrap()
                .iter()
                .all(|request| request.contains("host: echo.example:8080\r\n"))
        );
    }

    #[tokio::test]
    async fn goes_through_the_configured_proxy() {
        let (address, asked) = serve_http(vec![text("103.21.244.15")]).await;
        let proxy = Url::parse(&format!("http://user:MARKER-pw@{address}")).unwrap();
        let dialer = dialer(&[], &[]);
        let seen = observe_egress(
            &dialer,
            &Limits::default(),
            &[Url::parse("http://echo.example/").unwrap()],
            Some(&proxy),
        )
        .await;
        assert!(
            matches!(&seen, Observed::Got(seen) if seen[0].addresses.iter().all(Result::is_ok)),
            "{seen:?}"
        );
        assert!(
            asked
                .lock()
                .unwrap()
                .iter()
                .all(|request| request.starts_with("GET http://echo.example/ "))
        );
        assert_eq!(dialer.contacted(), [address.to_string(), "echo.example:80".to_owned()]);
    }

    #[tokio::test]
    async fn a_proxy_that_refuses_is_trouble_without_its_password() {
        let (address, _) =
            serve_http(vec![http("407 Proxy Authentication Required", "text/plain", "no")]).await;
        let proxy = Url::parse(&format!("http://user:MARKER-pw@{address}")).unwrap();
        let service = [Url::parse("https://echo.example/").unwrap()];
        let seen =
            observe_egress(&dialer(&[], &[]), &Limits::default(), &service, Some(&proxy)).await;
        assert!(
            matches!(&seen, Observed::Got(seen) if seen[0].addresses.iter().all(Result::is_err)),
            "{seen:?}"
        );
        assert!(!format!("{seen:?}").contains("MARKER"));
    }

    #[tokio::test]
    async fn says_why_nobody_was_asked() {
        let unasked = observe_egress(&dialer(&[], &[]), &Limits::default(), &[], None).await;
        assert!(matches!(unasked, Observed::NotMade(NotMade::Unconfigured { .. })));
        let guarded = dialer_with(&[], &[], false, &Limits::default());
        let private = observe_egress(
            &guarded,
            &Limits::default(),
            &[Url::parse("http://127.0.0.1:9/").unwrap()],
            None,
        )
        .await;
        assert!(matches!(private, Observed::NotMade(NotMade::PrivateTarget { .. })), "{private:?}");
        assert!(guarded.contacted().is_empty());
    }

    #[tokio::test]
    async fn trouble_is_told_by_kind_and_phase() {
        let (closes, hangs, (_bound, refuses)) = (closes().await, hangs().await, refuses());
        let limits = Limits { first_byte_ms: 1, egress_samples: 1, ..Limits::default() };
        let dialer = dialer_with(&[], &[], true, &Limits { connect_ms: 1_000, ..limits });
        let kind = async |url: String| match observe_egress(
            &dialer,
            &limits,
            &[Url::parse(&url).unwrap()],
            None,
        )
        .await
        {
            Observed::Got(seen) => {
                seen[0].addresses[0].clone().map_err(|trouble| (trouble.kind, trouble.phase))
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(
            kind(format!("http://{refuses}/")).await,
            Err((TroubleKind::Refused, Phase::Connect))
        );
        assert_eq!(
            kind(format!("http://{hangs}/")).await,
            Err((TroubleKind::TimedOut, Phase::FirstByte))
        );
        assert_eq!(
            kind(format!("https://{hangs}/")).await.map_err(|(kind, _)| kind),
            Err(TroubleKind::TimedOut)
        );
        assert_eq!(
            kind(format!("http://{closes}/")).await.map_err(|(_, phase)| phase),
            Err(Phase::FirstByte)
        );
        assert_eq!(
            kind(format!("http://{}/", no_such_name())).await,
            Err((TroubleKind::NoSuchName, Phase::Name))
        );
    }
}
