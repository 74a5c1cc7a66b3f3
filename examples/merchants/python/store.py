"""What was received and what was credited. One row an event, one row a credit, both in one transaction."""

import os
import sqlite3


def connect() -> sqlite3.Connection:
    db = sqlite3.connect(os.environ.get("DATABASE", "merchant.sqlite"), timeout=30, isolation_level=None)
    db.executescript(
        """
        CREATE TABLE IF NOT EXISTS events (event TEXT, reference TEXT, body TEXT, PRIMARY KEY (event, reference));
        CREATE TABLE IF NOT EXISTS credits (order_id TEXT, amount TEXT);
        """
    )
    return db


def record(event: str, reference: str, body: str, credit: tuple[str, str] | None) -> None:
    """Stores an event once and credits a paid order with it; IMMEDIATE takes the write lock before it looks."""
    db = connect()
    try:
        db.execute("BEGIN IMMEDIATE")
        new = db.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?)", (event, reference, body)).rowcount == 1
        if new and credit:
            db.execute("INSERT INTO credits VALUES (?, ?)", credit)
        db.execute("COMMIT")
    finally:
        db.close()


def credits(order_id: str) -> int:
    return connect().execute("SELECT count(*) FROM credits WHERE order_id = ?", (order_id,)).fetchone()[0]
