//! The one table of signing variants: every way to make a signature that is known and is not the
//! platform's, with the part that it is about, its words and its fix.

/// Defines the variants, one row each: part, stable name, words and fix.
macro_rules! variants {
    ($($variant:ident: $part:ident, $name:literal, $words:literal, $fix:expr;)*) => {
        /// One way in which a signature differs from the platform's.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Variant {
            $(#[doc = $words] $variant,)*
        }

        impl Variant {
            /// All variants, grouped by part.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            const fn row(self) -> Row {
                match self {
                    $(Self::$variant => Row {
                        part: Part::$part,
                        name: $name,
                        words: $words,
                        fix: $fix,
                    },)*
                }
            }
        }
    };
}

/// What the table says of a variant.
struct Row {
    part: Part,
    name: &'static str,
    words: &'static str,
    fix: &'static str,
}

/// The part of a signature that a variant is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Of the canonical form of a request: the order of keys.
    KeyOrder,
    /// Of the canonical form: white space.
    Spaces,
    /// Of the canonical form: slashes.
    Slashes,
    /// Of the canonical form: letters beyond ASCII.
    Letters,
    /// Of the canonical form: what is special in HTML.
    Html,
    /// Of the canonical form: decimals.
    Decimals,
    /// Of the canonical form: big integers.
    Integers,
    /// What stands for the body of an event. Two variants may come together here: a language and
    /// how it sorts keys.
    Body,
    /// What stands for the timestamp.
    Timestamp,
    /// Whether body or timestamp comes first.
    Order,
    /// What stands between body and timestamp.
    Separator,
    /// The key.
    Key,
    /// How key and message become a digest.
    Hash,
    /// How the signer writes the digest.
    Encoding,
    /// What a captured signature has been through; nobody signs so.
    Captured,
    /// Everything: another scheme.
    Whole,
}

impl Part {
    /// Whether a receiver reads it otherwise by itself: not so the form of a request, what became
    /// of a signature that was captured, and another scheme.
    pub(super) const fn is_read(self) -> bool {
        matches!(
            self,
            Self::Body
                | Self::Timestamp
                | Self::Order
                | Self::Separator
                | Self::Key
                | Self::Hash
                | Self::Encoding
        )
    }
}

impl Variant {
    /// A stable name: `separator-dot`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
    }

    /// A clause that says what is different: "keys are not sorted".
    #[must_use]
    pub const fn words(self) -> &'static str {
        self.row().words
    }

    /// What to do about it.
    #[must_use]
    pub const fn fix(self) -> &'static str {
        self.row().fix
    }

    /// The variant of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|variant| variant.name() == name)
    }

    pub(super) const fn part(self) -> Part {
        self.row().part
    }
}

const RAW: &str = "Sign and verify the bytes that travel, before anything parses them: Node \
                   `express.raw({ type: '*/*' })`, PHP `file_get_contents('php://input')`, Python \
                   `request.get_data()` or `request.body`, Java `@RequestBody byte[] body`; a \
                   sender sends the very text that it signed";
const SECRET: &str = "Give the secret as it was issued, prefix included, as text: Node \
                      `createHmac('sha256', secret)`, PHP `hash_hmac('sha256', $message, \
                      $secret)`, Python `secret.encode()`, Java `secret.getBytes(UTF_8)`";
const STORED: &str = "Store the secret alone, without quotes or white space, and look at what the \
                      process really gets (`golive config` shows length and damage)";
const HEADER: &str = "Append the value of the X-TIMESTAMP header, character by character: Node \
                      `req.headers['x-timestamp']` (names are lower case there), PHP \
                      `$_SERVER['HTTP_X_TIMESTAMP']`, Python `request.headers['X-TIMESTAMP']`, \
                      Java `getHeader(\"X-TIMESTAMP\")`";
const HEX: &str = "Send the 64 lower-case hex digits alone: Node `.digest('hex')`, PHP \
                   `hash_hmac` without its fourth argument, Python `.hexdigest()`, Java \
                   `HexFormat.of().formatHex(…)`";
