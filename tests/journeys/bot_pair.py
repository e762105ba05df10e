"""Two bots as processes of their own on one PostgreSQL, in front of one Slack and one cluster."""

import asyncio
import json
import signal
from contextlib import AsyncExitStack, asynccontextmanager

import psycopg

from storage.audit.keys import MAC_NAME, SIGNING_NAME, load_keys
from storage.clock import SystemClock
from storage.database import Database
from tests.journeys.test_bot_process import process

NAMES = ("one", "two")


class Pair:
    """`place` is the house, `url` the database; `whole` makes both run again, whatever was done to them."""

    def __init__(self, place, url, stack, ports, **extra):
        self.place, self.url, self.ports, self.extra = place, url, ports, extra
        self.bots = {}
        self._stack = stack
        self._keys = place.root / "keys"
        self._keys.mkdir()
        load_keys(self._keys / MAC_NAME, self._keys / SIGNING_NAME, make_mac=True, make_signing=True)

    async def whole(self):
        missing = [
            name for name in NAMES if name not in self.bots or self.bots[name].child.returncode is not None
        ]
        for name in missing:
            self.bots[name] = await self._stack.enter_async_context(self.process(name))
        await asyncio.gather(*(self.bots[name].until_ready() for name in missing))

    def process(self, name, *module, **more):
        folder = self.place.root / name
        where = {
            "DATABASE_URL": self.url,
            "DATA_DIR": str(folder),
            "HTTP_PORT": str(self.ports.get(name, 0)),
            "AUDIT_KEY_FILE": str(self._keys / MAC_NAME),
            "AUDIT_SIGNING_KEY_FILE": str(self._keys / SIGNING_NAME),
        }
        return process(self.place, *module, **{**where, **self.extra, **more})

    def worker(self, name):
        return json.loads((self.place.root / name / "running.json").read_text())["worker"]

    def named(self, worker):
        return next(name for name in NAMES if self.worker(name) == worker)

    def rows(self, sql, *values):
        with psycopg.connect(self.url.replace("+psycopg", "")) as db:
            return db.execute(sql, values).fetchall()

    async def until(self, true, seconds=20.0):
        for _ in range(round(seconds / 0.05)):
            if found := true():
                return found
            await asyncio.sleep(0.05)
        raise AssertionError("it did not become true")

    async def holder(self, ts, state="started"):
        """Which of the two works on the message."""
        found = await self.until(
            lambda: self.rows(
                "SELECT worker FROM inbox WHERE payload->'delivery'->>'ts' = %s AND state = %s", ts, state
            )
        )
        return self.named(found[0][0])

    async def audit_is_whole(self):
        files = {"key_file": self._keys / MAC_NAME, "signing_key_file": self._keys / SIGNING_NAME}
        db = await Database.open(self.url, clock=SystemClock(), folder=self.place.root / "one", **files)
        try:
            report = await db.verify()
        finally:
            await db.close()
        return report.ok

    async def end(self, name, number=signal.SIGKILL):
        return await self.bots[name].end(number)


@asynccontextmanager
async def pair(place, url, ports=None, **extra):
    """`ports` by name, for who must know them."""
    async with AsyncExitStack() as stack:
        found = Pair(place, url, stack, ports or {}, **extra)
        await found.whole()
        yield found
