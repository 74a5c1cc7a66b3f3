//! No key is written out in the source tree.

use super::question::{Question, Scope, plan};
use super::rule::Topic;
use crate::model::{Check, CheckMeta, Facts, Level, Merchant, Needs, Outcome, Probe, Reason, Reference, RunFacts, Slot};

/// See [`META`].
pub(super) struct NoExposedKeys;

const META: CheckMeta = CheckMeta {
    id: "source-no-exposed-keys",
    title: "No live key or secret is written out in the code",
    level: Level::Required,
    covers: &["PC-34", "PC-73", "SC-13", "SC-15", "SC-17", "AU-05", "AU-06"],
    needs: Needs::Source,
    attestable: true,
    waivable: false,
    rationale: "What is in the tree is on every laptop, in every image and in the history of git.",
    judged: "The folders of `source.roots` are searched for `sk_live_` and `pk_live_` keys, for values under a name of the platform's secret and for the configured secrets themselves: as they are, in Base64, in hex and URL-encoded. A secret key fails in code and in configuration that git tracks, a value under such a name warns in code, an API key warns; in tests and documentation a live secret still warns. Configuration that git does not track may hold keys. Placeholders and keys of other providers are merely told. Without a configured secret nothing can be told of it. Env files, images, pipelines, manifests and Terraform are judged by source-secrets-stored.",
    remediation: "Take the keys named here out, load them from the environment or a secret store, and replace each of them.",
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

const QUESTION: Question = Question {
    topics: &[Topic::Secrets],
    scope: Scope::Written,
    expected: "no key",
    failure: "a key is written out in the source tree",
    warning: "a key stands in the source tree",
};

impl Check for NoExposedKeys {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        plan()
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let outcome = QUESTION.judge(facts)?;
        let looked_for = &facts.seen.source.get()?.looked_for;
        match outcome {
            Outcome::Pass(_) if !looked_for.contains(&Slot::SecretKey) => Err(Reason::Blocked { by: "api-live-secret" }.into()),
            outcome => Ok(outcome),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FilePlace, Hit, SourceSeen};
    use crate::source::fixture::{ends_as_the_section_does as fixture_ends, hit, judge, judge_seen, merchant, seen};

    #[test]
    fn ends_as_the_section_does() {
        fixture_ends(&NoExposedKeys, Some(hit("own-secret", FilePlace::Test)), Some(hit("live-secret", FilePlace::Documentation)));
    }

    #[test]
    fn fails_a_live_secret_that_git_tracks_and_lets_other_configuration_have_it() {
        let env = Hit { path: "config/production.yml".to_owned(), ..hit("live-secret", FilePlace::Production) };
        assert!(matches!(judge(&NoExposedKeys, vec![env.clone()]), Outcome::Fail(_)));
        assert!(matches!(judge(&NoExposedKeys, vec![Hit { tracked: Some(false), ..env }]), Outcome::Pass(_)));
    }

    #[test]
    fn waits_for_a_secret_to_look_for() {
        let seen = SourceSeen { looked_for: vec![Slot::ApiKey], ..seen(Vec::new()) };
        let outcome = judge_seen(&NoExposedKeys, &merchant(), seen);
        assert_eq!(outcome, Outcome::Undecided(Reason::Blocked { by: "api-live-secret" }));
    }
}
