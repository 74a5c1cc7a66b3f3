//! The orders that deliveries are about: test orders of the merchant's, or ids that were never
//! issued.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::cell::Cell;
use std::time::{Duration, Instant};

use golive_checks::model::{
    Limits, NotMade, OrderId, OrderNeed, Phase, Scenario, Trouble, TroubleKind,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::OnceCell;

use crate::observe::Context;
use crate::observe::net::dial::{NoLine, millis};
use crate::observe::plan::{has_standing_order, source_key};
use crate::programs;
use crate::targets::OrderSource;

/// The amount of an order that was never issued.
const AMOUNT: &str = "1.00";

/// How much a program that makes test orders may print.
const OUTPUT_BYTES: usize = 64 * 1024;

/// Hands out orders, each test order once.
pub(crate) struct Orders<'a> {
    context: &'a Context<'a>,
    never_issued: Cell<usize>,
    unmarked: Cell<usize>,
    payments: Desk<'a>,
    payouts: Desk<'a>,
}

/// One source of test orders.
struct Desk<'a> {
    source: Option<&'a OrderSource>,
    given: Cell<usize>,
    /// How many of the ids nobody needs for a purpose of its own.
    spare: Cell<usize>,
    standing: OnceCell<Option<OrderId>>,
}

impl<'a> Orders<'a> {
    /// From what is configured, of which these scenarios will want some of their own.
    pub(crate) fn new(context: &'a Context<'a>, scenarios: &[Scenario]) -> Self {
        let desk = |source: Option<&'a OrderSource>, need| {
            // One stands for all that take any.
            let wanted = 1 + scenarios.iter().filter(|scenario| scenario.order == need).count();
            let spare = match source {
                Some(OrderSource::Ids(ids)) => ids.len().saturating_sub(wanted),
                Some(OrderSource::Command(_)) => usize::MAX,
                None => 0,
            };
            Desk { source, given: Cell::new(0), spare: Cell::new(spare), standing: OnceCell::new() }
        };
        let targets = context.targets;
        Self {
            context,
            never_issued: Cell::new(0),
            unmarked: Cell::new(0),
            payments: desk(targets.order.as_ref(), OrderNeed::TestOrder),
            payouts: desk(targets.payout.as_ref(), OrderNeed::TestPayout),
        }
    }

    /// An order for a scenario; where any would do, one of its own while some are left, if it is to
    /// be apart from others.
    pub(crate) async fn take(&self, need: OrderNeed, apart: bool) -> Result<OrderId, NoLine> {
        let desk = match need {
            OrderNeed::Any | OrderNeed::Unmarked | OrderNeed::TestOrder => &self.payments,
            OrderNeed::AnyPayout | OrderNeed::TestPayout => &self.payouts,
        };
        match need {
            OrderNeed::TestOrder | OrderNeed::TestPayout => self.issue(desk, need).await,
            OrderNeed::Unmarked => Ok(self.unmarked()),
            OrderNeed::Any | OrderNeed::AnyPayout => {
                // Counted before anything is waited for, so that ids come in the order of asking.
                let unknown = self.never_issued();
                if !has_standing_order(need, self.context.merchant, self.context.run) {
                    return Ok(unknown);
                }
                if apart
                    && desk.spare.get() > 0
                    && let Ok(own) = self.spare(desk, need).await
                {
                    return Ok(OrderId { reference: unknown.reference, ..own });
                }
                // Where none can be had, the scenarios that want one of their own say so.
                let standing =
                    desk.standing.get_or_init(|| async { self.issue(desk, need).await.ok() }).await;
                Ok(match standing {
                    Some(standing) => OrderId { reference: unknown.reference, ..standing.clone() },
                    None => unknown,
                })
            }
        }
    }

    /// An id without golive's mark, that whoever knows the run can compute: 20 hex digits of the
    /// SHA-256 of challenge, run and number.
    fn unmarked(&self) -> OrderId {
        let n = self.unmarked.get() + 1;
        self.unmarked.set(n);
        let run = self.context.run;
        let challenge = run.challenge.as_deref().unwrap_or_default();
        let digest = Sha256::digest(format!("{challenge}\n{}\n{n}", run.id));
        OrderId::new(HEXLOWER.encode(&digest[..10]), AMOUNT, false)
    }

    fn never_issued(&self) -> OrderId {
        let n = self.never_issued.get() + 1;
        self.never_issued.set(n);
        OrderId::new(format!("golive-{}-{n}", self.context.run.id), AMOUNT, false)
    }

    /// One that nobody needs for a purpose of its own; ids from the end of the list.
    async fn spare(&self, desk: &Desk<'_>, need: OrderNeed) -> Result<OrderId, NoLine> {
        let none = || NoLine::NotMade(NotMade::NoTestOrders { key: source_key(need).to_owned() });
        let left = desk.spare.get();
        desk.spare.set(left - 1);
        match desk.source {
            Some(OrderSource::Ids(ids)) => {
                let order = &ids[ids.len() - left];
                usable(&order.id, &order.amount).ok_or_else(none)
            }
            Some(OrderSource::Command(argv)) => Ok(self.made(argv, need).await?),
            None => Err(none()),
        }
    }

    async fn issue(&self, desk: &Desk<'_>, need: OrderNeed) -> Result<OrderId, NoLine> {
        let none = || NoLine::NotMade(NotMade::NoTestOrders { key: source_key(need).to_owned() });
        match desk.source {
            None => Err(none()),
            Some(OrderSource::Ids(ids)) => {
                let at = desk.given.get();
                desk.given.set(at + 1);
                let order = ids.get(at).ok_or_else(none)?;
                usable(&order.id, &order.amount).ok_or_else(none)
            }
            Some(OrderSource::Command(argv)) => Ok(self.made(argv, need).await?),
        }
    }

    async fn made(&self, argv: &[String], need: OrderNeed) -> Result<OrderId, Trouble> {
        let began = Instant::now();
        let trouble = |what: String| Trouble {
            kind: TroubleKind::Other,
            phase: Phase::Connect,
            after_ms: millis(began.elapsed()),
            detail: Some(format!("the program of `{}` {what}", source_key(need))),
        };
        let Limits { command_ms, .. } = self.context.merchant.limits;
        let limit = Duration::from_millis(command_ms);
        let output =
            programs::run(argv, &self.context.targets.folder, b"", limit, OUTPUT_BYTES).await;
        let output = output.map_err(|failed| trouble(failed.to_string()))?;
        printed(&output.stdout).ok_or_else(|| {
            trouble(r#"did not print {"order_id": "…", "amount": "1.00"}"#.to_owned())
        })
    }
}

