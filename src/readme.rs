//! The README's generated parts are current: `UPDATE_GOLDEN=1 cargo test` rewrites them.

use std::fs;
use std::path::Path;

use crate::catalogue;
use crate::exit::Exit;

/// Replaces what stands between `<!-- generated: name -->` and `<!-- end -->`.
fn with_part(readme: &str, name: &str, part: &str) -> String {
    let open = format!("<!-- generated: {name} -->\n");
    let (before, rest) = readme.split_once(&open).expect("the README has the part");
    let (_, after) = rest.split_once("<!-- end -->").expect("the part ends");
    format!("{before}{open}{part}<!-- end -->{after}")
}

#[test]
fn the_generated_parts_of_the_readme_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("the README is there");
    let current = with_part(&with_part(&readme, "exit-codes", &Exit::table()), "checks", &catalogue::table_markdown());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &current).expect("the README can be written");
    } else {
        assert!(readme == current, "README.md is out of date: UPDATE_GOLDEN=1 cargo test --workspace, and read the diff");
    }
}
