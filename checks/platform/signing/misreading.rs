//! Wrong readings of the platform's rule as a receiver may have them, each with the delivery that
//! only such a receiver accepts.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

use crate::platform::digest::Algorithm;
use crate::platform::form::Node;
use crate::platform::secret::SigningKeys;
use crate::platform::signing::mistakes;
use crate::platform::signing::request::Mistake;
use crate::platform::signing::variants;
use crate::platform::signing::variants::{Choice, Keys};

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
    parts: Vec<Pick>,
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

/// One wrong part. Of several values that one mistake may mean, which.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pick {
    /// One mistake, or for a body two that come together.
    way: Vec<&'static Mistake>,
    part: Part,
    nth: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Body,
    Time,
    Order,
    Separator,
    Key,
    Hash,
    Encoding,
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
    /// The wrong reading with these mistakes: `javascript-body+separator-dot`, where a mistake may
    /// mean several things with their number, `undefined-secret.1`. None where a mistake is
    /// unknown or two are about one part.
    #[must_use]
    pub fn of(sample: Sample, mistakes: &str) -> Option<&'static Self> {
        static KNOWN: LazyLock<Mutex<BTreeMap<String, &'static Misreading>>> =
            LazyLock::new(Mutex::default);
        let parts = parse(mistakes)?;
        let name = format!("{}{mistakes}", sample.prefix());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = known.get(&name) {
            return Some(*one);
        }
        // Upper-case digits are the same number, and milliseconds a time far ahead.
        let verifies = ["upper-case-hex", mistakes::MILLISECONDS_HEADER.name].contains(&mistakes);
        let one: &'static Self =
            Box::leak(Box::new(Self { name: name.clone().leak(), sample, verifies, parts }));
        known.insert(name, one);
        Some(one)
    }

    /// The wrong reading of that delivery's name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let sample = [Sample::Plain, Sample::Telling]
            .into_iter()
            .find(|sample| name.starts_with(sample.prefix()))?;
        Self::of(sample, &name[sample.prefix().len()..])
    }

    /// What is wrong. What the previous API generation did is one mistake.
    #[must_use]
    pub fn mistakes(&self) -> Vec<&'static Mistake> {
        let all: Vec<&'static Mistake> =
            self.parts.iter().flat_map(|pick| pick.way.iter().copied()).collect();
        let is = |name: &str| all.iter().any(|mistake| mistake.name == name);
        if is(mistakes::KEYS_AND_VALUES.name) && is("timestamp-missing") {
            let of_it = |mistake: &&Mistake| {
                ![mistakes::KEYS_AND_VALUES.name, "timestamp-missing", "base64"]
                    .contains(&mistake.name)
            };
            return std::iter::once(mistakes::known("previous-generation"))
                .chain(all.into_iter().filter(of_it))
                .collect();
        }
        all
    }

    /// What is wrong beside the body and beside how the same digest is spelled: who has the one
    /// digest can write down the other.
    #[must_use]
    pub fn family(&self) -> String {
        self.joined(|pick| !matches!(pick.part, Part::Body | Part::Encoding))
    }

    /// The same without milliseconds in X-TIMESTAMP: what a receiver that never looks at the clock
    /// takes as well.
    #[must_use]
    pub fn family_in_seconds(&self) -> String {
        self.joined(|pick| {
            !matches!(pick.part, Part::Body | Part::Encoding)
                && pick.way[0].name != mistakes::MILLISECONDS_HEADER.name
        })
    }

    /// What is wrong beside the body.
    #[must_use]
    pub fn beside_the_body(&self) -> String {
        self.joined(|pick| pick.part != Part::Body)
    }

    /// What is wrong with the body.
    #[must_use]
    pub fn body(&self) -> String {
        self.joined(|pick| pick.part == Part::Body)
    }

    /// Whether X-TIMESTAMP holds milliseconds. Where they are signed as well, the delivery is
    /// validly signed, at a time far ahead.
    #[must_use]
    pub fn in_milliseconds(&self) -> bool {
        self.mistakes().iter().any(|mistake| {
            [mistakes::MILLISECONDS_HEADER.name, mistakes::SECONDS.name].contains(&mistake.name)
        })
    }

    fn joined(&self, which: impl Fn(&Pick) -> bool) -> String {
        self.parts.iter().filter(|pick| which(pick)).map(Pick::name).collect::<Vec<_>>().join("+")
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
            .pick(Part::Encoding)
            .is_some_and(|pick| ["base64", "base64url"].contains(&pick.way[0].name));
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
        let body = self.choose(Part::Body, || variants::bodies(body, node.as_ref()), body)?;
        let time = match self.pick(Part::Time) {
            Some(pick) if pick.way[0].name == mistakes::MILLISECONDS_HEADER.name => {
                (timestamp.len() >= 13).then(|| timestamp.as_bytes().to_vec())?
            }
            Some(_) | None => self.choose(
                Part::Time,
                || variants::times(timestamp, node.as_ref()),
                timestamp.as_bytes(),
            )?,
        };
        let separator = self.choose(Part::Separator, variants::separators, b"")?;
        let ring = Keys {
            secret: Some(keys.live),
            api: keys.api,
            sandbox: keys.sandbox,
            sandbox_api: keys.sandbox_api,
        };
        let mut all = variants::keys(ring)?;
        let key = match self.pick(Part::Key) {
            Some(pick) => pick.find(all)?,
            None => all.swap_remove(0),
        };
        let hash = match self.pick(Part::Hash) {
            Some(pick) => {
                variants::hashes().into_iter().find(|(_, mistake)| *mistake == Some(pick.way[0]))?.0
            }
            None => Algorithm::HmacSha256,
        };
        let message: [&[u8]; 3] = if self.pick(Part::Order).is_some() {
            [&time, &separator, &body]
        } else {
            [&body, &separator, &time]
        };
        let digest = hash.digest(&key.bytes, &message);
        match self.pick(Part::Encoding) {
            None => Some(HEXLOWER.encode(&digest)),
            Some(pick) => encode(pick.way[0].name, pick.nth, &digest),
        }
    }

    fn pick(&self, part: Part) -> Option<&Pick> {
        self.parts.iter().find(|pick| pick.part == part)
    }

    /// The bytes that stand in a part.
    fn choose(
        &self,
        part: Part,
        choices: impl FnOnce() -> Vec<Choice>,
        right: &[u8],
    ) -> Option<Vec<u8>> {
        match self.pick(part) {
            Some(pick) => Some(pick.find(choices())?.bytes.to_vec()),
            None => Some(right.to_vec()),
        }
    }
}

