//! An event redelivered after a client time-out must be applied once.

use crate::conversation::answers::{baseline, nth};
use crate::conversation::attempts::{Attempts, those_that_may_carry_the_blame};
use crate::conversation::baselines::Baselines;
use crate::conversation::effects::{Applied, counted, is_applied_once};
use crate::conversation::recovery::{ONCE_TIMED_OUT, once_timed_out};
use crate::conversation::scenarios::{between_baselines, once_cut};
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Concern, Evidence, Exchange, Facts, Finding, Level, Merchant, Needs, Outcome,
    Phase, Probe, Reason, Reference, RunFacts, Subject, Trouble, TroubleKind,
};
use crate::text;

/// See [`META`].
pub(super) struct TimedOutRedelivered;

const META: CheckMeta = CheckMeta {
    id: "webhook-timed-out-redelivered",
    title: "Webhook applies an event once after a client time-out",
    level: Level::Recommended,
    covers: &["PC-20", "PC-44", "WH-17", "WH-20", "AU-13"],
    needs: Needs::Network,
    attestable: true,
    waivable: false,
    rationale: "A sender that is out of patience hangs up while the receiver is at work: what was \
                half done then must neither be lost nor be done twice.",
    judged: "With `--deliver full`, a test order and `[webhook.effects]`: a `payment.success` \
             that is sent whole, its connection closed after half of the time that the first \
             control took, then the same event, re-signed, until it is answered 200 or \
             `limits.webhook_retries` are used up (ours, as the platform gives no numbers). More \
             than one effect, or none though another order was credited, fails, and the item is \
             then required; never answering 200 fails. Where webhook-cut-redelivered shows the \
             same harm, it carries the blame. Without effects a person may answer for it.",
    remediation: "Let the handler finish, or roll back all of it, when the sender is gone; hold \
                  no lock or mark that outlives the attempt.",
    yields_to: &[
        (Concern::Effect, "webhook-applies-once"),
        (Concern::Effect, "webhook-cut-redelivered"),
        (Concern::Rejection, "webhook-handles-events"),
        (Concern::Rejection, "webhook-duplicate-answered"),
        (Concern::Rejection, "webhook-redelivery-answered"),
    ],
    stacks: stack_fixes::ONCE,
    reference: Reference::RETRIES,
    ..CheckMeta::USUAL
};

impl Check for TimedOutRedelivered {
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
        between_baselines(
            [once_timed_out(merchant), once_cut(merchant)]
                .into_iter()
                .chain(those_that_may_carry_the_blame(merchant)),
        )
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let TimedOut { first, attempts, applied } = TimedOut::of(facts)?;
        let shown = vec![hung_up(first), applied.evidence(), attempts.evidence()];
        if let Some(message) = harm(facts) {
            return Ok(Outcome::Fail(Finding::new(message, shown).about(Concern::Effect)));
        }
        if !attempts.accepted() {
            attempts.are_the_receivers_doing(facts)?;
            let message = "after a client time-out the redelivery is never answered 200";
            return Ok(Outcome::Fail(Finding::new(message, shown).about(Concern::Rejection)));
        }
        applied.once()?;
        baseline(facts)?;
        Ok(Outcome::Pass(shown))
    }
}

/// What became of the event.
struct TimedOut<'a> {
    first: &'a Exchange,
    attempts: Attempts<'a>,
    applied: Applied,
}

impl<'a> TimedOut<'a> {
    fn of(facts: &Facts<'a>) -> Result<Self, Reason> {
        let first = nth(counted(facts, ONCE_TIMED_OUT, META.id)?, 0)?;
        match &first.answer {
            // We hung up, after the request was out whole.
            Err(Trouble { kind: TroubleKind::Closed, phase: Phase::FirstByte, .. }) => {}
            Err(trouble) => {
                return Err(Reason::Transport(text!("{}: {}", ONCE_TIMED_OUT, trouble)));
            }
            Ok(_) => {
                return Err(Reason::Own(
                    "the first delivery was answered, so nobody timed out".into(),
                ));
            }
        }
        let attempts = Attempts::of(facts, ONCE_TIMED_OUT, META.id)?;
        Ok(Self { first, attempts, applied: Applied::of(facts, ONCE_TIMED_OUT, META.id)? })
    }
}

