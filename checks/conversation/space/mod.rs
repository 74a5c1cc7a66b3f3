//! The forgery space: what a delivery that nobody may believe can be made of. A receiver rejects
//! every point of it, because no point is validly signed. A new value is a line in the table of its
//! check; it is sent with the others, and that check judges it.

mod dimension;
mod senders;
mod shapes;
mod signed;
#[cfg(test)]
mod tests;

pub use dimension::{Dimension, Value};

use crate::model::{AddressForm, Content, Delivery, Merchant, Method, Signed, Slot, Stamp};

/// Each check with its values, in the order in which they are sent.
const TABLES: [(&str, &[Value]); 6] = [
    ("webhook-rejects-unsigned", signed::WITHOUT_SIGNATURE),
    ("webhook-rejects-forged", signed::FORGED),
    ("webhook-rejects-tampered", signed::TAMPERED),
    ("webhook-rejects-retimed", signed::RETIMED),
    ("webhook-rejects-disguised", shapes::DISGUISED),
    ("webhook-rejects-spoofed", senders::SPOOFED),
];

/// Forgeries of which a page may be in the way that shows the same whatever comes, each with what
/// shows that: the same request with no event in it.
const PAGES: [(&str, Delivery); 14] = [
    ("forged-get", plain("plain-get", Method::Get)),
    ("forged-put", plain("plain-put", Method::Put)),
    ("forged-patch", plain("plain-patch", Method::Patch)),
    ("forged-delete", plain("plain-delete", Method::Delete)),
    ("forged-slash", plain_at("plain-slash", AddressForm::TrailingSlash)),
    (
        "forged-method-override",
        plain_from("plain-method-override", &[("X-HTTP-Method-Override", "GET")]),
    ),
    ("forged-original-url", plain_from("plain-original-url", &[("X-Original-URL", "/health")])),
    ("forged-path-case", plain_at("plain-path-case", AddressForm::OtherCase)),
    ("forged-double-slash", plain_at("plain-double-slash", AddressForm::DoubleSlash)),
    ("forged-encoded-path", plain_at("plain-encoded-path", AddressForm::EncodedLetter)),
    ("forged-path-suffix", plain_at("plain-path-suffix", AddressForm::Suffix(".json"))),
    ("forged-path-parameter", plain_at("plain-path-parameter", AddressForm::Suffix(";v=1"))),
    (
        "forged-method-words",
        plain_from("plain-method-words", &[("X-HTTP-Method", "GET"), ("X-Method-Override", "GET")]),
    ),
    (
        "forged-url-words",
        plain_from(
            "plain-url-words",
            &[("X-Rewrite-URL", "/health"), ("X-Forwarded-Prefix", "/internal")],
        ),
    ),
];

/// A request without an event, at this address.
const fn plain_at(name: &'static str, address: AddressForm) -> Delivery {
    Delivery { address, ..plain(name, Method::Post) }
}

/// A request without an event, with these headers.
const fn plain_from(
    name: &'static str,
    sender: &'static [(&'static str, &'static str)],
) -> Delivery {
    Delivery { sender, ..plain(name, Method::Post) }
}

/// A request without an event.
const fn plain(name: &'static str, method: Method) -> Delivery {
    Delivery {
        method,
        content: Content::Empty,
        signed: Signed::Missing,
        stamp: Stamp::Missing,
        ..Delivery::genuine(name)
    }
}

/// What shows whether a page answers the forgery of that name.
#[must_use]
pub fn page_of(name: &str) -> Option<Delivery> {
    PAGES.iter().find(|(forgery, _)| *forgery == name).map(|(_, page)| *page)
}

/// Every value.
pub fn values() -> impl Iterator<Item = &'static Value> {
    TABLES.iter().flat_map(|(_, values)| *values)
}

/// The values that belong to a check, as far as the merchant's configuration gives what they need.
pub fn of_check(id: &str, merchant: &Merchant) -> impl Iterator<Item = &'static Value> {
    let tables = TABLES.iter().filter(move |(check, _)| *check == id);
    tables.flat_map(|(_, values)| *values).filter(|value| is_configured(value, merchant))
}

/// Every value that the merchant is sent.
pub fn sent_to(merchant: &Merchant) -> impl Iterator<Item = &'static Value> {
    checks()
        .flat_map(|check| of_check(check, merchant))
        .filter(|value| !merchant.webhook.no_spoofing || !value.claims_address())
}

/// Whether the merchant's configuration gives what a value needs, and something of its own.
fn is_configured(value: &Value, merchant: &Merchant) -> bool {
    match value.delivery.signed {
        Signed::WalletId => merchant.api.wallet_id,
        Signed::VariableName => {
            let secret = merchant.secret(Slot::SecretKey);
            let variable = secret.and_then(|secret| secret.origin.variable());
            variable.is_some_and(|name| name != signed::VARIABLE)
        }
        _ => true,
    }
}

/// The checks that have values.
pub fn checks() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(check, _)| *check)
}

/// How many values of its check come before the one of that name, or before the one whose page that
/// is.
#[must_use]
pub fn place(name: &str) -> Option<usize> {
    let name =
        PAGES.iter().find(|(_, page)| page.name == name).map_or(name, |(forgery, _)| forgery);
    let at =
        |(_, values): &(_, &[Value])| values.iter().position(|value| value.delivery.name == name);
    TABLES.iter().find_map(at)
}

/// The value whose delivery has that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Value> {
    values().find(|value| value.delivery.name == name)
}
