//! The catalogue in print: `golive list`, `golive explain`, the README's table.

mod rule;

use crate::page::{hanging, indented};
use std::fmt::Write as _;

use anyhow::bail;
use golive_checks::model::{Applies, Check, CheckMeta, Level, Needs, Section, chapter, group};
use golive_checks::requirements::{self, Requirement};
use golive_checks::scan::rules;
use golive_checks::{CATALOGUE, catalogue_version};
use serde::Serialize;

/// Every check with the section it stands in.
fn checks() -> impl Iterator<Item = (&'static Section, &'static CheckMeta)> {
    CATALOGUE
        .iter()
        .flat_map(|section| section.checks.iter().map(|check| (*section, Check::meta(*check))))
}

/// The catalogue by section: title, id, level, needs.
pub(crate) fn list() -> String {
    let mut out = String::new();
    for section in CATALOGUE {
        let _ = writeln!(out, "{} ({})", section.title, section.id);
        out.push_str(&lines(section.checks.iter().map(|check| check.meta())));
        out.push('\n');
    }
    let count = |wanted: fn(&CheckMeta) -> bool| checks().filter(|(_, meta)| wanted(meta)).count();
    let words = format!(
        "{} checks, {} of them required; {} take a person's word. They cover {} lines of the \
         platform's pages. `golive explain ID` says more about a check or a line.",
        count(|_| true),
        count(|meta| meta.level == Level::Required),
        count(|meta| meta.needs == Needs::Attestation),
        requirements::all().len(),
    );
    out.push_str(&indented(&words, 0));
    out
}

/// The catalogue for programs.
pub(crate) fn list_json() -> String {
    let listed = Listed {
        schema: "golive.catalogue/v1",
        tool: ListedTool { name: "golive", version: env!("CARGO_PKG_VERSION") },
        version: catalogue_version(CATALOGUE),
        sections: CATALOGUE.iter().map(|section| ListedSection::of(section)).collect(),
        requirements: requirements::all().iter().map(ListedRequirement::of).collect(),
    };
    let mut json = serde_json::to_string_pretty(&listed).expect("strings and lists serialise");
    json.push('\n');
    json
}

/// All that is known of a check, a section, a line of the platform's checklist, or a rule of the
/// scan.
///
/// # Errors
///
/// There is nothing of this name; the nearest is named.
pub(crate) fn explain(id: &str) -> anyhow::Result<String> {
    if let Some((section, meta)) = checks().find(|(_, meta)| meta.id == id) {
        return Ok(explain_check(section, meta));
    }
    if let Some(requirement) = requirements::find(id) {
        return Ok(explain_requirement(requirement));
    }
    let sections: Vec<String> = CATALOGUE
        .iter()
        .filter(|section| section.id == id || chapter(section.id) == id)
        .map(|section| {
            let metas = section.checks.iter().map(|check| check.meta());
            format!("{} ({})\n\n{}", section.title, section.id, lines(metas))
        })
        .collect();
    if !sections.is_empty() {
        return Ok(sections.join("\n"));
    }
    if let Some(rule) = rules::find(id) {
        return Ok(rule::explain(rule));
    }
    bail!(
        "there is no check, section, requirement or rule of the scan `{}`{}",
        plain(id),
        nearest(id)
    )
}

/// Whether `name` is a check or a section, as `--only` and `--skip` take them.
///
/// # Errors
///
/// It is neither; the nearest is named.
pub(crate) fn known(name: &str) -> anyhow::Result<()> {
    if CATALOGUE.iter().any(|section| section.id == name || chapter(section.id) == name)
        || checks().any(|(_, meta)| meta.id == name)
    {
        return Ok(());
    }
    bail!("there is no check or section `{}`{}", plain(name), nearest(name))
}

/// The README's table: how much of each section is seen, and how much a person answers for.
#[cfg(test)]
pub(crate) fn sections_markdown() -> String {
    let mut out =
        String::from("| Section | Seen by golive | Attested by a person |\n|---|---:|---:|\n");
    for section in CATALOGUE {
        let attested =
            section.checks.iter().filter(|check| check.meta().needs == Needs::Attestation).count();
        let _ = writeln!(
            out,
            "| {} | {} | {attested} |",
            section.title,
            section.checks.len() - attested
        );
    }
    out
}

/// The table of `checks/README.md`.
#[cfg(test)]
pub(crate) fn table_markdown() -> String {
    let cell = |words: &str| words.replace('|', "\\|");
    let mut out = String::from("| Check | What it proves | Level | Needs |\n|---|---|---|---|\n");
    for section in CATALOGUE {
        let _ = writeln!(out, "| **{}** | | | |", cell(section.title));
        for meta in section.checks.iter().map(|check| check.meta()) {
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} |",
                meta.id,
                cell(meta.title),
                meta.level.word(),
                meta.needs.word()
            );
        }
    }
    out
}

