//! A reversed payout is noticed, and stays reversed.

use crate::conversation::answers::{baseline, last, scenario};
use crate::conversation::contradictions::{
    REVERSED_AFTER_SUCCESS, SUCCESS_AFTER_REVERSED, reversals,
};
use crate::conversation::effects::{heard, states};
use crate::conversation::scenarios::between_baselines;
use crate::model::{
    Applies, Check, CheckMeta, Evidence, Facts, Finding, Level, Merchant, Needs, Outcome, Probe,
    Product, Quoted, Reason, Reference, RunFacts, Subject,
};
use crate::platform::Event;
use crate::text;

/// See [`META`].
pub(super) struct NoticesReversals;

const META: CheckMeta = CheckMeta {
    id: "webhook-notices-reversals",
    title: "A reversed payout is noticed, and no late success undoes that",
    level: Level::Recommended,
    covers: &["PC-32", "PC-86", "WH-07"],
    needs: Needs::Network,
    applies: Applies::Payouts,
    attestable: true,
    rationale: "A reversal means that the money came back; a payout that still reads as paid \
                leaves the payee without it and the books wrong.",
    judged: "With `--deliver full`, test payouts and `[webhook.status]`, which is asked about \
             payouts too: a `payout.reversed` after a `payout.success` must change your own word \
             for the payout. A `payout.success` after a `payout.reversed`, for another payout, \
             must lead neither to the word of one that succeeded nor back to the first. The \
             platform lists both as final and promises no order of events; that the reversal \
             stands, whichever came first, is our expectation. Words are compared, never \
             understood; a word that nothing changes shows nothing and is undecided. Counts of \
             effects do not tell a reversal, so that without the words a person may answer for it.",
    remediation: "Let `payout.reversed` lead to reversed from every state, and nothing lead away \
                  from there; book the money back in the same transaction.",
    reference: Reference::RETRIES,
    ..CheckMeta::USUAL
};

impl Check for NoticesReversals {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        if merchant.uses(Product::Payouts) {
            between_baselines(reversals(merchant))
        } else {
            Vec::new()
        }
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let after = ReversalOutcome::of(
            facts,
            REVERSED_AFTER_SUCCESS,
            [Event::PayoutSuccess, Event::PayoutReversed],
        );
        let before = ReversalOutcome::of(
            facts,
            SUCCESS_AFTER_REVERSED,
            [Event::PayoutReversed, Event::PayoutSuccess],
        );
        if let Ok(after) = &after
            && after.second == after.first
            && after.first != after.start
        {
            heard(facts, last(scenario(facts, REVERSED_AFTER_SUCCESS)?, 1)?)?;
            return Ok(Outcome::Fail(Finding::new(
                "a payout that was reversed still reads as before",
                vec![after.evidence()],
            )));
        }
        let (after, before) = (after?, before?);
        // `after.first` is the word of a payout that succeeded.
        if before.second != before.first && [after.first, before.start].contains(&before.second) {
            heard(facts, last(scenario(facts, SUCCESS_AFTER_REVERSED)?, 0)?)?;
            let message =
                "a payout that was reversed no longer reads so once a late success comes in";
            return Ok(Outcome::Fail(Finding::new(message, vec![before.evidence()])));
        }
        if after.second == after.first || before.first == before.start {
            let silent = if after.second == after.first { &after } else { &before };
            return Err(Reason::Ambiguous(text!(
                "{}: the payout was {} before and after its reversal, so nothing is shown; does \
                 the merchant know the test id, and does `[webhook.status]` tell of payouts?",
                silent.name,
                Quoted(silent.second)
            ))
            .into());
        }
        baseline(facts)?;
        Ok(Outcome::Pass(vec![after.evidence(), before.evidence()]))
    }
}

/// The states of one payout: before all, after the first event and after the second.
struct ReversalOutcome<'a> {
    name: &'static str,
    events: [Event; 2],
    start: &'a str,
    first: &'a str,
    second: &'a str,
}

impl<'a> ReversalOutcome<'a> {
    fn of(facts: &Facts<'a>, name: &'static str, events: [Event; 2]) -> Result<Self, Reason> {
        match states(facts, name, META.id)?[..] {
            [start, first, second] => Ok(Self { name, events, start, first, second }),
            _ => Err(Reason::Transport("the sequence ended before all states were read".into())),
        }
    }

