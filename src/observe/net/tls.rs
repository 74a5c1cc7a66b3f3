//! What the webhook's host shows of itself: its addresses, its TLS handshake and its certificates.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use golive_checks::model::{Certificate, NotMade, Observed, Phase, Tls, Trust};
use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, ProtocolVersion, RootCertStore,
    SignatureScheme,
};
use sha2::{Digest, Sha256};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::{Host, Url};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::GeneralName;
use x509_parser::objects::{oid_registry, oid2sn};
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Name};

use crate::observe::net::dial::{Dialer, NoLine, cause, server_name, target, timed_out, trouble};
use crate::observe::net::route::Route;

/// The addresses of the webhook's host.
pub(crate) async fn webhook_names(dialer: &Dialer, url: &Url) -> Observed<Vec<IpAddr>> {
    let (host, port) = match target(url) {
        Ok(target) => target,
        Err(trouble) => return Observed::Trouble(trouble),
    };
    match url.host() {
        Some(Host::Ipv4(ip)) => Observed::Got(vec![IpAddr::V4(ip)]),
        Some(Host::Ipv6(ip)) => Observed::Got(vec![IpAddr::V6(ip)]),
        Some(Host::Domain(_)) | None if dialer.redirected(&host, port) => {
            Observed::NotMade(NotMade::BySwitch)
        }
        Some(Host::Domain(_)) | None => match dialer.names(&host).await {
            Ok((mut ips, _)) => {
                ips.sort_unstable();
                Observed::Got(ips)
            }
            Err(trouble) => Observed::Trouble(trouble),
        },
    }
}

/// One handshake that takes any certificate and writes down what a verifier says of it. Nothing is
/// ever sent over it.
pub(crate) async fn observe_tls(dialer: &Dialer, url: &Url) -> Observed<Tls> {
    if url.scheme() != "https" {
        return Observed::NotMade(NotMade::Unconfigured { key: "webhook.url".to_owned() });
    }
    observe_tls_by(dialer, url, Route::default()).await
}

/// The same by a route of its own, such as to one of several addresses.
pub(crate) async fn observe_tls_by(dialer: &Dialer, url: &Url, route: Route) -> Observed<Tls> {
    match handshake(dialer, url, route).await {
        Ok(tls) => Observed::Got(tls),
        Err(no_line) => no_line.seen(),
    }
}

async fn handshake(dialer: &Dialer, url: &Url, route: Route) -> Result<Tls, NoLine> {
    let (host, port) = target(url)?;
    let name = server_name(url)?;
    let (tcp, peer, _) = dialer.dial_tcp(&host, port, route).await?;
    let began = Instant::now();
    let own = |error: &(dyn std::error::Error + 'static)| {
        NoLine::Trouble(trouble(error, Phase::Tls, began.elapsed()))
    };
    let recorder = Arc::new(Recorder::new(dialer).map_err(|error| own(error.as_ref()))?);
    let mut config = ClientConfig::builder_with_provider(dialer.provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| own(&error))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&recorder) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let shaken = match timeout(
        dialer.connect_limit(),
        TlsConnector::from(Arc::new(config)).connect(name, tcp),
    )
    .await
    {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => match cause::<rustls::Error>(&error) {
            // The two sides disagreed, and that is worth knowing. All else is trouble on the way.
            Some(words) => Err(words.to_string()),
            None => return Err(trouble(&error, Phase::Tls, began.elapsed()).into()),
        },
        Err(_) => return Err(timed_out(Phase::Tls, began.elapsed()).into()),
    };
    let session = shaken.as_ref().ok().map(|stream| stream.get_ref().1);
    let recorded = recorder.recorded.lock().unwrap_or_else(PoisonError::into_inner).take();
    let (chain, verdict, public) = recorded
        .map_or((Vec::new(), None, false), |seen| (seen.chain, Some(seen.verdict), seen.public));
    Ok(Tls {
        address: peer.ip(),
        version: session.and_then(|session| session.protocol_version()).map(version),
        suite: session
            .and_then(|session| session.negotiated_cipher_suite())
            .map(|suite| format!("{:?}", suite.suite())),
        alpn: session
            .and_then(|session| session.alpn_protocol())
            .map(|name| String::from_utf8_lossy(name).into_owned()),
        by_ca_file: !public && verdict.as_ref().is_some_and(Result::is_ok),
        trust: match (verdict, &shaken) {
            (Some(verdict), _) => trust(verdict, &chain, &dialer.roots()),
            (None, Err(words)) => Trust::NoHandshake(words.clone()),
            (None, Ok(_)) => Trust::Other("no certificate was shown".to_owned()),
        },
        chain: chain.iter().map_while(certificate).collect(),
    })
}

