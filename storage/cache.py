"""The in-process cache. A miss is loaded once however many ask at the same time; an error is never kept.

A key holds whose rights the value was read with, so that nobody is served what they could not read themselves.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

MAX_ENTRIES = 2_000
LIFETIMES_S: Final = {
    "model_answer": 3_600,
    "resource_metric": 300,
    "person": 86_400,
    "roles": 60,
    "active_alarms": 600,
    "cost": 3_600,
}


class CacheKey(NamedTuple):
    """`kind` is a family of LIFETIMES_S or a tool; `scope` is the reach of whoever asks; `args` is their hash."""

    workspace: str
    kind: str
    scope: str
    args: str
    place: str = ""  # tenancy, region or cluster, where the arguments do not name it


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    until: float


class Cache:
    """Bounded: the entry that was used longest ago goes first. `now` counts seconds and never goes back."""

    def __init__(self, *, max_entries: int = MAX_ENTRIES, now: Callable[[], float] = time.monotonic) -> None:
        self._max = max_entries
        self._now = now
        self._kept: OrderedDict[CacheKey, _Kept] = OrderedDict()
        self._loading: dict[CacheKey, asyncio.Future[Any]] = {}
        self._changes = 0

    def get(self, key: CacheKey) -> Any | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.until <= self._now():
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return kept.value

    def put(self, key: CacheKey, value: Any, seconds: float) -> None:
        self._kept[key] = _Kept(value, self._now() + seconds)
        self._kept.move_to_end(key)
        while len(self._kept) > self._max:
            self._kept.popitem(last=False)

    async def get_or(self, key: CacheKey, seconds: float, load: Callable[[], Awaitable[Any]]) -> Any:
        """The kept value, or what `load` returns, kept for `seconds`. An error of `load` reaches only whoever ran it."""
        while True:
            found = self.get(key)
            if found is not None:
                return found
            other = self._loading.get(key)
            if other is None:
                return await self._load(key, seconds, load)
            await asyncio.wait({other})

    async def _load(self, key: CacheKey, seconds: float, load: Callable[[], Awaitable[Any]]) -> Any:
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._loading[key] = done
        begun = self._changes
        try:
            value = await load()
            if begun == self._changes:  # what was read before a change of ours may be untrue after it
                self.put(key, value, seconds)
            return value
        finally:
            del self._loading[key]
            done.set_result(None)

    def forget(self, workspace: str, kind: str = "", place: str = "") -> int:
        """Drop what a change of ours may have made untrue; how many entries went."""
        self._changes += 1
        gone = [
            key
            for key in self._kept
            if key.workspace == workspace and kind in {"", key.kind} and place in {"", key.place}
        ]
        for key in gone:
            del self._kept[key]
        return len(gone)
