//! A receiver that is stopped must neither lose nor repeat what it was told.

use crate::conversation::answers::baseline;
use crate::conversation::attempts::{
    Attempts, BLAMED_FOR_ATTEMPTS, those_that_may_carry_the_blame,
};
use crate::conversation::effects::{counted, every, is_applied_once, unfinished, without_effect};
use crate::conversation::recovery::{STOP_POINTS, restart_name, restarts};
use crate::conversation::scenarios::between_baselines;
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Concern, Evidence, Facts, Finding, Level, Merchant, Needs, NotMade, Observed,
    Outcome, Plain, Probe, Reason, Reference, RestartSeen, RunFacts, StopPoint, Subject, Text,
    TroubleKind,
};
use crate::text;

/// See [`META`].
pub(super) struct SurvivesRestart;

const META: CheckMeta = CheckMeta {
    id: "webhook-survives-restart",
    title: "Webhook neither loses nor repeats an event when it is stopped",
    level: Level::Recommended,
    covers: &["PC-20", "PC-44", "WH-17", "WH-20", "AU-13"],
    needs: Needs::Network,
    attestable: true,
    waivable: false,
    rationale: "Deployments, crashes and full memories stop a receiver at any moment; what it \
                answered 200 for is delivered by nobody a second time.",
    judged: "With `--deliver full`, `[webhook.control]`, a test order for each point and \
             `[webhook.effects]`: a `payment.success` is delivered and the receiver stopped, once \
             it has answered, as soon as the request is out, and after half of the usual answer \
             time; it is started again, waited for until it answers a control \
             (`limits.webhook_restart_ms`), and told again until it answers 200. One effect at \
             each point passes, and the evidence says how far the receiver was when it stopped. \
             Two effects, or none, or none until it was told again what it had answered 200 for \
             (waited for as long as `limits.effects_wait_ms`), fail, and the item is then \
             required. A receiver that does not come back, or never answers 200 again, fails. The \
             platform's pages say nothing of restarts: the points and limits are golive's. Without \
             `[webhook.control]` a person may answer for it.",
    remediation: "Commit the event and its effect in one transaction in a store that outlives the \
                  process, and answer 200 after that.",
    yields_to: BLAMED_FOR_ATTEMPTS,
    stacks: stack_fixes::ONCE,
    reference: Reference::RETRIES,
    ..CheckMeta::USUAL
};

impl Check for SurvivesRestart {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        if STOP_POINTS.iter().any(|point| Stop::of(facts, *point).is_ok_and(|at| at.came.is_harm()))
        {
            Level::Required
        } else {
            META.level
        }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines(those_that_may_carry_the_blame(merchant).chain(restarts(merchant)))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        if let Some(why) = &facts.seen.left_stopped {
            return Ok(left_stopped(why));
        }
        let points = STOP_POINTS.map(|point| Stop::of(facts, point));
        let shown: Vec<Evidence> = points.iter().flatten().map(|at| at.evidence.clone()).collect();
        let worst =
            points.iter().flatten().map(|at| at.came).max().unwrap_or(RestartOutcome::Right);
        if let Some(message) = worst.message() {
            let finding = Finding::new(message, shown);
            return Ok(Outcome::Fail(match worst {
                RestartOutcome::Double => finding.about(Concern::Effect),
                RestartOutcome::Stuck => finding.about(Concern::Rejection),
                RestartOutcome::Right | RestartOutcome::Down | RestartOutcome::Lost => finding,
            }));
        }
        for point in points {
            point?;
        }
        baseline(facts)?;
        Ok(Outcome::Pass(shown))
    }
}

/// The receiver may still be down, by our doing.
fn left_stopped(why: &str) -> Outcome {
    let evidence = Evidence::config(
        "webhook.control.start",
        "starts the receiver again",
        text!("{}", Plain(why)),
    );
    let finding = Finding::new("the receiver was stopped and may still be down", vec![evidence]);
    Outcome::Fail(finding.fix("See that the receiver is up, then correct `webhook.control.start`"))
}

/// What a stop came to, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum RestartOutcome {
    /// One effect, and 200 in the end.
    Right,
    /// It never answered 200 to the event again.
    Stuck,
    /// It did not come back.
    Down,
    /// Nothing was applied, or only what was told again.
    Lost,
    /// Applied more than once.
    Double,
}

