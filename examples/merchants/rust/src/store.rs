//! What was received, what was credited and what each order has come to: all of an event in one transaction.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Result, TransactionBehavior, params};

pub fn connect() -> Result<Connection> {
    let db = Connection::open(std::env::var("DATABASE").unwrap_or_else(|_| "merchant.sqlite".to_owned()))?;
    db.busy_timeout(Duration::from_secs(30))?;
    db.execute_batch(
        "CREATE TABLE IF NOT EXISTS events (event TEXT, reference TEXT, body TEXT, PRIMARY KEY (event, reference));
         CREATE TABLE IF NOT EXISTS credits (order_id TEXT PRIMARY KEY, amount TEXT);
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

/// Stores an event once, credits an order once and moves its state; IMMEDIATE takes the write lock before it looks.
pub fn record(received: &Received) -> Result<()> {
    let Received { event, id, reference, amount, body } = received;
    let mut db = connect()?;
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let new = transaction.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?)", params![event, reference, body])? == 1;
    if new && event == "payment.success" {
        transaction.execute("INSERT OR IGNORE INTO credits VALUES (?, ?)", params![id, amount])?;
    }
    if let (true, Some((state, rank))) = (new, state_after(event)) {
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