const SEPARATOR: &str = "Append the timestamp without anything between";
const HASH: &str = "Use HMAC-SHA256: Node `createHmac`, PHP `hash_hmac`, Python `hmac.new`, Java \
                    `Mac.getInstance(\"HmacSHA256\")`";
const HEX_DIGITS: &str = "Write the digest in lower-case hex";
const SAME_BYTES: &str =
    "Sign and send the same bytes, and give amounts as strings or without trailing zeros";
const LOAD_SECRET: &str =
    "Load the secret into the signing process, and refuse to start without it";

variants! {
    // How a request is written down: the canonical form, each trait for itself.
    TopLevelSort: KeyOrder, "top-level-sort",
        "keys are sorted at the top level only, as in the platform's Node sample",
        "Sort the keys of nested objects too: `customer` inside of the order. In Node, sort in a \
         function that calls itself for every object value";
    NoSort: KeyOrder, "no-sort",
        "keys are not sorted",
        "Sort the keys recursively before encoding: PHP `ksort` on every array, Python \
         `sort_keys=True`, Java `ORDER_MAP_ENTRIES_BY_KEYS`";
    Spaces: Spaces, "spaces",
        "spaces follow the commas and colons, as Python writes unless told",
        "Encode without white space: Python `json.dumps(payload, sort_keys=True, \
         separators=(\",\", \":\"), ensure_ascii=False)`";
    EscapedSlashes: Slashes, "escaped-slashes",
        "slashes are written `\\/`, as PHP does unless told",
        "Encode with unescaped slashes: PHP `json_encode($payload, JSON_UNESCAPED_SLASHES | \
         JSON_UNESCAPED_UNICODE)`";
    UnicodeEscapes: Letters, "unicode-escapes",
        "letters beyond ASCII are written as `\\u` escapes",
        "Encode letters as raw UTF-8: PHP `JSON_UNESCAPED_UNICODE`, Python `ensure_ascii=False`";
    HtmlEscapes: Html, "html-escapes",
        "`<`, `>` and `&` are written as `\\u` escapes, as Go and Gson do unless told",
        "Switch HTML escaping off: Go `encoder.SetEscapeHTML(false)`, Gson \
         `disableHtmlEscaping()`";
    ShortenedDecimals: Decimals, "shortened-decimals",
        "decimals are re-serialised, `105.00` as `105`",
        SAME_BYTES;
    OneDigitDecimals: Decimals, "one-digit-decimals",
        "decimals are re-serialised, `105.00` as `105.0`, as Python and Java do",
        SAME_BYTES;
    RoundedIntegers: Integers, "rounded-integers",
        "integers beyond 2^53 are altered, as JavaScript does",
        "Give ids as strings, or parse big integers exactly";
    // What stands for the body.
    TrimmedBody: Body, "trimmed-body",
        "white space around the body was cut before signing",
        RAW;
    BodyWithLineBreak: Body, "body-with-line-break",
        "a line break after the body was signed too, as `echo` and editors leave one",
        RAW;
    UnixLineBreaks: Body, "unix-line-breaks",
        "the body was signed with `\\n` where it has `\\r\\n`",
        RAW;
    WindowsLineBreaks: Body, "windows-line-breaks",
        "the body was signed with `\\r\\n` where it has `\\n`",
        RAW;
    BodyWithoutByteOrderMark: Body, "body-without-byte-order-mark",
        "the body was signed without the byte-order mark that it begins with",
        RAW;
    SortedBody: Body, "sorted-body",
        "the keys of the body were sorted at every level before signing, and the body itself is \
         not",
        RAW;
    TopLevelSortedBody: Body, "top-level-sorted-body",
        "the keys of the body were sorted at the top level before signing, and the body itself is \
         not",
        RAW;
    CompactBody: Body, "compact-body",
        "the body was parsed and written again without white space before signing, keys in their \
         order",
        RAW;
    Sorted: Body, "sorted",
        "its keys were sorted at every level",
        RAW;
    TopLevelSorted: Body, "top-level-sorted",
        "its keys were sorted at the top level",
        RAW;
    JavascriptBody: Body, "javascript-body",
        "the body was parsed and written again as JavaScript's `JSON.stringify` does",
        RAW;
    PythonBody: Body, "python-body",
        "the body was parsed and written again as Python's `json.dumps` does",
        RAW;
    PythonCompactBody: Body, "python-compact-body",
        "the body was parsed and written again as Python's `json.dumps` with compact separators \
         does",
        RAW;
    PythonLettersBody: Body, "python-letters-body",
        "the body was parsed and written again as Python's `json.dumps` with `ensure_ascii=False` \
         does",
        RAW;
    PythonCompactLettersBody: Body, "python-compact-letters-body",
        "the body was parsed and written again as Python's `json.dumps` with compact separators \
         and `ensure_ascii=False` does",
        RAW;
    PhpBody: Body, "php-body",
        "the body was parsed and written again as PHP's `json_encode` does unless told",
        RAW;
    PhpSlashesBody: Body, "php-slashes-body",
        "the body was parsed and written again as PHP's `json_encode` with \
         `JSON_UNESCAPED_SLASHES` does",
        RAW;
    PhpLettersBody: Body, "php-letters-body",
        "the body was parsed and written again as PHP's `json_encode` with \
         `JSON_UNESCAPED_UNICODE` does",
        RAW;
    PhpPlainBody: Body, "php-plain-body",
        "the body was parsed and written again as PHP's `json_encode` with \
         `JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE` does",
        RAW;
    GoBody: Body, "go-body",
        "the body was parsed and written again as Go's `json.Marshal` does",
        RAW;
    JavaBody: Body, "java-body",
        "the body was parsed and written again as Java's Jackson does",
        RAW;
    GsonBody: Body, "gson-body",
        "the body was parsed and written again as Java's Gson does",
        RAW;
    DotnetBody: Body, "dotnet-body",
        "the body was parsed and written again as .NET's `System.Text.Json` does",
        RAW;
    NewtonsoftBody: Body, "newtonsoft-body",
        "the body was parsed and written again as .NET's Newtonsoft.Json does",
        RAW;
    ReplacerBody: Body, "replacer-body",
        "the body was written as `JSON.stringify(body, Object.keys(body).sort())` does, which \
         leaves the members of `data` out",
        RAW;
    DataAlone: Body, "data-alone",
        "only the `data` of the event was signed",
        RAW;
    EmptyBody: Body, "empty-body",
        "nothing stood where the body should: the request's stream had been read before",
        RAW;
    ObjectObject: Body, "object-object",
        "`[object Object]` was signed: a parsed JavaScript object was put into a string",
        RAW;
    PhpArray: Body, "php-array",
        "`Array` was signed: a parsed PHP array was put into a string",
        RAW;
    PythonDict: Body, "python-dict",
        "Python's own spelling of a dict was signed, with `'` for `\"`",
        RAW;
    EncodedTwice: Body, "encoded-twice",
        "the body, JSON text already, was encoded as a JSON string once more",
        RAW;
    BodyBase64: Body, "body-base64",
        "the body was signed in Base64, as gateways such as AWS API Gateway hand it over",
        RAW;
    KeysAndValues: Body, "keys-and-values",
        "sorted keys and values without anything between were signed, as in the previous API \
         generation",
        "Sign as v3 does: the JSON text, then the timestamp";
    // What stands for the timestamp.
    TimestampMissing: Timestamp, "timestamp-missing",
        "the timestamp is not signed",
        "Append the value of X-TIMESTAMP to the payload before signing";
    Milliseconds: Timestamp, "milliseconds",
        "the timestamp is in milliseconds",
        "Use UNIX seconds: JavaScript `Math.floor(Date.now() / 1000)`, Java \
         `Instant.now().getEpochSecond()`";
    Seconds: Timestamp, "seconds",
        "the timestamp was signed in seconds, and the header has milliseconds",
        "Send and sign the same UNIX seconds: JavaScript `Math.floor(Date.now() / 1000)`, Java \
         `Instant.now().getEpochSecond()`";
    MillisecondsHeader: Timestamp, "milliseconds-header",
        "X-TIMESTAMP holds milliseconds, which are signed too",
        "X-TIMESTAMP holds UNIX seconds: compare it with JavaScript `Math.floor(Date.now() / \
         1000)`, PHP `time()`, Python `time.time()`, Java `Instant.now().getEpochSecond()`";
    DecimalTimestamp: Timestamp, "decimal-timestamp",
        "the timestamp was signed with decimals",
        "Use whole seconds: Python `str(int(time.time()))`";
    IsoTimestamp: Timestamp, "iso-timestamp",
        "the timestamp was signed as an ISO 8601 date",
        HEADER;
    TrimmedTimestamp: Timestamp, "trimmed-timestamp",
        "the timestamp was signed without the white space around it",
        HEADER;
    TimestampFromBody: Timestamp, "timestamp-from-body",
        "a time from within the body was signed instead of X-TIMESTAMP",
        HEADER;
    UndefinedTimestamp: Timestamp, "undefined-timestamp",
        "`undefined`, `null`, `None` or the like was signed where the timestamp should stand",
        HEADER;
    AnotherTimestamp: Timestamp, "another-timestamp",
        "another timestamp was signed than the one in X-TIMESTAMP",
        "Read the clock once, and use that one value for the signature and the header; sign again \
         before every repetition";
    // How the two are joined.
    TimestampFirst: Order, "timestamp-first",
        "the timestamp stands before the payload",
        "Append the timestamp to the payload: payload, then timestamp";
    SeparatorDot: Separator, "separator-dot",
        "a dot stands between payload and timestamp",
        SEPARATOR;
    SeparatorColon: Separator, "separator-colon",
        "a colon stands between payload and timestamp",
        SEPARATOR;
    SeparatorBar: Separator, "separator-bar",
        "a vertical bar stands between payload and timestamp",
        SEPARATOR;
    SeparatorSpace: Separator, "separator-space",
        "a space stands between payload and timestamp",
        SEPARATOR;
    SeparatorNewline: Separator, "separator-newline",
        "a line break stands between payload and timestamp",
        "Append the timestamp without anything between, and cut the line break that reading from \
         standard input may leave";
    SeparatorComma: Separator, "separator-comma",
        "a comma stands between payload and timestamp",
        SEPARATOR;
    SeparatorAmpersand: Separator, "separator-ampersand",
        "an ampersand stands between payload and timestamp",
        SEPARATOR;
    SeparatorDash: Separator, "separator-dash",
        "a dash stands between payload and timestamp",
        SEPARATOR;
    // The key.
    ApiKeyAsSecret: Key, "api-key-as-secret",
        "the API key signs instead of the secret key",
        "Sign with the secret key (`sk_live_…`); the API key only goes into X-API-KEY";
    SandboxSecret: Key, "sandbox-secret",
        "the sandbox secret signs",
        "Load the production secret where the signer runs";
    TrimmedSecret: Key, "trimmed-secret",
        "the signer trims white space that the configured secret has",
        "Store the secret without white space around it, the same for the application and \
         `api.secret_key`";
    SecretWithLineBreak: Key, "secret-with-line-break",
        "the signer's secret ends in a line break",
        "Cut the line break after reading the secret: `printf %s` instead of `echo`, or trim it \
         in the code";
    SecretWithoutPrefix: Key, "secret-without-prefix",
        "the secret signs without its `sk_live_` prefix",
        "Use the secret key as it was issued, prefix included";
    QuotedSecret: Key, "quoted-secret",
        "the signer's secret has quotation marks around it, as Docker's `--env-file` leaves them",
        STORED;
    UnquotedSecret: Key, "unquoted-secret",
        "the signer's secret lacks the quotation marks that the configured one has",
        STORED;
    SecretFromBase64: Key, "secret-from-base64",
        "the secret was decoded from Base64 before signing",
        SECRET;
    SecretFromHex: Key, "secret-from-hex",
        "the secret was decoded from hex before signing",
        SECRET;
    SecretInBase64: Key, "secret-in-base64",
        "the secret was encoded in Base64 before signing",
        SECRET;
    EmptySecret: Key, "empty-secret",
        "the secret is empty where the signer runs",
        LOAD_SECRET;
    UndefinedSecret: Key, "undefined-secret",
        "`undefined`, `null` or `None` signs: the secret is not set where the signer runs",
        LOAD_SECRET;
    SandboxApiKey: Key, "sandbox-api-key",
        "the sandbox API key signs instead of the secret key",
        "Sign with the secret key of production; API keys only go into X-API-KEY";
    // The hash.
    Sha1: Hash, "sha1",
        "HMAC uses SHA-1",
        "Use HMAC-SHA256";
    Sha512: Hash, "sha512",
        "HMAC uses SHA-512",
        "Use HMAC-SHA256";
    SwappedArguments: Hash, "swapped-arguments",
        "message and secret have changed places",
        "Give the secret as the key and payload + timestamp as the message: PHP \
         `hash_hmac('sha256', $message, $secret)`";
    PlainHashSecretFirst: Hash, "plain-hash-secret-first",
        "a plain SHA-256 of secret and message is used, no HMAC",
        HASH;
    PlainHashSecretLast: Hash, "plain-hash-secret-last",
        "a plain SHA-256 of message and secret is used, no HMAC",
        HASH;
    Sha384: Hash, "sha384",
        "HMAC uses SHA-384",
        HASH;
    PlainHashWithoutSecret: Hash, "plain-hash-without-secret",
        "a plain SHA-256 of the message is used, without the secret",
        HASH;
    // The encoding.
    UpperCaseHex: Encoding, "upper-case-hex",
        "the hex digits are upper case",
        HEX_DIGITS;
    Base64: Encoding, "base64",
        "the digest is written in Base64, as the previous API generation wanted",
        "Write the digest in lower-case hex: Node `.digest('hex')`, PHP `hash_hmac` without its \
         fourth argument, Python `.hexdigest()`";
    Base64url: Encoding, "base64url",
        "the digest is written in URL-safe Base64",
        HEX_DIGITS;
    Base64OfHex: Encoding, "base64-of-hex",
        "the hex digits are encoded in Base64 once more",
        "Send the 64 hex digits as they are";
    Sha256Prefix: Encoding, "sha256-prefix",
        "`sha256=` stands before the digest, as other providers want",
        "Send the 64 hex digits alone";
    // What happened to a signature on its way to whoever captured it.
    CutSignature: Captured, "cut-signature",
        "only the beginning of the digest is there",
        "Send all 64 hex digits, and see that the column, log or header that it was taken from \
         does not cut";
    LostZeros: Captured, "lost-zeros",
        "the zeros before the digest are lost, as Java's `BigInteger.toString(16)` loses them",
        HEX;
    MixedCaseHex: Captured, "mixed-case-hex",
        "the hex digits are of both cases",
        HEX;
    SeparatedHex: Captured, "separated-hex",
        "something stands between the hex digits, as .NET's `BitConverter.ToString` writes them",
        HEX;
    PaddedSignature: Captured, "padded-signature",
        "white space stands around the digest",
        HEX;
    QuotedSignature: Captured, "quoted-signature",
        "quotation marks stand around the digest",
        HEX;
    // All of it.
    PreviousGeneration: Whole, "previous-generation",
        "it is the `order_checksum` of the previous API generation",
        "Sign as v3 does: the hex HMAC-SHA256 of canonical JSON and timestamp; the official SDKs \
         are all of the previous generation";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_fit_into_the_name_of_a_set() {
        let names: BTreeSet<&str> = Variant::ALL.iter().map(|variant| variant.name()).collect();
        assert_eq!(names.len(), Variant::ALL.len());
        for name in names {
            assert!(
                name.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
                "{name}"
            );
        }
    }

    #[test]
    fn every_variant_has_words_and_a_fix() {
        for variant in Variant::ALL {
            assert!(variant.words().len() > 10 && variant.fix().len() > 10, "{}", variant.name());
        }
    }
}
