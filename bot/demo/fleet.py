"""One bot or several: started together, told of together on the page, stopped together."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.demo.environment import bot_environment
from bot.demo.ground import Ground
from bot.demo.options import Options
from bot.demo.together import together
from bot.demo.watched import Watched

REST_S = 45.0  # a killed one of several stays away until the other has told on the card what it took over
Tell = Callable[[Mapping[str, Any]], Awaitable[None]]


@dataclass
class Fleet:
    """`tell` hears of every change of state; `note` is shown with it."""

    tell: Tell
    note: str = ""
    bots: list[Watched] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)

    def add(self, options: Options, ground: Ground, workspace: Mapping[str, str], port: int) -> None:
        """One more; `port` is its own."""
        several, number = options.replicas > 1, len(self.bots) + 1
        name = f"bot {number}" if several else "bot"
        env = bot_environment(options, {**workspace, **ground.settings(number)}, port)
        log = options.log(name.replace(" ", "-"))
        self.bots.append(Watched(name, env, log, self.say, REST_S if several else 0.0))
        self.folders.append(ground.folder(number))

    @property
    def env(self) -> Mapping[str, str]:
        """For other commands on the same world."""
        return self.bots[0].env

    async def start(self) -> None:
        """All at once. Raises DemoProblem when one cannot start; `stop` ends the others."""
        await together(*(bot.start() for bot in self.bots))

    async def stop(self) -> None:
        await asyncio.gather(*(bot.stop() for bot in self.bots))

    async def say(self) -> None:
        rows = [
            {"name": bot.name, "state": bot.state, "pid": bot.pid, "restarts": bot.restarts}
            for bot in self.bots
        ]
        first = next((row for row in rows if row["state"] == "up"), rows[0])
        told = first | {"restarts": sum(bot.restarts for bot in self.bots), "note": self.note}
        await self.tell({"bot": told | ({"replicas": rows} if len(rows) > 1 else {})})

    def numbered(self, number: int) -> Watched | None:
        return self.bots[number - 1] if 0 < number <= len(self.bots) else None

    def working_as(self, worker: str) -> Watched | None:
        """The one that calls itself so in the database. Blocking."""
        for bot, folder in zip(self.bots, self.folders, strict=True):
            if _worker(folder) == worker:
                return bot
        return None


def _worker(folder: Path) -> str:
    """As the process says in its own folder; what a killed one said stays until it is back."""
    try:
        return str(json.loads((folder / "running.json").read_text(encoding="utf-8"))["worker"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
