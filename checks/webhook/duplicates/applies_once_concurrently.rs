//! An event must be applied once, also when its duplicates arrive at the same time.

use crate::conversation::answers::baseline;
use crate::conversation::effects::counted;
use crate::conversation::rounds::Rounds;
use crate::conversation::scenarios::{ONCE_CONCURRENT, between_baselines, races};
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Copies, Facts, Finding, Level, Merchant, Needs, Outcome, Probe, Reason,
    Reference, RunFacts, Text,
};
use crate::text;

/// See [`META`].
pub(super) struct AppliesOnceConcurrently;

const META: CheckMeta = CheckMeta {
    id: "webhook-applies-once-concurrently",
    title: "Webhook applies an event once when its duplicates arrive together",
    level: Level::Required,
    covers: &["PC-19", "WH-20"],
    needs: Needs::Network,
    attestable: true,
    waivable: false,
    rationale: "A receiver that looks whether it knows an event and then credits it lets two at \
                the same moment through.",
    judged: "With `--deliver full`, test orders and `[webhook.effects]`: a race of one \
             `payment.success` on 20 connections (`limits.webhook_concurrent_duplicates`), all \
             but the last byte of each sent before the last bytes are released; 3 rounds \
             (`limits.webhook_race_rounds`) of the same bytes and 3 of the re-signed event \
             for each connection, each round on a test order of its own. The first round releases \
             all at once, the second within 20 ms, the third over the time an answer takes (50 to \
             250 ms), in an order that `--seed` repeats. Every round must credit its order \
             exactly once, and one delivery at least be answered 200: more than one effect in any \
             round fails. None at all in a round is undecided. What the others were answered is \
             shown and not judged. Where test ids or time (`limits.webhook_race_ms`) run out, the \
             rounds that were seen decide, and the evidence says how many. Without effects a \
             person may answer for it.",
    remediation: "Let the database decide: a unique index over event and order id, and the credit \
                  in the transaction that inserted the row.",
    stacks: stack_fixes::ONCE,
    reference: Reference::WEBHOOKS,
    ..CheckMeta::USUAL
};

impl Check for AppliesOnceConcurrently {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_baselines(races(merchant))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let (same, afresh) =
            (Rounds::of(facts, Copies::Same), Rounds::of(facts, Copies::SignedAfresh));
        let shown = vec![same.evidence(), afresh.evidence()];
        if let Some(message) = violation(&same, &afresh) {
            let again = text!(
                "golive check --deliver full --only {} --seed {}, with test ids that were not \
                 used yet",
                META.id,
                facts.run.seed
            );
            let finding = Finding::new(message, shown).repeat(again);
            let by_signature =
                same.violated() == 0 && same.seen() > 1 && afresh.violated() == afresh.seen();
            return Ok(Outcome::Fail(if by_signature { finding.fix(BY_EVENT) } else { finding }));
        }
        baseline(facts)?;
        if let Some(why) = same.doubt().or(afresh.doubt()) {
            return Err(why.clone().into());
        }
        if same.seen() + afresh.seen() == 0 {
            // Where it cannot be seen at all, the ways to make it provable.
            counted(facts, ONCE_CONCURRENT, META.id)?;
            return Err(same
                .missing()
                .cloned()
                .unwrap_or(Reason::Own("no round was planned".into()))
                .into());
        }
        Ok(Outcome::Pass(shown))
    }
}

/// What to do where deliveries that were re-signed are applied again every time, and the same
/// bytes never.
const BY_EVENT: &str = "Tell duplicates, and lock, by event and order id: the same event, \
                        re-signed, has another signature and timestamp. A unique index over the \
                        two, and the credit in the transaction that inserted the row.";

