//! Every limit and threshold, in one table. The platform states none of them: all are ours, and a
//! key under `[limits]` changes each.

use serde::{Deserialize, Serialize};

macro_rules! limits {
    ($( $(#[doc = $doc:literal])+ $name:ident : $unit:literal = $default:literal, $least:literal ..= $most:literal; )*) => {
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
                $( LimitRow { key: stringify!($name), unit: $unit, default: $default, least: $least, most: $most, about: concat!($($doc),+) }, )*
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
    /// What it limits.
    pub about: &'static str,
}

limits! {
    /// A webhook answer slower than this is a warning.
    webhook_slow_ms: "ms" = 5_000, 1..=600_000;
    /// A webhook answer slower than this is a failure.
    webhook_too_slow_ms: "ms" = 10_000, 1..=600_000;
    /// A delivery signed longer ago than this, in seconds, must be refused as a replay.
    webhook_stale_s: "s" = 3_600, 60..=604_800;
    /// Deliveries of one event sent at once to see whether it is applied once.
    webhook_concurrent_duplicates: "deliveries" = 20, 2..=100;
    /// Rounds of such deliveries, each on a test order of its own: so many of the same bytes, and as many signed afresh.
    webhook_race_rounds: "rounds" = 3, 1..=10;
    /// Rounds begin within this time of the first, and so many at once as take a receiver that does one thing at a time no longer.
    webhook_race_ms: "ms" = 15_000, 1..=600_000;
    /// Deliveries in flight at once, at most; fewer when the receiver slows down.
    webhook_concurrency: "deliveries" = 24, 1..=64;
    /// A webhook that refuses an event no older than this, in seconds, leaves no room for ordinary delay.
    webhook_window_least_s: "s" = 10, 1..=3_600;
    /// Different events sent at once to see whether a burst of them is taken.
    webhook_burst: "deliveries" = 50, 2..=200;
    /// A burst whose last answer takes longer than this is a warning.
    webhook_burst_slow_ms: "ms" = 10_000, 1..=600_000;
    /// A webhook that takes no body of this length is a finding: ten times what the platform's page shows.
    webhook_body_least_bytes: "bytes" = 4_096, 1_024..=1_048_576;
    /// Deliveries of an event that was not accepted, after the first.
    webhook_retries: "deliveries" = 4, 0..=10;
    /// Pause before the first of those; each later one is twice as long.
    webhook_retry_pause_ms: "ms" = 500, 1..=60_000;
    /// Longest wait for a receiver that was stopped to be back.
    webhook_restart_ms: "ms" = 30_000, 100..=600_000;
    /// The size of the one unsigned delivery that must be refused or cut off for its size.
    webhook_oversized_bytes: "bytes" = 2_097_152, 131_072..=16_777_216;
    /// Deliveries to find out how a receiver reads signatures, where it refuses genuine ones.
    webhook_doctor_deliveries: "deliveries" = 200, 10..=400;
    /// Longest wait for the effects of a delivery to rest.
    effects_wait_ms: "ms" = 30_000, 0..=600_000;
    /// Connecting, the TLS handshake included.
    connect_ms: "ms" = 10_000, 1..=120_000;
    /// Waiting for the first byte of an answer.
    first_byte_ms: "ms" = 30_000, 1..=600_000;
    /// A whole exchange.
    exchange_ms: "ms" = 45_000, 1..=600_000;
    /// The part of an answer's body that is read.
    body_bytes: "bytes" = 65_536, 256..=16_777_216;
    /// How long a program of the merchant's may run.
    command_ms: "ms" = 20_000, 1..=600_000;
    /// Clock offset that is a warning.
    clock_warn_s: "s" = 30, 1..=86_400;
    /// Clock offset that is a failure.
    clock_fail_s: "s" = 300, 1..=86_400;
    /// A certificate that expires sooner than this is a warning.
    certificate_days: "days" = 30, 1..=398;
    /// The shortest secret key that is not a warning.
    secret_length: "bytes" = 20, 1..=256;
    /// Fresh connections to each egress service.
    egress_samples: "connections" = 3, 1..=10;
    /// The part of a file of the source tree that is looked at.
    source_file_bytes: "bytes" = 268_435_456, 1_024..=68_719_476_736;
    /// Files of the source tree that are looked at.
    source_files: "files" = 1_000_000, 1..=100_000_000;
    /// How deep in the source tree is looked.
    source_depth: "folders" = 64, 1..=1_000;
    /// Bytes of the source tree that are looked at.
    source_total_bytes: "bytes" = 17_179_869_184, 1_024..=1_099_511_627_776;
    /// Bytes of the history of git that are looked at, where it is asked for.
    source_history_bytes: "bytes" = 8_589_934_592, 1_024..=1_099_511_627_776;
    /// The time given to the history of git.
    source_history_s: "s" = 600, 1..=86_400;
    /// Findings of each rule of the source scan that are kept, the weightiest first.
    source_hits: "findings" = 50, 1..=1_000;
    /// What is asked of the merchant's own site: its page, scripts, source maps and the like.
    source_site_requests: "requests" = 40, 3..=1_000;
    /// How much is read of each answer of the merchant's own site.
    source_site_bytes: "bytes" = 16_777_216, 1_024..=1_073_741_824;
    /// The age at which an entry of the server inventory wants another review.
    inventory_days: "days" = 90, 1..=3_650;
    /// How far ahead a waiver may end.
    waiver_days: "days" = 90, 1..=90;
    /// How old what was seen may be for a verdict to be relied on.
    report_days: "days" = 7, 1..=365;
    /// How long an attestation counts that does not say.
    attestation_days: "days" = 90, 1..=730;
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
}
