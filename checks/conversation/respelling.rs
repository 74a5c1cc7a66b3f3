//! What a receiver does that accepts the plain spelling of a body and not others.

use crate::model::Form;

/// Whether these refused forms are what a strict schema refuses, and no matter of signatures.
pub(crate) fn is_a_strict_schema(refused: &[Form]) -> bool {
    matches!(Respelling::of(refused), Respelling::StrictAmount | Respelling::StrictFields)
}

/// What a receiver does that accepts the plain spelling and not these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Respelling {
    /// Wants the amount as a string.
    StrictAmount,
    /// Wants no further field.
    StrictFields,
    /// Puts the keys into another order.
    Sorts,
    /// Reads bytes as text of another encoding.
    Decodes,
    /// Writes JSON of its own.
    Reserialises,
}

impl Respelling {
    /// From the forms that were refused.
    pub(crate) fn of(refused: &[Form]) -> Self {
        let is = |form: Form| refused.contains(&form);
        let further_field = [Form::EscapedSlashes, Form::EscapedUnicode, Form::RawUnicode];
        // Nothing that writes JSON of its own keeps the spaces, so a receiver that takes these
        // verifies the raw bytes.
        let keeps_order_and_spaces = !is(Form::AsPrinted) && !is(Form::Spaced);
        if refused == [Form::DecimalNumber] {
            Self::StrictAmount
        } else if keeps_order_and_spaces && further_field.into_iter().all(is) {
            Self::StrictFields
        } else if refused == [Form::RawUnicode] || refused == [Form::EscapedUnicode] {
            Self::Decodes
        } else if refused == [Form::AsPrinted] {
            Self::Sorts
        } else {
            Self::Reserialises
        }
    }
}
