//! The eight webhook events.

use serde::{Deserialize, Serialize};

use super::text::Show;

/// An event the platform announces ("Webhook setup").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Event {
    /// Payment completed successfully
    #[serde(rename = "payment.success")]
    PaymentSuccess,
    /// Payment failed
    #[serde(rename = "payment.failed")]
    PaymentFailed,
    /// Payment under processing
    #[serde(rename = "payment.processing")]
    PaymentProcessing,
    /// Payment session expired
    #[serde(rename = "payment.expired")]
    PaymentExpired,
    /// Payout completed successfully
    #[serde(rename = "payout.success")]
    PayoutSuccess,
    /// Payout failed
    #[serde(rename = "payout.failed")]
    PayoutFailed,
    /// Payout under processing
    #[serde(rename = "payout.processing")]
    PayoutProcessing,
    /// Payout reversed
    #[serde(rename = "payout.reversed")]
    PayoutReversed,
}

impl Event {
    /// All events, in the order of the page.
    pub const ALL: [Self; 8] = [
        Self::PaymentSuccess,
        Self::PaymentFailed,
        Self::PaymentProcessing,
        Self::PaymentExpired,
        Self::PayoutSuccess,
        Self::PayoutFailed,
        Self::PayoutProcessing,
        Self::PayoutReversed,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PaymentSuccess => "payment.success",
            Self::PaymentFailed => "payment.failed",
            Self::PaymentProcessing => "payment.processing",
            Self::PaymentExpired => "payment.expired",
            Self::PayoutSuccess => "payout.success",
            Self::PayoutFailed => "payout.failed",
            Self::PayoutProcessing => "payout.processing",
            Self::PayoutReversed => "payout.reversed",
        }
    }

    /// Whether it is about a payout.
    #[must_use]
    pub const fn is_payout(self) -> bool {
        matches!(
            self,
            Self::PayoutSuccess
                | Self::PayoutFailed
                | Self::PayoutProcessing
                | Self::PayoutReversed
        )
    }

    /// Whether a merchant would book something on it. Only `payment.processing` and
    /// `payout.processing` leave the books alone.
    #[must_use]
    pub const fn settles(self) -> bool {
        !matches!(self, Self::PaymentProcessing | Self::PayoutProcessing)
    }

    /// The status inside of the event: `order_status` for payments, `status` for payouts. Only
    /// `PAID` and `SUCCESS` are printed by the platform; the others are INFERRED from the
    /// events' names.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::PaymentSuccess => "PAID",
            Self::PayoutSuccess => "SUCCESS",
            Self::PaymentFailed | Self::PayoutFailed => "FAILED",
            Self::PaymentProcessing | Self::PayoutProcessing => "PROCESSING",
            Self::PaymentExpired => "EXPIRED",
            Self::PayoutReversed => "REVERSED",
        }
    }
}

impl Show for Event {
    fn show(&self) -> String {
        self.name().to_owned()
    }
}
