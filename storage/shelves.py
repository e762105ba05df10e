"""Where cached values lie, and how a change of ours reaches those that are being read right now.

Each forgetting moves a mark. Whoever looks gets the marks as they are, and brings them back with the value: a value whose
marks have moved meanwhile was read before the change, and nobody is served it.
"""

from __future__ import annotations

import json
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

T = TypeVar("T")
MAX_ENTRIES = 2_000
Fence = tuple[str, ...]
Reach = tuple[str, str, str]


class CacheKey(NamedTuple):
    """`kind` is a family of LIFETIMES_S or a tool; `scope` is the reach of whoever asks; `args` is their hash."""

    workspace: str
    kind: str
    scope: str
    args: str
    place: str = ""  # tenancy, region or cluster, where the arguments do not name it


@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """A value as bytes and back. `read` raises ValueError for what it cannot read: then it counts as not there."""

    write: Callable[[T], bytes]
    read: Callable[[bytes], T]


AS_JSON: Codec[Any] = Codec(lambda value: json.dumps(value).encode(), json.loads)


class Shelf(Protocol):
    async def look(self, key: CacheKey, codec: Codec[Any]) -> tuple[Any | None, Fence]:
        """The value, and what to bring along when one is kept."""

    async def keep(
        self, key: CacheKey, value: Any, seconds: float, fence: Fence, codec: Codec[Any]
    ) -> None: ...

    async def forget(self, workspace: str, kind: str, place: str) -> None: ...


def reaches_of(key: CacheKey) -> tuple[Reach, ...]:
    """Every forgetting that would be about this key."""
    return tuple(
        (key.workspace, kind, place)
        for kind in dict.fromkeys(("", key.kind))
        for place in dict.fromkeys(("", key.place))
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    value: Any
    until: float
    fence: Fence


class Here:
    """In this process. Bounded: the entry that was used longest ago goes first. `now` counts seconds, never back."""

    def __init__(self, *, max_entries: int = MAX_ENTRIES, now: Callable[[], float] = time.monotonic) -> None:
        self._max = max_entries
        self._now = now
        self._kept: OrderedDict[CacheKey, _Kept] = OrderedDict()
        self._marks: Counter[Reach] = Counter()

    async def look(self, key: CacheKey, _codec: Codec[Any]) -> tuple[Any | None, Fence]:
        fence, kept = self._fence(key), self._kept.get(key)
        if kept is None:
            return None, fence
        if kept.until <= self._now() or kept.fence != fence:
            del self._kept[key]
            return None, fence
        self._kept.move_to_end(key)
        return kept.value, fence

    async def keep(self, key: CacheKey, value: Any, seconds: float, fence: Fence, _codec: Codec[Any]) -> None:
        if fence != self._fence(key):
            return
        self._kept[key] = _Kept(value, self._now() + seconds, fence)
        self._kept.move_to_end(key)
        while len(self._kept) > self._max:
            self._kept.popitem(last=False)

    async def forget(self, workspace: str, kind: str, place: str) -> None:
        self._marks[workspace, kind, place] += 1

    def clear(self) -> None:
        self._kept.clear()

    def _fence(self, key: CacheKey) -> Fence:
        return tuple(str(self._marks[reach]) for reach in reaches_of(key))
