//! The API key must look like a live one.

use super::credential::{self, Wanted};
use crate::model::{
    Check, CheckMeta, Entropy, Facts, Finding, Level, Outcome, Prefix, Reference, Slot, Stack,
    StackFix,
};

/// See [`META`].
pub(super) struct LiveKey;

const META: CheckMeta = CheckMeta {
    id: "api-live-key",
    title: "API key looks live",
    level: Level::Required,
    covers: &["PC-01", "PC-93"],
    waivable: false,
    rationale: "With a sandbox key, a sample or a damaged copy every production call is refused, \
                and with the secret in its place the secret travels in every request.",
    judged: "Fails when no key is configured or found, when it does not begin with `pk_live_`, is \
             a stand-in such as the documentation's `pk_live_xxxxxxxxx`, was damaged by copying \
             (white space, line break, quotes, byte-order mark, invisible characters), or equals \
             the secret. Warns when it is short or regular for an issued key, or when the \
             environment overrides the env file. Whether the platform accepts it is \
             `api-keys-accepted`'s to say.",
    remediation: "Set `api.api_key` to where the application reads its live key from: `pk_live_…` \
                  of Dashboard, Developer, Console.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "Read it once at start and stop without it: const key = \
                  process.env.KWIKPAISA_API_KEY; if (!key?.startsWith('pk_live_')) throw …",
        },
        StackFix {
            stack: Stack::Php,
            how: "In Laravel, put it in .env and config/services.php, then run `php artisan \
                  config:clear`: a cached configuration keeps the old key.",
        },
        StackFix {
            stack: Stack::Python,
            how: "os.environ['KWIKPAISA_API_KEY'] fails loudly where .get() would send an empty \
                  key.",
        },
        StackFix {
            stack: Stack::Java,
            how: "Bind it with @Value(\"${kwikpaisa.api-key}\") in the production profile, \
                  without a default after a colon.",
        },
    ],
    reference: Reference::API_KEYS,
    ..CheckMeta::USUAL
};

const WANTED: Wanted = Wanted {
    slot: Slot::ApiKey,
    noun: "API key",
    expected: "a live key, `pk_live_…`, complete and not a placeholder",
    wrong,
};

impl Check for LiveKey {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let found = match WANTED.live(facts)? {
            Ok(found) => found,
            Err(finding) => return Ok(Outcome::Fail(finding)),
        };
        let looks = WANTED.evidence(credential::looks(found));
        if let Some(doubt) = WANTED.doubt(facts, found) {
            return Ok(Outcome::warn(
                "the application may use another API key than the one that was judged",
                vec![looks, doubt],
            ));
        }
        if found.entropy == Entropy::Low {
            let finding = Finding::new(
                "the API key is short or regular for one that was issued",
                vec![looks],
            );
            return Ok(Outcome::Warn(finding.fix(
                "Compare `api.api_key` with the key in Dashboard, Developer, Console: it may be \
                 cut",
            )));
        }
        Ok(Outcome::Pass(vec![looks]))
    }
}

/// What it means that another prefix than that of a live key stands there.
fn wrong(prefix: Prefix) -> Option<&'static str> {
    match prefix {
        Prefix::ApiLive => None,
        Prefix::ApiTest => Some("the API key is a sandbox key"),
        Prefix::SecretLive | Prefix::SecretTest => {
            Some("a secret key stands where the API key belongs and would travel in every request")
        }
        Prefix::Previous | Prefix::None => Some("the API key does not begin with `pk_live_`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::{facts, judge_config, key, key_equal_to, merchant, words};
    use crate::model::{Credential, EnvFile, Merchant, MissingSecret, Origin, Reason, SecretFacts};

    fn with(api_key: Option<Credential>) -> Outcome {
        let mut merchant = merchant();
        merchant.api.api_key = api_key;
        judge_config(&LiveKey, &merchant)
    }

    fn failing(value: &str) -> String {
        let outcome = with(key(value));
        assert!(matches!(outcome, Outcome::Fail(_)), "{value}: {outcome:?}");
        words(&outcome)
    }

    #[test]
    fn passes_a_live_key() {
        assert!(matches!(judge_config(&LiveKey, &merchant()), Outcome::Pass(_)));
    }

    #[test]
    fn fails_without_a_key() {
        assert!(matches!(judge_config(&LiveKey, &Merchant::default()), Outcome::Fail(_)));
        for why in [MissingSecret::NotSet, MissingSecret::Unreadable, MissingSecret::CommandFailed]
        {
            let origin = Origin::Env { name: "KWIKPAISA_API_KEY".to_owned() };
            let outcome = with(Some(Credential::Missing { origin, why }));
            assert!(
                matches!(outcome, Outcome::Fail(_))
                    && words(&outcome).contains("KWIKPAISA_API_KEY"),
                "{outcome:?}"
            );
        }
    }

    #[test]
    fn is_undecided_where_no_program_runs() {
        let origin = Origin::Command { program: "vault".to_owned() };
        let outcome = with(Some(Credential::Missing { origin, why: MissingSecret::NotRun }));
        assert!(matches!(outcome, Outcome::Undecided(Reason::Declined(_))), "{outcome:?}");
    }

    #[test]
    fn fails_what_is_no_live_key() {
        for (value, says) in [
            ("pk_test_MARKER4d8s1k6w3z9c5t2y", "sandbox key"),
            ("sk_live_MARKER7f3k9q2x8v1m4n6b", "secret key stands"),
            ("key_MARKER7f3k9q2x8v1m4n6b", "previous generation"),
            ("MARKER7f3k9q2x8v1m4n6b", "does not begin"),
            ("pk_live_xxxxxxxxx", "sample"),
            ("YOUR_API_KEY", "never replaced"),
            ("${KWIKPAISA_API_KEY}", "nobody expanded"),
            ("", "empty"),
            ("pk_live_MARKER4d8s1k6w3z9c5t2y\n", "line break"),
            ("'pk_live_MARKER4d8s1k6w3z9c5t2y'", "quotes"),
        ] {
            assert!(failing(value).contains(says), "{value}: {}", failing(value));
        }
    }

    #[test]
    fn fails_a_key_that_is_the_secret() {
        assert!(matches!(
            with(key_equal_to("pk_live_MARKER4d8s1k6w3z9c5t2y", Slot::SecretKey)),
            Outcome::Fail(_)
        ));
    }

    #[test]
    fn warns_of_a_short_key() {
        assert!(matches!(with(key("pk_live_MARK")), Outcome::Warn(_)));
    }

    #[test]
    fn warns_when_the_environment_overrides_the_env_file() {
        let mut merchant = merchant();
        let origin = Origin::EnvFile { path: ".env".to_owned(), name: "KEY".to_owned(), line: 3 };
        merchant.api.api_key = Some(Credential::Found(SecretFacts {
            origin,
            ..facts("pk_live_MARKER4d8s1k6w3z9c5t2y")
        }));
        let (unreadable_lines, entries) = (Vec::new(), Vec::new());
        merchant.env_file = Some(EnvFile {
            path: ".env".to_owned(),
            readable: true,
            unreadable_lines,
            entries,
            overridden: vec!["KEY".to_owned()],
        });
        assert!(matches!(judge_config(&LiveKey, &merchant), Outcome::Warn(_)));
    }

    #[test]
    fn never_repeats_the_key() {
        for value in [
            "pk_live_MARKER4d8s1k6w3z9c5t2y",
            "pk_test_MARKER4d8s1k6w3z9c5t2y",
            " MARKER",
            "MARKER",
        ] {
            assert!(!format!("{:?}", with(key(value))).contains("MARKER"), "{value}");
        }
    }
}
