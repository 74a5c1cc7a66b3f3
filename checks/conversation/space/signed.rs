//! Signatures that are missing or wrong, and what was changed after signing.

use super::dimension::{Dimension, Value, value};
use crate::conversation::deliveries::*;
use crate::model::{Change, Claim, Content, Delivery, Form, Signed, Stamp};

/// What the platform's samples call the variable that holds the secret.
pub(super) const VARIABLE: &str = "KWIKPAISA_SECRET_KEY";

/// No signature.
pub(super) const WITHOUT_SIGNATURE: &[Value] = &[
    value(Dimension::Signature, "an event without a signature is believed", UNSIGNED),
    value(Dimension::Signature, "an empty signature counts as none", EMPTY_SIGNATURE),
    value(
        Dimension::Timestamp,
        "an event without both headers counts as internal",
        Delivery {
            signed: Signed::Missing,
            stamp: Stamp::Missing,
            ..Delivery::genuine("unsigned-untimed")
        },
    ),
];

/// A signature that only looks like one.
pub(super) const FORGED: &[Value] = &[
    value(Dimension::Key, "the signature is never compared", FORGED_WRONG_SECRET),
    value(Dimension::SignedOver, "the timestamp is not signed", FORGED_BODY_ONLY),
    value(
        Dimension::Signature,
        "signatures are compared as far as the shorter one goes",
        FORGED_TRUNCATED,
    ),
    value(
        Dimension::Signature,
        "only the beginning of a signature is compared",
        FORGED_RIGHT_START,
    ),
    value(Dimension::Signature, "only the end of a signature is compared", FORGED_RIGHT_END),
    value(Dimension::SignedOver, "the signature is not of this body", FORGED_OTHER_BODY),
    value(Dimension::Key, "an unset secret becomes an empty one", FORGED_EMPTY_SECRET),
    value(Dimension::Key, "an unset secret becomes `undefined`", FORGED_UNDEFINED_SECRET),
    value(Dimension::Key, "the secret is the word `secret`", FORGED_WORD_SECRET),
    value(Dimension::Key, "the placeholder of the samples is accepted", FORGED_PLACEHOLDER_SECRET),
    value(
        Dimension::Timestamp,
        "a timestamp that is not a number skips verification",
        FORGED_WORD_TIMESTAMP,
    ),
    value(Dimension::Timestamp, "an empty timestamp skips verification", FORGED_EMPTY_TIMESTAMP),
    value(Dimension::Size, "long bodies are not hashed", FORGED_LONG),
    value(
        Dimension::Key,
        "an unset secret becomes `null`, as Java writes it",
        forged_with("forged-key-null", "null"),
    ),
    value(
        Dimension::Key,
        "an unset secret becomes `None`, as Python writes it",
        forged_with("forged-key-none", "None"),
    ),
    value(
        Dimension::Key,
        "an unset secret becomes `nil`, as Ruby and Go write it",
        forged_with("forged-key-nil", "nil"),
    ),
    value(
        Dimension::Key,
        "an unset secret becomes `false`",
        forged_with("forged-key-false", "false"),
    ),
    value(
        Dimension::Key,
        "the default of a template is still accepted",
        forged_with("forged-key-changeme", "changeme"),
    ),
    value(Dimension::Key, "a secret of tests is accepted", forged_with("forged-key-test", "test")),
    value(
        Dimension::Key,
        "a default password is accepted",
        forged_with("forged-key-password", "password"),
    ),
    value(
        Dimension::Key,
        "the variable's name is used in place of its value",
        forged_with("forged-key-variable", VARIABLE),
    ),
    value(
        Dimension::Key,
        "a variable in a template is not expanded",
        forged_with("forged-key-unexpanded", "${KWIKPAISA_SECRET_KEY}"),
    ),
    value(
        Dimension::Key,
        "the sample key of the documentation is accepted",
        forged_with("forged-key-sample-test", "sk_test_xxxxxxxxx"),
    ),
    value(
        Dimension::Key,
        "the sample key of the documentation is accepted",
        forged_with("forged-key-sample-live", "sk_live_xxxxxxxxx"),
    ),
    value(
        Dimension::Key,
        "the sample secret of the documentation is accepted",
        forged_with("forged-key-sample-example", "sk_test_example_secret"),
    ),
    value(
        Dimension::Key,
        "the sample wallet id of the documentation is accepted as a key",
        forged_with("forged-key-sample-wallet", "4646464445"),
    ),
    value(
        Dimension::Key,
        "the wallet id is accepted as a key",
        Delivery { signed: Signed::WalletId, ..Delivery::genuine("forged-key-wallet") },
    ),
    value(
        Dimension::Key,
        "the name of the secret's variable is used in place of its value",
        Delivery { signed: Signed::VariableName, ..Delivery::genuine("forged-key-own-variable") },
    ),
    value(
        Dimension::Key,
        "a key id that nobody knows selects an empty key",
        Delivery {
            signed: Signed::StandIn(""),
            sender: &[("X-KEY-ID", "unknown")],
            ..Delivery::genuine("forged-key-id")
        },
    ),
    value(
        Dimension::Signature,
        "a signature of `none` switches verification off",
        Delivery { signed: Signed::Text("none"), ..Delivery::genuine("forged-word-none") },
    ),
    value(
        Dimension::Signature,
        "a signature of `null` counts as none",
        Delivery { signed: Signed::Text("null"), ..Delivery::genuine("forged-word-null") },
    ),
    value(
        Dimension::Signature,
        "any word counts as a result of verification",
        Delivery { signed: Signed::Text("true"), ..Delivery::genuine("forged-word-true") },
    ),
    value(
        Dimension::Signature,
        "what is not hex is decoded to nothing, and nothing equals nothing",
        Delivery {
            signed: Signed::Text(
                "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
            ),
            ..Delivery::genuine("forged-not-hex")
        },
    ),
    value(
        Dimension::Signature,
        "an odd number of digits ends the comparison",
        Delivery {
            signed: Signed::Text("000000000000000000000000000000000000000000000000000000000000000"),
            ..Delivery::genuine("forged-odd-length")
        },
    ),
    value(
        Dimension::Signature,
        "a failed decoding leaves zeros",
        Delivery {
            signed: Signed::Text(
                "0000000000000000000000000000000000000000000000000000000000000000",
            ),
            ..Delivery::genuine("forged-zeros")
        },
    ),
    value(
        Dimension::Signature,
        "a prefix without digits compares as empty",
        Delivery { signed: Signed::Text("sha256="), ..Delivery::genuine("forged-scheme") },
    ),
    value(
        Dimension::Signature,
        "a pattern is matched in place of a comparison",
        Delivery { signed: Signed::Text("*"), ..Delivery::genuine("forged-wildcard") },
    ),
    value(
        Dimension::Signature,
        "comparing raises an error for letters beyond ASCII, and the error lets it through",
        Delivery { signed: Signed::Text("é"), ..Delivery::genuine("forged-not-ascii") },
    ),
    value(
        Dimension::Signature,
        "signatures are compared as far as the shorter one goes",
        Delivery { signed: Signed::Digits(1), ..Delivery::genuine("forged-1-digits") },
    ),
    value(
        Dimension::Signature,
        "signatures are compared as far as the shorter one goes",
        Delivery { signed: Signed::Digits(8), ..Delivery::genuine("forged-8-digits") },
    ),
    value(
        Dimension::Signature,
        "signatures are compared as far as the shorter one goes",
        Delivery { signed: Signed::Digits(16), ..Delivery::genuine("forged-16-digits") },
    ),
    value(
        Dimension::Signature,
        "signatures are compared as far as the shorter one goes",
        Delivery { signed: Signed::Digits(63), ..Delivery::genuine("forged-63-digits") },
    ),
    value(
        Dimension::SignedOver,
        "the body is not signed",
        Delivery { signed: Signed::TimestampOnly, ..Delivery::genuine("forged-timestamp-only") },
    ),
    value(
        Dimension::SignedOver,
        "an empty message is signed",
        Delivery { signed: Signed::Nothing, ..Delivery::genuine("forged-nothing-signed") },
    ),
    value(
        Dimension::Timestamp,
        "a timestamp of 0 counts as not set",
        Delivery { stamp: Stamp::Word("0"), ..forged("forged-timestamp-zero") },
    ),
    value(
        Dimension::Timestamp,
        "a negative timestamp skips verification",
        Delivery { stamp: Stamp::Word("-1"), ..forged("forged-timestamp-negative") },
    ),
    value(
        Dimension::Timestamp,
        "a timestamp that overflows skips verification",
        Delivery {
            stamp: Stamp::Word("999999999999999999999999999999"),
            ..forged("forged-timestamp-huge")
        },
    ),
    value(
        Dimension::Timestamp,
        "a timestamp in milliseconds skips verification",
        Delivery { stamp: Stamp::Milliseconds, ..forged("forged-timestamp-milliseconds") },
    ),
    value(
        Dimension::Timestamp,
        "without a timestamp nothing is verified",
        Delivery { stamp: Stamp::Missing, ..forged("forged-untimed") },
    ),
    value(
        Dimension::Event,
        "events whose name is spelled in another case are handled and not verified",
        Delivery { content: Content::OtherCase, ..forged("forged-other-case") },
    ),
    value(
        Dimension::Event,
        "transactions of a test environment are believed",
        Delivery { claim: Claim::TestTransaction, ..forged("forged-test-transaction") },
    ),
    value(
        Dimension::Size,
        "long bodies are not hashed",
        Delivery { form: Form::Padded { bytes: 24 * 1_024 }, ..forged("forged-long-24k") },
    ),
    value(
        Dimension::Size,
        "long bodies are not hashed",
        Delivery { form: Form::Padded { bytes: 100 * 1_024 }, ..forged("forged-long-100k") },
    ),
];

