"""The signature rule, as every Python receiver here applies it."""

import hashlib
import hmac
import os
import re
import time

WINDOW_S = 300


def is_genuine(body: bytes, timestamp: str, signature: str) -> bool:
    if not re.fullmatch(r"[0-9]{10}", timestamp) or not re.fullmatch(r"[0-9a-f]{64}", signature):
        return False
    if abs(time.time() - int(timestamp)) > WINDOW_S:
        return False
    expected = hmac.new(os.environ["KWIKPAISA_SECRET_KEY"].encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, signature)
