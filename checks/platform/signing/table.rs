//! The wrong readings that are tried on a receiver, the likeliest first.

use crate::platform::signing::misreading::{Deviation, Misreading, Sample};
use crate::platform::signing::variant::Variant;

/// Combinations of variants, one a row, joined by `&`; of a variant with several values, which.
macro_rules! combinations {
    ($($($variant:ident $(.$nth:literal)?)&+;)*) => {
        &[$(&[$(Deviation { variant: Variant::$variant, nth: 0 $(+ $nth)? }),+]),*]
    };
}

/// All but the body: on a body that most write anew as it was, so that what is wrong here shows
/// whatever the receiver does to bodies.
const BESIDE_THE_BODY: &[&[Deviation]] = combinations! {
    // What is signed, and in which order.
    TimestampMissing;
    TimestampFirst;
    SeparatorDot;
    TimestampFirst & SeparatorDot;
    SeparatorColon;
    SeparatorBar;
    SeparatorNewline;
    SeparatorSpace;
    SeparatorComma;
    SeparatorAmpersand;
    SeparatorDash;
    TimestampFirst & SeparatorColon;
    TimestampFirst & SeparatorBar;
    TimestampFirst & SeparatorNewline;
    TimestampFirst & SeparatorSpace;
    TimestampFirst & SeparatorComma;
    TimestampFirst & SeparatorAmpersand;
    TimestampFirst & SeparatorDash;
    // The key.
    SandboxSecret;
    ApiKeyAsSecret;
    SandboxApiKey;
    TrimmedSecret;
    UnquotedSecret;
    QuotedSecret;
    QuotedSecret.1;
    SecretWithLineBreak;
    SecretWithLineBreak.1;
    SecretWithLineBreak.2;
    SecretWithoutPrefix;
    SecretFromBase64;
    SecretFromBase64.1;
    SecretFromBase64.2;
    SecretFromHex;
    SecretInBase64;
    EmptySecret;
    UndefinedSecret;
    UndefinedSecret.1;
    UndefinedSecret.2;
    // The timestamp.
    MillisecondsHeader;
    Milliseconds;
    Seconds;
    TimestampFromBody;
    UndefinedTimestamp;
    UndefinedTimestamp.1;
    UndefinedTimestamp.2;
    UndefinedTimestamp.3;
    DecimalTimestamp;
    IsoTimestamp;
    IsoTimestamp.1;
    IsoTimestamp.2;
    // The digest.
    Base64;
    UpperCaseHex;
    Sha256Prefix;
    Base64url;
    Base64url.1;
    Base64OfHex;
    Sha512;
    Sha1;
    Sha384;
    SwappedArguments;
    PlainHashSecretLast;
    PlainHashSecretFirst;
    PlainHashWithoutSecret;
    // Bodies that no writing anew gives.
    PythonBody;
    DataAlone;
    DataAlone & PythonBody;
    ReplacerBody;
    EmptyBody;
    ObjectObject;
    PhpArray;
    PythonDict;
    EncodedTwice;
    BodyBase64;
    KeysAndValues;
    // The previous generation's.
    KeysAndValues & TimestampMissing & Base64;
    KeysAndValues & TimestampMissing;
    KeysAndValues & Base64;
    // Two that come together, as with other providers.
    TimestampMissing & Base64;
    TimestampMissing & Sha256Prefix;
    TimestampMissing & UpperCaseHex;
    TimestampMissing & Base64url;
    TimestampFirst & Base64;
    TimestampFirst & Sha256Prefix;
    TimestampFirst & UpperCaseHex;
    TimestampFirst & SeparatorDot & Base64;
    TimestampFirst & SeparatorDot & Sha256Prefix;
    SeparatorDot & Base64;
    SeparatorDot & Sha256Prefix;
    SeparatorBar & Base64;
    TimestampMissing & Sha512;
    TimestampMissing & Sha1;
    TimestampMissing & PlainHashSecretLast;
    TimestampMissing & PlainHashSecretFirst;
    TimestampMissing & SwappedArguments;
    TimestampMissing & Sha512 & Base64;
    TimestampFirst & Sha512;
    TimestampFirst & PlainHashSecretLast;
    TimestampFirst & PlainHashSecretFirst;
    Sha512 & Base64;
    Sha1 & Base64;
    Sha512 & UpperCaseHex;
    TimestampMissing & SandboxSecret;
    TimestampMissing & ApiKeyAsSecret;
    TimestampMissing & SecretWithoutPrefix;
    TimestampMissing & SecretFromBase64;
    TimestampFirst & SandboxSecret;
    TimestampFirst & ApiKeyAsSecret;
    TimestampFirst & SeparatorDot & SandboxSecret;
    SeparatorDot & SandboxSecret;
    SeparatorDot & ApiKeyAsSecret;
    ApiKeyAsSecret & Base64;
    SandboxSecret & Base64;
    SecretFromBase64 & Base64;
    SeparatorDot & SecretFromBase64 & Base64;
    MillisecondsHeader & TimestampFirst;
    MillisecondsHeader & TimestampFirst & SeparatorDot;
    MillisecondsHeader & SeparatorDot;
    MillisecondsHeader & Base64;
    Milliseconds & TimestampFirst;
    Milliseconds & TimestampFirst & SeparatorDot;
    Milliseconds & SeparatorDot;
    PythonBody & TimestampMissing;
    PythonBody & TimestampFirst;
    PythonBody & SeparatorDot;
    PythonBody & Base64;
    DataAlone & TimestampMissing;
    ReplacerBody & TimestampMissing;
};

