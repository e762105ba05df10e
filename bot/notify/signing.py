"""Signatures of our webhooks, as Standard Webhooks defines them, so that receivers find a library that verifies them.

`webhook-id` names the notification and stays the same when it is sent again, `webhook-timestamp` is when it was sent, and
`webhook-signature` holds `v1,<base64>` of HMAC-SHA256 over `<id>.<timestamp>.<body>`, one a key, parted by blanks.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64


def keys_of(secret: str) -> tuple[bytes, ...]:
    """Raises ValueError, without the value."""
    return tuple(_key(part.strip()) for part in secret.split(","))


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True) if text.startswith(PREFIX) else b""
    except ValueError:
        key = b""
    if not SHORTEST <= len(key) <= LONGEST:
        raise ValueError(f"must be {PREFIX} and {SHORTEST} to {LONGEST} bytes as base64")
    return key


def signed(keys: Sequence[bytes], name: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers."""
    stamp = str(int(at.timestamp()))
    content = b".".join((name.encode(), stamp.encode(), body))
    each = (base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode() for key in keys)
    return {
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{one}" for one in each),
    }
