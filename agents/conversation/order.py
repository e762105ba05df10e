"""Calls that run side by side are logged in the order in which the model made them, so that numbers rise as it reads."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence


class Order:
    def __init__(self) -> None:
        self._passed: dict[str, asyncio.Event] = {}

    def expect(self, calls: Sequence[str]) -> None:
        """The calls of one reply. Each is passed in the end, whatever becomes of it."""
        self._passed = {call: asyncio.Event() for call in calls}

    async def reached(self, call: str) -> None:
        """Returns once all calls before this one have passed."""
        for before, passed in self._passed.items():
            if before == call:
                return
            await passed.wait()

    def passed(self, call: str) -> None:
        if call in self._passed:
            self._passed[call].set()
