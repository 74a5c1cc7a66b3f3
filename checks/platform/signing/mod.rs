//! The signature doctor: which reading of the platform's rule gives a captured signature.

mod choices;
mod misreading;
pub mod request;
mod spelling;
pub mod table;
mod variant;

use choices::Choice;
use spelling::SpelledDigest;

use crate::platform::digest::Algorithm;
use crate::platform::form::Node;
use crate::platform::secret::Keyring;
use crate::platform::text::Text;
use crate::text;

pub use misreading::{Deviation, Misreading, Sample};
pub use variant::Variant;

/// How many parts of a signature may be wrong at once, its encoding aside.
const DEEPEST: usize = 3;
/// Bodies longer than this are searched one level less deep, so that the answer stays a matter of
/// moments. In bytes.
const LONG: usize = 16 * 1024;
/// Bodies longer than this, another level less. In bytes.
const VERY_LONG: usize = 256 * 1024;
/// How far from X-TIMESTAMP another timestamp is looked for. In seconds.
const NEAR: i64 = 300;

/// What a captured signature is.
#[derive(Debug)]
pub enum Diagnosis {
    /// What the platform's rule gives: lower-case hex of the HMAC-SHA256 of raw body and timestamp.
    Right,
    /// What these readings give, all of them equally far from the rule.
    Readings(Vec<Reading>),
    /// Nothing that is known.
    Unexplained {
        /// How many signatures were computed.
        tried: usize,
        /// Whether the value can be a digest at all.
        digest: bool,
    },
}

/// One way to come by a signature.
#[derive(Debug)]
pub struct Reading {
    /// What is wrong, one part after the other.
    pub wrong: Vec<WrongPart>,
    /// What more can be said of it.
    pub detail: Option<Text>,
}

/// What is wrong with one part.
#[derive(Debug)]
pub struct WrongPart {
    /// The likeliest description, of one or two variants together.
    pub likeliest: Vec<Variant>,
    /// Other descriptions that give the same bytes.
    pub same: Vec<Vec<Variant>>,
    /// Whether it is about the body.
    pub body: bool,
}

impl Reading {
    /// A stable name: `separator-dot`; several at once read `javascript-body+base64`.
    #[must_use]
    pub fn name(&self) -> String {
        self.variants().map(Variant::name).collect::<Vec<_>>().join("+")
    }

    /// Its variants, the likeliest of each part.
    pub fn variants(&self) -> impl Iterator<Item = Variant> {
        self.wrong.iter().flat_map(|part| part.likeliest.iter().copied())
    }

    /// Whether the body was read otherwise.
    #[must_use]
    pub fn is_about_the_body(&self) -> bool {
        self.wrong.iter().any(|part| part.body)
    }
}

/// Looks for the reading under which `signature` is the one for `body` at `timestamp`. Without a
/// secret nothing is found.
#[must_use]
pub fn diagnose(keys: &Keyring, body: &[u8], timestamp: &str, signature: &str) -> Diagnosis {
    let Some(keys) = choices::keys(keys) else {
        return Diagnosis::Unexplained { tried: 0, digest: false };
    };
    let node = std::str::from_utf8(body)
        .ok()
        .and_then(|text| Node::parse(text.trim_start_matches('\u{feff}')).ok());
    let mut search = SignatureSearch {
        bodies: choices::bodies(body, node.as_ref()),
        times: choices::times(timestamp, node.as_ref()),
        separators: choices::separators(),
        keys,
        spellings: spelling::spellings(signature),
        tried: 0,
    };
    let deepest = DEEPEST - usize::from(body.len() > LONG) - usize::from(body.len() > VERY_LONG);
    for level in 0..=deepest {
        let found = search.level(level);
        if level == 0 && found.iter().any(|reading| reading.wrong.is_empty()) {
            return Diagnosis::Right;
        }
        if !found.is_empty() {
            return Diagnosis::Readings(found);
        }
        if level == 1
            && body.len() <= VERY_LONG
            && let Some(reading) = search.near(timestamp)
        {
            return Diagnosis::Readings(vec![reading]);
        }
    }
    let digest =
        search.spellings.iter().any(|spelling| spelling.may_mean(Algorithm::HmacSha512.length()));
    Diagnosis::Unexplained { tried: search.tried, digest }
}

/// What may stand in each part, and what is looked for.
struct SignatureSearch {
    bodies: Vec<Choice>,
    times: Vec<Choice>,
    separators: Vec<Choice>,
    keys: Vec<Choice>,
    spellings: Vec<SpelledDigest>,
    tried: usize,
}

