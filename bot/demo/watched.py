"""The bot as a process: started, watched, started again when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.demo.child import Child
from bot.demo.options import ROOT
from bot.demo.workspace import DemoProblem

READY_S = 90.0
POLL_S = 0.1
BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 5.0)


@dataclass
class Watched:
    """`changed` hears of each change of state. `rest_s`: how long it stays away after a kill, unless it is woken."""

    name: str
    env: Mapping[str, str]
    log: Path
    changed: Callable[[], Awaitable[None]]
    rest_s: float = 0.0
    state: str = "starting"
    restarts: int = 0
    up: asyncio.Event = field(default_factory=asyncio.Event)
    child: Child | None = None
    _awake: asyncio.Event = field(default_factory=asyncio.Event)
    _guard: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        return self.child.pid if self.child is not None else 0

    async def start(self) -> None:
        """Returns when a message would be answered. Raises DemoProblem when the bot cannot start."""
        await self._begin()
        self._guard = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        if self._guard is not None:
            self._guard.cancel()
            await asyncio.gather(self._guard, return_exceptions=True)
        if self.child is not None:
            await self.child.stop()

    def kill(self) -> int:
        """The pid that was killed, as `kill -9` would; 0 when there is none."""
        if self.child is None or not self.child.running:
            return 0
        self.up.clear()
        self._awake.clear()
        self.child.kill()
        return self.child.pid

    def wake(self) -> None:
        """It has rested enough."""
        self._awake.set()

    async def _begin(self) -> None:
        self.child = await Child.start(["bot", "run"], env=self.env, cwd=ROOT, log=self.log)
        await self._is("starting")
        if not await self._answers(self.child):
            said = await asyncio.to_thread(self.child.last_words)
            await self.child.stop()
            raise DemoProblem(f"the {self.name} did not start; {self.log} ends with:\n{said}")
        self.up.set()
        await self._is("up")

    async def _watch(self) -> None:
        failures = 0
        while self.child is not None:
            await self.child.ended()
            self.up.clear()
            await self._is("down")
            await self._rest(failures)
            self.restarts += 1
            try:
                await self._begin()
                failures = 0
            except DemoProblem:
                failures += 1

    async def _rest(self, failures: int) -> None:
        if self.rest_s and not failures:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._awake.wait(), self.rest_s)
        else:
            await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])

    async def _answers(self, child: Child) -> bool:
        """Whether it becomes ready while it lives."""
        url = f"http://127.0.0.1:{self.env['HTTP_PORT']}/readyz"
        ends = asyncio.get_running_loop().time() + READY_S
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
            while child.running and asyncio.get_running_loop().time() < ends:
                if await _is_ready(http, url):
                    return True
                await asyncio.sleep(POLL_S)
        return False

    async def _is(self, state: str) -> None:
        self.state = state
        await self.changed()


async def _is_ready(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
