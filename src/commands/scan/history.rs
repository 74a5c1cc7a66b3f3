//! What a scan found in the history of git, for a person or a program.

use std::fmt::Write as _;

use golive_checks::model::{SourceSeen, Weight};
use golive_checks::scan::severity::{GradedFinding, past};
use serde_json::{Value, json};

use crate::commands::scan::words::{plain, plural, size};

/// What to do about a key that the history holds.
const FIX: &str = "replace the key: whoever has a copy of the repository has it, and no later \
                   commit calls it back";

/// For a person. Nothing where nobody asked.
pub(super) fn describe(seen: &SourceSeen, text: &mut String) {
    let Some(history) = &seen.history else { return };
    for (commit, GradedFinding { rule, hit, weight }) in past(seen) {
        let mark = match (&hit.allowed, weight) {
            (Some(_), _) => "~",
            (None, Weight::Failure) => "✗",
            (None, Weight::Warning) => "!",
            (None, Weight::Information) => "-",
        };
        let line = hit.line.map_or_else(String::new, |line| format!(":{line}"));
        let (path, excerpt) = (plain(&hit.path), plain(&hit.excerpt));
        let _ = writeln!(
            text,
            "{mark} {}: {} in commit {commit}\n    {path}{line}  {excerpt}  ({})",
            rule.id,
            rule.what,
            hit.circumstances()
        );
    }
    let kept = history.hits.len() as u64;
    if history.found > kept {
        let _ = writeln!(text, "    and {} more in the history", history.found - kept);
    }
    if kept > 0 {
        let _ = writeln!(text, "    fix: {FIX}");
    }
    for repository in &history.repositories {
        let path = plain(&repository.path);
        if let Some(why) = repository.state.gap() {
            let _ = writeln!(text, "? the history of {path} {why}");
        } else {
            let (commits, files) =
                (plural(repository.commits, "commit"), plural(repository.files, "file version"));
            let _ = writeln!(
                text,
                "- the history of {path}: {commits}, {files}, {}",
                size(repository.bytes)
            );
        }
    }
    text.push('\n');
}

/// For a program.
pub(super) fn json(seen: &SourceSeen) -> Option<Value> {
    let history = seen.history.as_ref()?;
    let finding = |(commit, GradedFinding { rule, hit, weight }): (&str, GradedFinding<'_>)| {
        json!({
            "rule": rule.id,
            "weight": weight.word(),
            "commit": commit,
            "path": hit.path,
            "line": hit.line,
            "column": hit.column,
            "excerpt": hit.excerpt,
            "place": hit.place,
            "allowed": hit.allowed,
            "fix": FIX,
        })
    };
    let findings: Vec<Value> = past(seen).into_iter().map(finding).collect();
    Some(
        json!({ "repositories": history.repositories, "findings": findings, "found": history.found }),
    )
}
