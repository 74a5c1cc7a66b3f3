//! Webhooks are verified over the raw body, not a re-serialised one.

use crate::model::{CheckMeta, Exchange, Facts, Level, Needs, Reference, Text};
use crate::scan::rule::Topic;
use crate::source::code_mistake::{CodeMistake, only, question, told};
use crate::text;

const META: CheckMeta = CheckMeta {
    id: "source-signs-raw-body",
    title: "Webhooks are verified over the raw body, not a re-serialised one",
    level: Level::Recommended,
    covers: &["SV-01", "SV-02", "WH-13"],
    needs: Needs::Source,
    attestable: true,
    rationale: "What a parser writes is not what the sender signed: spaces, escapes and numbers \
                are spelled otherwise, and genuine events are refused.",
    judged: "Code in JavaScript, TypeScript, PHP, Python, Java, Go, Ruby, C# and Dart that names \
             the platform, or signs as it does, is searched for a received body that is written \
             as JSON again and goes into the HMAC it is verified by. That warns; where the \
             webhook refused a genuine event for its spelling, it fails. Signing a request of \
             one's own over the JSON that is sent is right and not meant. The rules read code a \
             little and are golive's heuristics: they are silent where they are not sure, so that \
             finding nothing is no proof.",
    remediation: "Verify over the bytes as they arrived, before anything parses them.",
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: CodeMistake = CodeMistake {
    meta: &META,
    question: question(
        &[Topic::ParsedBody],
        "the HMAC over the raw body",
        "the HMAC of a webhook is computed over a body that was parsed and written as JSON again",
    ),
    symptom,
    in_public: false,
};

/// Spellings that a receiver of raw bytes takes whatever its schema: nothing in them is new but the
/// order of keys and spaces.
const SPELLINGS: [&str; 2] = ["body-as-printed", "body-spaced"];

fn symptom(facts: &Facts<'_>) -> Option<Text> {
    let is_alive = only(facts, "control-before").is_some_and(Exchange::accepted);
    let refused = SPELLINGS
        .iter()
        .filter_map(|name| only(facts, name))
        .find(|exchange| exchange.refused())?;
    is_alive.then(|| text!("genuine event refused for its spelling ({})", told(refused)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileRole, Outcome};
    use crate::source::code_mistake::tests::judge_with;
    use crate::source::fixture::{ends_as_mistakes_do as mistake_ends, hit};

    #[test]
    fn ends_as_mistakes_do() {
        mistake_ends(&CHECK, &[hit("signs-parsed-body", FileRole::Code)]);
    }

    #[test]
    fn fails_where_the_webhook_refused_a_spelling_and_says_both() {
        let answers = [("control-before", 200), ("body-as-printed", 200), ("body-spaced", 401)];
        let Outcome::Fail(finding) = judge_with(&CHECK, "signs-parsed-body", &answers) else {
            panic!("fails")
        };
        let words = finding.message.as_str();
        assert!(
            words.starts_with("genuine event refused for its spelling (\"body-spaced\"")
                && words.ends_with("\"src/pay.js\":7"),
            "{words}"
        );
    }

    #[test]
    fn warns_where_the_webhook_took_every_spelling_or_nothing_at_all() {
        let taken = [("control-before", 200), ("body-as-printed", 200), ("body-spaced", 200)];
        assert!(matches!(judge_with(&CHECK, "signs-parsed-body", &taken), Outcome::Warn(_)));
        let dead = [("control-before", 500), ("body-as-printed", 401), ("body-spaced", 401)];
        assert!(matches!(judge_with(&CHECK, "signs-parsed-body", &dead), Outcome::Warn(_)));
    }

    #[test]
    fn knows_the_names_of_the_spellings() {
        use crate::conversation::scenarios::{BASELINE_BEFORE, BODY_FORMS};
        for name in SPELLINGS {
            assert!(BODY_FORMS.iter().any(|delivery| delivery.name == name), "{name}");
        }
        assert_eq!(BASELINE_BEFORE.name, "control-before");
    }
}