impl RestartOutcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Stuck => "never accepted again",
            Self::Down => "did not come back",
            Self::Lost => "lost",
            Self::Double => "double",
        }
    }

    const fn message(self) -> Option<&'static str> {
        match self {
            Self::Right => None,
            Self::Stuck => Some(
                "an event that the receiver was stopped at is not answered 200 when it comes again",
            ),
            Self::Down => Some("the receiver does not come back after it was stopped"),
            Self::Lost => Some("the receiver loses an event when it is stopped"),
            Self::Double => Some("the receiver applies an event again after it was stopped"),
        }
    }

    const fn is_harm(self) -> bool {
        match self {
            Self::Right | Self::Stuck | Self::Down => false,
            Self::Lost | Self::Double => true,
        }
    }
}

/// One point of the matrix.
struct Stop {
    came: RestartOutcome,
    evidence: Evidence,
}

impl Stop {
    fn of(facts: &Facts<'_>, point: StopPoint) -> Result<Self, Reason> {
        let name = restart_name(point);
        if let Some(Observed::NotMade(NotMade::NoRestart)) = facts.seen.scenarios.get(name) {
            return Err(how_to_prove_it());
        }
        let seen = counted(facts, name, META.id)?;
        let restart = seen.restart().ok_or_else(unfinished)?;
        was_stopped(name, restart)?;
        let story = story(restart);
        let at = |came: RestartOutcome, words: Text| {
            let observed = text!("{}: {}; {}", came.word(), story, words);
            Self {
                came,
                evidence: Evidence::of(
                    Subject::Delivery(name.into()),
                    "one effect, and 200 in the end",
                    observed,
                ),
            }
        };
        let back_ms = match &restart.back {
            Ok(ms) => *ms,
            Err(why) => return Ok(at(RestartOutcome::Down, text!("not back: {}", Plain(why)))),
        };
        let attempts = Attempts::of(facts, name, META.id)?;
        let [before, after] = every(seen)?[..] else { return Err(unfinished()) };
        let between = restart.effects.as_ref().map(|count| count.get().copied()).transpose()?;
        let counts = match between {
            Some(between) => text!(
                "{} effects before, {} after the restart, {} in the end",
                before,
                between,
                after
            ),
            None => text!("{} effects before, {} in the end", before, after),
        };
        let words =
            text!("back after {} ms; delivered again: {}; {}", back_ms, attempts.words(), counts);
        if after < before {
            return Err(Reason::Ambiguous(text!(
                "{}: the count of effects went down from {} to {}",
                name,
                before,
                after
            )));
        }
        let unapplied = after == before || between == Some(before);
        Ok(match after - before {
            2.. => at(RestartOutcome::Double, words),
            // Where no order was ever seen to be credited, or this one was before, an effect that
            // is missing shows nothing.
            _ if unapplied && (before > 0 || !is_applied_once(facts)) => {
                return Err(without_effect(name, before));
            }
            _ if unapplied && (attempts.accepted() || restart.delivery.accepted()) => {
                at(RestartOutcome::Lost, words)
            }
            _ if !attempts.accepted() => {
                attempts.are_the_receivers_doing(facts)?;
                at(RestartOutcome::Stuck, words)
            }
            _ => at(RestartOutcome::Right, words),
        })
    }
}

/// A stop that did not work, or that nobody noticed, shows nothing.
fn was_stopped(name: &'static str, restart: &RestartSeen) -> Result<(), Reason> {
    if let Err(why) = &restart.stop {
        return Err(Reason::Transport(text!("{}: `webhook.control.stop` {}", name, Plain(why))));
    }
    // A connection that broke off shows it too; one that only took its time does not.
    let broke = restart
        .delivery
        .answer
        .as_ref()
        .is_err_and(|trouble| trouble.kind != TroubleKind::TimedOut);
    if !restart.down && !broke {
        return Err(Reason::Ambiguous(text!(
            "{}: after `webhook.control.stop` the receiver was not seen to be down",
            name
        )));
    }
    Ok(())
}

