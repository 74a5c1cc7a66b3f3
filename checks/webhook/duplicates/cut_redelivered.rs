//! An event whose answer was never read comes again, and must be answered 200 then.

use crate::conversation::answers::{Reception, baseline, nth, scenario, step};
use crate::conversation::baselines::Baselines;
use crate::conversation::effects::{Applied, is_applied_once};
use crate::conversation::scenarios::{
    CUT, ONCE_CUT, between_baselines, cut, duplicate, once_cut, redelivery,
};
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Concern, Evidence, Exchange, Facts, Finding, Level, Merchant, Needs, Outcome,
    Probe, Reason, Reference, RunFacts, Subject,
};
use crate::text;

/// See [`META`].
pub(super) struct CutRedelivered;

const META: CheckMeta = CheckMeta {
    id: "webhook-cut-redelivered",
    title: "Webhook survives a sender that hangs up and delivers again",
    level: Level::Recommended,
    covers: &["PC-44", "WH-17", "AU-13", "UAT-26"],
    needs: Needs::Network,
    rationale: "A connection that breaks before the answer is how duplicates come about; the \
                first attempt may have worked, or half worked.",
    judged: "One event whose connection we close before the answer, then the same bytes, then the \
             re-signed event: the last must be answered 200, and so should the one before it. A \
             replay cache, or a receiver that says for a moment that it is busy with the first, \
             warns. A refusal or a crash fails; where duplicates are refused or applied twice \
             anyway, their checks carry the blame. With `--deliver full`, a test order and \
             `[webhook.effects]` the same is done with a `payment.success`: applied more than \
             once, or never though it was answered 200 in the end and another order was applied, \
             fails, and the item is then required. Without them the answers alone are judged, and \
             the evidence says so.",
    remediation: "Let one transaction hold both the event's mark and its effect, so that an \
                  attempt that broke off can be made again.",
    yields_to: &[
        (Concern::Effect, "webhook-applies-once"),
        (Concern::Rejection, "webhook-duplicate-answered"),
        (Concern::Rejection, "webhook-redelivery-answered"),
    ],
    stacks: stack_fixes::ONCE,
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for CutRedelivered {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        match harm(facts) {
            Some(_) => Level::Required,
            None => META.level,
        }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([duplicate(), redelivery(), cut(), once_cut(merchant)])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        baseline(facts)?;
        if let Some((message, evidence)) = harm(facts) {
            let finding = Finding::new(message, vec![evidence]);
            return Ok(Outcome::Fail(finding.about(Concern::Effect)));
        }
        if let Ok(applied) = applied(facts)
            && applied.is_nothing()
        {
            let answered =
                once_cut_again(facts).map_or_else(|| "not at all".into(), Exchange::outcome);
            return Err(Reason::Ambiguous(text!(
                "{}: the event had no effect, and was answered {} when it came again, so nothing \
                 is shown",
                ONCE_CUT,
                answered
            ))
            .into());
        }
        let seen = scenario(facts, CUT)?;
        let (again, afresh) = (nth(seen, 1)?, nth(seen, 2)?);
        let mut shown = vec![
            step(CUT, "the same bytes again", again, "200"),
            step(CUT, "re-signed", afresh, "200"),
        ];
        shown.push(match applied(facts) {
            Ok(applied) => applied.evidence(),
            Err(_) => Evidence::of(
                Subject::Delivery(ONCE_CUT.into()),
                "one effect of all deliveries together",
                "not seen: the answers alone were judged",
            ),
        });
        if again.accepted() && afresh.accepted() {
            return Ok(Outcome::Pass(shown));
        }
        Baselines::of(facts)?;
        if is_busy(afresh) || (afresh.accepted() && is_busy(again)) {
            let message = "after the sender hung up, the receiver says for a moment that it is \
                           busy with the event";
            return Ok(Outcome::Warn(Finding::new(message, shown).about(Concern::Rejection)));
        }
        let rejected =
            |message: &'static str| Finding::new(message, shown).about(Concern::Rejection);
        Ok(match (Reception::of(again)?, Reception::of(afresh)?) {
            (Reception::Refused, Reception::Accepted) => Outcome::Warn(rejected(
                "after the sender hung up, the same bytes are refused, as by a replay cache; \
                 the re-signed event is accepted",
            )),
            (
                _,
                Reception::Accepted | Reception::Refused | Reception::Broken | Reception::NotOk,
            ) => Outcome::Fail(rejected(
                "an event whose answer was never read is not answered 200 when it comes again",
            )),
        })
    }
}

/// What happened to the books when the answer was never read, where that was bad.
fn harm(facts: &Facts<'_>) -> Option<(&'static str, Evidence)> {
    let applied = applied(facts).ok()?;
    if applied.once() == Ok(false) {
        Some((
            "an event whose answer was never read is applied again when it comes again",
            applied.evidence(),
        ))
    } else if applied.is_nothing()
        && is_applied_once(facts)
        && once_cut_again(facts).is_some_and(Exchange::accepted)
    {
        Some((
            "an event whose answer was never read is lost: it is not applied when it comes again \
             either",
            applied.evidence(),
        ))
    } else {
        None
    }
}

