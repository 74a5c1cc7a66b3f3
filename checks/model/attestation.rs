//! Items that only a person can answer for.

use super::{Check, CheckMeta, Facts, Needs, Outcome, Reason};

/// An item of the checklist that nothing in reach of this tool could show. `[attest.<id>]` decides it; see [`ruling`](super::ruling).
pub struct Item(pub &'static CheckMeta);

impl Item {
    /// The usual answers of an attestation item, to be completed with `..Item::USUAL`.
    pub const USUAL: CheckMeta = CheckMeta { needs: Needs::Attestation, attestable: true, ..CheckMeta::USUAL };
}

impl Check for Item {
    fn meta(&self) -> &'static CheckMeta {
        self.0
    }

    fn judge(&self, _facts: &Facts<'_>) -> anyhow::Result<Outcome> {
        Err(Reason::NoWayToObserve("a person has to answer for this".into()).into())
    }
}
