//! What is refused must have no effect.

use crate::conversation::aftermath::{self, Aftermath};
use crate::conversation::answers::baseline;
use crate::conversation::effects::{
    applied_late, counted, every, forgeries_alone, unfinished, without_effect,
};
use crate::conversation::forged_first;
use crate::conversation::scenarios::{
    LATE_EFFECTS, REFUSED_EFFECTS, between_baselines, late_effects, once_sequential,
    refused_effects,
};
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Concern, Evidence, Facts, Finding, Level, Merchant, Needs, Outcome, Probe,
    Reason, Reference, RunFacts, Subject,
};
use crate::text;

/// See [`META`].
pub(super) struct RefusedWithoutEffect;

const META: CheckMeta = CheckMeta {
    id: "webhook-refused-without-effect",
    title: "Forged events have no effect",
    level: Level::Recommended,
    covers: &["WH-12", "WH-26"],
    needs: Needs::Network,
    attestable: true,
    waivable: false,
    rationale: "A refusal that comes after the credit protects nobody.",
    judged: "With `--deliver full`, a test order and `[webhook.effects]`: every kind of forged \
             `payment.success`, also one that the sandbox secret signs and one that the API key \
             signs, then its genuine twin; and on a second order the forgeries alone, one of them \
             again once effects rest (`webhook.effects.settle`), and counted then too, since one \
             that is credited late hides behind its twin; on up to five more orders and three \
             payouts a few forgeries first, then the genuine event. The forgeries must have no \
             effect and leave the state (`[webhook.status]`) as it was, each genuine event must \
             have one. An effect of a forgery fails, and the item is then required; no effect of \
             the twin shows nothing and is undecided. Without effects a person may answer for it.",
    remediation: "Verify the signature before anything else is done with the event.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for RefusedWithoutEffect {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        let harmed = |one: &Result<Aftermath, Reason>| {
            matches!(one, Ok(Aftermath::Applied(_) | Aftermath::Lost(_)))
        };
        if after_late(facts).is_some() || Aftermath::all(facts).iter().any(harmed) {
            return Level::Required;
        }
        let forged = facts.scenario(REFUSED_EFFECTS).ok().and_then(|seen| every(seen).ok());
        match forged.as_deref() {
            Some([before, forged, ..]) if forged > before => Level::Required,
            Some(_) | None => META.level,
        }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        let forged = [refused_effects(merchant), late_effects(merchant)];
        let usual = [once_sequential(merchant)];
        between_baselines(forged.into_iter().chain(forged_first::scenarios(merchant)).chain(usual))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let counts = every(counted(facts, REFUSED_EFFECTS, META.id)?)?;
        let [before, forged, ref genuine @ ..] = counts[..] else {
            return Err(unfinished().into());
        };
        let subject = || Subject::Delivery(REFUSED_EFFECTS.into());
        let evidence = Evidence::of(
            subject(),
            "no effect of any forgery",
            text!("{} before, {} after the forgeries", before, forged),
        );
        if forged > before {
            return Ok(applied_in_spite(vec![evidence]));
        }
        if let Some(late) = after_late(facts) {
            let message = "a forged event without a genuine one after it had an effect";
            return Ok(Outcome::Fail(Finding::new(message, vec![late]).about(Concern::Effect)));
        }
        let orders = Aftermath::all(facts);
        let (mut applied, mut lost) = (Vec::new(), Vec::new());
        for aftermath in orders.iter().flatten() {
            match aftermath {
                Aftermath::Right => {}
                Aftermath::Applied(evidence) => applied.push(evidence.clone()),
                Aftermath::Lost(evidence) => lost.push(evidence.clone()),
            }
        }
        if !applied.is_empty() {
            return Ok(applied_in_spite(applied));
        }
        if !lost.is_empty() {
            let message = "a forged event keeps the genuine one that follows from being applied";
            return Ok(Outcome::Fail(Finding::new(message, lost).fix(
                "Mark an event as seen only after its signature was verified, in the transaction \
                 that applies it",
            )));
        }
        let [genuine] = *genuine else { return Err(unfinished().into()) };
        if genuine <= forged {
            return Err(without_effect(REFUSED_EFFECTS, before).into());
        }
        baseline(facts)?;
        let twin = Evidence::of(
            subject(),
            "an effect of the genuine event",
            text!("{} after the genuine event", genuine),
        );
        let [before, between, after] = every(counted(facts, LATE_EFFECTS, META.id)?)?[..] else {
            return Err(unfinished().into());
        };
        let mut shown = vec![evidence, twin, forgeries_alone(before, between.max(after))];
        if !orders.is_empty() {
            let right = orders.into_iter().collect::<Result<Vec<Aftermath>, Reason>>()?.len();
            shown.push(Evidence::of(
                Subject::Run("orders for which forgeries came first"),
                "each genuine event after them applied",
                text!("{} of {}", right, right),
            ));
        }
        Ok(Outcome::Pass(shown))
    }
}

