//! The DSSE envelope around a statement: its bytes, and who signed them.

use super::contents::shown;
use anyhow::{Context as _, ensure};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};

use super::keys::{PublicKey, SigningKey};

/// What the payload is.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// What a signer's own words are, signed beside the payload.
const SIGNER_TYPE: &str = "application/vnd.golive.signer+json";

/// An envelope (DSSE 1.0), with a name to each signature.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Envelope {
    payload_type: String,
    payload: String,
    signatures: Vec<Signature>,
}

/// One signature over the payload, and one over who made it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    keyid: String,
    sig: String,
    signer: Signer,
    /// Over [`Signer`] and the payload's signature, so that a name cannot be put to another's.
    signer_sig: String,
}

/// Who signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signer {
    /// The name.
    pub(super) name: String,
    /// What the person is: engineer, QA, platform reviewer.
    pub(super) role: String,
    /// When, by the signer's clock.
    pub(super) at: jiff::Timestamp,
}

/// A signature that a given key verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Signed {
    /// Who.
    pub(super) signer: Signer,
    /// The key's name.
    pub(super) keyid: String,
}

impl Envelope {
    /// An envelope that nobody signed yet.
    pub(super) fn around(statement: &[u8]) -> Self {
        Self {
            payload_type: PAYLOAD_TYPE.to_owned(),
            payload: BASE64.encode(statement),
            signatures: Vec::new(),
        }
    }

    /// Reads an envelope, and insists that it is written the one way it can be.
    ///
    /// # Errors
    ///
    /// When it is not.
    pub(super) fn read(bytes: &[u8]) -> anyhow::Result<Self> {
        let envelope: Self = serde_json::from_slice(bytes).map_err(|error| {
            anyhow::anyhow!(
                "the envelope cannot be read (line {}, column {})",
                error.line(),
                error.column()
            )
        })?;
        ensure!(
            envelope.payload_type == PAYLOAD_TYPE,
            "the envelope holds something else than a statement"
        );
        ensure!(envelope.bytes() == bytes, "the envelope is not in its canonical form");
        envelope.statement()?;
        Ok(envelope)
    }

    /// Its one spelling.
    pub(super) fn bytes(&self) -> Vec<u8> {
        super::contents::spelled(&serde_json::to_value(self).expect("strings always serialise"))
    }

    /// What it is around.
    ///
    /// # Errors
    ///
    /// When it is not Base64.
    pub(super) fn statement(&self) -> anyhow::Result<Vec<u8>> {
        BASE64.decode(self.payload.as_bytes()).context("reading the envelope's payload")
    }

    /// Adds a signature.
    ///
    /// # Errors
    ///
    /// When that key signed already.
    pub(super) fn sign(&mut self, key: &SigningKey, signer: Signer) -> anyhow::Result<()> {
        let keyid = key.public().id();
        ensure!(
            self.signatures.iter().all(|signature| signature.keyid != keyid),
            "this key has signed the bundle already"
        );
        let sig = BASE64.encode(&key.sign(&pae(&self.payload_type, &self.statement()?)));
        let signer_sig = BASE64.encode(&key.sign(&signer_message(&signer, &sig)));
        self.signatures.push(Signature { keyid, sig, signer, signer_sig });
        Ok(())
    }

    /// Who says to have signed; nothing is verified.
    pub(super) fn signers(&self) -> impl Iterator<Item = (&Signer, &str)> {
        self.signatures.iter().map(|signature| (&signature.signer, signature.keyid.as_str()))
    }

    /// Who signed, by these keys alone.
    ///
    /// # Errors
    ///
    /// When nobody did, one signature is not by a given key or is wrong, or a given key has not
    /// signed.
    pub(super) fn verify(&self, keys: &[PublicKey]) -> anyhow::Result<Vec<Signed>> {
        ensure!(!self.signatures.is_empty(), "nobody has signed the bundle");
        let message = pae(&self.payload_type, &self.statement()?);
        let mut signed: Vec<Signed> = Vec::new();
        for Signature { keyid, sig, signer, signer_sig } in &self.signatures {
            let key = keys.iter().find(|key| key.id() == *keyid).with_context(|| {
                format!(
                    "the signature of {} is by none of the given keys",
                    super::contents::shown(&signer.name)
                )
            })?;
            let decode =
                |text: &str| BASE64.decode(text.as_bytes()).context("a signature is not Base64");
            ensure!(
                key.verifies(&message, &decode(sig)?),
                "a signature does not fit the statement"
            );
            ensure!(
                key.verifies(&signer_message(signer, sig), &decode(signer_sig)?),
                "a signer's name is not what was signed"
            );
            ensure!(signed.iter().all(|known| known.keyid != *keyid), "a key has signed twice");
            signed.push(Signed { signer: signer.clone(), keyid: keyid.clone() });
        }
        // Whoever names a key wants its signature: that it was taken out would otherwise go
        // unnoticed.
        for id in keys.iter().map(PublicKey::id) {
            ensure!(signed.iter().any(|signed| signed.keyid == id), "the key {id} has not signed");
        }
        Ok(signed)
    }
}

/// What is signed: DSSE's pre-authentication encoding.
fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

fn signer_message(signer: &Signer, sig: &str) -> Vec<u8> {
    let words = serde_json::json!({ "name": signer.name, "role": signer.role, "at": signer.at.to_string(), "sig": sig });
    pae(SIGNER_TYPE, words.to_string().as_bytes())
}

/// Who signed, in a line.
pub(super) fn signature(signer: &Signer, keyid: &str) -> String {
    format!(
        "  signed     by {}, {}, at {}\n  key        {}\n",
        shown(&signer.name),
        shown(&signer.role),
        signer.at,
        shown(keyid)
    )
}
