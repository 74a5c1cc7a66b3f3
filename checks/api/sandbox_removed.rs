//! Nothing of the sandbox may be left in the production configuration.

use crate::model::{
    Carried, Check, CheckMeta, Credential, EnvFile, Evidence, Facts, FilePath, Judged, Level,
    MissingSecret, Outcome, Plain, Prefix, Quoted, Reason, Reference, Section, Show as _, Slot,
    Stack, StackFix, Subject,
};
use crate::platform::hosts::{self, HostKind};
use crate::text;

/// See [`META`].
pub(super) struct SandboxRemoved;

const META: CheckMeta = CheckMeta {
    id: "api-sandbox-removed",
    title: "No sandbox credential or host is left in the configured values",
    level: Level::Required,
    covers: &["PC-03", "PC-72"],
    waivable: false,
    rationale: "A sandbox value left in production sends customers to a payment page that charges \
                nobody, or takes test events for money.",
    judged: "Looks at the keys, at every URL outside of `[sandbox]` and at every variable of \
             `env_file` for `pk_test_` and `sk_test_` keys, the configured sandbox credentials, \
             `sandbox.kwikpaisa.com` and the hosts of previous API generations; each one fails, \
             with its place. An env file that cannot be read leaves it undecided; without \
             `env_file` only the configuration was looked at, and the evidence says so. Code and \
             build output are searched by source-no-sandbox, and what that finds leaves this \
             undecided.",
    remediation: "Replace each value named here by its production counterpart, and keep sandbox \
                  values in a file of their own that production does not load.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "Load one file per environment: dotenv.config({ path: \
                  `.env.${process.env.NODE_ENV}` })",
        },
        StackFix {
            stack: Stack::Php,
            how: "Laravel: one .env per server, `php artisan config:clear` after the change.",
        },
        StackFix {
            stack: Stack::Python,
            how: "Django: one settings module per environment, chosen by DJANGO_SETTINGS_MODULE.",
        },
        StackFix {
            stack: Stack::Java,
            how: "Keep sandbox values in application-sandbox.yml and start production with \
                  spring.profiles.active=production.",
        },
    ],
    reference: Reference::CHECKLIST,
    ..CheckMeta::USUAL
};

