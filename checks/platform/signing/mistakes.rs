//! What may be wrong with one part of a captured signature, beside what `mistakes` knows.

use crate::platform::signing::request;
use crate::platform::signing::request::Mistake;

/// A mistake that `mistakes` knows too.
pub(super) fn known(name: &str) -> &'static Mistake {
    request::by_name(name).expect("a test sees that `mistakes` has every name that is used here")
}

/// The mistake of that name.
pub(super) fn find(name: &str) -> Option<&'static Mistake> {
    ALL.iter().copied().find(|mistake| mistake.name == name).or_else(|| request::by_name(name))
}

/// Whether keys are put in order.
pub(super) fn is_sorting(way: &[&'static Mistake]) -> bool {
    way.iter().any(|mistake| {
        mistake.name.starts_with("sorted") || mistake.name.starts_with("top-level-sorted")
    })
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

macro_rules! slips {
    ($($id:ident = $name:literal, $words:literal, $fix:expr;)*) => {
        $(pub(super) static $id: Mistake = Mistake { name: $name, words: $words, fix: $fix };)*
        /// All of them.
        pub(super) static ALL: &[&Mistake] = &[$(&$id),*];
    };
}

slips! {
    TRIMMED_BODY = "trimmed-body", "white space around the body was cut before signing", RAW;
    BODY_WITH_LINE_BREAK = "body-with-line-break", "a line break after the body was signed too, as `echo` and editors leave one", RAW;
    UNIX_LINE_BREAKS = "unix-line-breaks", "the body was signed with `\\n` where it has `\\r\\n`", RAW;
    WINDOWS_LINE_BREAKS = "windows-line-breaks", "the body was signed with `\\r\\n` where it has `\\n`", RAW;
    WITHOUT_BYTE_ORDER_MARK = "body-without-byte-order-mark", "the body was signed without the byte-order mark that it begins with", RAW;
    SORTED_BODY = "sorted-body", "the keys of the body were sorted at every level before signing, and the body itself is not", RAW;
    TOP_LEVEL_SORTED_BODY = "top-level-sorted-body",
        "the keys of the body were sorted at the top level before signing, and the body itself is not", RAW;
    COMPACT_BODY = "compact-body", "the body was parsed and written again without white space before signing, keys in their order", RAW;
    SORTED = "sorted", "its keys were sorted at every level", RAW;
    TOP_LEVEL_SORTED = "top-level-sorted", "its keys were sorted at the top level", RAW;
    JAVASCRIPT_BODY = "javascript-body", "the body was parsed and written again as JavaScript's `JSON.stringify` does", RAW;
    PYTHON_BODY = "python-body", "the body was parsed and written again as Python's `json.dumps` does", RAW;
    PYTHON_COMPACT_BODY = "python-compact-body",
        "the body was parsed and written again as Python's `json.dumps` with compact separators does", RAW;
    PYTHON_LETTERS_BODY = "python-letters-body",
        "the body was parsed and written again as Python's `json.dumps` with `ensure_ascii=False` does", RAW;
    PYTHON_COMPACT_LETTERS_BODY = "python-compact-letters-body",
        "the body was parsed and written again as Python's `json.dumps` with compact separators and `ensure_ascii=False` does", RAW;
    PHP_BODY = "php-body", "the body was parsed and written again as PHP's `json_encode` does unless told", RAW;
    PHP_SLASHES_BODY = "php-slashes-body",
        "the body was parsed and written again as PHP's `json_encode` with `JSON_UNESCAPED_SLASHES` does", RAW;
    PHP_LETTERS_BODY = "php-letters-body",
        "the body was parsed and written again as PHP's `json_encode` with `JSON_UNESCAPED_UNICODE` does", RAW;
    PHP_PLAIN_BODY = "php-plain-body",
        "the body was parsed and written again as PHP's `json_encode` with `JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE` does", RAW;
    GO_BODY = "go-body", "the body was parsed and written again as Go's `json.Marshal` does", RAW;
    JAVA_BODY = "java-body", "the body was parsed and written again as Java's Jackson does", RAW;
    GSON_BODY = "gson-body", "the body was parsed and written again as Java's Gson does", RAW;
    DOTNET_BODY = "dotnet-body", "the body was parsed and written again as .NET's `System.Text.Json` does", RAW;
    NEWTONSOFT_BODY = "newtonsoft-body", "the body was parsed and written again as .NET's Newtonsoft.Json does", RAW;
    REPLACER_BODY = "replacer-body",
        "the body was written as `JSON.stringify(body, Object.keys(body).sort())` does, which leaves the members of `data` out", RAW;
    DATA_ALONE = "data-alone", "only the `data` of the event was signed", RAW;
    EMPTY_BODY = "empty-body", "nothing stood where the body should: the request's stream had been read before", RAW;
    OBJECT_OBJECT = "object-object", "`[object Object]` was signed: a parsed JavaScript object was put into a string", RAW;
    PHP_ARRAY = "php-array", "`Array` was signed: a parsed PHP array was put into a string", RAW;
    PYTHON_DICT = "python-dict", "Python's own spelling of a dict was signed, with `'` for `\"`", RAW;
    ENCODED_TWICE = "encoded-twice", "the body, JSON text already, was encoded as a JSON string once more", RAW;
    BODY_BASE64 = "body-base64", "the body was signed in Base64, as gateways such as AWS API Gateway hand it over", RAW;
    KEYS_AND_VALUES = "keys-and-values", "sorted keys and values without anything between were signed, as in the previous API generation",
        "Sign as v3 does: the JSON text, then the timestamp";
    SECONDS = "seconds", "the timestamp was signed in seconds, and the header has milliseconds",
        "Send and sign the same UNIX seconds: JavaScript `Math.floor(Date.now() / 1000)`, Java `Instant.now().getEpochSecond()`";
    MILLISECONDS_HEADER = "milliseconds-header", "X-TIMESTAMP holds milliseconds, which are signed too",
        "X-TIMESTAMP holds UNIX seconds: compare it with JavaScript `Math.floor(Date.now() / 1000)`, PHP `time()`, Python `time.time()`, Java \
         `Instant.now().getEpochSecond()`";
    DECIMAL_TIMESTAMP = "decimal-timestamp", "the timestamp was signed with decimals", "Use whole seconds: Python `str(int(time.time()))`";
    ISO_TIMESTAMP = "iso-timestamp", "the timestamp was signed as an ISO 8601 date", HEADER;
    TRIMMED_TIMESTAMP = "trimmed-timestamp", "the timestamp was signed without the white space around it", HEADER;
    TIMESTAMP_FROM_BODY = "timestamp-from-body", "a time from within the body was signed instead of X-TIMESTAMP", HEADER;
    UNDEFINED_TIMESTAMP = "undefined-timestamp",
        "`undefined`, `null`, `None` or the like was signed where the timestamp should stand", HEADER;
    ANOTHER_TIMESTAMP = "another-timestamp", "another timestamp was signed than the one in X-TIMESTAMP",
        "Read the clock once, and use that one value for the signature and the header; sign again before every repetition";
    AMPERSAND = "separator-ampersand", "an ampersand stands between payload and timestamp", SEPARATOR;
    DASH = "separator-dash", "a dash stands between payload and timestamp", SEPARATOR;
    QUOTED_SECRET = "quoted-secret", "the signer's secret has quotation marks around it, as Docker's `--env-file` leaves them", STORED;
    UNQUOTED_SECRET = "unquoted-secret", "the signer's secret lacks the quotation marks that the configured one has", STORED;
    SECRET_FROM_BASE64 = "secret-from-base64", "the secret was decoded from Base64 before signing", SECRET;
    SECRET_FROM_HEX = "secret-from-hex", "the secret was decoded from hex before signing", SECRET;
    SECRET_IN_BASE64 = "secret-in-base64", "the secret was encoded in Base64 before signing", SECRET;
    EMPTY_SECRET = "empty-secret", "the secret is empty where the signer runs",
        "Load the secret into the signing process, and refuse to start without it";
    UNDEFINED_SECRET = "undefined-secret", "`undefined`, `null` or `None` signs: the secret is not set where the signer runs",
        "Load the secret into the signing process, and refuse to start without it";
    SANDBOX_API_KEY = "sandbox-api-key", "the sandbox API key signs instead of the secret key",
        "Sign with the secret key of production; API keys only go into X-API-KEY";
    SHA384 = "sha384", "HMAC uses SHA-384", HASH;
    PLAIN_MESSAGE = "plain-hash-without-secret", "a plain SHA-256 of the message is used, without the secret", HASH;
    CUT_SIGNATURE = "cut-signature", "only the beginning of the digest is there",
        "Send all 64 hex digits, and see that the column, log or header that it was taken from does not cut";
    LOST_ZEROS = "lost-zeros", "the zeros before the digest are lost, as Java's `BigInteger.toString(16)` loses them", HEX;
    MIXED_CASE_HEX = "mixed-case-hex", "the hex digits are of both cases", HEX;
    SEPARATED_HEX = "separated-hex", "something stands between the hex digits, as .NET's `BitConverter.ToString` writes them", HEX;
    PADDED_SIGNATURE = "padded-signature", "white space stands around the digest", HEX;
    QUOTED_SIGNATURE = "quoted-signature", "quotation marks stand around the digest", HEX;
}
