//! What somebody at the bench changes in an event before it is signed, and how far that may go.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::value::RawValue;

/// The longest value. In bytes.
const LONGEST: usize = 4_096;
/// How deep a path may go.
const DEEPEST: usize = 8;

/// The members that may be set of an event for an order that was never issued. None says which
/// order it is, which event, or how it stands.
const HARMLESS: [&str; 5] = ["amount", "currency", "payment_method", "created_at", "note"];

/// Endings of members that name an order, payout or transaction, in lower case and without what is
/// no letter or digit: no two parsers agree on more of a name than that.
const NAMES_SOMETHING: [&str; 7] =
    ["id", "ids", "order", "payout", "utr", "utrnumber", "reference"];

/// One member of an event and what it is to say: `data.amount=1.00` is a string,
/// `data.amount:=1.00` is JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    path: Vec<String>,
    json: String,
}

impl FromStr for Setting {
    type Err = &'static str;

    fn from_str(written: &str) -> Result<Self, Self::Err> {
        let (path, value) =
            written.split_once('=').ok_or("expected data.NAME=TEXT or data.NAME:=JSON")?;
        let (path, json) = match path.strip_suffix(':') {
            Some(path) => (
                path,
                RawValue::from_string(value.to_owned())
                    .map_err(|_| "what follows `:=` is no JSON")?
                    .get()
                    .to_owned(),
            ),
            None => (path, serde_json::Value::from(value).to_string()),
        };
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        let is_name = |name: &String| {
            (1..=64).contains(&name.len())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        if !path.iter().all(is_name) {
            return Err("a path is made of names with dots between them, such as data.amount");
        }
        if path.len() > DEEPEST || json.len() > LONGEST {
            return Err("that is too deep or too long");
        }
        Ok(Self { path, json })
    }
}

impl Setting {
    /// The member, as it was written: `data.amount`.
    #[must_use]
    pub fn path(&self) -> String {
        self.path.join(".")
    }

    /// Why it may not be set, for an order that the merchant issued for this purpose or for one
    /// that was never issued.
    fn fault(&self, issued: bool) -> Option<Unsettable> {
        let [data, member, ..] = &self.path[..] else { return Some(Unsettable::NotAMember) };
        if data != "data" {
            return Some(Unsettable::NotAMember);
        }
        if !issued {
            let is_scalar = self.path.len() == 2 && !self.json.starts_with(['{', '[']);
            return (!is_scalar || !HARMLESS.contains(&member.as_str()))
                .then_some(Unsettable::Misleads);
        }
        // What we cannot read, somebody else may.
        let Ok(value) = serde_json::from_str(&self.json) else {
            return Some(Unsettable::NamesAnOrder);
        };
        let within = names_in(&value);
        let names =
            self.path[1..].iter().map(String::as_str).chain(within.iter().map(String::as_str));
        names.into_iter().any(names_something).then_some(Unsettable::NamesAnOrder)
    }
}

/// Why a member may not be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsettable {
    /// Only members of `data` may be: what the event is called is said by its name.
    NotAMember,
    /// It says which order, payout or transaction the event is about.
    NamesAnOrder,
    /// For an order that was never issued, the event must go on reading as one that changes
    /// nothing.
    Misleads,
}

impl Unsettable {
    /// What somebody reads who tried.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotAMember => {
                "only members of `data` can be set, such as data.amount; EVENT says what the event \
                 is"
            }
            Self::NamesAnOrder => {
                "what names an order, a payout or a transaction cannot be set; `--order-id` names \
                 a test order"
            }
            Self::Misleads => {
                "for an order that was never issued only data.amount, data.currency, \
                 data.payment_method, data.created_at and data.note can be set, to a single value, \
                 so that the event stays one that changes nothing"
            }
        }
    }
}

/// Whether a member of this name says which order, payout or transaction something is about.
fn names_something(name: &str) -> bool {
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    NAMES_SOMETHING.iter().any(|ending| plain.ends_with(ending))
}

/// The names of all members of a JSON value.
fn names_in(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| std::iter::once(name.clone()).chain(names_in(value)))
            .collect(),
        serde_json::Value::Array(elements) => elements.iter().flat_map(names_in).collect(),
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => Vec::new(),
    }
}

/// Settings that may be made, for an event about an order of a known kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    list: Vec<Setting>,
    for_issued: bool,
}

