"""How often something may happen: so many times in so many seconds, evenly refilled."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Protocol

MAX_NAMES = 10_000


class Limits(Protocol):
    async def take(self, name: str, most: int, seconds: float) -> float:
        """0 when it may happen now, and then it counts; else in how many seconds the next one may."""

    async def charge(self, name: str, most: int, seconds: float, amount: int) -> float:
        """Counts what happened `amount` times, allowed or not; in how many seconds nothing of it is owed. 0: only asks."""


def step(full_at: float, now: float, most: int, seconds: float) -> tuple[float, float]:
    """The bucket's next `full_at`, and how long to wait: then it stays as it was."""
    full_at, wait = charged(full_at, now, most, seconds, 1)
    return (full_at, 0.0) if wait <= 0 else (full_at - seconds / most, wait)


def charged(full_at: float, now: float, most: int, seconds: float, amount: int) -> tuple[float, float]:
    full_at = max(full_at, now) + amount * seconds / most
    return full_at, max(0.0, full_at - now - seconds)


class LimitsHere:
    """In this process. `now` counts seconds and never goes back."""

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._full_at: OrderedDict[str, float] = OrderedDict()

    async def take(self, name: str, most: int, seconds: float) -> float:
        now = self._now()
        full_at, wait = step(self._full_at.pop(name, now), now, most, seconds)
        self._keep(name, full_at)
        return wait

    async def charge(self, name: str, most: int, seconds: float, amount: int) -> float:
        now = self._now()
        full_at, wait = charged(self._full_at.pop(name, now), now, most, seconds, amount)
        self._keep(name, full_at)
        return wait

    def _keep(self, name: str, full_at: float) -> None:
        self._full_at[name] = full_at
        while len(self._full_at) > MAX_NAMES:
            self._full_at.popitem(last=False)