/// What went wrong, where anything did.
fn violation(same: &Rounds, afresh: &Rounds) -> Option<Text> {
    let rounds = |rounds: &Rounds| {
        text!(
            "{} of {} {}",
            rounds.violated(),
            rounds.seen(),
            if rounds.seen() == 1 { "round" } else { "rounds" }
        )
    };
    match (same.violated(), afresh.violated()) {
        (0, 0) => None,
        (_, 0) => Some(text!(
            "an event whose duplicates arrived together was applied more than once, in {}",
            rounds(same)
        )),
        (0, _) => Some(text!(
            "an event that arrived together, re-signed each time, was applied more than once, \
             in {}",
            rounds(afresh)
        )),
        (_, _) => Some(text!(
            "an event whose duplicates arrived together was applied more than once, in {} of the \
             same bytes and {} re-signed",
            rounds(same),
            rounds(afresh)
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::{NotMade, TroubleKind};

    const SAME: [&str; 3] = ["once-concurrent", "once-concurrent-2", "once-concurrent-3"];
    const AFRESH: [&str; 3] = ["once-resigned", "once-resigned-2", "once-resigned-3"];

    fn round(effects: u64, answers: Vec<u16>) -> Vec<At> {
        vec![At::Effects(0), At::Together(answers), At::Effects(effects)]
    }

    /// All six rounds had one effect.
    fn right() -> Case {
        SAME.into_iter()
            .chain(AFRESH)
            .fold(Case::accepted(), |case, name| case.went(name, round(1, vec![200; 20])))
    }

    fn evidence(outcome: Outcome) -> [String; 2] {
        let Outcome::Pass(evidence) = outcome else { panic!("expected a pass, got {outcome:?}") };
        [0, 1].map(|at| evidence[at].observed.as_str().to_owned())
    }

    #[test]
    fn passes_one_effect_in_every_round_and_says_what_was_answered() {
        let mut case = right().went(SAME[1], round(1, [vec![200; 17], vec![409; 3]].concat()));
        case.run.seed = 4711;
        let [same, afresh] = evidence(case.judge(&AppliesOnceConcurrently));
        assert_eq!(
            same,
            "20 deliveries, 3 rounds: 1 effect each; 57 answered 200, 3 answered 409; released by \
             seed 4711"
        );
        assert_eq!(
            afresh,
            "20 deliveries, each re-signed, 3 rounds: 1 effect each; 60 answered 200; \
             released by seed 4711"
        );
    }

    #[test]
    fn passes_one_effect_whatever_the_others_were_answered() {
        let case = SAME
            .into_iter()
            .chain(AFRESH)
            .fold(right(), |case, name| case.went(name, round(1, vec![200, 409, 503, 503])));
        passes(case.judge(&AppliesOnceConcurrently));
    }

    #[test]
    fn fails_more_than_one_in_any_round() {
        for name in SAME.into_iter().chain(AFRESH) {
            let finding = failure(
                right().went(name, round(7, vec![200; 20])).judge(&AppliesOnceConcurrently),
            );
            assert!(
                finding.evidence.iter().any(|evidence| evidence.observed.as_str().contains("7")
                    && !evidence.observed.as_str().contains("each;"))
            );
            assert!(finding.message.as_str().ends_with("in 1 of 3 rounds"), "{}", finding.message);
            assert!(finding.fix.is_none(), "{name}");
            assert!(finding.repeat.is_some_and(|again| again.as_str().contains("--seed 0")));
        }
        let both =
            right().went(SAME[0], round(7, vec![200; 20])).went(AFRESH[2], round(2, vec![200; 20]));
        let finding = failure(both.judge(&AppliesOnceConcurrently));
        assert!(
            finding
                .message
                .as_str()
                .ends_with("in 1 of 3 rounds of the same bytes and 1 of 3 rounds re-signed"),
            "{}",
            finding.message
        );
        assert!(finding.evidence[0].observed.as_str().contains("3 rounds: 7, 1, 1 effects"));
    }

    #[test]
    fn says_what_to_do_where_only_the_signature_tells_duplicates() {
        let case = AFRESH
            .into_iter()
            .fold(right(), |case, name| case.went(name, round(20, vec![200; 20])));
        let finding = failure(case.judge(&AppliesOnceConcurrently));
        assert!(finding.message.as_str().ends_with("in 3 of 3 rounds"), "{}", finding.message);
        assert!(finding.fix.is_some_and(|fix| fix.as_str().contains("by event and order id")));
    }

    #[test]
    fn fails_more_than_one_also_where_other_rounds_show_nothing() {
        let case =
            right().went(SAME[0], round(0, vec![200; 20])).went(SAME[1], round(2, vec![503; 20]));
        failure(case.judge(&AppliesOnceConcurrently));
    }

    #[test]
    fn one_round_decides_where_test_orders_run_out_and_the_others_are_said_to_be_missing() {
        let none = || NotMade::NoTestOrders { key: "webhook.order".to_owned() };
        let case =
            SAME[1..].iter().chain(&AFRESH).fold(right(), |case, name| case.not_made(name, none()));
        let [same, afresh] = evidence(case.judge(&AppliesOnceConcurrently));
        assert!(
            same.starts_with("20 deliveries, 1 of 3 rounds: 1 effect; 20 answered 200; missing: "),
            "{same}"
        );
        assert!(
            same.ends_with("`webhook.order` gives no further test id") && !same.contains("seed"),
            "{same}"
        );
        assert!(
            afresh.starts_with("not seen: ")
                && afresh.ends_with("`webhook.order` gives no further test id"),
            "{afresh}"
        );
        let case = case.went(SAME[0], round(2, vec![200; 20]));
        assert!(
            failure(case.judge(&AppliesOnceConcurrently))
                .message
                .as_str()
                .ends_with("in 1 of 1 round")
        );
    }

    #[test]
    fn what_was_seen_decides_where_time_ran_out_or_a_count_failed() {
        let case = right()
            .not_made(AFRESH[2], NotMade::RacesTookLong)
            .went(SAME[2], vec![At::Effects(0), At::Together(vec![200; 20])]);
        let [same, afresh] = evidence(case.judge(&AppliesOnceConcurrently));
        assert!(
            same.contains("2 of 3 rounds: 1 effect each") && same.contains("missing: "),
            "{same}"
        );
        assert!(
            afresh.contains("2 of 3 rounds: 1 effect each")
                && afresh.contains("limits.webhook_race_ms"),
            "{afresh}"
        );
    }

    #[test]
    fn a_run_of_before_there_were_rounds_is_judged_by_its_one() {
        let [same, afresh] = evidence(
            Case::accepted().went(SAME[0], round(1, vec![200; 20])).judge(&AppliesOnceConcurrently),
        );
        assert!(
            same.contains("1 of 3 rounds: 1 effect;") && afresh.starts_with("not seen"),
            "{same} {afresh}"
        );
    }

    #[test]
    fn is_undecided_when_a_round_had_no_effect() {
        for name in [SAME[0], AFRESH[1]] {
            let case = right().went(name, round(0, vec![200; 20]));
            let Reason::Ambiguous(why) = reason(case.judge(&AppliesOnceConcurrently)) else {
                panic!("ambiguous")
            };
            assert!(why.as_str().contains(name), "{why}");
        }
    }

    #[test]
    fn is_undecided_when_none_was_accepted_or_they_were_not_answered() {
        for (effects, answers) in [(1, vec![503; 20]), (1, vec![200])] {
            let case = Case::accepted().went(SAME[0], round(effects, answers));
            let Reason::Ambiguous(why) = reason(case.judge(&AppliesOnceConcurrently)) else {
                panic!("ambiguous")
            };
            assert!(why.as_str().contains("did not meet"), "{why}");
        }
        let steps = vec![
            At::Effects(0),
            At::Status(200),
            At::Trouble(TroubleKind::TimedOut),
            At::Effects(1),
        ];
        assert!(matches!(
            reason(Case::accepted().went(SAME[0], steps).judge(&AppliesOnceConcurrently)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn is_blocked_when_the_control_was_not_accepted() {
        let case = right().answered("control-before", 500);
        assert!(matches!(reason(case.judge(&AppliesOnceConcurrently)), Reason::Blocked { .. }));
    }

    #[test]
    fn cannot_be_seen_without_effects_and_says_how_it_could() {
        let outcome =
            Case::accepted().not_made(SAME[0], NotMade::NoEffects).judge(&AppliesOnceConcurrently);
        let Reason::NoWayToObserve(why) = reason(outcome) else { panic!("no way to observe") };
        assert!(why.as_str().contains("attest.webhook-applies-once-concurrently"), "{why}");
    }

    #[test]
    fn plans_as_many_rounds_as_the_limits_ask_for() {
        let mut case = right();
        for (rounds, scenarios) in [(1, 2), (3, 6), (10, 20)] {
            case.merchant.limits.webhook_race_rounds = rounds;
            assert_eq!(
                AppliesOnceConcurrently.plan(&case.merchant, &case.run).len(),
                scenarios + 2
            );
        }
    }
}
