"""The page's buttons that need somebody outside the workspace: kill a bot, start it again, tamper, verify, what happened."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.demo.death import KILLED, Death
from bot.demo.diary import Deed, Diary
from bot.demo.fleet import Fleet
from bot.demo.ground import Ground
from bot.demo.options import ROOT, Options
from bot.demo.summary import STEPS, as_text, last_record, summary
from bot.demo.tamper import NothingToTamper
from bot.demo.watched import Watched
from bot.demo.workspace import DemoProblem
from storage.errors import StoreUnavailable

VERIFY_S = 60.0
ONE = re.compile(r"(?P<what>kill|start)_bot_(?P<number>\d+)")
Answer = Mapping[str, Any]


@dataclass
class Controls:
    options: Options
    ground: Ground
    fleet: Fleet
    diary: Diary

    async def __call__(self, name: str) -> Answer:
        """The answer for the page: `{ok, text, data?}`."""
        try:
            return await self._do(name)
        except NothingToTamper:
            return no("there is no record yet; ask something first")
        except (StoreUnavailable, sqlite3.Error) as error:
            return no(f"the database could not be opened: {error}")
        except DemoProblem as error:
            return no(str(error))

    async def _do(self, name: str) -> Answer:
        known: Mapping[str, Callable[[], Awaitable[Answer]]] = {
            "kill_bot": self.kill_bot,
            "tamper": self.tamper,
            "verify": self.verify,
            "summary": self.summary,
        }
        if name in known:
            return await known[name]()
        if found := ONE.fullmatch(name):
            bot = self.fleet.numbered(int(found["number"]))
            if bot is None:
                return no(f"there is no bot {found['number']}")
            return await self.kill(bot) if found["what"] == "kill" else wake(bot)
        return no(f"there is no control {name!r}")

    async def kill_bot(self) -> Answer:
        """The one that runs a change, if one does."""
        for worker in (await self.ground.running()).values():
            bot = await asyncio.to_thread(self.fleet.working_as, worker)
            if bot is not None and bot.state == "up":
                return await self.kill(bot)
        return await self.kill(
            next((bot for bot in self.fleet.bots if bot.state == "up"), self.fleet.bots[0])
        )

    async def kill(self, bot: Watched) -> Answer:
        death = await Death.of(bot, self.fleet, self.ground)
        if death is None:
            return no(f"the {bot.name} is not running at the moment")
        text, data = await death.aftermath()
        seq = await asyncio.to_thread(last_record, self.ground.source, KILLED if data["back"] else "")
        how = f"process {death.pid}, as by kill -9; {data['record']}"
        await self._note("killed", how, seq, death.at)
        return {"ok": data["back"], "text": text, "data": data}

    async def tamper(self) -> Answer:
        seq = await self.ground.tamper()
        await self._note("tampered", f"one letter of record {seq}, as the database's owner", seq)
        text = f"One letter of audit record {seq} was changed, as the database's owner. Now verify."
        return {"ok": True, "text": text, "data": {"seq": seq}}

    async def verify(self) -> Answer:
        code, text = await verified(self.fleet.env)
        return {
            "ok": code == 0,
            "text": f"$ {self.ground.verify_command}\n{text}",
            "data": {"exit": code},
        }

    async def summary(self) -> Answer:
        deeds = await asyncio.to_thread(self.diary.all)
        names = await asyncio.to_thread(people, self.options.policy_file)
        rows = await asyncio.to_thread(summary, self.ground.source, deeds, names)
        return {"ok": True, "text": as_text(rows), "data": {"rows": rows, "steps": list(STEPS)}}

    async def _note(self, what: str, outcome: str, record: int, at: float | None = None) -> None:
        await asyncio.to_thread(self.diary.add, Deed(at or time.time(), what, "you", outcome, record))


def wake(bot: Watched) -> Answer:
    if bot.state != "down":
        return no(f"the {bot.name} is {bot.state} already")
    bot.wake()
    return {"ok": True, "text": f"the {bot.name} starts again"}


def no(text: str) -> Answer:
    return {"ok": False, "text": text}


def people(policy: Path) -> dict[str, str]:
    """Names by account; none while the policy cannot be read. Blocking."""
    from agents.policy.store import PolicyError, load_policy

    try:
        return {account: p.name for p in load_policy(policy).people for account in p.accounts}
    except PolicyError:
        return {}


async def verified(env: Mapping[str, str]) -> tuple[int, str]:
    """Exit code and words of `audit verify` on the bot's database."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "audit", "verify", env=dict(env), cwd=ROOT,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        async with asyncio.timeout(VERIFY_S):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return 2, f"no verdict within {VERIFY_S:.0f} s"
    return process.returncode or 0, said.decode("utf-8", "replace").strip()
