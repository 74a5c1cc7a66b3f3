//! Network and IP whitelist: where calls come from, and whether the platform knows it.

mod country;
mod egress_admitted;
mod egress_listed;
mod entry;
mod inventory;
mod items;
mod proxy;
mod whitelist_valid;

use crate::model::Section;

/// The chapter.
pub const SECTION: Section = Section {
    id: "network",
    title: "Network and IP whitelist",
    checks: &[
        &items::WHITELIST_ENABLED,
        &whitelist_valid::WhitelistValid,
        &egress_listed::EgressListed,
        &egress_admitted::EgressAdmitted,
        &inventory::Inventory,
        &items::COMPLETE,
        &items::TRUSTED_HOSTS,
        &items::SANDBOX_ADDRESSES,
        &items::ADDRESS_CHANGES,
        &country::Country,
        &proxy::Proxy,
        &items::PAYOUT_HOSTING,
        &items::CROSS_BORDER,
    ],
};
