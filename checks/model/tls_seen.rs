//! What was seen of a TLS endpoint.

use std::net::IpAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A TLS handshake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tls {
    /// The address that answered.
    pub address: IpAddr,
    /// `TLS 1.2` or `TLS 1.3`; none when the handshake failed for another reason than the
    /// certificate.
    pub version: Option<String>,
    /// The cipher suite.
    pub suite: Option<String>,
    /// What the server chose of `h2` and `http/1.1`.
    pub alpn: Option<String>,
    /// The certificates, leaf first.
    pub chain: Vec<Certificate>,
    /// What public roots (and `--ca-file`) say of the chain.
    pub trust: Trust,
    /// Whether only `--ca-file` makes it trusted.
    pub by_ca_file: bool,
}

/// What the verifier said of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// It leads to a public root and names the host.
    Trusted,
    /// It has expired.
    Expired,
    /// It is not valid yet.
    NotYetValid,
    /// It is for another name.
    WrongName,
    /// The chain ends in a certificate that signed itself.
    SelfSigned,
    /// The server does not send the intermediate certificate that links the leaf to a root.
    MissingIntermediate,
    /// No public root issued it.
    UnknownIssuer,
    /// It was revoked.
    Revoked,
    /// Refused for another reason, in the verifier's words.
    Other(String),
    /// The handshake ended before a certificate was seen, in the library's words.
    NoHandshake(String),
}

/// One certificate of a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// The subject's common name, or the whole subject.
    pub subject: String,
    /// The issuer's common name, or the whole issuer.
    pub issuer: String,
    /// The names it is for.
    pub names: Vec<String>,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
    /// `RSA`, `ECDSA P-256`, `Ed25519`.
    pub key: String,
    /// The size of the key in bits.
    pub key_bits: usize,
    /// `sha256WithRSAEncryption` and the like.
    pub signature: String,
    /// SHA-256 of the certificate, lower-case hex.
    pub fingerprint: String,
}

/// Whether a server still speaks old TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegacyTls {
    /// It agreed to TLS 1.0.
    pub tls10: bool,
    /// It agreed to TLS 1.1.
    pub tls11: bool,
}
