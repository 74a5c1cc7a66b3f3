//! Production and the sandbox share nothing.

use crate::model::{
    Address, Check, CheckMeta, Credential, Endpoint, Evidence, Facts, MissingSecret, Outcome,
    Prefix, Quoted, Reason, Reference, Sandbox, Slot, Text,
};
use crate::platform::hosts::{self, HostKind};
use crate::text;

/// See [`META`].
pub(super) struct SandboxSeparate;

const META: CheckMeta = CheckMeta {
    id: "api-sandbox-separate",
    title: "Production and sandbox share no key, host or webhook",
    covers: &["IP-12", "UAT-09", "UAT-10"],
    attestable: true,
    rationale: "Webhooks carry no mark of their environment: whatever both share lets a test \
                event count as money, or sends money to the test.",
    judged: "Compares `[api]`, `[webhook]` and `[network]` with `[sandbox]`: keys, secrets, API \
             hosts, webhook URL and wallet must differ, `[sandbox]` must hold test keys and the \
             sandbox's host; an address on both whitelists warns. Without `[sandbox]`, or with \
             keys or URLs missing there, nothing can be compared and it is undecided. Whether the \
             production webhook refuses the sandbox secret is `webhook-rejects-sandbox-secret`'s \
             to say.",
    remediation: "Give each environment its own keys, secret, webhook URL and wallet, and list \
                  what the test environment uses under `[sandbox]`.",
    reference: Reference::WHITELISTING,
    ..CheckMeta::USUAL
};

impl Check for SandboxSeparate {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let Some(sandbox) = &facts.merchant.sandbox else {
            return Err(Reason::NoWayToObserve(
                "no `[sandbox]` says what the test environment uses".into(),
            )
            .into());
        };
        let mut seen = KeyComparison::default();
        keys(facts, &mut seen);
        urls(facts, sandbox, &mut seen);
        if let Some(same) = sandbox.wallet_id {
            let verdict = if same.0 { Separation::Shared } else { Separation::Apart };
            seen.add(
                verdict,
                "sandbox.wallet_id",
                "another wallet than `api.wallet_id`",
                if same.0 { "the same" } else { "another" },
            );
        }
        for entry in sandbox.whitelist.iter().filter(|entry| {
            facts.merchant.network.whitelist.iter().any(|live| live.trim() == entry.trim())
        }) {
            seen.add(
                Separation::Narrow,
                "sandbox.whitelist",
                "addresses of the test environment alone",
                text!("{} is on both whitelists", Quoted(entry)),
            );
        }
        seen.end()
    }
}

/// What a comparison showed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Separation {
    Shared,
    Narrow,
    Apart,
}

#[derive(Default)]
struct KeyComparison {
    seen: Vec<(Separation, Evidence)>,
    /// The first thing that could not be compared.
    missing: Option<Reason>,
}

impl KeyComparison {
    fn add(
        &mut self,
        verdict: Separation,
        key: &'static str,
        expected: impl Into<Text>,
        observed: impl Into<Text>,
    ) {
        self.seen.push((verdict, Evidence::config(key, expected, observed)));
    }

    fn miss(&mut self, reason: Reason) {
        self.missing.get_or_insert(reason);
    }

    fn end(self) -> anyhow::Result<Outcome> {
        let of = |wanted: Separation| {
            self.seen
                .iter()
                .filter(move |(verdict, _)| *verdict == wanted)
                .map(|(_, evidence)| evidence.clone())
                .collect::<Vec<_>>()
        };
        let (shared, narrow) = (of(Separation::Shared), of(Separation::Narrow));
        if !shared.is_empty() {
            return Ok(Outcome::fail("production and the sandbox are mixed", shared));
        }
        if let Some(reason) = self.missing {
            return Err(reason.into());
        }
        if !narrow.is_empty() {
            return Ok(Outcome::warn("production and the sandbox are hardly apart", narrow));
        }
        Ok(Outcome::Pass(of(Separation::Apart)))
    }
}