/// What a receiver may make of a body before it signs; with a language's name alone, keys stay in
/// their order.
const LANGUAGES: &[Variant] = &[
    Variant::JavascriptBody,
    Variant::PhpBody,
    Variant::PhpPlainBody,
    Variant::PhpSlashesBody,
    Variant::PhpLettersBody,
    Variant::PythonBody,
    Variant::PythonCompactBody,
    Variant::PythonLettersBody,
    Variant::PythonCompactLettersBody,
    Variant::GoBody,
    Variant::JavaBody,
    Variant::GsonBody,
    Variant::DotnetBody,
    Variant::NewtonsoftBody,
];
const SORTINGS: [Option<Variant>; 3] = [None, Some(Variant::Sorted), Some(Variant::TopLevelSorted)];
const OTHER_SPELLINGS: &[Variant] = &[
    Variant::CompactBody,
    Variant::SortedBody,
    Variant::TopLevelSortedBody,
    Variant::ReplacerBody,
    Variant::TrimmedBody,
    Variant::UnixLineBreaks,
    Variant::WindowsLineBreaks,
];

/// Those that are tried on every receiver, also on one that does right: a few that are common
/// elsewhere.
const EVERYWHERE: &[&[Deviation]] = combinations! {
    TimestampFirst;
    SeparatorDot;
    TimestampFirst & SeparatorDot;
    Milliseconds;
    ApiKeyAsSecret;
    PlainHashSecretLast;
};
/// The same on a body that no two languages write alike.
const SPELLED_EVERYWHERE: &[&[Deviation]] = combinations! {
    JavascriptBody;
    PhpBody;
    PythonBody;
    SortedBody;
};

/// What is tried first: everything that shows on a plain body.
pub fn first() -> impl Iterator<Item = &'static Misreading> {
    BESIDE_THE_BODY.iter().map(|deviations| made(Sample::Plain, deviations))
}

/// What is tried on every receiver.
pub fn everywhere() -> impl Iterator<Item = &'static Misreading> {
    let plain = EVERYWHERE.iter().map(|deviations| made(Sample::Plain, deviations));
    plain.chain(SPELLED_EVERYWHERE.iter().map(|deviations| made(Sample::Telling, deviations)))
}

/// What is tried next, once it is known how the receiver reads all but the body; nothing for the
/// platform's rule. `within` is [`Misreading::body`] of a body that shows on the plain one already.
#[must_use]
pub fn spellings(within: &[Deviation], beside_the_body: &[Deviation]) -> Vec<&'static Misreading> {
    let with = |body: &[Variant]| {
        let body = body.iter().copied().map(Deviation::from);
        made(Sample::Telling, &body.chain(beside_the_body.iter().copied()).collect::<Vec<_>>())
    };
    if within.first().is_some_and(|first| first.variant == Variant::DataAlone) {
        return std::iter::once(with(&[Variant::DataAlone]))
            .chain(LANGUAGES.iter().map(|language| with(&[Variant::DataAlone, *language])))
            .collect();
    }
    let written_anew = match within {
        [] => true,
        [one] => LANGUAGES.contains(&one.variant) || OTHER_SPELLINGS.contains(&one.variant),
        [..] => false,
    };
    if !written_anew {
        return Vec::new();
    }
    let as_it_came = (!beside_the_body.is_empty()).then(|| with(&[]));
    let others = OTHER_SPELLINGS.iter().map(|body| with(&[*body]));
    let sorted = SORTINGS
        .iter()
        .flat_map(|sorting| LANGUAGES.iter().map(move |language| [Some(*language), *sorting]));
    let sorted = sorted.map(|body| with(&body.into_iter().flatten().collect::<Vec<_>>()));
    as_it_came.into_iter().chain(others).chain(sorted).collect()
}

fn made(sample: Sample, deviations: &[Deviation]) -> &'static Misreading {
    Misreading::of(sample, deviations).expect("a test sees that no two are about one part")
}
