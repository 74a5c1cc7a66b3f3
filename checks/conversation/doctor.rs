//! The doctor for signatures: how a receiver reads them, where it does not read them as the
//! platform makes them.

use std::collections::{BTreeMap, BTreeSet};

use super::respelling::is_a_strict_schema;
use crate::conversation::rejection_cause::RejectionCause;
use crate::conversation::scenarios::{
    AS_PRINTED, BASELINE_BEFORE, BODY_FORMS, BODY_TELLING, baseline_after, baseline_before,
};
use crate::model::{
    Examination, Exchange, Facts, Form, Merchant, Occasion, OrderNeed, Probe, Reason, Scenario,
    ScenarioSeen, Show as _, Stage, Step, Text,
};
use crate::platform::signing::{Misreading, Sample, Variant};
use crate::text;

/// The scenario that finds it out.
pub const READINGS: &str = "readings";

/// [`READINGS`], on this occasion.
#[must_use]
pub fn readings(merchant: &Merchant, occasion: Occasion) -> Scenario {
    let examination = Examination { occasion, most: merchant.limits.webhook_doctor_deliveries };
    Scenario {
        name: READINGS,
        stage: Stage::Examination,
        order: OrderNeed::Any,
        steps: vec![Step::Examine(examination)],
    }
}

/// All that the doctor alone would see: the controls, the spellings that tell a strict schema from
/// verification, and every reading.
#[must_use]
pub fn visit(merchant: &Merchant) -> Vec<Probe> {
    let forms = BODY_FORMS.into_iter().map(Scenario::single);
    let all = std::iter::once(baseline_before())
        .chain(forms)
        .chain([baseline_after(), readings(merchant, Occasion::Always)]);
    all.map(Probe::Deliver).collect()
}

/// Whether the application itself refused a genuine event, so that another reading may be why.
#[must_use]
pub fn follows(control: &Exchange) -> bool {
    control.refused()
        && matches!(
            RejectionCause::of(control),
            RejectionCause::Signature(_)
                | RejectionCause::RefusalPage(_)
                | RejectionCause::Other(_)
        )
}

/// Whether a scenario of that name shows a spelling of the body.
#[must_use]
pub fn is_spelling(scenario: &str) -> bool {
    BODY_FORMS.iter().chain([&BODY_TELLING]).any(|delivery| delivery.name == scenario)
}

/// Whether the application refused some spellings of the body, and not in the way of a strict
/// schema.
#[must_use]
pub fn differ(spelled: &[Exchange]) -> bool {
    let refused =
        |name: &str| spelled.iter().any(|exchange| exchange.name == name && follows(exchange));
    let forms: Vec<Form> = BODY_FORMS
        .iter()
        .filter(|delivery| refused(delivery.name))
        .map(|delivery| delivery.form)
        .collect();
    match forms[..] {
        [] => refused(BODY_TELLING.name),
        [..] => !is_a_strict_schema(&forms),
    }
}

/// What the doctor concludes.
#[derive(Debug)]
pub struct Conclusion<'a> {
    /// In one word.
    pub verdict: Verdict,
    /// The wrong readings that were accepted, one of those that are the same in effect.
    pub accepted: Vec<Accepted<'a>>,
    /// How many wrong readings were tried.
    pub tried: usize,
    /// How many of them were answered neither 200 nor with a refusal.
    pub unclear: usize,
    /// The answer to a genuine event.
    pub genuine: &'a Exchange,
    /// The answer to one that was signed with a made-up secret.
    pub forged: &'a Exchange,
}

/// How a receiver reads signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As the platform makes them, and no other way that was tried.
    Right,
    /// In one other way.
    Wrong,
    /// In several ways.
    Ambiguous,
    /// In no way that is known.
    Unexplained,
    /// It accepts what is signed with a made-up secret, so that the rest says nothing.
    Anything,
}

/// A wrong reading that was accepted.
#[derive(Clone, Copy, Debug)]
pub struct Accepted<'a> {
    /// The reading.
    pub misreading: &'static Misreading,
    /// How it went.
    pub exchange: &'a Exchange,
}

impl<'a> Conclusion<'a> {
    /// What was found out.
    ///
    /// # Errors
    ///
    /// Why it is not known.
    pub fn of(facts: &Facts<'a>) -> Result<Self, Reason> {
        let seen = facts.scenario(READINGS)?;
        let raw = |name: &str| {
            facts.scenario(name).is_ok_and(|seen| seen.exchanges().all(Exchange::accepted))
        };
        // No runtime keeps the order of keys and the spaces: who takes both verifies what arrived.
        let keeps_bytes = raw(AS_PRINTED.name) && raw("body-spaced");
        Self::from_seen(seen, keeps_bytes)
    }

