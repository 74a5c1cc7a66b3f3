//! What may stand in each place of a signature: bodies, timestamps, separators, keys, hashes. The
//! right one comes first.

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::platform::digest::Algorithm;
use crate::platform::form::{Decimals, Escapes, JsonForm, Node, Sort};
use crate::platform::numbers::Runtime;
use crate::platform::secret::{Keyring, Secret};
use crate::platform::signing::variant::Variant;

/// Bytes, and every known way to come by them.
pub(super) struct Choice {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Each one or more variants that come together; empty for what is right. The likeliest first.
    pub(super) ways: Vec<Vec<Variant>>,
}

/// The right bytes and all that differ from them, each once.
fn choices(right: &[u8], others: impl IntoIterator<Item = (Vec<Variant>, Vec<u8>)>) -> Vec<Choice> {
    let mut all = vec![Choice { bytes: Zeroizing::new(right.to_vec()), ways: Vec::new() }];
    for (way, bytes) in others {
        let bytes = Zeroizing::new(bytes);
        match all.iter().position(|choice| choice.bytes == bytes) {
            Some(0) => {}
            Some(at) => all[at].ways.push(way),
            None => all.push(Choice { bytes, ways: vec![way] }),
        }
    }
    all
}

/// How languages write JSON, in the order of their keys.
fn languages() -> [(Variant, JsonForm); 14] {
    let of = |runtime| JsonForm {
        sort: Sort::Nowhere,
        decimals: Decimals::Of(runtime),
        ..JsonForm::CANONICAL
    };
    let (javascript, python) = (of(Runtime::JavaScript), of(Runtime::Python));
    let php = JsonForm { empty_lists: true, ..of(Runtime::Php) };
    let as_written = JsonForm { sort: Sort::Nowhere, ..JsonForm::CANONICAL };
    [
        (Variant::JavascriptBody, javascript),
        (Variant::PythonBody, JsonForm { spaced: true, unicode: true, ..python }),
        (Variant::PythonCompactBody, JsonForm { unicode: true, ..python }),
        (Variant::PythonLettersBody, JsonForm { spaced: true, ..python }),
        (Variant::PythonCompactLettersBody, python),
        (Variant::PhpBody, JsonForm { slashes: true, unicode: true, ..php }),
        (Variant::PhpSlashesBody, JsonForm { unicode: true, ..php }),
        (Variant::PhpLettersBody, JsonForm { slashes: true, ..php }),
        (Variant::PhpPlainBody, php),
        (Variant::GoBody, JsonForm { html: true, ..javascript }),
        (Variant::JavaBody, of(Runtime::Java)),
        (Variant::GsonBody, JsonForm { html: true, apostrophes: true, ..as_written }),
        (Variant::DotnetBody, JsonForm { escapes: Escapes::Upper, ..as_written }),
        (Variant::NewtonsoftBody, of(Runtime::DotNet)),
    ]
}

