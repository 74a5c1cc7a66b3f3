//! Webhook: states: what events do to an order or a payout.

mod credits_late_success;
mod credits_success_only;
mod items;
mod keeps_state;
mod keeps_success;
mod matches_order;
mod notices_reversals;
mod one_order_one_credit;

use crate::model::Section;

/// The section.
pub const SECTION: Section = Section {
    id: "webhook/states",
    title: "Webhook: states",
    checks: &[
        &credits_success_only::CreditsSuccessOnly,
        &keeps_success::KeepsSuccess,
        &one_order_one_credit::OneOrderOneCredit,
        &credits_late_success::CreditsLateSuccess,
        &keeps_state::KeepsState,
        &notices_reversals::NoticesReversals,
        &matches_order::MatchesOrder,
        &items::STATUS_VERIFIED,
    ],
};