    fn from_seen(seen: &'a ScenarioSeen, keeps_bytes: bool) -> Result<Self, Reason> {
        let named = |name: &str| seen.exchanges().find(|exchange| exchange.name == name);
        let (Some(genuine), Some(forged)) =
            (named(Examination::GENUINE.name), named(Examination::FORGED.name))
        else {
            return Err(Reason::Transport("the examination ended before it had begun".into()));
        };
        let tried: Vec<Accepted<'a>> = seen
            .exchanges()
            .filter_map(|exchange| {
                Some(Accepted { misreading: Misreading::named(&exchange.name)?, exchange })
            })
            .collect();
        let accepted = apart(genuine.accepted(), &tried);
        let spelled = accepted.iter().any(|one| one.misreading.sample == Sample::Telling);
        // A strict schema refuses the further fields of the body that tells most.
        let raw = named(Examination::TELLING.name).is_some_and(Exchange::accepted)
            || keeps_bytes && !spelled;
        let right = genuine.accepted() && raw;
        let verdict = match (right, accepted.len()) {
            _ if forged.accepted() => Verdict::Anything,
            (true, 0) => Verdict::Right,
            (false, 0) => Verdict::Unexplained,
            (false, 1) => Verdict::Wrong,
            (true | false, _) => Verdict::Ambiguous,
        };
        let unclear =
            tried.iter().filter(|one| !one.exchange.accepted() && !one.exchange.refused()).count();
        Ok(Self { verdict, accepted, tried: tried.len(), unclear, genuine, forged })
    }
}

/// Why nothing could be found out, where a genuine event did not get as far as the receiver's
/// reading of its signature; and what to do about it.
#[must_use]
pub fn in_the_way(facts: &Facts<'_>) -> Option<(String, Option<String>)> {
    let control = match facts.scenario(BASELINE_BEFORE.name) {
        Ok(seen) => seen.exchanges().next()?,
        Err(reason) => return Some((reason.show(), None)),
    };
    match control.status() {
        Some(200) => None,
        Some(200..=299) => Some((
            text!(
                "a genuine event is answered {}, and the platform takes only 200 for success",
                control.outcome()
            )
            .show(),
            None,
        )),
        Some(_) | None => {
            let obstacle = RejectionCause::of(control);
            let issued = facts.scenario(BASELINE_BEFORE.name).is_ok_and(|seen| seen.order.issued);
            let why = obstacle
                .doubt(issued)
                .map_or_else(|| obstacle.message().show(), |doubt| doubt.show());
            Some((why, Some(obstacle.fix().show())))
        }
    }
}

/// Whether the limit kept further readings from being tried.
#[must_use]
pub fn is_capped(merchant: &Merchant, conclusion: &Conclusion<'_>) -> bool {
    let most = usize::try_from(merchant.limits.webhook_doctor_deliveries).unwrap_or(usize::MAX);
    conclusion.tried + OPENING >= most
}

/// Deliveries of an examination that are signed under no wrong reading.
const OPENING: usize = 3;

/// The accepted readings that differ in effect. What shows on the body that everybody writes in a
/// way of their own says more than what shows on the plain one.
fn apart<'a>(genuine: bool, tried: &[Accepted<'a>]) -> Vec<Accepted<'a>> {
    let of = |sample: Sample| -> Vec<Accepted<'a>> {
        tried
            .iter()
            .filter(|one| one.exchange.accepted() && one.misreading.sample == sample)
            .copied()
            .collect()
    };
    let (plain, telling) = (of(Sample::Plain), of(Sample::Telling));
    let mut families: BTreeMap<String, String> = plain
        .iter()
        .chain(&telling)
        .map(|one| (one.misreading.family(), one.misreading.family_in_seconds()))
        .collect();
    if genuine {
        families.insert(String::new(), String::new());
    }
    let kept = families
        .iter()
        .filter(|(family, in_seconds)| family == in_seconds || !families.contains_key(*in_seconds))
        .map(|(family, _)| family);
    let mut all = Vec::new();
    for family in kept {
        let within = |list: &[Accepted<'a>]| -> Vec<Accepted<'a>> {
            let mut bodies = BTreeSet::new();
            list.iter()
                .filter(|one| {
                    one.misreading.family() == *family && bodies.insert(one.misreading.body())
                })
                .copied()
                .collect()
        };
        let (plain, mut spelled) = (within(&plain), within(&telling));
        let is_right = genuine && family.is_empty();
        if spelled.is_empty() && !is_right {
            spelled = plain;
        } else if is_right {
            // With the right reading of all else, one that writes the same body the same way is the
            // right one.
            let spelled_so: BTreeSet<_> = spelled.iter().map(|one| one.misreading.body()).collect();
            let another = |one: &Accepted<'a>| {
                !one.misreading.body().is_empty() && !spelled_so.contains(&one.misreading.body())
            };
            spelled.extend(plain.into_iter().filter(another));
            spelled.retain(|one| !one.misreading.body().is_empty());
        }
        all.extend(spelled);
    }
    all
}

