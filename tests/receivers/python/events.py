"""From a verified body to the store, and back to golive's hooks."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "examples/merchants/python"))
import store  # noqa: E402


def apply(body: bytes) -> bool:
    """Applies an event once. False when the body is not an event."""
    try:
        message = json.loads(body)
        event, data = message["event"], message["data"]
        reference = str(data.get("transaction_id") or data.get("payout_id") or data.get("order_id") or "")
        order = str(data.get("order_id") or data.get("payout_order_id") or "")
        amount, currency = str(data.get("amount")), str(data.get("currency"))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    store.record(event, order, reference, amount, currency, body.decode())
    return True


def ledger(order: str) -> dict[str, object]:
    return {"count": store.credits(order), "state": store.state(order)}
