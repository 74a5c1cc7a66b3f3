//! The platform's endpoints: a closed list, so that nothing else can be called.

use std::fmt;

use jiff::Timestamp;

use super::secret::Secret;
use super::signature;

/// An endpoint of the v3 API. All take POST with a JSON body.
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

impl Call {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::OrderCreate,
        Self::OrderStatus,
        Self::PayoutCreate,
        Self::PayoutStatus,
        Self::Balance,
    ];

    /// The path on the platform's host.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::OrderCreate => "/api/v3/pg/order/create",
            Self::OrderStatus => "/api/v3/pg/order/status",
            Self::PayoutCreate => "/api/v3/banking/payment/create",
            Self::PayoutStatus => "/api/v3/banking/payment/status",
            Self::Balance => "/api/v3/payout/balance",
        }
    }

    /// Whether it creates something or moves money. The tool calls none of these.
    #[must_use]
    pub const fn writes(self) -> bool {
        match self {
            Self::OrderCreate | Self::PayoutCreate => true,
            Self::OrderStatus | Self::PayoutStatus | Self::Balance => false,
        }
    }
}

/// A signed read-only request to the platform. There is no other way to make one than
/// [`order_status`], and none to change it.
pub struct SignedCall {
    call: Call,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl SignedCall {
    /// What it calls; never one that writes.
    #[must_use]
    pub const fn call(&self) -> Call {
        self.call
    }

    /// Header names and values, in the platform's order.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// The signed bytes.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// The headers hold a key and a signature, and are left out.
impl fmt::Debug for SignedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedCall").field("call", &self.call).finish_non_exhaustive()
    }
}

/// The order-status request for an id that was never issued: read-only. The body is canonical, so
/// that it verifies both raw and re-encoded.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the platform wants the API key in a header")]
pub fn order_status(
    api_key: &Secret,
    secret_key: &Secret,
    order_id: &str,
    now: Timestamp,
) -> SignedCall {
    let call = Call::OrderStatus;
    let body = format!("{{\"order_id\":{}}}", serde_json::Value::from(order_id)).into_bytes();
    let timestamp = now.as_second().to_string();
    let headers = vec![
        ("Content-Type", "application/json".to_owned()),
        ("Accept", "application/json".to_owned()),
        ("X-API-KEY", api_key.expose().to_owned()),
        ("X-SIGNATURE", signature::sign(secret_key, &body, &timestamp)),
        ("X-TIMESTAMP", timestamp),
    ];
    SignedCall { call, headers, body }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> SignedCall {
        let key = |value: &str| Secret::new(value.to_owned());
        let at = Timestamp::from_second(1_778_659_835).expect("in range");
        order_status(&key("pk_live_MARKERapi"), &key("sk_live_MARKERsecret"), "golive-\"1\"", at)
    }

    #[test]
    fn only_creating_calls_write() {
        for call in Call::ALL {
            assert_eq!(call.writes(), call.path().ends_with("/create"), "{call:?}");
        }
    }

    #[test]
    fn the_order_status_call_reads_and_is_signed_over_its_bytes() {
        let made = made();
        assert!(!made.call().writes());
        assert_eq!(made.body(), br#"{"order_id":"golive-\"1\""}"#);
        let header = |name| {
            made.headers()
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, value)| value.as_str())
                .expect("is sent")
        };
        let secret = Secret::new("sk_live_MARKERsecret".to_owned());
        assert_eq!(header("X-TIMESTAMP"), "1778659835");
        assert!(signature::verify(
            &secret,
            made.body(),
            header("X-TIMESTAMP"),
            header("X-SIGNATURE")
        ));
        assert_eq!(header("X-API-KEY"), "pk_live_MARKERapi");
    }

    #[test]
    fn its_debug_text_has_no_key() {
        assert!(!format!("{:?}", made()).contains("MARKER"));
    }
}
