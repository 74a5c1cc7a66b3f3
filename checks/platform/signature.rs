//! The platform's signature: `hex(HMAC-SHA256(secret, payload ++ timestamp))`.

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::secret::Secret;

/// Signs `payload` at `timestamp` (UNIX seconds as the header spells them, appended without a
/// separator): 64 lower-case hex digits.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "signing is what the secret is for")]
pub fn sign(secret: &Secret, payload: &[u8], timestamp: &str) -> String {
    HEXLOWER.encode(&mac(secret.expose().as_bytes(), payload, timestamp).finalize().into_bytes())
}

/// Whether `signature` is the one for `payload` at `timestamp`. Compares in constant time; anything
/// that is not hex is refused.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "signing is what the secret is for")]
pub fn verify(secret: &Secret, payload: &[u8], timestamp: &str, signature: &str) -> bool {
    let Ok(given) = HEXLOWER_PERMISSIVE.decode(signature.as_bytes()) else {
        return false;
    };
    mac(secret.expose().as_bytes(), payload, timestamp).verify_slice(&given).is_ok()
}

/// Whether the known vectors come out: those of RFC 4231, and the platform's formula over payloads
/// of its shape as Node, PHP and Python sign them.
#[must_use]
pub fn known_answers() -> bool {
    let hex = |key: &[u8], payload: &[u8], timestamp: &str| {
        HEXLOWER.encode(&mac(key, payload, timestamp).finalize().into_bytes())
    };
    RFC_4231.iter().all(|(key, message, expected)| hex(key, message, "").starts_with(expected))
        && VECTORS.iter().all(|(payload, expected)| {
            hex(VECTOR_SECRET.as_bytes(), payload.as_bytes(), VECTOR_TIMESTAMP) == *expected
        })
}

fn mac(key: &[u8], payload: &[u8], timestamp: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(payload);
    mac.update(timestamp.as_bytes());
    mac
}

/// The HMAC-SHA-256 test cases of RFC 4231: key, data, digest. The fifth is cut to 128 bits there.
const RFC_4231: [(&[u8], &[u8], &str); 7] = [
    (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (
        &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25],
        &[0xcd; 50],
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
    (&[0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
    (
        &[0xaa; 131],
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        &[0xaa; 131],
        b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
];

const VECTOR_SECRET: &str = "sk_test_example_secret";
const VECTOR_TIMESTAMP: &str = "1778659835";

/// Payload and signature under [`VECTOR_SECRET`] at [`VECTOR_TIMESTAMP`]. Computed by us: the
/// platform publishes none.
const VECTORS: [(&str, &str); 13] = [
    (
        r#"{"amount":"100","order_id":"123456"}"#,
        "2df3b1fc84d0827bea0d1a278b5085c4138db09ae97ae01cf3f7e09be4595c96",
    ),
    (V2, "018e7ad4979ea63fc7b5a4e52deb23b2f08dc9cf93dea2bbc58b7b36ab0c621f"),
    (
        r#"{"customer":{"email":"t@example.com","name":"Test","phone":"9800000000"},"order_amount":105,"order_currency":"INR","order_id":6116229263036,"return_url":"https:\/\/merchant.example\/return?a=1","service_type":"DIGITAL"}"#,
        "046bd5cc109700efa95cdfc25b58e97349aed2e3cf0f58cd0dfbb54a9628d571",
    ),
    (
        r#"{"customer":{"name":"Test","email":"t@example.com","phone":"9800000000"},"order_amount":105,"order_currency":"INR","order_id":6116229263036,"return_url":"https://merchant.example/return?a=1","service_type":"DIGITAL"}"#,
        "f7c626be61a4f6f2423589d63bda3373dd19373e3e9a771ddeb5e970e814e99d",
    ),
    (
        r#"{"customer": {"email": "t@example.com", "name": "Test", "phone": "9800000000"}, "order_amount": 105, "order_currency": "INR", "order_id": 6116229263036, "return_url": "https://merchant.example/return?a=1", "service_type": "DIGITAL"}"#,
        "781df8afc60a6ed95abcb2a3cec6746c2402fafc0535bfc12d23d5a8925ea4f6",
    ),
    (
        r#"{"customer":{"name":"अजय"},"order_id":"1"}"#,
        "fe80dbc67d3461e8c765f0905b451a1af6d7ecb978a597930748ba331e6e41a3",
    ),
    (
        r#"{"customer":{"name":"\u0905\u091c\u092f"},"order_id":"1"}"#,
        "72e96eda2aedd5b669001abeb0cc77f683c91f41ee8dfcc028661e4cbd2159a4",
    ),
    ("{}", "ff58cc2add8240fdd92da77781db4003e8d4257a16c6112a01b78c0763c0e284"),
    ("[]", "1056e15b673a66bce9b4d7ede41dbd873d2561d09006e2b1f401bfc84089dd40"),
    ("", "a0b35629dd31329b9cf25a8408d53fbabb36eaaaf2eaed0aafe1699ebd43865c"),
    (
        r#"{"kwikx_wallet_id":"4646464445"}"#,
        "d40ea46b90093a2513e1b30a32dc56cd2ec7703eb82b660139f22fde5b7379c8",
    ),
    (
        r#"{"event":"payment.success","data":{"order_id":"6116229263036","amount":"105.00","currency":"INR","status":"PAID"}}"#,
        "ebabf0ca7634e590ce888ed462a4eafae2f24d0f8257fd286807a07b39e2d213",
    ),
    (
        r#"{"data":{"amount":"105.00","currency":"INR","order_id":"6116229263036","status":"PAID"},"event":"payment.success"}"#,
        "c33fbe83b70921186af05a0ec2d4e33b5ff345b1a42834c82daf3d61f7050a14",
    ),
];

/// An order as the platform prints it, in canonical form.
const V2: &str = r#"{"customer":{"email":"t@example.com","name":"Test","phone":"9800000000"},"order_amount":105,"order_currency":"INR","order_id":6116229263036,"return_url":"https://merchant.example/return?a=1","service_type":"DIGITAL"}"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::canonical::canonical;

    fn secret() -> Secret {
        Secret::new(VECTOR_SECRET.to_owned())
    }

    #[test]
    fn signs_as_rfc_4231_says() {
        for (key, message, expected) in RFC_4231 {
            assert!(
                HEXLOWER
                    .encode(&mac(key, message, "").finalize().into_bytes())
                    .starts_with(expected),
                "{expected}"
            );
        }
        assert!(known_answers());
    }

    #[test]
    fn signs_the_platforms_payloads_as_node_php_and_python_do() {
        for (payload, expected) in VECTORS {
            assert_eq!(
                sign(&secret(), payload.as_bytes(), VECTOR_TIMESTAMP),
                expected,
                "{payload}"
            );
            assert!(verify(&secret(), payload.as_bytes(), VECTOR_TIMESTAMP, expected));
        }
    }

    #[test]
    fn wrong_ways_to_write_the_order_become_the_right_one_in_canonical_form() {
        for (payload, _) in &VECTORS[2..5] {
            assert_eq!(canonical(payload).expect("JSON"), V2);
        }
    }

    #[test]
    fn refuses_what_was_changed() {
        let good = sign(&secret(), b"{}", "1");
        assert!(verify(&secret(), b"{}", "1", &good.to_uppercase()));
        for (payload, timestamp, signature) in [
            (b"{ ", "1", good.as_str()),
            (b"{}", "2", &good),
            (b"{}", "1", &good[..32]),
            (b"{}", "1", ""),
            (b"{}", "1", "not hex"),
        ] {
            assert!(!verify(&secret(), payload, timestamp, signature));
        }
    }
}
