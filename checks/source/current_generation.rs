//! Nothing speaks a previous generation of the API.

use crate::model::{CheckMeta, Needs, Reference};
use crate::scan::rule::Topic;
use crate::source::scan_check::{ScanCheck, ScanQuery, Scope};

const META: CheckMeta = CheckMeta {
    id: "source-current-generation",
    title: "Nothing in the source tree speaks a previous generation of the API",
    covers: &["PC-04"],
    needs: Needs::Source,
    attestable: true,
    rationale: "The published SDKs and samples of previous generations send the secret along or \
                compile it into the app, and none of them speaks the API that goes live.",
    judged: "The folders of `source.roots` and `source.public` are searched for the published \
             SDKs, the credentials of the first generation and the checksum of the second. In \
             code and configuration each fails; in lock files, vendored code, tests and \
             documentation it is merely told. Our own advice: the platform's pages do not forbid \
             it.",
    remediation: "Remove what is named here, and call the API of this generation (/api/v3) from \
                  the server.",
    reference: Reference::HEADERS,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: ScanCheck = ScanCheck {
    meta: &META,
    question: ScanQuery {
        topics: &[Topic::PreviousGeneration],
        scope: Scope::Everywhere,
        expected: "the present API",
        failure: "the source tree speaks a previous generation of the API",
        warning: "a previous generation of the API is named where production may read it",
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileRole;
    use crate::source::fixture::{ends_as_the_section_does as fixture_ends, hit};

    #[test]
    fn ends_as_the_section_does() {
        fixture_ends(&CHECK, Some(hit("previous-sdk", FileRole::Code)), None);
    }
}
