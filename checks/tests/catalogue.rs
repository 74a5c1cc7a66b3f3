//! What must hold of every check, present and future. Messages say which file to edit.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use golive_checks::CATALOGUE;
use golive_checks::model::{CheckMeta, Level, Needs, Section, chapter};
use golive_checks::requirements;

fn checks() -> impl Iterator<Item = (&'static Section, &'static CheckMeta)> {
    CATALOGUE.iter().flat_map(|section| section.checks.iter().map(|check| (*section, check.meta())))
}

/// The folder of this crate.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The file that should hold a check.
fn file(section: &Section, meta: &CheckMeta) -> PathBuf {
    let named = meta.id.strip_prefix(chapter(section.id));
    let name = named.and_then(|rest| rest.strip_prefix('-')).unwrap_or(meta.id);
    let name =
        if meta.needs == Needs::Attestation { "items".to_owned() } else { name.replace('-', "_") };
    PathBuf::from(section.id).join(name).with_extension("rs")
}

/// Fails with one line per complaint.
fn none(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[expect(clippy::disallowed_methods, reason = "this test reads the crate's own source")]
fn read(path: &Path) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_default()
}

#[test]
fn ids_are_unique_and_name_their_section_and_file() {
    let mut seen = BTreeSet::new();
    let mut complaints = Vec::new();
    for (section, meta) in checks() {
        let path = file(section, meta);
        let shown = path.display();
        if !seen.insert(meta.id) {
            complaints.push(format!(
                "{}: another check has this id; change one in checks/{shown}",
                meta.id
            ));
        }
        let chapter = chapter(section.id);
        if !meta.id.starts_with(&format!("{chapter}-")) {
            let folder = section.id;
            complaints
                .push(format!("{}: ids of checks/{folder}/ begin with `{chapter}-`", meta.id));
        }
        if !meta.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            complaints.push(format!("{}: ids are kebab-case; change checks/{shown}", meta.id));
        }
        if !read(&path).contains(&format!("id: \"{}\"", meta.id)) {
            complaints.push(format!("{}: its META should be in checks/{shown}", meta.id));
        }
    }
    none(complaints);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "this test lists the crate's own source")]
fn every_check_that_has_a_file_is_in_its_section() {
    let listed: BTreeSet<&str> = checks().map(|(_, meta)| meta.id).collect();
    let mut complaints = Vec::new();
    for section in CATALOGUE {
        let folder = root().join(section.id);
        for entry in std::fs::read_dir(&folder)
            .unwrap_or_else(|_| panic!("checks/{}/ should hold the section", section.id))
        {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let relative = path.strip_prefix(root()).expect("within the crate").to_owned();
            let text = read(&relative);
            for id in text
                .lines()
                .filter_map(|line| line.trim().strip_prefix("id: \"")?.strip_suffix("\","))
            {
                if id != section.id && id.starts_with(chapter(section.id)) && !listed.contains(id) {
                    let (shown, section) = (relative.display(), section.id);
                    complaints.push(format!(
                        "{id} (checks/{shown}) is not in SECTION.checks of checks/{section}/mod.rs"
                    ));
                }
            }
        }
    }
    none(complaints);
}

#[test]
fn every_section_is_in_the_catalogue() {
    let mut complaints = Vec::new();
    let modules = |file: PathBuf| {
        let name = |line: &str| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned());
        read(&file).lines().filter_map(name).collect::<Vec<String>>()
    };
    for module in modules("lib.rs".into()) {
        let inner = modules(Path::new(&module).join("mod.rs"));
        let groups = inner.iter().map(|group| format!("{module}/{group}"));
        for folder in std::iter::once(module.clone()).chain(groups) {
            let declares = read(&Path::new(&folder).join("mod.rs")).contains(": Section = ");
            if declares && !CATALOGUE.iter().any(|section| section.id == folder) {
                let path = folder.replace('/', "::");
                complaints.push(format!(
                    "{folder}: add `&{path}::SECTION` to CATALOGUE in checks/lib.rs"
                ));
            }
        }
    }
    for section in CATALOGUE {
        if section.checks.is_empty() {
            complaints.push(format!("checks/{}/mod.rs: the section has no checks", section.id));
        }
        complaints.extend(
            title_complaint(section.title)
                .map(|why| format!("checks/{}/mod.rs: the section's title {why}", section.id)),
        );
    }
    none(complaints);
}

#[test]
fn every_requirement_that_is_covered_exists() {
    let mut complaints = Vec::new();
    for (section, meta) in checks() {
        let path = file(section, meta);
        if meta.covers.is_empty() && meta.id != "operations-exceptions" {
            complaints.push(format!(
                "{}: covers no requirement; see checks/{}",
                meta.id,
                path.display()
            ));
        }
        let mut seen = BTreeSet::new();
        for id in meta.covers {
            if !requirements::all().iter().any(|row| row.id == *id) {
                complaints.push(format!(
                    "{}: {id} is not in checks/requirements.toml; correct checks/{}",
                    meta.id,
                    path.display()
                ));
            }
            if !seen.insert(id) {
                complaints.push(format!(
                    "{}: covers {id} twice; correct checks/{}",
                    meta.id,
                    path.display()
                ));
            }
        }
    }
    none(complaints);
}

