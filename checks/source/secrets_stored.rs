//! No secret travels in a file of configuration that others get.

use crate::model::{
    Check, CheckMeta, Facts, Level, Merchant, Needs, Outcome, Probe, Reason, Reference, RunFacts,
    Slot,
};
use crate::scan::rule::Topic;
use crate::source::scan_check::{ScanQuery, Scope, plan};

/// See [`META`].
pub(super) struct SecretsStored;

const META: CheckMeta = CheckMeta {
    id: "source-secrets-stored",
    title: "No env file, image, pipeline or manifest gives a secret away",
    level: Level::Required,
    covers: &["PC-34", "PC-73", "SC-03", "SC-15", "SC-17", "AU-05"],
    needs: Needs::Source,
    attestable: true,
    waivable: false,
    rationale: "What builds and deploys the shop is read by more people and machines than the \
                shop's own code: registries, runners, clusters, backups.",
    judged: "Env files, Dockerfiles, compose files, pipelines, Kubernetes manifests and Terraform \
             in `source.roots` are searched for live keys, the configured secrets and values \
             under a name of the platform's secret. A secret fails where git tracks the file, in \
             a Dockerfile in any case; an API key warns. In an untracked env file it is at home, \
             and warns where every account of the machine may read the file. References to a \
             secret store, sealed manifests (SealedSecret, SOPS) and placeholders are no \
             findings; tests and examples are merely told, but for live secrets, which warn. \
             Without a configured secret nothing can be told of its value.",
    remediation: "Keep secrets in a secret store or in env files that git does not know and only \
                  the service's account can read, and replace those named here.",
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

const QUESTION: ScanQuery = ScanQuery {
    topics: &[Topic::Secrets],
    scope: Scope::Stored,
    expected: "no secret, or one that only its owner can read",
    failure: "a secret is in a file that builds or deploys",
    warning: "a secret is where more can read it than need to",
};

impl Check for SecretsStored {
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
            Outcome::Pass(_) if !looked_for.contains(&Slot::SecretKey) => {
                Err(Reason::Blocked { by: "api-live-secret" }.into())
            }
            outcome => Ok(outcome),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileRole, Hit, SourceSeen};
    use crate::source::fixture::{
        ends_as_the_section_does as fixture_ends, hit, judge, judge_seen, merchant, seen,
    };

    fn at(path: &str, rule: &str, place: FileRole) -> Hit {
        Hit { path: path.to_owned(), ..hit(rule, place) }
    }

    #[test]
    fn ends_as_the_section_does() {
        let (fails, warns) = (
            at("Dockerfile", "live-secret", FileRole::Config),
            at("compose.yml", "live-api-key", FileRole::Config),
        );
        fixture_ends(&SecretsStored, Some(fails), Some(warns));
    }

    #[test]
    fn an_env_file_is_at_home_where_git_does_not_know_it_and_others_cannot_read_it() {
        for (tracked, open_to_all, expected) in [
            (Some(true), Some(false), "fail"),
            (Some(false), Some(false), "pass"),
            (Some(false), None, "pass"),
            (None, Some(false), "pass"),
            (Some(false), Some(true), "warn"),
            (None, Some(true), "warn"),
        ] {
            for place in [FileRole::Production, FileRole::Config] {
                let env =
                    Hit { tracked, open_to_all, ..at(".env.production", "live-secret", place) };
                assert_eq!(
                    judge(&SecretsStored, vec![env]).word(),
                    expected,
                    "{tracked:?} {open_to_all:?} {place:?}"
                );
            }
        }
    }

    #[test]
    fn an_image_gives_away_what_git_does_not_know() {
        let image =
            Hit { tracked: Some(false), ..at("Dockerfile", "named-secret", FileRole::Config) };
        let Outcome::Fail(finding) = judge(&SecretsStored, vec![image]) else { panic!("fails") };
        assert!(finding.fix.is_some_and(|fix| fix.as_str().contains("--mount=type=secret")));
    }

    #[test]
    fn leaves_code_to_others() {
        assert!(matches!(
            judge(&SecretsStored, vec![at("src/pay.js", "live-secret", FileRole::Code)]),
            Outcome::Pass(_)
        ));
    }

    #[test]
    fn waits_for_a_secret_to_look_for() {
        let seen = SourceSeen { looked_for: vec![Slot::ApiKey], ..seen(Vec::new()) };
        assert_eq!(
            judge_seen(&SecretsStored, &merchant(), seen),
            Outcome::Undecided(Reason::Blocked { by: "api-live-secret" })
        );
    }
}
