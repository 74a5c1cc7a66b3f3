//! Known ways to get the signature wrong, and payloads that tell them apart.

use crate::model::Keyring;

/// A payload that the merchant's signer is asked to sign.
#[derive(Debug)]
pub struct Payload {
    /// `flat`, `nested`, `slashes` …
    pub name: &'static str,
    /// The JSON text handed over, canonical or not.
    pub text: &'static str,
}

/// The payloads, simplest first.
pub const PAYLOADS: &[Payload] = &[];

/// A known mistake.
#[derive(Debug)]
pub struct Mistake {
    /// A stable name: `top-level-sort`.
    pub name: &'static str,
    /// In words, as a clause: "keys are sorted at the top level only".
    pub words: &'static str,
    /// What to do.
    pub fix: &'static str,
}

/// What `signature` is for `payload` at `timestamp` under the configured secret.
#[derive(Debug)]
pub enum Explained {
    /// What the platform expects.
    Right,
    /// What a known mistake gives.
    Mistake(&'static Mistake),
    /// Neither.
    Unexplained,
}

/// Compares a signature with the expected one, and else with what every known mistake gives.
#[must_use]
pub fn explain(_keys: &Keyring, _payload: &str, _timestamp: &str, _signature: &str) -> Explained {
    todo!()
}

/// The mistake of that name.
#[must_use]
pub fn by_name(_name: &str) -> Option<&'static Mistake> {
    todo!()
}