fn explain_check(section: &Section, meta: &CheckMeta) -> String {
    let mut out = indented(meta.title, 0);
    let concerns = match meta.applies {
        Applies::Everyone => "",
        Applies::Payments => " · concerns payments",
        Applies::Payouts => " · concerns payouts",
    };
    let _ = writeln!(
        out,
        "{} ({})\n{} · needs {}{concerns}",
        meta.id,
        section.title,
        meta.level.word(),
        meta.needs.word()
    );
    let mut part = |heading: &str, words: &str| {
        let _ = write!(out, "\n{heading}\n{}", indented(words, 2));
    };
    part("Why", meta.rationale);
    part("How it is judged", meta.judged);
    part("How to fix it", meta.remediation);
    if !meta.yields_to.is_empty() {
        let others: Vec<&str> = meta.yields_to.iter().map(|(_, id)| *id).collect();
        let others = others.join(", ");
        part("Blame", &format!("Undecided where one of these fails for the same cause: {others}."));
    }
    for fix in meta.stacks {
        let _ = write!(out, "\n  {}\n", fix.stack.name());
        if fix.how.contains('\n') {
            // Code is to be copied: a line broken here would be broken there.
            for line in fix.how.lines() {
                let _ = writeln!(out, "{}", format!("    {line}").trim_end());
            }
        } else {
            out.push_str(&indented(fix.how, 4));
        }
    }
    let attest = if meta.attestable {
        format!(
            "Where nothing can be observed, a named person may answer for it in `[attest.{}]`.",
            meta.id
        )
    } else {
        "No person's word can decide it.".to_owned()
    };
    let waive = if meta.waivable {
        "Its failure may be accepted until a date, by `[[waive]]`."
    } else {
        "Its failure cannot be waived."
    };
    let _ = write!(out, "\nExceptions\n{}", indented(&format!("{attest} {waive}"), 2));
    out.push_str(&rule::of_check(meta.id));
    out.push_str("\nLines of the platform's pages that it covers\n");
    for requirement in meta.covers.iter().filter_map(|id| requirements::find(id)) {
        let level = match (requirement.level.as_str(), requirement.required) {
            ("", true) => " (before live traffic)".to_owned(),
            ("", false) => String::new(),
            (words, _) => format!(" ({words})"),
        };
        out.push_str(&hanging(
            &format!("{:<8}{}{level}", requirement.id, requirement.words),
            2,
            10,
        ));
    }
    let _ = writeln!(out, "\nSee: {}\n     {}", meta.reference.label, meta.reference.url);
    out
}

fn explain_requirement(requirement: &Requirement) -> String {
    let mut out = hanging(&format!("{}: {}", requirement.id, requirement.words), 0, 4);
    let level = match (requirement.level.as_str(), requirement.required) {
        ("", true) => "required, as it has to be so before live traffic".to_owned(),
        ("", false) => "recommended; the page gives no level".to_owned(),
        (words, true) => format!("required; the page says \"{words}\""),
        (words, false) => format!("recommended; the page says \"{words}\""),
    };
    let _ =
        writeln!(out, "{}\n\nFrom \"{}\" of {}\n", level, requirement.section, requirement.page);
    out.push_str("Decided by\n\n");
    out.push_str(&lines(
        checks()
            .map(|(_, meta)| meta)
            .filter(|meta| meta.covers.contains(&requirement.id.as_str())),
    ));
    out
}

/// Two lines per check: title, then id, level and needs.
fn lines(metas: impl Iterator<Item = &'static CheckMeta>) -> String {
    let mut out = String::new();
    for meta in metas {
        out.push_str(&indented(meta.title, 2));
        let _ =
            writeln!(out, "      {:<38} {:<12} {}", meta.id, meta.level.word(), meta.needs.word());
    }
    out
}

/// What an id may have been meant to be: `, perhaps …`, or nothing.
fn nearest(name: &str) -> String {
    let name = name.to_lowercase();
    let ids = checks()
        .map(|(_, meta)| meta.id)
        .chain(CATALOGUE.iter().flat_map(|section| [section.id, chapter(section.id)]));
    let best = ids
        .map(|id| {
            (
                strsim::jaro_winkler(id, &name)
                    .max(strsim::normalized_damerau_levenshtein(id, &name)),
                id,
            )
        })
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((likeness, id)) if likeness > 0.8 => {
            format!(", perhaps `{id}`; `golive list` prints all")
        }
        _ => "; `golive list` prints all".to_owned(),
    }
}

/// Somebody's word for standard error: cut, and without what could steer a terminal.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !golive_checks::model::is_invisible(*c)).take(60).collect()
}

/// The JSON of `golive list`.
#[derive(Serialize)]
struct Listed {
    schema: &'static str,
    tool: ListedTool,
    version: String,
    sections: Vec<ListedSection>,
    requirements: Vec<ListedRequirement>,
}

#[derive(Serialize)]
struct ListedTool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct ListedSection {
    id: &'static str,
    /// The part of the section that is listed here, where it has several.
    group: Option<&'static str>,
    title: &'static str,
    checks: Vec<ListedCheck>,
}

