"""Flask behind gunicorn: raw bytes from get_data(), HTML error pages, 405 with Allow for other methods."""

from events import apply, ledger
from flask import Flask, abort, request
from signature import is_genuine

app = Flask(__name__)


@app.post("/api/webhooks/kwikpaisa")
def webhook():
    body = request.get_data()
    if not is_genuine(body, request.headers.get("X-TIMESTAMP", ""), request.headers.get("X-SIGNATURE", "")):
        abort(401)
    if not apply(body):
        abort(400)
    return "", 200


@app.get("/ledger/<order>")
def books(order: str):
    return ledger(order)
