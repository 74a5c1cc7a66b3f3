"""Prints the state of an order or a payout: what golive's [webhook.status] command asks."""

import sys

import store

print(store.state(sys.argv[1]))
