//! The fine print of every verdict.

/// What a run of seconds cannot show, in one sentence.
pub(crate) const FINE_PRINT: &str = "Not rechecked: a run of seconds cannot show duplicates that are applied after deduplication \
     records expire, nightly jobs that apply events again, or workers that received no delivery.";
