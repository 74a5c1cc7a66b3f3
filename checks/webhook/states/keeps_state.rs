//! A paid order stays paid in the merchant's own word for it.

use crate::conversation::answers::{baseline, last, scenario};
use crate::conversation::contradictions::{CONTRADICTIONS, Contradiction, UNPAID};
use crate::conversation::effects::{heard, states};
use crate::conversation::scenarios::between_baselines;
use crate::model::{
    Applies, Check, CheckMeta, Evidence, Facts, Finding, Level, Merchant, Needs, Outcome, Probe,
    Product, Quoted, Reason, Reference, RunFacts, Subject,
};
use crate::platform::Event;
use crate::text;

/// See [`META`].
pub(super) struct KeepsState;

const META: CheckMeta = CheckMeta {
    id: "webhook-keeps-state",
    title: "A paid order stays in the state that the success gave it",
    level: Level::Recommended,
    covers: &["PC-86", "WH-06"],
    needs: Needs::Network,
    applies: Applies::Payments,
    attestable: true,
    rationale: "What is shipped, refunded and shown to the customer follows the order's state; a \
                stale event must not turn a paid order into an open one.",
    judged: "With `--deliver full`, test orders and `[webhook.status]`: a `payment.success`, then \
             a `payment.processing`, `payment.failed` or `payment.expired` of the same order (one \
             order for each), your own word for the order read before, between and after, once it \
             rests. The word after the success must stay. It fails where `payment.processing` \
             changes it, or where it becomes the word of an order that was not paid: the one \
             before the success, or the one that another order got by `payment.failed` or \
             `payment.expired` alone. Where `payment.failed` or `payment.expired` leads to a word \
             of its own, perhaps a review by people, it warns. One new word after all three is \
             undecided: the order may have moved on by itself. Words are compared, never \
             understood. The platform is silent on contradictions: that a success stands is our \
             expectation.",
    remediation: "Write the steps down that an order may take, none of them away from paid, and \
                  let an event change the state only by one of them.",
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for KeepsState {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        if !merchant.uses(Product::Payments) {
            return Vec::new();
        }
        let alone = UNPAID.map(|unpaid| unpaid.then_success(merchant));
        between_baselines(
            CONTRADICTIONS
                .map(|contradiction| contradiction.read(merchant))
                .into_iter()
                .chain(alone),
        )
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let (mut kept, mut turned, mut unseen) = (Vec::new(), Vec::new(), None);
        for contradiction in CONTRADICTIONS {
            match StateChange::of(facts, contradiction) {
                Ok(course) if course.after == course.paid => kept.push(course),
                Ok(course) => turned.push(course),
                Err(reason) => unseen = unseen.or(Some(reason)),
            }
        }
        let unpaid = unpaid_words(facts);
        let undone: Vec<&StateChange<'_>> =
            turned.iter().filter(|course| course.is_undone(&unpaid)).collect();
        let evidence =
            |courses: &[&StateChange<'_>]| courses.iter().map(|course| course.evidence()).collect();
        if let [first, _, _] = turned.as_slice()
            && undone.iter().all(|course| !course.reads_unpaid(&unpaid))
            && turned.iter().all(|course| course.after == first.after)
        {
            return Err(Reason::Ambiguous(text!(
                "every order went on from {} to {}, whatever came; where it does so by itself, \
                 `webhook.status.settle` must be long enough for that",
                Quoted(first.paid),
                Quoted(first.after)
            ))
            .into());
        }
        if !undone.is_empty() {
            return Ok(Outcome::Fail(Finding::new(
                "a stale event undoes the payment of an order",
                evidence(&undone),
            )));
        }
        if !turned.is_empty() {
            let all: Vec<&StateChange<'_>> = turned.iter().collect();
            let message = "a paid order is given another state by an event that contradicts the \
                           payment; is it one in which somebody looks at it?";
            return Ok(Outcome::Warn(Finding::new(message, evidence(&all))));
        }
        if let Some(reason) = unseen {
            return Err(reason.into());
        }
        baseline(facts)?;
        Ok(Outcome::Pass(kept.iter().map(StateChange::evidence).collect()))
    }
}

/// The states of one order.
struct StateChange<'a> {
    contradiction: Contradiction,
    before: &'a str,
    paid: &'a str,
    after: &'a str,
}

