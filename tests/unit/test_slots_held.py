"""What Grafana is told once: of several processes one has it, and who follows it when it is gone."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from bot.annotations import Annotations
from bot.lease import Lease
from storage.clock import FixedClock
from storage.database import Database
from storage.states import PlanState

pytestmark = pytest.mark.servers
CLOCK = FixedClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
DONE = PlanState.SUCCEEDED


@pytest.fixture
async def two(postgres, tmp_path):
    name = postgres.ready()
    found = [
        await Database.open(postgres.url(name), clock=CLOCK, folder=tmp_path, worker=w) for w in ("w1", "w2")
    ]
    for db in found:
        await db.write_whole(db.workers.begin)
    yield [Annotations(SimpleNamespace(db=db, lease=Lease(db)), None, None) for db in found]
    for db in found:
        await db.close()
    postgres.give_back(name)


async def test_one_of_two_that_come_at_once_tells_it(two):
    for n in range(20):
        told = await asyncio.gather(*(one._ours(f"plan_{n}", DONE) for one in two))
        assert sorted(told) == [False, True], n


async def test_who_has_it_tries_again_and_who_follows_it_takes_it_over_once(two):
    one, other = two
    assert await one._ours("plan", DONE)
    assert await one._ours("plan", DONE)
    assert not await other._ours("plan", DONE)
    await one.core.db.write_whole(one.core.db.workers.leave)
    assert await other._ours("plan", DONE)
    assert await other._ours("plan", PlanState.ROLLED_BACK), "another end of it is told by itself"
