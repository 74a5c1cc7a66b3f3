//! The doctor for signatures: how a receiver reads them, where it does not read them as the platform makes them.

use std::collections::BTreeSet;

use super::obstacle::Obstacle;
use super::scenarios::{AS_PRINTED, BODY_FORMS, BODY_TELLING, control_after, control_before};
use super::verifies_raw_body::is_a_strict_schema;
use crate::model::{
    Examination, Exchange, Facts, Form, Merchant, Occasion, OrderNeed, Probe, Reason, Scenario, ScenarioSeen, Stage, Step, Text,
};
use crate::platform::mistakes::Mistake;
use crate::platform::readings::{Misreading, Sample};
use crate::text;

/// The scenario that finds it out.
pub const READINGS: &str = "readings";

/// [`READINGS`], on this occasion.
#[must_use]
pub fn readings(merchant: &Merchant, occasion: Occasion) -> Scenario {
    let examination = Examination { occasion, most: merchant.limits.webhook_doctor_deliveries };
    Scenario { name: READINGS, stage: Stage::Examination, order: OrderNeed::Any, steps: vec![Step::Examine(examination)] }
}

/// All that the doctor alone would see: the controls, the spellings that tell a strict schema from verification, and every reading.
#[must_use]
pub fn visit(merchant: &Merchant) -> Vec<Probe> {
    let forms = BODY_FORMS.into_iter().map(Scenario::single);
    let all = std::iter::once(control_before()).chain(forms).chain([control_after(), readings(merchant, Occasion::Always)]);
    all.map(Probe::Deliver).collect()
}

/// Whether the application itself refused a genuine event, so that another reading may be why.
#[must_use]
pub fn follows(control: &Exchange) -> bool {
    control.refused() && matches!(Obstacle::of(control), Obstacle::Signature(_) | Obstacle::RefusalPage(_) | Obstacle::Other(_))
}

/// Whether a scenario of that name shows a spelling of the body.
#[must_use]
pub fn is_spelling(scenario: &str) -> bool {
    BODY_FORMS.iter().chain([&BODY_TELLING]).any(|delivery| delivery.name == scenario)
}

/// Whether the application refused some spellings of the body, and not in the way of a strict schema.
#[must_use]
pub fn differ(spelled: &[Exchange]) -> bool {
    let refused = |name: &str| spelled.iter().any(|exchange| exchange.name == name && follows(exchange));
    let forms: Vec<Form> = BODY_FORMS.iter().filter(|delivery| refused(delivery.name)).map(|delivery| delivery.form).collect();
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
        let raw = |name: &str| facts.scenario(name).is_ok_and(|seen| seen.exchanges().all(Exchange::accepted));
        // No runtime keeps the order of keys and the spaces: who takes both verifies what arrived.
        let keeps_bytes = raw(AS_PRINTED.name) && raw("body-spaced");
        Self::from_seen(seen, keeps_bytes)
    }

    fn from_seen(seen: &'a ScenarioSeen, keeps_bytes: bool) -> Result<Self, Reason> {
        let named = |name: &str| seen.exchanges().find(|exchange| exchange.name == name);
        let (Some(genuine), Some(forged)) = (named(Examination::GENUINE.name), named(Examination::FORGED.name)) else {
            return Err(Reason::Transport("the examination ended before it had begun".into()));
        };
        let tried: Vec<Accepted<'a>> =
            seen.exchanges().filter_map(|exchange| Some(Accepted { misreading: Misreading::named(&exchange.name)?, exchange })).collect();
        let accepted = apart(genuine.accepted(), &tried);
        let spelled = accepted.iter().any(|one| one.misreading.sample == Sample::Telling);
        // A strict schema refuses the further fields of the body that tells most.
        let raw = named(Examination::TELLING.name).is_some_and(Exchange::accepted) || keeps_bytes && !spelled;
        let right = genuine.accepted() && raw;
        let verdict = match (right, accepted.len()) {
            _ if forged.accepted() => Verdict::Anything,
            (true, 0) => Verdict::Right,
            (false, 0) => Verdict::Unexplained,
            (false, 1) => Verdict::Wrong,
            (true | false, _) => Verdict::Ambiguous,
        };
        let unclear = tried.iter().filter(|one| !one.exchange.accepted() && !one.exchange.refused()).count();
        Ok(Self { verdict, accepted, tried: tried.len(), unclear, genuine, forged })
    }
}

