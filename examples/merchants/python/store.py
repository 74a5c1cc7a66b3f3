"""What was ordered, received and credited, and what each order has come to: all of an event in one transaction."""

import os
import re
import sqlite3
import uuid

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
        CREATE TABLE IF NOT EXISTS orders (order_id TEXT PRIMARY KEY, paise INTEGER, currency TEXT);
        CREATE TABLE IF NOT EXISTS credits (order_id TEXT PRIMARY KEY, paise INTEGER);
        CREATE TABLE IF NOT EXISTS states (id TEXT PRIMARY KEY, state TEXT, rank INTEGER);
        """
    )
    return db


def order(paise: int, currency: str) -> str:
    """A new order, as the shop makes one when a customer checks out."""
    order_id = str(uuid.uuid4())
    connect().execute("INSERT INTO orders VALUES (?, ?, ?)", (order_id, paise, currency))
    return order_id


def paise(amount: str) -> int | None:
    """An amount in paise, however it is spelled: "1.00", "1" and 1.0 are the same."""
    match = re.fullmatch(r"([0-9]{1,12})(?:\.([0-9]{1,2}))?", amount)
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0")) if match else None


def record(event: str, order: str, reference: str, amount: str, currency: str, body: str) -> None:
    """Stores an event once, credits an order once and moves its state; IMMEDIATE takes the write lock before it looks.

    A payment of another amount or currency than the order's is stored and does nothing more: a person looks at it.
    """
    paid = (order, paise(amount), currency)
    db = connect()
    try:
        db.execute("BEGIN IMMEDIATE")
        new = db.execute("INSERT OR IGNORE INTO events VALUES (?, ?, ?)", (event, reference, body)).rowcount == 1
        is_payment = event == "payment.success"
        fits = not is_payment or db.execute("SELECT 1 FROM orders WHERE (order_id, paise, currency) = (?, ?, ?)", paid).fetchone()
        if new and fits and is_payment:
            db.execute("INSERT OR IGNORE INTO credits VALUES (?, ?)", paid[:2])
        if new and fits and event in STATES:
            db.execute(MOVE, (order, *STATES[event]))
        db.execute("COMMIT")
    finally:
        db.close()


def credits(order_id: str) -> int:
    return connect().execute("SELECT count(*) FROM credits WHERE order_id = ?", (order_id,)).fetchone()[0]


def state(order: str) -> str:
    row = connect().execute("SELECT state FROM states WHERE id = ?", (order,)).fetchone()
    return row[0] if row else "new"
