"""How often a service may be asked, learnt from its refusals: halved at each 429, doubled while it stays quiet."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tools.errors import TryLater

SLOWEST = 0.5  # calls a second
QUIET_S = 10.0  # without a refusal, before it is tried faster
FREE = 100.0  # calls a second at which there is no limit any more


@dataclass
class Limiter:
    """For one service in one region. `rate` in calls a second, 0 for none; `known` is the documented one."""

    name: str
    known: float = 0.0
    clock: Callable[[], float] = time.monotonic
    rate: float = field(init=False)
    _free_at: float = 0.0
    _quiet_since: float = 0.0
    _began: float = 0.0
    _calls: int = 0

    def __post_init__(self) -> None:
        self.rate = self.known

    async def enter(self, ends: float) -> None:
        """Wait for a place.

        Raises:
            TryLater: none comes free before loop time `ends`; `retry_after` says when.
        """
        self._grow()
        now = self.clock()
        starts = max(now, self._free_at)
        wait = starts - now
        if wait > 0 and asyncio.get_running_loop().time() + wait >= ends:
            raise TryLater(f"{self.name} asked to slow down", self.name, retry_after=wait)
        self._calls += 1
        if self.rate:
            self._free_at = starts + 1 / self.rate
        if wait > 0:
            await asyncio.sleep(wait)

    def slow_down(self, retry_after: float) -> None:
        """A 429: nothing before `retry_after` seconds, and then half as often as just now."""
        now = self.clock()
        seen = self._calls / max(now - self._began, 1.0)
        self.rate = max(SLOWEST, min(self.rate or seen, seen or SLOWEST) / 2)
        self._free_at = max(self._free_at, now + retry_after)
        self._begin(now)

    def _grow(self) -> None:
        now = self.clock()
        if now - self._quiet_since < QUIET_S:
            return
        if self.rate and self.rate != self.known:
            faster = self.rate * 2
            limit = self.known or FREE
            self.rate = self.known if faster >= limit else faster
        self._begin(now)

    def _begin(self, now: float) -> None:
        self._quiet_since = self._began = now
        self._calls = 0