/// How far the receiver was when it stopped.
fn story(restart: &RestartSeen) -> Text {
    let answer = restart.delivery.outcome();
    match (restart.point, restart.delivery.accepted()) {
        (StopPoint::Answered, _) => text!("stopped once it had answered {}", answer),
        (StopPoint::Sent | StopPoint::Halfway, true) => {
            text!("answered {} before it was down", answer)
        }
        (StopPoint::Sent, false) => text!("stopped as soon as the request was out ({})", answer),
        (StopPoint::Halfway, false) => {
            text!("stopped after half of the usual answer time ({})", answer)
        }
    }
}

fn how_to_prove_it() -> Reason {
    Reason::NoWayToObserve(text!(
        "no `[webhook.control]` is configured; prove it by `webhook.control.stop` and \
         `webhook.control.start` (with `--deliver full`, ids from `[webhook.order]` and \
         `[webhook.effects]`), or have a person answer for it under `[attest.{}]`",
        META.id
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At as Step, Case, exchange, failure, passes, reason};

    /// Told at a point, stopped and started: what became of the delivery, the effects after the
    /// restart, the attempts after it, the effects in the end.
    struct Told(Result<u16, TroubleKind>, Option<u64>, &'static [u16], u64);

    /// Interrupted at work, applied by the redelivery.
    const RIGHT: Told = Told(Err(TroubleKind::Reset), None, &[200], 1);
    /// Answered and kept.
    const KEPT: Told = Told(Ok(200), Some(1), &[200], 1);

    fn restart(point: StopPoint, stop: &Told) -> RestartSeen {
        RestartSeen {
            point,
            delivery: exchange("interrupted", stop.0),
            stop: Ok(3),
            down: true,
            back: Ok(40),
            effects: stop.1.map(Observed::Got),
        }
    }

    fn stopped(
        case: Case,
        point: StopPoint,
        stop: &Told,
        change: impl FnOnce(&mut RestartSeen),
    ) -> Case {
        let mut seen = restart(point, stop);
        change(&mut seen);
        let steps = vec![
            Step::Effects(0),
            Step::Restart(Box::new(seen)),
            Step::Attempts(stop.2.to_vec()),
            Step::Effects(stop.3),
        ];
        case.went(restart_name(point), steps)
    }

    fn case(answered: Told, sent: Told, halfway: Told) -> Case {
        let steps = vec![
            Step::Effects(0),
            Step::Status(200),
            Step::Effects(1),
            Step::Status(200),
            Step::Status(200),
            Step::Effects(1),
        ];
        let case = Case::accepted().went("once-sequential", steps);
        let stops = [
            (StopPoint::Answered, answered),
            (StopPoint::Sent, sent),
            (StopPoint::Halfway, halfway),
        ];
        stops.into_iter().fold(case, |case, (point, stop)| stopped(case, point, &stop, |_| {}))
    }

    #[test]
    fn passes_one_effect_at_each_point_and_says_how_far_the_receiver_was() {
        let Outcome::Pass(evidence) = case(KEPT, RIGHT, KEPT).judge(&SurvivesRestart) else {
            panic!("a pass")
        };
        let observed: Vec<&str> = evidence.iter().map(|one| one.observed.as_str()).collect();
        assert!(
            observed[0].starts_with("right: stopped once it had answered 200"),
            "{observed:#?}"
        );
        assert!(
            observed[1].starts_with("right: stopped as soon as the request was out"),
            "{observed:#?}"
        );
        assert!(
            observed[2].starts_with("right: answered 200 in 12 ms before it was down"),
            "{observed:#?}"
        );
        passes(case(KEPT, Told(Ok(502), None, &[503, 200], 1), RIGHT).judge(&SurvivesRestart));
    }

    #[test]
    fn fails_two_effects_and_is_required_then() {
        let case = case(Told(Ok(200), Some(1), &[200], 2), RIGHT, RIGHT);
        let finding = failure(case.judge(&SurvivesRestart));
        assert_eq!(finding.evidence.len(), 3);
        assert!(finding.evidence[0].observed.as_str().starts_with("double: "));
        assert_eq!(SurvivesRestart.level(&case.facts()), Level::Required);
    }

    #[test]
    fn fails_a_loss_also_where_only_the_redelivery_was_applied() {
        for (answered, sent) in [
            (Told(Ok(200), Some(0), &[200], 1), RIGHT),
            (KEPT, Told(Err(TroubleKind::Reset), None, &[200], 0)),
        ] {
            let case = case(answered, sent, RIGHT);
            let finding = failure(case.judge(&SurvivesRestart));
            assert!(finding.evidence.iter().any(|one| one.observed.as_str().starts_with("lost: ")));
            assert_eq!(SurvivesRestart.level(&case.facts()), Level::Required);
        }
    }

    #[test]
    fn fails_an_event_that_is_never_accepted_again() {
        let case = case(KEPT, Told(Err(TroubleKind::Reset), None, &[500; 5], 1), RIGHT);
        failure(case.judge(&SurvivesRestart));
        assert_eq!(SurvivesRestart.level(&case.facts()), Level::Recommended);
    }

    #[test]
    fn fails_a_receiver_that_does_not_come_back() {
        let case = stopped(case(KEPT, RIGHT, RIGHT), StopPoint::Sent, &RIGHT, |seen| {
            seen.back = Err("ended with exit code 3".to_owned())
        });
        let finding = failure(case.judge(&SurvivesRestart));
        assert!(finding.evidence[1].observed.as_str().contains("exit code 3"));
    }

    #[test]
    fn says_so_when_the_receiver_was_left_stopped() {
        let mut case = case(KEPT, RIGHT, RIGHT);
        case.seen.left_stopped = Some("ended with exit code 3".to_owned());
        let finding = failure(case.judge(&SurvivesRestart));
        assert!(finding.fix.is_some_and(|fix| fix.as_str().contains("receiver is up")));
    }

    #[test]
    fn is_undecided_when_the_receiver_was_not_seen_to_stop() {
        let whole = case(KEPT, RIGHT, RIGHT);
        let unseen = stopped(whole, StopPoint::Answered, &KEPT, |seen| seen.down = false);
        assert!(matches!(reason(unseen.judge(&SurvivesRestart)), Reason::Ambiguous(_)));
        let slow = Told(Err(TroubleKind::TimedOut), None, &[200], 1);
        let unseen =
            stopped(case(KEPT, RIGHT, RIGHT), StopPoint::Sent, &slow, |seen| seen.down = false);
        assert!(matches!(reason(unseen.judge(&SurvivesRestart)), Reason::Ambiguous(_)));
        let broken = stopped(case(KEPT, RIGHT, RIGHT), StopPoint::Answered, &KEPT, |seen| {
            seen.stop = Err("was not found".to_owned())
        });
        assert!(matches!(reason(broken.judge(&SurvivesRestart)), Reason::Transport(_)));
    }

    #[test]
    fn is_undecided_when_no_order_was_seen_to_be_credited() {
        let lost = case(KEPT, Told(Err(TroubleKind::Reset), None, &[200], 0), RIGHT);
        let lost = lost.went(
            "once-sequential",
            vec![Step::Effects(0), Step::Status(200), Step::Effects(0), Step::Effects(0)],
        );
        assert!(matches!(reason(lost.judge(&SurvivesRestart)), Reason::Ambiguous(_)));
    }

    #[test]
    fn leaves_the_blame_to_duplicates_that_are_applied_anyway() {
        let case = case(Told(Ok(200), Some(1), &[200], 2), RIGHT, RIGHT);
        let steps = vec![
            Step::Effects(0),
            Step::Status(200),
            Step::Effects(1),
            Step::Status(200),
            Step::Status(200),
            Step::Effects(3),
        ];
        let outcome = case.went("once-sequential", steps).judge(&SurvivesRestart);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-applies-once" });
    }

    #[test]
    fn cannot_be_seen_without_control_and_says_how_it_could() {
        let case = STOP_POINTS.iter().fold(Case::accepted(), |case, point| {
            case.not_made(restart_name(*point), NotMade::NoRestart)
        });
        let Reason::NoWayToObserve(why) = reason(case.judge(&SurvivesRestart)) else {
            panic!("no way to observe")
        };
        for way in
            ["webhook.control.stop", "webhook.control.start", "attest.webhook-survives-restart"]
        {
            assert!(why.as_str().contains(way), "{way}");
        }
    }
}
