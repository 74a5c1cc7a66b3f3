//! What a check asks to be seen.

use super::Scenario;

/// One thing to observe. Plans of all checks are merged, so that each is observed once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// The addresses of the webhook's name.
    WebhookNames,
    /// A TLS handshake with the webhook's host: version, chain and what public roots say of it.
    WebhookTls,
    /// Every address of the webhook's name, and a TLS handshake with each where there are several.
    WebhookAddresses,
    /// Whether the webhook's host still speaks TLS 1.0 or 1.1.
    WebhookLegacyTls,
    /// What port 80 of the webhook's host answers to an unsigned request.
    WebhookPlainHttp,
    /// Webhook deliveries.
    Deliver(Scenario),
    /// The one signed, read-only call to the platform.
    OrderStatus,
    /// The address this machine calls from.
    Egress,
    /// Whether the configured secret signs and verifies with the tool's own code.
    OwnSignature,
    /// The merchant's own signing code.
    Signer,
    /// Who may read the env file and the secret files, and whether git tracks them.
    SecretFiles,
    /// Proxy variables of the environment.
    ProxyVariables,
    /// The source tree and what browsers or phones get.
    Source,
    /// What the merchant's own site gives out.
    Site,
}
