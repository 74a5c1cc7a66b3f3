//! Webhook: endpoint: the address, its TLS and its method.

mod addresses_agree;
mod certificate;
mod certificate_expiry;
mod certificate_strength;
mod https;
mod items;
mod legacy_tls;
mod plain_http;
mod post_only;
mod public_address;
mod public_name;
mod tls_version;
mod url;

use crate::model::Section;

/// The section.
pub const SECTION: Section = Section {
    id: "webhook/endpoint",
    title: "Webhook: endpoint",
    checks: &[
        &url::Url,
        &https::WebhookHttps,
        &public_name::PublicName,
        &public_address::PublicAddress,
        &addresses_agree::AddressesAgree,
        &certificate::CertificateValid,
        &certificate_expiry::CertificateExpiry,
        &certificate_strength::CertificateStrength,
        &tls_version::TlsVersion,
        &legacy_tls::LegacyTlsOff,
        &plain_http::PlainHttp,
        &post_only::PostOnly,
        &items::REGISTERED,
    ],
};
