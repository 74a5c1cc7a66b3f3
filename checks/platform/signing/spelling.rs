//! How a captured signature may be spelled: which digest it stands for, under which encoding.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER_PERMISSIVE};

use crate::platform::signing::variant::Variant;

/// Fewer bytes than these say nothing: any reading might begin so.
const LEAST: usize = 8;

/// The digits of the platform's signature.
const DIGITS: usize = 64;

/// What other providers put before a digest.
const PREFIXES: [&str; 9] = [
    "hmac-sha256=",
    "hmac-sha256 ",
    "sha256=",
    "sha256:",
    "sha512=",
    "sha1=",
    "v1=",
    "hmac ",
    "0x",
];

/// One way to read a signature.
#[derive(Debug)]
pub(super) struct SpelledDigest {
    digest: Vec<u8>,
    /// What is wrong with it; nothing where it is lower-case hex.
    variants: Vec<Variant>,
}

impl SpelledDigest {
    /// Whether a digest of `length` bytes could be meant.
    pub(super) fn may_mean(&self, length: usize) -> bool {
        (LEAST..=length).contains(&self.digest.len())
    }

    /// What is wrong with the spelling, where it means `digest`.
    pub(super) fn of(&self, digest: &[u8]) -> Option<Vec<Variant>> {
        if self.digest.len() < LEAST || !digest.starts_with(&self.digest) {
            return None;
        }
        let cut = (self.digest.len() < digest.len()).then_some(Variant::CutSignature);
        Some(self.variants.iter().copied().chain(cut).collect())
    }
}

/// Every way to read `signature` as a digest.
pub(super) fn spellings(signature: &str) -> Vec<SpelledDigest> {
    let mut variants = Vec::new();
    let mut text = signature;
    if text.trim() != text {
        text = text.trim();
        variants.push(Variant::PaddedSignature);
    }
    if let Some(inner) =
        ['"', '\''].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote))
    {
        text = inner;
        variants.push(Variant::QuotedSignature);
    }
    if let Some(rest) = PREFIXES.iter().find_map(|prefix| {
        text.get(..prefix.len())?.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
    }) {
        text = rest;
        variants.push(Variant::Sha256Prefix);
    }
    let mut all = Vec::new();
    let mut add = |digest: Vec<u8>, more: &[Variant]| {
        all.push(SpelledDigest {
            digest,
            variants: variants.iter().copied().chain(more.iter().copied()).collect(),
        });
    };
    let plain = text.replace(['-', ':', ' '], "");
    if plain.len() == text.len() {
        hex(text, &mut add);
    } else if plain.len() == text.len().div_ceil(3) * 2
        && let Ok(digest) = HEXLOWER_PERMISSIVE.decode(plain.as_bytes())
    {
        add(digest, &[Variant::SeparatedHex]);
    }
    let bare = text.trim_end_matches('=');
    let url_safe =
        bare.contains(['-', '_']) || (bare.len() == text.len() && !text.len().is_multiple_of(4));
    let decoded = if bare.contains(['-', '_']) {
        BASE64URL_NOPAD.decode(bare.as_bytes())
    } else {
        BASE64_NOPAD.decode(bare.as_bytes())
    };
    if let Ok(digest) = decoded {
        if let Ok(inner) = HEXLOWER_PERMISSIVE.decode(&digest) {
            add(inner, &[Variant::Base64OfHex]);
        }
        add(digest, &[if url_safe { Variant::Base64url } else { Variant::Base64 }]);
    }
    all
}

fn hex(text: &str, add: &mut dyn FnMut(Vec<u8>, &[Variant])) {
    let upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
    let lower = text.bytes().any(|byte| byte.is_ascii_lowercase());
    let case: &[Variant] = match (upper, lower) {
        (false, _) => &[],
        (true, false) => &[Variant::UpperCaseHex],
        (true, true) => &[Variant::MixedCaseHex],
    };
    let decode = |text: &str| HEXLOWER_PERMISSIVE.decode(text.as_bytes());
    if let Ok(digest) = text.get(..text.len() & !1).map_or_else(|| decode(text), decode) {
        add(digest, case);
    }
    if (DIGITS - 4..DIGITS).contains(&text.len())
        && let Ok(digest) = decode(&format!("{text:0>DIGITS$}"))
    {
        add(digest, &[case, &[Variant::LostZeros]].concat());
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};

    use super::*;

    fn names(signature: &str, digest: &[u8]) -> Vec<&'static str> {
        let found = spellings(signature)
            .into_iter()
            .find_map(|spelling| spelling.of(digest))
            .expect("is spelled");
        found.iter().map(|variant| variant.name()).collect()
    }

    #[test]
    fn every_spelling_is_read() {
        let digest: Vec<u8> = (0..32).map(|at: u8| at.wrapping_mul(37).wrapping_add(251)).collect();
        let (lower, upper) = (HEXLOWER.encode(&digest), HEXUPPER.encode(&digest));
        let dashes: Vec<&str> = upper
            .as_bytes()
            .chunks(2)
            .map(|pair| std::str::from_utf8(pair).expect("hex digits"))
            .collect();
        for (signature, expected) in [
            (lower.clone(), vec![]),
            (upper.clone(), vec!["upper-case-hex"]),
            (format!("{}{}", &lower[..32], &upper[32..]), vec!["mixed-case-hex"]),
            (dashes.join("-"), vec!["separated-hex"]),
            (format!(" {lower}\n"), vec!["padded-signature"]),
            (format!("\"{lower}\""), vec!["quoted-signature"]),
            (format!("sha256={lower}"), vec!["sha256-prefix"]),
            (format!("SHA256={upper}"), vec!["sha256-prefix", "upper-case-hex"]),
            (BASE64.encode(&digest), vec!["base64"]),
            (BASE64URL.encode(&digest).trim_end_matches('=').to_owned(), vec!["base64url"]),
            (BASE64.encode(lower.as_bytes()), vec!["base64-of-hex"]),
            (lower[..40].to_owned(), vec!["cut-signature"]),
            (lower[..63].to_owned(), vec!["cut-signature"]),
        ] {
            assert_eq!(names(&signature, &digest), expected, "{signature}");
        }
        let with_zero: Vec<u8> = std::iter::once(3).chain(digest[1..].iter().copied()).collect();
        assert_eq!(names(&HEXLOWER.encode(&with_zero)[1..], &with_zero), ["lost-zeros"]);
    }

    #[test]
    fn what_is_no_digest_means_nothing() {
        for signature in ["", "=", "०", "é", "0x", "not a digest!", "sha256=", "\"", "abcd"] {
            assert!(
                spellings(signature).iter().all(|spelling| spelling.of(&[0; 64]).is_none()),
                "{signature}"
            );
        }
    }
}
