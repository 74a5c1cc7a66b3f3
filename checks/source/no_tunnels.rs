//! No address of a tunnel is left in.

use crate::model::{CheckMeta, Needs, Reference};
use crate::scan::rule::Topic;
use crate::source::scan_check::{ScanCheck, ScanQuery, Scope};

const META: CheckMeta = CheckMeta {
    id: "source-no-tunnels",
    title: "No address of a developer's tunnel is left in the source tree",
    covers: &["WH-09"],
    needs: Needs::Source,
    attestable: true,
    rationale: "Events sent through a tunnel reach a developer's machine, and nobody once it is \
                switched off.",
    judged: "The folders of `source.roots` and `source.public` are searched for addresses of \
             tunnels and of services that catch webhooks. In production configuration each fails, \
             in code it warns; tests, documentation and other environments are merely told. Our \
             own advice.",
    remediation: "Take the address from the environment, and let production's be the server's own \
                  name.",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: ScanCheck = ScanCheck {
    meta: &META,
    question: ScanQuery {
        topics: &[Topic::Tunnels],
        scope: Scope::Everywhere,
        expected: "no tunnel",
        failure: "production is configured with the address of a tunnel",
        warning: "the address of a tunnel is left in",
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
            Some(hit("tunnel-host", FileRole::Production)),
            Some(hit("tunnel-host", FileRole::Code)),
        );
    }
}
