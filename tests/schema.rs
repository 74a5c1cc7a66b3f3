//! The schemas under `examples/schema` are those that the binary prints: `UPDATE_GOLDEN=1 cargo
//! test --test schema` rewrites them.
#![allow(clippy::unwrap_used, reason = "a test fails where it cannot go on")]

mod support;

use std::fs;

use serde_json::Value;
use support::{golive, repository, run};

/// What `golive schema` prints, and the file that holds it.
const SCHEMAS: [(&str, &str); 2] =
    [("report", "golive-report-v1.schema.json"), ("config", "golive.schema.json")];

#[test]
fn the_schemas_beside_the_examples_are_current() {
    let folder = repository().join("examples/schema");
    for (which, file) in SCHEMAS {
        let printed = run(golive(&folder).args(["schema", which])).stdout;
        let path = folder.join(file);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, &printed).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap();
        assert!(
            printed == kept,
            "{} is out of date: UPDATE_GOLDEN=1 cargo test --test schema, and read the diff",
            path.display()
        );
        let schema: Value = serde_json::from_str(&printed).unwrap();
        assert!(schema["$schema"].as_str().unwrap().contains("json-schema.org"));
    }
}

#[test]
fn init_names_the_schema_where_editors_look_for_it() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(golive(folder.path()).arg("init")).code, 0);
    let written = fs::read_to_string(folder.path().join("golive.toml")).unwrap();
    assert_eq!(written.lines().next(), Some("#:schema ./golive.schema.json"));
    assert!(written.contains("golive schema config > golive.schema.json"), "{written}");
}
