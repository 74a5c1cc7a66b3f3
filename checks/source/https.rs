//! The platform is called over TLS.

use crate::model::{CheckMeta, Level, Needs, Reference};
use crate::scan::rule::Topic;
use crate::source::scan_check::{ScanCheck, ScanQuery, Scope};

const META: CheckMeta = CheckMeta {
    id: "source-https",
    title: "The source tree calls the platform over HTTPS alone",
    level: Level::Required,
    covers: &["PC-05", "PC-35", "SC-01", "SC-18"],
    needs: Needs::Source,
    attestable: true,
    rationale: "Over plain HTTP the keys and every payment are there for all on the path to read \
                and change.",
    judged: "The folders of `source.roots` and `source.public` are searched for `http://` \
             addresses of the platform. In code and configuration each fails; tests, \
             documentation and comments are merely told.",
    remediation: "Write https:// in every place named here.",
    reference: Reference::SECURITY,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: ScanCheck = ScanCheck {
    meta: &META,
    question: ScanQuery {
        topics: &[Topic::PlainHttp],
        scope: Scope::Everywhere,
        expected: "https://",
        failure: "the platform is called over plain HTTP",
        warning: "a plain-HTTP address of the platform stands where production may read it",
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileRole, Hit, MatchContext, Outcome};
    use crate::source::fixture::{ends_as_the_section_does as fixture_ends, hit, judge};

    #[test]
    fn ends_as_the_section_does() {
        fixture_ends(&CHECK, Some(hit("plain-http", FileRole::Code)), None);
    }

    #[test]
    fn passes_a_comment() {
        let comment = Hit { around: MatchContext::Comment, ..hit("plain-http", FileRole::Code) };
        assert!(matches!(judge(&CHECK, vec![comment]), Outcome::Pass(_)));
    }
}
