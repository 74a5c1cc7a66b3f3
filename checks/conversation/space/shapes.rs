//! Forged events in shapes that code may handle before it verifies.

use super::dimension::{Dimension, Value, value};
use crate::conversation::deliveries::*;
use crate::model::{AddressForm, Change, Delivery, Form, Framing, Label, Method, Signed};

/// Other methods, content types and ways to write a body.
pub(super) const DISGUISED: &[Value] = &[
    value(Dimension::BodyForm, "only JSON is verified", FORGED_AS_TEXT),
    value(Dimension::BodyForm, "only JSON is verified, and forms are parsed", FORGED_AS_FORM),
    value(Dimension::BodyForm, "only JSON is verified", FORGED_AS_XML),
    value(Dimension::BodyForm, "what has no content type is not verified", FORGED_UNLABELLED),
    value(
        Dimension::BodyForm,
        "a list of events is applied and not verified",
        Delivery { form: Form::List, ..forged("forged-list") },
    ),
    value(
        Dimension::BodyForm,
        "a form goes to a handler that does not verify",
        Delivery { form: Form::UrlEncoded, ..forged("forged-form") },
    ),
    value(
        Dimension::BodyForm,
        "multipart bodies are not verified",
        Delivery { form: Form::Multipart, ..forged("forged-multipart") },
    ),
    value(
        Dimension::BodyForm,
        "a compressed body has no raw body to verify",
        Delivery { form: Form::Gzip, ..forged("forged-gzip") },
    ),
    value(
        Dimension::BodyForm,
        "a compressed body has no raw body to verify",
        Delivery { form: Form::Deflate, ..forged("forged-deflate") },
    ),
    value(
        Dimension::BodyForm,
        "the event in a form's payload is unpacked and not verified",
        Delivery { form: Form::FormPayload, ..forged("forged-form-payload") },
    ),
    value(
        Dimension::BodyForm,
        "the events of a batch are applied and not verified",
        Delivery { form: Form::Batch, ..forged("forged-batch") },
    ),
    value(
        Dimension::BodyForm,
        "a byte-order mark ends verification",
        Delivery { form: Form::ByteOrderMark, ..forged("forged-byte-order-mark") },
    ),
    value(
        Dimension::BodyForm,
        "decoding raises an error for what is not UTF-8, and the error lets it through",
        Delivery { form: Form::NotUtf8, ..forged("forged-not-utf8") },
    ),
    value(
        Dimension::BodyForm,
        "another encoding is not verified",
        Delivery {
            form: Form::Utf16,
            change: Change::Labelled(Label::Utf16),
            ..forged("forged-utf16")
        },
    ),
    value(
        Dimension::BodyForm,
        "the copy of a member that is verified is not the one that is used",
        Delivery { form: Form::RepeatedKeys, ..forged("forged-repeated-keys") },
    ),
    value(
        Dimension::BodyForm,
        "an event within a string is unpacked and not verified",
        Delivery { form: Form::DataAsText, ..forged("forged-data-as-text") },
    ),
    value(
        Dimension::BodyForm,
        "a member that says `test` skips verification",
        Delivery { form: Form::TestFlags, ..forged("forged-test-flags") },
    ),
    value(
        Dimension::BodyForm,
        "only `application/json` is verified",
        forged_as("forged-as-json-suffix", Label::Suffixed),
    ),
    value(
        Dimension::BodyForm,
        "only `application/json` is verified",
        forged_as("forged-as-multipart", Label::Multipart),
    ),
    value(
        Dimension::Method,
        "PUT reaches the handler past verification",
        Delivery { method: Method::Put, ..forged("forged-put") },
    ),
    value(
        Dimension::Method,
        "PATCH reaches the handler past verification",
        Delivery { method: Method::Patch, ..forged("forged-patch") },
    ),
    value(
        Dimension::Method,
        "DELETE reaches the handler past verification",
        Delivery { method: Method::Delete, ..forged("forged-delete") },
    ),
    value(
        Dimension::Method,
        "the return page of the checkout credits what its query says",
        Delivery {
            method: Method::Get,
            form: Form::UrlEncoded,
            address: AddressForm::EventInQuery,
            signed: Signed::Missing,
            ..Delivery::genuine("forged-get")
        },
    ),
    value(
        Dimension::Framing,
        "without a length the body counts as empty, and nothing is verified",
        Delivery { framing: Framing::Chunked, ..forged("forged-chunked") },
    ),
    value(
        Dimension::Framing,
        "a request that wants to be told to go on is handled before its body",
        Delivery { framing: Framing::Expect, ..forged("forged-expect") },
    ),
    value(
        Dimension::Framing,
        "a body that comes in two pieces is not verified whole",
        Delivery {
            form: Form::RawUnicode,
            framing: Framing::TwoPieces,
            ..forged("forged-two-pieces")
        },
    ),
    value(
        Dimension::Framing,
        "old proxies inside the network speak HTTP/1.0 and are believed",
        Delivery { framing: Framing::Http10, ..forged("forged-http-1-0") },
    ),
];
