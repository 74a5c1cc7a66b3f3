//! Certificates and loopback servers for tests of observing.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use golive_checks::model::Limits;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{ConnectTo, Options};
use crate::observe::net::dial::Dialer;

/// Somebody who signs certificates.
pub(super) struct Authority {
    pub(super) certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    /// What servers send besides the leaf: this authority and those above it, without the root.
    sent: Vec<CertificateDer<'static>>,
}

/// What a server shows.
pub(super) struct Identity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

/// The years in which a certificate of a test holds.
#[derive(Clone, Copy)]
pub(super) enum Years {
    Now,
    Past,
    Future,
}

fn params(name: &str, names: &[&str], years: Years) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names of a test");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    let (from, until) = match years {
        Years::Now => (2020, 2060),
        Years::Past => (2020, 2021),
        Years::Future => (2060, 2061),
    };
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    params
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = params(name, &[], Years::Now);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

impl Authority {
    /// A root that nobody knows unless `--ca-file` names it.
    pub(super) fn root() -> Self {
        let (key, params) =
            (KeyPair::generate().expect("a key"), authority_params("golive test root"));
        let certificate = params.self_signed(&key).expect("a certificate").der().clone();
        Self { certificate, issuer: Issuer::new(params, key), sent: Vec::new() }
    }

    /// An intermediate below it.
    pub(super) fn intermediate(&self) -> Self {
        let (key, params) =
            (KeyPair::generate().expect("a key"), authority_params("golive test intermediate"));
        let certificate =
            params.signed_by(&key, &self.issuer).expect("a certificate").der().clone();
        let sent = std::iter::once(certificate.clone()).chain(self.sent.iter().cloned()).collect();
        Self { certificate, issuer: Issuer::new(params, key), sent }
    }

    /// A server's certificate for `names`.
    pub(super) fn leaf(&self, names: &[&str], years: Years) -> Identity {
        self.leaf_with(names, years, KeyPair::generate().expect("a key"))
    }

    /// The same with a key of one's own.
    pub(super) fn leaf_with(&self, names: &[&str], years: Years, key: KeyPair) -> Identity {
        let certificate =
            params(names[0], names, years).signed_by(&key, &self.issuer).expect("a certificate");
        let chain =
            std::iter::once(certificate.der().clone()).chain(self.sent.iter().cloned()).collect();
        Identity { chain, key: der(&key) }
    }
}

/// A certificate that signed itself; `authority` as `openssl req -x509` makes them.
pub(super) fn self_signed(names: &[&str], authority: bool) -> Identity {
    let key = KeyPair::generate().expect("a key");
    let mut params = params(names[0], names, Years::Now);
    if authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    Identity {
        chain: vec![params.self_signed(&key).expect("a certificate").der().clone()],
        key: der(&key),
    }
}

fn der(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(key.serialize_der()).expect("PKCS#8")
}

