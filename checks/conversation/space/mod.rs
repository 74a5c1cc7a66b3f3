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

use crate::model::{AddressForm, Content, Delivery, Merchant, Signed, Slot, Stamp};

/// Each check with its values, in the order in which they are sent.
const TABLES: [(&str, &[Value]); 6] = [
    ("webhook-rejects-unsigned", signed::WITHOUT_SIGNATURE),
    ("webhook-rejects-forged", signed::FORGED),
    ("webhook-rejects-tampered", signed::TAMPERED),
    ("webhook-rejects-retimed", signed::RETIMED),
    ("webhook-rejects-disguised", shapes::DISGUISED),
    ("webhook-rejects-spoofed", senders::SPOOFED),
];

/// Forgeries that may reach a page in place of the receiver, each with the name of the request that
/// shows it.
const PAGES: [(&str, &str); 14] = [
    ("forged-get", "plain-get"),
    ("forged-put", "plain-put"),
    ("forged-patch", "plain-patch"),
    ("forged-delete", "plain-delete"),
    ("forged-slash", "plain-slash"),
    ("forged-path-case", "plain-path-case"),
    ("forged-double-slash", "plain-double-slash"),
    ("forged-encoded-path", "plain-encoded-path"),
    ("forged-path-suffix", "plain-path-suffix"),
    ("forged-path-parameter", "plain-path-parameter"),
    ("forged-method-override", "plain-method-override"),
    ("forged-method-words", "plain-method-words"),
    ("forged-original-url", "plain-original-url"),
    ("forged-url-words", "plain-url-words"),
];

/// The same request as the forgery of that name without an event in it: what it is answered, a page
/// answers.
#[must_use]
pub fn page_of(name: &str) -> Option<Delivery> {
    let (_, page) = PAGES.iter().find(|(forgery, _)| *forgery == name)?;
    let Delivery { method, sender, address, .. } = named(name)?.delivery;
    let address = match address {
        AddressForm::EventInQuery => AddressForm::Registered,
        without_event => without_event,
    };
    Some(Delivery {
        method,
        sender,
        address,
        content: Content::Empty,
        signed: Signed::Missing,
        stamp: Stamp::Missing,
        ..Delivery::genuine(page)
    })
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
    let name = PAGES.iter().find(|(_, page)| *page == name).map_or(name, |(forgery, _)| forgery);
    let at =
        |(_, values): &(_, &[Value])| values.iter().position(|value| value.delivery.name == name);
    TABLES.iter().find_map(at)
}

/// The value whose delivery has that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Value> {
    values().find(|value| value.delivery.name == name)
}
