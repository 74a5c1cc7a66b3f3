//! Signatures are compared in constant time.

use crate::model::{CheckMeta, Level, Needs, Reference};
use crate::scan::rule::Topic;
use crate::source::code_mistake::{CodeMistake, question, silent};

const META: CheckMeta = CheckMeta {
    id: "source-compares-in-constant-time",
    title: "Signatures are compared in constant time",
    level: Level::Recommended,
    covers: &["SC-04", "WH-13"],
    needs: Needs::Source,
    attestable: true,
    rationale: "A comparison that ends at the first letter that differs tells a forger by its \
                time how much of a signature is right.",
    judged: "Code in JavaScript, TypeScript, PHP, Python, Java, Go, Ruby, C# and Dart that names \
             the platform, or signs as it does, is searched for signatures compared by `==`, \
             `===`, `equals`, `strcmp` and the like. Each warns. Comparisons with something \
             written out, of lengths, or of two HMACs are right and not meant. The platform's \
             pages do not ask for constant time; the demand is golive's. The rules read code a \
             little and are golive's heuristics: they are silent where they are not sure, so that \
             finding nothing is no proof.",
    remediation: "Compare signatures by the function that your language has for it, such as \
                  `crypto.timingSafeEqual`, `hash_equals` or `hmac.compare_digest`.",
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: CodeMistake = CodeMistake {
    meta: &META,
    question: question(
        &[Topic::Comparison],
        "a comparison in constant time",
        "a signature is compared as other texts are",
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
        mistake_ends(&CHECK, &[hit("compares-signature", FileRole::Code)]);
    }
}
