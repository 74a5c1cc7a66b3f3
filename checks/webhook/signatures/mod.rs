//! Webhook: signatures: what is verified, and what is rejected.

mod header_case;
mod ignores_api_requests;
mod odd_signatures;
mod one_reading;
mod refused_without_effect;
mod rejects_disguised;
mod rejects_forged;
mod rejects_retimed;
mod rejects_reused;
mod rejects_sandbox_secret;
mod rejects_spoofed;
mod rejects_tampered;
mod rejects_under_load;
mod rejects_unmarked;
mod rejects_unsigned;
#[cfg(test)]
mod tests;
mod verifies_every_event;
mod verifies_raw_body;

use crate::model::Section;

/// The section.
pub const SECTION: Section = Section {
    id: "webhook/signatures",
    title: "Webhook: signatures",
    checks: &[
        &rejects_unsigned::CHECK,
        &rejects_forged::CHECK,
        &rejects_tampered::CHECK,
        &rejects_retimed::CHECK,
        &rejects_disguised::CHECK,
        &rejects_spoofed::CHECK,
        &rejects_reused::RejectsReused,
        &rejects_unmarked::RejectsUnmarked,
        &rejects_under_load::RejectsUnderLoad,
        &verifies_every_event::VerifiesEveryEvent,
        &rejects_sandbox_secret::RejectsSandboxSecret,
        &refused_without_effect::RefusedWithoutEffect,
        &ignores_api_requests::IgnoresApiRequests,
        &verifies_raw_body::VerifiesRawBody,
        &header_case::HeaderCase,
        &odd_signatures::OddSignatures,
        &one_reading::OneReading,
    ],
};