impl ListedSection {
    fn of(section: &Section) -> Self {
        Self {
            id: chapter(section.id),
            group: group(section.id),
            title: section.title,
            checks: section.checks.iter().map(|check| ListedCheck::of(check.meta())).collect(),
        }
    }
}

#[derive(Serialize)]
struct ListedCheck {
    id: &'static str,
    title: &'static str,
    level: &'static str,
    needs: &'static str,
    applies: &'static str,
    attestable: bool,
    waivable: bool,
    covers: &'static [&'static str],
    rationale: &'static str,
    judged: &'static str,
    remediation: &'static str,
    stacks: Vec<ListedStack>,
    reference: ListedReference,
}

impl ListedCheck {
    fn of(meta: &CheckMeta) -> Self {
        Self {
            id: meta.id,
            title: meta.title,
            level: meta.level.word(),
            needs: meta.needs.word(),
            applies: match meta.applies {
                Applies::Everyone => "everyone",
                Applies::Payments => "payments",
                Applies::Payouts => "payouts",
            },
            attestable: meta.attestable,
            waivable: meta.waivable,
            covers: meta.covers,
            rationale: meta.rationale,
            judged: meta.judged,
            remediation: meta.remediation,
            stacks: meta
                .stacks
                .iter()
                .map(|fix| ListedStack { stack: fix.stack.name(), how: fix.how })
                .collect(),
            reference: ListedReference { label: meta.reference.label, url: meta.reference.url },
        }
    }
}

#[derive(Serialize)]
struct ListedStack {
    stack: &'static str,
    how: &'static str,
}

#[derive(Serialize)]
struct ListedReference {
    label: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct ListedRequirement {
    id: &'static str,
    words: &'static str,
    level: &'static str,
    required: bool,
    section: &'static str,
    page: &'static str,
    covered_by: Vec<&'static str>,
}

impl ListedRequirement {
    fn of(requirement: &'static Requirement) -> Self {
        let covers = |meta: &CheckMeta| meta.covers.contains(&requirement.id.as_str());
        Self {
            id: &requirement.id,
            words: &requirement.words,
            level: &requirement.level,
            required: requirement.required,
            section: &requirement.section,
            page: &requirement.page,
            covered_by: checks()
                .filter(|(_, meta)| covers(meta))
                .map(|(_, meta)| meta.id)
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_names_every_check_within_80_columns() {
        let list = list();
        for (_, meta) in checks() {
            assert!(list.contains(meta.id) && list.contains(meta.needs.word()), "{}", meta.id);
        }
        assert_narrow(&list);
    }

    #[test]
    fn every_explanation_is_whole_and_within_80_columns_but_for_code() {
        for (_, meta) in checks() {
            let words = explain(meta.id).expect("an explanation");
            for part in [
                "Why",
                "How it is judged",
                "How to fix it",
                "covers",
                meta.reference.url,
                meta.level.word(),
            ] {
                assert!(words.contains(part), "{}: {part}", meta.id);
            }
            let code: Vec<&str> =
                meta.stacks.iter().flat_map(|fix| fix.how.lines()).map(str::trim).collect();
            let prose: Vec<&str> =
                words.lines().filter(|line| !code.contains(&line.trim())).collect();
            assert_narrow(&prose.join("\n"));
        }
    }

    fn assert_narrow(words: &str) {
        for line in words.lines().filter(|line| !line.contains("https://")) {
            assert!(unicode_width::UnicodeWidthStr::width(line) <= crate::page::WIDTH, "{line}");
        }
    }

    #[test]
    fn a_line_of_the_checklist_names_the_checks_that_decide_it() {
        let words = explain("pc-91").expect("an explanation");
        assert!(
            words.contains("operations-reconciliation")
                && words.contains("Reconciliation is validated"),
            "{words}"
        );
    }

    #[test]
    fn a_section_names_its_checks() {
        assert!(explain("network").expect("an explanation").contains("network-egress-listed"));
    }

    #[test]
    fn an_unknown_id_is_met_with_the_nearest() {
        let error = explain("network-egress-list").expect_err("no such check").to_string();
        assert!(error.contains("`network-egress-listed`"), "{error}");
        assert!(known("netwrok").expect_err("no such section").to_string().contains("`network`"));
        assert!(known("network").is_ok() && known("network-egress-listed").is_ok());
        assert!(!explain("\u{1b}[2Jx").expect_err("no such check").to_string().contains('\u{1b}'));
    }

    #[test]
    fn the_json_holds_every_check_and_requirement() {
        let json: serde_json::Value = serde_json::from_str(&list_json()).expect("JSON");
        let count: usize = json["sections"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|section| section["checks"].as_array().map_or(0, Vec::len))
            .sum();
        assert_eq!(count, checks().count());
        assert_eq!(json["requirements"].as_array().map(Vec::len), Some(requirements::all().len()));
    }

    #[test]
    fn the_table_has_a_row_for_every_check() {
        let table = table_markdown();
        assert_eq!(table.lines().count(), 2 + CATALOGUE.len() + checks().count());
    }
}
