//! Where formats that point into files have a check point to.

use std::path::{Component, Path, PathBuf};

use golive_checks::model::{Evidence, FilePath, Judged, Place, Subject};
use golive_checks::text;

use crate::report::bare::Bare;
use crate::report::check_text::{evidence, finding};
use crate::report::fingerprint::fingerprint;
use crate::report::{FileLocation, Report};

/// A line that a check is about.
pub(crate) struct Location<'a> {
    /// Where it is.
    pub(crate) place: FileLocation,
    /// What was seen there; what has no line of its own is with the first.
    pub(crate) evidence: Vec<&'a Evidence>,
    /// What makes it the same one in another run.
    pub(crate) fingerprint: String,
}

/// Every line of a file that a finding names, else the one line of the configuration that the check
/// is about.
pub(crate) fn spots<'a>(report: &Report, check: &'a Judged) -> Vec<Location<'a>> {
    let mut spots: Vec<Location<'a>> = Vec::new();
    let mut elsewhere = Vec::new();
    for one in finding(&check.outcome).map_or(&[][..], |finding| &finding.evidence) {
        let Some(place) = in_a_file(report, &one.subject) else {
            elsewhere.push(one);
            continue;
        };
        if let Some(known) = spots.iter_mut().find(|spot| spot.place == place) {
            known.evidence.push(one);
        } else {
            let before = spots.iter().filter(|spot| spot.place.file == place.file).count();
            spots.push(Location {
                place,
                evidence: vec![one],
                fingerprint: fingerprint(check, &[&one.subject], before),
            });
        }
    }
    match spots.first_mut() {
        Some(first) => first.evidence.extend(elsewhere),
        None => spots.push(in_the_configuration(report, check)),
    }
    spots
}

/// The first key that the evidence names, else where the check's section begins.
fn in_the_configuration<'a>(report: &Report, check: &'a Judged) -> Location<'a> {
    let evidence: Vec<&Evidence> = evidence(&check.outcome).iter().collect();
    let place = evidence
        .iter()
        .find_map(|one| report.place(&one.subject))
        .unwrap_or_else(|| report.table_of(check));
    let about: Vec<&Subject> = finding(&check.outcome)
        .iter()
        .flat_map(|finding| &finding.evidence)
        .map(|one| &one.subject)
        .collect();
    Location { place, evidence, fingerprint: fingerprint(check, &about, 0) }
}

/// The line of a file that is there and can be told from the working folder.
fn in_a_file(report: &Report, subject: &Subject) -> Option<FileLocation> {
    let Subject::File { path, line } = subject else {
        return None;
    };
    let file = from_here(report.run.config_path.as_str(), path)?;
    let at = Place { line: line.unwrap_or(1), column: 1 };
    Some(FileLocation { file: text!("{}", Bare(&file)), at })
}

/// A path from the working folder, or from the configuration's where that one is outside of it.
/// None where it leads out of both.
fn from_here(config: &str, path: &FilePath) -> Option<String> {
    let folder = Path::new(config).parent().unwrap_or(Path::new(""));
    let path = Path::new(path.here()?);
    let inside = settled(&folder.join(path))
        .or_else(|| settled(path.strip_prefix(folder).unwrap_or(path)))?;
    Some(inside.to_string_lossy().into_owned())
}

/// A path without `.` and `..`.
fn settled(path: &Path) -> Option<PathBuf> {
    let mut settled = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::Normal(part) => settled.push(part),
            Component::ParentDir if settled.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    (!settled.as_os_str().is_empty()).then_some(settled)
}

#[cfg(test)]
mod tests {
    use golive_checks::model::{Finding, Level, Outcome};

    use super::*;
    use crate::report::sample::{judged, report, run};
    use crate::report::{github, gitlab};

    fn hit(path: &str, line: usize) -> Evidence {
        Evidence::of(
            Subject::File { path: FilePath::new(path), line: Some(line) },
            "nothing of the sandbox",
            "a host of the sandbox",
        )
    }

    fn found(evidence: Vec<Evidence>) -> Judged {
        judged(
            "webhook-https",
            Level::Required,
            Outcome::Fail(Finding::new("it is there", evidence)),
        )
    }

    fn prints(evidence: Vec<Evidence>) -> Vec<String> {
        let check = found(evidence);
        spots(&report(vec![check.clone()], &run()), &check)
            .into_iter()
            .map(|spot| spot.fingerprint)
            .collect()
    }

    #[test]
    fn a_finding_points_to_each_line_and_keeps_what_has_none() {
        let rest = Evidence::of(Subject::Run("source scan"), "nothing", "3 more");
        let check = found(vec![
            rest,
            hit("src/a.py", 2),
            hit("./src/a.py", 2),
            hit("src/a.py", 9),
            hit("src/b.py", 1),
        ]);
        let report = report(vec![check.clone()], &run());
        let spots = spots(&report, &check);
        let places: Vec<String> = spots
            .iter()
            .map(|spot| format!("{}:{}", spot.place.file, spot.place.at.line))
            .collect();
        assert_eq!(places, ["src/a.py:2", "src/a.py:9", "src/b.py:1"]);
        assert_eq!(spots.iter().map(|spot| spot.evidence.len()).collect::<Vec<_>>(), [3, 1, 1]);
        assert!(github::render(&report).contains("file=src/b.py,line=1,"));
        assert!(gitlab::render(&report).contains("\"path\": \"src/b.py\""));
    }

    #[test]
    fn a_line_keeps_its_fingerprint_when_it_moves_and_others_come() {
        let before = prints(vec![hit("a.py", 2), hit("b.py", 1)]);
        let after = prints(vec![hit("0.py", 1), hit("a.py", 7), hit("a.py", 8), hit("b.py", 3)]);
        assert_eq!([&after[1], &after[3]], [&before[0], &before[1]]);
        let mut each = after.clone();
        each.sort();
        each.dedup();
        assert_eq!(each.len(), 4, "{after:?}");
    }

    #[test]
    fn paths_begin_at_the_working_folder() {
        for (config, path, expected) in [
            ("golive.toml", "src/a.py", Some("src/a.py")),
            ("./golive.toml", "./src/../lib/a.py", Some("lib/a.py")),
            ("deploy/golive.toml", "../src/a.py", Some("src/a.py")),
            ("../golive.toml", "src/a.py", Some("src/a.py")),
            ("/etc/acme/golive.toml", "/etc/acme/src/a.py", Some("src/a.py")),
            ("golive.toml", "../a.py", None),
            ("golive.toml", "/run/secrets/key", None),
        ] {
            assert_eq!(
                from_here(config, &FilePath::new(path)).as_deref(),
                expected,
                "{config} {path}"
            );
        }
        assert_eq!(from_here("golive.toml", &FilePath::past("src/a.py")), None);
    }

    #[test]
    fn every_check_has_its_annotation_before_one_has_two() {
        let checks = ["webhook-https", "webhook-rejects-forged"].map(|id| {
            let lines = (1..=12).map(|line| hit("src/a.py", line)).collect();
            judged(id, Level::Required, Outcome::Fail(Finding::new("it is there", lines)))
        });
        let text = github::render(&report(checks.to_vec(), &run()));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 10);
        assert!(
            lines[0].contains("webhook-https") && lines[1].contains("webhook-rejects-forged"),
            "{text}"
        );
        assert!(lines[9].ends_with("15 more in the report."), "{text}");
    }
}
