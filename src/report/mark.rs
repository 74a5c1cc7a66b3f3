//! The marks and words of outcomes, the same in every format for people.

use golive_checks::model::Outcome;

/// One character: what golive saw, what a person answers for and what a trial run did not look at
/// never share one.
pub(crate) const fn mark(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Pass(_) => PASSED,
        Outcome::Warn(_) => WARNING,
        Outcome::Fail(_) => FAILED,
        Outcome::Undecided(_) if outcome.is_unseen_on_trial() => TRIAL,
        Outcome::Undecided(_) => UNDECIDED,
        Outcome::NotApplicable(_) => NOT_APPLICABLE,
        Outcome::Attested(_) => ATTESTED,
        Outcome::Waived(..) => WAIVED,
    }
}

/// Holds, and golive saw it.
pub(crate) const PASSED: &str = "✓";
/// Holds, narrowly.
pub(crate) const WARNING: &str = "!";
/// Does not hold.
pub(crate) const FAILED: &str = "✗";
/// Undecided.
pub(crate) const UNDECIDED: &str = "?";
/// Undecided, because a trial run did not look at it.
pub(crate) const TRIAL: &str = "○";
/// Does not concern this merchant.
pub(crate) const NOT_APPLICABLE: &str = "-";
/// A person signed for it.
pub(crate) const ATTESTED: &str = "✎";
/// Fails, and somebody accepted that.
pub(crate) const WAIVED: &str = "~";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::sample::every_outcome;
    use super::*;

    #[test]
    fn every_kind_of_outcome_has_a_mark_of_its_own_one_column_wide() {
        let kinds: BTreeSet<(&str, &str)> = every_outcome()
            .iter()
            .map(|check| (check.outcome.label(), mark(&check.outcome)))
            .collect();
        let marks: BTreeSet<&str> = kinds.iter().map(|(_, mark)| *mark).collect();
        assert_eq!((kinds.len(), marks.len()), (8, 8), "{kinds:?}");
        for mark in marks {
            assert_eq!(textwrap::core::display_width(mark), 1, "{mark}");
        }
    }
}
