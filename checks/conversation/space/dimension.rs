//! What a forgery differs in, and one such difference.

use crate::model::Delivery;

/// What a forgery differs in from a delivery of the platform's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// Which event it is, and how its name is spelled.
    Event,
    /// The method.
    Method,
    /// What the body is written as, and what it is said to be.
    BodyForm,
    /// How long the body is, and where it was changed.
    Size,
    /// The signature header.
    Signature,
    /// The timestamp header.
    Timestamp,
    /// The key that it is signed with.
    Key,
    /// What is signed.
    SignedOver,
    /// How the request is put on the wire.
    Framing,
    /// Headers that say something of the sender.
    Sender,
    /// How the address is spelled.
    Address,
}

impl Dimension {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 11] = [
        Self::Event,
        Self::Method,
        Self::BodyForm,
        Self::Size,
        Self::Signature,
        Self::Timestamp,
        Self::Key,
        Self::SignedOver,
        Self::Framing,
        Self::Sender,
        Self::Address,
    ];

    /// The word in plans and reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Method => "method",
            Self::BodyForm => "body form",
            Self::Size => "size",
            Self::Signature => "signature",
            Self::Timestamp => "timestamp",
            Self::Key => "key",
            Self::SignedOver => "signed over",
            Self::Framing => "framing",
            Self::Sender => "sender's headers",
            Self::Address => "address form",
        }
    }

    /// Whether a receiver may turn such a request away before it looks at a signature: a 3xx is
    /// then as good as a 4xx.
    #[must_use]
    pub const fn is_shape(self) -> bool {
        match self {
            Self::Method | Self::BodyForm | Self::Size | Self::Framing | Self::Address => true,
            Self::Event
            | Self::Signature
            | Self::Timestamp
            | Self::Key
            | Self::SignedOver
            | Self::Sender => false,
        }
    }
}

/// One difference.
#[derive(Clone, Copy, Debug)]
pub struct Value {
    /// What it is a difference in.
    pub dimension: Dimension,
    /// The mistake of a receiver that it catches, as a clause.
    pub catches: &'static str,
    /// The request.
    pub delivery: Delivery,
}

impl Value {
    /// Whether it claims that the sender has another address.
    #[must_use]
    pub fn claims_address(&self) -> bool {
        let headers = [
            "X-Forwarded-For",
            "X-Real-IP",
            "X-Client-IP",
            "Forwarded",
            "CF-Connecting-IP",
            "True-Client-IP",
        ];
        self.delivery.sender.iter().any(|(name, _)| headers.contains(name))
    }
}

/// A line of a table.
pub(super) const fn value(
    dimension: Dimension,
    catches: &'static str,
    delivery: Delivery,
) -> Value {
    Value { dimension, catches, delivery }
}