/// The bodies that may have been signed for `body`.
pub(super) fn bodies(body: &[u8], node: Option<&Node>) -> Vec<Choice> {
    let mut others: Vec<(Vec<Variant>, Vec<u8>)> = Vec::new();
    let mut add = |way: &[Variant], bytes: Vec<u8>| others.push((way.to_vec(), bytes));
    add(&[Variant::TrimmedBody], body.trim_ascii().to_vec());
    add(&[Variant::BodyWithLineBreak], [body, b"\n"].concat());
    if let Some(node) = node {
        let sorted = |sort| JsonForm { sort, ..JsonForm::CANONICAL }.write(node).into_bytes();
        add(&[Variant::CompactBody], sorted(Sort::Nowhere));
        add(&[Variant::SortedBody], sorted(Sort::Everywhere));
        add(&[Variant::TopLevelSortedBody], sorted(Sort::TopLevel));
        let languages = languages();
        for (sort, variant) in [
            (Sort::Nowhere, None),
            (Sort::Everywhere, Some(Variant::Sorted)),
            (Sort::TopLevel, Some(Variant::TopLevelSorted)),
        ] {
            for (language, form) in &languages {
                let way: Vec<Variant> = std::iter::once(*language).chain(variant).collect();
                add(&way, JsonForm { sort, ..*form }.write(node).into_bytes());
            }
        }
        if let Some(data) = node.member("data") {
            add(
                &[Variant::DataAlone],
                JsonForm { sort: Sort::Nowhere, ..JsonForm::CANONICAL }.write(data).into_bytes(),
            );
            for (language, form) in &languages {
                add(&[Variant::DataAlone, *language], form.write(data).into_bytes());
            }
        }
        let data_in_pairs = node.member("data").and_then(Node::keys_and_values);
        for text in [node.keys_and_values(), data_in_pairs].into_iter().flatten() {
            add(&[Variant::KeysAndValues], text.into_bytes());
        }
        if let Some(text) = without_inner_members(node) {
            add(&[Variant::ReplacerBody], text.into_bytes());
        }
        let mut dict = String::new();
        put_python(node, &mut dict);
        add(&[Variant::PythonDict], dict.into_bytes());
    }
    if let Ok(text) = std::str::from_utf8(body) {
        add(&[Variant::UnixLineBreaks], text.replace("\r\n", "\n").into_bytes());
        add(
            &[Variant::WindowsLineBreaks],
            text.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes(),
        );
        add(
            &[Variant::BodyWithoutByteOrderMark],
            text.trim_start_matches('\u{feff}').as_bytes().to_vec(),
        );
        add(&[Variant::EncodedTwice], serde_json::Value::from(text).to_string().into_bytes());
    }
    add(&[Variant::EmptyBody], Vec::new());
    add(&[Variant::ObjectObject], b"[object Object]".to_vec());
    add(&[Variant::PhpArray], b"Array".to_vec());
    add(&[Variant::BodyBase64], BASE64.encode(body).into_bytes());
    choices(body, others)
}

/// As `JSON.stringify(body, Object.keys(body).sort())` has it: the list of names is a filter for
/// inner objects too.
fn without_inner_members(node: &Node) -> Option<String> {
    fn keep(node: &Node, names: &[&str]) -> Node {
        match node {
            Node::Object(_) => Node::Object(
                names
                    .iter()
                    .filter_map(|name| Some(((*name).to_owned(), keep(node.member(name)?, names))))
                    .collect(),
            ),
            Node::Array(elements) => {
                Node::Array(elements.iter().map(|element| keep(element, names)).collect())
            }
            Node::String(text) => Node::String(text.clone()),
            Node::Token(token) => Node::Token(token.clone()),
        }
    }
    let Node::Object(members) = node else { return None };
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let (_, javascript) = languages()[0];
    Some(javascript.write(&keep(node, &names)))
}

/// As Python's `str` of the parsed value spells it.
fn put_python(node: &Node, out: &mut String) {
    match node {
        Node::Object(members) => {
            out.push('{');
            for (at, (name, value)) in members.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                put_python_string(name, out);
                out.push_str(": ");
                put_python(value, out);
            }
            out.push('}');
        }
        Node::Array(elements) => {
            out.push('[');
            for (at, element) in elements.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                put_python(element, out);
            }
            out.push(']');
        }
        Node::String(text) => put_python_string(text, out),
        Node::Token(token) => match token.as_str() {
            "true" => out.push_str("True"),
            "false" => out.push_str("False"),
            "null" => out.push_str("None"),
            _ => out.push_str(
                &JsonForm { decimals: Decimals::Of(Runtime::Python), ..JsonForm::CANONICAL }
                    .write(node),
            ),
        },
    }
}

fn put_python_string(text: &str, out: &mut String) {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(quote);
}

/// Names under which payloads carry a time.
const TIMES: [&str; 9] = [
    "timestamp",
    "time",
    "ts",
    "created_at",
    "createdAt",
    "updated_at",
    "event_time",
    "date",
    "created",
];

