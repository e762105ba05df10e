"""One stored object, and questions about it that the store asks."""

import json
import time
from collections.abc import Mapping
from typing import Protocol

from sandbox.cluster.metadata import Obj


class Clock(Protocol):
    """Seconds since 1970."""

    def now(self) -> float: ...


class SystemClock:
    def now(self) -> float:
        return time.time()


class Kept:
    """A stored object and its JSON, which is made once."""

    __slots__ = ("_raw", "obj")

    def __init__(self, obj: Obj) -> None:
        self.obj = obj
        self._raw: bytes | None = None

    @property
    def raw(self) -> bytes:
        """The object without `kind` and `apiVersion`, as it stands in a list."""
        if self._raw is None:
            rest = {key: value for key, value in self.obj.items() if key not in ("kind", "apiVersion")}
            self._raw = json.dumps(rest, separators=(",", ":"), ensure_ascii=False).encode()
        return self._raw


def labelled(obj: Obj, labels: Mapping[str, str] | None) -> bool:
    have = obj["metadata"].get("labels") or {}
    return all(have.get(key) == value for key, value in (labels or {}).items())


def finished(obj: Obj) -> bool:
    """Deleted, nobody holds it any more, and no grace left."""
    metadata = obj["metadata"]
    held = metadata.get("finalizers") or (
        obj["kind"] == "Namespace" and obj.get("spec", {}).get("finalizers")
    )
    graceful = bool(metadata.get("deletionGracePeriodSeconds"))
    return bool(metadata.get("deletionTimestamp")) and not held and not graceful
