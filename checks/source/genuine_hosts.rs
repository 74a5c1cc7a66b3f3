//! No name made to look like the platform's is called.

use crate::model::{CheckMeta, Level, Needs, Reference};
use crate::scan::rule::Topic;
use crate::source::scan_check::{ScanCheck, ScanQuery, Scope};

const META: CheckMeta = CheckMeta {
    id: "source-genuine-hosts",
    title: "No host made to look like the platform's stands in the source tree",
    level: Level::Required,
    covers: &["PC-04"],
    needs: Needs::Source,
    attestable: true,
    rationale: "Whoever owns such a name receives the keys with the first call.",
    judged: "The folders of `source.roots` and `source.public` are searched for addresses whose \
             host resembles the platform's: another ending, swapped letters, the name in front of \
             another domain. In code and configuration each fails; in tests and documentation it \
             warns.",
    remediation: "Write the platform's own host, find out where the other came from, and replace \
                  the keys if it was ever called.",
    reference: Reference::CHECKLIST,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: ScanCheck = ScanCheck {
    meta: &META,
    question: ScanQuery {
        topics: &[Topic::Hosts],
        scope: Scope::Everywhere,
        expected: "the platform's own hosts",
        failure: "the source tree names a host that looks like the platform's",
        warning: "a host that looks like the platform's is named where production does not call it",
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileRole;
    use crate::source::fixture::{ends_as_the_section_does as fixture_ends, hit};

    #[test]
    fn ends_as_the_section_does() {
        fixture_ends(
            &CHECK,
            Some(hit("look-alike-host", FileRole::Code)),
            Some(hit("look-alike-host", FileRole::Documentation)),
        );
    }
}
