"""A KwikPaisa webhook receiver that is right: raw body, constant-time comparison, fresh timestamps, each event applied once,
and only to an order that costs what was paid."""

import hashlib
import hmac
import json
import os
import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import store

SECRET = os.environ["KWIKPAISA_SECRET_KEY"].encode()
PATH = "/api/webhooks/kwikpaisa"
WINDOW_S = 300
LARGEST = 256 * 1024


def is_genuine(body: bytes, timestamp: str, signature: str) -> bool:
    if not re.fullmatch(r"\d{10}", timestamp) or not re.fullmatch(r"[0-9a-f]{64}", signature):
        return False
    if abs(time.time() - int(timestamp)) > WINDOW_S:
        return False
    expected = hmac.new(SECRET, body + timestamp.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LARGEST:
            self.close_connection = True
            return self.answer(413)
        body = self.rfile.read(length)
        if self.path != PATH:
            return self.answer(404)
        if not is_genuine(body, self.headers.get("X-TIMESTAMP", ""), self.headers.get("X-SIGNATURE", "")):
            return self.answer(401)
        try:
            message = json.loads(body)
            event, data = message["event"], message["data"]
            reference = str(data.get("transaction_id") or data.get("payout_id") or data.get("order_id") or "")
            order = str(data.get("order_id") or data.get("payout_order_id") or "")
            amount, currency = str(data.get("amount")), str(data.get("currency"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return self.answer(400)
        store.record(event, order, reference, amount, currency, body.decode())
        return self.answer(200)

    def do_GET(self) -> None:
        self.answer(405 if self.path == PATH else 404)

    do_PUT = do_DELETE = do_PATCH = do_HEAD = do_GET

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    # The library's own backlog of 5 makes clients of a burst wait a second for their connection.
    request_queue_size = 128


if __name__ == "__main__":
    store.connect().close()
    server = Server(("127.0.0.1", int(os.environ.get("PORT", "8080"))), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
