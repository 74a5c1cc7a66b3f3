//! The merchant's webhook: its address, its TLS, and the conversation with it.

mod answers_200;
mod applies_once;
mod applies_once_concurrently;
mod attempts;
pub mod bench;
mod by_hand;
mod certificate;
mod certificate_expiry;
mod certificate_strength;
pub mod contradictions;
mod conversation;
mod credits_late_success;
mod credits_success_only;
mod cut_redelivered;
pub mod doctor;
mod duplicate_answered;
mod effects;
#[cfg(test)]
mod fixture;
mod forgeries;
mod handles_events;
mod header_case;
mod https;
mod ignores_api_requests;
mod ignores_unknown_events;
mod items;
mod keeps_state;
mod keeps_success;
mod leaks_nothing;
mod legacy_tls;
mod matches_order;
pub mod measured;
mod name_form;
mod notices_reversals;
mod obstacle;
mod odd_signatures;
mod one_order_one_credit;
mod one_reading;
mod plain_http;
mod post_only;
mod prompt;
mod proof;
mod public_address;
mod public_name;
mod reachable;
pub mod recovery;
mod redelivery_answered;
mod refused_without_effect;
mod rejects_disguised;
mod rejects_forged;
mod rejects_future;
mod rejects_retimed;
mod rejects_sandbox_secret;
mod rejects_shifted;
mod rejects_stale;
mod rejects_tampered;
mod rejects_two_timestamps;
mod rejects_unsigned;
mod retried_applied_once;
mod rounds;
pub mod scenarios;
mod stacks;
mod survives_malformed;
mod survives_odd_bodies;
mod survives_restart;
mod takes_bursts;
mod takes_long_bodies;
mod timed_out_redelivered;
mod tls;
mod tls_version;
mod tolerates_delay;
mod url;
mod verifies_raw_body;

use crate::model::Section;

/// The chapter: the address, its TLS, the conversation, duplicates, and what only people can answer
/// for.
pub const SECTION: Section = Section {
    id: "webhook",
    title: "Webhook",
    checks: &[
        &url::Url,
        &https::Https,
        &public_name::PublicName,
        &public_address::PublicAddress,
        &certificate::Certificate,
        &certificate_expiry::CertificateExpiry,
        &certificate_strength::CertificateStrength,
        &tls_version::TlsVersion,
        &legacy_tls::LegacyTls,
        &plain_http::PlainHttp,
        &reachable::Reachable,
        &answers_200::Answers200,
        &prompt::Prompt,
        &rejects_unsigned::CHECK,
        &rejects_forged::CHECK,
        &rejects_tampered::CHECK,
        &rejects_retimed::CHECK,
        &rejects_disguised::CHECK,
        &rejects_stale::RejectsStale,
        &rejects_future::RejectsFuture,
        &rejects_shifted::RejectsShifted,
        &rejects_two_timestamps::RejectsTwoTimestamps,
        &rejects_sandbox_secret::RejectsSandboxSecret,
        &verifies_raw_body::VerifiesRawBody,
        &header_case::HeaderCase,
        &post_only::PostOnly,
        &survives_malformed::SurvivesMalformed,
        &survives_odd_bodies::SurvivesOddBodies,
        &odd_signatures::OddSignatures,
        &ignores_unknown_events::IgnoresUnknownEvents,
        &leaks_nothing::LeaksNothing,
        &handles_events::HandlesEvents,
        &duplicate_answered::DuplicateAnswered,
        &redelivery_answered::RedeliveryAnswered,
        &cut_redelivered::CutRedelivered,
        &applies_once::AppliesOnce,
        &applies_once_concurrently::AppliesOnceConcurrently,
        &refused_without_effect::RefusedWithoutEffect,
        &ignores_api_requests::IgnoresApiRequests,
        &matches_order::MatchesOrder,
        &tolerates_delay::ToleratesDelay,
        &takes_bursts::TakesBursts,
        &takes_long_bodies::TakesLongBodies,
        &retried_applied_once::RetriedAppliedOnce,
        &timed_out_redelivered::TimedOutRedelivered,
        &survives_restart::SurvivesRestart,
        &one_reading::OneReading,
        &credits_success_only::CreditsSuccessOnly,
        &keeps_success::KeepsSuccess,
        &one_order_one_credit::OneOrderOneCredit,
        &credits_late_success::CreditsLateSuccess,
        &keeps_state::KeepsState,
        &notices_reversals::NoticesReversals,
        &items::REGISTERED,
        &items::LOGGING,
        &items::ASYNCHRONOUS,
        &items::STATUS_VERIFIED,
    ],
};
