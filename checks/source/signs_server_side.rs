//! No page or app signs requests itself.

use crate::model::{CheckMeta, Level, Needs, Reference};
use crate::scan::rule::Topic;
use crate::source::code_mistake::{CodeMistake, question, silent};

const META: CheckMeta = CheckMeta {
    id: "source-signs-server-side",
    title: "No page or app signs requests itself",
    level: Level::Recommended,
    covers: &["PC-10", "SV-05", "SC-14"],
    needs: Needs::Source,
    attestable: true,
    rationale: "What signs holds the secret, and everybody who has the page or app can read it \
                there.",
    judged: "Files of `source.public` that name the platform, or sign as it does, are searched \
             for an HMAC beside `X-SIGNATURE`: with something named for a secret it fails, else \
             it warns. Code of React, Vue, Svelte, Angular, Flutter, Android, iOS and .NET apps \
             in `source.roots` is searched likewise, and warns. Without `source.public` the item \
             is undecided. The rules read code a little and are golive's heuristics: they are \
             silent where they are not sure, so that finding nothing is no proof.",
    remediation: "Let the page or app call your own server, let that sign, and replace the secret \
                  if a build with it was ever published.",
    reference: Reference::SECURITY,
    ..CheckMeta::USUAL
};

/// See [`META`].
pub(super) const CHECK: CodeMistake = CodeMistake {
    meta: &META,
    question: question(
        &[Topic::ClientSigning],
        "signing on the server",
        "a page or an app signs requests itself",
    ),
    symptom: silent,
    in_public: true,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FileRole, Outcome, Reason};
    use crate::source::fixture::{
        ends_as_mistakes_do as mistake_ends, hit, judge, judge_seen, merchant, seen,
    };

    #[test]
    fn ends_as_mistakes_do() {
        mistake_ends(
            &CHECK,
            &[hit("signs-in-app", FileRole::Code), hit("hmac-in-public", FileRole::Public)],
        );
    }

    #[test]
    fn fails_what_signs_with_a_secret_in_public() {
        let Outcome::Fail(finding) = judge(&CHECK, vec![hit("signs-in-public", FileRole::Public)])
        else {
            panic!("fails")
        };
        assert!(finding.message.as_str().contains("signs requests itself"));
        assert!(matches!(
            judge(&CHECK, vec![hit("hmac-in-public", FileRole::Public)]),
            Outcome::Warn(_)
        ));
    }

    #[test]
    fn is_undecided_without_what_browsers_get() {
        let mut merchant = merchant();
        merchant.source.public.clear();
        assert!(matches!(
            judge_seen(&CHECK, &merchant, seen(Vec::new())),
            Outcome::Undecided(Reason::NoWayToObserve(_))
        ));
        let mut nothing_public = merchant.clone();
        nothing_public
            .places
            .insert("source.public".to_owned(), crate::model::Place { line: 1, column: 1 });
        assert!(matches!(judge_seen(&CHECK, &nothing_public, seen(Vec::new())), Outcome::Pass(_)));
        assert!(matches!(
            judge_seen(&CHECK, &merchant, seen(vec![hit("signs-in-app", FileRole::Code)])),
            Outcome::Warn(_)
        ));
    }
}