/// A dialer for loopback that sends connections for each `host:port` to `address`.
pub(super) fn dialer(
    redirects: &[(&str, SocketAddr)],
    ca_file: &[&CertificateDer<'static>],
) -> Dialer {
    dialer_with(redirects, ca_file, true, &Limits { connect_ms: 20_000, ..Limits::default() })
}

pub(super) fn dialer_with(
    redirects: &[(&str, SocketAddr)],
    ca_file: &[&CertificateDer<'static>],
    allow_private: bool,
    limits: &Limits,
) -> Dialer {
    let connect_to: Vec<ConnectTo> = redirects
        .iter()
        .map(|(authority, to)| format!("{authority}:{to}").parse().expect("a redirect"))
        .collect();
    let ca_file = ca_file.iter().map(|der| (*der).clone()).collect();
    Dialer::new(&Options { connect_to, allow_private, ca_file, ..Options::default() }, limits)
        .expect("a dialer")
}

/// A server on loopback that hands each connection to `serve`.
pub(super) async fn listen<F, Served>(serve: F) -> SocketAddr
where
    F: Fn(TcpStream) -> Served + Send + 'static,
    Served: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    let address = listener.local_addr().expect("bound");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    address
}

/// A server that says nothing and ends its side of each connection. It reads what it was sent to
/// the end: closed with something unread, a connection is reset instead.
pub(super) async fn closes() -> SocketAddr {
    listen(|mut tcp| async move {
        let _ = tcp.shutdown().await;
        let _ = tokio::io::copy(&mut tcp, &mut tokio::io::sink()).await;
    })
    .await
}

/// A server that never answers.
pub(super) async fn hangs() -> SocketAddr {
    listen(|tcp| async move {
        std::future::pending::<()>().await;
        drop(tcp);
    })
    .await
}

/// A server that reads what is said first and resets the connection: not before it is in use, since
/// a reset can be faster than whoever connects.
pub(super) async fn resets() -> SocketAddr {
    listen(|mut tcp| async move {
        let _ = tcp.read_u8().await;
        let _ = tcp.set_zero_linger();
    })
    .await
}

/// A server that says this at once, asked or not.
pub(super) async fn speaks(words: &'static [u8]) -> SocketAddr {
    listen(move |mut tcp| async move {
        let _ = tcp.write_all(words).await;
        let _ = tokio::io::copy(&mut tcp, &mut tokio::io::sink()).await;
    })
    .await
}

/// A port of loopback that is taken, so that nobody else gets it, and refuses connections: nobody
/// listens.
pub(super) fn refuses() -> (TcpSocket, SocketAddr) {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).expect("loopback");
    let address = socket.local_addr().expect("bound");
    (socket, address)
}

/// A host that does not exist, whoever is asked and with no network at all: no part of a name is
/// this long.
pub(super) fn no_such_name() -> String {
    format!("{}.invalid", "n".repeat(64))
}

/// What a server was asked, whole requests.
pub(super) type Asked = Arc<Mutex<Vec<String>>>;

/// An HTTPS server that gives each request the next of `answers`, the last one ever after.
pub(super) async fn serve_https(identity: Identity, answers: Vec<String>) -> (SocketAddr, Asked) {
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)
        .expect("an identity");
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let (acceptor, answers, asked) =
        (TlsAcceptor::from(Arc::new(config)), Arc::new(answers), Asked::default());
    let told = Arc::clone(&asked);
    let address = listen(move |tcp| {
        let (acceptor, answers, asked) =
            (acceptor.clone(), Arc::clone(&answers), Arc::clone(&told));
        async move {
            if let Ok(stream) = acceptor.accept(tcp).await {
                answer(stream, &answers, &asked).await;
            }
        }
    })
    .await;
    (address, asked)
}

/// The same without TLS.
pub(super) async fn serve_http(answers: Vec<String>) -> (SocketAddr, Asked) {
    let (answers, asked) = (Arc::new(answers), Asked::default());
    let told = Arc::clone(&asked);
    let address = listen(move |tcp| {
        let (answers, asked) = (Arc::clone(&answers), Arc::clone(&told));
        async move { answer(tcp, &answers, &asked).await }
    })
    .await;
    (address, asked)
}

async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answers: &[String],
    asked: &Asked,
) {
    let mut request = Vec::new();
    while !is_whole(&String::from_utf8_lossy(&request)) {
        if !matches!(stream.read_buf(&mut request).await, Ok(1..)) {
            return;
        }
    }
    let at = {
        let mut asked = asked.lock().expect("no panic");
        asked.push(String::from_utf8_lossy(&request).into_owned());
        asked.len() - 1
    };
    let _ = stream.write_all(answers[at.min(answers.len() - 1)].as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn is_whole(request: &str) -> bool {
    request.split_once("\r\n\r\n").is_some_and(|(head, body)| {
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok()
        });
        body.len() >= length.unwrap_or(0)
    })
}

/// An HTTP answer.
pub(super) fn http(status: &str, content_type: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: \
         close\r\n\r\n{body}",
        body.len()
    )
}
