//! Keys made up at start, so that no demo has another's.

use anyhow::anyhow;
use rustls::crypto::CryptoProvider;

use super::{Behaviour, Defect};

/// The keys of a shop: what the platform gave out, and what the shop configured.
pub(super) struct Keys {
    /// The API key that the platform knows.
    pub(super) issued_api: String,
    /// The secret that the platform knows.
    pub(super) issued_secret: String,
    /// The API key in the shop's env file.
    pub(super) api: String,
    /// The secret in the shop's env file.
    pub(super) secret: String,
    /// The sandbox's API key.
    pub(super) test_api: String,
    /// The sandbox's secret.
    pub(super) test_secret: String,
}

impl Keys {
    /// Makes them up.
    pub(super) fn make_up(
        behaviour: &Behaviour,
        provider: &CryptoProvider,
    ) -> anyhow::Result<Self> {
        let has = |defect| behaviour.has(defect);
        let issued_api = key("pk_live_", provider)?;
        let issued_secret = key("sk_live_", provider)?;
        let api = if has(Defect::ApiKeyTest) {
            key("pk_test_", provider)?
        } else if has(Defect::ApiKeyPlaceholder) {
            "pk_live_xxxxxxxxx".to_owned()
        } else {
            issued_api.clone()
        };
        let secret = if has(Defect::SecretTest) {
            key("sk_test_", provider)?
        } else if has(Defect::SecretSameAsKey) {
            api.clone()
        } else if has(Defect::SecretWithSpace) {
            format!("{issued_secret} ")
        } else {
            issued_secret.clone()
        };
        let test_secret = if has(Defect::SharedSandboxSecret) {
            secret.clone()
        } else {
            key("sk_test_", provider)?
        };
        Ok(Self {
            issued_api,
            issued_secret,
            api,
            secret,
            test_api: key("pk_test_", provider)?,
            test_secret,
        })
    }
}

/// Stands in every key of the shop, so that it can be looked for in all that is printed and
/// written.
const MARKER: &str = "MARKER";

/// A prefix of the platform's, the marker and 32 random letters and digits.
fn key(prefix: &str, provider: &CryptoProvider) -> anyhow::Result<String> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789aZ";
    let mut random = [0; 32];
    provider
        .secure_random
        .fill(&mut random)
        .map_err(|_| anyhow!("the system gives no random numbers"))?;
    Ok(prefix
        .chars()
        .chain(MARKER.chars())
        .chain(random.iter().map(|byte| char::from(ALPHABET[usize::from(byte & 63)])))
        .collect())
}
