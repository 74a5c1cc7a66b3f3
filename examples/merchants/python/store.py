"""What was received, what was credited and what each order has come to: all of an event in one transaction."""

import os
import sqlite3

# Events come in any order: a state yields only to one of a higher rank.
STATES = {
    "payment.processing": ("processing", 1),
    "payment.failed": ("failed", 2),
    "payment.expired": ("expired", 2),
    "payment.success": ("paid", 3),
    "payout.processing": ("processing", 1),
    "payout.failed": ("failed", 2),
    "payout.success": ("paid", 3),
    "payout.reversed": ("reversed", 4),
}
MOVE = """
    INSERT INTO states VALUES (?, ?, ?) ON CONFLICT (id)
    DO UPDATE SET state = excluded.state, rank = excluded.rank WHERE excluded.rank > states.rank
"""


def connect() -> sqlite3.Connection:
    db = sqlite3.connect(os.environ.get("DATABASE", "merchant.sqlite"), timeout=30, isolation_level=None)
    db.executescript(
        """
        CREATE TABLE IF NOT EXISTS events (event TEXT, reference TEXT, body TEXT, PRIMARY KEY (event, reference));
        CREATE TABLE IF NOT EXISTS credits (order_id TEXT PRIMARY KEY, amount TEXT);
        CREATE TABLE IF NOT EXISTS states (id TEXT PRIMARY KEY, state TEXT, rank INTEGER);
        """
    )
    return db


def record(event: str, order: str, reference: str, amount: str, body: str) -> None:
    """Stores an event once, credits an order once and moves its state; IMMEDIATE takes the write lock before it looks."""
    db = connect()
    try:
        db.execute("BEGIN IMMEDIATE")
        new = db.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?)", (event, reference, body)).rowcount == 1
        if new and event == "payment.success":
            db.execute("INSERT OR IGNORE INTO credits VALUES (?, ?)", (order, amount))
        if new and event in STATES:
            db.execute(MOVE, (order, *STATES[event]))
        db.execute("COMMIT")
    finally:
        db.close()


def credits(order_id: str) -> int:
    return connect().execute("SELECT count(*) FROM credits WHERE order_id = ?", (order_id,)).fetchone()[0]


def state(order: str) -> str:
    row = connect().execute("SELECT state FROM states WHERE id = ?", (order,)).fetchone()
    return row[0] if row else "new"
