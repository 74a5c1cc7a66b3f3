//! The result of signature verification is used.

use crate::model::{CheckMeta, Facts, Level, Needs, Reference, Text};
use crate::scan::rule::Topic;
use crate::source::code_mistake::{CodeMistake, accepted, question, told};
use crate::text;

const META: CheckMeta = CheckMeta {
    id: "source-uses-verification-result",
    title: "The result of signature verification is used",
    level: Level::Recommended,
    covers: &["PC-74", "SV-04", "WH-26"],
    needs: Needs::Source,
    attestable: true,
    rationale: "A verification without consequence verifies nothing: anybody can report a payment.",
    judged: "Code in JavaScript, TypeScript, PHP, Python, Java, Go, Ruby, C# and Dart that names \
             the platform, or signs as it does, is searched for verifications whose result is \
             dropped, kept and never asked for, or only written to a log. That warns; where the \
             webhook took a forged or changed event, it fails. A function of one's own counts \
             where its name says that it answers yes or no, or where its code in the same file \
             does. The rules read code a little and are golive's heuristics: they are silent where \
             they are not sure, so that finding nothing is no proof.",
    remediation: "Answer 401 and stop wherever the verification does not say yes.",
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: CodeMistake = CodeMistake {
    meta: &META,
    question: question(
        &[Topic::UnusedVerification],
        "a 401 where the verification says no",
        "a verification of the signature has no consequence",
    ),
    symptom,
    in_public: false,
};

/// Forgeries, those first that say most.
const FORGED: [&str; 9] = [
    "tampered-body",
    "changed-timestamp",
    "forged-wrong-secret",
    "forged-other-body",
    "forged-body-only",
    "forged-truncated",
    "forged-right-start",
    "unsigned",
    "empty-signature",
];

fn symptom(facts: &Facts<'_>) -> Option<Text> {
    let taken = accepted(facts, &FORGED)?;
    let kind = match taken.name.as_str() {
        "tampered-body" | "changed-timestamp" => "tampered",
        "unsigned" | "empty-signature" => "unsigned",
        _ => "forged",
    };
    Some(text!("{} event accepted ({})", kind, told(taken)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileRole, Outcome};
    use crate::source::code_mistake::tests::judge_with;
    use crate::source::fixture::{ends_as_mistakes_do as mistake_ends, hit};

    #[test]
    fn ends_as_mistakes_do() {
        mistake_ends(
            &CHECK,
            &[
                hit("verification-unused", FileRole::Code),
                hit("verification-logged-only", FileRole::Code),
            ],
        );
    }

    #[test]
    fn fails_where_the_webhook_took_a_forged_event_and_says_both() {
        let Outcome::Fail(finding) =
            judge_with(&CHECK, "verification-unused", &[("unsigned", 401), ("tampered-body", 200)])
        else {
            panic!("fails")
        };
        let words = finding.message.as_str();
        assert!(
            words.starts_with("tampered event accepted")
                && words.contains("no consequence: \"src/pay.js\":7"),
            "{words}"
        );
        for (name, kind) in [("unsigned", "unsigned event"), ("forged-body-only", "forged event")] {
            let Outcome::Fail(finding) =
                judge_with(&CHECK, "verification-logged-only", &[(name, 204)])
            else {
                panic!("fails")
            };
            assert!(finding.message.as_str().starts_with(kind), "{}", finding.message);
        }
    }

    #[test]
    fn warns_where_the_webhook_refused_them_all() {
        let refused = FORGED.map(|name| (name, 401));
        assert!(matches!(judge_with(&CHECK, "verification-unused", &refused), Outcome::Warn(_)));
    }

    #[test]
    fn knows_the_names_of_the_forgeries() {
        use crate::conversation::scenarios::{EMPTY_SIGNATURE, TAMPERED_BODY, UNSIGNED};
        let known: Vec<&str> = crate::conversation::space::values()
            .map(|value| &value.delivery)
            .chain([&UNSIGNED, &EMPTY_SIGNATURE, &TAMPERED_BODY])
            .map(|delivery| delivery.name)
            .collect();
        for name in FORGED {
            assert!(known.contains(&name), "{name}");
        }
    }
}
