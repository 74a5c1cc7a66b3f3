//! What browsers and phones get holds neither keys nor the sandbox.

use crate::model::{
    Check, CheckMeta, Facts, Level, Merchant, Needs, Outcome, Probe, Reference, RunFacts,
};
use crate::scan::rule::Topic;
use crate::source::scan_check::{ScanQuery, Scope, plan};

/// See [`META`].
pub(super) struct PublicClean;

const META: CheckMeta = CheckMeta {
    id: "source-public-clean",
    title: "What browsers and phones get holds no key and nothing of the sandbox",
    level: Level::Required,
    covers: &["PC-10", "PC-73", "SC-13", "SC-14", "SV-05"],
    needs: Needs::Source,
    attestable: true,
    waivable: false,
    rationale: "Everything in a page or an app is public, however it was packed.",
    judged: "All of `source.public` is searched, whatever git ignores: minified files, source \
             maps and binary ones too. A key, sandbox ones included, or a sandbox host fails; the \
             API itself, called from there, warns. An archive, such as a .zip or .tar.gz, cannot \
             be looked into and warns. An app package cannot be looked into and leaves it \
             undecided: name a folder with its contents. `public = []` says that nothing goes to \
             browsers or phones.",
    remediation: "Move calls and keys behind your own server, rebuild, and replace every key \
                  that was in the bundle.",
    reference: Reference::SECURITY_CHECKS,
    ..CheckMeta::USUAL
};

const QUESTION: ScanQuery = ScanQuery {
    topics: &[Topic::Secrets, Topic::Sandbox],
    scope: Scope::Public,
    expected: "no key and nothing of the sandbox",
    failure: "what browsers or phones get holds a key or something of the sandbox",
    warning: "what browsers or phones get speaks to the platform itself",
};

impl Check for PublicClean {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        plan()
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let merchant = facts.merchant;
        if merchant.source.public.is_empty() && merchant.places.contains_key("source.public") {
            return Ok(Outcome::NotApplicable(
                "`source.public` is empty: nothing goes to browsers or phones".into(),
            ));
        }
        QUESTION.judge(facts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        FileRole, Hit, Place, Reason, Show as _, SourceSeen, Unlooked, WhyUnlooked,
    };
    use crate::source::fixture::{
        ends_as_the_section_does as fixture_ends, hit, judge, judge_seen, merchant, seen,
    };

    #[test]
    fn ends_as_the_section_does() {
        fixture_ends(
            &PublicClean,
            Some(hit("live-secret", FileRole::Public)),
            Some(hit("api-in-public", FileRole::Public)),
        );
    }

    #[test]
    fn fails_the_sandbox_in_a_bundle_and_leaves_code_to_others() {
        assert!(matches!(
            judge(&PublicClean, vec![hit("sandbox-api-key", FileRole::Public)]),
            Outcome::Fail(_)
        ));
        assert!(matches!(
            judge(&PublicClean, vec![hit("live-secret", FileRole::Code)]),
            Outcome::Pass(_)
        ));
    }

    #[test]
    fn a_live_secret_comes_first_and_says_what_to_do() {
        let at = |rule, path: &str| Hit { path: path.to_owned(), ..hit(rule, FileRole::Public) };
        let found =
            vec![at("sandbox-host", "0.js"), at("live-api-key", "a.js"), at("live-secret", "b.js")];
        let Outcome::Fail(finding) = judge(&PublicClean, found) else { panic!("fails") };
        let paths: Vec<String> =
            finding.evidence.iter().map(|evidence| evidence.subject.show()).collect();
        assert_eq!(paths, ["\"dist/b.js\":7", "\"dist/a.js\":7", "\"dist/0.js\":7"]);
        assert!(finding.fix.is_some_and(|fix| fix.as_str().contains("replace the key")));
    }

    #[test]
    fn is_undecided_where_an_app_package_hides_what_is_in_it() {
        let package = Unlooked {
            folder: 1,
            why: WhyUnlooked::AppPackage,
            path: "app.apk".to_owned(),
            count: 1,
        };
        let outcome = judge_seen(
            &PublicClean,
            &merchant(),
            SourceSeen { unlooked: vec![package], ..seen(Vec::new()) },
        );
        assert!(matches!(outcome, Outcome::Undecided(Reason::NoWayToObserve(_))), "{outcome:?}");
    }

    #[test]
    fn warns_of_an_archive_that_hides_what_is_in_it() {
        let archive = |folder| Unlooked {
            folder,
            why: WhyUnlooked::Archive,
            path: "site.zip".to_owned(),
            count: 1,
        };
        let of = |folder| {
            judge_seen(
                &PublicClean,
                &merchant(),
                SourceSeen { unlooked: vec![archive(folder)], ..seen(Vec::new()) },
            )
        };
        assert!(
            matches!(of(1), Outcome::Warn(finding) if finding.evidence[0].subject.show().contains("site.zip"))
        );
        assert!(matches!(of(0), Outcome::Pass(_)), "in the source it is merely told");
    }

    #[test]
    fn does_not_apply_to_a_merchant_who_says_that_nothing_is_public() {
        let mut merchant = merchant();
        merchant.source.public.clear();
        merchant.places.insert("source.public".to_owned(), Place { line: 3, column: 1 });
        assert!(matches!(
            judge_seen(&PublicClean, &merchant, seen(Vec::new())),
            Outcome::NotApplicable(_)
        ));
    }
}
