//! The secret key must look like a live one.

use super::credential::{self, Wanted};
use crate::model::{
    Check, CheckMeta, Entropy, Facts, Finding, Level, Outcome, Prefix, Reference, Slot, Stack,
    StackFix, Text,
};
use crate::text;

/// See [`META`].
pub(super) struct LiveSecret;

const META: CheckMeta = CheckMeta {
    id: "api-live-secret",
    title: "Secret key looks live",
    level: Level::Required,
    covers: &["PC-02", "PC-93"],
    waivable: false,
    rationale: "The secret signs every call and verifies every webhook: with another \
                environment's secret all calls are refused, and events of the sandbox would count \
                as money.",
    judged: "Fails when no secret is configured or found, when it begins with `sk_test_`, is an \
             API key, a stand-in, damaged by copying or equal to the API key. Warns when \
             `sk_live_` is missing (the platform prints no live example, so the prefix is \
             inferred), when it is shorter than `limits.secret_length` or regular enough to guess \
             (golive's limits), or when the environment overrides the env file.",
    remediation: "Set `api.secret_key` to where the application reads its live secret from: \
                  `sk_live_…` of Dashboard, Developer, Console.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "Keep it in the process environment of the server; never in a variable that a \
                  bundler inlines (NEXT_PUBLIC_, VITE_, REACT_APP_).",
        },
        StackFix {
            stack: Stack::Php,
            how: "In Laravel, read it through config() and run `php artisan config:clear` after \
                  changing .env.",
        },
        StackFix {
            stack: Stack::Python,
            how: "Strip nothing and add nothing: open(path).read() keeps the file's last line \
                  break, .strip() cuts it.",
        },
        StackFix {
            stack: Stack::Java,
            how: "Use secret.getBytes(StandardCharsets.UTF_8) as it was issued, prefix included.",
        },
    ],
    reference: Reference::API_KEYS,
    ..CheckMeta::USUAL
};

const WANTED: Wanted = Wanted {
    slot: Slot::SecretKey,
    noun: "secret key",
    expected: "a live secret, `sk_live_…`, complete and not a placeholder",
    wrong,
};

impl Check for LiveSecret {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let found = match WANTED.live(facts)? {
            Ok(found) => found,
            Err(finding) => return Ok(Outcome::Fail(finding)),
        };
        let least = facts.merchant.limits.secret_length;
        let mut evidence = vec![WANTED.evidence(credential::looks(found))];
        let mut narrow = Vec::new();
        if found.prefix == Prefix::None {
            narrow.push(text!(
                "it does not begin with `sk_live_`, which the platform does not print but its \
                 other keys suggest"
            ));
        }
        if u64::try_from(found.length).is_ok_and(|length| length < least) {
            narrow.push(text!(
                "it has {} bytes, fewer than {} (golive's limit)",
                found.length,
                least
            ));
        }
        if found.entropy == Entropy::Low {
            narrow.push("it is regular enough to be guessed".into());
        }
        if let Some(doubt) = WANTED.doubt(facts, found) {
            evidence.push(doubt);
            narrow.push("the application may use another one than was judged".into());
        }
        if narrow.is_empty() {
            return Ok(Outcome::Pass(evidence));
        }
        let message = text!("the secret key is doubtful: {}", Text::join(&narrow, "; "));
        Ok(Outcome::Warn(
            Finding::new(message, evidence).fix(
                "Compare `api.secret_key` with the live secret in Dashboard, Developer, Console",
            ),
        ))
    }
}

/// What it means that another prefix than that of a live secret stands there; a secret without one
/// may be as good.
fn wrong(prefix: Prefix) -> Option<&'static str> {
    match prefix {
        Prefix::SecretLive | Prefix::None => None,
        Prefix::SecretTest => Some("the secret key is the sandbox's"),
        Prefix::ApiLive | Prefix::ApiTest => Some("an API key stands where the secret key belongs"),
        Prefix::Previous => Some("the secret key belongs to a previous generation of the API"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::{judge_config, key, key_equal_to, merchant, words};
    use crate::model::{Credential, Merchant};

    fn with(secret_key: Option<Credential>) -> Outcome {
        let mut merchant = merchant();
        merchant.api.secret_key = secret_key;
        judge_config(&LiveSecret, &merchant)
    }

    #[test]
    fn passes_a_live_secret() {
        assert!(matches!(judge_config(&LiveSecret, &merchant()), Outcome::Pass(_)));
    }

    #[test]
    fn fails_without_a_secret() {
        assert!(matches!(judge_config(&LiveSecret, &Merchant::default()), Outcome::Fail(_)));
    }

    #[test]
    fn fails_what_is_no_live_secret() {
        for (value, says) in [
            ("sk_test_MARKER7f3k9q2x8v1m4n6b", "the sandbox's"),
            ("pk_live_MARKER4d8s1k6w3z9c5t2y", "an API key stands"),
            ("midsalt_MARKER7f3k9q2x8v1m", "previous generation"),
            ("sk_test_xxxxxxxxx", "sample"),
            ("YOUR_SECRET_KEY", "never replaced"),
            (" sk_live_MARKER7f3k9q2x8v1m4n6b", "white space around"),
            ("\u{feff}sk_live_MARKER7f3k9q2x8v1m4n6b", "byte-order mark"),
        ] {
            let outcome = with(key(value));
            assert!(
                matches!(outcome, Outcome::Fail(_)) && words(&outcome).contains(says),
                "{value}: {outcome:?}"
            );
        }
        assert!(matches!(
            with(key_equal_to("sk_live_MARKER7f3k9q2x8v1m4n6b", Slot::ApiKey)),
            Outcome::Fail(_)
        ));
    }

    #[test]
    fn warns_of_a_missing_prefix_a_short_and_a_regular_secret() {
        for (value, says) in [
            ("MARKER7f3k9q2x8v1m4n6bw5", "does not begin"),
            ("sk_live_MARKER7f3k", "fewer than 20"),
            ("sk_live_ababababababababababab", "guessed"),
        ] {
            let outcome = with(key(value));
            assert!(
                matches!(outcome, Outcome::Warn(_)) && words(&outcome).contains(says),
                "{value}: {outcome:?}"
            );
        }
    }
}
