//! Every value of the forgery space. A new one is a line here; it goes out with the others, and the
//! check that it names judges it.

use super::{Dimension, Value};
use crate::conversation::deliveries::*;
use crate::model::{
    AddressForm, Change, Claim, Content, Delivery, Form, Label, Method, Signed, Stamp,
};

/// Switches that code for tests listens to.
const SWITCHES: &str = "skip_verify=1&skip_signature=1&verify=false&debug=1&test=1&sandbox=1";

/// All of them.
pub const VALUES: &[Value] = &[
    Value {
        dimension: Dimension::Signature,
        catches: "an event without a signature is believed",
        check: "webhook-rejects-unsigned",
        delivery: UNSIGNED,
    },
    Value {
        dimension: Dimension::Signature,
        catches: "an empty signature counts as none",
        check: "webhook-rejects-unsigned",
        delivery: EMPTY_SIGNATURE,
    },
    Value {
        dimension: Dimension::Timestamp,
        catches: "an event without both headers counts as internal",
        check: "webhook-rejects-unsigned",
        delivery: Delivery {
            signed: Signed::Missing,
            stamp: Stamp::Missing,
            ..Delivery::genuine("unsigned-untimed")
        },
    },
    Value {
        dimension: Dimension::Key,
        catches: "the signature is never compared",
        check: "webhook-rejects-forged",
        delivery: FORGED_WRONG_SECRET,
    },
    Value {
        dimension: Dimension::SignedOver,
        catches: "the timestamp is not signed",
        check: "webhook-rejects-forged",
        delivery: FORGED_BODY_ONLY,
    },
    Value {
        dimension: Dimension::Signature,
        catches: "signatures are compared as far as the shorter one goes",
        check: "webhook-rejects-forged",
        delivery: FORGED_TRUNCATED,
    },
    Value {
        dimension: Dimension::Signature,
        catches: "only the beginning of a signature is compared",
        check: "webhook-rejects-forged",
        delivery: FORGED_RIGHT_START,
    },
    Value {
        dimension: Dimension::Signature,
        catches: "only the end of a signature is compared",
        check: "webhook-rejects-forged",
        delivery: FORGED_RIGHT_END,
    },
    Value {
        dimension: Dimension::SignedOver,
        catches: "the signature is not of this body",
        check: "webhook-rejects-forged",
        delivery: FORGED_OTHER_BODY,
    },
    Value {
        dimension: Dimension::Key,
        catches: "an unset secret becomes an empty one",
        check: "webhook-rejects-forged",
        delivery: FORGED_EMPTY_SECRET,
    },
    Value {
        dimension: Dimension::Key,
        catches: "an unset secret becomes `undefined`",
        check: "webhook-rejects-forged",
        delivery: FORGED_UNDEFINED_SECRET,
    },
    Value {
        dimension: Dimension::Key,
        catches: "the secret is the word `secret`",
        check: "webhook-rejects-forged",
        delivery: FORGED_WORD_SECRET,
    },
    Value {
        dimension: Dimension::Key,
        catches: "the placeholder of the samples is accepted",
        check: "webhook-rejects-forged",
        delivery: FORGED_PLACEHOLDER_SECRET,
    },
    Value {
        dimension: Dimension::Timestamp,
        catches: "a timestamp that is not a number skips verification",
        check: "webhook-rejects-forged",
        delivery: FORGED_WORD_TIMESTAMP,
    },
    Value {
        dimension: Dimension::Timestamp,
        catches: "an empty timestamp skips verification",
        check: "webhook-rejects-forged",
        delivery: FORGED_EMPTY_TIMESTAMP,
    },
    Value {
        dimension: Dimension::Size,
        catches: "long bodies are not hashed",
        check: "webhook-rejects-forged",
        delivery: FORGED_LONG,
    },
    Value {
        dimension: Dimension::SignedOver,
        catches: "the body that is verified is not the one that is used",
        check: "webhook-rejects-tampered",
        delivery: TAMPERED_BODY,
    },
    Value {
        dimension: Dimension::SignedOver,
        catches: "the timestamp is not verified",
        check: "webhook-rejects-retimed",
        delivery: CHANGED_TIMESTAMP,
    },
    Value {
        dimension: Dimension::Timestamp,
        catches: "without a timestamp the receiver uses its own",
        check: "webhook-rejects-retimed",
        delivery: NO_TIMESTAMP,
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "only JSON is verified",
        check: "webhook-rejects-disguised",
        delivery: FORGED_AS_TEXT,
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "only JSON is verified, and forms are parsed",
        check: "webhook-rejects-disguised",
        delivery: FORGED_AS_FORM,
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "only JSON is verified",
        check: "webhook-rejects-disguised",
        delivery: FORGED_AS_XML,
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "what has no content type is not verified",
        check: "webhook-rejects-disguised",
        delivery: FORGED_UNLABELLED,
    },
    Value {
        dimension: Dimension::Key,
        catches: "an unset secret becomes `null`, as Java writes it",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-null", "null"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "an unset secret becomes `None`, as Python writes it",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-none", "None"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "an unset secret becomes `nil`, as Ruby and Go write it",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-nil", "nil"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "an unset secret becomes `false`",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-false", "false"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "the default of a template is still accepted",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-changeme", "changeme"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "a secret of tests is accepted",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-test", "test"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "a default password is accepted",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-password", "password"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "the variable's name is used in place of its value",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-variable", "KWIKPAISA_SECRET_KEY"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "a variable in a template is not expanded",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-unexpanded", "${KWIKPAISA_SECRET_KEY}"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "the sample key of the documentation is accepted",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-sample-test", "sk_test_xxxxxxxxx"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "the sample key of the documentation is accepted",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-sample-live", "sk_live_xxxxxxxxx"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "the sample secret of the documentation is accepted",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-sample-example", "sk_test_example_secret"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "the sample wallet id of the documentation is accepted as a key",
        check: "webhook-rejects-forged",
        delivery: forged_with("forged-key-sample-wallet", "4646464445"),
    },
    Value {
        dimension: Dimension::Key,
        catches: "a key id that nobody knows selects an empty key",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            signed: Signed::StandIn(""),
            sender: &[("X-KEY-ID", "unknown")],
            ..Delivery::genuine("forged-key-id")
        },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "a signature of `none` switches verification off",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            signed: Signed::Text("none"),
            ..Delivery::genuine("forged-word-none")
        },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "a signature of `null` counts as none",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            signed: Signed::Text("null"),
            ..Delivery::genuine("forged-word-null")
        },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "any word counts as a result of verification",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            signed: Signed::Text("true"),
            ..Delivery::genuine("forged-word-true")
        },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "what is not hex is decoded to nothing, and nothing equals nothing",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            signed: Signed::Text(
                "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
            ),
            ..Delivery::genuine("forged-not-hex")
        },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "an odd number of digits ends the comparison",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            signed: Signed::Text("000000000000000000000000000000000000000000000000000000000000000"),
            ..Delivery::genuine("forged-odd-length")
        },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "a failed decoding leaves zeros",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            signed: Signed::Text(
                "0000000000000000000000000000000000000000000000000000000000000000",
            ),
            ..Delivery::genuine("forged-zeros")
        },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "a prefix without digits compares as empty",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            signed: Signed::Text("sha256="),
            ..Delivery::genuine("forged-scheme")
        },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "a pattern is matched in place of a comparison",
        check: "webhook-rejects-forged",
        delivery: Delivery { signed: Signed::Text("*"), ..Delivery::genuine("forged-wildcard") },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "comparing raises an error for letters beyond ASCII, and the error lets it through",
        check: "webhook-rejects-forged",
        delivery: Delivery { signed: Signed::Text("é"), ..Delivery::genuine("forged-not-ascii") },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "signatures are compared as far as the shorter one goes",
        check: "webhook-rejects-forged",
        delivery: Delivery { signed: Signed::Digits(1), ..Delivery::genuine("forged-1-digits") },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "signatures are compared as far as the shorter one goes",
        check: "webhook-rejects-forged",
        delivery: Delivery { signed: Signed::Digits(8), ..Delivery::genuine("forged-8-digits") },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "signatures are compared as far as the shorter one goes",
        check: "webhook-rejects-forged",
        delivery: Delivery { signed: Signed::Digits(16), ..Delivery::genuine("forged-16-digits") },
    },
    Value {
        dimension: Dimension::Signature,
        catches: "signatures are compared as far as the shorter one goes",
        check: "webhook-rejects-forged",
        delivery: Delivery { signed: Signed::Digits(63), ..Delivery::genuine("forged-63-digits") },
    },
    Value {
        dimension: Dimension::SignedOver,
        catches: "the body is not signed",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            signed: Signed::TimestampOnly,
            ..Delivery::genuine("forged-timestamp-only")
        },
    },
    Value {
        dimension: Dimension::SignedOver,
        catches: "an empty message is signed",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            signed: Signed::Nothing,
            ..Delivery::genuine("forged-nothing-signed")
        },
    },
    Value {
        dimension: Dimension::Timestamp,
        catches: "a timestamp of 0 counts as not set",
        check: "webhook-rejects-forged",
        delivery: Delivery { stamp: Stamp::Word("0"), ..forged("forged-timestamp-zero") },
    },
    Value {
        dimension: Dimension::Timestamp,
        catches: "a negative timestamp skips verification",
        check: "webhook-rejects-forged",
        delivery: Delivery { stamp: Stamp::Word("-1"), ..forged("forged-timestamp-negative") },
    },
    Value {
        dimension: Dimension::Timestamp,
        catches: "a timestamp that overflows skips verification",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            stamp: Stamp::Word("999999999999999999999999999999"),
            ..forged("forged-timestamp-huge")
        },
    },
    Value {
        dimension: Dimension::Timestamp,
        catches: "a timestamp in milliseconds skips verification",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            stamp: Stamp::Milliseconds,
            ..forged("forged-timestamp-milliseconds")
        },
    },
    Value {
        dimension: Dimension::Timestamp,
        catches: "without a timestamp nothing is verified",
        check: "webhook-rejects-forged",
        delivery: Delivery { stamp: Stamp::Missing, ..forged("forged-untimed") },
    },
    Value {
        dimension: Dimension::Event,
        catches: "events whose name is spelled in another case are handled and not verified",
        check: "webhook-rejects-forged",
        delivery: Delivery { content: Content::OtherCase, ..forged("forged-other-case") },
    },
    Value {
        dimension: Dimension::Event,
        catches: "transactions of a test environment are believed",
        check: "webhook-rejects-forged",
        delivery: Delivery { claim: Claim::TestTransaction, ..forged("forged-test-transaction") },
    },
    Value {
        dimension: Dimension::Size,
        catches: "only the beginning of a body is hashed",
        check: "webhook-rejects-tampered",
        delivery: Delivery {
            form: Form::Padded { bytes: 1_024 },
            change: Change::LastByte,
            ..Delivery::genuine("tampered-tail-1k")
        },
    },
    Value {
        dimension: Dimension::Size,
        catches: "only the beginning of a body is hashed",
        check: "webhook-rejects-tampered",
        delivery: Delivery {
            form: Form::Padded { bytes: 8 * 1_024 },
            change: Change::LastByte,
            ..Delivery::genuine("tampered-tail-8k")
        },
    },
    Value {
        dimension: Dimension::Size,
        catches: "only the beginning of a body is hashed",
        check: "webhook-rejects-tampered",
        delivery: Delivery {
            form: Form::Padded { bytes: 24 * 1_024 },
            change: Change::LastByte,
            ..Delivery::genuine("tampered-tail-24k")
        },
    },
    Value {
        dimension: Dimension::Size,
        catches: "only the beginning of a body is hashed",
        check: "webhook-rejects-tampered",
        delivery: Delivery {
            form: Form::Padded { bytes: 100 * 1_024 },
            change: Change::LastByte,
            ..Delivery::genuine("tampered-tail-100k")
        },
    },
    Value {
        dimension: Dimension::Size,
        catches: "long bodies are not hashed",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            form: Form::Padded { bytes: 24 * 1_024 },
            ..forged("forged-long-24k")
        },
    },
    Value {
        dimension: Dimension::Size,
        catches: "long bodies are not hashed",
        check: "webhook-rejects-forged",
        delivery: Delivery {
            form: Form::Padded { bytes: 100 * 1_024 },
            ..forged("forged-long-100k")
        },
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "a list of events is applied and not verified",
        check: "webhook-rejects-disguised",
        delivery: Delivery { form: Form::List, ..forged("forged-list") },
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "a form goes to a handler that does not verify",
        check: "webhook-rejects-disguised",
        delivery: Delivery { form: Form::UrlEncoded, ..forged("forged-form") },
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "multipart bodies are not verified",
        check: "webhook-rejects-disguised",
        delivery: Delivery { form: Form::Multipart, ..forged("forged-multipart") },
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "a compressed body has no raw body to verify",
        check: "webhook-rejects-disguised",
        delivery: Delivery { form: Form::Gzip, ..forged("forged-gzip") },
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "a byte-order mark ends verification",
        check: "webhook-rejects-disguised",
        delivery: Delivery { form: Form::ByteOrderMark, ..forged("forged-byte-order-mark") },
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "decoding raises an error for what is not UTF-8, and the error lets it through",
        check: "webhook-rejects-disguised",
        delivery: Delivery { form: Form::NotUtf8, ..forged("forged-not-utf8") },
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "another encoding is not verified",
        check: "webhook-rejects-disguised",
        delivery: Delivery {
            form: Form::Utf16,
            change: Change::Labelled(Label::Utf16),
            ..forged("forged-utf16")
        },
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "the copy of a member that is verified is not the one that is used",
        check: "webhook-rejects-disguised",
        delivery: Delivery { form: Form::RepeatedKeys, ..forged("forged-repeated-keys") },
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "an event within a string is unpacked and not verified",
        check: "webhook-rejects-disguised",
        delivery: Delivery { form: Form::DataAsText, ..forged("forged-data-as-text") },
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "a member that says `test` skips verification",
        check: "webhook-rejects-disguised",
        delivery: Delivery { form: Form::TestFlags, ..forged("forged-test-flags") },
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "only `application/json` is verified",
        check: "webhook-rejects-disguised",
        delivery: forged_as("forged-as-json-suffix", Label::Suffixed),
    },
    Value {
        dimension: Dimension::BodyForm,
        catches: "only `application/json` is verified",
        check: "webhook-rejects-disguised",
        delivery: forged_as("forged-as-multipart", Label::Multipart),
    },
    Value {
        dimension: Dimension::Method,
        catches: "PUT reaches the handler past verification",
        check: "webhook-rejects-disguised",
        delivery: Delivery { method: Method::Put, ..forged("forged-put") },
    },
    Value {
        dimension: Dimension::Method,
        catches: "PATCH reaches the handler past verification",
        check: "webhook-rejects-disguised",
        delivery: Delivery { method: Method::Patch, ..forged("forged-patch") },
    },
    Value {
        dimension: Dimension::Method,
        catches: "DELETE reaches the handler past verification",
        check: "webhook-rejects-disguised",
        delivery: Delivery { method: Method::Delete, ..forged("forged-delete") },
    },
    Value {
        dimension: Dimension::Method,
        catches: "the return page of the checkout credits what its query says",
        check: "webhook-rejects-disguised",
        delivery: Delivery {
            method: Method::Get,
            form: Form::UrlEncoded,
            address: AddressForm::EventInQuery,
            signed: Signed::Missing,
            ..Delivery::genuine("forged-get")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "who claims a local address is trusted",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("X-Forwarded-For", "127.0.0.1")],
            ..forged("forged-forwarded-loopback")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "who claims a private address is trusted",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("X-Forwarded-For", "10.255.255.254")],
            ..forged("forged-forwarded-private")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "who claims an address of the platform is trusted",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("X-Forwarded-For", "103.21.244.15")],
            ..forged("forged-forwarded-platform")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "who claims a local address is trusted",
        check: "webhook-rejects-spoofed",
        delivery: Delivery { sender: &[("X-Real-IP", "127.0.0.1")], ..forged("forged-real-ip") },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "who claims a private address is trusted",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("X-Client-IP", "10.255.255.254")],
            ..forged("forged-client-ip")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "who claims a local address is trusted",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("Forwarded", "for=127.0.0.1;proto=https")],
            ..forged("forged-forwarded")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "who calls itself the platform is trusted",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("User-Agent", "KwikPaisa-Webhook/1.0")],
            ..forged("forged-user-agent")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "a retry counts as verified before",
        check: "webhook-rejects-spoofed",
        delivery: Delivery { sender: &[("X-Retry-Count", "1")], ..forged("forged-retry") },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "a retry counts as verified before",
        check: "webhook-rejects-spoofed",
        delivery: Delivery { sender: &[("X-Webhook-Attempt", "2")], ..forged("forged-attempt") },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "a debug header switches verification off",
        check: "webhook-rejects-spoofed",
        delivery: Delivery { sender: &[("X-Debug", "1")], ..forged("forged-debug") },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "a test header switches verification off",
        check: "webhook-rejects-spoofed",
        delivery: Delivery { sender: &[("X-Test-Mode", "true")], ..forged("forged-test-mode") },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "events of another environment are believed",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("X-Environment", "sandbox")],
            ..forged("forged-environment")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "an algorithm of `none` switches verification off",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("X-Signature-Algorithm", "none")],
            ..forged("forged-algorithm")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "an algorithm of `none` switches verification off",
        check: "webhook-rejects-spoofed",
        delivery: Delivery { sender: &[("X-Alg", "none")], ..forged("forged-alg") },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "internal requests are believed",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("X-Internal-Request", "true")],
            ..forged("forged-internal")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "a proxy in front is said to have verified it",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("X-Signature-Verified", "true")],
            ..forged("forged-verified")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "a proxy in front is said to have seen a client certificate",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("X-SSL-Client-Verify", "SUCCESS")],
            ..forged("forged-client-cert")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "any credential counts as a login",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("Authorization", "Bearer golive")],
            ..forged("forged-authorization")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "any session counts as a login",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("Cookie", "admin=1; session=golive")],
            ..forged("forged-cookie")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "the method that is verified is not the one that is used",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("X-HTTP-Method-Override", "GET")],
            ..forged("forged-method-override")
        },
    },
    Value {
        dimension: Dimension::Sender,
        catches: "the path that is verified is not the one that is used",
        check: "webhook-rejects-spoofed",
        delivery: Delivery {
            sender: &[("X-Original-URL", "/health")],
            ..forged("forged-original-url")
        },
    },
    Value {
        dimension: Dimension::Address,
        catches: "the path with a slash at its end reaches an older handler",
        check: "webhook-rejects-spoofed",
        delivery: Delivery { address: AddressForm::TrailingSlash, ..forged("forged-slash") },
    },
    Value {
        dimension: Dimension::Address,
        catches: "a switch in the query skips verification",
        check: "webhook-rejects-spoofed",
        delivery: Delivery { address: AddressForm::Query(SWITCHES), ..forged("forged-query") },
    },
];
