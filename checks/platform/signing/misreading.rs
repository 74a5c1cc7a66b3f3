//! Wrong readings of the platform's rule as a receiver may have them, each with the delivery that
//! only such a receiver accepts.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

use crate::platform::digest::Algorithm;
use crate::platform::form::Node;
use crate::platform::secret::SigningKeys;
use crate::platform::signing::choices;
use crate::platform::signing::choices::{Choice, Keys};
use crate::platform::signing::variant::{Part, Variant};

/// A wrong reading, and the body that it is shown on. Every name has one, so that comparing
/// addresses would do.
#[derive(Debug, PartialEq, Eq)]
pub struct Misreading {
    /// Names the delivery: `reading-timestamp-first+base64`, `spelling-php-body`.
    pub name: &'static str,
    /// Which body it is shown on.
    pub sample: Sample,
    /// Whether the live secret, asked about the bytes and the timestamp that arrive, says yes all
    /// the same.
    pub verifies: bool,
    /// What is wrong, one part after the other, in the order of the name.
    deviations: Vec<Deviation>,
}

/// The bodies that readings are shown on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sample {
    /// Compact with sorted keys, plain letters and no numbers: for most who write it anew the same
    /// bytes.
    Plain,
    /// One that no two languages write alike.
    Telling,
}

/// A variant, and which of the several values that it may mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deviation {
    /// What is wrong.
    pub variant: Variant,
    /// The first value is 0.
    pub nth: usize,
}

/// What goes into the headers.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Headers {
    /// `X-SIGNATURE`
    pub(crate) signature: String,
    /// `X-TIMESTAMP`
    pub(crate) timestamp: String,
}

impl Sample {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Plain => "reading-",
            Self::Telling => "spelling-",
        }
    }
}