/// A verifier that lets every chain pass and keeps it, with what the real one says of it.
#[derive(Debug)]
struct Recorder {
    all: Arc<WebPkiServerVerifier>,
    public: Arc<WebPkiServerVerifier>,
    recorded: Mutex<Option<Recorded>>,
}

#[derive(Debug)]
struct Recorded {
    chain: Vec<CertificateDer<'static>>,
    /// By the public roots and those of `--ca-file`.
    verdict: Result<(), rustls::Error>,
    /// Whether the public roots alone trust it.
    public: bool,
}

impl Recorder {
    fn new(dialer: &Dialer) -> anyhow::Result<Self> {
        let verifier =
            |roots| WebPkiServerVerifier::builder_with_provider(roots, dialer.provider()).build();
        Ok(Self {
            all: verifier(dialer.roots())?,
            public: verifier(dialer.public_roots())?,
            recorded: Mutex::default(),
        })
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self.all.verify_server_cert(leaf, others, name, ocsp, now).map(drop);
        let public = self.public.verify_server_cert(leaf, others, name, ocsp, now).is_ok();
        let chain =
            std::iter::once(leaf).chain(others).map(|der| der.clone().into_owned()).collect();
        *self.recorded.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Recorded { chain, verdict, public });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.all.verify_tls12_signature(message, leaf, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.all.verify_tls13_signature(message, leaf, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.all.supported_verify_schemes()
    }
}

/// What the verifier's verdict means for the merchant.
fn trust(
    verdict: Result<(), rustls::Error>,
    chain: &[CertificateDer<'_>],
    roots: &RootCertStore,
) -> Trust {
    use CertificateError as E;
    let error = match verdict {
        Ok(()) => return Trust::Trusted,
        Err(rustls::Error::InvalidCertificate(error)) => error,
        Err(error) => return Trust::Other(error.to_string()),
    };
    match error {
        E::Expired | E::ExpiredContext { .. } => Trust::Expired,
        E::NotValidYet | E::NotValidYetContext { .. } => Trust::NotYetValid,
        E::NotValidForName | E::NotValidForNameContext { .. } => Trust::WrongName,
        E::Revoked => Trust::Revoked,
        E::UnknownIssuer => broken_link(chain, roots),
        // The usual self-signed certificate calls itself an authority as well, which is what the
        // verifier stumbles over first.
        _ if broken_link(chain, roots) == Trust::SelfSigned => Trust::SelfSigned,
        error => Trust::Other(error.to_string()),
    }
}

/// Why no way leads from the leaf to a root.
fn broken_link(chain: &[CertificateDer<'_>], roots: &RootCertStore) -> Trust {
    let sent: Vec<X509Certificate<'_>> =
        chain.iter().map_while(|der| Some(X509Certificate::from_der(der).ok()?.1)).collect();
    let self_issued = |certificate: &X509Certificate<'_>| {
        certificate.issuer().as_raw() == certificate.subject().as_raw()
    };
    let Some(leaf) = sent.first() else { return Trust::UnknownIssuer };
    let issuer = leaf.issuer().as_raw();
    let is_sent = sent.iter().skip(1).any(|other| other.subject().as_raw() == issuer);
    let is_root = roots.subjects().iter().any(|subject| subject.as_ref() == issuer);
    if self_issued(leaf) || (is_sent && sent.last().is_some_and(self_issued)) {
        Trust::SelfSigned
    } else if !is_sent && !is_root {
        Trust::MissingIntermediate
    } else {
        Trust::UnknownIssuer
    }
}

/// The facts of one certificate; none when it cannot be read.
fn certificate(der: &CertificateDer<'_>) -> Option<Certificate> {
    let (_, x509) = X509Certificate::from_der(der).ok()?;
    let (key, key_bits) = key(x509.public_key());
    let oid = &x509.signature_algorithm.algorithm;
    Some(Certificate {
        subject: common_name(x509.subject()),
        issuer: common_name(x509.issuer()),
        names: names(&x509),
        not_before: timestamp(x509.validity().not_before.timestamp()),
        not_after: timestamp(x509.validity().not_after.timestamp()),
        key,
        key_bits,
        signature: oid2sn(oid, oid_registry()).map_or_else(|_| oid.to_id_string(), str::to_owned),
        fingerprint: data_encoding::HEXLOWER.encode(&Sha256::digest(der)),
    })
}

/// The common name, or the whole name where there is none.
fn common_name(name: &X509Name<'_>) -> String {
    name.iter_common_name()
        .find_map(|cn| cn.as_str().ok())
        .map_or_else(|| name.to_string(), str::to_owned)
}

/// The host names and addresses it is for. The library would print addresses as bytes.
fn names(x509: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(alternatives)) = x509.subject_alternative_name() else { return Vec::new() };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let v6 = <[u8; 16]>::try_from(*bytes).map(IpAddr::from);
            v4.or(v6).ok().map(|ip| ip.to_string())
        }
        _ => None,
    };
    alternatives.value.general_names.iter().filter_map(name).collect()
}

