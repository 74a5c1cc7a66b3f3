//! All that came to the shop, believed or not: what tests read to see that nothing was sent that
//! the plan does not name.

use std::sync::{Mutex, PoisonError};

use super::message::Arrived;

/// One request as it came to the webhook's host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// The method.
    pub(crate) method: String,
    /// Whether it came to port 80.
    pub(crate) plain: bool,
    /// Every `X-SIGNATURE`.
    pub(crate) signatures: Vec<String>,
    /// Every `X-TIMESTAMP`.
    pub(crate) timestamps: Vec<String>,
    /// The very bytes.
    pub(crate) body: Vec<u8>,
}

/// All of them, in order.
#[derive(Debug, Default)]
pub(super) struct Arrivals(Mutex<Vec<Arrival>>);

impl Arrivals {
    /// Notes one. Nobody reads it in the program itself, so that it costs no memory there.
    pub(super) fn note(&self, arrived: &Arrived, plain: bool) {
        if !cfg!(test) {
            return;
        }
        let all = |name| {
            arrived
                .headers
                .get_all(name)
                .iter()
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .collect()
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arrival {
            method: arrived.method.clone(),
            plain,
            signatures: all("x-signature"),
            timestamps: all("x-timestamp"),
            body: arrived.body.to_vec(),
        });
    }

    /// All of them.
    #[cfg(test)]
    pub(super) fn all(&self) -> Vec<Arrival> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
