//! The examination of how a receiver reads signatures: rounds of deliveries, each chosen by what
//! those before it were answered.

use std::collections::BTreeSet;

use super::{Delivery, Exchange, Form, Signed};
use crate::platform::signing::{Misreading, Sample, table};

/// What is tried on a receiver. Pure: what was answered so far says what is tried next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// When it is made.
    pub occasion: Occasion,
    /// How many deliveries it makes, at most.
    pub most: u64,
}

/// When an examination is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Only where the application refuses a genuine event, or some of its spellings.
    Trouble,
    /// Also where nothing is wrong so far.
    Always,
}

/// What is kept for the last round, where the limit leaves as much.
const SPELLINGS: usize = 55;

impl Examination {
    /// How many rounds there are.
    pub const ROUNDS: usize = 3;
    /// A genuine event in the body that most write anew as it is.
    pub const GENUINE: Delivery = Delivery::genuine("examined-genuine");
    /// A genuine event in the body that no two languages write alike.
    pub const TELLING: Delivery =
        Delivery { form: Form::Telling, ..Delivery::genuine("examined-telling") };
    /// Signed with a made-up secret: who accepts this accepts anything.
    pub const FORGED: Delivery =
        Delivery { signed: Signed::WrongSecret, ..Delivery::genuine("examined-forged") };

    /// What the round delivers, counted from 0, after those before it were answered so.
    #[must_use]
    pub fn round(&self, round: usize, so_far: &[Exchange]) -> Vec<Delivery> {
        let accepted =
            |name: &str| so_far.iter().any(|exchange| exchange.name == name && exchange.accepted());
        let genuine = accepted(Self::GENUINE.name);
        if round == 0 {
            return vec![Self::GENUINE, Self::TELLING, Self::FORGED];
        }
        if accepted(Self::FORGED.name) {
            return Vec::new();
        }
        let most = usize::try_from(self.most).unwrap_or(usize::MAX);
        let room = most.saturating_sub(so_far.len());
        let deliveries = |list: Vec<&'static Misreading>, room| {
            list.into_iter().take(room).map(Delivery::under).collect()
        };
        match round {
            1 if genuine && self.occasion == Occasion::Trouble => Vec::new(),
            1 => deliveries(table::first().collect(), room.saturating_sub(SPELLINGS.min(most / 2))),
            2 => deliveries(spellings(genuine, so_far), room),
            _ => Vec::new(),
        }
    }
}

/// The ways to write the body under everything else that was accepted, one of each that is the same
/// in effect.
fn spellings(genuine: bool, so_far: &[Exchange]) -> Vec<&'static Misreading> {
    let accepted = so_far
        .iter()
        .filter(|exchange| exchange.accepted())
        .filter_map(|exchange| Misreading::named(&exchange.name));
    let mut families: BTreeSet<String> = BTreeSet::new();
    let mut list: Vec<&'static Misreading> = Vec::new();
    if genuine {
        families.insert(String::new());
        list.extend(table::spellings(&[], &[]));
    }
    for misreading in accepted.filter(|misreading| misreading.sample == Sample::Plain) {
        let in_seconds = misreading.family_in_seconds();
        let told = misreading.family() != in_seconds && families.contains(&in_seconds);
        if !told && families.insert(misreading.family()) {
            list.extend(table::spellings(&misreading.body(), &misreading.beside_the_body()));
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Answer, Sent, Times};

    const EXAMINATION: Examination = Examination { occasion: Occasion::Trouble, most: 200 };

    fn answered(name: &str, status: u16) -> Exchange {
        Exchange {
            name: name.to_owned(),
            sent: Sent {
                at: jiff::Timestamp::UNIX_EPOCH,
                method: "POST".to_owned(),
                url: String::new(),
                headers: Vec::new(),
                body: String::new(),
            },
            turned_away: 0,
            answer: Ok(Answer {
                status,
                version: "HTTP/1.1".to_owned(),
                headers: Vec::new(),
                body: String::new(),
                body_bytes: 0,
                cut: false,
                leaks: Vec::new(),
            }),
            times: Times::default(),
        }
    }

    fn names(examination: &Examination, round: usize, accepted: &[&str]) -> Vec<&'static str> {
        let opening =
            [Examination::GENUINE.name, Examination::TELLING.name, Examination::FORGED.name];
        let mut so_far: Vec<Exchange> = opening
            .iter()
            .map(|name| answered(name, if accepted.contains(name) { 200 } else { 401 }))
            .collect();
        so_far.extend(
            accepted.iter().filter(|name| !opening.contains(name)).map(|name| answered(name, 200)),
        );
        examination.round(round, &so_far).iter().map(|delivery| delivery.name).collect()
    }

    #[test]
    fn a_receiver_that_refuses_genuine_events_is_asked_everything() {
        assert!(names(&EXAMINATION, 1, &[]).len() > 100);
        assert!(names(&EXAMINATION, 2, &[]).is_empty());
        let spellings = names(&EXAMINATION, 2, &["reading-timestamp-first"]);
        assert_eq!(spellings[0], "spelling-timestamp-first");
        assert!(spellings.contains(&"spelling-php-body+sorted+timestamp-first"));
    }

    #[test]
    fn one_that_takes_them_is_asked_about_bodies_alone() {
        assert!(names(&EXAMINATION, 1, &["examined-genuine"]).is_empty());
        assert!(
            names(&EXAMINATION, 2, &["examined-genuine"]).contains(&"spelling-javascript-body")
        );
        let always = Examination { occasion: Occasion::Always, ..EXAMINATION };
        assert!(names(&always, 1, &["examined-genuine"]).len() > 100);
    }

    #[test]
    fn one_that_takes_anything_is_asked_no_more() {
        for round in [1, 2] {
            assert!(names(&EXAMINATION, round, &["examined-forged", "reading-base64"]).is_empty());
        }
    }

    #[test]
    fn bodies_are_tried_once_for_what_is_the_same_in_effect() {
        let once = names(&EXAMINATION, 2, &["reading-base64"]);
        assert_eq!(names(&EXAMINATION, 2, &["reading-base64", "reading-base64url"]), once);
    }

    #[test]
    fn no_more_is_sent_than_the_limit_allows() {
        for most in [1, 3, 10, 60, 150, 200, 400] {
            let examination = Examination { occasion: Occasion::Always, most };
            let first = names(&examination, 1, &["examined-genuine"]);
            let mut all = vec!["examined-genuine"];
            all.extend(&first);
            let second = names(&examination, 2, &all);
            assert!(
                first.len() + second.len()
                    <= usize::try_from(most).expect("fits").saturating_sub(3),
                "{most}"
            );
            assert!(most < 10 || !second.is_empty() && !first.is_empty(), "{most}");
        }
    }
}