impl<'a> StateChange<'a> {
    fn of(facts: &Facts<'a>, contradiction: Contradiction) -> Result<Self, Reason> {
        let words = states(facts, contradiction.state, META.id)?;
        let [before, paid, after] = words[..] else {
            return Err(Reason::Transport("the sequence ended before all states were read".into()));
        };
        if before == paid {
            return Err(Reason::Ambiguous(text!(
                "{}: the order was {} before its success and after it, so nothing is shown; does \
                 the merchant know the test id, and does `[webhook.status]` tell whether an order \
                 is paid?",
                contradiction.state,
                Quoted(paid)
            )));
        }
        heard(facts, last(scenario(facts, contradiction.state)?, 1)?)?;
        Ok(Self { contradiction, before, paid, after })
    }

    /// The word is one of orders that are not paid.
    fn reads_unpaid(&self, unpaid: &[&str]) -> bool {
        self.after == self.before || unpaid.contains(&self.after)
    }

    /// Nothing but an undone payment explains it.
    fn is_undone(&self, unpaid: &[&str]) -> bool {
        self.reads_unpaid(unpaid) || self.contradiction.event == Event::PaymentProcessing
    }

    fn evidence(&self) -> Evidence {
        Evidence::of(
            Subject::Delivery(self.contradiction.state.into()),
            text!("the state that the success gave, {}", Quoted(self.paid)),
            text!(
                "{} before, {} after the success, {} after {}",
                Quoted(self.before),
                Quoted(self.paid),
                Quoted(self.after),
                self.contradiction.event
            ),
        )
    }
}

/// What orders are called that never were paid.
fn unpaid_words<'a>(facts: &Facts<'a>) -> Vec<&'a str> {
    let word = |name| states(facts, name, META.id).ok()?.get(1).copied();
    UNPAID.into_iter().filter_map(|unpaid| word(unpaid.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason, warning};
    use crate::model::NotMade;

    fn went(words: [&'static str; 3], contradiction: u16) -> Vec<At> {
        let [before, paid, after] = words.map(At::Called);
        vec![before, At::Status(200), paid, At::Status(contradiction), after]
    }

    /// What `processing`, `failed` and `expired` made of an order that was new, then paid.
    fn case(after: [&'static str; 3]) -> Case {
        let case = CONTRADICTIONS.into_iter().zip(after).fold(
            Case::accepted(),
            |case, (contradiction, after)| {
                case.went(contradiction.state, went(["new", "paid", after], 200))
            },
        );
        case.went("success-after-failed", went(["new", "failed", "paid"], 200))
    }

    #[test]
    fn passes_orders_that_stay_paid() {
        passes(case(["paid"; 3]).judge(&KeepsState));
    }

    #[test]
    fn fails_a_downgrade() {
        let finding = failure(case(["processing", "paid", "paid"]).judge(&KeepsState));
        assert!(
            finding.evidence[0]
                .observed
                .as_str()
                .contains("\"processing\" after payment.processing")
        );
    }

    #[test]
    fn fails_a_paid_order_that_reads_as_a_failed_one() {
        failure(case(["paid", "failed", "paid"]).judge(&KeepsState));
    }

    #[test]
    fn fails_a_paid_order_that_is_new_again() {
        failure(case(["new"; 3]).judge(&KeepsState));
    }

    #[test]
    fn warns_about_a_state_of_its_own() {
        warning(case(["paid", "review", "review"]).judge(&KeepsState));
    }

    #[test]
    fn is_undecided_when_orders_move_on_by_themselves() {
        assert!(matches!(reason(case(["shipped"; 3]).judge(&KeepsState)), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_the_success_changes_nothing() {
        let outcome = case(["paid"; 3])
            .went("state-after-failed", went(["open", "open", "open"], 200))
            .judge(&KeepsState);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_the_contradiction_met_trouble() {
        let outcome = case(["paid"; 3])
            .went("state-after-failed", went(["new", "paid", "paid"], 500))
            .judge(&KeepsState);
        assert!(matches!(reason(outcome), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_a_state_is_missing() {
        let outcome = case(["paid"; 3])
            .went("state-after-failed", vec![At::Called("new"), At::Status(200)])
            .judge(&KeepsState);
        assert!(matches!(reason(outcome), Reason::Transport(_)));
    }

    #[test]
    fn cannot_be_seen_without_a_status_and_says_how_it_could() {
        let case = CONTRADICTIONS
            .into_iter()
            .fold(Case::accepted(), |case, one| case.not_made(one.state, NotMade::NoStatus));
        let Reason::NoWayToObserve(why) = reason(case.judge(&KeepsState)) else {
            panic!("no way to observe")
        };
        assert!(
            why.as_str().contains("webhook.status.command")
                && why.as_str().contains("attest.webhook-keeps-state")
        );
    }
}
