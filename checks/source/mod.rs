//! Source and storage: what the merchant's own tree and build output hold.

mod allowances_used;
pub mod around;
mod code;
mod compares_in_constant_time;
mod current_generation;
#[cfg(test)]
mod fixture;
mod fresh_timestamps;
mod genuine_hosts;
mod https;
mod logs_no_secret;
mod mistake;
mod no_exposed_keys;
mod no_placeholders;
mod no_sandbox;
mod no_tunnels;
pub mod place;
mod public_clean;
mod question;
pub mod rule;
pub mod rules;
mod secrets_stored;
pub mod signing;
mod signs_raw_body;
mod signs_server_side;
mod site_clean;
pub mod tally;
mod tls_verified;
mod uses_verification_result;
pub mod vessel;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "source",
    title: "Source and storage",
    checks: &[
        &no_sandbox::CHECK,
        &no_exposed_keys::NoExposedKeys,
        &public_clean::PublicClean,
        &genuine_hosts::CHECK,
        &https::CHECK,
        &tls_verified::CHECK,
        &current_generation::CHECK,
        &no_placeholders::CHECK,
        &no_tunnels::CHECK,
        &secrets_stored::SecretsStored,
        &allowances_used::AllowancesUsed,
        &site_clean::SiteClean,
        &signs_raw_body::CHECK,
        &compares_in_constant_time::CHECK,
        &uses_verification_result::CHECK,
        &signs_server_side::CHECK,
        &fresh_timestamps::CHECK,
        &logs_no_secret::CHECK,
    ],
};
