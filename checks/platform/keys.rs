//! What a key looks like.

use crate::model::{Origin, SecretFacts};

/// The facts about a secret that may be known without knowing it. `equals` is left empty.
#[must_use]
pub fn facts(_value: &str, _origin: Origin) -> SecretFacts {
    todo!()
}
