//! The same delivery again must be answered 200.

use crate::conversation::answers::{Reception, baseline, step};
use crate::conversation::baselines::Baselines;
use crate::conversation::repeats::Repeat;
use crate::conversation::scenarios::{
    DUPLICATE, REDELIVERY, between_baselines, duplicate, redelivery,
};
use crate::conversation::{repeat_command, stack_fixes};
use crate::model::{
    Check, CheckMeta, Concern, Facts, Finding, Level, Merchant, Needs, Outcome, Probe, Reference,
    RunFacts,
};

/// See [`META`].
pub(super) struct DuplicateAnswered;

const META: CheckMeta = CheckMeta {
    id: "webhook-duplicate-answered",
    title: "Webhook answers a duplicate with 200",
    level: Level::Required,
    covers: &["PC-19", "WH-18", "UAT-25"],
    needs: Needs::Network,
    rationale: "The platform may deliver an event twice, and goes on delivering what is not \
                answered 200.",
    judged: "One delivery, then the very same bytes again: both must be answered 200. A replay \
             cache that refuses the same bytes and takes the re-signed event warns; any other \
             answer fails. Whether the second had an effect is webhook-applies-once's.",
    remediation: "Answer 200 to an event that was handled already; de-duplicate by event and \
                  order, not by refusing.",
    stacks: stack_fixes::ONCE,
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for DuplicateAnswered {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([duplicate(), redelivery()])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        baseline(facts)?;
        let Repeat { first, again } = Repeat::of(facts, DUPLICATE)?;
        let reception = Reception::of(again)?;
        let shown = vec![
            step(DUPLICATE, "first", first, "200"),
            step(DUPLICATE, "the same bytes again", again, "200"),
        ];
        if reception == Reception::Accepted {
            return Ok(Outcome::Pass(shown));
        }
        Baselines::of(facts)?;
        if reception == Reception::Refused && Repeat::of(facts, REDELIVERY)?.is_accepted()? {
            let message = "a byte-identical duplicate is refused, as by a replay cache; the \
                           re-signed event is accepted";
            let finding = Finding::new(message, shown).about(Concern::Rejection).fix(
                "Nothing has to be done if the platform re-signs every attempt, which is not \
                 documented; answering 200 to both is safe",
            );
            return Ok(Outcome::Warn(finding));
        }
        let message = match reception {
            Reception::Broken => {
                "a duplicate breaks the receiver, and would be delivered again and again"
            }
            Reception::Accepted | Reception::Refused | Reception::NotOk => {
                "a duplicate is not answered 200, and would be delivered again and again"
            }
        };
        let outcome = Outcome::Fail(Finding::new(message, shown).about(Concern::Rejection));
        Ok(outcome.repeat(repeat_command::repeated(facts, DUPLICATE, false)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason, warning};
    use crate::model::Reason;
    use crate::model::TroubleKind;

    fn case(again: At, afresh: u16) -> Case {
        let case = Case::accepted().went("duplicate", vec![At::Status(200), again]);
        case.went("redelivery", vec![At::Status(200), At::Status(afresh)])
    }

    #[test]
    fn passes_when_both_are_answered_200() {
        passes(case(At::Status(200), 200).judge(&DuplicateAnswered));
    }

    #[test]
    fn warns_about_a_replay_cache() {
        warning(case(At::Status(409), 200).judge(&DuplicateAnswered));
    }

    #[test]
    fn fails_when_every_duplicate_is_refused() {
        failure(case(At::Status(409), 409).judge(&DuplicateAnswered));
    }

    #[test]
    fn fails_when_a_duplicate_breaks_the_receiver() {
        let finding = failure(case(At::Status(500), 200).judge(&DuplicateAnswered));
        assert!(finding.message.as_str().contains("breaks"));
    }

    #[test]
    fn fails_another_2xx() {
        failure(case(At::Status(208), 200).judge(&DuplicateAnswered));
    }

    #[test]
    fn is_undecided_without_an_answer() {
        assert!(matches!(
            reason(case(At::Trouble(TroubleKind::TimedOut), 200).judge(&DuplicateAnswered)),
            Reason::Transport(_)
        ));
    }

    #[test]
    fn is_undecided_when_the_first_was_not_accepted() {
        let outcome = Case::accepted()
            .went("duplicate", vec![At::Status(503), At::Status(200)])
            .judge(&DuplicateAnswered);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome =
            case(At::Status(200), 200).answered("control-before", 204).judge(&DuplicateAnswered);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-answers-200" });
    }
}