impl Check for SandboxRemoved {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    /// What the configuration is clean of may stand in the code: then this is not told, and the
    /// check of the code carries the blame.
    fn review(
        &self,
        facts: &Facts<'_>,
        others: &[Judged],
        _catalogue: &[&'static Section],
    ) -> Option<Outcome> {
        const OF_THE_CODE: &str = "source-no-sandbox";
        let code = others.iter().any(|judged| {
            judged.meta.id == OF_THE_CODE && matches!(judged.outcome, Outcome::Fail(_))
        });
        let clean = matches!(self.judge(facts), Ok(Outcome::Pass(_) | Outcome::Warn(_)));
        (code && clean).then_some(Outcome::Undecided(Reason::Blocked { by: OF_THE_CODE }))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let merchant = facts.merchant;
        let mut leftovers = keys(facts);
        leftovers.extend(urls(facts));
        leftovers.extend(merchant.env_file.iter().flat_map(in_env_file));
        if !leftovers.is_empty() {
            return Ok(Outcome::fail("sandbox values are still present in production", leftovers));
        }
        for (slot, by) in [(Slot::ApiKey, "api-live-key"), (Slot::SecretKey, "api-live-secret")] {
            match merchant.credential(slot) {
                Some(Credential::Found(_)) => {}
                Some(Credential::Missing { why: MissingSecret::NotRun, .. }) => {
                    return Err(Reason::Declined(text!(
                        "this command runs no program, so `{}` was not fetched",
                        slot.key()
                    ))
                    .into());
                }
                Some(Credential::Missing { .. }) | None => {
                    return Err(Reason::Blocked { by }.into());
                }
            }
        }
        if merchant.api.base_url.is_none() {
            return Err(Reason::Blocked { by: "api-base-url" }.into());
        }
        let mut looked_at = vec![
            Evidence::config("api.api_key", "no sandbox key", "not one"),
            Evidence::config("api.secret_key", "no sandbox secret", "not one"),
            Evidence::of(
                Subject::Run("URLs of the configuration"),
                "no sandbox host",
                text!("none in {}", merchant.urls().len()),
            ),
        ];
        let Some(file) = &merchant.env_file else {
            looked_at.push(Evidence::config(
                "env_file",
                "the file the application loads",
                "not configured, so not looked at",
            ));
            return Ok(Outcome::Pass(looked_at));
        };
        if !file.readable {
            return Err(Reason::NoWayToObserve(text!(
                "`env_file` {} cannot be read, so what the application loads is not known",
                Quoted(&file.path)
            ))
            .into());
        }
        looked_at.push(Evidence::of(
            place(file, None),
            "nothing of the sandbox",
            text!("nothing; {} variables name the platform", file.entries.len()),
        ));
        Ok(doubts(file)
            .map_or(Outcome::Pass(looked_at), |(message, doubts)| Outcome::warn(message, doubts)))
    }
}

fn keys(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut leftovers = Vec::new();
    for slot in [Slot::ApiKey, Slot::SecretKey] {
        let Some(found) = facts.merchant.secret(slot) else { continue };
        if matches!(found.prefix, Prefix::ApiTest | Prefix::SecretTest) {
            leftovers.push(Evidence::config(
                slot.key(),
                "a live key",
                text!("a sandbox key, from {}", found.origin),
            ));
        } else if let Some(twin) = found
            .equals
            .iter()
            .find(|slot| matches!(slot, Slot::SandboxApiKey | Slot::SandboxSecretKey))
        {
            leftovers.push(Evidence::config(
                slot.key(),
                "a value of its own",
                text!("the same value as `{}`", twin.key()),
            ));
        }
    }
    leftovers
}

fn urls(facts: &Facts<'_>) -> Vec<Evidence> {
    let mut leftovers = Vec::new();
    for (key, address) in facts.merchant.urls() {
        let Some(url) = address.url() else { continue };
        let host = url.host.show();
        let kind = hosts::classify(host.trim_end_matches('.'));
        let words = match kind {
            HostKind::Sandbox | HostKind::PreviousUat | HostKind::FirstGeneration => kind.words(),
            HostKind::OtherPlatform if hosts::reads_as_test(&host) => {
                "a name of the platform that reads as a test host"
            }
            HostKind::Production
            | HostKind::Site
            | HostKind::OtherPlatform
            | HostKind::LookAlike(_)
            | HostKind::Other => continue,
        };
        leftovers.push(Evidence::of(
            Subject::ConfigKey(text!("{}", Plain(&key))),
            "no host of the sandbox",
            text!("{}, {}", url.host, words),
        ));
    }
    leftovers
}

fn in_env_file(file: &EnvFile) -> Vec<Evidence> {
    let mut leftovers = Vec::new();
    for entry in &file.entries {
        for carried in &entry.carries {
            let what = match carried {
                Carried::SandboxKey => "a sandbox key".into(),
                Carried::SandboxHost(host) => {
                    text!("{}, {}", Quoted(host), hosts::classify(host).words())
                }
                Carried::Configured(slot @ (Slot::SandboxApiKey | Slot::SandboxSecretKey)) => {
                    text!("the value of `{}`", slot.key())
                }
                Carried::Configured(Slot::ApiKey | Slot::SecretKey)
                | Carried::LiveKey
                | Carried::ProductionHost
                | Carried::PlainHttp => {
                    continue;
                }
            };
            leftovers.push(Evidence::of(
                place(file, Some(entry.line)),
                "nothing of the sandbox",
                text!("{} holds {}", Quoted(&entry.name), what),
            ));
        }
    }
    leftovers
}

/// What could hide a leftover: lines that cannot be read, variables that the environment overrides.
fn doubts(file: &EnvFile) -> Option<(&'static str, Vec<Evidence>)> {
    let overridden = file.overridden.iter().map(|name| {
        Evidence::of(
            place(file, None),
            "one value here and in the environment",
            text!("the environment of this machine has another value for {}", Quoted(name)),
        )
    });
    let unread = file.unreadable_lines.iter().map(|line| {
        Evidence::of(
            place(file, Some(*line)),
            "a line of the form NAME=value",
            "something else, which was not looked at",
        )
    });
    let doubts: Vec<Evidence> = overridden.chain(unread).collect();
    let message = if file.overridden.is_empty() {
        "a part of the env file could not be read"
    } else {
        "the environment overrides what the env file says"
    };
    (!doubts.is_empty()).then_some((message, doubts))
}

fn place(file: &EnvFile, line: Option<usize>) -> Subject {
    Subject::File { path: FilePath::new(&file.path), line }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::{address, judge_config, key, key_equal_to, merchant, words};
    use crate::model::{EnvEntry, Merchant};

    fn env_file(carries: Vec<Carried>) -> EnvFile {
        let entries = vec![EnvEntry { name: "KWIKPAISA_URL".to_owned(), line: 7, carries }];
        EnvFile {
            path: ".env.production".to_owned(),
            readable: true,
            unreadable_lines: Vec::new(),
            entries,
            overridden: Vec::new(),
        }
    }

    fn with_env(file: EnvFile) -> Outcome {
        judge_config(&SandboxRemoved, &Merchant { env_file: Some(file), ..merchant() })
    }

    #[test]
    fn passes_production_values_and_says_what_was_not_looked_at() {
        let outcome = judge_config(&SandboxRemoved, &merchant());
        assert!(
            matches!(outcome, Outcome::Pass(_)) && words(&outcome).contains("not looked at"),
            "{outcome:?}"
        );
        let outcome = with_env(env_file(vec![
            Carried::LiveKey,
            Carried::ProductionHost,
            Carried::Configured(Slot::ApiKey),
        ]));
        assert!(
            matches!(outcome, Outcome::Pass(_)) && !words(&outcome).contains("not looked at"),
            "{outcome:?}"
        );
    }

    #[test]
    fn fails_sandbox_keys_and_hosts_of_the_configuration() {
        let mut leftover = merchant();
        leftover.api.secret_key = key("sk_test_MARKER7f3k9q2x8v1m4n6b");
        leftover.api.base_url = address("https://sandbox.kwikpaisa.com");
        leftover.network.egress = vec![address("https://pispp.kwikpaisa.com").expect("an address")];
        let Outcome::Fail(finding) = judge_config(&SandboxRemoved, &leftover) else {
            panic!("fails")
        };
        assert_eq!(finding.evidence.len(), 3);
        let mut leftover = merchant();
        leftover.api.api_key = key_equal_to("pk_live_MARKER4d8s1k6w3z9c5t2y", Slot::SandboxApiKey);
        assert!(matches!(judge_config(&SandboxRemoved, &leftover), Outcome::Fail(_)));
    }

    #[test]
    fn fails_leftovers_of_the_env_file_with_their_line() {
        for carried in [
            Carried::SandboxKey,
            Carried::SandboxHost("uat.api.kwikpaisa.com".to_owned()),
            Carried::Configured(Slot::SandboxSecretKey),
        ] {
            let Outcome::Fail(finding) = with_env(env_file(vec![carried])) else { panic!("fails") };
            assert!(matches!(finding.evidence[0].subject, Subject::File { line: Some(7), .. }));
        }
    }

    #[test]
    fn exempts_the_sandboxs_own_values() {
        let sandbox = crate::model::Sandbox {
            base_url: address("https://sandbox.kwikpaisa.com"),
            api_key: key("pk_test_MARKER1"),
            ..crate::model::Sandbox::default()
        };
        assert!(matches!(
            judge_config(&SandboxRemoved, &Merchant { sandbox: Some(sandbox), ..merchant() }),
            Outcome::Pass(_)
        ));
    }

    #[test]
    fn is_undecided_when_the_env_file_cannot_be_read() {
        let file = EnvFile { readable: false, ..env_file(Vec::new()) };
        assert!(matches!(with_env(file), Outcome::Undecided(Reason::NoWayToObserve(_))));
    }

    #[test]
    fn is_undecided_without_keys_or_base_url() {
        assert_eq!(
            judge_config(&SandboxRemoved, &Merchant::default()),
            Outcome::Undecided(Reason::Blocked { by: "api-live-key" })
        );
        let mut bare = merchant();
        bare.api.base_url = None;
        assert_eq!(
            judge_config(&SandboxRemoved, &bare),
            Outcome::Undecided(Reason::Blocked { by: "api-base-url" })
        );
    }

    #[test]
    fn warns_of_what_could_hide_a_leftover() {
        assert!(matches!(
            with_env(EnvFile { unreadable_lines: vec![4], ..env_file(Vec::new()) }),
            Outcome::Warn(_)
        ));
        assert!(matches!(
            with_env(EnvFile {
                overridden: vec!["KWIKPAISA_URL".to_owned()],
                ..env_file(Vec::new())
            }),
            Outcome::Warn(_)
        ));
    }
}
