"""One piece of work at a time a lane, in order of place; many lanes side by side."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

Waiting = tuple[int, int, asyncio.Future[None]]


class Lanes:
    """`width` is how many lanes may be at work at once. Closed until `open`: what is recovered lines up first."""

    def __init__(self, width: int) -> None:
        self._width = asyncio.Semaphore(width)
        self._waiting: dict[str, list[Waiting]] = {}
        self._busy: set[str] = set()
        self._opened = False
        self._tie = count()
        self._arrival = asyncio.Condition()

    async def lined_up(self, number: int) -> None:
        """Until so many stand in line, in all lanes together."""
        async with self._arrival:
            await self._arrival.wait_for(lambda: sum(map(len, self._waiting.values())) >= number)

    def open(self) -> None:
        self._opened = True
        for key in list(self._waiting):
            self._call_next(key)

    def close(self) -> None:
        """Call nobody any more; who stands in line keeps standing."""
        self._opened = False

    def send_home(self) -> None:
        """Cancel everybody who stands in line."""
        for line in list(self._waiting.values()):
            for _, _, call in line:
                call.cancel()

    @asynccontextmanager
    async def turn(self, key: str, place: int) -> AsyncIterator[None]:
        """Stand in line in lane `key`; the lowest place goes first."""
        await self._called(key, place)
        try:
            async with self._width:
                yield
        finally:
            self._busy.discard(key)
            self._call_next(key)

    async def _called(self, key: str, place: int) -> None:
        call = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting.setdefault(key, []), (place, next(self._tie), call))
        self._call_next(key)
        try:
            if not self._opened:
                async with self._arrival:
                    self._arrival.notify_all()
            await call
        except asyncio.CancelledError:
            if (
                call.done() and not call.cancelled()
            ):  # called and cancelled in one moment: the next one's turn
                self._busy.discard(key)
            self._call_next(key)
            raise

    def _call_next(self, key: str) -> None:
        line = self._waiting.get(key, [])
        while line and self._opened and key not in self._busy:
            _, _, call = heapq.heappop(line)
            if not call.done():
                self._busy.add(key)
                call.set_result(None)
        if not line:
            self._waiting.pop(key, None)
