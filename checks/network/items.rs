//! Network: what the platform has on file, and how servers are chosen and changed.

use crate::model::{Applies, CheckMeta, Item, Reference};

/// The platform enforces it.
pub(super) const WHITELIST_ENABLED: Item = Item(&CheckMeta {
    id: "network-whitelist-enabled",
    title: "The platform enforces the IP whitelist on the production account",
    covers: &["PC-38", "IP-01", "IP-10", "IP-27", "IP-37"],
    rationale: "A list in a file keeps nobody out; with the platform's own, stolen keys are of no \
                use elsewhere.",
    judged: "Attach the platform's confirmation with the production addresses, and a call from an \
             address that is not listed that was answered 403.",
    remediation: "Ask the platform to enable the whitelist with the addresses of \
                  `network.whitelist`, and record it under `[attest.network-whitelist-enabled]`.",
    reference: Reference::WHITELISTING,
    ..Item::USUAL
});

/// No machine was forgotten.
pub(super) const COMPLETE: Item = Item(&CheckMeta {
    id: "network-complete",
    title: "Every system that calls the platform is on the whitelist",
    covers: &["IP-02", "IP-09", "IP-21"],
    rationale: "The machine that was forgotten is the one that takes over when the others fail.",
    judged: "Attach the list of systems that call the platform (payments, payouts, banking, \
             reconciliation, other services) with the addresses they leave from, load balancers, \
             further regions and disaster recovery included, and a run of this tool on each.",
    remediation: "Run `golive check` on every such machine, complete the list, and record it \
                  under `[attest.network-complete]`.",
    reference: Reference::WHITELISTING,
    ..Item::USUAL
});

/// Addresses are ours for good.
pub(super) const TRUSTED_HOSTS: Item = Item(&CheckMeta {
    id: "network-trusted-hosts",
    title: "Only static addresses of trusted backend servers are listed",
    covers: &["IP-03", "IP-04", "IP-07", "IP-08", "IP-33"],
    rationale: "An address that a provider hands on, or that an office shares, lets strangers in \
                with the next lease.",
    judged: "Attach, for each address, what it belongs to (dedicated server, cloud server, \
             gateway, backend, restricted private network) and that it is reserved to you; no \
             personal device, residential line, public network or development machine.",
    remediation: "Reserve static addresses for production servers, list no others, and record it \
                  under `[attest.network-trusted-hosts]`.",
    reference: Reference::WHITELISTING,
    ..Item::USUAL
});

/// The sandbox has its own list.
pub(super) const SANDBOX_ADDRESSES: Item = Item(&CheckMeta {
    id: "network-sandbox-addresses",
    title: "Test machines are listed for the sandbox only",
    covers: &["IP-11"],
    rationale: "A test machine on the production list can spend production money.",
    judged: "Attach the platform's list for the sandbox beside the one for production.",
    remediation: "Register test machines with the sandbox, remove them from production, and \
                  record it under `[attest.network-sandbox-addresses]`.",
    reference: Reference::WHITELISTING,
    ..Item::USUAL
});

/// A move is prepared.
pub(super) const ADDRESS_CHANGES: Item = Item(&CheckMeta {
    id: "network-address-changes",
    title: "A procedure for changed addresses is in place",
    covers: &["IP-13", "IP-15", "IP-22", "IP-25"],
    rationale: "Only the platform's support changes the list, and until it confirms, calls from a \
                new address are refused.",
    judged: "Attach the procedure: who asks support, how long it took last time, that traffic \
             moves after the confirmation, whom to call in an emergency, which backup addresses \
             are listed, and when the list is reviewed.",
    remediation: "Write the procedure beside the inventory, rehearse it once, and record it under \
                  `[attest.network-address-changes]`.",
    reference: Reference::WHITELISTING,
    ..Item::USUAL
});

/// Payouts come from home.
pub(super) const PAYOUT_HOSTING: Item = Item(&CheckMeta {
    id: "network-payout-hosting",
    title: "Payouts are called from servers in the merchant's country",
    covers: &["IP-28", "IP-29", "IP-30", "IP-31", "IP-34", "IP-35", "IP-36"],
    applies: Applies::Payouts,
    rationale: "The platform may refuse payout calls from abroad, through foreign hosts, VPNs or \
                proxies.",
    judged: "Attach the provider's statement of the region of every payout server, and the \
             network plan that shows no VPN or proxy on the way out. Where an address is located \
             cannot be told from here.",
    remediation: "Host payouts in the country of registration, keep the provider's documents, and \
                  record it under `[attest.network-payout-hosting]`.",
    reference: Reference::WHITELISTING,
    ..Item::USUAL
});

/// Corridors are approved.
pub(super) const CROSS_BORDER: Item = Item(&CheckMeta {
    id: "network-cross-border",
    title: "Cross-border payouts are approved or not used",
    covers: &["IP-32"],
    applies: Applies::Payouts,
    rationale: "International corridors may need an approval of their own, and payouts without it \
                may be refused.",
    judged: "Attach the platform's approval for each corridor, or the statement that payouts stay \
             in the country.",
    remediation: "Ask the platform for approval of the corridors you use, and record it under \
                  `[attest.network-cross-border]`.",
    reference: Reference::WHITELISTING,
    ..Item::USUAL
});
