//! The wrong readings that are tried on a receiver, the likeliest first.

use crate::platform::signing::misreading::{Misreading, Sample};

/// All but the body: on a body that most write anew as it was, so that what is wrong here shows
/// whatever the receiver does to bodies.
const BESIDE_THE_BODY: &[&str] = &[
    // What is signed, and in which order.
    "timestamp-missing",
    "timestamp-first",
    "separator-dot",
    "timestamp-first+separator-dot",
    "separator-colon",
    "separator-bar",
    "separator-newline",
    "separator-space",
    "separator-comma",
    "separator-ampersand",
    "separator-dash",
    "timestamp-first+separator-colon",
    "timestamp-first+separator-bar",
    "timestamp-first+separator-newline",
    "timestamp-first+separator-space",
    "timestamp-first+separator-comma",
    "timestamp-first+separator-ampersand",
    "timestamp-first+separator-dash",
    // The key.
    "sandbox-secret",
    "api-key-as-secret",
    "sandbox-api-key",
    "trimmed-secret",
    "unquoted-secret",
    "quoted-secret",
    "quoted-secret.1",
    "secret-with-line-break",
    "secret-with-line-break.1",
    "secret-with-line-break.2",
    "secret-without-prefix",
    "secret-from-base64",
    "secret-from-base64.1",
    "secret-from-base64.2",
    "secret-from-hex",
    "secret-in-base64",
    "empty-secret",
    "undefined-secret",
    "undefined-secret.1",
    "undefined-secret.2",
    // The timestamp.
    "milliseconds-header",
    "milliseconds",
    "seconds",
    "timestamp-from-body",
    "undefined-timestamp",
    "undefined-timestamp.1",
    "undefined-timestamp.2",
    "undefined-timestamp.3",
    "decimal-timestamp",
    "iso-timestamp",
    "iso-timestamp.1",
    "iso-timestamp.2",
    // The digest.
    "base64",
    "upper-case-hex",
    "sha256-prefix",
    "base64url",
    "base64url.1",
    "base64-of-hex",
    "sha512",
    "sha1",
    "sha384",
    "swapped-arguments",
    "plain-hash-secret-last",
    "plain-hash-secret-first",
    "plain-hash-without-secret",
    // Bodies that no writing anew gives.
    "python-body",
    "data-alone",
    "data-alone+python-body",
    "replacer-body",
    "empty-body",
    "object-object",
    "php-array",
    "python-dict",
    "encoded-twice",
    "body-base64",
    "keys-and-values",
    // The previous generation's.
    "keys-and-values+timestamp-missing+base64",
    "keys-and-values+timestamp-missing",
    "keys-and-values+base64",
    // Two that come together, as with other providers.
    "timestamp-missing+base64",
    "timestamp-missing+sha256-prefix",
    "timestamp-missing+upper-case-hex",
    "timestamp-missing+base64url",
    "timestamp-first+base64",
    "timestamp-first+sha256-prefix",
    "timestamp-first+upper-case-hex",
    "timestamp-first+separator-dot+base64",
    "timestamp-first+separator-dot+sha256-prefix",
    "separator-dot+base64",
    "separator-dot+sha256-prefix",
    "separator-bar+base64",
    "timestamp-missing+sha512",
    "timestamp-missing+sha1",
    "timestamp-missing+plain-hash-secret-last",
    "timestamp-missing+plain-hash-secret-first",
    "timestamp-missing+swapped-arguments",
    "timestamp-missing+sha512+base64",
    "timestamp-first+sha512",
    "timestamp-first+plain-hash-secret-last",
    "timestamp-first+plain-hash-secret-first",
    "sha512+base64",
    "sha1+base64",
    "sha512+upper-case-hex",
    "timestamp-missing+sandbox-secret",
    "timestamp-missing+api-key-as-secret",
    "timestamp-missing+secret-without-prefix",
    "timestamp-missing+secret-from-base64",
    "timestamp-first+sandbox-secret",
    "timestamp-first+api-key-as-secret",
    "timestamp-first+separator-dot+sandbox-secret",
    "separator-dot+sandbox-secret",
    "separator-dot+api-key-as-secret",
    "api-key-as-secret+base64",
    "sandbox-secret+base64",
    "secret-from-base64+base64",
    "separator-dot+secret-from-base64+base64",
    "milliseconds-header+timestamp-first",
    "milliseconds-header+timestamp-first+separator-dot",
    "milliseconds-header+separator-dot",
    "milliseconds-header+base64",
    "milliseconds+timestamp-first",
    "milliseconds+timestamp-first+separator-dot",
    "milliseconds+separator-dot",
    "python-body+timestamp-missing",
    "python-body+timestamp-first",
    "python-body+separator-dot",
    "python-body+base64",
    "data-alone+timestamp-missing",
    "replacer-body+timestamp-missing",
];