/// What forgeries did to the order that no genuine event was about, at once or later.
fn after_late(facts: &Facts<'_>) -> Option<Evidence> {
    let state = || aftermath::changed(LATE_EFFECTS, facts.scenario(LATE_EFFECTS).ok()?);
    applied_late(facts).or_else(state)
}

fn applied_in_spite(shown: Vec<Evidence>) -> Outcome {
    Outcome::Fail(Finding::new("a forged event was applied", shown).about(Concern::Effect))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{At, Case, failure, passes, reason};
    use crate::model::{NotMade, Reason};

    fn case(counts: &[u64]) -> Case {
        late(
            Case::accepted()
                .went("refused-effects", counts.iter().copied().map(At::Effects).collect()),
            &[0, 0, 0],
        )
    }

    fn late(case: Case, counts: &[u64]) -> Case {
        case.went("late-effects", counts.iter().copied().map(At::Effects).collect())
    }

    #[test]
    fn fails_a_forgery_that_hid_behind_its_twin_and_is_required_then() {
        for counts in [&[0, 0, 1][..], &[0, 1, 1], &[0, 1]] {
            let case = late(case(&[0, 0, 1]), counts);
            failure(case.judge(&RefusedWithoutEffect));
            assert_eq!(RefusedWithoutEffect.level(&case.facts()), Level::Required);
        }
    }

    #[test]
    fn fails_a_forgery_that_changes_the_state_of_its_order() {
        let (before, between) = ([At::Effects(0), At::Called("new")], At::Called("failed"));
        let steps = before.into_iter().chain([At::Effects(0), between, At::Effects(0)]).collect();
        let case = case(&[0, 0, 1]).went("late-effects", steps);
        failure(case.judge(&RefusedWithoutEffect));
        assert_eq!(RefusedWithoutEffect.level(&case.facts()), Level::Required);
    }

    #[test]
    fn is_undecided_when_nobody_waited_for_late_effects() {
        let outcome = late(case(&[0, 0, 1]), &[0, 0]).judge(&RefusedWithoutEffect);
        assert!(matches!(reason(outcome), Reason::Transport(_)));
        let key = "webhook.order".to_owned();
        let outcome = case(&[0, 0, 1])
            .not_made("late-effects", NotMade::NoTestOrders { key })
            .judge(&RefusedWithoutEffect);
        assert!(matches!(reason(outcome), Reason::NoWayToObserve(_)));
    }

    #[test]
    fn passes_when_only_the_twin_counts() {
        passes(case(&[0, 0, 1]).judge(&RefusedWithoutEffect));
    }

    #[test]
    fn fails_when_a_forgery_counts_and_is_required_then() {
        let case = case(&[0, 1, 1]);
        failure(case.judge(&RefusedWithoutEffect));
        assert_eq!(RefusedWithoutEffect.level(&case.facts()), Level::Required);
    }

    #[test]
    fn fails_a_forgery_even_when_the_end_is_missing() {
        failure(case(&[0, 1]).judge(&RefusedWithoutEffect));
    }

    #[test]
    fn is_undecided_when_the_twin_has_no_effect() {
        assert!(matches!(
            reason(case(&[0, 0, 0]).judge(&RefusedWithoutEffect)),
            Reason::Ambiguous(_)
        ));
    }

    #[test]
    fn is_undecided_when_the_end_is_missing() {
        assert!(matches!(reason(case(&[0, 0]).judge(&RefusedWithoutEffect)), Reason::Transport(_)));
    }

    #[test]
    fn cannot_be_seen_without_effects() {
        let outcome = Case::accepted()
            .not_made("refused-effects", NotMade::NoEffects)
            .judge(&RefusedWithoutEffect);
        assert!(matches!(reason(outcome), Reason::NoWayToObserve(_)));
    }
}