impl Accepted<'_> {
    /// Its stable name: `php-body+base64`.
    #[must_use]
    pub fn name(&self) -> Text {
        let names: Vec<Text> =
            self.misreading.variants().iter().map(|variant| Text::from(variant.name())).collect();
        Text::join(&names, "+")
    }

    /// What is wrong with it, as a clause that can follow "a signature for which".
    #[must_use]
    pub fn words(&self) -> Text {
        let words: Vec<Text> =
            self.misreading.variants().iter().map(|variant| Text::from(variant.words())).collect();
        Text::join(&words, ", and ")
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> Text {
        let mut fixes: Vec<Text> = Vec::new();
        for fix in self.misreading.variants().into_iter().map(|variant| Text::from(fix(variant))) {
            if !fixes.contains(&fix) {
                fixes.push(fix);
            }
        }
        Text::join(&fixes, ". ")
    }
}

/// What a receiver does about a variant; most say it of both sides.
fn fix(variant: Variant) -> &'static str {
    match variant {
        Variant::UpperCaseHex
        | Variant::Base64
        | Variant::Base64url
        | Variant::Base64OfHex
        | Variant::Sha256Prefix => {
            "Compare X-SIGNATURE, as it is, with the digest in lower-case hex: Node \
             `.digest('hex')`, PHP `hash_hmac` without its fourth argument, Python `.hexdigest()`, \
             Java `HexFormat.of().formatHex(…)`"
        }
        Variant::SandboxSecret => "Load the production secret where the receiver runs",
        Variant::Milliseconds | Variant::Seconds | Variant::DecimalTimestamp => {
            "Append the value of the X-TIMESTAMP header as it is, character by character, and \
             compare it as UNIX seconds with the clock"
        }
        _ => variant.fix(),
    }
}

