//! Every rule of the scan, by what it looks for.

pub mod allowances;
mod hosts;
mod keys;
mod mistakes;
mod modes;
mod named;
mod placeholders;
mod previous;
mod tls;
mod tunnels;

pub use keys::OWN_SECRET;

pub use keys::LIVE_SECRET;

use crate::scan::rule::Rule;

/// All rules that look at text alone, in the order of reports.
pub const RULES: &[&Rule] = &[
    &keys::LIVE_SECRET,
    &keys::LIVE_API_KEY,
    &keys::SANDBOX_SECRET,
    &keys::SANDBOX_API_KEY,
    &hosts::SANDBOX_HOST,
    &hosts::LOOK_ALIKE_HOST,
    &hosts::PLAIN_HTTP,
    &hosts::API_IN_PUBLIC,
    &tls::NODE,
    &tls::NODE_PROCESS,
    &tls::PHP_CURL,
    &tls::VERIFY_FALSE,
    &tls::PYTHON_CONTEXT,
    &tls::GO,
    &tls::JVM,
    &tls::RUBY,
    &tls::DOTNET,
    &tls::DART,
    &tls::RUST,
    &tls::COMMAND_LINE,
    &previous::SDK,
    &previous::CREDENTIAL,
    &previous::CHECKSUM,
    &previous::SECRET_HEADER,
    &placeholders::PLACEHOLDER,
    &tunnels::TUNNEL,
    &allowances::UNUSED,
    &mistakes::PARSED_BODY,
    &mistakes::COMPARES,
    &mistakes::DISCARDED,
    &mistakes::LOGGED_ONLY,
    &mistakes::SIGNS_IN_PUBLIC,
    &mistakes::HMAC_IN_PUBLIC,
    &mistakes::SIGNS_IN_APP,
    &mistakes::FROZEN_TIMESTAMP,
    &mistakes::WRITTEN_TIMESTAMP,
    &mistakes::LOGS_SECRET,
    &mistakes::LOGS_SIGNATURE,
    &named::NAMED_SECRET,
    &modes::SANDBOX_MODE,
];

/// Every rule there is: those of [`RULES`], the one that knows the configured secrets, and those
/// that know what else was found.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    std::iter::once(&OWN_SECRET)
        .chain(RULES.iter().copied())
        .chain([&allowances::WITHOUT_REASON, &allowances::IN_VAIN])
}

/// The rule with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

#[cfg(test)]
mod tests;
