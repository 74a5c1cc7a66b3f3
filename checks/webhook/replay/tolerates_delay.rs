//! An event that was under way for a few seconds should still be accepted.

use crate::conversation::answers::{baseline, evidence};
use crate::conversation::baselines::Baselines;
use crate::conversation::measurements::Window;
use crate::conversation::scenarios::{between_baselines, window, window_name};
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Evidence, Facts, Finding, Merchant, Needs, Outcome, Probe, Reason, Reference,
    RunFacts, Subject, Text, Way,
};
use crate::text;

/// See [`META`].
pub(super) struct ToleratesDelay;

const META: CheckMeta = CheckMeta {
    id: "webhook-tolerates-delay",
    title: "Webhook leaves events room for ordinary delay",
    covers: &["SV-03", "WH-14"],
    needs: Needs::Network,
    rationale: "Networks, queues and clocks take seconds; a window narrower than that refuses \
                genuine events at random, mostly under load.",
    judged: "Measures how old and how far ahead of time a timestamp is accepted, by up to three \
             rounds of genuine `payment.processing` events, from the present to \
             `limits.webhook_stale_s` either way, with the offset of our clock taken out as far \
             as the `Date` of the platform's answer (or else the receiver's) tells it: exact to a \
             second at best. An event that is refused before it is \
             `limits.webhook_window_least_s` old fails (10 s, golive's limit: the platform names \
             none). What is accepted ahead of time is measured and not judged here. Where answers \
             contradict each other near that limit, it cannot be told. Wide windows are the \
             business of webhook-rejects-stale.",
    remediation: "Accept an `X-TIMESTAMP` that is up to a few minutes from your clock, five for \
                  instance, and keep that clock synchronised.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for ToleratesDelay {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines([Way::Past, Way::Future].map(|way| window(merchant, way)))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        baseline(facts)?;
        let least_s = facts.merchant.limits.webhook_window_least_s;
        let past = Window::of(facts, Way::Past)?;
        let expected = text!("accepted up to {} s old at least (golive's limit)", least_s);
        let mut shown = vec![found(Way::Past, &past, expected)];
        let wide_enough =
            u64::try_from(past.accepted_s()).is_ok_and(|accepted_s| accepted_s >= least_s);
        if wide_enough || past.refused_s().is_none() && past.is_clear() {
            shown.extend(
                Window::of(facts, Way::Future)
                    .ok()
                    .map(|future| found(Way::Future, &future, "whatever it is".into())),
            );
            return Ok(Outcome::Pass(shown));
        }
        let Some(refused) = past.nearest_refused().filter(|_| past.is_clear()) else {
            return Err(Reason::Ambiguous(text!(
                "accepted up to {} s old; {}",
                past.accepted_s(),
                past.words()
            ))
            .into());
        };
        Baselines::around(facts, &[refused])?;
        shown.push(evidence(refused, "200"));
        let message = text!(
            "an event is refused once it is more than {} s old, which ordinary delay can make it",
            past.accepted_s()
        );
        Ok(Outcome::Fail(Finding::new(message, shown)))
    }
}

fn found(way: Way, window: &Window<'_>, expected: Text) -> Evidence {
    let side = match way {
        Way::Past => "old",
        Way::Future => "ahead of time",
    };
    let observed = text!("accepted up to {} s {}; {}", window.accepted_s(), side, window.words());
    Evidence::of(Subject::Delivery(window_name(way).into()), expected, observed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason};

    fn judged(answers: &[(i64, u16)]) -> Outcome {
        Case::accepted().searched(Way::Past, answers).judge(&ToleratesDelay)
    }

    #[test]
    fn passes_a_window_of_minutes_and_one_of_half_a_minute() {
        passes(judged(&[(10, 200), (300, 200), (301, 401)]));
        passes(judged(&[(10, 200), (30, 200), (31, 401)]));
        passes(judged(&[(9, 200), (10, 200), (11, 401)]));
    }

    #[test]
    fn passes_where_no_timestamp_is_refused_at_all() {
        passes(judged(&[(10, 200), (3_600, 200)]));
        let mut case = Case::accepted().searched(Way::Past, &[(60, 200)]);
        case.merchant.limits.webhook_window_least_s = 100;
        passes(case.judge(&ToleratesDelay));
    }

    #[test]
    fn shows_the_window_ahead_of_time_beside_it() {
        let case = Case::accepted()
            .searched(Way::Past, &[(10, 200), (11, 401)])
            .searched(Way::Future, &[(1, 401)]);
        let Outcome::Pass(shown) = case.judge(&ToleratesDelay) else { panic!("passes") };
        assert!(
            shown[1]
                .observed
                .as_str()
                .starts_with("accepted up to 0 s ahead of time; refused from 1 s"),
            "{}",
            shown[1].observed
        );
    }

    #[test]
    fn fails_a_window_that_ordinary_delay_closes() {
        let finding = failure(judged(&[(5, 200), (6, 401), (10, 401)]));
        assert!(finding.message.as_str().contains("more than 5 s old"), "{}", finding.message);
        assert!(finding.evidence[1].subject.eq(&Subject::Delivery("window-past-6".into())));
        failure(judged(&[(1, 401), (10, 401)]));
    }

    #[test]
    fn cannot_tell_where_answers_contradict_each_other_or_say_nothing() {
        assert!(matches!(reason(judged(&[(5, 401), (10, 200), (300, 200)])), Reason::Ambiguous(_)));
        assert!(matches!(reason(judged(&[(5, 500), (10, 401)])), Reason::Ambiguous(_)));
        let barred =
            Case::accepted().answered("control-after", 403).searched(Way::Past, &[(1, 401)]);
        assert!(matches!(
            reason(barred.judge(&ToleratesDelay)),
            Reason::Blocked { by: "webhook-reachable" }
        ));
    }

    #[test]
    fn waits_for_the_control() {
        let outcome = Case::accepted()
            .answered("control-before", 500)
            .searched(Way::Past, &[(10, 401)])
            .judge(&ToleratesDelay);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }
}
