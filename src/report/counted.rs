//! The required checks in true numbers: what was seen, what a person answers for, what is open.

use golive_checks::model::{Judged, Level, Outcome, Text};
use golive_checks::text;

/// How many of the required checks ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Required {
    /// All of them.
    pub(crate) total: usize,
    /// Hold, and golive saw it.
    pub(crate) seen: usize,
    /// Hold, narrowly.
    pub(crate) warned: usize,
    /// Do not hold.
    pub(crate) failed: usize,
    /// Do not hold, and somebody accepted that.
    pub(crate) waived: usize,
    /// Undecided for any other reason than a trial run.
    pub(crate) undecided: usize,
    /// Kept from being looked at by a switch of a trial run.
    pub(crate) trial: usize,
    /// A named person answers for them.
    pub(crate) attested: usize,
    /// Do not concern this merchant.
    pub(crate) not_applicable: usize,
}

impl Required {
    /// Counts the required ones.
    pub(super) fn of(judged: &[Judged]) -> Self {
        let mut required = Self::default();
        for check in judged.iter().filter(|check| check.level == Level::Required) {
            required.total += 1;
            *match &check.outcome {
                outcome if outcome.is_unseen_on_trial() => &mut required.trial,
                Outcome::Pass(_) => &mut required.seen,
                Outcome::Warn(_) => &mut required.warned,
                Outcome::Fail(_) => &mut required.failed,
                Outcome::Undecided(_) => &mut required.undecided,
                Outcome::NotApplicable(_) => &mut required.not_applicable,
                Outcome::Attested(_) => &mut required.attested,
                Outcome::Waived(..) => &mut required.waived,
            } += 1;
        }
        required
    }

    /// `49 required: 38 seen, 1 with a warning, 9 attested, 1 not applicable`; none where nothing
    /// required was looked at.
    pub(super) fn clause(&self) -> Option<Text> {
        let rows = [
            (self.seen, "seen"),
            (self.warned, "with a warning"),
            (self.failed, "failed"),
            (self.waived, "waived"),
            (self.undecided, "undecided"),
            (self.trial, "not seen on a trial run"),
            (self.attested, "attested"),
            (self.not_applicable, "not applicable"),
        ];
        let said: Vec<Text> = rows
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| text!("{} {}", count, word))
            .collect();
        (self.total > 0).then(|| text!("{} required: {}", self.total, Text::join(&said, ", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{every_outcome, judged};
    use super::*;

    #[test]
    fn every_required_check_is_counted_once() {
        let checks = every_outcome();
        let required = Required::of(&checks);
        let Required {
            total,
            seen,
            warned,
            failed,
            waived,
            undecided,
            trial,
            attested,
            not_applicable,
        } = required;
        let all = [seen, warned, failed, waived, undecided, trial, attested, not_applicable];
        assert_eq!(total, checks.iter().filter(|check| check.level == Level::Required).count());
        assert_eq!(total, all.iter().sum::<usize>());
        assert!(all.iter().all(|count| *count > 0), "{required:?}");
        assert_eq!(
            required.clause().expect("something is required").as_str(),
            "10 required: 1 seen, 1 with a warning, 1 failed, 1 waived, 3 undecided, 1 not seen \
             on a trial run, 1 attested, 1 not applicable"
        );
    }

    #[test]
    fn only_what_occurs_is_named_and_recommendations_are_not_counted() {
        let recommended =
            judged("webhook-rejects-stale", Level::Recommended, Outcome::Pass(Vec::new()));
        assert_eq!(Required::of(std::slice::from_ref(&recommended)).clause(), None);
        let required = judged("webhook-https", Level::Required, Outcome::Pass(Vec::new()));
        assert_eq!(
            Required::of(&[required, recommended]).clause().expect("a clause").as_str(),
            "1 required: 1 seen"
        );
    }
}
