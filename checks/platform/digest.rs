//! Digests of a message under a key: the platform's, and those that known mistakes use in its
//! place.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// How key and message become a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// The platform's.
    HmacSha256,
    HmacSha1,
    HmacSha384,
    HmacSha512,
    /// HMAC-SHA256 with the message as its key.
    Swapped,
    PlainSecretFirst,
    PlainSecretLast,
    /// SHA-256 of the message, no key at all.
    PlainMessage,
}

impl Algorithm {
    /// The digest of the message's parts, one after another.
    pub(super) fn digest(self, key: &[u8], message: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::HmacSha256 => hmac::<Hmac<Sha256>>(key, message),
            Self::HmacSha1 => hmac::<Hmac<Sha1>>(key, message),
            Self::HmacSha384 => hmac::<Hmac<Sha384>>(key, message),
            Self::HmacSha512 => hmac::<Hmac<Sha512>>(key, message),
            Self::Swapped => hmac::<Hmac<Sha256>>(&message.concat(), &[key]),
            Self::PlainSecretFirst => Sha256::digest([key, &message.concat()].concat()).to_vec(),
            Self::PlainSecretLast => Sha256::digest([&message.concat(), key].concat()).to_vec(),
            Self::PlainMessage => Sha256::digest(message.concat()).to_vec(),
        }
    }

    /// How many bytes come out.
    pub(super) const fn length(self) -> usize {
        match self {
            Self::HmacSha1 => 20,
            Self::HmacSha256
            | Self::Swapped
            | Self::PlainSecretFirst
            | Self::PlainSecretLast
            | Self::PlainMessage => 32,
            Self::HmacSha384 => 48,
            Self::HmacSha512 => 64,
        }
    }
}

fn hmac<M: Mac + KeyInit>(key: &[u8], message: &[&[u8]]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    message.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_what_comes_out() {
        for algorithm in [
            Algorithm::HmacSha256,
            Algorithm::HmacSha1,
            Algorithm::HmacSha384,
            Algorithm::HmacSha512,
            Algorithm::Swapped,
            Algorithm::PlainSecretFirst,
            Algorithm::PlainSecretLast,
            Algorithm::PlainMessage,
        ] {
            assert_eq!(
                algorithm.digest(b"key", &[b"a", b"b"]).len(),
                algorithm.length(),
                "{algorithm:?}"
            );
            assert_eq!(
                algorithm.digest(b"key", &[b"a", b"b"]),
                algorithm.digest(b"key", &[b"ab"]),
                "{algorithm:?}"
            );
        }
    }
}
