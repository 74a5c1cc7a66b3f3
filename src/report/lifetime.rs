//! Until when a verdict can be relied on: whatever breaks first.

use golive_checks::model::ruling::today;
use golive_checks::model::{Facts, Judged, Outcome, Text};
use golive_checks::text;
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan as _};

/// The end of a verdict, and what ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ValidUntil {
    /// The last moment.
    pub(crate) at: Timestamp,
    /// The day of that, where the run was made.
    pub(crate) on: Date,
    /// What ends it: `certificate of shop.example`.
    pub(crate) because: Text,
    /// Whether it is the age of the observations alone: a new run mends that.
    pub(crate) by_age: bool,
}

/// What ends the verdict of a run first, and what does so first beside the age of the observations.
pub(super) fn ends<'a>(
    judged: impl Iterator<Item = &'a Judged>,
    facts: &Facts<'_>,
) -> (ValidUntil, Option<ValidUntil>) {
    let zone = Offset::from_seconds(facts.run.offset_s).unwrap_or(Offset::UTC);
    let at_moment = |at: Timestamp, because: Text| ValidUntil {
        at,
        on: zone.to_datetime(at).date(),
        because,
        by_age: false,
    };
    // A day counts to its end.
    let at_day = |on: Date, because: Text| {
        let end = on.saturating_add(1.day()).at(0, 0, 0, 0);
        let at = zone
            .to_timestamp(end)
            .unwrap_or(Timestamp::MAX)
            .saturating_sub(1.second())
            .unwrap_or(Timestamp::MAX);
        ValidUntil { at, on, because, by_age: false }
    };
    let days = facts.merchant.limits.report_days;
    let age = today(facts).saturating_add(i64::try_from(days).unwrap_or(7).days());
    let age =
        ValidUntil { by_age: true, ..at_day(age, text!("evidence expires after {} days", days)) };
    let mut ends: Vec<ValidUntil> = judged
        .filter_map(|check| match &check.outcome {
            Outcome::Waived(_, waived) => {
                Some(at_day(waived.until, text!("waiver of {}", check.meta.id)))
            }
            Outcome::Attested(attested) => {
                Some(at_day(attested.until, text!("attestation of {}", check.meta.id)))
            }
            Outcome::Pass(_)
            | Outcome::Warn(_)
            | Outcome::Fail(_)
            | Outcome::Undecided(_)
            | Outcome::NotApplicable(_) => None,
        })
        .collect();
    let elsewhere = facts.seen.webhook_addresses.get().ok();
    let handshakes = std::iter::once(&facts.seen.webhook_tls)
        .chain(elsewhere.iter().flat_map(|seen| &seen.looked_at).map(|there| &there.tls));
    let chains = handshakes.filter_map(|seen| seen.get().ok()).flat_map(|tls| &tls.chain);
    if let Some(end) = chains.map(|certificate| certificate.not_after).min() {
        let host = facts
            .merchant
            .webhook_url()
            .map_or_else(|| "the webhook".into(), |url| text!("{}", url.host));
        ends.push(at_moment(end, text!("certificate of {}", host)));
    }
    // Of those that end together the first named stands: people's words before the age of a run.
    let first = ends.into_iter().min_by_key(|end| end.at);
    match &first {
        Some(end) if end.at <= age.at => (end.clone(), first),
        Some(_) | None => (age, first),
    }
}

#[cfg(test)]
mod tests {
    use golive_checks::model::{Merchant, RunFacts};

    use super::super::sample::{every_outcome, judged, merchant, observations, run};
    use super::*;

    fn ends_of(
        checks: &[Judged],
        merchant: &Merchant,
        run: &RunFacts,
    ) -> (ValidUntil, Option<ValidUntil>) {
        ends(checks.iter(), &Facts { merchant, run, seen: &observations() })
    }

    #[test]
    fn nothing_else_ends_it_so_its_age_does() {
        let (first, other) = ends_of(&[], &merchant(), &run());
        // Begun on 22 November, 02:12 in India.
        assert_eq!(
            (first.on.to_string(), first.by_age, other),
            ("2026-11-29".to_owned(), true, None)
        );
        assert_eq!(first.at.to_string(), "2026-11-29T18:29:59Z");
    }

    #[test]
    fn a_waiver_ends_before_the_attestations() {
        let (first, other) = ends_of(&every_outcome(), &merchant(), &run());
        let other = other.expect("a waiver");
        assert_eq!((first.by_age, other.on.to_string()), (true, "2026-12-31".to_owned()));
        assert_eq!(other.because.as_str(), "waiver of webhook-survives-malformed");
        let mut patient = merchant();
        patient.limits.report_days = 60;
        assert_eq!(ends_of(&every_outcome(), &patient, &run()).0, other);
    }

    #[test]
    fn what_passed_for_good_ends_nothing() {
        let pass =
            judged("webhook-https", golive_checks::model::Level::Required, Outcome::Pass(vec![]));
        assert_eq!(ends_of(&[pass], &merchant(), &run()).1, None);
    }
}
