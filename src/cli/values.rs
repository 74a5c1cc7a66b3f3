//! Values of switches: times, spans of days, and words.

use std::str::FromStr;

use golive_checks::model::{Deliver, Role};

/// A time span such as `120s`, `50ms` or `2m`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seconds(pub(crate) std::time::Duration);

impl FromStr for Seconds {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, Self::Err> {
        let span: jiff::SignedDuration =
            written.parse().map_err(|_| "a time such as 120s, 50ms or 2m".to_owned())?;
        std::time::Duration::try_from(span)
            .map(Self)
            .map_err(|_| "a time that is not negative".to_owned())
    }
}

/// A whole number of days, hours or weeks: `14d`, `36h`, `2w`; in seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DaysArg(pub(crate) u64);

impl FromStr for DaysArg {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, Self::Err> {
        let wrong = || "a time such as 14d, 36h or 2w".to_owned();
        let (number, unit) =
            written.split_at_checked(written.len().saturating_sub(1)).ok_or_else(wrong)?;
        let seconds = match unit {
            "h" => 3_600,
            "d" => 86_400,
            "w" => 7 * 86_400,
            _ => return Err(wrong()),
        };
        number.parse::<u32>().map(|number| Self(u64::from(number) * seconds)).map_err(|_| wrong())
    }
}

/// What is random about a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seed {
    /// Another one for each run.
    Random,
    /// This one.
    Number(u32),
}

impl FromStr for Seed {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, Self::Err> {
        match written {
            "random" => Ok(Self::Random),
            number => number.parse().map(Self::Number).map_err(|_| "random or a number".to_owned()),
        }
    }
}

pub(super) fn parse_deliver(word: &str) -> Result<Deliver, String> {
    [Deliver::None, Deliver::Negative, Deliver::Probe, Deliver::Full]
        .into_iter()
        .find(|mode| mode.word() == word)
        .ok_or_else(|| "none, negative, probe or full".to_owned())
}

pub(super) fn parse_role(word: &str) -> Result<Role, String> {
    [Role::Production, Role::Ci, Role::Other]
        .into_iter()
        .find(|role| role.word() == word)
        .ok_or_else(|| "production, ci or other".to_owned())
}
