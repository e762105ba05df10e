"""Two bots on one PostgreSQL, killed again and again while clocks change: each scheduled moment of a digest is one post."""

import asyncio
import itertools
import os
import signal
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from storage.clock import SystemClock
from storage.database import Database
from storage.digests import DigestRow
from tests.chaos.digest_victim import PLANNED, POSTED, set_clock
from tests.chaos.pair import opened, until

pytestmark = [pytest.mark.chaos, pytest.mark.servers, pytest.mark.timeout(1200)]
HOURS_BACK = -3 * 3600
# Berlin: at 01:00 UTC the clock is put forward from 02:00 to 03:00, or back from 03:00 to 02:00.
SPRING, AUTUMN = datetime(2025, 3, 30, tzinfo=UTC), datetime(2025, 10, 26, tzinfo=UTC)
# A schedule by the clock of Berlin, and its two moments of that night by the hour in UTC: 02:00 is no time of day in
# spring and is due as the gap ends; in autumn it comes twice and is due the first time.
NIGHTS = ((SPRING, "0 1,2 * * *", (0, 1)), (AUTUMN, "0 2,3 * * *", (0, 2)))


class Nights:
    """Digests of one channel, what is expected of them, and two bots of which one after the other dies."""

    def __init__(self, pair, db):
        self.pair, self.db = pair, db
        self.clock, self.killed = pair.place.root / "clock", Counter()
        self.expected = []
        self._points = itertools.cycle((POSTED, PLANNED, ""))
        self._bots = []

    def set(self, now):
        set_clock(self.clock, now)

    async def begin(self):
        self._bots = [await self.pair.bot(), await self.pair.bot()]

    async def plan(self, night, cron, count):
        last = night - timedelta(minutes=30)
        rows = [
            DigestRow(f"dig_{night:%m}_{n}", "TLOCAL", "COPS", "handover", cron, "Europe/Berlin", "TLOCAL:UALICE", last, last)
            for n in range(count)
        ]  # fmt: skip
        for row in rows:
            await self.db.write_whole(lambda tx, row=row: self.db.digests.add(tx, row))
        return [row.id for row in rows]

    def posts(self):
        """How often each is there, by the digest and its moment."""
        found = self.pair.place.slack.workspace.messages.all("COPS")
        keys = (m.get("metadata", {}).get("event_payload", {}).get("key", "") for m in found)
        return Counter(key for key in keys if key.startswith("digest:"))

    async def hour(self, ids, moment, kills):
        """Twenty minutes past it, so many die, and all of them are there in the end."""
        self.expected += [f"digest:{one}:{moment:%Y%m%dT%H%M%SZ}" for one in ids]
        self.set(moment + timedelta(minutes=20))
        for _ in range(kills):
            await self.die()
        await until(lambda: len(self.posts()) >= len(self.expected), self.missing, 90)

    async def die(self):
        """Of two the older one; the other one's clock is hours back meanwhile, and comes again."""
        victim, other = self._bots
        point = next(self._points)
        back = other.folder / "clock"
        back.write_text(str(HOURS_BACK))
        if point:
            victim.order.write_text(point)
        with suppress(TimeoutError):
            await asyncio.wait_for(victim.dead.wait(), 8 if point else 3)
        if not victim.dead.is_set():  # it had nothing more to post, or it is any moment's turn
            os.kill(victim.pid, signal.SIGKILL)
            await victim.dead.wait()
            point = ""
        self.killed[point] += 1
        back.unlink()
        self._bots = [other, await self.pair.bot()]

    def missing(self):
        return sorted({*self.expected} - {*self.posts()})

    async def settled(self):
        """Everything that is planned is noted as sent: what the dead left is taken over."""
        async with asyncio.timeout(60):
            while await self.pair.sql("SELECT 1 FROM outbox WHERE sent_at IS NULL"):  # noqa: ASYNC110
                await asyncio.sleep(0.2)

    async def end(self, ids):
        for one in ids:
            await self.db.write_whole(lambda tx, one=one: self.db.digests.remove(tx, one))


async def test_each_moment_is_posted_once_by_two_that_are_killed_again_and_again(
    postgres, tmp_path, request, record_property
):
    """24 moments and 3 kills; with `--full` 200 moments and 16 kills."""
    full = request.config.getoption("--full")
    each, kills = (50, (4, 4, 4, 4)) if full else (6, (1, 0, 1, 1))
    (tmp_path / "planner").mkdir()
    async with opened(postgres, tmp_path) as pair:
        db = await Database.open(
            pair.database, clock=SystemClock(), worker="planner", folder=tmp_path / "planner"
        )
        nights = Nights(pair, db)
        pair.extra.update({"LLM": "offline", "CLOCK_FILE": str(nights.clock)})
        nights.set(SPRING)
        await nights.begin()
        left = iter(kills)
        for night, cron, hours in NIGHTS:
            nights.set(night - timedelta(minutes=20))
            ids = await nights.plan(night, cron, each)
            for hour in hours:
                await nights.hour(ids, night + timedelta(hours=hour), next(left))
            await nights.settled()
            if night is SPRING:
                await nights.end(ids)
        nights.set(AUTUMN - timedelta(hours=2))  # everybody's clock goes back, and comes again
        await asyncio.sleep(3)
        nights.set(AUTUMN + timedelta(hours=2, minutes=30))
        await asyncio.sleep(3)
        await db.close()
        assert nights.posts() == Counter(nights.expected)
        assert nights.killed[POSTED] >= 1, nights.killed
        told = f"{len(nights.expected)} scheduled moments, {nights.killed.total()} kills"
        inside = nights.killed[POSTED] + nights.killed[PLANNED]
        record_property("figure", f"{told}, {inside} of them inside a digest; clocks put forward and back: {nights.posts().total()} posts")  # fmt: skip
