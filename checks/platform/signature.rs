//! The platform's signature: `hex(HMAC-SHA256(secret, payload ++ timestamp))` [SIG][SEC][WHS].

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::model::Secret;

/// Signs `payload` at `timestamp` (UNIX seconds as the header spells them, appended without a separator): 64 lower-case hex digits.
#[must_use]
pub fn sign(secret: &Secret, payload: &[u8], timestamp: &str) -> String {
    HEXLOWER.encode(&mac(secret, payload, timestamp).finalize().into_bytes())
}

/// Whether `signature` is the one for `payload` at `timestamp`. Compares in constant time; anything that is not hex is refused.
#[must_use]
pub fn verify(secret: &Secret, payload: &[u8], timestamp: &str, signature: &str) -> bool {
    HEXLOWER_PERMISSIVE.decode(signature.as_bytes()).is_ok_and(|given| mac(secret, payload, timestamp).verify_slice(&given).is_ok())
}

#[expect(clippy::disallowed_methods, reason = "signing is what the secret is for")]
fn mac(secret: &Secret, payload: &[u8], timestamp: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(payload);
    mac.update(timestamp.as_bytes());
    mac
}