/// What a program prints for an order or a payout.
#[derive(Deserialize)]
struct Printed<'a> {
    #[serde(borrow, alias = "payout_order_id")]
    order_id: &'a RawValue,
    #[serde(borrow)]
    amount: Option<&'a RawValue>,
}

fn printed(stdout: &[u8]) -> Option<OrderId> {
    let printed: Printed<'_> = serde_json::from_slice(stdout).ok()?;
    // Numbers are taken as they are spelled: 1.00 stays 1.00.
    let text = |raw: &RawValue| {
        serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
    };
    usable(&text(printed.order_id), &printed.amount.map_or_else(|| AMOUNT.to_owned(), text))
}

/// An order of the merchant's, where its parts can stand in an event.
fn usable(id: &str, amount: &str) -> Option<OrderId> {
    let id_fits = !id.is_empty()
        && id.len() <= 200
        && !id.starts_with(['{', '['])
        && !matches!(id, "null" | "true" | "false");
    let (whole, part) = amount.split_once('.').unwrap_or((amount, "0"));
    let digits = |text: &str| {
        !text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let amount_fits = digits(whole) && digits(part) && (whole == "0" || !whole.starts_with('0'));
    (id_fits && amount_fits).then(|| OrderId::new(id, amount, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_programs_print() {
        let order = |text: &str| printed(text.as_bytes()).map(|order| (order.id, order.amount));
        assert_eq!(
            order(r#"{"order_id": "T-1", "amount": "1.00"}"#),
            Some(("T-1".into(), "1.00".into()))
        );
        assert_eq!(
            order(r#"{"order_id": 6116229263036, "amount": 105.00, "more": {}}"#),
            Some(("6116229263036".into(), "105.00".into()))
        );
        assert_eq!(order("{\"payout_order_id\": \"P-1\"}\n"), Some(("P-1".into(), "1.00".into())));
        for wrong in [
            "",
            "T-1",
            "[]",
            r#"{"order_id": null}"#,
            r#"{"order_id": {}}"#,
            r#"{"order_id": ""}"#,
            r#"{"amount": "1.00"}"#,
        ] {
            assert_eq!(order(wrong), None, "{wrong}");
        }
        for wrong in ["", "-1.00", "1e3", "1.", ".5", "01.00", "1,00", r#"1,\"x\":1"#, "null"] {
            assert_eq!(
                order(&format!(r#"{{"order_id": "T-1", "amount": "{wrong}"}}"#)),
                None,
                "{wrong}"
            );
        }
    }
}
