//! No sandbox value is present in what production runs.

use crate::model::{CheckMeta, Level, Needs, Reference};
use crate::scan::rule::Topic;
use crate::source::scan_check::{ScanCheck, ScanQuery, Scope};

const META: CheckMeta = CheckMeta {
    id: "source-no-sandbox",
    title: "No sandbox key, host or mode is left in the source tree",
    level: Level::Required,
    covers: &["PC-03", "PC-72"],
    needs: Needs::Source,
    attestable: true,
    waivable: false,
    rationale: "A leftover sends live payments to a system that moves no money, or lets made-up \
                ones of the sandbox in.",
    judged: "The folders of `source.roots` are searched for `pk_test_` and `sk_test_` keys, the \
             configured sandbox credentials, the hosts of the sandbox and of previous API \
             generations, and settings like `KWIKPAISA_ENV=sandbox`, whose names are ours to \
             guess. In code and in production configuration each fails, but for such a setting in \
             code, which warns as all do in configuration of no environment that git tracks. \
             Tests, examples, documentation, other environments, comments and a choice between \
             environments are merely told. Public folders are judged by source-public-clean.",
    remediation: "Take keys and base URL from the environment in every place named here, and keep \
                  sandbox values in files of the test environment.",
    reference: Reference::CHECKLIST,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: ScanCheck = ScanCheck {
    meta: &META,
    question: ScanQuery {
        topics: &[Topic::Sandbox],
        scope: Scope::Source,
        expected: "nothing of the sandbox",
        failure: "sandbox values are still present in what production runs",
        warning: "something of the sandbox stands where production may read it",
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileRole, Hit, MatchContext, Outcome};
    use crate::source::fixture::{ends_as_the_section_does as fixture_ends, hit, judge};

    #[test]
    fn ends_as_the_section_does() {
        fixture_ends(
            &CHECK,
            Some(hit("sandbox-host", FileRole::Code)),
            Some(hit("sandbox-secret", FileRole::Config)),
        );
    }

    #[test]
    fn passes_what_is_at_home_there_and_says_so() {
        for place in [
            FileRole::Test,
            FileRole::Documentation,
            FileRole::Example,
            FileRole::OtherEnvironment,
            FileRole::Vendored,
        ] {
            assert!(
                matches!(judge(&CHECK, vec![hit("sandbox-host", place)]), Outcome::Pass(evidence) if evidence.len() == 2)
            );
        }
        let selected =
            Hit { around: MatchContext::Selected, ..hit("sandbox-host", FileRole::Code) };
        assert!(matches!(judge(&CHECK, vec![selected]), Outcome::Pass(_)));
    }

    #[test]
    fn leaves_public_folders_and_other_rules_to_others() {
        let others =
            vec![hit("sandbox-host", FileRole::Public), hit("live-secret", FileRole::Code)];
        assert!(matches!(judge(&CHECK, others), Outcome::Pass(_)));
    }
}
