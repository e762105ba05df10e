"""The bot as a process: started, watched, started again when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.demo.child import Child
from bot.demo.options import ROOT, Options
from bot.demo.workspace import DemoProblem

READY_S = 90.0
POLL_S = 0.1
BACKOFF_S = (0.0, 0.5, 1.0, 2.0, 5.0)

Tell = Callable[[Mapping[str, Any]], Awaitable[None]]


@dataclass
class Watched:
    """`tell` hears each change of state; `note` is shown with it."""

    options: Options
    env: Mapping[str, str]
    tell: Tell
    note: str = ""
    restarts: int = 0
    up: asyncio.Event = field(default_factory=asyncio.Event)
    child: Child | None = None
    _guard: asyncio.Task[None] | None = None

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
        self.child.kill()
        return self.child.pid

    async def _begin(self) -> None:
        log = self.options.log("bot")
        self.child = await Child.start(["bot", "run"], env=self.env, cwd=ROOT, log=log)
        await self._say("starting")
        if not await self._answers(self.child):
            said = await asyncio.to_thread(self.child.last_words)
            await self.child.stop()
            raise DemoProblem(f"the bot did not start; {log} ends with:\n{said}")
        self.up.set()
        await self._say("up")

    async def _watch(self) -> None:
        failures = 0
        while self.child is not None:
            await self.child.ended()
            self.up.clear()
            await self._say("down")
            await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
            self.restarts += 1
            try:
                await self._begin()
                failures = 0
            except DemoProblem:
                failures += 1

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

    async def _say(self, state: str) -> None:
        pid = self.child.pid if self.child is not None else 0
        await self.tell({"bot": {"state": state, "pid": pid, "restarts": self.restarts, "note": self.note}})


async def _is_ready(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
