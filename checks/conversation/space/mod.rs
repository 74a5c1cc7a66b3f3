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

/// Each check with its values, in the order in which they are sent.
const TABLES: [(&str, &[Value]); 6] = [
    ("webhook-rejects-unsigned", signed::WITHOUT_SIGNATURE),
    ("webhook-rejects-forged", signed::FORGED),
    ("webhook-rejects-tampered", signed::TAMPERED),
    ("webhook-rejects-retimed", signed::RETIMED),
    ("webhook-rejects-disguised", shapes::DISGUISED),
    ("webhook-rejects-spoofed", senders::SPOOFED),
];

/// Every value.
pub fn values() -> impl Iterator<Item = &'static Value> {
    TABLES.iter().flat_map(|(_, values)| *values)
}

/// The values that belong to a check.
pub fn of_check(id: &str) -> impl Iterator<Item = &'static Value> {
    TABLES.iter().filter(move |(check, _)| *check == id).flat_map(|(_, values)| *values)
}

/// The checks that have values.
pub fn checks() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(check, _)| *check)
}

/// The value whose delivery has that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Value> {
    values().find(|value| value.delivery.name == name)
}