/// What a receiver may make of a body before it signs; with a language's name alone, keys stay in
/// their order.
const LANGUAGES: &[&str] = &[
    "javascript-body",
    "php-body",
    "php-plain-body",
    "php-slashes-body",
    "php-letters-body",
    "python-body",
    "python-compact-body",
    "python-letters-body",
    "python-compact-letters-body",
    "go-body",
    "java-body",
    "gson-body",
    "dotnet-body",
    "newtonsoft-body",
];
const SORTINGS: &[&str] = &["", "+sorted", "+top-level-sorted"];
const OTHER_SPELLINGS: &[&str] = &[
    "compact-body",
    "sorted-body",
    "top-level-sorted-body",
    "replacer-body",
    "trimmed-body",
    "unix-line-breaks",
    "windows-line-breaks",
];

/// Those that are tried on every receiver, also on one that does right: a few that are common
/// elsewhere.
const EVERYWHERE: [(Sample, &str); 10] = [
    (Sample::Plain, "timestamp-first"),
    (Sample::Plain, "separator-dot"),
    (Sample::Plain, "timestamp-first+separator-dot"),
    (Sample::Plain, "milliseconds"),
    (Sample::Plain, "api-key-as-secret"),
    (Sample::Plain, "plain-hash-secret-last"),
    (Sample::Telling, "javascript-body"),
    (Sample::Telling, "php-body"),
    (Sample::Telling, "python-body"),
    (Sample::Telling, "sorted-body"),
];

/// What is tried first: everything that shows on a plain body.
pub fn first() -> impl Iterator<Item = &'static Misreading> {
    BESIDE_THE_BODY.iter().map(|mistakes| made(Sample::Plain, mistakes))
}

/// What is tried on every receiver.
pub fn everywhere() -> impl Iterator<Item = &'static Misreading> {
    EVERYWHERE.iter().map(|(sample, mistakes)| made(*sample, mistakes))
}

/// What is tried next, once it is known how the receiver reads all but the body, in the words of
/// [`Misreading::beside_the_body`]; nothing for the platform's rule. `within` is
/// [`Misreading::body`] of a body that shows on the plain one already.
#[must_use]
pub fn spellings(within: &str, beside_the_body: &str) -> Vec<&'static Misreading> {
    let with = |body: &str| {
        let between = if body.is_empty() || beside_the_body.is_empty() { "" } else { "+" };
        made(Sample::Telling, &format!("{body}{between}{beside_the_body}"))
    };
    if within.starts_with("data-alone") {
        return std::iter::once("data-alone".to_owned())
            .chain(LANGUAGES.iter().map(|language| format!("data-alone+{language}")))
            .map(|body| with(&body))
            .collect();
    }
    let written_anew =
        within.is_empty() || LANGUAGES.contains(&within) || OTHER_SPELLINGS.contains(&within);
    if !written_anew {
        return Vec::new();
    }
    let as_it_came = (!beside_the_body.is_empty()).then(|| with(""));
    let sorted = SORTINGS
        .iter()
        .flat_map(|sorting| LANGUAGES.iter().map(move |language| format!("{language}{sorting}")));
    let others = OTHER_SPELLINGS.iter().map(|body| (*body).to_owned());
    as_it_came.into_iter().chain(others.chain(sorted).map(|body| with(&body))).collect()
}

fn made(sample: Sample, mistakes: &str) -> &'static Misreading {
    Misreading::of(sample, mistakes).expect("a test sees that all of them are known")
}