#[test]
fn every_requirement_is_covered_and_required_ones_by_a_required_check() {
    let mut covered: BTreeMap<&str, Vec<&CheckMeta>> = BTreeMap::new();
    for (_, meta) in checks() {
        for id in meta.covers {
            covered.entry(id).or_default().push(meta);
        }
    }
    let mut complaints = Vec::new();
    for row in requirements::all() {
        let by = covered.get(row.id.as_str()).map_or(&[][..], Vec::as_slice);
        if by.is_empty() {
            complaints.push(format!(
                "{} ({}): no check covers it; add it to `covers` of a check or to an items.rs",
                row.id, row.words
            ));
        } else if row.required && !by.iter().any(|meta| meta.level == Level::Required) {
            let ids: Vec<&str> = by.iter().map(|meta| meta.id).collect();
            complaints.push(format!(
                "{} ({}) is required, and none of {} is",
                row.id,
                row.words,
                ids.join(", ")
            ));
        }
    }
    none(complaints);
}

#[test]
fn attestation_items_are_required_where_one_of_their_requirements_is() {
    let mut complaints = Vec::new();
    for (section, meta) in checks().filter(|(_, meta)| meta.needs == Needs::Attestation) {
        let required =
            meta.covers.iter().filter_map(|id| requirements::find(id)).any(|row| row.required);
        if required != (meta.level == Level::Required) {
            let shown = file(section, meta);
            complaints.push(format!(
                "{}: its level is not that of what it covers; correct checks/{}",
                meta.id,
                shown.display()
            ));
        }
    }
    none(complaints);
}

/// What is wrong with a title.
fn title_complaint(title: &str) -> Option<&'static str> {
    if !title.starts_with(char::is_uppercase) && !title.starts_with('`') {
        Some("begins with a capital")
    } else if title.ends_with('.') {
        Some("ends without a full stop")
    } else if title.chars().count() > 76 {
        Some("fits on a line: 76 characters")
    } else {
        None
    }
}

#[test]
fn words_are_there_and_end_as_sentences() {
    let mut complaints = Vec::new();
    let mut titles = BTreeSet::new();
    for (section, meta) in checks() {
        let path = file(section, meta);
        let mut complain = |what: String| {
            complaints.push(format!("{}: {what}; see checks/{}", meta.id, path.display()))
        };
        if let Some(why) = title_complaint(meta.title) {
            complain(format!("a title {why}"));
        }
        if !titles.insert(meta.title) {
            complain("another check has this title".to_owned());
        }
        for (name, words) in [
            ("rationale", meta.rationale),
            ("judged", meta.judged),
            ("remediation", meta.remediation),
        ] {
            if !words.starts_with(|c: char| {
                c.is_uppercase() || c == '`' || c == '"' || c.is_ascii_digit()
            }) || !words.ends_with('.')
            {
                complain(format!("`{name}` is a sentence, from capital to full stop"));
            }
            if words.contains("  ") || words.contains('\n') {
                complain(format!("`{name}` has double spaces or line breaks"));
            }
        }
        for fix in meta.stacks {
            if fix.how.trim().is_empty() {
                complain(format!("the fix for {} is empty", fix.stack.name()));
            }
        }
        if meta.stacks.windows(2).any(|pair| pair[0].stack as u8 >= pair[1].stack as u8) {
            complain("`stacks` are in the order of the enum, each once".to_owned());
        }
    }
    none(complaints);
}

#[test]
fn references_are_pages_of_the_platform() {
    let mut complaints = Vec::new();
    for (section, meta) in checks() {
        if !meta.reference.url.starts_with("https://developers.kwikpaisa.com/v3-guide/")
            || meta.reference.label.is_empty()
        {
            complaints.push(format!(
                "{}: refers to no page of the platform; see checks/{}",
                meta.id,
                file(section, meta).display()
            ));
        }
    }
    none(complaints);
}

#[test]
fn exceptions_are_allowed_where_they_make_sense() {
    let mut complaints = Vec::new();
    for (section, meta) in checks() {
        let path = file(section, meta);
        let mut complain = |what: &str| {
            complaints.push(format!("{}: {what}; see checks/{}", meta.id, path.display()))
        };
        let about_secrets = [
            "-literal-secrets",
            "-secret-files",
            "-secret-storage",
            "-secrets-not-public",
            "-sandbox-removed",
            "-leaks-nothing",
        ]
        .iter()
        .any(|end| meta.id.ends_with(end));
        if meta.waivable && about_secrets {
            complain("a check of secrets or production safety cannot be waived");
        }
        if meta.needs == Needs::Attestation {
            if !meta.attestable || meta.waivable {
                complain("an item that needs attestation is attestable, and cannot be waived");
            }
            if !meta.remediation.contains(&format!("`[attest.{}]`", meta.id)) {
                complain("its remediation names the table that decides it");
            }
        }
    }
    none(complaints);
}

#[test]
fn blame_goes_to_checks_of_the_same_chapter_and_not_in_a_circle() {
    let others = |meta: &CheckMeta| meta.yields_to.iter().map(|(_, id)| *id).collect::<Vec<_>>();
    let yields: BTreeMap<&str, Vec<&str>> =
        checks().map(|(_, meta)| (meta.id, others(meta))).collect();
    let mut complaints = Vec::new();
    for (section, meta) in checks() {
        let shown = file(section, meta);
        for id in &others(meta) {
            if !checks()
                .any(|(other, found)| found.id == *id && chapter(other.id) == chapter(section.id))
            {
                complaints.push(format!(
                    "{}: yields to {id}, which its chapter does not have; correct checks/{}",
                    meta.id,
                    shown.display()
                ));
            }
        }
        let mut reached = BTreeSet::new();
        let mut next = others(meta);
        while let Some(id) = next.pop() {
            if reached.insert(id) {
                next.extend(yields.get(id).into_iter().flatten());
            }
        }
        if reached.contains(meta.id) {
            complaints.push(format!(
                "{}: yields to itself by way of others; correct checks/{}",
                meta.id,
                shown.display()
            ));
        }
    }
    none(complaints);
}
