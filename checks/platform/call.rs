//! The platform's endpoints: a closed list, so that nothing else can be called.

use jiff::Timestamp;

use crate::model::{Keyring, Secret};

/// An endpoint of the v3 API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// `/api/v3/pg/order/create`: writes
    OrderCreate,
    /// `/api/v3/pg/order/status`
    OrderStatus,
    /// `/api/v3/banking/payment/create`: moves money
    PayoutCreate,
    /// `/api/v3/banking/payment/status`
    PayoutStatus,
    /// `/api/v3/payout/balance`
    Balance,
}

/// A signed read-only request to the platform. There is no other way to make one than [`order_status`].
#[derive(Debug)]
pub struct SignedCall {
    /// What it calls; never one that writes.
    pub call: Call,
    /// Header names and values, in the platform's order.
    pub headers: Vec<(&'static str, String)>,
    /// The signed bytes.
    pub body: Vec<u8>,
}

/// The order-status request for an id that was never issued: read-only.
#[must_use]
pub fn order_status(_api_key: &Secret, _secret_key: &Secret, _order_id: &str, _now: Timestamp) -> SignedCall {
    let _ = Keyring::default();
    todo!()
}