/// Kind and size of a key.
fn key(key: &SubjectPublicKeyInfo<'_>) -> (String, usize) {
    let oid = key.algorithm.algorithm.to_id_string();
    let curve = || {
        key.algorithm
            .parameters
            .as_ref()
            .and_then(|any| any.as_oid().ok())
            .map(|oid| oid.to_id_string())
    };
    match (oid.as_str(), key.parsed()) {
        ("1.3.101.112", _) => ("Ed25519".to_owned(), 256),
        ("1.3.101.113", _) => ("Ed448".to_owned(), 456),
        (_, Ok(PublicKey::RSA(rsa))) => ("RSA".to_owned(), bits(rsa.modulus)),
        (_, Ok(PublicKey::EC(point))) => match curve().as_deref() {
            Some("1.2.840.10045.3.1.7") => ("ECDSA P-256".to_owned(), 256),
            Some("1.3.132.0.34") => ("ECDSA P-384".to_owned(), 384),
            Some("1.3.132.0.35") => ("ECDSA P-521".to_owned(), 521),
            Some(other) => (format!("ECDSA {other}"), point.key_size()),
            None => ("ECDSA".to_owned(), point.key_size()),
        },
        (_, Ok(PublicKey::DSA(y))) => ("DSA".to_owned(), bits(y)),
        (oid, _) => (oid.to_owned(), 0),
    }
}

/// The bits of a big-endian number.
fn bits(number: &[u8]) -> usize {
    let digits = &number[number.iter().position(|byte| *byte != 0).unwrap_or(number.len())..];
    digits.first().map_or(0, |first| digits.len() * 8 - first.leading_zeros() as usize)
}

/// A certificate may be valid for longer than there are timestamps.
fn timestamp(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(if second < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    })
}

