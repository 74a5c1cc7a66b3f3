//! The report as GitLab Code Quality.

use data_encoding::HEXLOWER;
use golive_checks::model::Judged;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::account::brief;
use super::spot::{Spot, spots};
use super::verdict::Standing;
use super::{FilePlace, Report};

/// Writes one entry for each place of each check that is not in order.
pub(crate) fn render(report: &Report) -> String {
    let draft = report.run.draft.then(|| Entry::draft(report));
    let entries: Vec<Entry> = draft
        .into_iter()
        .chain(report.checks().flat_map(|check| Entry::all(report, check)))
        .collect();
    let mut json =
        serde_json::to_string_pretty(&entries).expect("strings and numbers always serialise");
    json.push('\n');
    json
}

#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

impl Entry {
    /// Says of a whole report that it is a draft: there is no other place for it.
    fn draft(report: &Report) -> Self {
        Self {
            description: report.sentence.as_str().to_owned(),
            check_name: "draft",
            fingerprint: HEXLOWER.encode(&Sha256::digest("draft")[..16]),
            severity: "info",
            location: Location {
                path: report.run.config_path.as_str().to_owned(),
                lines: Lines { begin: 1 },
            },
        }
    }

    fn all(report: &Report, check: &Judged) -> Vec<Self> {
        let severity = match Standing::of(&check.outcome, check.level, report.run.strict) {
            Standing::Stops => "blocker",
            Standing::Open => "critical",
            Standing::Advice => "minor",
            Standing::Waived | Standing::Unseen => "info",
            Standing::Fine => return Vec::new(),
        };
        let of = |Spot { place: FilePlace { file, at }, fingerprint, .. }: Spot<'_>| Self {
            description: format!("{}: {}", check.meta.title, brief(&check.outcome)),
            check_name: check.meta.id,
            fingerprint,
            severity,
            location: Location { path: file.as_str().to_owned(), lines: Lines { begin: at.line } },
        };
        spots(report, check).into_iter().map(of).collect()
    }
}
