//! What a delivery says to the shop, and why it is not believed.

use golive_checks::platform::Event;
use serde_json::Value;

/// Why a delivery is not believed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Doubt {
    NoSignature,
    NoTimestamp,
    WrongSignature,
    WrongTime,
}

/// What the handler reads out of an event.
pub(super) struct ShopOrder {
    pub(super) event: Event,
    pub(super) id: String,
    pub(super) transaction: String,
    pub(super) amount: String,
    pub(super) currency: String,
}

/// What a body turns out to be.
pub(super) enum Body {
    Event(ShopOrder),
    UnknownEvent,
    /// The order that it names all the same, where it does.
    NoEvent(Option<String>),
}

impl ShopOrder {
    /// What makes two deliveries the same event: there is no event id, so the event's name and the
    /// transaction; an order is paid once, whatever transaction says so.
    pub(super) fn key(&self) -> String {
        self.key_of(self.event)
    }

    /// The same of another event of the order.
    pub(super) fn key_of(&self, event: Event) -> String {
        let transaction = if settles(event) { "" } else { &self.transaction };
        format!("{}/{}/{transaction}", event.name(), self.id)
    }
}

/// The events that move money in the shop's books.
pub(super) fn settles(event: Event) -> bool {
    matches!(event, Event::PaymentSuccess | Event::PayoutSuccess)
}

/// Reads a body; as a prefix, whatever stands behind its first document is left alone.
pub(super) fn read(body: &[u8], prefix: bool) -> Body {
    let json = if prefix {
        serde_json::Deserializer::from_slice(body).into_iter::<Value>().next().and_then(Result::ok)
    } else {
        serde_json::from_slice::<Value>(body).ok()
    };
    let Some(json) = json else { return Body::NoEvent(None) };
    let (Some(name), Some(data)) = (json["event"].as_str(), json["data"].as_object()) else {
        return Body::NoEvent(json["order_id"].as_str().map(str::to_owned));
    };
    let Some(event) = Event::ALL.into_iter().find(|event| event.name() == name) else {
        return Body::UnknownEvent;
    };
    // Ids are compared as strings: the platform's pages print them as numbers here and as strings
    // there.
    let text = |key: &str| match data.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let (order, transaction) = if event.is_payout() {
        ("payout_order_id", "payout_id")
    } else {
        ("order_id", "transaction_id")
    };
    let or_nothing = |key: &str| text(key).unwrap_or_default();
    match text(order) {
        Some(id) => Body::Event(ShopOrder {
            event,
            id,
            transaction: or_nothing(transaction),
            amount: or_nothing("amount"),
            currency: or_nothing("currency"),
        }),
        None => Body::NoEvent(None),
    }
}