/// What a finding about a refused genuine event can add: the readings that were accepted in its
/// place.
pub(crate) fn instead(conclusion: &Conclusion<'_>) -> Option<Text> {
    let words: Vec<Text> = conclusion.accepted.iter().map(Accepted::words).collect();
    match conclusion.verdict {
        Verdict::Wrong | Verdict::Ambiguous => Some(text!(
            "the receiver accepts a signature for which {}",
            Text::join(&words, "; and one for which ")
        )),
        Verdict::Anything => {
            Some("the receiver accepts a signature made with a made-up secret".into())
        }
        Verdict::Right | Verdict::Unexplained => None,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::conversation::fixture::{Case, exchange};
    use crate::model::{Deliver, Merchant, OrderId, StepSeen};
    use crate::platform::signing::table;

    /// What a receiver with these readings answers to everything that could be tried.
    pub(crate) fn examined(accepted: &[&str]) -> ScenarioSeen {
        let opening = [Examination::GENUINE, Examination::TELLING, Examination::FORGED]
            .map(|delivery| delivery.name);
        let names = opening
            .into_iter()
            .chain(table::first().map(|one| one.name))
            .chain(accepted.iter().copied());
        let mut asked = BTreeSet::new();
        let answer =
            |name: &str| exchange(name, Ok(if accepted.contains(&name) { 200 } else { 401 }));
        let exchanges = names.filter(|name| asked.insert(name.to_string())).map(answer).collect();
        ScenarioSeen {
            order: OrderId::new("golive-1", "1.00", false),
            steps: vec![StepSeen::Together(exchanges)],
        }
    }

    fn concluded(accepted: &[&str], keeps_bytes: bool) -> (Verdict, Vec<String>) {
        let seen = examined(accepted);
        let conclusion =
            Conclusion::from_seen(&seen, keeps_bytes).expect("the opening was answered");
        (conclusion.verdict, conclusion.accepted.iter().map(|one| one.name().show()).collect())
    }

    const GENUINE: &str = Examination::GENUINE.name;
    const TELLING: &str = Examination::TELLING.name;

    #[test]
    fn a_receiver_is_right_that_takes_the_platforms_signature_alone() {
        assert_eq!(concluded(&[GENUINE, TELLING], false), (Verdict::Right, vec![]));
        // A strict schema takes no further fields, and all else as it came.
        assert_eq!(concluded(&[GENUINE], true), (Verdict::Right, vec![]));
        assert_eq!(concluded(&[GENUINE], false), (Verdict::Unexplained, vec![]));
    }

    #[test]
    fn what_is_the_same_in_effect_is_no_second_reading() {
        let lenient = [
            GENUINE,
            TELLING,
            "reading-upper-case-hex",
            "reading-base64",
            "reading-milliseconds-header",
        ];
        assert_eq!(concluded(&lenient, false), (Verdict::Right, vec![]));
        let without_clock = [
            "reading-timestamp-first",
            "reading-milliseconds-header+timestamp-first",
            "reading-timestamp-first+base64",
        ];
        assert_eq!(
            concluded(&without_clock, false),
            (Verdict::Wrong, vec!["timestamp-first".to_owned()])
        );
    }

    #[test]
    fn the_one_wrong_reading_is_named_with_how_the_body_is_written() {
        for (accepted, name) in [
            (&["reading-separator-dot"][..], "separator-dot"),
            (&["reading-separator-dot", "spelling-separator-dot"], "separator-dot"),
            (
                &["reading-separator-dot", "spelling-javascript-body+separator-dot"],
                "javascript-body+separator-dot",
            ),
            (&["reading-python-body", "spelling-python-body+sorted"], "python-body+sorted"),
            (&[GENUINE, "spelling-php-body"], "php-body"),
            (&["reading-keys-and-values+timestamp-missing+base64"], "previous-generation"),
        ] {
            assert_eq!(
                concluded(accepted, false),
                (Verdict::Wrong, vec![name.to_owned()]),
                "{accepted:?}"
            );
        }
        // One that cuts white space takes all other spellings as they came.
        assert_eq!(
            concluded(&[GENUINE, "spelling-trimmed-body"], true),
            (Verdict::Wrong, vec!["trimmed-body".to_owned()])
        );
    }

    #[test]
    fn more_than_one_reading_is_ambiguous() {
        for (accepted, names) in [
            (&[GENUINE, TELLING, "reading-timestamp-first"][..], &["timestamp-first"][..]),
            (&[GENUINE, TELLING, "spelling-javascript-body"], &["javascript-body"]),
            (
                &["reading-sandbox-secret", "reading-timestamp-first"],
                &["sandbox-secret", "timestamp-first"],
            ),
        ] {
            let (verdict, found) = concluded(accepted, false);
            assert_eq!(
                (verdict, found),
                (Verdict::Ambiguous, names.iter().map(|name| (*name).to_owned()).collect())
            );
        }
    }

    #[test]
    fn who_takes_anything_is_told_first() {
        assert_eq!(
            concluded(&[GENUINE, TELLING, Examination::FORGED.name], false).0,
            Verdict::Anything
        );
        assert_eq!(concluded(&[], false).0, Verdict::Unexplained);
    }

    #[test]
    fn every_reading_has_words_and_a_fix() {
        let answer = exchange("x", Ok(200));
        for misreading in table::first().chain(table::spellings(&[], &[Variant::Base64.into()])) {
            let one = Accepted { misreading, exchange: &answer };
            assert!(
                one.words().as_str().len() > 10 && one.fix().as_str().len() > 10,
                "{}",
                misreading.name
            );
        }
    }

    #[test]
    fn it_follows_a_refusal_by_the_application_alone() {
        for (status, expected) in [
            (401, true),
            (403, true),
            (400, true),
            (404, false),
            (429, false),
            (301, false),
            (500, false),
            (201, false),
        ] {
            assert_eq!(follows(&exchange("control-before", Ok(status))), expected, "{status}");
        }
    }

    #[test]
    fn it_follows_spellings_that_are_answered_differently_but_for_a_strict_schema() {
        let spelled = |refused: &[&str]| -> bool {
            let all = BODY_FORMS.iter().chain([&BODY_TELLING]).map(|delivery| delivery.name);
            let answers: Vec<Exchange> = all
                .map(|name| exchange(name, Ok(if refused.contains(&name) { 401 } else { 200 })))
                .collect();
            differ(&answers)
        };
        assert!(!spelled(&[]));
        assert!(spelled(&["body-spaced"]) && spelled(&["body-telling"]));
        assert!(!spelled(&["body-decimal-number"]));
        assert!(!spelled(&[
            "body-escaped-slashes",
            "body-escaped-unicode",
            "body-raw-unicode",
            "body-telling"
        ]));
    }

    #[test]
    fn what_is_in_the_way_is_said_with_a_fix() {
        assert!(in_the_way(&Case::accepted().facts()).is_none());
        let (why, fix) =
            in_the_way(&Case::new().answered("control-before", 404).facts()).expect("in the way");
        assert!(why.contains("unknown order") && fix.is_some());
        let (why, _) =
            in_the_way(&Case::new().answered("control-before", 201).facts()).expect("in the way");
        assert!(why.contains("201"));
    }

    #[test]
    fn it_asks_as_often_as_the_limit_says_and_as_far_as_probe() {
        let readings = readings(&Merchant::default(), Occasion::Trouble);
        assert_eq!((readings.requests(), readings.tier()), (200, Deliver::Probe));
    }
}
