//! What is refused must have no effect.

use super::conversation::control;
use super::effects::{counted, every, unfinished, without_effect};
use super::scenarios::{REFUSED_EFFECTS, between_controls, refused_effects};
use super::stacks;
use crate::model::{Check, CheckMeta, Evidence, Facts, Level, Merchant, Needs, Outcome, Probe, Reference, RunFacts, Subject};
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
    judged: "With `--deliver full`, a test order and `[webhook.effects]`: every kind of forged `payment.success`, then its genuine twin. The forgeries must \
             have no effect, the twin one. An effect of a forgery fails, and the item is then required; no effect of the twin shows nothing and is \
             undecided. Without effects a person may answer for it.",
    remediation: "Verify the signature before anything else is done with the event.",
    stacks: stacks::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for RefusedWithoutEffect {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        let forged = facts.scenario(REFUSED_EFFECTS).ok().and_then(|seen| every(seen).ok());
        match forged.as_deref() {
            Some([before, forged, ..]) if forged > before => Level::Required,
            Some(_) | None => META.level,
        }
    }

    fn plan(&self, merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        between_controls([refused_effects(merchant)])
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        let counts = every(counted(facts, REFUSED_EFFECTS, META.id)?)?;
        let [before, forged, ref genuine @ ..] = counts[..] else { return Err(unfinished().into()) };
        let subject = || Subject::Delivery(REFUSED_EFFECTS.into());
        let evidence = Evidence::of(subject(), "no effect of any forgery", text!("{} before, {} after the forgeries", before, forged));
        if forged > before {
            return Ok(Outcome::fail("a forged event was applied", vec![evidence]));
        }
        let [genuine] = *genuine else { return Err(unfinished().into()) };
        if genuine <= forged {
            return Err(without_effect(REFUSED_EFFECTS, before).into());
        }
        control(facts)?;
        let twin = Evidence::of(subject(), "an effect of the genuine event", text!("{} after the genuine event", genuine));
        Ok(Outcome::Pass(vec![evidence, twin]))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{At, Case, failure, passes, reason};
    use super::*;
    use crate::model::{NotMade, Reason};

    fn case(counts: &[u64]) -> Case {
        Case::accepted().went("refused-effects", counts.iter().copied().map(At::Effects).collect())
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
        assert!(matches!(reason(case(&[0, 0, 0]).judge(&RefusedWithoutEffect)), Reason::Ambiguous(_)));
    }

    #[test]
    fn is_undecided_when_the_end_is_missing() {
        assert!(matches!(reason(case(&[0, 0]).judge(&RefusedWithoutEffect)), Reason::Transport(_)));
    }

    #[test]
    fn cannot_be_seen_without_effects() {
        let outcome = Case::accepted().not_made("refused-effects", NotMade::NoEffects).judge(&RefusedWithoutEffect);
        assert!(matches!(reason(outcome), Reason::NoWayToObserve(_)));
    }
}