    fn evidence(&self) -> Evidence {
        let [first, second] = self.events;
        let expected = if second == Event::PayoutReversed {
            "another word after the reversal"
        } else {
            "neither the word of a payout that succeeded nor that of a new one"
        };
        Evidence::of(
            Subject::Delivery(self.name.into()),
            expected,
            text!(
                "{} before, {} after {}, {} after {}",
                Quoted(self.start),
                Quoted(self.first),
                first,
                Quoted(self.second),
                second
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::NotMade;

    fn went(words: [&'static str; 3], reversal: u16, reversed_first: bool) -> Vec<At> {
        let [start, first, second] = words.map(At::Called);
        let (one, other) = if reversed_first { (reversal, 200) } else { (200, reversal) };
        vec![start, At::Status(one), first, At::Status(other), second]
    }

    fn case(after: [&'static str; 3], before: [&'static str; 3]) -> Case {
        let case = Case::accepted().went("reversed-after-success", went(after, 200, false));
        case.went("success-after-reversed", went(before, 200, true))
    }

    const RIGHT: [&str; 3] = ["new", "paid", "reversed"];

    #[test]
    fn passes_reversals_that_stand() {
        passes(case(RIGHT, ["new", "reversed", "reversed"]).judge(&NoticesReversals));
    }

    #[test]
    fn passes_a_contradiction_that_somebody_looks_at() {
        passes(case(RIGHT, ["new", "reversed", "review"]).judge(&NoticesReversals));
    }

    #[test]
    fn passes_words_that_do_not_tell_a_success_but_a_reversal() {
        passes(
            case(["sent", "sent", "returned"], ["sent", "returned", "returned"])
                .judge(&NoticesReversals),
        );
    }

    #[test]
    fn fails_a_reversal_that_nobody_notices() {
        failure(
            case(["new", "paid", "paid"], ["new", "reversed", "reversed"]).judge(&NoticesReversals),
        );
    }

    #[test]
    fn fails_a_reversal_that_a_late_success_undoes() {
        failure(case(RIGHT, ["new", "reversed", "paid"]).judge(&NoticesReversals));
        failure(case(RIGHT, ["new", "reversed", "new"]).judge(&NoticesReversals));
        failure(
            case(["sent", "sent", "returned"], ["sent", "returned", "sent"])
                .judge(&NoticesReversals),
        );
    }

    #[test]
    fn fails_a_reversal_that_is_lost_when_it_comes_first() {
        failure(case(RIGHT, ["new", "new", "paid"]).judge(&NoticesReversals));
    }

    #[test]
    fn is_undecided_when_no_word_ever_changes() {
        for before in [["new"; 3], ["new", "reversed", "reversed"]] {
            assert!(matches!(
                reason(case(["new"; 3], before).judge(&NoticesReversals)),
                Reason::Ambiguous(_)
            ));
        }
        assert!(matches!(
            reason(case(RIGHT, ["new"; 3]).judge(&NoticesReversals)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn leaves_the_blame_to_an_event_that_is_not_answered() {
        let words = ["new", "paid", "paid"];
        let case = case(words, RIGHT).went("reversed-after-success", went(words, 500, false));
        let case = case
            .all_answered(Event::ALL.map(crate::conversation::scenarios::event_name), 200)
            .answered("events-payout-reversed", 500);
        assert_eq!(
            reason(case.judge(&NoticesReversals)),
            Reason::Blocked { by: "webhook-handles-events" }
        );
    }

    #[test]
    fn is_undecided_when_a_state_is_missing() {
        let outcome = case(RIGHT, RIGHT)
            .went("success-after-reversed", vec![At::Called("new"), At::Status(200)])
            .judge(&NoticesReversals);
        assert!(matches!(reason(outcome), Reason::Transport(_)));
    }

    #[test]
    fn cannot_be_seen_without_a_status_and_says_how_it_could() {
        let case = Case::accepted()
            .not_made("reversed-after-success", NotMade::NoStatus)
            .not_made("success-after-reversed", NotMade::NoStatus);
        let Reason::NoWayToObserve(why) = reason(case.judge(&NoticesReversals)) else {
            panic!("no way to observe")
        };
        assert!(why.as_str().contains("webhook.status.url"));
    }
}