/// The last delivery of the event whose answer was never read: a receiver that turned all of them
/// away lost nothing that it took.
fn once_cut_again<'a>(facts: &Facts<'a>) -> Option<&'a Exchange> {
    facts.scenario(ONCE_CUT).ok()?.exchanges().skip(1).last()
}

/// How often the event was applied whose answer was never read.
fn applied(facts: &Facts<'_>) -> Result<Applied, Reason> {
    Applied::of(facts, ONCE_CUT, META.id)
}

/// What a receiver says that is still at work on the first attempt.
fn is_busy(exchange: &Exchange) -> bool {
    exchange.status().is_some_and(|status| matches!(status, 409 | 423 | 425 | 429 | 503))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason, warning};
    use crate::model::TroubleKind;

    fn case(again: u16, afresh: u16) -> Case {
        let cut = || At::Trouble(TroubleKind::Closed);
        let case = Case::accepted().went("cut", vec![cut(), At::Status(again), At::Status(afresh)]);
        case.went("duplicate", vec![At::Status(200), At::Status(200)])
            .went("redelivery", vec![At::Status(200), At::Status(200)])
    }

    #[test]
    fn passes_when_both_are_answered_200() {
        passes(case(200, 200).judge(&CutRedelivered));
    }

    fn counted(case: Case, after: u64) -> Case {
        let steps = vec![
            At::Effects(0),
            At::Trouble(TroubleKind::Closed),
            At::Status(200),
            At::Status(200),
            At::Effects(after),
        ];
        case.went("once-cut", steps)
    }

    #[test]
    fn says_whether_effects_were_counted() {
        for (case, words) in
            [(case(200, 200), "answers alone"), (counted(case(200, 200), 1), "applied once")]
        {
            let Outcome::Pass(evidence) = case.judge(&CutRedelivered) else { panic!("a pass") };
            assert!(evidence[2].observed.as_str().contains(words), "{words}");
        }
    }

    #[test]
    fn fails_an_event_that_was_applied_again_and_is_required_then() {
        let case = counted(case(200, 200), 2);
        failure(case.judge(&CutRedelivered));
        assert_eq!(CutRedelivered.level(&case.facts()), Level::Required);
    }

    #[test]
    fn fails_an_event_that_was_lost_where_another_was_applied() {
        let steps = vec![
            At::Effects(0),
            At::Status(200),
            At::Effects(1),
            At::Status(200),
            At::Status(200),
            At::Effects(1),
        ];
        failure(counted(case(200, 200), 0).went("once-sequential", steps).judge(&CutRedelivered));
    }

    #[test]
    fn is_undecided_where_a_busy_receiver_turned_every_one_away() {
        let steps = vec![
            At::Effects(0),
            At::Status(200),
            At::Effects(1),
            At::Status(200),
            At::Status(200),
            At::Effects(1),
        ];
        let busy = vec![
            At::Effects(0),
            At::Trouble(TroubleKind::Closed),
            At::Status(429),
            At::Status(429),
            At::Effects(0),
        ];
        let case = case(200, 200).went("once-cut", busy).went("once-sequential", steps);
        assert!(
            matches!(reason(case.judge(&CutRedelivered)), Reason::Ambiguous(why) if why.as_str().contains("429"))
        );
        assert_eq!(CutRedelivered.level(&case.facts()), Level::Recommended);
    }

    #[test]
    fn leaves_the_blame_to_duplicates_that_are_applied_anyway() {
        let steps = vec![
            At::Effects(0),
            At::Status(200),
            At::Effects(1),
            At::Status(200),
            At::Status(200),
            At::Effects(3),
        ];
        let case = counted(case(200, 200), 2).went("once-sequential", steps);
        assert_eq!(
            reason(case.judge(&CutRedelivered)),
            Reason::Blocked { by: "webhook-applies-once" }
        );
    }

    #[test]
    fn warns_about_a_replay_cache() {
        warning(case(401, 200).judge(&CutRedelivered));
    }

    #[test]
    fn warns_when_the_receiver_is_busy_with_the_first() {
        warning(case(409, 409).judge(&CutRedelivered));
    }

    #[test]
    fn fails_when_the_event_is_lost() {
        failure(case(500, 500).judge(&CutRedelivered));
        failure(case(400, 400).judge(&CutRedelivered));
    }

    #[test]
    fn leaves_the_blame_to_duplicates_that_are_refused_anyway() {
        let outcome = case(409, 409)
            .went("duplicate", vec![At::Status(200), At::Status(409)])
            .judge(&CutRedelivered);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-duplicate-answered" });
    }

    #[test]
    fn is_undecided_without_an_answer() {
        let steps = vec![
            At::Trouble(TroubleKind::Closed),
            At::Trouble(TroubleKind::TimedOut),
            At::Status(200),
        ];
        assert!(matches!(
            reason(case(200, 200).went("cut", steps).judge(&CutRedelivered)),
            Reason::Transport(_)
        ));
    }
}
