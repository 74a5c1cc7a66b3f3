//! The JSON Schema of `golive.toml`, from the declaration that reads it: an editor completes its
//! keys by it.

use golive_checks::CATALOGUE;
use golive_checks::model::{Applies, CheckMeta, LimitRow, Limits};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::read::{
    Amount, Argv, ById, CheckId, Country, Days, Describe, FilePath, LimitValues, Reference, Settle,
    Uses,
};

/// The schema of one key: its kind and what it is for.
pub(super) fn key(mut schema: Value, about: &str) -> Value {
    // Beside a reference a description is not read; the table has one of its own.
    if schema.get("$ref").is_none() && schema.get("description").is_none() {
        schema["description"] = about.trim().into();
    }
    schema
}

/// The schema of a table, added to the others; all keys may be left out, and there are no others.
pub(super) fn table(
    name: &str,
    about: &str,
    keys: Map<String, Value>,
    tables: &mut Map<String, Value>,
) -> Value {
    let schema = json!({ "type": "object", "description": about.trim(), "properties": keys, "additionalProperties": false });
    tables.insert(name.to_owned(), schema);
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// A text of a certain form.
fn form(pattern: &str) -> Value {
    json!({ "type": "string", "pattern": pattern })
}

/// Implements [`Describe`] for kinds that hold no table.
macro_rules! kinds {
    ($($kind:ty => $schema:expr;)+) => { $(
        impl Describe for $kind {
            fn describe(_: &mut Map<String, Value>) -> Value {
                $schema
            }
        }
    )+ };
}

kinds! {
    String => json!({ "type": "string" });
    bool => json!({ "type": "boolean" });
    // A date without quotes is one to every TOML reader, and its text to every schema.
    Date => json!({ "type": "string", "format": "date" });
    Country => form("^[A-Za-z]{2}$");
    FilePath => form(r"\S");
    Settle => form("^[0-9]+(ms|s|m)$");
    Days => form("^[0-9]+d$");
    Amount => form(r"^[0-9]{1,12}(\.[0-9]{2})?$");
    Argv => json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
    CheckId => json!({ "type": "string", "enum": checks().map(|meta| meta.id).collect::<Vec<_>>() });
}

impl<T: Describe> Describe for Vec<T> {
    fn describe(tables: &mut Map<String, Value>) -> Value {
        json!({ "type": "array", "items": T::describe(tables) })
    }
}

impl Describe for Uses {
    fn describe(tables: &mut Map<String, Value>) -> Value {
        json!({ "type": "array", "items": golive_checks::model::Product::describe(tables), "minItems": 1 })
    }
}

impl Describe for Reference {
    fn describe(tables: &mut Map<String, Value>) -> Value {
        let one_of = |name: &str, schema: Value| {
            let mut properties = Map::new();
            properties.insert(name.to_owned(), schema);
            json!({ "type": "object", "properties": properties, "required": [name], "additionalProperties": false })
        };
        json!({ "anyOf": [
            one_of("env", key(form("^[A-Za-z_][A-Za-z0-9_]*$"), "A variable of `env_file` or of the environment.")),
            one_of("file", key(FilePath::describe(tables), "A file that holds nothing else.")),
            one_of("command", key(Argv::describe(tables), "A program that prints it.")),
            { "type": "string", "description": "The value itself, which is a finding where it is a secret." },
        ] })
    }
}

impl<T: Describe> Describe for ById<T> {
    fn describe(tables: &mut Map<String, Value>) -> Value {
        let one = T::describe(tables);
        let attestable = checks().filter(|meta| meta.attestable);
        let named = attestable.map(|meta| {
            (meta.id.to_owned(), json!({ "description": about(meta), "allOf": [one] }))
        });
        // The reader takes every check's id, and the report says where no person's word counts.
        json!({
            "type": "object",
            "properties": named.collect::<Map<_, _>>(),
            "additionalProperties": one,
            "propertyNames": { "enum": checks().map(|meta| meta.id).collect::<Vec<_>>() },
        })
    }
}

impl Describe for LimitValues {
    fn describe(_: &mut Map<String, Value>) -> Value {
        let of = |row: &LimitRow| {
            let about = format!("{} [{}]", row.about.trim(), row.unit);
            json!({ "type": "integer", "minimum": row.least, "maximum": row.most, "default": row.default, "description": about })
        };
        let keys: Map<String, Value> =
            Limits::TABLE.iter().map(|row| (row.key.to_owned(), of(row))).collect();
        json!({ "type": "object", "properties": keys, "additionalProperties": false })
    }
}

fn checks() -> impl Iterator<Item = &'static CheckMeta> {
    CATALOGUE.iter().flat_map(|section| section.checks).map(|check| check.meta())
}

fn about(meta: &CheckMeta) -> String {
    let concerns = match meta.applies {
        Applies::Everyone => "",
        Applies::Payments => ", of who uses payments",
        Applies::Payouts => ", of who uses payouts",
    };
    format!("{} ({}{concerns})", meta.title, meta.level.word())
}

#[cfg(test)]
mod tests {
    use super::super::read::Read as _;
    use super::*;
    use crate::config::{File, schema};

    /// What a schema says of the key `path`, which is spelled as `File::keys` does.
    fn find<'a>(schema: &'a Value, mut at: &'a Value, path: &str) -> Option<&'a Value> {
        let resolve = |at: &'a Value| match at["$ref"].as_str() {
            Some(name) => &schema["definitions"][name.trim_start_matches("#/definitions/")],
            None => at,
        };
        for part in path.replace("[]", ".[]").split('.') {
            at = resolve(at);
            at = match part {
                "[]" => at.get("items")?,
                "*" => at.get("additionalProperties")?,
                key => at.get("properties")?.get(key)?,
            };
        }
        Some(resolve(at))
    }

    #[test]
    fn every_key_stands_in_the_schema_and_says_what_it_is_for() {
        let schema: Value = serde_json::from_str(&schema()).unwrap();
        let mut keys = Vec::new();
        File::keys("", &mut keys);
        assert!(keys.len() > 80, "{}", keys.len());
        for key in keys {
            let found = find(&schema, &schema["allOf"][0], &key)
                .unwrap_or_else(|| panic!("{key} is not in the schema"));
            assert!(key.ends_with("[]") || found["description"].is_string(), "{key} says nothing");
        }
    }

    #[test]
    fn a_limit_has_its_bounds_and_an_attestation_its_title() {
        let schema: Value = serde_json::from_str(&schema()).unwrap();
        let root = &schema["allOf"][0];
        let days = find(&schema, root, "limits.certificate_days").unwrap();
        assert_eq!(
            (&days["minimum"], &days["maximum"], &days["default"]),
            (&json!(1), &json!(398), &json!(30))
        );
        let attested = find(&schema, root, "attest.operations-incident-response").unwrap();
        let meta = checks().find(|meta| meta.id == "operations-incident-response").unwrap();
        assert_eq!(attested["description"], format!("{} ({})", meta.title, meta.level.word()));
    }
}
