//! `golive selftest`: every defect of the built-in shop must be caught, every correct shop READY.

use golive_checks::model::{Deliver, Judged, Outcome, Reason};

use super::demo::{defects, demo_run};
use crate::command_output::print;
use crate::demo::selftest::{Case, Ended, Matrix, RunResult, UNSEEN};
use crate::exit::Exit;
use crate::progress::Silent;
use crate::report::{Report, Verdict};

pub(super) fn run(names: &[String]) -> anyhow::Result<Exit> {
    let matrix = Matrix::observe(&Case::list(&defects(names)?), &|shop| {
        let (mut seen, _) = demo_run(shop, Deliver::Full)?.observe(&Silent)?;
        let report = Report::new(&seen.facts());
        seen.run.strict = true;
        let strict = Report::new(&seen.facts());
        Ok(result(&report, strict.verdict))
    })?;
    print(&matrix.render())?;
    Ok(if matrix.holds() { Exit::Ready } else { Exit::NotReady })
}

/// What the matrix compares of a report.
fn result(report: &Report, strict: Verdict) -> RunResult {
    let ended = |judged: &Judged| Ended {
        id: judged.meta.id,
        outcome: if judged.outcome.is_unseen_on_trial() { UNSEEN } else { judged.outcome.word() },
        blocked_by: if let Outcome::Undecided(Reason::Blocked { by }) = &judged.outcome {
            Some(*by)
        } else {
            None
        },
    };
    RunResult {
        verdict: report.verdict.word().to_owned(),
        strict_verdict: strict.word().to_owned(),
        checks: report
            .chapters
            .iter()
            .flat_map(|chapter| chapter.checks.iter().map(ended))
            .collect(),
    }
}
