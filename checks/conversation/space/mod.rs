//! The forgery space: what a delivery that nobody may believe can be made of. A receiver rejects
//! every point of it, because no point is validly signed.

mod dimension;
mod table;
#[cfg(test)]
mod tests;

pub use dimension::{Dimension, Value};
pub use table::VALUES;

/// The values that belong to a check, in the order of the table.
pub fn of_check(id: &str) -> impl Iterator<Item = &'static Value> {
    VALUES.iter().filter(move |value| value.check == id)
}

/// The value whose delivery has that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Value> {
    VALUES.iter().find(|value| value.delivery.name == name)
}
