//! The built-in shop with switchable defects: on it `demo` shows the main job, and by it `selftest`
//! proves that every check can fail.

mod arrivals;
mod behaviour;
mod bypass;
mod certificates;
mod code;
mod configuration;
mod dedup_store;
mod defects;
mod frameworks;
mod keys;
mod ledger;
mod listener;

mod message;
mod platform;
mod process;
pub(crate) mod selftest;
mod shop;
mod signer;
mod spelling;
mod webhook;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub(crate) use behaviour::{Behaviour, ShopVariant};
pub(crate) use defects::{Defect, Weight};
pub(crate) use shop::Shop;
pub(crate) use signer::sign_stdin;

/// The webhook's host.
const SHOP: &str = "shop.example";
/// The webhook's path.
const PATH: &str = "/api/webhooks/kwikpaisa";
/// Where the shop's books can be asked.
const BOOKS: &str = "books.shop.example";
/// Where customers look.
const SITE: &str = "www.shop.example";
/// The platform's host; connections to it end at the stand-in.
const API: &str = "api.kwikpaisa.com";
/// The services that tell a caller its address.
const ECHOES: [&str; 2] = ["ip.example", "checkip.example"];
/// What every test order is worth.
const AMOUNT: &str = "1.00";
/// The live wallet.
const WALLET: &str = "8080144771";
/// What it is paid in.
const CURRENCY: &str = "INR";
/// When a queue gets to what was refused: after effects are taken to have come to rest, and before
/// they are twice.
const AFTER_THE_REST: Duration = Duration::from_millis(80);
/// When a shop that credits from a queue gets to it.
const LATE: Duration = Duration::from_millis(300);
