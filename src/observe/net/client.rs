//! The HTTP client of API calls and egress look-ups: sends once, follows nothing, and takes a proxy
//! only where one is configured.

use std::error::Error;
use std::time::Duration;

use golive_checks::model::{Limits, NotMade, Phase, Trouble, TroubleKind};
use golive_checks::platform::address::special;
use reqwest::header::HOST;
use reqwest::redirect::Policy;
use reqwest::{Method, Proxy, RequestBuilder, Response};
use rustls::ClientConfig;
use url::{Host, Url};

use crate::observe::net::dial::{Dialer, NoLine, cause, target, timed_out, trouble};

/// A client for one address.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: Url,
    /// The `Host` of requests, where `--connect-to` changed the port of `url`.
    host: Option<String>,
    /// How long the name took to look up.
    pub(crate) name: Duration,
    first_byte: Duration,
}

impl Client {
    /// Prepares calls to `url`, through `proxy` unless `--connect-to` says where to go.
    pub(crate) async fn new(
        dialer: &Dialer,
        limits: &Limits,
        url: &Url,
        proxy: Option<&Url>,
    ) -> Result<Self, NoLine> {
        let (host, port) = target(url)?;
        let redirected = dialer.redirected(&host, port);
        let builder = reqwest::Client::builder()
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .pool_max_idle_per_host(0)
            .referer(false)
            .tcp_nodelay(true)
            .user_agent(concat!("golive/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(ClientConfig::clone(&dialer.tls_config()))
            .connect_timeout(dialer.connect_limit())
            .timeout(Duration::from_millis(limits.exchange_ms));
        let (mut url, mut host_header, mut name) = (url.clone(), None, Duration::ZERO);
        let builder = match proxy.filter(|_| !redirected) {
            Some(proxy) => {
                // The proxy looks names up; an address that stands in the URL is known to be
                // private here already.
                if let Some(ip) =
                    literal(&url).filter(|ip| special(*ip).is_some() && !dialer.allows_private())
                {
                    return Err(NoLine::NotMade(NotMade::PrivateTarget { address: ip }));
                }
                let unusable =
                    || NoLine::NotMade(NotMade::Unconfigured { key: "network.proxy".to_owned() });
                let through = Proxy::all(proxy.clone()).map_err(|_| unusable())?;
                let (proxy_host, proxy_port) = target(proxy).map_err(|_| unusable())?;
                dialer.note(&proxy_host, proxy_port);
                builder.proxy(through)
            }
            None => {
                if redirected && literal(&url).is_some() {
                    return Err(NoLine::NotMade(NotMade::BySwitch));
                }
                let (addresses, took) = dialer.addresses(&host, port).await?;
                name = took;
                if let (Some(written), Some(address)) =
                    (url.port(), addresses.first().filter(|address| address.port() != port))
                {
                    // A port that stands in the URL goes before that of the address.
                    host_header = Some(format!("{host}:{written}"));
                    let _ = url.set_port(Some(address.port()));
                }
                builder.no_proxy().resolve_to_addrs(&host, &addresses)
            }
        };
        dialer.note(&host, port);
        let http =
            builder.build().map_err(|error| call_trouble(error, Phase::Connect, Duration::ZERO))?;
        Ok(Self {
            http,
            url,
            host: host_header,
            name,
            first_byte: dialer.connect_limit() + Duration::from_millis(limits.first_byte_ms),
        })
    }

    /// A request to the address itself.
    pub(crate) fn request(&self, method: Method) -> RequestBuilder {
        let request = self.http.request(method, self.url.clone());
        match &self.host {
            Some(host) => request.header(HOST, host),
            None => request,
        }
    }

    /// A request to another path of the same host.
    pub(crate) fn get(&self, path: &str, query: Option<&str>) -> RequestBuilder {
        let mut url = self.url.clone();
        url.set_path(path);
        url.set_query(query);
        let request = self.http.get(url);
        match &self.host {
            Some(host) => request.header(HOST, host),
            None => request,
        }
    }

    /// Sends, and waits for the head of the answer.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response, Trouble> {
        let began = std::time::Instant::now();
        match tokio::time::timeout(self.first_byte, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(call_trouble(error, Phase::FirstByte, began.elapsed())),
            Err(_) => Err(timed_out(Phase::FirstByte, began.elapsed())),
        }
    }
}

/// At most `cap` bytes of a body, and whether it went on.
pub(crate) async fn read(response: &mut Response, cap: usize) -> Result<(Vec<u8>, bool), Trouble> {
    let began = std::time::Instant::now();
    let mut body = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| call_trouble(error, Phase::Body, began.elapsed()))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > cap {
            body.truncate(cap);
            return Ok((body, true));
        }
    }
    Ok((body, false))
}

fn literal(url: &Url) -> Option<std::net::IpAddr> {
    match url.host()? {
        Host::Ipv4(ip) => Some(ip.into()),
        Host::Ipv6(ip) => Some(ip.into()),
        Host::Domain(_) => None,
    }
}

/// What an error of the client means. Its own words may repeat a whole URL, so that only those of
/// the last cause are kept.
fn call_trouble(error: reqwest::Error, phase: Phase, after: Duration) -> Trouble {
    let error = error.without_url();
    let phase = match phase {
        Phase::FirstByte if cause::<rustls::Error>(&error).is_some() => Phase::Tls,
        Phase::FirstByte if error.is_connect() => Phase::Connect,
        phase => phase,
    };
    if error.is_timeout() {
        return timed_out(phase, after);
    }
    let mut told = trouble(&error, phase, after);
    if told.kind == TroubleKind::Other {
        let mut last: &dyn Error = &error;
        while let Some(deeper) = last.source() {
            last = deeper;
        }
        told.detail = Some(last.to_string());
    }
    told
}
