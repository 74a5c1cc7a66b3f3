//! Payloads that tell signers apart.

/// A payload that the merchant's signer is asked to sign.
#[derive(Debug)]
pub struct Payload {
    /// `flat`, `nested`, `slashes` …
    pub name: &'static str,
    /// The JSON text handed over, canonical or not.
    pub text: &'static str,
    /// Whether the platform's rule leaves no doubt what to sign. What it expects of letters beyond
    /// ASCII, `&`, `105.00` and numbers beyond 2^53 is not known.
    pub certain: bool,
}

/// The payloads, simplest first.
pub const PAYLOADS: &[Payload] = &[
    Payload { name: "flat", text: r#"{"amount":"100","order_id":"123456"}"#, certain: true },
    Payload {
        name: "nested",
        text: r#"{"service_type":"DIGITAL","order_id":"123456","order_currency":"INR","order_amount":105,"customer":{"phone":"9800000000","name":"Test","email":"t@example.com"}}"#,
        certain: true,
    },
    Payload {
        name: "slashes",
        text: r#"{"order_id":"123456","return_url":"https://merchant.example/return"}"#,
        certain: true,
    },
    Payload {
        name: "unsorted",
        text: r#"{"order_id":"123456","kwikx_wallet_id":"4646464445","items":[{"sku":"b","count":2},{"sku":"a","count":1}],"kwikX_order_id":"kp_1","amount":105.5}"#,
        certain: true,
    },
    Payload {
        name: "ampersand",
        text: r#"{"order_id":"123456","return_url":"https://merchant.example/return?a=1&b=2"}"#,
        certain: false,
    },
    Payload {
        name: "hindi",
        text: r#"{"customer":{"name":"अजय कुमार"},"order_id":"123456"}"#,
        certain: false,
    },
    Payload {
        name: "decimal",
        text: r#"{"order_amount":105.00,"order_id":"123456"}"#,
        certain: false,
    },
    Payload {
        name: "big-id",
        text: r#"{"amount":"100","order_id":90071992547409931}"#,
        certain: false,
    },
];

/// The payload of that name.
#[must_use]
pub fn payload(name: &str) -> Option<&'static Payload> {
    PAYLOADS.iter().find(|payload| payload.name == name)
}
