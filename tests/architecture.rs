//! The rooms of the two crates: which file may import which. The rules are read from the `use`
//! lines and from paths in the code; an import of a name that a module hands on counts as an import
//! of the file that defines it.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use support::rust_source::{Crate, Import};

/// The crate of the checks.
fn checks() -> Crate {
    Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("checks"), "lib.rs")
}

/// The program.
fn program() -> Crate {
    Crate::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "main.rs")
}

/// The folders of the checks crate that are sections of the report.
fn sections(checks: &Crate) -> BTreeSet<String> {
    checks
        .files()
        .filter(|file| file.ends_with("mod.rs"))
        .filter(|file| {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("checks").join(file);
            fs::read_to_string(path).unwrap().contains(": Section = ")
        })
        .map(|file| file.trim_end_matches("/mod.rs").to_owned())
        .collect()
}

/// The section that a file stands in.
fn section_of<'a>(file: &str, sections: &'a BTreeSet<String>) -> Option<&'a str> {
    sections
        .iter()
        .map(String::as_str)
        .find(|section| file.strip_prefix(*section).is_some_and(|rest| rest.starts_with('/')))
}

fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn no_file_imports_itself_by_way_of_others() {
    for (name, read) in [("checks", checks()), ("src", program())] {
        let edges = edges(&read);
        assert!(edges.len() > 50, "{name}: {} files import others", edges.len());
        let circles: Vec<String> = circles(&edges)
            .into_iter()
            .map(|circle| {
                let arrows = circle.iter().flat_map(|from| {
                    edges[from]
                        .iter()
                        .filter(|(to, _)| circle.contains(*to))
                        .map(move |(to, import)| format!("  {from} -> {to}: {}", import.name))
                });
                format!("{name}: a circle of files\n{}", arrows.collect::<Vec<_>>().join("\n"))
            })
            .collect();
        none(&circles);
    }
}

#[test]
fn every_way_to_import_is_seen() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; pub mod d; pub use d::Given; pub struct Root;"),
        ("a.rs", "use crate::{b::{self, One}, c};  fn f(_: One) { b::f(); c::g() }"),
        (
            "b.rs",
            "pub struct One; pub fn f() { println!(\"{}\", json!({\"x\": crate::c::LIMIT})) }",
        ),
        ("c.rs", "pub const LIMIT: u8 = 1; pub fn g() {} mod inner { use super::super::Given; }"),
        (
            "d/mod.rs",
            "mod e; pub struct Given; pub(crate) fn h() { e::run() } \
             #[cfg(test)] mod tests { use crate::Root; }",
        ),
        ("d/e.rs", "pub fn run() { let _ = super::Given; }"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (file, text) in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let read = Crate::read(folder.path(), "lib.rs");
    let edges = edges(&read);
    let seen: Vec<(&str, Vec<&str>)> =
        edges.iter().map(|(from, to)| (*from, to.keys().copied().collect())).collect();
    let all = [
        ("a.rs", vec!["b.rs", "c.rs"]),
        ("b.rs", vec!["c.rs"]),
        ("c.rs", vec!["d/mod.rs"]),
        ("d/e.rs", vec!["d/mod.rs"]),
        ("d/mod.rs", vec!["d/e.rs"]),
    ];
    assert_eq!(seen, all);
    assert_eq!(circles(&edges), [BTreeSet::from(["d/e.rs", "d/mod.rs"])]);
}

/// Which file takes which name from which, tests aside.
fn edges(read: &Crate) -> BTreeMap<&str, BTreeMap<&str, &Import>> {
    let mut edges: BTreeMap<&str, BTreeMap<&str, &Import>> = BTreeMap::new();
    for import in read.imports().iter().filter(|import| !import.in_tests) {
        edges.entry(&import.from).or_default().entry(&import.to).or_insert(import);
    }
    edges
}

/// The groups of files that reach one another.
fn circles<'a>(edges: &BTreeMap<&'a str, BTreeMap<&'a str, &Import>>) -> Vec<BTreeSet<&'a str>> {
    let reach = |from: &'a str| {
        let (mut seen, mut todo) = (BTreeSet::new(), vec![from]);
        while let Some(next) = todo.pop() {
            for to in edges.get(next).into_iter().flat_map(BTreeMap::keys) {
                if seen.insert(*to) {
                    todo.push(to);
                }
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        edges.keys().map(|from| (*from, reach(from))).collect();
    let mut found: Vec<BTreeSet<&str>> = Vec::new();
    for (from, to) in &reached {
        if to.contains(from) && !found.iter().any(|circle| circle.contains(from)) {
            let back =
                |other: &&&str| reached.get(**other).is_some_and(|reached| reached.contains(from));
            found.push(to.iter().filter(back).copied().collect());
        }
    }
    found
}

#[test]
fn the_platform_knows_nothing_of_the_model() {
    let complaints: Vec<String> = checks()
        .imports()
        .iter()
        .filter(|import| import.from.starts_with("platform/"))
        .filter(|import| !import.to.starts_with("platform/") && import.to != "lib.rs")
        .map(|import| format!("checks/{} imports {} of {}", import.from, import.name, import.to))
        .collect();
    none(&complaints);
}

#[test]
fn no_section_imports_another() {
    let checks = checks();
    let sections = sections(&checks);
    assert!(sections.len() > 10, "{sections:?}");
    let mut complaints = Vec::new();
    for import in checks.imports() {
        let (from, to) = (section_of(&import.from, &sections), section_of(&import.to, &sections));
        if let Some(to) = to
            && from != Some(to)
            && import.from != "lib.rs"
            && !import.from.ends_with("/mod.rs")
        {
            let Import { from: file, name, .. } = import;
            complaints.push(format!("checks/{file} imports {name} of the section {to}"));
        }
    }
    none(&complaints);
}

#[test]
fn observing_knows_no_section() {
    let sections = sections(&checks());
    let complaints: Vec<String> = program()
        .outside()
        .iter()
        .filter(|(file, _)| file.starts_with("observe/"))
        .filter_map(|(file, path)| {
            let rest = path.strip_prefix("golive_checks::")?.replace("::", "/") + "/";
            let section = section_of(&rest, &sections)?;
            Some(format!("src/{file} imports {path} of the section {section}"))
        })
        .collect();
    none(&complaints);
}
