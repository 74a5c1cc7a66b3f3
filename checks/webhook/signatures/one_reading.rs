//! A signature must mean one thing: a receiver that takes several readings of the rule takes more
//! than the platform signs.

use crate::conversation::answers::{baseline, single};
use crate::conversation::baselines::{Negatives, refuses, tells_by_answers};
use crate::conversation::scenarios::{
    BODY_TELLING, BY_API_KEY, FORGED_BODY_ONLY, FORGED_WRONG_SECRET, between_baselines, misread,
};
use crate::conversation::stack_fixes;
use crate::model::{
    Check, CheckMeta, Delivery, Exchange, Facts, Level, Merchant, Needs, NotMade, Observed,
    Outcome, Probe, Reason, Reference, RunFacts, Scenario, Signed, Text,
};
use crate::platform::signing::{Misreading, Sample};
use crate::text;

/// See [`META`].
pub(super) struct OneReading;

const META: CheckMeta = CheckMeta {
    id: "webhook-one-reading",
    title: "Webhook accepts exactly one signature scheme",
    level: Level::Recommended,
    covers: &["WH-11", "SC-02"],
    needs: Needs::Network,
    rationale: "A receiver that tries one signing variant after another accepts signatures \
                that the platform never made, and nobody knows any more which one counts.",
    judged: "Events signed under common wrong readings (timestamp first, a dot between, \
             milliseconds, the API key, no HMAC; the body as JavaScript, PHP or Python write it, \
             or sorted) must each meet a 4xx, while genuine ones were answered 200. A 2xx fails. \
             Spellings of the body count where the receiver took the same body signed as it was \
             sent. The platform says nothing of this; the level is golive's. `golive doctor` tries \
             some two hundred.",
    remediation: "Verify one way alone: `hex(HMAC-SHA256(secret, raw body + X-TIMESTAMP))`, and \
                  delete what was tried before that worked.",
    stacks: stack_fixes::VERIFY,
    reference: Reference::WEBHOOK_SIGNATURE,
    ..CheckMeta::USUAL
};

impl Check for OneReading {
    fn meta(&self) -> &'static CheckMeta {
        &META
    }

    fn level(&self, facts: &Facts<'_>) -> Level {
        let by_api_key = single(facts, BY_API_KEY).is_ok_and(Exchange::succeeded);
        if by_api_key && tells_by_answers(facts).is_ok() { Level::Required } else { META.level }
    }

    fn plan(&self, _merchant: &Merchant, _run: &RunFacts) -> Vec<Probe> {
        let all =
            [FORGED_WRONG_SECRET, FORGED_BODY_ONLY, BODY_TELLING].into_iter().chain(misread());
        between_baselines(all.map(Scenario::single))
    }

    fn judge(&self, facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        baseline(facts)?;
        // What these prove is their own checks' matter; a receiver that takes them proves nothing
        // here.
        let mut shown = vec![refuses(facts, &FORGED_WRONG_SECRET, "webhook-rejects-forged")?];
        shown.push(refuses(facts, &FORGED_BODY_ONLY, "webhook-rejects-forged")?);
        let (plain, spelled): (Vec<Delivery>, Vec<Delivery>) = misread()
            .filter(|delivery| is_made(facts, delivery))
            .partition(|delivery| sample(delivery) == Some(Sample::Plain));
        let raw = single(facts, BODY_TELLING.name)?.accepted();
        let names = |deliveries: &[Delivery]| -> Vec<&'static str> {
            deliveries.iter().map(|delivery| delivery.name).collect()
        };
        if !raw && !Negatives::of(facts, &names(&spelled)).accepted.is_empty() {
            return Err(Reason::Blocked { by: "webhook-verifies-raw-body" }.into());
        }
        let mut all = names(&plain);
        if raw {
            all.extend(names(&spelled));
        }
        let negatives = Negatives::of(facts, &all);
        let taken: Vec<Text> = negatives
            .accepted
            .iter()
            .filter_map(|exchange| Misreading::named(&exchange.name))
            .map(words)
            .collect();
        let outcome =
            negatives.judge(facts, "the receiver accepts several signing variants", |_| None)?;
        Ok(match outcome {
            Outcome::Fail(mut finding) => {
                let taken = Text::join(&taken, "; and one for which ");
                finding.message = text!(
                    "beside the right signature the receiver accepts one for which {}",
                    taken
                );
                Outcome::Fail(finding)
            }
            Outcome::Pass(evidence) => {
                shown.extend(evidence);
                Outcome::Pass(shown)
            }
            Outcome::Warn(_)
            | Outcome::Undecided(_)
            | Outcome::NotApplicable(_)
            | Outcome::Attested(_)
            | Outcome::Waived(..) => outcome,
        })
    }
}

