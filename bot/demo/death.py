"""A bot that was killed on purpose: which change it ran, who took it over, when it is back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.demo.fleet import Fleet
from bot.demo.ground import Ground
from bot.demo.watched import Watched

BACK_S = 30.0
POLL_S = 0.2
KILLED = "process.killed"  # what whoever goes on in its place writes
Told = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Death:
    """`plans` were under way on it."""

    bot: Watched
    fleet: Fleet
    ground: Ground
    pid: int
    at: float
    plans: frozenset[str]

    @classmethod
    async def of(cls, bot: Watched, fleet: Fleet, ground: Ground) -> Death | None:
        """Kills it. None when it does not run."""
        running = await ground.running()
        owners = {plan: await asyncio.to_thread(fleet.working_as, worker) for plan, worker in running.items()}
        pid = bot.kill()
        mine = frozenset(plan for plan, owner in owners.items() if owner is bot)
        return cls(bot, fleet, ground, pid, time.time(), mine) if pid else None

    async def aftermath(self) -> Told:
        """What the page tells, and the same as data; `back` says whether the work went on."""
        if len(self.fleet.bots) == 1:
            return await self._alone()
        return await self._among_others()

    async def _alone(self) -> Told:
        began = time.monotonic()
        if not await until(self._up, BACK_S):
            return f"killed process {self.pid}; it is not back yet", {
                "killed": self.pid,
                "back": False,
                "record": "",
            }
        seconds = round(time.monotonic() - began, 1)
        data = {"killed": self.pid, "pid": self.bot.pid, "seconds": seconds, "back": True}
        text = f"killed process {self.pid}; back as {self.bot.pid} after {seconds} s"
        return text, data | {"record": "the next one left this record"}

    async def _among_others(self) -> Told:
        name = f"killed {self.bot.name} (process {self.pid})"
        rest = f"it stays away for {self.bot.rest_s:.0f} s, or until you start it"
        data: dict[str, Any] = {
            "killed": self.pid,
            "name": self.bot.name,
            "back": True,
            "record": "others go on",
        }
        if not self.plans:
            return f"{name}, which ran no change; {rest}", data
        began = time.monotonic()
        if not await until(self._taken_over, BACK_S):
            return f"{name} in the middle of a change; nobody has taken it over yet", data | {"back": False}
        seconds = round(time.monotonic() - began, 1)
        heir = await self._heir()
        data |= {"heir": heir, "seconds": seconds, "record": f"{heir} took its change over"}
        return f"{name} in the middle of a change; {heir} took it over after {seconds} s; {rest}", data

    async def _up(self) -> bool:
        return self.bot.up.is_set()

    async def _taken_over(self) -> bool:
        """Nothing of it is under way in its name."""
        return not [plan for plan, owner in (await self._owners()).items() if owner is self.bot]

    async def _heir(self) -> str:
        owners = await self._owners()
        return next((bot.name for plan in self.plans if (bot := owners.get(plan)) is not None), "another one")

    async def _owners(self) -> dict[str, Watched | None]:
        running = await self.ground.running()
        return {
            plan: await asyncio.to_thread(self.fleet.working_as, worker)
            for plan, worker in running.items()
            if plan in self.plans
        }


async def until(true: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while not await true():
        if time.monotonic() > ends:
            return False
        await asyncio.sleep(POLL_S)
    return True
