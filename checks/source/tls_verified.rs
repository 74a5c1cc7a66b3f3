//! TLS verification is switched off nowhere.

use crate::model::{CheckMeta, Level, Needs, Reference};
use crate::scan::rule::Topic;
use crate::source::scan_check::{ScanCheck, ScanQuery, Scope};

const META: CheckMeta = CheckMeta {
    id: "source-tls-verified",
    title: "TLS verification is switched off nowhere that calls the platform",
    level: Level::Required,
    covers: &["PC-05", "PC-35"],
    needs: Needs::Source,
    attestable: true,
    rationale: "TLS without verification keeps nobody out: anybody on the path can read the keys \
                and answer in the platform's place.",
    judged: "Files of `source.roots` and `source.public` that name the platform are searched for \
             switches that turn verification off, in JavaScript, PHP, Python, Go, Java, Kotlin, \
             Ruby, C#, Dart, Rust and on command lines; a switch for the whole process counts in \
             every file. In code and configuration each fails, under a choice between \
             environments it warns. Other clients, such as a database's, are not meant.",
    remediation: "Remove the switches named here; where a private authority is needed, name its \
                  certificate in place of turning verification off.",
    reference: Reference::SECURITY,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: ScanCheck = ScanCheck {
    meta: &META,
    question: ScanQuery {
        topics: &[Topic::TlsVerification],
        scope: Scope::Everywhere,
        expected: "verification on",
        failure: "TLS verification is switched off",
        warning: "TLS verification may be switched off",
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
            Some(hit("tls-php", FileRole::Code)),
            Some(Hit { around: MatchContext::Selected, ..hit("tls-node", FileRole::Code) }),
        );
    }

    #[test]
    fn warns_of_a_switch_for_the_whole_process_in_a_file_that_does_not_name_the_platform() {
        let process = Hit { platform: false, ..hit("tls-node-process", FileRole::Code) };
        assert!(matches!(judge(&CHECK, vec![process]), Outcome::Warn(_)));
    }
}
