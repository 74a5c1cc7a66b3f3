//! Every limit and threshold, in one table. The platform states none of them: all are golive's, and
//! a key under `[limits]` changes each.

use serde::{Deserialize, Serialize};

macro_rules! limits {
    ($( $(#[doc = $doc:literal])+ $name:ident : $unit:literal = $default:literal, $least:literal ..= $most:literal, $weakens:ident; )*) => {
        /// The limits in force, each from `[limits]` or its default.
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Limits {
            $( $(#[doc = $doc])+ pub $name: u64, )*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $( $name: $default, )* }
            }
        }

        impl Limits {
            /// The table: key, unit, default, bounds, meaning.
            pub const TABLE: &[LimitRow] = &[
                $( LimitRow { key: stringify!($name), unit: $unit, default: $default, least: $least, most: $most, weakens: Weakens::$weakens, about: concat!($($doc),+) }, )*
            ];

            /// Sets the limit `key`; `false` when there is none of that name.
            pub fn set(&mut self, key: &str, value: u64) -> bool {
                match key {
                    $( stringify!($name) => self.$name = value, )*
                    _ => return false,
                }
                true
            }

            /// The limit `key`.
            #[must_use]
            pub fn get(&self, key: &str) -> Option<u64> {
                match key {
                    $( stringify!($name) => Some(self.$name), )*
                    _ => None,
                }
            }
        }
    };
}

/// One row of [`Limits::TABLE`].
#[derive(Debug)]
pub struct LimitRow {
    /// The key under `[limits]`; ends in its unit.
    pub key: &'static str,
    /// The unit in words.
    pub unit: &'static str,
    /// The default.
    pub default: u64,
    /// The smallest value accepted.
    pub least: u64,
    /// The largest value accepted.
    pub most: u64,
    /// Which change makes a check weaker.
    pub weakens: Weakens,
    /// What it limits.
    pub about: &'static str,
}

/// Which change of a limit makes a check weaker: it then lets something pass that the default would
/// not, or looks at less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakens {
    /// A higher value.
    Higher,
    /// A lower value.
    Lower,
    /// Either: a higher value forgives more, a lower one tries less.
    Either,
    /// Neither: it is about pace, length of a listing, or a diagnosis.
    Never,
}

impl LimitRow {
    /// Whether `value` weakens a check.
    #[must_use]
    pub const fn is_weakened_by(&self, value: u64) -> bool {
        match self.weakens {
            Weakens::Higher => value > self.default,
            Weakens::Lower => value < self.default,
            Weakens::Either => value != self.default,
            Weakens::Never => false,
        }
    }
}

impl Limits {
    /// The limits that were changed so that a check is weaker, with their values.
    pub fn weakened(&self) -> impl Iterator<Item = (&'static LimitRow, u64)> {
        Self::TABLE.iter().filter_map(|row| {
            let value = self.get(row.key)?;
            row.is_weakened_by(value).then_some((row, value))
        })
    }
}

limits! {
    /// A webhook answer slower than this is a warning.
    webhook_slow_ms: "ms" = 5_000, 1..=600_000, Higher;
    /// A webhook answer slower than this is a failure.
    webhook_too_slow_ms: "ms" = 10_000, 1..=600_000, Higher;
    /// A delivery signed longer ago than this, in seconds, must be refused as a replay.
    webhook_stale_s: "s" = 3_600, 60..=604_800, Higher;
    /// Deliveries of one event sent at once to see whether it is applied once.
    webhook_concurrent_duplicates: "deliveries" = 20, 2..=100, Lower;
    /// Rounds of such deliveries, each on a test order of its own: so many of the same bytes, and
    /// as many re-signed.
    webhook_race_rounds: "rounds" = 3, 1..=10, Lower;
    /// Rounds begin within this time of the first, and so many at once as take a receiver that does one thing at a time no longer.
    webhook_race_ms: "ms" = 15_000, 1..=600_000, Lower;
    /// Deliveries in flight at once, at most; fewer when the receiver slows down.
    webhook_concurrency: "deliveries" = 24, 1..=64, Never;
    /// A webhook that refuses an event no older than this, in seconds, leaves no room for ordinary delay.
    webhook_window_least_s: "s" = 10, 1..=3_600, Lower;
    /// Different events sent at once to see whether a burst of them is taken.
    webhook_burst: "deliveries" = 50, 2..=200, Lower;
    /// A burst whose last answer takes longer than this is a warning.
    webhook_burst_slow_ms: "ms" = 10_000, 1..=600_000, Higher;
    /// A webhook that takes no body of this length is a finding: ten times what the platform's page shows.
    webhook_body_least_bytes: "bytes" = 4_096, 1_024..=1_048_576, Lower;
    /// Deliveries of an event that was not accepted, after the first.
    webhook_retries: "deliveries" = 4, 0..=10, Either;
    /// Pause before the first of those; each later one is twice as long.
    webhook_retry_pause_ms: "ms" = 500, 1..=60_000, Higher;
    /// Longest wait for a receiver that was stopped to be back.
    webhook_restart_ms: "ms" = 30_000, 100..=600_000, Higher;
    /// The size of the one unsigned delivery that must be refused or cut off for its size.
    webhook_oversized_bytes: "bytes" = 2_097_152, 131_072..=16_777_216, Either;
    /// Forged deliveries below `full`; the last of each check are left out first.
    webhook_forgeries: "deliveries" = 150, 20..=600, Lower;
    /// Addresses of the webhook's name that are looked at; of more a sample, chosen by the run's seed.
    webhook_addresses: "addresses" = 16, 2..=64, Lower;
    /// Time between two attempts to connect to an address; one that fails both is dead.
    webhook_address_retry_ms: "ms" = 5_000, 0..=60_000, Higher;
    /// Deliveries to find out how a receiver reads signatures, where it refuses genuine ones.
    webhook_doctor_deliveries: "deliveries" = 200, 10..=400, Never;
    /// Longest wait for the effects of a delivery to rest.
    effects_wait_ms: "ms" = 30_000, 0..=600_000, Lower;
    /// Connecting, the TLS handshake included.
    connect_ms: "ms" = 10_000, 1..=120_000, Higher;
    /// Waiting for the first byte of an answer.
    first_byte_ms: "ms" = 30_000, 1..=600_000, Higher;
    /// A whole exchange.
    exchange_ms: "ms" = 45_000, 1..=600_000, Higher;
    /// The part of an answer's body that is read.
    body_bytes: "bytes" = 65_536, 256..=16_777_216, Lower;
    /// How long a program of the merchant's may run.
    command_ms: "ms" = 20_000, 1..=600_000, Never;
    /// Clock offset that is a warning.
    clock_warn_s: "s" = 30, 1..=86_400, Higher;
    /// Clock offset that is a failure.
    clock_fail_s: "s" = 300, 1..=86_400, Higher;
    /// A certificate that expires sooner than this is a warning.
    certificate_days: "days" = 30, 1..=398, Lower;
    /// The shortest secret key that is not a warning.
    secret_length: "bytes" = 20, 1..=256, Lower;
    /// Fresh connections to each egress service.
    egress_samples: "connections" = 3, 1..=10, Lower;
    /// The part of a file of the source tree that is looked at.
    source_file_bytes: "bytes" = 268_435_456, 1_024..=68_719_476_736, Lower;
    /// Files of the source tree that are looked at.
    source_files: "files" = 1_000_000, 1..=100_000_000, Lower;
    /// How deep in the source tree is looked.
    source_depth: "folders" = 64, 1..=1_000, Lower;
    /// Bytes of the source tree that are looked at.
    source_total_bytes: "bytes" = 17_179_869_184, 1_024..=1_099_511_627_776, Lower;
    /// Bytes of the history of git that are looked at, where it is asked for.
    source_history_bytes: "bytes" = 8_589_934_592, 1_024..=1_099_511_627_776, Lower;
    /// The time given to the history of git.
    source_history_s: "s" = 600, 1..=86_400, Lower;
    /// Findings of each rule of the source scan that are kept, the weightiest first.
    source_hits: "findings" = 50, 1..=1_000, Never;
    /// What is asked of the merchant's own site: its page, scripts, source maps and the like.
    source_site_requests: "requests" = 40, 3..=1_000, Lower;
    /// How much is read of each answer of the merchant's own site.
    source_site_bytes: "bytes" = 16_777_216, 1_024..=1_073_741_824, Lower;
    /// The age at which an entry of the server inventory wants another review.
    inventory_days: "days" = 90, 1..=3_650, Higher;
    /// How far ahead a waiver may end.
    waiver_days: "days" = 90, 1..=90, Higher;
    /// How old what was seen may be for a verdict to be relied on.
    report_days: "days" = 7, 1..=365, Higher;
    /// How long an attestation counts that does not say.
    attestation_days: "days" = 90, 1..=730, Higher;
    /// Evidence of an attestation that is shorter than this, and names no URL and no existing file, is remarked on as thin.
    attestation_characters: "characters" = 20, 1..=400, Lower;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_within_their_bounds_and_settable() {
        let mut limits = Limits::default();
        for row in Limits::TABLE {
            assert!((row.least..=row.most).contains(&row.default), "{}", row.key);
            assert_eq!(limits.get(row.key), Some(row.default));
            assert!(limits.set(row.key, row.most));
            assert_eq!(limits.get(row.key), Some(row.most));
        }
    }

    /// The limits that weaken nothing, each for a reason that this list was read for.
    const HARMLESS: [&str; 4] =
        ["webhook_concurrency", "webhook_doctor_deliveries", "command_ms", "source_hits"];

    #[test]
    fn every_limit_says_which_change_weakens_a_check() {
        assert_eq!(Limits::default().weakened().count(), 0);
        for row in Limits::TABLE {
            let weakened = |value| {
                let mut limits = Limits::default();
                limits.set(row.key, value);
                let named: Vec<(&str, u64)> =
                    limits.weakened().map(|(row, value)| (row.key, value)).collect();
                assert!(named.is_empty() || named == [(row.key, value)], "{named:?}");
                !named.is_empty()
            };
            let (lower, higher) = (row.least < row.default, row.default < row.most);
            let found = (lower && weakened(row.least), higher && weakened(row.most));
            let expected = match row.weakens {
                Weakens::Higher => (false, higher),
                Weakens::Lower => (lower, false),
                Weakens::Either => (lower, higher),
                Weakens::Never => (false, false),
            };
            assert_eq!(found, expected, "{}", row.key);
            assert_eq!(row.weakens == Weakens::Never, HARMLESS.contains(&row.key), "{}", row.key);
        }
    }

    #[test]
    fn limits_that_forgive_more_are_weaker_and_stricter_ones_are_not() {
        let weaker = Limits {
            webhook_stale_s: 604_800,
            certificate_days: 1,
            webhook_slow_ms: 100,
            ..Limits::default()
        };
        let named: Vec<(&str, u64)> =
            weaker.weakened().map(|(row, value)| (row.key, value)).collect();
        assert_eq!(named, [("webhook_stale_s", 604_800), ("certificate_days", 1)]);
    }
}
