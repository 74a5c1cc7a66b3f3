//! The one place that opens connections: names, the guard against private targets, TCP and TLS.

use std::collections::BTreeMap;
use std::error::Error;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use golive_checks::model::{Limits, NotMade, Observed, Phase, Times, Trouble, TroubleKind};
use golive_checks::platform::address::special;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::OnceCell;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::observe::context::{Contacts, Options};
use crate::observe::net::connect_to::ConnectTo;
use crate::observe::net::route::{Route, open, source};

/// How long one address may keep the next waiting.
const HEAD_START: Duration = Duration::from_millis(250);

/// The same where it is decided which address a whole conversation goes to: a slow one still counts.
const CHOICE_HEAD_START: Duration = Duration::from_secs(2);

/// Opens every connection of a run: built once, shared by all.
#[derive(Debug)]
pub(crate) struct Dialer {
    connect_to: Vec<ConnectTo>,
    allow_private: bool,
    connect: Duration,
    provider: Arc<CryptoProvider>,
    public_roots: Arc<RootCertStore>,
    roots: Arc<RootCertStore>,
    tls: Arc<ClientConfig>,
    names: Mutex<BTreeMap<String, Arc<OnceCell<Name>>>>,
    /// The host whose addresses are told apart: the webhook's.
    told_apart: Option<String>,
    chosen: Mutex<BTreeMap<u16, Arc<OnceCell<SocketAddr>>>>,
    sources: Vec<IpAddr>,
    contacts: Contacts,
}

/// What a name resolved to, and how long that took.
type Name = (Result<Vec<IpAddr>, Trouble>, Duration);

/// An open connection.
pub(crate) struct Line {
    /// TLS or plain.
    pub(crate) stream: Box<dyn Stream>,
    /// Name, connection and handshake; the rest is for the caller to fill in.
    pub(crate) times: Times,
}

/// What a request travels over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NoLine {
    /// It was tried.
    Trouble(Trouble),
    /// It was not.
    NotMade(NotMade),
}

impl NoLine {
    /// The same for something that was to be seen.
    pub(crate) fn seen<T>(self) -> Observed<T> {
        match self {
            Self::Trouble(trouble) => Observed::Trouble(trouble),
            Self::NotMade(why) => Observed::NotMade(why),
        }
    }
}

impl From<Trouble> for NoLine {
    fn from(trouble: Trouble) -> Self {
        Self::Trouble(trouble)
    }
}