/// A body that was changed after signing.
pub(super) const TAMPERED: &[Value] = &[
    value(
        Dimension::SignedOver,
        "the body that is verified is not the one that is used",
        TAMPERED_BODY,
    ),
    value(
        Dimension::Size,
        "only the beginning of a body is hashed",
        Delivery {
            form: Form::Padded { bytes: 1_024 },
            change: Change::LastByte,
            ..Delivery::genuine("tampered-tail-1k")
        },
    ),
    value(
        Dimension::Size,
        "only the beginning of a body is hashed",
        Delivery {
            form: Form::Padded { bytes: 8 * 1_024 },
            change: Change::LastByte,
            ..Delivery::genuine("tampered-tail-8k")
        },
    ),
    value(
        Dimension::Size,
        "only the beginning of a body is hashed",
        Delivery {
            form: Form::Padded { bytes: 24 * 1_024 },
            change: Change::LastByte,
            ..Delivery::genuine("tampered-tail-24k")
        },
    ),
    value(
        Dimension::Size,
        "only the beginning of a body is hashed",
        Delivery {
            form: Form::Padded { bytes: 100 * 1_024 },
            change: Change::LastByte,
            ..Delivery::genuine("tampered-tail-100k")
        },
    ),
];

/// A timestamp that was changed after signing.
pub(super) const RETIMED: &[Value] = &[
    value(Dimension::SignedOver, "the timestamp is not verified", CHANGED_TIMESTAMP),
    value(Dimension::Timestamp, "without a timestamp the receiver uses its own", NO_TIMESTAMP),
];
