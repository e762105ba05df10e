"""Cache, limits and locks: in this process, or shared in Redis where REDIS_URL names one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from storage.cache import Cache
from storage.limits import Limits, LimitsHere
from storage.locks import Locks, LocksHere


@dataclass(frozen=True)
class Quick:
    cache: Cache
    limits: Limits
    locks: Locks
    state: Callable[[], Awaitable[str]]
    close: Callable[[], Awaitable[None]]


def open_quick(redis_url: str = "") -> Quick:
    """Never waits and never fails: Redis may come and go. Raises ValueError for an address that is none."""
    return _shared(redis_url) if redis_url else Quick(Cache(), LimitsHere(), LocksHere(), _ok, _nothing)


def _shared(url: str) -> Quick:
    from storage.shared.limits import SharedLimits
    from storage.shared.link import Link
    from storage.shared.locks import SharedLocks
    from storage.shared.shelf import SharedShelf

    link = Link(url)
    return Quick(Cache(SharedShelf(link)), SharedLimits(link), SharedLocks(link), link.state, link.close)


async def _ok() -> str:
    return "ok"


async def _nothing() -> None:
    """Nothing was opened."""
