//! How runtimes spell a body that they have parsed: what a shop signs that does not keep the bytes.

use golive_checks::platform::canonical;
use serde_json::{Map, Number, Value};

/// As `JSON.stringify(JSON.parse(body))` has it: numbers lose their zeros.
pub(super) fn as_javascript(body: &[u8]) -> Option<String> {
    Some(shorten(serde_json::from_slice(body).ok()?).to_string())
}

/// As PHP's `json_encode(json_decode(body))` has it: slashes and everything outside ASCII escaped.
pub(super) fn as_php(body: &[u8]) -> Option<String> {
    let plain = as_javascript(body)?;
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

/// Numbers as a double has them: `1.00` becomes `1`.
fn shorten(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::Number(shortest(&number).unwrap_or(number)),
        Value::Array(items) => Value::Array(items.into_iter().map(shorten).collect()),
        Value::Object(members) => Value::Object(members.into_iter().map(|(key, value)| (key, shorten(value))).collect()),
        Value::Null | Value::Bool(_) | Value::String(_) => value,
    }
}

fn shortest(number: &Number) -> Option<Number> {
    let double = number.as_f64()?;
    if double.fract() == 0.0 && double.abs() < 9_007_199_254_740_992.0 {
        format!("{double:.0}").parse().ok()
    } else {
        Number::from_f64(double)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = br#"{"event":"x","data":{"note":"a\/b \u091c","amount":"1.00","n":1.00,"h":0.5}}"#;

    #[test]
    fn javascript_unescapes_and_drops_zeros() {
        assert_eq!(as_javascript(BODY).as_deref(), Some(r#"{"event":"x","data":{"note":"a/b ज","amount":"1.00","n":1,"h":0.5}}"#));
        assert_eq!(as_javascript(b"{"), None);
    }

    #[test]
    fn php_escapes() {
        assert_eq!(as_php(BODY).as_deref(), Some(r#"{"event":"x","data":{"note":"a\/b \u091c","amount":"1.00","n":1,"h":0.5}}"#));
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