impl Dialer {
    /// Prepares roots, TLS and switches; contacts nobody.
    pub(crate) fn new(options: &Options, limits: &Limits) -> anyhow::Result<Self> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let public_roots =
            Arc::new(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() });
        let mut roots = RootCertStore::clone(&public_roots);
        for certificate in &options.ca_file {
            roots
                .add(certificate.clone())
                .context("taking a certificate of --ca-file for a root")?;
        }
        let roots = Arc::new(roots);
        let mut tls = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .context("preparing TLS")?
            .with_root_certificates(Arc::clone(&roots))
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        tls.resumption = Resumption::in_memory_sessions(64);
        Ok(Self {
            connect_to: options.connect_to.clone(),
            allow_private: options.allow_private,
            connect: Duration::from_millis(limits.connect_ms),
            provider,
            public_roots,
            roots,
            tls: Arc::new(tls),
            names: Mutex::default(),
            told_apart: None,
            chosen: Mutex::default(),
            sources: options.sources.clone(),
            contacts: Contacts::default(),
        })
    }

    /// The same for a run that has a conversation with the receiver at `url`: all of it goes to one
    /// address, so that nothing depends on the order in which a resolver names them.
    pub(crate) fn telling_apart(self, url: Option<&Url>) -> Self {
        let host = url.and_then(|url| url.host_str());
        Self { told_apart: host.map(|host| bare(host).to_ascii_lowercase()), ..self }
    }

    /// Whether `--connect-to` sends connections for `host` and `port` elsewhere.
    pub(crate) fn redirected(&self, host: &str, port: u16) -> bool {
        !self.redirections(host, port).is_empty()
    }

    /// Where the first switch that is about `host` and `port` leads, and those that are about the
    /// same.
    fn redirections(&self, host: &str, port: u16) -> Vec<(String, u16)> {
        let fits = |switch: &&ConnectTo| switch.target(bare(host), port).is_some();
        let Some(first) = self.connect_to.iter().find(fits) else { return Vec::new() };
        self.connect_to
            .iter()
            .filter(|switch| (&switch.host, switch.port) == (&first.host, first.port))
            .filter_map(|switch| switch.target(bare(host), port))
            .collect()
    }

    /// Where connections for `host` and `port` may go, after `--connect-to` and the guard against
    /// private targets, and how long the name took to look up: nothing when it was known
    /// already.
    pub(crate) async fn addresses(
        &self,
        host: &str,
        port: u16,
    ) -> Result<(Vec<SocketAddr>, Duration), NoLine> {
        let redirected = self.redirections(host, port);
        if !redirected.is_empty() {
            let (mut addresses, mut took) = (Vec::new(), Duration::ZERO);
            for (host, port) in redirected {
                let (ips, there) = self.names(&host).await?;
                addresses.extend(ips.into_iter().map(|ip| SocketAddr::new(ip, port)));
                took += there;
            }
            return Ok((addresses, took));
        }
        let (mut ips, took) = self.names(bare(host)).await?;
        if !self.allow_private {
            let private = ips.iter().copied().find(|ip| special(*ip).is_some());
            ips.retain(|ip| special(*ip).is_none());
            if let (true, Some(address)) = (ips.is_empty(), private) {
                return Err(NoLine::NotMade(NotMade::PrivateTarget { address }));
            }
        }
        Ok((ips.into_iter().map(|ip| SocketAddr::new(ip, port)).collect(), took))
    }

    /// The same, sorted: IPv4 first, each address once.
    pub(crate) async fn sorted_addresses(
        &self,
        host: &str,
        port: u16,
    ) -> Result<(Vec<SocketAddr>, Duration), NoLine> {
        let (mut addresses, took) = self.addresses(host, port).await?;
        addresses.sort_unstable();
        addresses.dedup();
        Ok((addresses, took))
    }

    /// The address that the conversation with `host` goes to: its only one, or of several the first
    /// that takes a connection. Decided once; it stays when it fails later.
    pub(crate) async fn chosen(
        &self,
        host: &str,
        port: u16,
    ) -> Result<(SocketAddr, Duration), NoLine> {
        let (addresses, took) = self.sorted_addresses(host, port).await?;
        if let [only] = addresses[..] {
            return Ok((only, took));
        }
        let cell = {
            let mut chosen = self.chosen.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(chosen.entry(port).or_default())
        };
        let choose = || async {
            self.note(host, port);
            let began = Instant::now();
            let connecting = connect(addresses, None, CHOICE_HEAD_START, began);
            match timeout(self.connect, connecting).await {
                Ok(connected) => connected.map(|(_, peer)| peer),
                Err(_) => Err(timed_out(Phase::Connect, began.elapsed())),
            }
        };
        Ok((*cell.get_or_try_init(choose).await?, took))
    }

    /// Whether it is the webhook's host, whose addresses are told apart.
    fn tells_apart(&self, host: &str) -> bool {
        self.told_apart.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(bare(host)))
    }

    /// The addresses of `host`, private or not: looked up once, so that everyone goes by the same
    /// answer.
    pub(crate) async fn names(&self, host: &str) -> Result<(Vec<IpAddr>, Duration), Trouble> {
        if let Ok(ip) = bare(host).parse() {
            return Ok((vec![ip], Duration::ZERO));
        }
        let cell = {
            let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(names.entry(host.to_ascii_lowercase()).or_default())
        };
        let known = cell.initialized();
        let (ips, took) = cell.get_or_init(|| look_up(host, self.connect)).await;
        ips.clone().map(|ips| (ips, if known { Duration::ZERO } else { *took }))
    }

    /// Opens a fresh connection for `url`: TLS with a verified certificate for `https`, else plain
    /// TCP.
    pub(crate) async fn dial(&self, url: &Url, route: Route) -> Result<Line, NoLine> {
        let (host, port) = target(url)?;
        let (tcp, _, mut times) = self.dial_tcp(&host, port, route).await?;
        let stream: Box<dyn Stream> = if url.scheme() == "https" {
            let began = Instant::now();
            let left = self.connect.saturating_sub(Duration::from_micros(times.connect_us));
            let name = server_name(url)?;
            let connector = TlsConnector::from(Arc::clone(&self.tls));
            let stream = match timeout(left, connector.connect(name, tcp)).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => return Err(trouble(&error, Phase::Tls, began.elapsed()).into()),
                Err(_) => return Err(timed_out(Phase::Tls, began.elapsed()).into()),
            };
            times.tls_us = micros(began.elapsed());
            Box::new(stream)
        } else {
            Box::new(tcp)
        };
        Ok(Line { stream, times })
    }

    /// Opens a TCP connection: to the address of the route, else the one chosen for the webhook's
    /// host, else to the addresses in turn, each with a head start before the next.
    pub(crate) async fn dial_tcp(
        &self,
        host: &str,
        port: u16,
        route: Route,
    ) -> Result<(TcpStream, SocketAddr, Times), NoLine> {
        let (addresses, name) = match route.to {
            Some(address) => (vec![address], Duration::ZERO),
            None if self.tells_apart(host) => {
                let (address, name) = self.chosen(host, port).await?;
                (vec![address], name)
            }
            None => self.addresses(host, port).await?,
        };
        self.note(host, port);
        let began = Instant::now();
        let from = route
            .from
            .zip(addresses.first())
            .and_then(|(number, to)| source(&self.sources, number, *to));
        let connecting = connect(addresses, from, HEAD_START, began);
        let (stream, peer) = match timeout(self.connect, connecting).await {
            Ok(connected) => connected?,
            Err(_) => return Err(timed_out(Phase::Connect, began.elapsed()).into()),
        };
        // A delivery is one small write that must not wait for an acknowledgement.
        stream
            .set_nodelay(true)
            .map_err(|error| trouble(&error, Phase::Connect, began.elapsed()))?;
        let times = Times {
            name_us: micros(name),
            connect_us: micros(began.elapsed()),
            ..Times::default()
        };
        Ok((stream, peer, times))
    }

    /// Whether `--allow-private` lifts the guard.
    pub(crate) fn allows_private(&self) -> bool {
        self.allow_private
    }

    /// Notes that `host:port` is contacted, for connections that are not opened here.
    pub(crate) fn note(&self, host: &str, port: u16) {
        self.contacts.note(format!("{host}:{port}"));
    }

    /// `host:port` of everything contacted, in order, each once.
    pub(crate) fn contacted(&self) -> Vec<String> {
        self.contacts.list()
    }

    /// What verifies certificates and offers HTTP/1.1.
    pub(crate) fn tls_config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.tls)
    }

    /// The cryptography in use. Always passed on: with two compiled in, rustls would not know
    /// which.
    pub(crate) fn provider(&self) -> Arc<CryptoProvider> {
        Arc::clone(&self.provider)
    }

    /// The compiled-in public roots.
    pub(crate) fn public_roots(&self) -> Arc<RootCertStore> {
        Arc::clone(&self.public_roots)
    }

    /// The public roots and those of `--ca-file`.
    pub(crate) fn roots(&self) -> Arc<RootCertStore> {
        Arc::clone(&self.roots)
    }

    /// The time a connection may take, its handshake included.
    pub(crate) fn connect_limit(&self) -> Duration {
        self.connect
    }
}