fn keys(facts: &Facts<'_>, seen: &mut KeyComparison) {
    for (slot, live, by) in [
        (Slot::SandboxApiKey, Slot::ApiKey, "api-live-key"),
        (Slot::SandboxSecretKey, Slot::SecretKey, "api-live-secret"),
    ] {
        let found = match facts.merchant.credential(slot) {
            Some(Credential::Found(found)) => found,
            Some(Credential::Missing { why: MissingSecret::NotRun, .. }) => {
                seen.miss(Reason::Declined(text!(
                    "this command runs no program, so `{}` was not fetched",
                    slot.key()
                )));
                continue;
            }
            Some(Credential::Missing { origin, .. }) => {
                seen.miss(Reason::NoWayToObserve(text!(
                    "`{}` was not found in {}, so it cannot be compared",
                    slot.key(),
                    origin
                )));
                continue;
            }
            None => {
                seen.miss(Reason::NoWayToObserve(text!(
                    "`{}` is not set, so it cannot be compared",
                    slot.key()
                )));
                continue;
            }
        };
        let equals = |twin: &&Slot| matches!(twin, Slot::ApiKey | Slot::SecretKey);
        if let Some(twin) = found.equals.iter().find(equals) {
            seen.add(
                Separation::Shared,
                slot.key(),
                text!("another value than `{}`", live.key()),
                text!("the same value as `{}`", twin.key()),
            );
        } else if matches!(found.prefix, Prefix::ApiLive | Prefix::SecretLive) {
            seen.add(Separation::Shared, slot.key(), "a test key", "a live key");
        } else if facts.merchant.secret(live).is_none() {
            seen.miss(Reason::Blocked { by });
        } else if matches!(found.prefix, Prefix::ApiTest | Prefix::SecretTest) {
            seen.add(
                Separation::Apart,
                slot.key(),
                text!("another value than `{}`", live.key()),
                "another, a test key",
            );
        } else {
            seen.add(
                Separation::Narrow,
                slot.key(),
                "a key that begins with `pk_test_` or `sk_test_`",
                "another value than the live one, without that prefix",
            );
        }
    }
}

fn urls(facts: &Facts<'_>, sandbox: &Sandbox, seen: &mut KeyComparison) {
    let pair = |key: &'static str,
                test: &Option<Address>,
                live: &Option<Address>,
                by: &'static str,
                seen: &mut KeyComparison| {
        let (test, live) =
            (test.as_ref().and_then(Address::url), live.as_ref().and_then(Address::url));
        match (test, live) {
            (Some(test), Some(live)) => Some((test.clone(), live.clone())),
            (None, _) => {
                seen.miss(Reason::NoWayToObserve(text!(
                    "`{}` is not set to a URL, so it cannot be compared",
                    key
                )));
                None
            }
            (_, None) => {
                seen.miss(Reason::Blocked { by });
                None
            }
        }
    };
    const BASE: &str = "sandbox.base_url";
    const HOOK: &str = "sandbox.webhook_url";
    if let Some((test, live)) =
        pair(BASE, &sandbox.base_url, &facts.merchant.api.base_url, "api-base-url", seen)
    {
        let kind = hosts::kind_of(&test);
        let verdict = match kind {
            _ if test.host == live.host => Separation::Shared,
            HostKind::Production => Separation::Shared,
            HostKind::Sandbox => Separation::Apart,
            HostKind::PreviousUat
            | HostKind::FirstGeneration
            | HostKind::Site
            | HostKind::OtherPlatform
            | HostKind::LookAlike(_)
            | HostKind::Other => Separation::Narrow,
        };
        seen.add(
            verdict,
            BASE,
            "https://sandbox.kwikpaisa.com",
            text!("{}, {}", test, kind.words()),
        );
    }
    if let Some((test, live)) =
        pair(HOOK, &sandbox.webhook_url, &facts.merchant.webhook.url, "webhook-url", seen)
    {
        let same = test.authority() == live.authority() && test.path == live.path;
        let verdict = match (same, test.query || live.query) {
            (true, false) => Separation::Shared,
            (true, true) => Separation::Narrow,
            (false, _) => Separation::Apart,
        };
        seen.add(verdict, HOOK, "another URL than `webhook.url`", webhook_words(&test, verdict));
    }
}

