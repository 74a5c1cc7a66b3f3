//! What was seen of the addresses behind the webhook's name.

use std::net::SocketAddr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Exchange, Observed, Tls, Trouble};

/// The addresses, and a handshake with each where there are several.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AddressesSeen {
    /// Every address that connections may go to, IPv4 first, in numeric order.
    pub all: Vec<SocketAddr>,
    /// The one that the conversation went to; none where no address took a connection.
    pub conversation: Option<SocketAddr>,
    /// Those that were looked at: all of them up to `limits.webhook_addresses`, otherwise a sample.
    /// Empty where there is only one address.
    pub looked_at: Vec<AddressTls>,
}

/// A handshake with one address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddressTls {
    /// The address.
    pub address: SocketAddr,
    /// This machine has no route to it.
    pub no_route: bool,
    /// The handshake.
    pub tls: Observed<Tls>,
}

/// What one address made of deliveries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddressDelivered {
    /// The address.
    pub address: SocketAddr,
    /// This machine has no route to it, so nothing was sent.
    pub no_route: bool,
    /// Attempts to connect that failed, in order.
    pub failed: Vec<FailedAttempt>,
    /// The deliveries, in order: those that were made.
    pub exchanges: Vec<Exchange>,
}

/// An attempt to connect that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedAttempt {
    /// When.
    pub at: Timestamp,
    /// How.
    pub trouble: Trouble,
}
