//! No key is written out in the source tree.

use crate::model::{
    Check, CheckMeta, Evidence, Facts, FilePath, Finding, Level, Merchant, Needs, Outcome, Probe,
    Quoted, Reason, Reference, RepositorySeen, RunFacts, Slot, Subject, Weight,
};
use crate::scan::rule::Topic;
use crate::scan::severity::{GradedFinding, past, past_gap};
use crate::source::scan_check::{NAMED, ScanQuery, Scope, plan};
use crate::text;

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
    judged: "The folders of `source.roots` are searched for `sk_live_` and `pk_live_` keys, for \
             values under a name of the platform's secret and for the configured secrets \
             themselves: as they are, in Base64, in hex and URL-encoded. A secret key fails in \
             code and in configuration that git tracks, a value under such a name warns in code, \
             an API key warns; in tests and documentation a live secret still warns. \
             Configuration that git does not track may hold keys. Placeholders and keys of other \
             providers are merely told. Without a configured secret nothing can be told of it. \
             Env files, images, pipelines, manifests and Terraform are judged by \
             source-secrets-stored. `--history` has every version of every file that git keeps \
             searched, too: a live key in there fails like one in the tree, and what could not be \
             read to its end leaves it undecided; without it nothing is said of the history.",
    remediation: "Take the keys named here out, load them from the environment or a secret store, \
                  and replace each of them.",
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

const QUESTION: ScanQuery = ScanQuery {
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
        let past = Past::of(facts);
        let outcome = QUESTION.judge(facts);
        match outcome {
            Ok(Outcome::Fail(mut finding)) => {
                finding.evidence.extend(past.of_weight(Weight::Failure));
                return Ok(Outcome::Fail(finding));
            }
            Ok(_) | Err(_) => {
                let failures = past.of_weight(Weight::Failure);
                if !failures.is_empty() {
                    return Ok(Outcome::Fail(
                        Finding::new("a key is in the history of git", failures)
                            .fix(PAST_FIX)
                            .repeat(AGAIN),
                    ));
                }
            }
        }
        let outcome = outcome?;
        if let Some((folder, why)) = past.gap {
            return Err(Reason::Capped(text!("the history of {} {}", Quoted(folder), why)).into());
        }
        let warnings = past.of_weight(Weight::Warning);
        let looked_for = &facts.seen.source.get()?.looked_for;
        match outcome {
            Outcome::Warn(mut finding) => {
                finding.evidence.extend(warnings);
                Ok(Outcome::Warn(finding))
            }
            Outcome::Pass(_) if !warnings.is_empty() => Ok(Outcome::Warn(
                Finding::new("a key stands in the history of git", warnings)
                    .fix(PAST_FIX)
                    .repeat(AGAIN),
            )),
            Outcome::Pass(_) if !looked_for.contains(&Slot::SecretKey) => {
                Err(Reason::Blocked { by: "api-live-secret" }.into())
            }
            Outcome::Pass(mut evidence) => {
                evidence.extend(past.looked_at());
                Ok(Outcome::Pass(evidence))
            }
            outcome => Ok(outcome),
        }
    }
}

/// What to do about a key that the history holds.
const PAST_FIX: &str = "Replace the key: whoever has a copy of the repository has it, and no \
                        later commit calls it back.";
/// How to see it again.
const AGAIN: &str = "golive scan --history";

/// The history of git, where somebody asked for it; nothing else.
struct Past<'a> {
    found: Vec<(&'a str, GradedFinding<'a>)>,
    gap: Option<(&'a str, &'static str)>,
    repositories: &'a [RepositorySeen],
}

impl<'a> Past<'a> {
    fn of(facts: &Facts<'a>) -> Self {
        match facts.seen.source.get() {
            Ok(seen) => Self {
                found: past(seen),
                gap: past_gap(seen),
                repositories: seen.history.as_ref().map_or(&[], |history| &history.repositories),
            },
            Err(_) => Self { found: Vec::new(), gap: None, repositories: &[] },
        }
    }

    /// What weighs so much, as many as a finding names.
    fn of_weight(&self, weight: Weight) -> Vec<Evidence> {
        let found: Vec<_> = self.found.iter().filter(|(_, found)| found.weight == weight).collect();
        let mut evidence: Vec<Evidence> =
            found.iter().take(NAMED).map(|(commit, found)| in_commit(commit, found)).collect();
        if found.len() > NAMED {
            let words =
                text!("{} more in the history; `{}` names them", found.len() - NAMED, AGAIN);
            evidence.push(Evidence::of(Subject::Run("history of git"), "no key", words));
        }
        evidence
    }

    /// What a pass rests on, accepted findings among it.
    fn looked_at(&self) -> impl Iterator<Item = Evidence> {
        let repositories = self.repositories.iter().map(|repository| {
            let path = Subject::File { path: FilePath::new(&repository.path), line: None };
            let words = text!(
                "nothing that counts in {} commits, {} versions of files",
                repository.commits,
                repository.files
            );
            Evidence::of(path, "no key in the history of git", words)
        });
        let accepted =
            self.found.iter().filter(|(_, found)| found.hit.allowed.is_some()).take(NAMED);
        repositories.chain(accepted.map(|(commit, found)| in_commit(commit, found)))
    }
}

