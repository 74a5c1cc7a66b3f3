"""Signs the payload on standard input as the shop's API client does; the timestamp is the argument. `[signer]` runs it."""

import hashlib
import hmac
import json
import os
import sys


class Number(str):
    """A number in the payload, spelled as it came: 105.00 stays 105.00."""


def canonical(value):
    """JSON without spaces, keys sorted at every level, slashes and letters as they are."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(key)}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, Number):
        return value
    return json.dumps(value, ensure_ascii=False)


payload = json.loads(sys.stdin.buffer.read(), parse_int=Number, parse_float=Number)
secret = os.environ["KWIKPAISA_SECRET_KEY"].encode()
print(hmac.new(secret, (canonical(payload) + sys.argv[1]).encode(), hashlib.sha256).hexdigest())
