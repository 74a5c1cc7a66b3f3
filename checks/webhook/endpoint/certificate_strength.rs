//! The webhook's certificates should have keys and signatures of today's strength.

use crate::conversation::tls::{about, at_every_address, described, leaf};
use crate::model::{
    Certificate, Check, CheckMeta, Facts, Level, Merchant, Needs, Outcome, Plain, Probe, Reference,
    RunFacts, Text, Tls,
};
use crate::text;

/// See [`META`].
pub(super) struct CertificateStrength;

const META: CheckMeta = CheckMeta {
    id: "webhook-certificate-strength",
    title: "Webhook certificates have strong keys and signatures",
    level: Level::Recommended,
    covers: &["SC-18"],
    needs: Needs::Network,
    rationale: "A key that can be computed or a signature that can be forged lets somebody else \
                pose as the webhook.",
    judged: "Every certificate the server sends: RSA of at least 2,048 bits, elliptic curves of \
             at least 224, and no MD5 or SHA-1 in a signature that counts (a root's own does \
             not), at every address of the name. These are golive's limits, after what public \
             authorities may issue.",
    remediation: "Have the certificate issued again with an RSA key of 2,048 bits or more, or \
                  ECDSA P-256, and SHA-256.",
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

impl Check for CertificateStrength {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        vec![Probe::WebhookTls, Probe::WebhookAddresses]
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        at_every_address(facts, |tls| judge(facts, tls))
    }
}

/// Judges what one address shows.
fn judge(facts: &Facts<'_>, tls: &Tls) -> anyhow::Result<Outcome> {
    leaf(tls)?;
    let chain = &tls.chain;
    let about = |one: &Certificate| {
        let key = text!(
            "{} of {} bits, signed by {}",
            Plain(&one.key),
            one.key_bits,
            Plain(&one.signature)
        );
        about(
            facts,
            "RSA of 2048 bits or ECDSA of 224 or more, SHA-256 or better",
            text!("{}: {}", described(one), key),
        )
    };
    let weak: Vec<(&Certificate, Text)> =
        chain.iter().filter_map(|one| weakness(one).map(|weakness| (one, weakness))).collect();
    Ok(match weak.first() {
        None => Outcome::Pass(chain.iter().map(about).collect()),
        Some((_, weakness)) => {
            Outcome::fail(text!("{}", weakness), weak.iter().map(|(one, _)| about(one)).collect())
        }
    })
}

/// What is weak about a certificate.
fn weakness(certificate: &Certificate) -> Option<Text> {
    let key = certificate.key.to_ascii_lowercase();
    let signature = certificate.signature.to_ascii_lowercase();
    let is_root = certificate.subject == certificate.issuer;
    if key.starts_with("rsa") && certificate.key_bits < 2048 {
        Some(text!(
            "an RSA key of {} bits can be computed from the certificate",
            certificate.key_bits
        ))
    } else if key.starts_with("ec") && certificate.key_bits < 224 {
        Some(text!("an elliptic curve of {} bits is too small", certificate.key_bits))
    } else if !is_root && ["sha1", "sha-1", "md5"].iter().any(|old| signature.contains(old)) {
        Some(text!(
            "a certificate is signed by {}, which can be forged",
            Plain(&certificate.signature)
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason, tls};
    use crate::model::{Reason, Trust};

    fn case(change: impl FnOnce(&mut Certificate)) -> Case {
        let mut tls = tls(Trust::Trusted);
        change(&mut tls.chain[0]);
        Case::with_tls(tls)
    }

    #[test]
    fn passes_todays_keys() {
        passes(case(|_| ()).judge(&CertificateStrength));
        passes(
            case(|leaf| (leaf.key, leaf.key_bits) = ("Ed25519".to_owned(), 256))
                .judge(&CertificateStrength),
        );
    }

    #[test]
    fn fails_a_short_rsa_key() {
        failure(
            case(|leaf| (leaf.key, leaf.key_bits) = ("RSA".to_owned(), 1024))
                .judge(&CertificateStrength),
        );
    }

    #[test]
    fn fails_a_small_curve() {
        failure(
            case(|leaf| (leaf.key, leaf.key_bits) = ("ECDSA P-192".to_owned(), 192))
                .judge(&CertificateStrength),
        );
    }

    #[test]
    fn fails_sha1_but_not_in_a_root() {
        failure(
            case(|leaf| leaf.signature = "sha1WithRSAEncryption".to_owned())
                .judge(&CertificateStrength),
        );
        let root = |leaf: &mut Certificate| {
            leaf.signature = "sha1WithRSAEncryption".to_owned();
            leaf.issuer.clone_from(&leaf.subject);
        };
        passes(case(root).judge(&CertificateStrength));
    }

    #[test]
    fn waits_for_a_certificate() {
        let case = Case::with_tls(Tls {
            chain: Vec::new(),
            ..tls(Trust::NoHandshake("alert".to_owned()))
        });
        assert_eq!(
            reason(case.judge(&CertificateStrength)),
            Reason::Blocked { by: "webhook-tls-version" }
        );
    }
}
