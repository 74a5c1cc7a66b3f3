"""Makes a test order and prints it, or as many as it is told to: what golive's [webhook.order] command asks."""

import json
import sys

import store

for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 1):
    print(json.dumps({"order_id": store.order(100, "INR"), "amount": "1.00"}))
