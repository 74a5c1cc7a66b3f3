//! Every URL must be HTTPS.

use crate::model::{
    Address, Carried, Check, CheckMeta, Endpoint, Evidence, Facts, FilePath, Level, Outcome, Plain,
    Quoted, Reason, Reference, Stack, StackFix, Subject,
};
use crate::text;

/// See [`META`].
pub(super) struct ApiHttps;

const META: CheckMeta = CheckMeta {
    id: "api-https",
    title: "Every configured URL uses HTTPS",
    level: Level::Required,
    covers: &["PC-05", "PC-35", "SC-01", "SC-18"],
    waivable: false,
    rationale: "Plain HTTP shows keys and payment data to anyone on the path, and the platform may refuse it.",
    judged: "Every URL of the configuration, and every address of the platform in `env_file`, has to begin with https://, loopback included; a plain one \
             fails. A plain URL under `[sandbox]` warns. Whether the application follows redirects to plain HTTP is not seen here.",
    remediation: "Write https:// in each of the places named here, and serve those addresses over TLS.",
    stacks: &[
        StackFix {
            stack: Stack::Node,
            how: "Never set NODE_TLS_REJECT_UNAUTHORIZED=0 or rejectUnauthorized: false to get https to work; install the missing root instead.",
        },
        StackFix {
            stack: Stack::Php,
            how: "Keep CURLOPT_SSL_VERIFYPEER and Guzzle's `verify` on; point curl.cainfo at a current bundle.",
        },
        StackFix {
            stack: Stack::Python,
            how: "Keep requests' verify=True; `pip install -U certifi` mends old roots.",
        },
        StackFix {
            stack: Stack::Java,
            how: "Keep the default TrustManager; add a missing root with keytool.",
        },
    ],
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

impl Check for ApiHttps {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let merchant = facts.merchant;
        let urls = merchant.urls();
        let about = |key: &str, address: &Address| {
            let observed =
                address.url().map_or("something that is not a URL".into(), |url| text!("{}", url));
            Evidence::of(
                Subject::ConfigKey(text!("{}", Plain(key))),
                "an https:// address",
                observed,
            )
        };
        let is_https = |address: &Address| address.url().is_some_and(Endpoint::is_https);
        let mut plain: Vec<Evidence> = urls
            .iter()
            .filter(|(_, address)| !is_https(address))
            .map(|(key, address)| about(key, address))
            .collect();
        plain.extend(merchant.env_file.iter().flat_map(|file| {
            file.entries.iter().filter(|entry| entry.carries.contains(&Carried::PlainHttp)).map(
                |entry| {
                    let subject =
                        Subject::File { path: FilePath::new(&file.path), line: Some(entry.line) };
                    Evidence::of(
                        subject,
                        "an https:// address",
                        text!("{} holds an http:// address of the platform", Quoted(&entry.name)),
                    )
                },
            )
        }));
        if !plain.is_empty() {
            return Ok(Outcome::fail(
                "traffic with keys or payment data would go over plain HTTP",
                plain,
            ));
        }
        if merchant.api.base_url.is_none() {
            return Err(Reason::Blocked { by: "api-base-url" }.into());
        }
        if merchant.env_file.as_ref().is_some_and(|file| !file.readable) {
            return Err(Reason::Blocked { by: "api-sandbox-removed" }.into());
        }
        let sandbox = merchant.sandbox.iter().flat_map(|sandbox| {
            [("sandbox.base_url", &sandbox.base_url), ("sandbox.webhook_url", &sandbox.webhook_url)]
                .into_iter()
                .filter_map(|(key, address)| Some((key, address.as_ref()?)))
        });
        let plain: Vec<Evidence> = sandbox
            .filter(|(_, address)| !is_https(address))
            .map(|(key, address)| about(key, address))
            .collect();
        if !plain.is_empty() {
            return Ok(Outcome::warn(
                "the test environment speaks plain HTTP, so TLS is not tested there",
                plain,
            ));
        }
        Ok(Outcome::Pass(urls.iter().map(|(key, address)| about(key, address)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::{address, judge_config, merchant};
    use crate::model::{EnvEntry, EnvFile, Merchant, Sandbox};

    fn env_file(readable: bool, carries: Vec<Carried>) -> Option<EnvFile> {
        let entries = vec![EnvEntry { name: "KWIKPAISA_URL".to_owned(), line: 2, carries }];
        Some(EnvFile {
            path: ".env".to_owned(),
            readable,
            unreadable_lines: Vec::new(),
            entries,
            overridden: Vec::new(),
        })
    }

    #[test]
    fn passes_https_throughout() {
        assert!(matches!(judge_config(&ApiHttps, &merchant()), Outcome::Pass(_)));
    }

    #[test]
    fn fails_every_plain_url_loopback_included() {
        let mut plain = merchant();
        plain.webhook.url = address("http://shop.example/hook");
        plain.network.egress = vec![
            address("http://127.0.0.1/ip").expect("an address"),
            address("nothing").expect("an address"),
        ];
        let Outcome::Fail(finding) = judge_config(&ApiHttps, &plain) else { panic!("fails") };
        assert_eq!(finding.evidence.len(), 3);
    }

    #[test]
    fn fails_a_plain_address_of_the_platform_in_the_env_file() {
        let merchant =
            Merchant { env_file: env_file(true, vec![Carried::PlainHttp]), ..merchant() };
        assert!(matches!(judge_config(&ApiHttps, &merchant), Outcome::Fail(_)));
    }

    #[test]
    fn warns_of_a_plain_sandbox() {
        let sandbox = Sandbox {
            webhook_url: address("http://staging.shop.example/hook"),
            ..Sandbox::default()
        };
        assert!(matches!(
            judge_config(&ApiHttps, &Merchant { sandbox: Some(sandbox), ..merchant() }),
            Outcome::Warn(_)
        ));
    }

    #[test]
    fn is_undecided_without_a_base_url_or_with_an_unreadable_env_file() {
        assert_eq!(
            judge_config(&ApiHttps, &Merchant::default()),
            Outcome::Undecided(Reason::Blocked { by: "api-base-url" })
        );
        let merchant = Merchant { env_file: env_file(false, Vec::new()), ..merchant() };
        assert_eq!(
            judge_config(&ApiHttps, &merchant),
            Outcome::Undecided(Reason::Blocked { by: "api-sandbox-removed" })
        );
    }
}
