"""What the bots stand on: a SQLite file for one of them, a PostgreSQL and a Redis for several."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bot.demo import tamper
from bot.demo.environment import bot_environment
from bot.demo.options import ROOT, Options
from bot.demo.postgres import Postgres
from bot.demo.redis import Redis
from bot.demo.servers import programs
from bot.demo.together import together
from bot.demo.workspace import DemoProblem

if TYPE_CHECKING:
    from storage.audit.raw import Source

UPGRADE_S = 120.0
RUNNING = "SELECT id || ' ' || claimed_by FROM plans WHERE state IN ('executing', 'verifying') AND claimed_by IS NOT NULL"


class Ground(Protocol):
    """`source` has the audit's rows; `settings` are those of the bot of that number, from 1."""

    @property
    def source(self) -> Source: ...

    @property
    def url(self) -> str: ...

    @property
    def verify_command(self) -> str:
        """What a person would type in the checkout."""

    def folder(self, number: int) -> Path:
        """What that bot alone writes."""

    def settings(self, number: int) -> dict[str, str]: ...

    async def start(self) -> None:
        """Raises DemoProblem."""

    async def stop(self) -> None: ...

    async def tamper(self) -> int:
        """One letter of one record, as the database's owner; its seq. Raises NothingToTamper, DemoProblem."""

    async def running(self) -> dict[str, str]:
        """The worker of each plan that is under way, as the database has it."""


def ground(options: Options) -> Ground:
    return File(options) if options.replicas == 1 else Shared(options)


@dataclass
class File:
    options: Options

    @property
    def source(self) -> Path:
        return self.options.database

    @property
    def url(self) -> str:
        return self.options.database_url

    @property
    def verify_command(self) -> str:
        file = self.options.database
        near = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file
        return f"DATABASE_URL=sqlite:///{near} python -m bot audit verify"

    def folder(self, number: int) -> Path:
        del number
        return self.options.database.parent

    def settings(self, number: int) -> dict[str, str]:
        del number
        return {"DATABASE_URL": self.url}

    async def start(self) -> None:
        """The bot makes its file itself."""

    async def stop(self) -> None:
        """The file stays."""

    async def tamper(self) -> int:
        return await asyncio.to_thread(tamper.tamper, self.options.database)

    async def running(self) -> dict[str, str]:
        return {}


@dataclass
class Shared:
    options: Options
    _postgres: Postgres | None = None
    _redis: Redis | None = None

    @property
    def postgres(self) -> Postgres:
        if self._postgres is None:
            raise DemoProblem("PostgreSQL is not running")
        return self._postgres

    @property
    def _keys(self) -> Path:
        return self.options.folder / "keys"

    @property
    def source(self) -> str:
        return self.url

    @property
    def url(self) -> str:
        return self.postgres.url("app")

    @property
    def verify_command(self) -> str:
        return f"set -a; . {self.options.folder / 'bot.env'}; python -m bot audit verify"

    def folder(self, number: int) -> Path:
        return self.options.folder / f"bot-{number}"

    def settings(self, number: int) -> dict[str, str]:
        from storage.audit.keys import MAC_NAME, SIGNING_NAME

        return {
            "DATABASE_URL": self.url,
            "REDIS_URL": self._redis.url if self._redis is not None else "",
            "DATA_DIR": str(self.folder(number)),
            "AUDIT_KEY_FILE": str(self._keys / MAC_NAME),
            "AUDIT_SIGNING_KEY_FILE": str(self._keys / SIGNING_NAME),
        }

    async def start(self) -> None:
        found = await programs()
        options = self.options
        self._postgres = Postgres(found["initdb"].parent, options.cluster, options.log("postgresql"))
        self._redis = Redis(found["redis-server"], options.folder / "redis", options.log("redis"))
        await together(self._postgres.start(), self._redis.start(), self._make_keys())
        await self._upgrade()

    async def stop(self) -> None:
        if self._redis is not None:
            await self._redis.stop()
        if self._postgres is not None:
            await self._postgres.stop()

    async def tamper(self) -> int:
        record = await asyncio.to_thread(tamper.chosen, self.source)
        await self.postgres.ask(tamper.statement(record))
        return record.seq

    async def running(self) -> dict[str, str]:
        rows = await self.postgres.ask(RUNNING)
        return dict(row.split(" ", 1) for row in rows.splitlines())

    async def _make_keys(self) -> None:
        """The same for all: each proves what the others sealed and signed."""
        from storage.audit.keys import MAC_NAME, SIGNING_NAME, load_keys

        self._keys.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = self._keys / MAC_NAME, self._keys / SIGNING_NAME
        await asyncio.to_thread(load_keys, *files, make_mac=True, make_signing=True)

    async def _upgrade(self) -> None:
        """`db upgrade`, as whoever owns the tables."""
        owner = {"DATABASE_URL": self.url, "DATABASE_OWNER_URL": self.postgres.url("owner")}
        env = bot_environment(self.options, owner, 0)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "db", "upgrade", env=env, cwd=ROOT, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        try:
            async with asyncio.timeout(UPGRADE_S):
                said, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise DemoProblem(f"the tables could not be made: {said.decode('utf-8', 'replace').strip()}")