impl Settings {
    /// All of them, for an event about a test order of the merchant's (`issued`) or about an order
    /// that was never issued.
    ///
    /// # Errors
    ///
    /// The first that may not be set, and why.
    pub fn permitted(list: Vec<Setting>, issued: bool) -> Result<Self, (Setting, Unsettable)> {
        match list.iter().find_map(|setting| Some((setting.clone(), setting.fault(issued)?))) {
            Some(fault) => Err(fault),
            None => Ok(Self { list, for_issued: issued }),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether they suit an event about this kind of order.
    pub(super) fn suit(&self, issued: bool) -> bool {
        issued || !self.for_issued
    }

    /// The body with them, compact and with sorted keys. A body that is not an event stays as it
    /// is.
    pub(super) fn apply(&self, body: String) -> String {
        self.list
            .iter()
            .fold(body, |body, setting| with(&body, &setting.path, &setting.json).unwrap_or(body))
    }
}

/// A JSON object with one of its members set; what stands in the way of the path is replaced.
fn with(object: &str, path: &[String], json: &str) -> Option<String> {
    let (name, rest) = path.split_first()?;
    let mut members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(object).ok()?;
    let inner = members.get(name).map_or("{}", |value| value.get());
    let value = if rest.is_empty() {
        json.to_owned()
    } else {
        with(inner, rest, json).or_else(|| with("{}", rest, json))?
    };
    members.insert(name.clone(), RawValue::from_string(value).ok()?);
    serde_json::to_string(&members).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str =
        r#"{"data":{"amount":"1.00","order_id":"golive-1"},"event":"payment.processing"}"#;

    fn setting(written: &str) -> Setting {
        written.parse().expect("a setting")
    }

    fn settings(written: &[&str], issued: bool) -> Result<Settings, Unsettable> {
        Settings::permitted(written.iter().map(|one| setting(one)).collect(), issued)
            .map_err(|(_, why)| why)
    }

    fn applied(written: &[&str]) -> String {
        settings(written, true).expect("permitted").apply(BODY.to_owned())
    }

    #[test]
    fn sets_text_and_json_and_keeps_everything_else() {
        assert_eq!(applied(&[]), BODY);
        assert_eq!(applied(&["data.amount=2.00"]), BODY.replace("1.00", "2.00"));
        assert_eq!(applied(&["data.amount:=2.00"]), BODY.replace("\"1.00\"", "2.00"));
        assert_eq!(applied(&["data.amount=a\"b=c"]), BODY.replace("1.00", "a\\\"b=c"));
        assert_eq!(
            applied(&["data.note=x", "data.customer.name=A"]),
            BODY.replace(r#","order"#, r#","customer":{"name":"A"},"note":"x","order"#)
        );
        assert_eq!(
            applied(&["data.amount.value=1"]),
            BODY.replace(r#""1.00""#, r#"{"value":"1"}"#)
        );
    }

    #[test]
    fn leaves_what_is_no_event_alone() {
        let note = settings(&["data.note=x"], false).expect("permitted");
        for body in ["", "[]", "{\"event\":"] {
            assert_eq!(note.apply(body.to_owned()), body);
        }
    }

    #[test]
    fn refuses_what_cannot_be_read() {
        for wrong in [
            "",
            "data.amount",
            "=1",
            "data.=1",
            ".amount=1",
            "data.a b=1",
            "data.amount:=",
            "data.amount:=1 2",
            "data.é=1",
        ] {
            assert!(Setting::from_str(wrong).is_err(), "{wrong}");
        }
        assert!(Setting::from_str(&format!("data.note={}", "x".repeat(5_000))).is_err());
        assert!(Setting::from_str("data.a.a.a.a.a.a.a.a=1").is_err());
    }

    #[test]
    fn nothing_beside_data_is_ever_set() {
        for written in [
            "event=payment.success",
            "EVENT=payment.success",
            "data=x",
            "data:={}",
            "type=x",
            "Data.amount=1",
        ] {
            for issued in [false, true] {
                assert_eq!(settings(&[written], issued), Err(Unsettable::NotAMember), "{written}");
            }
        }
    }

    #[test]
    fn no_order_payout_or_transaction_is_ever_named() {
        for name in [
            "order_id",
            "Order_ID",
            "orderId",
            "kwikX_order_id",
            "payout_order_id",
            "payout_id",
            "transaction_id",
            "TransactionID",
            "utr_number",
            "utr",
            "id",
            "_id",
            "reference",
            "order",
            "a.order_id",
        ] {
            let written = format!("data.{name}=T-1");
            assert_eq!(settings(&[&written], true), Err(Unsettable::NamesAnOrder), "{written}");
            assert!(settings(&[&written], false).is_err(), "{written}");
        }
        for written in [
            r#"data.note:=[{"x":{"order_id":"T-1"}}]"#,
            r#"data.note:={"n":1e999,"order_id":"T-1"}"#,
        ] {
            assert_eq!(settings(&[written], true), Err(Unsettable::NamesAnOrder), "{written}");
        }
    }

    #[test]
    fn an_order_that_was_never_issued_keeps_its_event_harmless() {
        for written in [
            "data.amount=2.00",
            "data.amount:=2",
            "data.currency=USD",
            "data.payment_method=CARD",
            "data.created_at=x",
            "data.note:=null",
        ] {
            assert!(settings(&[written], false).is_ok(), "{written}");
        }
        for written in [
            "data.order_status=PAID",
            "data.status=PAID",
            "data.Order_Status=PAID",
            "data.event=payment.success",
            "data.type=payment.success",
            "data.Amount=2",
            r#"data.amount:={"order_status":"PAID"}"#,
            "data.note:=[1]",
            "data.note.x=1",
        ] {
            assert_eq!(settings(&[written], false), Err(Unsettable::Misleads), "{written}");
        }
    }

    #[test]
    fn a_test_order_of_the_merchants_may_be_said_anything_of() {
        for written in [
            "data.order_status=PAID",
            "data.amount:=-1",
            r#"data.customer:={"name":"A"}"#,
            "data.deep.er=1",
        ] {
            assert!(settings(&[written], true).is_ok(), "{written}");
        }
        let paid = settings(&["data.order_status=PAID"], true).expect("permitted");
        assert!(paid.suit(true) && !paid.suit(false));
        assert!(
            settings(&["data.note=x"], false).is_ok_and(|note| note.suit(false) && note.suit(true))
        );
    }
}
