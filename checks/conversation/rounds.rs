//! The rounds of a race: how often each had an effect, how its deliveries were answered, and all of
//! that in words.

use std::collections::BTreeMap;

use crate::conversation::answers::scenario;
use crate::conversation::effects::Applied;
use crate::conversation::scenarios::race_rounds;
use crate::model::{Copies, Evidence, Exchange, Facts, Reason, ScenarioSeen, Subject, Text};
use crate::text;

/// The rounds of one kind of race.
pub(crate) struct Rounds {
    names: &'static [&'static str],
    copies: Copies,
    seed: u32,
    seen: Vec<Round>,
    missing: Option<Reason>,
    doubt: Option<Reason>,
}

/// A round that shows something.
struct Round {
    effects: u64,
    /// How many deliveries were answered what; none stands for no answer.
    answers: BTreeMap<Option<u16>, usize>,
}

impl Rounds {
    /// What became of each.
    pub(crate) fn of(facts: &Facts<'_>, copies: Copies) -> Self {
        let names = race_rounds(facts.merchant, copies);
        let mut rounds = Self {
            names,
            copies,
            seed: facts.run.seed,
            seen: Vec::new(),
            missing: None,
            doubt: None,
        };
        for name in names {
            if let Err(why) = rounds.look(facts, name) {
                rounds.missing.get_or_insert(why);
            }
        }
        rounds
    }

    fn look(&mut self, facts: &Facts<'_>, name: &'static str) -> Result<(), Reason> {
        let answers = answers(scenario(facts, name)?);
        let applied = Applied::of(facts, name, "webhook-applies-once-concurrently")?;
        match applied.effects() {
            Ok(effects) => {
                if effects == 1 {
                    met(&answers)?;
                }
                self.seen.push(Round { effects, answers });
            }
            Err(why) => {
                self.doubt.get_or_insert(why);
            }
        }
        Ok(())
    }

    /// How many were seen.
    pub(crate) fn seen(&self) -> usize {
        self.seen.len()
    }

    /// How many of those had more than one effect.
    pub(crate) fn violated(&self) -> usize {
        self.seen.iter().filter(|round| round.effects > 1).count()
    }

    /// Why a round that was carried out shows nothing: it had no effect at all, or one was taken
    /// back. The others do not explain that.
    pub(crate) fn doubt(&self) -> Option<&Reason> {
        self.doubt.as_ref()
    }

    /// Why the first of those that were not seen is missing.
    pub(crate) fn missing(&self) -> Option<&Reason> {
        self.missing.as_ref()
    }

    /// All of it in words: `20 deliveries, 3 rounds: 1 effect each; 57 answered 200, 3 answered
    /// 409`.
    pub(crate) fn evidence(&self) -> Evidence {
        let first = self.names.first().copied().unwrap_or_default();
        Evidence::of(Subject::Delivery(first.into()), "one effect in every round", self.words())
    }

    fn words(&self) -> Text {
        let missing = self.missing.as_ref().or(self.doubt.as_ref()).map(|why| text!("{}", why));
        if self.seen.is_empty() {
            return text!("not seen: {}", missing.unwrap_or("not planned".into()));
        }
        let signed = match self.copies {
            Copies::Same => "",
            Copies::SignedAfresh => ", each re-signed",
        };
        let sizes = self.seen.iter().map(|round| round.answers.values().sum::<usize>());
        let mut words = vec![text!(
            "{} deliveries{}, {}: {}",
            sizes.max().unwrap_or_default(),
            signed,
            self.how_many(),
            self.effects()
        )];
        words.push(self.answers());
        if self.seen.len() > 1 {
            words.push(text!("released by seed {}", self.seed));
        }
        words.extend(missing.map(|why| text!("missing: {}", why)));
        Text::join(&words, "; ")
    }

    fn how_many(&self) -> Text {
        match (self.seen.len(), self.names.len()) {
            (1, 1) => "1 round".into(),
            (seen, wanted) if seen == wanted => text!("{} rounds", seen),
            (seen, wanted) => text!("{} of {} rounds", seen, wanted),
        }
    }

    fn effects(&self) -> Text {
        let counts: Vec<u64> = self.seen.iter().map(|round| round.effects).collect();
        match counts[..] {
            [one] => effects(one),
            [first, ..] if counts.iter().all(|count| *count == first) => {
                text!("{} each", effects(first))
            }
            _ => {
                let counts: Vec<Text> = counts.iter().map(|count| text!("{}", *count)).collect();
                text!("{} effects", Text::join(&counts, ", "))
            }
        }
    }

    fn answers(&self) -> Text {
        let mut all: BTreeMap<Option<u16>, usize> = BTreeMap::new();
        for (status, count) in self.seen.iter().flat_map(|round| &round.answers) {
            *all.entry(*status).or_default() += count;
        }
        let silent = all.remove(&None).map(|count| text!("{} not answered", count));
        let answered = all
            .into_iter()
            .map(|(status, count)| text!("{} answered {}", count, status.unwrap_or_default()));
        Text::join(&answered.chain(silent).collect::<Vec<_>>(), ", ")
    }
}

/// How many deliveries of a round were answered what.
fn answers(round: &ScenarioSeen) -> BTreeMap<Option<u16>, usize> {
    let mut answers: BTreeMap<Option<u16>, usize> = BTreeMap::new();
    for status in round.exchanges().map(Exchange::status) {
        *answers.entry(status).or_default() += 1;
    }
    answers
}

/// Whether one effect shows anything: two deliveries at least were answered, one of them 200. What
/// a receiver answers to the others while it is at work on the first is its own affair.
fn met(answers: &BTreeMap<Option<u16>, usize>) -> Result<(), Reason> {
    let sent: usize = answers.values().sum();
    let answered = sent - answers.get(&None).copied().unwrap_or_default();
    let accepted = answers.get(&Some(200)).copied().unwrap_or_default();
    if accepted > 0 && answered > 1 {
        return Ok(());
    }
    Err(Reason::Ambiguous(text!(
        "{} of {} duplicates were answered, {} of them 200, so they did not meet",
        answered,
        sent,
        accepted
    )))
}

fn effects(count: u64) -> Text {
    match count {
        1 => "1 effect".into(),
        more => text!("{} effects", more),
    }
}