/// Host and port of a URL; the host in brackets where it is an IPv6 address.
pub(crate) fn target(url: &Url) -> Result<(String, u16), Trouble> {
    match (url.host_str(), url.port_or_known_default()) {
        (Some(host), Some(port)) => Ok((host.to_owned(), port)),
        _ => Err(Trouble {
            kind: TroubleKind::Other,
            phase: Phase::Name,
            after_ms: 0,
            detail: Some("not an address of the web".to_owned()),
        }),
    }
}

/// The name that a certificate must be for.
pub(crate) fn server_name(url: &Url) -> Result<ServerName<'static>, Trouble> {
    let no_name = || Trouble {
        kind: TroubleKind::Tls,
        phase: Phase::Tls,
        after_ms: 0,
        detail: Some("not a name for a certificate".to_owned()),
    };
    match url.host() {
        Some(Host::Domain(name)) => ServerName::try_from(name.to_owned()).map_err(|_| no_name()),
        Some(Host::Ipv4(ip)) => Ok(ServerName::from(IpAddr::V4(ip))),
        Some(Host::Ipv6(ip)) => Ok(ServerName::from(IpAddr::V6(ip))),
        None => Err(no_name()),
    }
}

/// A host without the brackets of an IPv6 address.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

async fn look_up(host: &str, limit: Duration) -> Name {
    let began = Instant::now();
    let found = match timeout(limit, tokio::net::lookup_host((host, 0))).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            let detail = Some(resolver_words(&error.to_string()));
            return (
                Err(Trouble {
                    kind: TroubleKind::NoSuchName,
                    phase: Phase::Name,
                    after_ms: millis(began.elapsed()),
                    detail,
                }),
                began.elapsed(),
            );
        }
        Err(_) => return (Err(timed_out(Phase::Name, began.elapsed())), began.elapsed()),
    };
    let mut ips: Vec<IpAddr> = Vec::new();
    for address in found {
        if !ips.contains(&address.ip()) {
            ips.push(address.ip());
        }
    }
    let none = Trouble {
        kind: TroubleKind::NoSuchName,
        phase: Phase::Name,
        after_ms: millis(began.elapsed()),
        detail: None,
    };
    (if ips.is_empty() { Err(none) } else { Ok(ips) }, began.elapsed())
}