fn hung_up(first: &Exchange) -> Evidence {
    let after_ms = first.answer.as_ref().err().map_or(0, |trouble| trouble.after_ms);
    let words = text!("we hung up after {} ms, half of what an answer usually takes", after_ms);
    Evidence::of(
        Subject::Delivery(text!("{}: first", ONCE_TIMED_OUT)),
        "the request goes out whole, and nobody waits for the answer",
        words,
    )
}

/// What happened to the books when the sender timed out, where that was bad.
fn harm(facts: &Facts<'_>) -> Option<&'static str> {
    let TimedOut { attempts, applied, .. } = TimedOut::of(facts).ok()?;
    if applied.once() == Ok(false) {
        Some("an event is applied again when it is redelivered after a client time-out")
    } else if attempts.answered()
        && applied.is_nothing()
        && is_applied_once(facts)
        && (attempts.accepted() || Baselines::of(facts).is_ok())
    {
        Some("an event is lost after a client time-out: its redelivery is not applied either")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};

    fn case(attempts: &[u16], effects: u64) -> Case {
        let first = At::Trouble(TroubleKind::Closed);
        Case::accepted().went(
            ONCE_TIMED_OUT,
            vec![At::Effects(0), first, At::Attempts(attempts.to_vec()), At::Effects(effects)],
        )
    }

    /// Another order was credited so often, by three deliveries.
    fn others(case: Case, effects: u64) -> Case {
        let steps = vec![
            At::Effects(0),
            At::Status(200),
            At::Effects(1),
            At::Status(200),
            At::Status(200),
            At::Effects(effects),
        ];
        case.went("once-sequential", steps)
    }

    #[test]
    fn passes_one_effect() {
        passes(case(&[200], 1).judge(&TimedOutRedelivered));
        passes(case(&[409, 503, 200], 1).judge(&TimedOutRedelivered));
    }

    #[test]
    fn fails_an_event_that_was_applied_again_and_is_required_then() {
        let case = case(&[200], 2);
        failure(case.judge(&TimedOutRedelivered));
        assert_eq!(TimedOutRedelivered.level(&case.facts()), Level::Required);
    }

    #[test]
    fn fails_an_event_that_was_lost_where_another_was_applied() {
        for attempts in [&[200][..], &[503; 5]] {
            let case = others(case(attempts, 0), 1);
            failure(case.judge(&TimedOutRedelivered));
            assert_eq!(TimedOutRedelivered.level(&case.facts()), Level::Required);
        }
    }

    #[test]
    fn fails_an_event_that_is_applied_and_never_accepted() {
        let case = case(&[503; 5], 1);
        failure(case.judge(&TimedOutRedelivered));
        assert_eq!(TimedOutRedelivered.level(&case.facts()), Level::Recommended);
    }

    #[test]
    fn leaves_the_blame_to_duplicates_and_to_cut_connections_that_do_the_same_harm() {
        let outcome = others(case(&[200], 2), 3).judge(&TimedOutRedelivered);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-applies-once" });
        let cut = vec![
            At::Effects(0),
            At::Trouble(TroubleKind::Closed),
            At::Status(200),
            At::Status(200),
            At::Effects(2),
        ];
        let outcome = case(&[200], 2).went("once-cut", cut).judge(&TimedOutRedelivered);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-cut-redelivered" });
    }

    #[test]
    fn is_undecided_when_nothing_had_an_effect_or_the_first_was_not_sent() {
        assert!(matches!(
            reason(case(&[200], 0).judge(&TimedOutRedelivered)),
            Reason::Ambiguous(_)
        ));
        let steps = vec![
            At::Effects(0),
            At::Trouble(TroubleKind::Reset),
            At::Attempts(vec![200]),
            At::Effects(1),
        ];
        let outcome = Case::accepted().went(ONCE_TIMED_OUT, steps).judge(&TimedOutRedelivered);
        assert!(matches!(reason(outcome), Reason::Transport(_)));
    }

    #[test]
    fn cannot_be_seen_without_effects() {
        let outcome = Case::accepted()
            .not_made(ONCE_TIMED_OUT, crate::model::NotMade::NoEffects)
            .judge(&TimedOutRedelivered);
        assert!(matches!(reason(outcome), Reason::NoWayToObserve(_)));
    }
}
