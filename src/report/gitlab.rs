//! The report as GitLab Code Quality.

use data_encoding::HEXLOWER;
use golive_checks::model::Judged;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::verdict::VerdictEffect;
use super::{FileLocation, Report};
use crate::report::check_text::brief;
use crate::report::location::{Location, spots};

/// Writes one entry for each place of each check that is not in order.
pub(crate) fn render(report: &Report) -> String {
    let draft = report.run.draft.then(|| GitlabEntry::draft(report));
    let entries: Vec<GitlabEntry> = draft
        .into_iter()
        .chain(report.checks().flat_map(|check| GitlabEntry::all(report, check)))
        .collect();
    let mut json =
        serde_json::to_string_pretty(&entries).expect("strings and numbers always serialise");
    json.push('\n');
    json
}

#[derive(Serialize)]
struct GitlabEntry {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: GitlabLocation,
}

#[derive(Serialize)]
struct GitlabLocation {
    path: String,
    lines: GitlabLines,
}

#[derive(Serialize)]
struct GitlabLines {
    begin: usize,
}

impl GitlabEntry {
    /// Says of a whole report that it is a draft: there is no other place for it.
    fn draft(report: &Report) -> Self {
        Self {
            description: report.sentence.as_str().to_owned(),
            check_name: "draft",
            fingerprint: HEXLOWER.encode(&Sha256::digest("draft")[..16]),
            severity: "info",
            location: GitlabLocation {
                path: report.run.config_path.as_str().to_owned(),
                lines: GitlabLines { begin: 1 },
            },
        }
    }

    fn all(report: &Report, check: &Judged) -> Vec<Self> {
        let severity = match VerdictEffect::of(&check.outcome, check.level, report.run.strict) {
            VerdictEffect::Stops => "blocker",
            VerdictEffect::Open => "critical",
            VerdictEffect::Advice => "minor",
            VerdictEffect::Waived | VerdictEffect::Unseen => "info",
            VerdictEffect::Fine => return Vec::new(),
        };
        let of =
            |Location { place: FileLocation { file, at }, fingerprint, .. }: Location<'_>| Self {
                description: format!("{}: {}", check.meta.title, brief(&check.outcome)),
                check_name: check.meta.id,
                fingerprint,
                severity,
                location: GitlabLocation {
                    path: file.as_str().to_owned(),
                    lines: GitlabLines { begin: at.line },
                },
            };
        spots(report, check).into_iter().map(of).collect()
    }
}
