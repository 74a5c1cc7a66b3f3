"""A KwikPaisa webhook receiver as many are written: a thread and a database connection for each request, no sleep anywhere.

Started with `right` it stores an event and its credit in one transaction behind a unique index. Started with `racy` it looks whether it knows the
event, then credits it, then stores it.
"""

import hashlib
import hmac
import json
import os
import sqlite3
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = os.environ["KWIKPAISA_SECRET_KEY"].encode()
RIGHT = sys.argv[1] == "right"


def connect() -> sqlite3.Connection:
    return sqlite3.connect(sys.argv[2], timeout=30, isolation_level=None)


def store(event: str, order: str, transaction: str) -> None:
    db = connect()
    key = (event, order, transaction)
    if RIGHT:
        db.execute("BEGIN IMMEDIATE")
        if db.execute("INSERT OR IGNORE INTO once VALUES (?, ?, ?)", key).rowcount == 1:
            credit(db, order)
        db.execute("COMMIT")
    elif db.execute("SELECT 1 FROM events WHERE event = ? AND id = ? AND reference = ?", key).fetchone() is None:
        credit(db, order)
        db.execute("INSERT INTO events VALUES (?, ?, ?)", key)
    db.close()


def credit(db: sqlite3.Connection, order: str) -> None:
    db.execute("INSERT INTO orders VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET credits = credits + 1", (order,))


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = hmac.new(SECRET, body + self.headers.get("X-TIMESTAMP", "").encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(signed, self.headers.get("X-SIGNATURE", "")):
            return self.answer(401, "unauthorized")
        message = json.loads(body)
        if message["event"] == "payment.success":
            store(message["event"], message["data"]["order_id"], message["data"]["transaction_id"])
        return self.answer(200, "ok")

    def do_GET(self) -> None:
        db = connect()
        row = db.execute("SELECT credits FROM orders WHERE id = ?", (self.path.removeprefix("/credits/"),)).fetchone()
        db.close()
        self.answer(200, json.dumps({"count": row[0] if row else 0}))

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128


if __name__ == "__main__":
    with connect() as tables:
        tables.executescript(
            """
            PRAGMA journal_mode = WAL;
            CREATE TABLE events (event TEXT, id TEXT, reference TEXT);
            CREATE TABLE once (event TEXT, id TEXT, reference TEXT, PRIMARY KEY (event, id, reference));
            CREATE TABLE orders (id TEXT PRIMARY KEY, credits INTEGER);
            """
        )
    server = Server(("127.0.0.1", 0), Receiver)
    print(server.server_port, flush=True)
    server.serve_forever()
