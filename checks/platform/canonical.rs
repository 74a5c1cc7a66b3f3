//! The platform's canonical JSON: keys sorted recursively, compact, slashes unescaped, raw UTF-8.

use super::form::{JsonForm, Node};

/// Rewrites JSON text canonically; number tokens are kept as they are written. Keys are ordered by
/// their UTF-8 bytes, arrays keep their order. Of members with one name the last counts, as in
/// JavaScript, PHP and Python.
///
/// # Errors
///
/// When `text` is not JSON, or nests deeper than 128 levels.
pub fn canonical(text: &str) -> anyhow::Result<String> {
    Ok(JsonForm::CANONICAL.write(&Node::parse(text)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_recursively_and_leaves_arrays_alone() {
        let text = r#" { "b" : [ {"z":1, "a":2}, 3 ], "a" : { "d" : null, "c" : true } } "#;
        assert_eq!(
            canonical(text).expect("JSON"),
            r#"{"a":{"c":true,"d":null},"b":[{"a":2,"z":1},3]}"#
        );
    }

    #[test]
    fn sorts_by_bytes() {
        let text = r#"{"kwikx_wallet_id":1,"kwikX_order_id":2,"é":3,"a":4,"9":5,"10":6}"#;
        assert_eq!(
            canonical(text).expect("JSON"),
            r#"{"10":6,"9":5,"a":4,"kwikX_order_id":2,"kwikx_wallet_id":1,"é":3}"#
        );
    }

    #[test]
    fn keeps_number_tokens() {
        for number in [
            "105.00",
            "0.000001",
            "1e5",
            "-0",
            "90071992547409931",
            "123456789012345678901234567890",
            "1.0E+2",
        ] {
            let text = format!(r#"{{"n":{number}}}"#);
            assert_eq!(canonical(&text).expect("JSON"), text);
        }
    }

    #[test]
    fn writes_slashes_and_letters_as_they_are() {
        assert_eq!(
            canonical(r#""https:\/\/x\u002fy \u0905\u091c\u092f \ud83d\ude00 <&> \u0007 \n""#)
                .expect("JSON"),
            "\"https://x/y अजय 😀 <&> \\u0007 \\n\""
        );
    }

    #[test]
    fn the_last_of_several_members_with_one_name_counts() {
        assert_eq!(canonical(r#"{"a":1,"b":2,"a":3}"#).expect("JSON"), r#"{"a":3,"b":2}"#);
    }

    #[test]
    fn refuses_what_is_not_json() {
        for text in ["", "{", "{'a':1}", "nul", "[1,]", "{\"a\":1} x", "01", "\"\\ud800\""] {
            assert!(canonical(text).is_err(), "{text}");
        }
    }

    #[test]
    fn refuses_what_nests_too_deep() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(canonical(&nested(100)).is_ok());
        assert!(canonical(&nested(100_000)).is_err());
    }
}
