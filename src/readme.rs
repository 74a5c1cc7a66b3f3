//! The generated parts of the READMEs are current: `UPDATE_GOLDEN=1 cargo test` rewrites them.

use std::fs;
use std::path::Path;

use crate::commands::explain;
use crate::exit::Exit;

/// Replaces what stands between `<!-- generated: name -->` and `<!-- end -->`.
fn with_part(readme: &str, name: &str, part: &str) -> String {
    let open = format!("<!-- generated: {name} -->\n");
    let (before, rest) = readme.split_once(&open).expect("the README has the part");
    let (_, after) = rest.split_once("<!-- end -->").expect("the part ends");
    format!("{before}{open}{part}<!-- end -->{after}")
}

/// Holds a file to its generated parts, or rewrites them.
fn is_current(file: &str, parts: &[(&str, String)]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let written = fs::read_to_string(&path).expect("the file is there");
    let current =
        parts.iter().fold(written.clone(), |text, (name, part)| with_part(&text, name, part));
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &current).expect("the file can be written");
    } else {
        assert!(
            written == current,
            "{file} is out of date: UPDATE_GOLDEN=1 cargo test --workspace, and read the diff"
        );
    }
}

#[test]
fn the_generated_parts_of_the_readme_are_current() {
    is_current(
        "README.md",
        &[("exit-codes", Exit::table()), ("sections", explain::sections_markdown())],
    );
}

#[test]
fn the_list_of_checks_is_current() {
    is_current("checks/README.md", &[("checks", explain::table_markdown())]);
}
