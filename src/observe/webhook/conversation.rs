//! The webhook, and what it takes to talk to it.

use std::cell::Cell;

use golive_checks::model::{Observed, Request, ScenarioSeen, Secret};
use hyper::body::Bytes;
use url::Url;

use crate::observe::net::exchange::{HttpSender, Outgoing};
use crate::observe::webhook::addresses::AddressBook;
use crate::observe::webhook::hooks::Asker;
use crate::observe::webhook::orders::Orders;
use crate::observe::webhook::receiver_control::Control;
use crate::observe::{Context, Progress};

/// The webhook, and what it takes to talk to it.
pub(crate) struct Conversation<'a> {
    /// The run.
    pub(crate) context: &'a Context<'a>,
    /// Where deliveries go.
    pub(crate) url: &'a Url,
    /// Carries them.
    pub(crate) sender: &'a HttpSender<'a>,
    /// `api.secret_key`
    pub(crate) live: &'a Secret,
    /// A secret made up for the run.
    pub(crate) wrong: &'a Secret,
    /// What the deliveries are about.
    pub(crate) orders: &'a Orders<'a>,
    /// The addresses of the webhook's name.
    pub(crate) addresses: &'a AddressBook<'a>,
    /// How often they credited.
    pub(crate) effects: Option<Asker<'a>>,
    /// In which state they left their orders.
    pub(crate) status: Option<Asker<'a>>,
    /// Stops the receiver and starts it again.
    pub(crate) control: Option<&'a Control<'a>>,
    /// Whether any order was seen to be credited; until then a credit that is missing is not worth
    /// a long wait.
    pub(crate) credited: Cell<bool>,
    /// Who watches.
    pub(crate) progress: &'a dyn Progress,
}

/// Where what became of each scenario is put down.
pub(crate) type Record<'a> = &'a dyn Fn(&'static str, Observed<ScenarioSeen>);

impl Conversation<'_> {
    pub(in crate::observe) fn out(&self, name: String, request: &Request) -> Outgoing<'_> {
        Outgoing {
            name,
            url: self.url,
            address: request.address.clone(),
            method: request.method.word(),
            headers: request.headers.clone(),
            body: Bytes::copy_from_slice(&request.body),
            spelling: request.spelling,
            framing: request.framing,
            wait: request.wait,
        }
    }
}
