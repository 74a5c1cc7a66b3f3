"""Prints how often an order was credited: what golive's [webhook.effects] command asks."""

import sys

import store

print(store.credits(sys.argv[1]))
