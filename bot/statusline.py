"""The status line of one thread: the newest step is shown, one call at a time, while the work goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

QUIET_S = 0.2
PATIENCE_S = 2.0


@dataclass
class StatusLine:
    """`show` tells Slack and does not fail. Nothing is shown for the first `quiet` seconds: nobody reads a line that the
    answer takes away before they looked, and each one is a call that the answer would wait behind.
    """

    show: Callable[[str], Awaitable[None]]
    quiet: float = QUIET_S
    _said: str = ""
    _next: str | None = None
    _opening: asyncio.TimerHandle | None = None
    _opened: bool = False
    _showing: asyncio.Task[None] | None = None

    def say(self, text: str) -> None:
        """Returns at once. A step that was over before Slack took the one before it is not shown."""
        if text == self._said:
            return
        self._said = self._next = text
        if self._opening is None:
            self._opening = asyncio.get_running_loop().call_later(self.quiet, self._open)
        self._start()

    async def end(self, last: str | None) -> None:
        """`last` is shown in the end, or nothing more for None; when this returns, no call is under way."""
        if self._opening is not None:
            self._opening.cancel()
        self._next = None
        if last is not None:
            self.say(last)
        if self._showing is not None:
            await _ended(self._showing)

    def _open(self) -> None:
        self._opened = True
        self._start()

    def _start(self) -> None:
        if self._opened and self._showing is None:
            self._showing = asyncio.create_task(self._show_all(), name="status line")

    async def _show_all(self) -> None:
        try:
            while (text := self._next) is not None:
                self._next = None
                await self.show(text)
        finally:
            self._showing = None


async def _ended(task: asyncio.Task[None]) -> None:
    """A reply does not wait long for a line that it clears anyway."""
    _, late = await asyncio.wait({task}, timeout=PATIENCE_S)
    for one in late:
        one.cancel()
