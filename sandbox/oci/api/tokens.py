"""`opc-retry-token`: the same token and the same request get the first answer again, and nothing happens twice."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Final

from sandbox.oci.errors import Refused
from sandbox.oci.times import DAY

KEPT_S: Final = DAY


@dataclass(frozen=True)
class Kept:
    """The answer that was given: its body as text, so that nothing that happens later reaches into it."""

    at: float
    request: str
    body: str | bytes
    headers: dict[str, str]


class RetryTokens:
    def __init__(self, kept: dict[str, dict[str, Any]] | None = None) -> None:
        self._kept = {key: Kept(**value) for key, value in (kept or {}).items()}

    def seen(self, who: str, token: str, request: str, now: float) -> Kept | None:
        """The answer of that token. Raises Refused(409) when the token was for something else."""
        found = self._kept.get(f"{who}/{token}")
        if found is None or now - found.at > KEPT_S:
            return None
        if found.request != request:
            message = "The retry token was already used for a request with other parameters"
            raise Refused(409, "InvalidatedRetryToken", message)
        return found

    def keep(self, who: str, token: str, answer: Kept) -> None:
        self._kept[f"{who}/{token}"] = answer

    def as_json(self) -> dict[str, Any]:
        return {key: asdict(value) for key, value in self._kept.items()}


def fingerprint(method: str, target: str, body: bytes) -> str:
    return hashlib.sha256(json.dumps([method, target]).encode() + body).hexdigest()
