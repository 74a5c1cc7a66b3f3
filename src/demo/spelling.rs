//! How runtimes spell a body that they have parsed: what a shop signs that does not keep the bytes.

use std::io::{self, Write};

use golive_checks::platform::canonical;
use serde::Serialize as _;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Map, Value};

/// As `JSON.stringify(JSON.parse(body))` has it: numbers lose their zeros, and what a double cannot
/// hold.
pub(super) fn as_javascript(body: &[u8]) -> Option<String> {
    written(&serde_json::from_slice(body).ok()?, Runtime::JavaScript)
}

/// As PHP's `json_encode(json_decode(body, true))` has it: slashes and everything outside ASCII
/// escaped, empty objects made lists.
pub(super) fn as_php(body: &[u8]) -> Option<String> {
    let plain = written(&with_lists(serde_json::from_slice(body).ok()?), Runtime::Php)?;
    let mut units = [0; 2];
    let escaped = plain.chars().map(|c| match c {
        '/' => "\\/".to_owned(),
        c if c.is_ascii() => c.to_string(),
        c => c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
    });
    Some(escaped.collect())
}

/// As requests to the platform are signed: with sorted keys.
pub(super) fn sorted(body: &[u8]) -> Option<String> {
    canonical::canonical(std::str::from_utf8(body).ok()?).ok()
}

/// With the keys of the outermost object sorted and those within left alone.
pub(super) fn sorted_at_the_top(body: &[u8]) -> Option<String> {
    let Value::Object(object) = serde_json::from_slice(body).ok()? else { return None };
    let mut members: Vec<(String, Value)> = object.into_iter().collect();
    members.sort_by(|(a, _), (b, _)| a.cmp(b));
    Some(Value::Object(members.into_iter().collect::<Map<_, _>>()).to_string())
}

/// With another amount, everything else as it came.
pub(super) fn with_amount(body: &[u8], amount: &str) -> Option<String> {
    const KEY: &str = "\"amount\":\"";
    let text = std::str::from_utf8(body).ok()?;
    let start = text.find(KEY)? + KEY.len();
    let end = start + text[start..].find('"')?;
    Some(format!("{}{amount}{}", &text[..start], &text[end..]))
}

/// Empty objects are empty lists in PHP.
fn with_lists(value: Value) -> Value {
    match value {
        Value::Object(members) if members.is_empty() => Value::Array(Vec::new()),
        Value::Object(members) => Value::Object(
            members.into_iter().map(|(key, value)| (key, with_lists(value))).collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(with_lists).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// Whose numbers are written.
#[derive(Clone, Copy)]
enum Runtime {
    JavaScript,
    Php,
}

fn written(value: &Value, runtime: Runtime) -> Option<String> {
    let mut text = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut text, runtime)).ok()?;
    String::from_utf8(text).ok()
}

impl Formatter for Runtime {
    /// With the fewest digits that read back as the same double: `1.00` becomes `1`.
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        match self {
            Self::Php if value != 0.0 && value.abs() < 1e-4 => {
                write!(writer, "{}", format!("{value:e}").replace("e-", ".0e-"))
            }
            Self::JavaScript | Self::Php => write!(writer, "{value}"),
        }
    }

    fn write_u64<W: ?Sized + Write>(&mut self, writer: &mut W, value: u64) -> io::Result<()> {
        match self {
            Self::JavaScript => write!(writer, "{}", value as f64),
            Self::Php => write!(writer, "{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] =
        br#"{"event":"x","data":{"note":"a\/b \u091c","amount":"1.00","n":1.00,"h":0.5}}"#;

    #[test]
    fn javascript_unescapes_and_drops_zeros() {
        assert_eq!(
            as_javascript(BODY).as_deref(),
            Some(r#"{"event":"x","data":{"note":"a/b ज","amount":"1.00","n":1,"h":0.5}}"#)
        );
        assert_eq!(as_javascript(b"{"), None);
    }

    #[test]
    fn numbers_and_empty_objects_become_what_each_makes_of_them() {
        let body = br#"{"a":0.000001,"b":1.00,"c":90071992547409931,"d":{}}"#;
        assert_eq!(
            as_javascript(body).as_deref(),
            Some(r#"{"a":0.000001,"b":1,"c":90071992547409940,"d":{}}"#)
        );
        assert_eq!(
            as_php(body).as_deref(),
            Some(r#"{"a":1.0e-6,"b":1,"c":90071992547409931,"d":[]}"#)
        );
    }

    #[test]
    fn php_escapes() {
        assert_eq!(
            as_php(BODY).as_deref(),
            Some(r#"{"event":"x","data":{"note":"a\/b \u091c","amount":"1.00","n":1,"h":0.5}}"#)
        );
    }

    #[test]
    fn sorting_at_the_top_leaves_the_rest() {
        let sorted = sorted_at_the_top(br#"{"b":{"z":1,"a":2},"a":1}"#);
        assert_eq!(sorted.as_deref(), Some(r#"{"a":1,"b":{"z":1,"a":2}}"#));
    }

    #[test]
    fn the_amount_is_replaced_alone() {
        let own = with_amount(br#"{"data":{"amount":"2.00","x":"1"}}"#, "1.00");
        assert_eq!(own.as_deref(), Some(r#"{"data":{"amount":"1.00","x":"1"}}"#));
        assert_eq!(with_amount(b"{}", "1.00"), None);
    }
}