impl SignatureSearch {
    /// The readings with exactly `level` parts wrong that give the signature.
    fn level(&mut self, level: usize) -> Vec<Reading> {
        let hashes = choices::hashes();
        let hashes: Vec<_> = hashes
            .into_iter()
            .filter(|(hash, _)| {
                self.spellings.iter().any(|spelling| spelling.may_mean(hash.length()))
            })
            .collect();
        let mut found = Vec::new();
        let wrong = |choice: &Choice| usize::from(!choice.ways.is_empty());
        for body in &self.bodies {
            for time in &self.times {
                let missing = time.bytes.is_empty();
                // Of the previous generation's signature no timestamp is a part.
                let previous = missing && is_keys_and_values(body);
                let so_far = wrong(body) + if previous { 0 } else { wrong(time) };
                if so_far > level {
                    continue;
                }
                for (turned, separator) in [false, true]
                    .into_iter()
                    .flat_map(|turned| self.separators.iter().map(move |one| (turned, one)))
                {
                    let so_far = so_far + wrong(separator) + usize::from(turned);
                    if so_far > level || missing && (turned || wrong(separator) > 0) {
                        continue;
                    }
                    let message: [&[u8]; 3] = match turned {
                        false => [&body.bytes, &separator.bytes, &time.bytes],
                        true => [&time.bytes, &separator.bytes, &body.bytes],
                    };
                    for key in &self.keys {
                        let so_far = so_far + wrong(key);
                        if so_far > level {
                            continue;
                        }
                        for (hash, variant) in &hashes {
                            let keyless = *hash == Algorithm::PlainMessage && wrong(key) > 0;
                            if so_far + usize::from(variant.is_some()) != level || keyless {
                                continue;
                            }
                            self.tried += 1;
                            let digest = hash.digest(&key.bytes, &message);
                            let Some(spelled) =
                                self.spellings.iter().find_map(|spelling| spelling.of(&digest))
                            else {
                                continue;
                            };
                            let order = turned.then(|| vec![Variant::TimestampFirst]);
                            let mut wrong: Vec<WrongPart> = Vec::new();
                            if previous {
                                wrong.push(WrongPart::one(Variant::PreviousGeneration, true));
                            } else {
                                wrong.extend(WrongPart::of(body, true));
                                wrong.extend(WrongPart::of(time, false));
                            }
                            wrong.extend(
                                order
                                    .into_iter()
                                    .flatten()
                                    .map(|variant| WrongPart::one(variant, false)),
                            );
                            wrong.extend(
                                [separator, key]
                                    .into_iter()
                                    .filter_map(|choice| WrongPart::of(choice, false)),
                            );
                            wrong.extend(variant.map(|variant| WrongPart::one(variant, false)));
                            // Base64 is a part of the previous generation's rule.
                            let of_it =
                                |variant: &Variant| !(previous && *variant == Variant::Base64);
                            wrong.extend(
                                spelled
                                    .into_iter()
                                    .filter(of_it)
                                    .map(|variant| WrongPart::one(variant, false)),
                            );
                            found.push(Reading { wrong, detail: None });
                        }
                    }
                }
            }
        }
        found
    }

    /// The reading with another second, or a millisecond within the second, in place of the
    /// timestamp.
    fn near(&mut self, timestamp: &str) -> Option<Reading> {
        let sent: i64 =
            timestamp.parse().ok().filter(|second| (0..1_000_000_000_000).contains(second))?;
        let seconds = (1..=NEAR).flat_map(|away| [away, -away]).map(|away| (sent + away, away));
        let milliseconds = (1..1000).map(|part| (sent * 1000 + part, 0));
        for (signed, away) in seconds.chain(milliseconds) {
            self.tried += 1;
            let digest = Algorithm::HmacSha256.digest(
                &self.keys[0].bytes,
                &[&self.bodies[0].bytes, signed.to_string().as_bytes()],
            );
            let Some(spelled) = self.spellings.iter().find_map(|spelling| spelling.of(&digest))
            else {
                continue;
            };
            let detail = match away {
                0 => text!("{} was signed, in milliseconds", signed),
                1.. => text!("{} was signed, {} s later", signed, away),
                ..0 => text!("{} was signed, {} s earlier", signed, away.unsigned_abs()),
            };
            let wrong = std::iter::once(Variant::AnotherTimestamp)
                .chain(spelled)
                .map(|variant| WrongPart::one(variant, false));
            return Some(Reading { wrong: wrong.collect(), detail: Some(detail) });
        }
        None
    }
}

/// Whether keys are put in order.
fn is_sorting(way: &[Variant]) -> bool {
    way.iter().any(|variant| {
        matches!(
            variant,
            Variant::SortedBody
                | Variant::TopLevelSortedBody
                | Variant::Sorted
                | Variant::TopLevelSorted
        )
    })
}

fn is_keys_and_values(body: &Choice) -> bool {
    body.ways.iter().flatten().any(|variant| *variant == Variant::KeysAndValues)
}

impl WrongPart {
    fn one(variant: Variant, body: bool) -> Self {
        Self { likeliest: vec![variant], same: Vec::new(), body }
    }

    /// None where the choice is right.
    fn of(choice: &Choice, body: bool) -> Option<Self> {
        let (likeliest, others): (&Vec<Variant>, _) = choice.ways.split_first()?;
        let mut same: Vec<Vec<Variant>> = Vec::new();
        for way in others {
            // Where the bytes come out without sorting, sorting explains nothing.
            let sorting = is_sorting(way) && !is_sorting(likeliest);
            if !sorting && !same.contains(way) && way != likeliest {
                same.push(way.clone());
            }
        }
        Some(Self { likeliest: likeliest.clone(), same, body })
    }
}

#[cfg(test)]
mod tests;
