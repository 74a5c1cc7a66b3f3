//! The throw-away certificate authority of a shop.

use std::sync::Arc;

use anyhow::Context as _;
use jiff::civil::Date;
use jiff::{ToSpan, Zoned};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::{Behaviour, Defect};

/// A root of long ago. Nobody has its key, and no chain needs it.
const OLD_ROOT: &str = include_str!("old-root.pem");

/// The certificates of a shop and of those around it.
pub(super) struct Certificates {
    /// The root, which the client is told to trust.
    pub(super) root_pem: String,
    /// What the listener presents.
    pub(super) presented: Arc<Presented>,
    /// What the one at the second address presents.
    pub(super) at_second: Arc<Presented>,
}

/// Which certificate goes with which name.
#[derive(Debug)]
pub(super) struct Presented {
    /// The webhook's.
    shop: Arc<CertifiedKey>,
    /// Everybody else's.
    neighbours: Arc<CertifiedKey>,
    neighbour_names: Vec<String>,
}

impl ResolvesServerCert for Presented {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let neighbour =
            hello.server_name().is_some_and(|name| self.neighbour_names.iter().any(|n| n == name));
        Some(Arc::clone(if neighbour { &self.neighbours } else { &self.shop }))
    }
}

/// Makes root, intermediate and leaves: `shop` is the webhook's name, `neighbours` are all others.
pub(super) fn issue(
    shop: &str,
    neighbours: &[&str],
    behaviour: &Behaviour,
    provider: &CryptoProvider,
) -> anyhow::Result<Certificates> {
    let today = Zoned::now().date();
    let root = CertifiedIssuer::self_signed(authority("Demo Root CA", today)?, key()?)?;
    let intermediate =
        CertifiedIssuer::signed_by(authority("Demo Intermediate CA", today)?, key()?, &root)?;
    let sign = |names: &[&str], from: Date, until: Date| -> anyhow::Result<Arc<CertifiedKey>> {
        let leaf_key = key()?;
        let leaf = leaf(names, from, until)?.signed_by(&leaf_key, &intermediate)?;
        let mut chain = vec![leaf.der().clone()];
        if names != [shop] || !behaviour.has(Defect::MissingIntermediate) {
            chain.push(intermediate.der().clone());
        }
        if names == [shop] && behaviour.has(Defect::OldCertificateInChain) {
            chain.push(CertificateDer::from_pem_slice(OLD_ROOT.as_bytes())?);
        }
        certified(chain, &leaf_key, provider)
    };
    let (from, until) = (today.saturating_sub(20.days()), today.saturating_add(70.days()));
    let name = shop;
    let shop = if behaviour.has(Defect::SelfSigned) {
        let leaf_key = key()?;
        let leaf = leaf(&[shop], from, until)?.self_signed(&leaf_key)?;
        certified(vec![leaf.der().clone()], &leaf_key, provider)?
    } else if behaviour.has(Defect::ExpiredCertificate) {
        sign(&[shop], today.saturating_sub(91.days()), today.saturating_sub(1.days()))?
    } else if behaviour.has(Defect::CertificateExpiresSoon) {
        sign(&[shop], today.saturating_sub(81.days()), today.saturating_add(9.days()))?
    } else if behaviour.has(Defect::WrongNameCertificate) {
        sign(&["old-shop.example"], from, until)?
    } else {
        sign(&[shop], from, until)?
    };
    let at_second = if behaviour.has(Defect::SecondAddressExpired) {
        sign(&[name], today.saturating_sub(91.days()), today.saturating_sub(1.days()))?
    } else {
        Arc::clone(&shop)
    };
    let neighbour = sign(neighbours, from, until)?;
    let presented = |shop| {
        Arc::new(Presented {
            shop,
            neighbours: Arc::clone(&neighbour),
            neighbour_names: neighbours.iter().map(|n| (*n).to_owned()).collect(),
        })
    };
    Ok(Certificates {
        root_pem: root.pem(),
        presented: presented(shop),
        at_second: presented(at_second),
    })
}

fn key() -> anyhow::Result<KeyPair> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).context("making a key for the demo shop")
}

fn authority(name: &str, today: Date) -> anyhow::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    date(&mut params, today.saturating_sub(1_000.days()), today.saturating_add(2_650.days()));
    Ok(params)
}

fn leaf(names: &[&str], from: Date, until: Date) -> anyhow::Result<CertificateParams> {
    let mut params =
        CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
    params
        .distinguished_name
        .push(DnType::CommonName, *names.first().context("a certificate for nobody")?);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    date(&mut params, from, until);
    Ok(params)
}

fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: &KeyPair,
    provider: &CryptoProvider,
) -> anyhow::Result<Arc<CertifiedKey>> {
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
    Ok(Arc::new(CertifiedKey::from_der(chain, key, provider)?))
}

/// Dates a certificate; both ends are midnight UTC. rcgen's own default ends in the year 4096,
/// against which no expiry check proves anything.
fn date(params: &mut CertificateParams, from: Date, until: Date) {
    let part = |n: i8| u8::try_from(n).expect("months and days count from 1");
    let midnight = |date: Date| {
        rcgen::date_time_ymd(i32::from(date.year()), part(date.month()), part(date.day()))
    };
    params.not_before = midnight(from);
    params.not_after = midnight(until);
}