/// What may have been signed for the timestamp. An empty one is a timestamp left out.
pub(super) fn times(timestamp: &str, node: Option<&Node>) -> Vec<Choice> {
    let mut others: Vec<(Vec<Variant>, Vec<u8>)> = Vec::new();
    let mut add =
        |variant: Variant, text: &str| others.push((vec![variant], text.as_bytes().to_vec()));
    add(Variant::TimestampMissing, "");
    add(Variant::Milliseconds, &format!("{timestamp}000"));
    add(Variant::TrimmedTimestamp, timestamp.trim());
    let digits = !timestamp.is_empty() && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    if digits && timestamp.len() >= 13 {
        add(Variant::Seconds, &timestamp[..timestamp.len() - 3]);
    }
    if let Ok(Ok(time)) = timestamp.parse().map(Timestamp::from_second) {
        add(Variant::DecimalTimestamp, &format!("{timestamp}.0"));
        add(Variant::IsoTimestamp, &time.to_string());
        add(Variant::IsoTimestamp, &format!("{time:.3}"));
        add(Variant::IsoTimestamp, &time.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string());
    }
    for object in node.into_iter().flat_map(|node| [Some(node), node.member("data")]).flatten() {
        for name in TIMES {
            if let Some(Node::String(text) | Node::Token(text)) = object.member(name) {
                add(Variant::TimestampFromBody, text);
            }
        }
    }
    for word in ["undefined", "null", "None", "NaN"] {
        add(Variant::UndefinedTimestamp, word);
    }
    choices(timestamp.as_bytes(), others)
}

/// What may stand between body and timestamp.
pub(super) fn separators() -> Vec<Choice> {
    let others = [
        (Variant::SeparatorDot, "."),
        (Variant::SeparatorColon, ":"),
        (Variant::SeparatorBar, "|"),
        (Variant::SeparatorNewline, "\n"),
        (Variant::SeparatorSpace, " "),
        (Variant::SeparatorComma, ","),
        (Variant::SeparatorAmpersand, "&"),
        (Variant::SeparatorDash, "-"),
    ];
    choices(b"", others.map(|(variant, text)| (vec![variant], text.as_bytes().to_vec())))
}

/// The configured secrets.
#[derive(Clone, Copy)]
pub(super) struct Keys<'a> {
    pub(super) secret: Option<&'a Secret>,
    pub(super) api: Option<&'a Secret>,
    pub(super) sandbox: Option<&'a Secret>,
    pub(super) sandbox_api: Option<&'a Secret>,
}

impl<'a> From<&'a Keyring> for Keys<'a> {
    fn from(keys: &'a Keyring) -> Self {
        Self {
            secret: keys.secret_key.as_ref(),
            api: keys.api_key.as_ref(),
            sandbox: keys.sandbox_secret_key.as_ref(),
            sandbox_api: keys.sandbox_api_key.as_ref(),
        }
    }
}

/// The keys that may have signed; none without a secret.
#[expect(clippy::disallowed_methods, reason = "signing is what the secrets are for")]
pub(super) fn keys<'a>(keys: impl Into<Keys<'a>>) -> Option<Vec<Choice>> {
    let keys: Keys<'_> = keys.into();
    let secret = keys.secret?.expose();
    let trimmed = secret.trim();
    let bare = trimmed.trim_matches(['"', '\'']);
    let mut others: Vec<(Vec<Variant>, Vec<u8>)> = Vec::new();
    let mut add = |variant: Variant, bytes: &[u8]| others.push((vec![variant], bytes.to_vec()));
    add(Variant::TrimmedSecret, trimmed.as_bytes());
    add(Variant::UnquotedSecret, bare.as_bytes());
    add(Variant::SecretWithLineBreak, format!("{secret}\n").as_bytes());
    add(Variant::SecretWithLineBreak, format!("{secret}\r\n").as_bytes());
    add(Variant::SecretWithLineBreak, format!("{secret}\r").as_bytes());
    add(Variant::QuotedSecret, format!("\"{secret}\"").as_bytes());
    add(Variant::QuotedSecret, format!("'{secret}'").as_bytes());
    for (variant, other) in [
        (Variant::ApiKeyAsSecret, keys.api),
        (Variant::SandboxSecret, keys.sandbox),
        (Variant::SandboxApiKey, keys.sandbox_api),
    ] {
        if let Some(other) = other {
            add(variant, other.expose().as_bytes());
            add(variant, other.expose().trim().as_bytes());
        }
    }
    add(Variant::EmptySecret, b"");
    for word in ["undefined", "null", "None"] {
        add(Variant::UndefinedSecret, word.as_bytes());
    }
    add(Variant::SecretInBase64, BASE64.encode(bare.as_bytes()).as_bytes());
    let rest = bare.strip_prefix("sk_live_").or_else(|| bare.strip_prefix("sk_test_"));
    if let Some(rest) = rest {
        add(Variant::SecretWithoutPrefix, rest.as_bytes());
    }
    for text in [Some(bare), rest].into_iter().flatten() {
        for url_safe in [true, false] {
            add(Variant::SecretFromBase64, &Zeroizing::new(lenient_base64(text, url_safe)));
        }
        // Node takes the pairs that are digits and leaves the rest.
        let pairs = text.bytes().take_while(u8::is_ascii_hexdigit).count() & !1;
        if let Ok(bytes) = HEXLOWER_PERMISSIVE.decode(&text.as_bytes()[..pairs]) {
            add(Variant::SecretFromHex, &Zeroizing::new(bytes));
        }
    }
    Some(choices(secret.as_bytes(), others))
}