fn version(version: ProtocolVersion) -> String {
    match version {
        ProtocolVersion::TLSv1_3 => "TLS 1.3".to_owned(),
        ProtocolVersion::TLSv1_2 => "TLS 1.2".to_owned(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, SocketAddr};

    use golive_checks::model::Limits;
    use rcgen::KeyPair;

    use super::*;
    use crate::observe::testing::{
        Authority, Identity, Years, closes, dialer, dialer_with, no_such_name, self_signed,
        serve_https, speaks,
    };

    async fn observe(identity: Identity, ca_file: &[&CertificateDer<'static>]) -> Tls {
        let (address, _) = serve_https(identity, vec![String::new()]).await;
        let dialer = dialer(&[("shop.example:443", address)], ca_file);
        match observe_tls(&dialer, &Url::parse("https://shop.example/hook").unwrap()).await {
            Observed::Got(tls) => tls,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn a_chain_to_a_root_of_the_ca_file_is_trusted_and_said_to_be() {
        let root = Authority::root();
        let tls = observe(
            root.intermediate().leaf(&["shop.example", "192.0.2.1"], Years::Now),
            &[&root.certificate],
        )
        .await;
        assert_eq!((&tls.trust, tls.by_ca_file), (&Trust::Trusted, true));
        assert_eq!(tls.address, IpAddr::V4(Ipv4Addr::LOCALHOST));
        assert_eq!(
            (tls.version.as_deref(), tls.alpn.as_deref()),
            (Some("TLS 1.3"), Some("http/1.1"))
        );
        assert!(tls.suite.is_some_and(|suite| suite.starts_with("TLS13_")));
        assert_eq!(tls.chain.len(), 2);
        let leaf = &tls.chain[0];
        assert_eq!(
            (leaf.subject.as_str(), leaf.issuer.as_str()),
            ("shop.example", "golive test intermediate")
        );
        assert_eq!(leaf.names, ["shop.example", "192.0.2.1"]);
        assert_eq!((leaf.key.as_str(), leaf.key_bits), ("ECDSA P-256", 256));
        assert_eq!(leaf.signature, "ecdsa-with-SHA256");
        assert_eq!(
            (leaf.not_before.to_string(), leaf.not_after.to_string()),
            ("2020-01-01T00:00:00Z".into(), "2060-01-01T00:00:00Z".into())
        );
        assert_eq!(leaf.fingerprint.len(), 64);
    }

    #[tokio::test]
    async fn a_refused_chain_is_recorded_with_its_fault() {
        let root = Authority::root();
        let ca = [&root.certificate];
        let below = root.intermediate();
        assert_eq!(
            observe(below.leaf(&["shop.example"], Years::Past), &ca).await.trust,
            Trust::Expired
        );
        assert_eq!(
            observe(below.leaf(&["shop.example"], Years::Future), &ca).await.trust,
            Trust::NotYetValid
        );
        assert_eq!(
            observe(below.leaf(&["other.example"], Years::Now), &ca).await.trust,
            Trust::WrongName
        );
        let unknown = observe(below.leaf(&["shop.example"], Years::Now), &[]).await;
        assert_eq!(
            (unknown.trust, unknown.by_ca_file, unknown.chain.len()),
            (Trust::UnknownIssuer, false, 2)
        );
    }

    #[tokio::test]
    async fn a_missing_intermediate_is_named_as_such() {
        let root = Authority::root();
        let mut identity = root.intermediate().leaf(&["shop.example"], Years::Now);
        identity.chain.truncate(1);
        assert_eq!(observe(identity, &[&root.certificate]).await.trust, Trust::MissingIntermediate);
    }

    #[tokio::test]
    async fn self_signed_is_named_as_such() {
        assert_eq!(
            observe(self_signed(&["shop.example"], false), &[]).await.trust,
            Trust::SelfSigned
        );
        assert_eq!(
            observe(self_signed(&["shop.example"], true), &[]).await.trust,
            Trust::SelfSigned
        );
        let root = Authority::root();
        let mut identity = root.leaf(&["shop.example"], Years::Now);
        identity.chain.push(root.certificate.clone());
        assert_eq!(observe(identity, &[]).await.trust, Trust::SelfSigned);
    }

    #[tokio::test]
    async fn keys_are_named_by_kind_and_size() {
        let root = Authority::root();
        for (algorithm, name, bits) in [
            (&rcgen::PKCS_ECDSA_P384_SHA384, "ECDSA P-384", 384),
            (&rcgen::PKCS_ECDSA_P521_SHA512, "ECDSA P-521", 521),
            (&rcgen::PKCS_ED25519, "Ed25519", 256),
            (&rcgen::PKCS_RSA_SHA256, "RSA", 2048),
        ] {
            let identity = root.leaf_with(
                &["shop.example"],
                Years::Now,
                KeyPair::generate_for(algorithm).unwrap(),
            );
            let leaf = certificate(&identity.chain[0]).unwrap();
            assert_eq!((leaf.key.as_str(), leaf.key_bits), (name, bits));
            assert_eq!(
                observe(identity, &[&root.certificate]).await.trust,
                Trust::Trusted,
                "{name}"
            );
        }
        assert_eq!(bits(&[0, 0x7f, 0xff]), 15);
    }

    #[tokio::test]
    async fn a_server_without_tls_shakes_no_hands() {
        let address = speaks(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let dialer = dialer(&[("shop.example:443", address)], &[]);
        let seen = observe_tls(&dialer, &Url::parse("https://shop.example/").unwrap()).await;
        assert!(
            matches!(seen, Observed::Got(Tls { trust: Trust::NoHandshake(_), version: None, .. })),
            "{seen:?}"
        );
    }

    #[tokio::test]
    async fn trouble_on_the_way_is_no_verdict_on_the_certificate() {
        let seen = observe_tls(
            &dialer(&[("shop.example:443", closes().await)], &[]),
            &Url::parse("https://shop.example/").unwrap(),
        )
        .await;
        assert!(matches!(seen, Observed::Trouble(_)), "{seen:?}");
        let plain =
            observe_tls(&dialer(&[], &[]), &Url::parse("http://shop.example/").unwrap()).await;
        assert!(matches!(plain, Observed::NotMade(NotMade::Unconfigured { .. })), "{plain:?}");
    }

    #[tokio::test]
    async fn names_are_looked_up_unless_a_switch_sends_them_elsewhere() {
        let away: SocketAddr = "127.0.0.1:9".parse().unwrap();
        let dialer = dialer_with(&[("shop.example:443", away)], &[], false, &Limits::default());
        let names = async |text: &str| webhook_names(&dialer, &Url::parse(text).unwrap()).await;
        assert_eq!(names("https://shop.example/").await, Observed::NotMade(NotMade::BySwitch));
        assert_eq!(names("https://[::1]/").await, Observed::Got(vec!["::1".parse().unwrap()]));
        assert_eq!(
            names("https://10.0.0.1/").await,
            Observed::Got(vec!["10.0.0.1".parse().unwrap()])
        );
        assert!(
            matches!(names("https://localhost/").await, Observed::Got(ips) if ips.iter().all(IpAddr::is_loopback))
        );
        assert!(matches!(
            names(&format!("https://{}/", no_such_name())).await,
            Observed::Trouble(_)
        ));
    }
}
