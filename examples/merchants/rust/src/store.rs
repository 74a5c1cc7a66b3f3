//! What was ordered, received and credited, and what each order has come to: all of an event in one transaction.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Result, TransactionBehavior, params};

pub fn connect() -> Result<Connection> {
    let db = Connection::open(std::env::var("DATABASE").unwrap_or_else(|_| "merchant.sqlite".to_owned()))?;
    db.busy_timeout(Duration::from_secs(30))?;
    db.execute_batch(
        "CREATE TABLE IF NOT EXISTS events (event TEXT, reference TEXT, body TEXT, PRIMARY KEY (event, reference));
         CREATE TABLE IF NOT EXISTS orders (order_id TEXT PRIMARY KEY, paise INTEGER, currency TEXT);
         CREATE TABLE IF NOT EXISTS credits (order_id TEXT PRIMARY KEY, paise INTEGER);
         CREATE TABLE IF NOT EXISTS states (id TEXT PRIMARY KEY, state TEXT, rank INTEGER);",
    )?;
    Ok(db)
}

/// An event that was verified.
pub struct Received {
    pub event: String,
    /// Of the order or the payout.
    pub id: String,
    /// Of the transaction.
    pub reference: String,
    pub amount: String,
    pub currency: String,
    pub body: String,
}

/// What an event makes of an order. Events come in any order: a state yields only to one of a higher rank.
fn state_after(event: &str) -> Option<(&'static str, u8)> {
    match event {
        "payment.processing" | "payout.processing" => Some(("processing", 1)),
        "payment.failed" | "payout.failed" => Some(("failed", 2)),
        "payment.expired" => Some(("expired", 2)),
        "payment.success" | "payout.success" => Some(("paid", 3)),
        "payout.reversed" => Some(("reversed", 4)),
        _ => None,
    }
}

/// A new order, as the shop makes one when a customer checks out.
pub fn order(paise: i64, currency: &str) -> Result<String> {
    let sql = "INSERT INTO orders VALUES (lower(hex(randomblob(16))), ?, ?) RETURNING order_id";
    connect()?.query_row(sql, params![paise, currency], |row| row.get(0))
}

/// An amount in paise, however it is spelled: `1.00` and `1` are the same.
fn paise(amount: &str) -> Option<i64> {
    let (rupees, part) = amount.split_once('.').unwrap_or((amount, "0"));
    let digits = |text: &str, most| !text.is_empty() && text.len() <= most && text.bytes().all(|digit| digit.is_ascii_digit());
    if !digits(rupees, 12) || !digits(part, 2) {
        return None;
    }
    Some(rupees.parse::<i64>().ok()? * 100 + format!("{part:0<2}").parse::<i64>().ok()?)
}

/// Stores an event once, credits an order once and moves its state; IMMEDIATE takes the write lock before it looks. A payment of another
/// amount or currency than the order's is stored and does nothing more: a person looks at it.
pub fn record(received: &Received) -> Result<()> {
    let Received { event, id, reference, amount, currency, body } = received;
    let (is_payment, paise) = (event == "payment.success", paise(amount));
    let mut db = connect()?;
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let new = transaction.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?)", params![event, reference, body])? == 1;
    let cost = "SELECT count(*) FROM orders WHERE order_id = ? AND paise = ? AND currency = ?";
    let fits = !is_payment || transaction.query_row(cost, params![id, paise, currency], |row| row.get::<_, i64>(0))? == 1;
    if new && fits && is_payment {
        transaction.execute("INSERT OR IGNORE INTO credits VALUES (?, ?)", params![id, paise])?;
    }
    if let (true, Some((state, rank))) = (new && fits, state_after(event)) {
        transaction.execute(
            "INSERT INTO states VALUES (?, ?, ?) ON CONFLICT (id)
             DO UPDATE SET state = excluded.state, rank = excluded.rank WHERE excluded.rank > states.rank",
            params![id, state, rank],
        )?;
    }
    transaction.commit()
}

pub fn credits(order: &str) -> Result<i64> {
    connect()?.query_row("SELECT count(*) FROM credits WHERE order_id = ?", [order], |row| row.get(0))
}

pub fn state(id: &str) -> Result<String> {
    let state = connect()?.query_row("SELECT state FROM states WHERE id = ?", [id], |row| row.get(0)).optional()?;
    Ok(state.unwrap_or_else(|| "new".to_owned()))
}
