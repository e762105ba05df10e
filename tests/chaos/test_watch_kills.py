"""Two bots on one PostgreSQL, killed again and again while watches run: each change is told once, each watch ends with one line."""

import asyncio
import itertools
import os
import re
import signal
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from storage.clock import SystemClock
from storage.database import Database
from storage.watches import WatchRow
from tests.chaos.digest_victim import set_clock
from tests.chaos.pair import opened
from tests.chaos.watch_victim import POINTS
from tests.journeys.bot_house import DEPLOYMENTS, deployment

pytestmark = [pytest.mark.chaos, pytest.mark.servers, pytest.mark.timeout(1200)]
MINUTE, LASTS = timedelta(minutes=1), timedelta(hours=20)
NAMES = ("ledger", "till")
FACT = "image of app"


class Watched:
    """Deployments that change, watches over them, and two bots of which one after the other dies."""

    def __init__(self, pair, db):
        self.pair, self.db, self.store = pair, db, pair.place.store
        self.clock, self.order = pair.place.root / "clock", pair.place.root / "die"
        self.start = self.now = datetime.now(UTC)
        self.version, self.killed = 0, Counter()
        self._points = itertools.cycle(POINTS)
        self._bots = []

    async def begin(self, count):
        for name in NAMES:  # paused: nothing moves but what the test moves
            one = deployment(name, replicas=0)
            self.store.create(DEPLOYMENTS, one | {"spec": one["spec"] | {"paused": True}})
        self.watches = {f"wat_{n}": NAMES[n % len(NAMES)] for n in range(count)}
        for watch, name in self.watches.items():
            await self.db.write_whole(partial(self.db.watches.add, row=self.row(watch, name)))
        self._bots = [await self.pair.bot(), await self.pair.bot()]

    def row(self, watch, name):
        seen = {"state": "0/0 ready, 0 updated, paused", FACT: f"shop/{name}:1.0"}
        return WatchRow(
            watch, "TLOCAL", "COPS", "", "TLOCAL:UALICE", f"{watch} of {name}", "k8s_workload",
            {"name": name, "namespace": "shop", "cluster": "local"}, self.start, self.start + LASTS, self.start, seen,
        )  # fmt: skip

    def pass_to(self, now):
        self.now = now
        set_clock(self.clock, now)

    async def change(self, *, kills):
        """A release of each, seen by all: the row says so, and what it has to say is planned."""
        self.version += 1
        for name in NAMES:
            found = self.store.get(DEPLOYMENTS, "shop", name)
            template = found["spec"]["template"]
            (box,) = template["spec"]["containers"]
            boxes = [box | {"image": f"shop/{name}:1.{self.version}"}]
            template = template | {"spec": template["spec"] | {"containers": boxes}}
            self.store.replace(DEPLOYMENTS, found | {"spec": found["spec"] | {"template": template}})
        wanted = [f"shop/{name}:1.{self.version}" for name in NAMES]
        sql = "SELECT count(*) FROM watches WHERE seen->>%s = ANY(%s)"
        await self.looked_at(sql, FACT, wanted, kills=kills)

    async def end(self, *, kills):
        self.pass_to(self.start + LASTS)
        await self.looked_at("SELECT count(*) FROM watches WHERE ended = 'over'", kills=kills)

    async def looked_at(self, sql, *values, kills):
        """So many die, and the clock goes on by a minute again and again: a look that died with one is taken then."""
        ends = time.monotonic() + 90
        while (await self.pair.sql(sql, *values))[0][0] < len(self.watches) or kills:
            assert time.monotonic() < ends, await self.pair.sql(
                "SELECT id, seen, trouble, ended FROM watches"
            )
            self.pass_to(self.now + MINUTE + timedelta(seconds=1))
            if kills:
                await self.die()
                kills -= 1
            await asyncio.sleep(1)

    async def die(self):
        """Of two whoever passes the point first; where nobody does, the older one, wherever it is."""
        while len(self._bots) < 2:
            self._bots.append(await self.pair.bot())
        point = next(self._points)
        self.order.write_text(point)
        gone = [asyncio.create_task(bot.dead.wait()) for bot in self._bots]
        done, _ = await asyncio.wait(gone, timeout=8, return_when=asyncio.FIRST_COMPLETED)
        for one in gone:
            one.cancel()
        if not done:
            self.order.unlink(missing_ok=True)
            os.kill(self._bots[0].pid, signal.SIGKILL)
            await self._bots[0].dead.wait()
            point = ""
        self.killed[point] += 1
        self._bots = [bot for bot in self._bots if not bot.dead.is_set()]

    async def settled(self):
        """What the dead had planned is taken over and sent."""
        async with asyncio.timeout(60):
            while await self.pair.sql("SELECT 1 FROM outbox WHERE sent_at IS NULL"):  # noqa: ASYNC110
                await asyncio.sleep(0.2)

    def said(self, watch):
        found = [m["text"] for m in self.pair.place.slack.workspace.messages.all("COPS")]
        return [text for text in found if f"{watch} of" in text]


async def test_each_change_is_told_once_by_two_that_are_killed_again_and_again(
    postgres, tmp_path, request, record_property
):
    """Five watches, two changes and two kills; with `--full` eight watches, 30 changes and 36 kills."""
    full = request.config.getoption("--full")
    count, kills, last = (8, (1,) * 28 + (4, 2), 2) if full else (5, (1, 0), 1)
    (tmp_path / "planner").mkdir()
    async with opened(postgres, tmp_path) as pair:
        db = await Database.open(
            pair.database, clock=SystemClock(), worker="planner", folder=tmp_path / "planner"
        )
        watched = Watched(pair, db)
        pair.extra.update(
            {"LLM": "offline", "CLOCK_FILE": str(watched.clock), "ORDER_FILE": str(watched.order)}
        )
        await watched.begin(count)
        for each in kills:
            await watched.change(kills=each)
        await watched.end(kills=last)
        await watched.settled()
        await db.close()
        for watch, name in watched.watches.items():
            closing = [text for text in watched.said(watch) if "watched for" in text]
            told = "\n".join(text for text in watched.said(watch) if text not in closing)
            steps = [f"shop/{name}:1.{n - 1} → shop/{name}:1.{n}" for n in range(1, len(kills) + 1)]
            assert Counter(re.findall(r"shop/\S+ → shop/\S+", told)) == Counter(steps), told
            assert len(closing) == 1, closing
            assert f"{FACT} shop/{name}:1.{len(kills)}" in closing[0]
        inside = watched.killed.total() - watched.killed[""]
        assert inside >= 1, watched.killed
        told_in_all = f"{count} watches, {len(kills)} changes, {watched.killed.total()} kills"
        record_property("figure", f"{told_in_all}, {inside} of them inside a look or its message: each change told once, {count} closing lines")  # fmt: skip
