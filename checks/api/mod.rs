//! API configuration: keys, hosts, and what the platform says to them.

mod base_url;
mod clock;
mod credential;
mod https;
mod keys_accepted;
mod live_key;
mod live_secret;
mod sandbox_removed;
mod sandbox_separate;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "api",
    title: "API configuration",
    checks: &[
        &live_key::LiveKey,
        &live_secret::LiveSecret,
        &sandbox_removed::SandboxRemoved,
        &base_url::BaseUrl,
        &https::ApiHttps,
        &sandbox_separate::SandboxSeparate,
        &keys_accepted::KeysAccepted,
        &clock::ApiClock,
    ],
};
