"""The arithmetic of the chain: canonical body, hash, mac. The same functions write and verify."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Mapping
from datetime import date
from typing import Any

import rfc8785

from storage.audit.events import AuditEvent

GENESIS = bytes(32)
SAFE_INTEGER = 2**53 - 1
NUL = r"\u0000"  # in a text; perhaps only what looks like it, which does no harm
EMPTY: tuple[Any, ...] = (None, "", (), {}, [])


def body_of(event: AuditEvent, *, seq: int, event_id: str, time: str, key_id: str) -> str:
    """RFC 8785 text of everything that the event says, in a form that PostgreSQL can look into, too."""
    said = {f.name: getattr(event, f.name) for f in dataclasses.fields(event)}
    body = {name: value for name, value in said.items() if value not in EMPTY}
    body.update(type=event.type.value, seq=seq, id=event_id, time=time, key_id=key_id)
    text = canonical(body)
    return canonical(plain(body)) if NUL in text else text


def canonical(value: Any) -> str:
    try:
        return rfc8785.dumps(value).decode()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError):
        return rfc8785.dumps(plain(value)).decode()


def plain(value: Any) -> Any:
    """What has no canonical form becomes text: big integers, NaN, times, NUL, half of a surrogate pair, whatever else."""
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
    if isinstance(value, int):
        return value if abs(value) <= SAFE_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value.isoformat() if isinstance(value, date) else plain(str(value))


def link(prev: bytes, seq: int, body: bytes) -> bytes:
    """The hash of a row."""
    return hashlib.sha256(prev + seq.to_bytes(8, "big") + body).digest()


class Mac:
    """HMAC-SHA256 with the work that depends on the key alone done once: a verifier asks for millions."""

    BLOCK = 64

    def __init__(self, key: bytes) -> None:
        short = hashlib.sha256(key).digest() if len(key) > self.BLOCK else key
        padded = short.ljust(self.BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def of(self, digest: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(digest)
        outer.update(inner.digest())
        return outer.digest()