fn words(misreading: &'static Misreading) -> Text {
    let words: Vec<Text> =
        misreading.variants().iter().map(|variant| Text::from(variant.words())).collect();
    Text::join(&words, ", and ")
}

fn sample(delivery: &Delivery) -> Option<Sample> {
    if let Signed::Under(misreading) = delivery.signed { Some(misreading.sample) } else { None }
}

/// Whether the configured keys give the reading.
fn is_made(facts: &Facts<'_>, delivery: &Delivery) -> bool {
    !matches!(facts.seen.scenarios.get(delivery.name), Some(Observed::NotMade(NotMade::NoReading)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, failure, passes, reason};

    fn right() -> Case {
        let refused = misread()
            .map(|delivery| delivery.name)
            .chain([FORGED_WRONG_SECRET.name, FORGED_BODY_ONLY.name]);
        Case::accepted().answered(BODY_TELLING.name, 200).all_answered(refused, 401)
    }

    #[test]
    fn passes_when_every_other_reading_is_refused() {
        passes(right().judge(&OneReading));
    }

    #[test]
    fn fails_when_a_wrong_one_is_accepted_beside_the_right_one() {
        for delivery in misread() {
            let finding = failure(right().answered(delivery.name, 200).judge(&OneReading));
            assert_eq!(finding.evidence.len(), 1);
            assert!(
                finding.message.as_str().contains("accepts one for which"),
                "{}",
                finding.message
            );
        }
    }

    #[test]
    fn a_key_that_is_no_secret_is_held_against_the_receiver_whatever_the_level() {
        assert!(misread().any(|delivery| delivery.name == BY_API_KEY));
        assert_eq!(OneReading.level(&right().facts()), Level::Recommended);
        assert_eq!(
            OneReading.level(&right().answered("reading-separator-dot", 200).facts()),
            Level::Recommended
        );
        let taken = right().answered(BY_API_KEY, 200);
        assert_eq!(OneReading.level(&taken.facts()), Level::Required);
        assert_eq!(
            OneReading.level(&taken.answered(FORGED_WRONG_SECRET.name, 200).facts()),
            Level::Recommended
        );
    }

    #[test]
    fn spellings_say_nothing_where_the_body_as_sent_is_refused() {
        let case = right().answered(BODY_TELLING.name, 400);
        passes(case.judge(&OneReading));
        let outcome = case.answered("spelling-php-body", 200).judge(&OneReading);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-verifies-raw-body" });
    }

    #[test]
    fn a_reading_that_the_keys_do_not_give_is_left_out() {
        passes(
            right().not_made("reading-api-key-as-secret", NotMade::NoReading).judge(&OneReading),
        );
    }

    #[test]
    fn waits_for_a_receiver_that_verifies() {
        for forgery in [FORGED_WRONG_SECRET.name, FORGED_BODY_ONLY.name] {
            let outcome = right().answered(forgery, 200).judge(&OneReading);
            assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-rejects-forged" });
        }
        let outcome = right().answered("control-before", 401).judge(&OneReading);
        assert_eq!(reason(outcome), Reason::Blocked { by: "webhook-reachable" });
    }

    #[test]
    fn is_undecided_when_a_refusal_may_be_trouble() {
        assert!(matches!(
            reason(right().answered("reading-separator-dot", 429).judge(&OneReading)),
            Reason::Ambiguous(_)
        ));
        assert!(matches!(
            reason(right().answered("control-after", 503).judge(&OneReading)),
            Reason::Ambiguous(_)
        ));
    }
}
