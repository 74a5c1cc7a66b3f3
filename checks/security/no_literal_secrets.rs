//! No secret may stand in `golive.toml` itself.

use crate::model::{
    Address, Check, CheckMeta, Credential, Evidence, Facts, Level, Merchant, Origin, Outcome,
    Plain, Quoted, Reason, Reference, Slot, Stack, StackFix, Subject, Text,
};
use crate::text;

/// See [`META`].
pub(super) struct NoLiteralSecrets;

const META: CheckMeta = CheckMeta {
    id: "security-no-literal-secrets",
    title: "No secret stands in golive.toml",
    level: Level::Required,
    covers: &["PC-34", "PC-88", "SC-03", "SC-17", "AU-06"],
    waivable: false,
    rationale: "`golive.toml` is made to be committed and shared, and what is in git stays in its \
                history.",
    judged: "Every configured key and secret has to come from a variable, a file or a command; \
             one that is written out fails, sandbox ones too. A URL with a user name or password \
             in it warns. Without any credential nothing can be told.",
    remediation: "Write `{ env = \"NAME\" }`, `{ file = \"PATH\" }` or `{ command = [\"PROGRAM\", \
                  \"ARGUMENT\"] }` in place of the value, and replace the secret if the file was \
                  ever shared.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "Name the variable that `dotenv` or the process manager sets: api.secret_key = { \
                  env = \"KWIKPAISA_SECRET_KEY\" }",
        },
        StackFix {
            stack: Stack::Php,
            how: "Point `env_file` at Laravel's `.env` and name the variable: { env = \
                  \"KWIKPAISA_SECRET_KEY\" }",
        },
        StackFix {
            stack: Stack::Python,
            how: "Name the variable that `os.environ` gives to settings.py: { env = \
                  \"KWIKPAISA_SECRET_KEY\" }",
        },
        StackFix {
            stack: Stack::Java,
            how: "Name the variable behind `${KWIKPAISA_SECRET_KEY}` in application.yml: { env = \
                  \"KWIKPAISA_SECRET_KEY\" }",
        },
    ],
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

impl Check for NoLiteralSecrets {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let merchant = facts.merchant;
        let found: Vec<(Slot, &Origin)> = Slot::ALL
            .into_iter()
            .filter_map(|slot| match merchant.credential(slot)? {
                Credential::Found(facts) => Some((slot, &facts.origin)),
                Credential::Missing { origin, .. } => Some((slot, origin)),
            })
            .collect();
        let evidence = |(slot, origin): &(Slot, &Origin)| {
            Evidence::config(slot.key(), "a variable, a file or a command", place(origin))
        };
        let literal: Vec<Evidence> =
            found.iter().filter(|(_, origin)| **origin == Origin::Literal).map(evidence).collect();
        if !literal.is_empty() {
            return Ok(Outcome::fail("a secret is written out in the configuration", literal));
        }
        let with_user = urls_with_user(merchant);
        if !with_user.is_empty() {
            return Ok(Outcome::warn(
                "a URL of the configuration carries a user name or password",
                with_user,
            ));
        }
        if found.is_empty() {
            return Err(Reason::Blocked { by: "api-live-key" }.into());
        }
        Ok(Outcome::Pass(found.iter().map(evidence).collect()))
    }
}

/// Where a secret comes from, in words.
pub(super) fn place(origin: &Origin) -> Text {
    match origin {
        Origin::Env { name } => text!("the variable {}", Quoted(name)),
        Origin::EnvFile { path, name, line } => {
            text!("the variable {} of {}, line {}", Quoted(name), Quoted(path), *line)
        }
        Origin::File { path } => text!("the file {}", Quoted(path)),
        Origin::Command { program } => text!("the command {}", Quoted(program)),
        Origin::Literal => "the value itself".into(),
    }
}

/// Every URL of the configuration with something before an `@`.
fn urls_with_user(merchant: &Merchant) -> Vec<Evidence> {
    let sandbox = merchant.sandbox.iter().flat_map(|sandbox| {
        [
            ("sandbox.base_url", sandbox.base_url.as_ref()),
            ("sandbox.webhook_url", sandbox.webhook_url.as_ref()),
        ]
    });
    let mut urls = merchant.urls();
    urls.extend(
        [
            ("network.proxy", merchant.network.proxy.as_ref()),
            ("source.site", merchant.source.site.as_ref()),
        ]
        .into_iter()
        .chain(sandbox)
        .filter_map(|(key, address)| Some((key.to_owned(), address?))),
    );
    urls.iter()
        .filter_map(|(key, address)| {
            Some((key, Address::url(address).filter(|url| url.user_info)?))
        })
        .map(|(key, url)| {
            Evidence::of(
                Subject::ConfigKey(text!("{}", Plain(key))),
                "no user name or password",
                text!("{}", url),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Endpoint, Entropy, MissingSecret, Observations, Prefix, RunFacts, Sandbox, SecretFacts,
    };

    fn found(origin: Origin) -> Credential {
        Credential::Found(SecretFacts {
            origin,
            prefix: Prefix::SecretLive,
            length: 32,
            damage: Vec::new(),
            placeholder: None,
            entropy: Entropy::High,
            equals: Vec::new(),
        })
    }

    fn from_env() -> Credential {
        found(Origin::Env { name: "KWIKPAISA_SECRET_KEY".to_owned() })
    }

    fn judged(merchant: &Merchant) -> anyhow::Result<Outcome> {
        NoLiteralSecrets.judge(&Facts {
            merchant,
            run: &RunFacts::example(),
            seen: &Observations::default(),
        })
    }

    #[test]
    fn passes_when_every_secret_comes_from_elsewhere() {
        let mut merchant = Merchant::default();
        merchant.api.secret_key = Some(from_env());
        merchant.api.api_key = Some(Credential::Missing {
            origin: Origin::File { path: "key.txt".to_owned() },
            why: MissingSecret::Unreadable,
        });
        assert_eq!(judged(&merchant).expect("a decision").word(), "pass");
    }

    #[test]
    fn fails_a_literal_and_names_its_key_in_the_sandbox_too() {
        let sandbox = Sandbox { secret_key: Some(found(Origin::Literal)), ..Sandbox::default() };
        let mut merchant = Merchant { sandbox: Some(sandbox), ..Merchant::default() };
        merchant.api.secret_key = Some(from_env());
        let Outcome::Fail(finding) = judged(&merchant).expect("a decision") else {
            panic!("should fail")
        };
        assert_eq!(finding.evidence.len(), 1);
        assert_eq!(finding.evidence[0].subject, Subject::ConfigKey("sandbox.secret_key".into()));
    }

    #[test]
    fn warns_of_a_password_in_a_url() {
        let mut merchant = Merchant::default();
        merchant.api.secret_key = Some(from_env());
        merchant.network.proxy =
            Endpoint::parse("http://user:MARKER@proxy.example:3128").map(Address::Url);
        let outcome = judged(&merchant).expect("a decision");
        assert!(matches!(outcome, Outcome::Warn(_)) && !format!("{outcome:?}").contains("MARKER"));
    }

    #[test]
    fn is_undecided_without_any_credential() {
        let error = judged(&Merchant::default()).expect_err("no decision");
        assert_eq!(error.downcast_ref::<Reason>(), Some(&Reason::Blocked { by: "api-live-key" }));
    }
}
