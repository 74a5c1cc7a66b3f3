//! When a rate limit wants a delivery to come back.

use std::time::Duration;

use golive_checks::model::{Exchange, Stage};

/// How long is waited where a rate limit does not say.
pub(super) const BREATHER: Duration = Duration::from_secs(1);

/// Who asks to come back later than this is not waited for.
const LONGEST_BREATHER: Duration = Duration::from_secs(10);

/// When to come back, where the answer is a rate limit's that asks to. Some limits say 503; what is
/// answered so from the start is no limit.
pub(super) fn asks_back(exchange: &Exchange, stage: Stage) -> Option<Duration> {
    let answer = exchange.answer.as_ref().ok()?;
    let may_be_limit =
        answer.status == 503 && !matches!(stage, Stage::ControlBefore | Stage::Examination);
    let status = if may_be_limit { 429 } else { answer.status };
    come_back(status, answer.header("retry-after"))
}

/// When to come back, where a rate limit asks to.
pub(super) fn come_back(status: u16, retry_after: Option<&str>) -> Option<Duration> {
    let asked =
        retry_after.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
    let after = asked.unwrap_or(BREATHER).max(BREATHER);
    (status == 429 && after <= LONGEST_BREATHER).then_some(after)
}
