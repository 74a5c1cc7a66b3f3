//! No code writes secrets or signatures to a log.

use crate::model::{CheckMeta, Level, Needs, Reference};
use crate::scan::rule::Topic;
use crate::source::code_mistake::{CodeMistake, question, silent};

const META: CheckMeta = CheckMeta {
    id: "source-logs-no-secret",
    title: "No code writes secrets or signatures to a log",
    level: Level::Recommended,
    covers: &["SC-13", "PC-34"],
    needs: Needs::Source,
    attestable: true,
    rationale: "Logs are read, copied and kept by many who must not sign for the merchant, and an \
                expected signature makes a forged event good.",
    judged: "Code in JavaScript, TypeScript, PHP, Python, Java, Go, Ruby, C# and Dart that names \
             the platform, or signs as it does, is searched for log statements that are given \
             something named for a secret or a signature. Each warns. Its length, whether it is \
             set, a masked form of it, and a signature on a level for debugging are not meant. \
             The platform asks for logs of verification outcomes, not of signatures. The rules \
             read code a little and are golive's heuristics: they are silent where they are not \
             sure, so that finding nothing is no proof.",
    remediation: "Log the outcome and the order's id, and leave secrets and signatures out.",
    reference: Reference::SECURITY,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: CodeMistake = CodeMistake {
    meta: &META,
    question: question(
        &[Topic::Logs],
        "outcomes alone",
        "a secret or a signature is given to a log statement",
    ),
    symptom: silent,
    in_public: false,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FileRole;
    use crate::source::fixture::{ends_as_mistakes_do as mistake_ends, hit};

    #[test]
    fn ends_as_mistakes_do() {
        mistake_ends(
            &CHECK,
            &[hit("logs-secret", FileRole::Code), hit("logs-signature", FileRole::Code)],
        );
    }
}
