//! What observing needs and a report must not have: secrets, whole URLs, command lines.

use std::path::PathBuf;

use golive_checks::model::{Keyring, OrderId};
use url::Url;

/// The merchant's real addresses, programs and secrets. Made by `config`, used by `observe`, never
/// saved.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// The secrets.
    pub(crate) keys: Keyring,
    /// The folder of `golive.toml`: where programs run and relative paths start.
    pub(crate) folder: PathBuf,
    /// `api.base_url`
    pub(crate) base_url: Option<Url>,
    /// `webhook.url`
    pub(crate) webhook_url: Option<Url>,
    /// `source.site`
    pub(crate) site: Option<Url>,
    /// `network.egress`
    pub(crate) egress: Vec<Url>,
    /// `network.proxy`: what API calls and egress look-ups go through.
    pub(crate) proxy: Option<Url>,
    /// `[webhook.order]`
    pub(crate) order: Option<OrderSource>,
    /// `[webhook.payout]`
    pub(crate) payout: Option<OrderSource>,
    /// `[webhook.effects]`
    pub(crate) effects: Option<HookCall>,
    /// `[webhook.status]`
    pub(crate) status: Option<HookCall>,
    /// `[webhook.control]`
    pub(crate) control: Option<ControlHook>,
    /// `[signer] command`; `{timestamp}` stands for the timestamp, the payload goes to standard
    /// input.
    pub(crate) signer: Option<Vec<String>>,
    /// The env file and the files that hold a secret: configuration key, path as configured, path
    /// to open.
    pub(crate) secret_files: Vec<(String, String, PathBuf)>,
}

/// Where test orders come from.
#[derive(Debug)]
pub(crate) enum OrderSource {
    /// Prints `{"order_id": "…", "amount": "1.00"}`.
    Command(Vec<String>),
    /// These, in order.
    Ids(Vec<OrderId>),
}

/// How the merchant is asked about an order; `{id}` stands for its id.
#[derive(Debug)]
pub(crate) enum HookCall {
    /// Prints the answer.
    Command(Vec<String>),
    /// Answers with JSON; the pointer (RFC 6901) names the answer in it, or the whole document is
    /// it.
    Url {
        /// The address, `{id}` in it.
        url: String,
        /// `/count`
        pointer: Option<String>,
    },
}

/// How the receiver is stopped and started again.
#[derive(Debug)]
pub(crate) struct ControlHook {
    /// Starts it; it need not return.
    pub(crate) start: Vec<String>,
    /// Stops it at once.
    pub(crate) stop: Vec<String>,
}
