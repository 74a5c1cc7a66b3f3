//! Payment gateway: what only watching the merchant's outgoing calls could show, and so is attested
//! for now.

use crate::model::{Applies, CheckMeta, Item, Reference};

/// Orders are created as the platform wants them.
pub(super) const ORDER_CREATION: Item = Item(&CheckMeta {
    id: "payments-order-creation",
    title: "Orders are created with complete data and a unique id",
    covers: &["PC-22"],
    applies: Applies::Payments,
    rationale: "An order without its fields is refused, and an id used twice mixes up two \
                customers' money.",
    judged: "Attested, not observed: attach one create call from the sandbox with every required \
             field and an https `return_url`, and the rule that makes order ids unique.",
    remediation: "Create an order in the sandbox, keep the call and its answer, and record it \
                  under `[attest.payments-order-creation]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// The customer gets to the hosted page.
pub(super) const CHECKOUT_REDIRECT: Item = Item(&CheckMeta {
    id: "payments-checkout-redirect",
    title: "Customers are sent to the hosted checkout unchanged",
    covers: &["PC-23"],
    applies: Applies::Payments,
    rationale: "A payment link that was rebuilt, cut or framed fails for some customers and \
                teaches all of them to trust look-alikes.",
    judged: "Attested, not observed: attach a recording of one checkout on a computer and one on \
             a phone, with the link as the platform returned it.",
    remediation: "Redirect to the returned link as it is, over https, and record it under \
                  `[attest.payments-checkout-redirect]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// Paid and unpaid are told apart.
pub(super) const OUTCOMES: Item = Item(&CheckMeta {
    id: "payments-outcomes",
    title: "Paid, failed and expired orders are told apart",
    covers: &["PC-24", "PC-25"],
    applies: Applies::Payments,
    rationale: "The platform answers `code` 200 to a failed payment too; whoever reads that as \
                paid ships for nothing.",
    judged: "Attested, not observed: attach three sandbox orders, one paid, one failed, one \
             expired, with what your system did: delivered once for the first, not at all for the \
             others.",
    remediation: "Decide on `order_status`, never on `code` or the HTTP status alone, and record \
                  the three orders under `[attest.payments-outcomes]`.",
    reference: Reference::CHECKLIST,
    ..Item::USUAL
});

/// What is delivered rests on the status API.
pub(super) const STATUS_VERIFIED: Item = Item(&CheckMeta {
    id: "payments-status-verified",
    title: "Orders are fulfilled on the status that the server asked for",
    covers: &["PC-26", "PC-78", "PC-87", "SC-06"],
    applies: Applies::Payments,
    rationale: "The redirect comes back through the customer's browser, where anybody can write \
                \"paid\" into it.",
    judged: "Attested, not observed: attach the code that asks for the order's status, compares \
             amount and currency with the order, and only then fulfils it.",
    remediation: "Call order status from the server before you fulfil, compare the amount, and \
                  record it under `[attest.payments-status-verified]`.",
    reference: Reference::ORDER_STATUS,
    ..Item::USUAL
});
