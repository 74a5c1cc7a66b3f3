//! No code makes a timestamp once and sends it with every request.

use crate::model::{CheckMeta, Level, Needs, Reference};
use crate::scan::rule::Topic;
use crate::source::code_mistake::{CodeMistake, question, silent};

const META: CheckMeta = CheckMeta {
    id: "source-fresh-timestamps",
    title: "No code makes a timestamp once and sends it with every request",
    level: Level::Recommended,
    covers: &["PC-09", "SC-09"],
    needs: Needs::Source,
    attestable: true,
    rationale: "A timestamp of the program's start is too old after some minutes, and every call \
                is refused from then on.",
    judged: "Code in JavaScript, TypeScript, PHP, Python, Java, Go, Ruby, C# and Dart that names \
             the platform, or signs as it does, is searched for timestamps that are made where \
             the module is loaded, in a static field or as the default of an argument, and used \
             by a function that signs; and for an `X-TIMESTAMP` with a number that is written \
             out. Each warns. Scripts that run once, and PHP, which starts again with each \
             request, are not meant. The rules read code a little and are golive's heuristics: \
             they are silent where they are not sure, so that finding nothing is no proof.",
    remediation: "Make the timestamp in the function that signs, for every request.",
    reference: Reference::TIMESTAMP,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: CodeMistake = CodeMistake {
    meta: &META,
    question: question(
        &[Topic::FrozenTimestamp],
        "a timestamp made for the request",
        "a timestamp is made once and used by every request",
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
            &[hit("frozen-timestamp", FileRole::Code), hit("written-timestamp", FileRole::Code)],
        );
    }
}