/// A finding of the history.
fn in_commit(commit: &str, found: &GradedFinding<'_>) -> Evidence {
    let hit = found.hit;
    let line = hit.line.and_then(|line| usize::try_from(line).ok());
    let words = text!(
        "in commit {}: {}, {} ({}), rule {}",
        Quoted(commit),
        found.rule.what,
        Quoted(&hit.excerpt),
        hit.circumstances(),
        found.rule.id
    );
    Evidence::of(
        Subject::File { path: FilePath::past(&hit.path), line },
        "no key in the history of git",
        words,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        Allowed, AllowedBy, FileRole, HistorySeen, HistoryState, Hit, PastHit, SourceSeen,
    };
    use crate::source::fixture::{
        ends_as_the_section_does as fixture_ends, hit, judge, judge_seen, merchant, seen,
    };

    #[test]
    fn ends_as_the_section_does() {
        fixture_ends(
            &NoExposedKeys,
            Some(hit("own-secret", FileRole::Test)),
            Some(hit("live-secret", FileRole::Documentation)),
        );
    }

    #[test]
    fn fails_a_live_secret_that_git_tracks_and_lets_other_configuration_have_it() {
        let env = Hit {
            path: "config/production.yml".to_owned(),
            ..hit("live-secret", FileRole::Production)
        };
        assert!(matches!(judge(&NoExposedKeys, vec![env.clone()]), Outcome::Fail(_)));
        assert!(matches!(
            judge(&NoExposedKeys, vec![Hit { tracked: Some(false), ..env }]),
            Outcome::Pass(_)
        ));
    }

    /// A history with these keys.
    fn with_history(hits: Vec<Hit>, state: HistoryState) -> SourceSeen {
        let repository = RepositorySeen {
            path: ".".to_owned(),
            state,
            commits: 40,
            files: 90,
            ..RepositorySeen::default()
        };
        let found = hits.len() as u64;
        let hits =
            hits.into_iter().map(|hit| PastHit { commit: "0a1b2c3d4e".to_owned(), hit }).collect();
        SourceSeen {
            history: Some(HistorySeen { repositories: vec![repository], hits, found }),
            ..seen(Vec::new())
        }
    }

    #[test]
    fn fails_a_key_in_the_history_and_names_the_commit() {
        let seen = with_history(vec![hit("live-secret", FileRole::Code)], HistoryState::Searched);
        let Outcome::Fail(finding) = judge_seen(&NoExposedKeys, &merchant(), seen) else {
            panic!("fails")
        };
        assert!(finding.evidence[0].observed.as_str().contains("0a1b2c3d4e"), "{finding:?}");
        assert!(finding.fix.is_some_and(|fix| fix.as_str().starts_with("Replace the key")));
        let both = SourceSeen {
            hits: vec![hit("live-secret", FileRole::Code)],
            ..with_history(vec![hit("live-secret", FileRole::Code)], HistoryState::Searched)
        };
        assert!(
            matches!(judge_seen(&NoExposedKeys, &merchant(), both), Outcome::Fail(finding) if finding.evidence.len() == 2)
        );
    }

    #[test]
    fn warns_of_a_key_in_tests_of_the_past_and_passes_what_was_accepted() {
        let seen = with_history(vec![hit("live-secret", FileRole::Test)], HistoryState::Searched);
        assert!(matches!(judge_seen(&NoExposedKeys, &merchant(), seen), Outcome::Warn(_)));
        let allowed =
            Some(Allowed { by: AllowedBy::Baseline, reason: "replaced in May".to_owned() });
        let seen = with_history(
            vec![Hit { allowed, ..hit("live-secret", FileRole::Code) }],
            HistoryState::Searched,
        );
        let Outcome::Pass(evidence) = judge_seen(&NoExposedKeys, &merchant(), seen) else {
            panic!("passes")
        };
        assert!(
            evidence.iter().any(|evidence| evidence.observed.as_str().contains("40 commits")),
            "{evidence:?}"
        );
        assert!(
            evidence.iter().any(|evidence| evidence.observed.as_str().contains("replaced in May")),
            "{evidence:?}"
        );
    }

    #[test]
    fn is_undecided_where_the_history_was_not_read_to_its_end() {
        use HistoryState::{Failed, NoRepository, Partial, TooLong, TooMuch};
        for state in [Failed, NoRepository, Partial, TooLong, TooMuch] {
            let outcome = judge_seen(&NoExposedKeys, &merchant(), with_history(Vec::new(), state));
            assert!(
                matches!(outcome, Outcome::Undecided(Reason::Capped(_))),
                "{state:?}: {outcome:?}"
            );
            let found = with_history(vec![hit("live-secret", FileRole::Code)], state);
            assert!(matches!(judge_seen(&NoExposedKeys, &merchant(), found), Outcome::Fail(_)));
        }
    }

    #[test]
    fn waits_for_a_secret_to_look_for() {
        let seen = SourceSeen { looked_for: vec![Slot::ApiKey], ..seen(Vec::new()) };
        let outcome = judge_seen(&NoExposedKeys, &merchant(), seen);
        assert_eq!(outcome, Outcome::Undecided(Reason::Blocked { by: "api-live-secret" }));
    }
}