impl Misreading {
    /// The wrong reading with these deviations; none where two are about one part, or one is about
    /// nothing that a receiver reads. A body may have two that come together, side by side.
    #[must_use]
    pub fn of(sample: Sample, deviations: &[Deviation]) -> Option<&'static Self> {
        static KNOWN: LazyLock<Mutex<BTreeMap<String, &'static Misreading>>> =
            LazyLock::new(Mutex::default);
        let parts: Vec<Part> = deviations.iter().map(|one| one.variant.part()).collect();
        let is_free = |at: usize| {
            let before = &parts[..at];
            let beside = parts[at] == Part::Body && before.last() == Some(&Part::Body);
            parts[at].is_read() && (beside || !before.contains(&parts[at]))
        };
        if !(0..parts.len()).all(is_free) {
            return None;
        }
        let name = format!("{}{}", sample.prefix(), joined(deviations));
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = known.get(&name) {
            return Some(*one);
        }
        // Upper-case digits are the same number, and milliseconds a time far ahead.
        let verifies = matches!(
            deviations,
            [Deviation { variant: Variant::UpperCaseHex | Variant::MillisecondsHeader, .. }]
        );
        let one: &'static Self = Box::leak(Box::new(Self {
            name: name.clone().leak(),
            sample,
            verifies,
            deviations: deviations.to_vec(),
        }));
        known.insert(name, one);
        Some(one)
    }

    /// The wrong reading of that delivery's name: `reading-timestamp-first+separator-dot`, where a
    /// variant may mean several things with their number, `reading-undefined-secret.1`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let sample = [Sample::Plain, Sample::Telling]
            .into_iter()
            .find(|sample| name.starts_with(sample.prefix()))?;
        let words = name[sample.prefix().len()..].split('+').filter(|word| !word.is_empty());
        Self::of(sample, &words.map(Deviation::named).collect::<Option<Vec<_>>>()?)
    }

    /// What is wrong. What the previous API generation did is one variant.
    #[must_use]
    pub fn variants(&self) -> Vec<Variant> {
        const PREVIOUS: [Variant; 3] =
            [Variant::KeysAndValues, Variant::TimestampMissing, Variant::Base64];
        let all: Vec<Variant> = self.deviations.iter().map(|one| one.variant).collect();
        if all.contains(&Variant::KeysAndValues) && all.contains(&Variant::TimestampMissing) {
            let others = all.into_iter().filter(|variant| !PREVIOUS.contains(variant));
            return std::iter::once(Variant::PreviousGeneration).chain(others).collect();
        }
        all
    }

    /// What is wrong beside the body and beside how the same digest is spelled: who has the one
    /// digest can write down the other.
    #[must_use]
    pub fn family(&self) -> String {
        joined(&self.only(|variant| !matches!(variant.part(), Part::Body | Part::Encoding)))
    }

    /// The same without milliseconds in X-TIMESTAMP: what a receiver that never looks at the clock
    /// takes as well.
    #[must_use]
    pub fn family_in_seconds(&self) -> String {
        joined(&self.only(|variant| {
            !matches!(variant.part(), Part::Body | Part::Encoding)
                && variant != Variant::MillisecondsHeader
        }))
    }

    /// What is wrong beside the body.
    #[must_use]
    pub fn beside_the_body(&self) -> Vec<Deviation> {
        self.only(|variant| variant.part() != Part::Body)
    }

    /// What is wrong with the body.
    #[must_use]
    pub fn body(&self) -> Vec<Deviation> {
        self.only(|variant| variant.part() == Part::Body)
    }

    /// Whether X-TIMESTAMP holds milliseconds. Where they are signed as well, the delivery is
    /// validly signed, at a time far ahead.
    #[must_use]
    pub fn in_milliseconds(&self) -> bool {
        self.deviations
            .iter()
            .any(|one| matches!(one.variant, Variant::MillisecondsHeader | Variant::Seconds))
    }

    fn only(&self, which: impl Fn(Variant) -> bool) -> Vec<Deviation> {
        self.deviations.iter().filter(|one| which(one.variant)).copied().collect()
    }

    /// The headers that go with `body` at `second`, or up to [`EARLIER_S`] before it where only
    /// then the alphabets of Base64 can be told apart; none where the keys or the body do not give
    /// the reading, or not apart from others.
    #[must_use]
    pub(crate) fn sign(
        &self,
        keys: &SigningKeys<'_>,
        body: &[u8],
        second: &str,
    ) -> Option<Headers> {
        let at = |second: &str| {
            let timestamp =
                if self.in_milliseconds() { format!("{second}000") } else { second.to_owned() };
            Some(Headers { signature: self.sign_for(keys, body, &timestamp)?, timestamp })
        };
        let headers = at(second)?;
        let in_base64 = self
            .about(Part::Encoding)
            .is_some_and(|one| matches!(one.variant, Variant::Base64 | Variant::Base64url));
        let (true, Ok(now)) = (in_base64 && !is_telling(&headers), second.parse::<i64>()) else {
            return Some(headers);
        };
        Some(
            (1..=EARLIER_S)
                .filter_map(|back| at(&(now - back).to_string()))
                .find(is_telling)
                .unwrap_or(headers),
        )
    }

    /// The signature that a receiver with this reading expects.
    pub(crate) fn sign_for(
        &self,
        keys: &SigningKeys<'_>,
        body: &[u8],
        timestamp: &str,
    ) -> Option<String> {
        let node = std::str::from_utf8(body).ok().and_then(|text| Node::parse(text).ok());
        let body = self.choose(Part::Body, || choices::bodies(body, node.as_ref()), body)?;
        let time = match self.about(Part::Timestamp) {
            Some(Deviation { variant: Variant::MillisecondsHeader, .. }) => {
                (timestamp.len() >= 13).then(|| timestamp.as_bytes().to_vec())?
            }
            Some(_) | None => self.choose(
                Part::Timestamp,
                || choices::times(timestamp, node.as_ref()),
                timestamp.as_bytes(),
            )?,
        };
        let separator = self.choose(Part::Separator, choices::separators, b"")?;
        let ring = Keys {
            secret: Some(keys.live),
            api: keys.api,
            sandbox: keys.sandbox,
            sandbox_api: keys.sandbox_api,
        };
        let mut keys = choices::keys(ring)?;
        let key = match self.find(Part::Key, &keys) {
            Some(at) => keys.swap_remove(at?),
            None => keys.swap_remove(0),
        };
        let hash = match self.about(Part::Hash) {
            Some(one) => {
                choices::hashes().into_iter().find(|(_, variant)| *variant == Some(one.variant))?.0
            }
            None => Algorithm::HmacSha256,
        };
        let message: [&[u8]; 3] = if self.about(Part::Order).is_some() {
            [&time, &separator, &body]
        } else {
            [&body, &separator, &time]
        };
        let digest = hash.digest(&key.bytes, &message);
        match self.about(Part::Encoding) {
            None => Some(HEXLOWER.encode(&digest)),
            Some(one) => encode(one, &digest),
        }
    }

    /// The first deviation about a part.
    fn about(&self, part: Part) -> Option<Deviation> {
        self.deviations.iter().find(|one| one.variant.part() == part).copied()
    }

    /// Where the choice is that its deviations about a part likeliest are, if any are; one that is
    /// likelier another is left to that.
    fn find(&self, part: Part, choices: &[Choice]) -> Option<Option<usize>> {
        let first = self.about(part)?;
        let way: Vec<Variant> = self
            .deviations
            .iter()
            .map(|one| one.variant)
            .filter(|variant| variant.part() == part)
            .collect();
        let fits = |choice: &Choice| choice.ways.first() == Some(&way);
        let mut fitting = choices.iter().enumerate().filter(|(_, choice)| fits(choice));
        Some(fitting.nth(first.nth).map(|(at, _)| at))
    }

    /// The bytes that stand in a part.
    fn choose(
        &self,
        part: Part,
        choices: impl FnOnce() -> Vec<Choice>,
        right: &[u8],
    ) -> Option<Vec<u8>> {
        if self.about(part).is_none() {
            return Some(right.to_vec());
        }
        let choices = choices();
        let at = self.find(part, &choices)??;
        Some(choices[at].bytes.to_vec())
    }
}