/// Base64 as Node (which takes `-` and `_` for digits), PHP and Python (which pass over them)
/// decode what may be none.
fn lenient_base64(text: &str, url_safe: bool) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        b'-' if url_safe => Some(62),
        b'_' if url_safe => Some(63),
        _ => None,
    };
    let (mut decoded, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for value in text.bytes().filter_map(digit) {
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            decoded.push((held >> bits & 0xff) as u8);
        }
    }
    decoded
}

/// How key and message may have become a digest.
pub(super) fn hashes() -> [(Algorithm, Option<Variant>); 8] {
    [
        (Algorithm::HmacSha256, None),
        (Algorithm::HmacSha512, Some(Variant::Sha512)),
        (Algorithm::HmacSha1, Some(Variant::Sha1)),
        (Algorithm::HmacSha384, Some(Variant::Sha384)),
        (Algorithm::Swapped, Some(Variant::SwappedArguments)),
        (Algorithm::PlainSecretLast, Some(Variant::PlainHashSecretLast)),
        (Algorithm::PlainSecretFirst, Some(Variant::PlainHashSecretFirst)),
        (Algorithm::PlainMessage, Some(Variant::PlainHashWithoutSecret)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_as_node_and_php_do() {
        // Buffer.from('sk_live_9+aZ', 'base64').toString('hex'),
        // bin2hex(base64_decode('sk_live_9+aZ'))
        assert_eq!(
            data_encoding::HEXLOWER.encode(&lenient_base64("sk_live_9+aZ", true)),
            "b24fe58af7bff7e699"
        );
        assert_eq!(
            data_encoding::HEXLOWER.encode(&lenient_base64("sk_live_9+aZ", false)),
            "b24962bdef7e69"
        );
    }

    #[test]
    fn a_choice_is_offered_once_and_knows_every_way_to_it() {
        let node = Node::parse(r#"{ "b": 1, "a": "x" }"#).ok();
        let all = bodies(br#"{ "b": 1, "a": "x" }"#, node.as_ref());
        let compact = all
            .iter()
            .find(|choice| choice.bytes.as_slice() == br#"{"b":1,"a":"x"}"#)
            .expect("is offered");
        let names: Vec<&str> = compact.ways.iter().map(|way| way[0].name()).collect();
        assert_eq!(names[..2], ["compact-body", "javascript-body"]);
        assert!(
            names.contains(&"java-body")
                && names.contains(&"php-plain-body")
                && !names.contains(&"python-body"),
            "{names:?}"
        );
        assert!(all[0].ways.is_empty());
        for (at, choice) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| other.bytes != choice.bytes));
        }
    }

    #[test]
    fn without_a_secret_there_are_no_keys() {
        assert!(keys(&Keyring::default()).is_none());
        let padded = Keyring {
            secret_key: Some(Secret::new(" \"sk_live_MARKERk\"\n".to_owned())),
            ..Keyring::default()
        };
        let all = keys(&padded).expect("has a secret");
        assert_eq!(all[1].ways[0][0].name(), "trimmed-secret");
        assert_eq!(all[2].bytes.as_slice(), b"sk_live_MARKERk");
    }

    #[test]
    fn python_spells_a_dict_so() {
        let node = Node::parse(r#"{"a":"it's","b":[true,null,1.50],"c":"\"'\\"}"#).expect("JSON");
        let mut out = String::new();
        put_python(&node, &mut out);
        assert_eq!(out, r#"{'a': "it's", 'b': [True, None, 1.5], 'c': '"\'\\'}"#);
    }
}