/// The resolver's words, with one wording for "ask again later": that is no word on the name, and
/// every C library says it differently.
fn resolver_words(words: &str) -> String {
    let later = words.contains("emporary") || words.contains("ry again");
    if later { "temporary failure in name resolution".to_owned() } else { words.to_owned() }
}

/// The first address that answers. What counts in the end is the first trouble that is not a
/// missing route: a machine without IPv6 says nothing about the merchant.
async fn connect(
    addresses: Vec<SocketAddr>,
    from: Option<IpAddr>,
    head_start: Duration,
    began: Instant,
) -> Result<(TcpStream, SocketAddr), Trouble> {
    let mut attempts = JoinSet::new();
    let mut troubles: Vec<Trouble> = Vec::new();
    let mut waiting = addresses.into_iter();
    loop {
        let next = waiting.next();
        let last = next.is_none();
        if let Some(address) = next {
            attempts
                .spawn(async move { open(address, from).await.map(|stream| (stream, address)) });
        }
        let ended = if last {
            Ok(attempts.join_next().await)
        } else {
            timeout(head_start, attempts.join_next()).await
        };
        match ended {
            Ok(Some(Ok(Ok(connected)))) => return Ok(connected),
            Ok(Some(Ok(Err(error)))) => {
                troubles.push(trouble(&error, Phase::Connect, began.elapsed()))
            }
            Ok(Some(Err(_))) | Err(_) => {}
            Ok(None) => break,
        }
    }
    let telling =
        troubles.iter().position(|trouble| trouble.kind != TroubleKind::Unreachable).unwrap_or(0);
    let none = Trouble {
        kind: TroubleKind::Unreachable,
        phase: Phase::Connect,
        after_ms: millis(began.elapsed()),
        detail: None,
    };
    Err(if troubles.is_empty() { none } else { troubles.swap_remove(telling) })
}

/// A deadline that passed.
pub(crate) fn timed_out(phase: Phase, after: Duration) -> Trouble {
    Trouble { kind: TroubleKind::TimedOut, phase, after_ms: millis(after), detail: None }
}

/// What an error of the network libraries means, by type and never by its words.
pub(crate) fn trouble(error: &(dyn Error + 'static), phase: Phase, after: Duration) -> Trouble {
    let (kind, detail) = if let Some(tls) = cause::<rustls::Error>(error) {
        let certificate = matches!(tls, rustls::Error::InvalidCertificate(_));
        (
            if certificate { TroubleKind::Certificate } else { TroubleKind::Tls },
            Some(tls.to_string()),
        )
    } else if let Some(io) = cause::<io::Error>(error) {
        io_kind(io)
    } else if let Some(http) = cause::<hyper::Error>(error) {
        let kind = match http {
            http if http.is_parse() => TroubleKind::NotHttp,
            http if http.is_incomplete_message() || http.is_closed() || http.is_canceled() => {
                TroubleKind::Closed
            }
            http if http.is_timeout() => TroubleKind::TimedOut,
            _ => TroubleKind::Other,
        };
        (kind, matches!(kind, TroubleKind::NotHttp | TroubleKind::Other).then(|| http.to_string()))
    } else {
        (TroubleKind::Other, Some(error.to_string()))
    };
    Trouble { kind, phase, after_ms: millis(after), detail }
}

fn io_kind(error: &io::Error) -> (TroubleKind, Option<String>) {
    use io::ErrorKind as E;
    let kind = match error.kind() {
        E::ConnectionRefused => TroubleKind::Refused,
        E::ConnectionReset | E::ConnectionAborted | E::BrokenPipe => TroubleKind::Reset,
        E::UnexpectedEof => TroubleKind::Closed,
        E::TimedOut => TroubleKind::TimedOut,
        E::HostUnreachable | E::NetworkUnreachable | E::NetworkDown | E::AddrNotAvailable => {
            TroubleKind::Unreachable
        }
        _ => return (TroubleKind::Other, Some(error.to_string())),
    };
    (kind, None)
}

/// The first error of type `E` among the causes. `source()` alone does not find what an `io::Error`
/// wraps, and rustls lies two of these deep.
pub(crate) fn cause<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    if let Some(io) = error.downcast_ref::<io::Error>()
        && let Some(inner) = io.get_ref()
        && let Some(found) = cause(inner as &(dyn Error + 'static))
    {
        return Some(found);
    }
    cause(error.source()?)
}

/// Whole milliseconds.
pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Whole microseconds.
pub(crate) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
