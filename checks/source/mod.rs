//! Source and storage: what the merchant's own tree and build output hold.

mod allowances_used;
pub mod around;
mod current_generation;
#[cfg(test)]
mod fixture;
mod genuine_hosts;
mod https;
mod no_exposed_keys;
mod no_placeholders;
mod no_sandbox;
mod no_tunnels;
pub mod place;
mod public_clean;
mod question;
pub mod rule;
pub mod rules;
mod site_clean;
pub mod tally;
mod tls_verified;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "source",
    title: "Source and storage",
    checks: &[
        &no_sandbox::NoSandbox,
        &no_exposed_keys::NoExposedKeys,
        &public_clean::PublicClean,
        &genuine_hosts::GenuineHosts,
        &https::Https,
        &tls_verified::TlsVerified,
        &current_generation::CurrentGeneration,
        &no_placeholders::NoPlaceholders,
        &no_tunnels::NoTunnels,
        &allowances_used::AllowancesUsed,
        &site_clean::SiteClean,
    ],
};
