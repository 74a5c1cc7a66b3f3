//! What was received and what was credited. One row an event, one row a credit, both in one transaction.

use std::time::Duration;

use rusqlite::{Connection, Result, TransactionBehavior, params};

pub fn connect() -> Result<Connection> {
    let db = Connection::open(std::env::var("DATABASE").unwrap_or_else(|_| "merchant.sqlite".to_owned()))?;
    db.busy_timeout(Duration::from_secs(30))?;
    db.execute_batch(
        "CREATE TABLE IF NOT EXISTS events (event TEXT, reference TEXT, body TEXT, PRIMARY KEY (event, reference));
         CREATE TABLE IF NOT EXISTS credits (order_id TEXT, amount TEXT);",
    )?;
    Ok(db)
}

/// Stores an event once and credits a paid order with it; IMMEDIATE takes the write lock before it looks.
pub fn record(event: &str, reference: &str, body: &str, credit: Option<(String, String)>) -> Result<()> {
    let mut db = connect()?;
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let new = transaction.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?)", params![event, reference, body])? == 1;
    if let (true, Some((order, amount))) = (new, credit) {
        transaction.execute("INSERT INTO credits VALUES (?, ?)", params![order, amount])?;
    }
    transaction.commit()
}

pub fn credits(order: &str) -> Result<i64> {
    connect()?.query_row("SELECT count(*) FROM credits WHERE order_id = ?", [order], |row| row.get(0))
}