impl Deviation {
    /// `undefined-secret`, `undefined-secret.1`
    fn named(name: &str) -> Option<Self> {
        let (name, nth) = name.split_once('.').unwrap_or((name, "0"));
        Some(Self { variant: Variant::named(name)?, nth: nth.parse().ok()? })
    }

    fn name(self) -> String {
        let name = self.variant.name();
        if self.nth == 0 { name.to_owned() } else { format!("{name}.{}", self.nth) }
    }
}

impl From<Variant> for Deviation {
    fn from(variant: Variant) -> Self {
        Self { variant, nth: 0 }
    }
}

fn joined(deviations: &[Deviation]) -> String {
    deviations.iter().map(|one| one.name()).collect::<Vec<_>>().join("+")
}

/// How far back a signature may be dated to be one that tells: a quarter of all digests reads the
/// same in both alphabets of Base64.
const EARLIER_S: i64 = 4;

/// Whether a signature holds a character that only one of the alphabets has.
fn is_telling(headers: &Headers) -> bool {
    headers.signature.contains(['+', '/', '-', '_'])
}

fn encode(deviation: Deviation, digest: &[u8]) -> Option<String> {
    Some(match deviation.variant {
        Variant::Base64url if deviation.nth > 0 => BASE64URL.encode(digest),
        Variant::UpperCaseHex => HEXUPPER.encode(digest),
        Variant::Base64 => BASE64.encode(digest),
        Variant::Base64url => BASE64URL_NOPAD.encode(digest),
        Variant::Base64OfHex => BASE64.encode(HEXLOWER.encode(digest).as_bytes()),
        Variant::Sha256Prefix => format!("sha256={}", HEXLOWER.encode(digest)),
        _ => return None,
    })
}