impl Pick {
    fn name(&self) -> String {
        let way = self.way.iter().map(|mistake| mistake.name).collect::<Vec<_>>().join("+");
        if self.nth == 0 { way } else { format!("{way}.{}", self.nth) }
    }

    /// The choice that it likeliest is; one that is likelier another is left to that.
    fn find(&self, choices: Vec<Choice>) -> Option<Choice> {
        choices.into_iter().filter(|choice| choice.ways.first() == Some(&self.way)).nth(self.nth)
    }
}

/// `a+b.1`
fn parse(mistakes: &str) -> Option<Vec<Pick>> {
    let mut parts: Vec<Pick> = Vec::new();
    for word in mistakes.split('+').filter(|word| !word.is_empty()) {
        let (name, nth) = word.split_once('.').unwrap_or((word, "0"));
        let mistake = mistakes::find(name)?;
        let (part, nth) = (part(mistake), nth.parse().ok()?);
        let taken = parts.iter().any(|pick| pick.part == part);
        match parts.last_mut() {
            Some(last) if last.part == Part::Body && part == Part::Body => last.way.push(mistake),
            Some(_) | None if taken => return None,
            Some(_) | None => parts.push(Pick { way: vec![mistake], part, nth }),
        }
    }
    Some(parts)
}

/// How far back a signature may be dated to be one that tells: a quarter of all digests reads the
/// same in both alphabets of Base64.
const EARLIER_S: i64 = 4;

/// Whether a signature holds a character that only one of the alphabets has.
fn is_telling(headers: &Headers) -> bool {
    headers.signature.contains(['+', '/', '-', '_'])
}

fn part(mistake: &'static Mistake) -> Part {
    let in_time = [
        mistakes::DECIMAL_TIMESTAMP.name,
        mistakes::ISO_TIMESTAMP.name,
        mistakes::TIMESTAMP_FROM_BODY.name,
        mistakes::UNDEFINED_TIMESTAMP.name,
        mistakes::SECONDS.name,
        mistakes::MILLISECONDS_HEADER.name,
        "timestamp-missing",
        "milliseconds",
    ];
    match mistake.name {
        "timestamp-first" => Part::Order,
        name if name.starts_with("separator-") => Part::Separator,
        name if in_time.contains(&name) => Part::Time,
        name if encode(name, 0, &[]).is_some() => Part::Encoding,
        name if name.contains("secret") && !name.starts_with("plain-hash")
            || name == mistakes::SANDBOX_API_KEY.name =>
        {
            Part::Key
        }
        _ if variants::hashes().iter().any(|(_, hash)| *hash == Some(mistake)) => Part::Hash,
        _ => Part::Body,
    }
}

fn encode(name: &str, nth: usize, digest: &[u8]) -> Option<String> {
    Some(match name {
        "base64url" if nth > 0 => BASE64URL.encode(digest),
        "upper-case-hex" => HEXUPPER.encode(digest),
        "base64" => BASE64.encode(digest),
        "base64url" => BASE64URL_NOPAD.encode(digest),
        "base64-of-hex" => BASE64.encode(HEXLOWER.encode(digest).as_bytes()),
        "sha256-prefix" => format!("sha256={}", HEXLOWER.encode(digest)),
        _ => return None,
    })
}
