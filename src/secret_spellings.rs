//! The spellings in which a secret may stand in what golive writes, records and searches.

use data_encoding::{
    BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding, HEXLOWER, HEXUPPER,
};
use zeroize::Zeroizing;

/// Shorter values stand in ordinary text by chance. In bytes.
pub(crate) const SHORTEST: usize = 12;

/// In hex, either case.
fn hex(bytes: &[u8]) -> [String; 2] {
    [HEXLOWER.encode(bytes), HEXUPPER.encode(bytes)]
}

/// In Base64 within something longer: the characters that no neighbouring byte has a part in, for
/// each place that the value may begin at.
fn within_base64(bytes: &[u8]) -> Vec<Zeroizing<String>> {
    const ALPHABETS: [&Encoding; 2] = [&BASE64_NOPAD, &BASE64URL_NOPAD];
    let mut all = Vec::new();
    for shift in 0..3 {
        let mut shifted = Zeroizing::new(vec![0; shift]);
        shifted.extend_from_slice(bytes);
        let whole = (8 * shift).div_ceil(6)..8 * shifted.len() / 6;
        for encoding in ALPHABETS {
            let encoded = Zeroizing::new(encoding.encode(&shifted));
            all.push(Zeroizing::new(encoded[whole.clone()].to_owned()));
        }
    }
    all
}

/// What a server may answer a value as.
pub(crate) fn in_answers(value: &str) -> Vec<Zeroizing<String>> {
    let bytes = value.as_bytes();
    let [lower, upper] = hex(bytes);
    let all = [
        value.to_owned(),
        lower,
        upper,
        BASE64.encode(bytes),
        BASE64_NOPAD.encode(bytes),
        BASE64URL.encode(bytes),
        BASE64URL_NOPAD.encode(bytes),
        url::form_urlencoded::byte_serialize(bytes).collect(),
        value.replace('/', "\\/"),
    ];
    all.into_iter().map(Zeroizing::new).collect()
}

/// What a file may hold a value as, and how that is spelled in words.
pub(crate) fn in_files(value: &str) -> Vec<(&'static str, Zeroizing<Vec<u8>>)> {
    let bytes = value.as_bytes();
    let mut all = vec![("as it is", Zeroizing::new(bytes.to_vec()))];
    all.extend(hex(bytes).map(|text| ("in hex", Zeroizing::new(text.into_bytes()))));
    let base64 = within_base64(bytes);
    all.extend(base64.iter().map(|text| ("in Base64", Zeroizing::new(text.as_bytes().to_vec()))));
    let encoded: String = url::form_urlencoded::byte_serialize(bytes).collect();
    let in_json = value.replace('\\', "\\\\").replace('"', "\\\"").replace('/', "\\/");
    for (how, text) in [
        ("URL-encoded", encoded.replace('+', "%20")),
        ("URL-encoded", encoded),
        ("as it is in JSON", in_json),
    ] {
        all.push((how, Zeroizing::new(text.into_bytes())));
    }
    all
}

/// A value in every spelling that a library, a server or one of our renderers might give it.
pub(crate) fn in_output(value: &str) -> Vec<Vec<u8>> {
    let mut all: Vec<Vec<u8>> = Vec::new();
    for value in [value, value.trim()] {
        let bytes = value.as_bytes();
        let spelled = |spell: &dyn Fn(char) -> String| {
            value.chars().map(spell).collect::<String>().into_bytes()
        };
        all.push(bytes.to_vec());
        all.extend(hex(bytes).map(String::into_bytes));
        all.extend(within_base64(bytes).iter().map(|text| text.as_bytes().to_vec()));
        all.push(spelled(&|c| percent(c, &|c| unreserved(c), true)));
        all.push(spelled(&|c| percent(c, &|c| unreserved(c), false)));
        all.push(spelled(&|c| {
            if c == ' ' { "+".to_owned() } else { percent(c, &|c| unreserved(c), true) }
        }));
        all.push(spelled(&|c| {
            percent(c, &|c| unreserved(c) || ";,/?:@&=+$-_.!~*'()#".contains(c), true)
        }));
        all.push(spelled(&|c| percent(c, &|_| false, true)));
        all.push(spelled(&|c| percent(c, &|_| false, false)));
        all.push(spelled(&|c| json(c, false)));
        all.push(spelled(&|c| json(c, true)));
        all.push(spelled(&|c| utf16(c)));
        all.push(spelled(&|c| html(c, "&#39;", "&quot;")));
        all.push(spelled(&|c| html(c, "&#x27;", "&#34;")));
        all.push(spelled(&|c| html(c, "&apos;", "&#x22;")));
        all.push(spelled(&|c| html(c, "'", "\"")));
        all.push(spelled(&|c| format!("&#{};", u32::from(c))));
    }
    all.sort();
    all.dedup();
    all
}

fn unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~".contains(c)
}

fn percent(c: char, keep: &dyn Fn(char) -> bool, upper: bool) -> String {
    if keep(c) {
        return c.to_string();
    }
    let mut utf8 = [0; 4];
    let hex = |byte: &u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
    c.encode_utf8(&mut utf8).as_bytes().iter().map(hex).collect()
}

fn json(c: char, ascii: bool) -> String {
    match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '/' if ascii => "\\/".to_owned(),
        '<' | '>' | '&' | '\'' if ascii => utf16(c),
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if c.is_control() || (ascii && !c.is_ascii()) => utf16(c),
        c => c.to_string(),
    }
}

fn utf16(c: char) -> String {
    let mut units = [0; 2];
    c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

fn html(c: char, apostrophe: &str, quote: &str) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '\'' => apostrophe.to_owned(),
        '"' => quote.to_owned(),
        c => c.to_string(),
    }
}
