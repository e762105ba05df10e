"""The page's buttons that need somebody outside the workspace: kill the bot, tamper, verify, what happened."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.demo.diary import Deed, Diary
from bot.demo.options import ROOT, Options
from bot.demo.summary import STEPS, as_text, last_record, summary
from bot.demo.tamper import NothingToTamper, tamper
from bot.demo.watched import Watched

VERIFY_S = 60.0
BACK_S = 30.0
KILLED = "process.killed"  # what a bot writes when it finds that the one before was
Answer = Mapping[str, Any]


@dataclass
class Controls:
    options: Options
    bot: Watched
    diary: Diary

    async def __call__(self, name: str) -> Answer:
        """The answer for the page: `{ok, text, data?}`."""
        known: Mapping[str, Callable[[], Awaitable[Answer]]] = {
            "kill_bot": self.kill_bot,
            "tamper": self.tamper,
            "verify": self.verify,
            "summary": self.summary,
        }
        if name not in known:
            return {"ok": False, "text": f"there is no control {name!r}"}
        return await known[name]()

    async def kill_bot(self) -> Answer:
        began = time.monotonic()
        pid = self.bot.kill()
        if not pid:
            return {"ok": False, "text": "the bot is not running at the moment"}
        killed_at = time.time()
        back = await self._back()
        seq = await asyncio.to_thread(last_record, self.options.database, KILLED if back else "")
        await self._note(
            "killed", f"process {pid}, as by kill -9; the next one left this record", seq, killed_at
        )
        if not back:
            return {"ok": False, "text": f"killed process {pid}; it is not back yet"}
        child = self.bot.child
        data = {
            "killed": pid,
            "pid": child.pid if child else 0,
            "seconds": round(time.monotonic() - began, 1),
        }
        return {
            "ok": True,
            "text": f"killed process {pid}; back as {data['pid']} after {data['seconds']} s",
            "data": data,
        }

    async def _back(self) -> bool:
        try:
            async with asyncio.timeout(BACK_S):
                await self.bot.up.wait()
        except TimeoutError:
            return False
        return True

    async def tamper(self) -> Answer:
        try:
            seq = await asyncio.to_thread(tamper, self.options.database)
        except NothingToTamper:
            return {"ok": False, "text": "there is no record yet; ask something first"}
        except sqlite3.Error as error:
            return {"ok": False, "text": f"the database could not be opened: {error}"}
        await self._note("tampered", f"one letter of record {seq}, as the database's owner", seq)
        text = f"One letter of audit record {seq} was changed, as the database's owner. Now verify."
        return {"ok": True, "text": text, "data": {"seq": seq}}

    async def verify(self) -> Answer:
        code, text = await verified(self.bot.env)
        return {
            "ok": code == 0,
            "text": f"$ {self._command()}\n{text}",
            "data": {"exit": code},
        }

    def _command(self) -> str:
        """What a person would type in the checkout."""
        file = self.options.database
        near = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
        return f"DATABASE_URL=sqlite:///{near} python -m bot audit verify"

    async def summary(self) -> Answer:
        deeds = await asyncio.to_thread(self.diary.all)
        names = await asyncio.to_thread(people, self.options.policy_file)
        rows = await asyncio.to_thread(summary, self.options.database, deeds, names)
        return {"ok": True, "text": as_text(rows), "data": {"rows": rows, "steps": list(STEPS)}}

    async def _note(self, what: str, outcome: str, record: int, at: float | None = None) -> None:
        await asyncio.to_thread(self.diary.add, Deed(at or time.time(), what, "you", outcome, record))


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