fn webhook_words(test: &Endpoint, verdict: Separation) -> Text {
    match verdict {
        Separation::Shared => text!("{}, the same", test),
        Separation::Narrow => text!("{}, which differs in its query at most", test),
        Separation::Apart => text!("{}", test),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::example::{address, judge_config, key, key_equal_to, merchant};
    use crate::model::{Merchant, SameAsLive};

    fn apart() -> Merchant {
        let mut merchant = merchant();
        merchant.webhook.url = address("https://shop.example/hook");
        merchant.network.whitelist = vec!["103.21.244.15".to_owned()];
        merchant.sandbox = Some(Sandbox {
            base_url: address("https://sandbox.kwikpaisa.com"),
            api_key: key("pk_test_MARKER4d8s1k6w3z9c5t2y"),
            secret_key: key("sk_test_MARKER7f3k9q2x8v1m4n6b"),
            wallet_id: Some(SameAsLive(false)),
            webhook_url: address("https://staging.shop.example/hook"),
            whitelist: vec!["198.51.100.7".to_owned()],
        });
        merchant
    }

    fn with(change: impl FnOnce(&mut Sandbox)) -> Outcome {
        let mut merchant = apart();
        change(merchant.sandbox.as_mut().expect("is set"));
        judge_config(&SandboxSeparate, &merchant)
    }

    #[test]
    fn passes_what_is_apart() {
        assert!(matches!(judge_config(&SandboxSeparate, &apart()), Outcome::Pass(_)));
    }

    #[test]
    fn fails_each_thing_that_is_shared() {
        for outcome in [
            with(|s| s.api_key = key_equal_to("pk_test_MARKER4d8s1k6w3z9c5t2y", Slot::ApiKey)),
            with(|s| {
                s.secret_key = key_equal_to("sk_test_MARKER7f3k9q2x8v1m4n6b", Slot::SecretKey)
            }),
            with(|s| s.api_key = key("pk_live_MARKER4d8s1k6w3z9c5t2y")),
            with(|s| s.base_url = address("https://api.kwikpaisa.com")),
            with(|s| s.webhook_url = address("https://shop.example/hook")),
            with(|s| s.wallet_id = Some(SameAsLive(true))),
        ] {
            assert!(matches!(outcome, Outcome::Fail(_)), "{outcome:?}");
        }
    }

    #[test]
    fn warns_of_what_is_hardly_apart() {
        for outcome in [
            with(|s| s.whitelist = vec!["103.21.244.15".to_owned()]),
            with(|s| s.webhook_url = address("https://shop.example/hook?env=test")),
            with(|s| s.base_url = address("https://mock.shop.example")),
            with(|s| s.secret_key = key("MARKER7f3k9q2x8v1m4n6b")),
        ] {
            assert!(matches!(outcome, Outcome::Warn(_)), "{outcome:?}");
        }
    }

    #[test]
    fn is_undecided_when_there_is_nothing_to_compare() {
        assert!(matches!(
            judge_config(&SandboxSeparate, &merchant()),
            Outcome::Undecided(Reason::NoWayToObserve(_))
        ));
        for outcome in [
            with(|s| s.secret_key = None),
            with(|s| s.base_url = None),
            with(|s| s.webhook_url = None),
            with(|s| *s = Sandbox::default()),
        ] {
            assert!(
                matches!(outcome, Outcome::Undecided(Reason::NoWayToObserve(_))),
                "{outcome:?}"
            );
        }
        let mut bare = apart();
        bare.api.api_key = None;
        assert_eq!(
            judge_config(&SandboxSeparate, &bare),
            Outcome::Undecided(Reason::Blocked { by: "api-live-key" })
        );
    }
}