/// The accepted readings that differ in effect. What shows on the body that everybody writes in a way of their own says more than what shows on
/// the plain one.
fn apart<'a>(genuine: bool, tried: &[Accepted<'a>]) -> Vec<Accepted<'a>> {
    let of = |sample: Sample| -> Vec<Accepted<'a>> {
        tried.iter().filter(|one| one.exchange.accepted() && one.misreading.sample == sample).copied().collect()
    };
    let (plain, telling) = (of(Sample::Plain), of(Sample::Telling));
    let mut families: BTreeSet<String> = plain.iter().map(|one| one.misreading.family()).collect();
    if genuine {
        families.insert(String::new());
    }
    families.extend(telling.iter().map(|one| one.misreading.family()));
    // A receiver that never looks at the clock takes milliseconds as well as seconds.
    let in_seconds = |family: &str| family.replace("milliseconds-header", "").trim_matches('+').to_owned();
    let kept: Vec<&String> =
        families.iter().filter(|family| in_seconds(family) == **family || !families.contains(&in_seconds(family))).collect();
    let mut all = Vec::new();
    for family in kept {
        let within = |list: &[Accepted<'a>]| -> Vec<Accepted<'a>> {
            let mut bodies = BTreeSet::new();
            list.iter().filter(|one| one.misreading.family() == *family && bodies.insert(one.misreading.body())).copied().collect()
        };
        let (plain, mut spelled) = (within(&plain), within(&telling));
        let is_right = genuine && family.is_empty();
        if spelled.is_empty() && !is_right {
            spelled = plain;
        } else if is_right {
            // With the right reading of all else, one that writes the same body the same way is the right one.
            let spelled_so: BTreeSet<String> = spelled.iter().map(|one| one.misreading.body()).collect();
            let another = |one: &Accepted<'a>| !one.misreading.body().is_empty() && !spelled_so.contains(&one.misreading.body());
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
        let names: Vec<Text> = self.misreading.mistakes().iter().map(|mistake| Text::from(mistake.name)).collect();
        Text::join(&names, "+")
    }

    /// What is wrong with it, as a clause that can follow "a signature for which".
    #[must_use]
    pub fn words(&self) -> Text {
        let words: Vec<Text> = self.misreading.mistakes().iter().map(|mistake| Text::from(mistake.words)).collect();
        Text::join(&words, ", and ")
    }

    /// What to do about it.
    #[must_use]
    pub fn fix(&self) -> Text {
        let mut fixes: Vec<Text> = Vec::new();
        for fix in self.misreading.mistakes().iter().map(|mistake| Text::from(fix(mistake))) {
            if !fixes.contains(&fix) {
                fixes.push(fix);
            }
        }
        Text::join(&fixes, ". ")
    }
}

/// What a receiver does about a mistake; most say it of both sides.
fn fix(mistake: &'static Mistake) -> &'static str {
    match mistake.name {
        "upper-case-hex" | "base64" | "base64url" | "base64-of-hex" | "sha256-prefix" => {
            "Compare X-SIGNATURE, as it is, with the digest in lower-case hex: Node `.digest('hex')`, PHP `hash_hmac` without its fourth argument, \
             Python `.hexdigest()`, Java `HexFormat.of().formatHex(…)`"
        }
        "sandbox-secret" => "Load the production secret where the receiver runs",
        "milliseconds" | "seconds" | "decimal-timestamp" => {
            "Append the value of the X-TIMESTAMP header as it is, character by character, and compare it as UNIX seconds with the clock"
        }
        _ => mistake.fix,
    }
}

/// What a finding about a refused genuine event can add: the readings that were accepted in its place.
pub(super) fn instead(conclusion: &Conclusion<'_>) -> Option<Text> {
    let words: Vec<Text> = conclusion.accepted.iter().map(Accepted::words).collect();
    match conclusion.verdict {
        Verdict::Wrong | Verdict::Ambiguous => {
            Some(text!("the receiver accepts a signature for which {}", Text::join(&words, "; and one for which ")))
        }
        Verdict::Anything => Some("the receiver accepts a signature made with a made-up secret".into()),
        Verdict::Right | Verdict::Unexplained => None,
    }
}
