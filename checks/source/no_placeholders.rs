//! No placeholder of the documentation is left in.

use crate::model::{CheckMeta, Needs, Reference};
use crate::scan::rule::Topic;
use crate::source::scan_check::{ScanCheck, ScanQuery, Scope};

const META: CheckMeta = CheckMeta {
    id: "source-no-placeholders",
    title: "No placeholder of the documentation is left in the source tree",
    covers: &["PC-06"],
    needs: Needs::Source,
    attestable: true,
    rationale: "A call with `GENERATED_SIGNATURE` in place of a signature is refused, and a \
                secret called `YOUR_SECRET_KEY` is known to all.",
    judged: "Files of `source.roots` and `source.public` that name the platform are searched for \
             the words that its samples leave to be filled in. In production configuration each \
             fails, in code it warns; examples and documentation are merely told. Our own advice.",
    remediation: "Put the value there: a signature and timestamp made for each call, keys from \
                  the environment.",
    reference: Reference::SIGNATURE,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: ScanCheck = ScanCheck {
    meta: &META,
    question: ScanQuery {
        topics: &[Topic::Placeholders],
        scope: Scope::Everywhere,
        expected: "values",
        failure: "production is configured with a placeholder of the documentation",
        warning: "a placeholder of the documentation is left in",
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
            Some(hit("documentation-placeholder", FileRole::Production)),
            Some(hit("documentation-placeholder", FileRole::Code)),
        );
    }
}
