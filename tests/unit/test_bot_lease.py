"""The lease of a process: valid while nobody can take it for dead, lost for good, and no judge after a silence of its own."""

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from bot.lease import Lease, Taken
from storage.clock import SystemClock
from storage.database import Database
from storage.errors import StoreUnavailable
from tests.servers.postgres import opened as own_server

pytestmark = pytest.mark.servers
LEASE_S = 0.8


@pytest.fixture
def url(postgres):
    name = postgres.ready()
    yield postgres.url(name)
    postgres.give_back(name)


@asynccontextmanager
async def process(url, folder, worker, **more):
    """A lease as a process has it, and what it finds: `found`."""
    db = await Database.open(url, clock=SystemClock(), folder=folder, worker=worker)
    lease, found = Lease(db, lease_s=LEASE_S, **more), []

    async def keep(taken):
        found.append(taken)

    await lease.begin()
    lease.watch(keep)
    try:
        yield lease, found
    finally:
        await lease.end()
        await db.close()


async def until(true, seconds=6.0):
    ends = time.perf_counter() + seconds
    while not true():
        assert time.perf_counter() < ends
        await asyncio.sleep(0.02)


def look_no_more(lease):
    for task in lease._tasks:
        if task.get_name() != "signs of life":
            task.cancel()


async def stop_beating(lease):
    """As a process that is stopped."""
    for task in set(lease._tasks):
        task.cancel()
    await asyncio.gather(*lease._tasks, return_exceptions=True)


async def test_who_falls_silent_is_found_and_ends_as_soon_as_it_hears(url, tmp_path):
    async with process(url, tmp_path, "a") as (a, _), process(url, tmp_path, "b") as (b, found):
        await until(lambda: b.living == {"a", "b"})
        assert await b.state() == "ok, 2 alive"
        row = a.db.inbox.row(
            workspace="T", kind="mention", channel="C", thread="1.0", actor_id="T:U", payload={}, correlation="c"
        )  # fmt: skip
        await a.db.write_whole(lambda tx: a.db.inbox.admit(tx, row, ("k",)))
        await stop_beating(a)
        began = time.perf_counter()
        await until(lambda: bool(found))
        assert time.perf_counter() - began < 2 * LEASE_S + 1
        assert (found[0].dead, found[0].rows) == (("a",), {row.id})
        await a._beat()
        assert (a.lost.is_set(), a.valid(), await a.state()) == (True, False, "taken for dead")
        assert b.valid()


async def test_what_who_leaves_had_is_taken_without_waiting_for_the_lease(url, tmp_path):
    async with AsyncExitStack() as stack:
        b, found = await stack.enter_async_context(process(url, tmp_path, "b"))
        async with process(url, tmp_path, "a") as (a, _):
            await a.db.write_whole(
                lambda tx: a.db.outbox.plan(
                    tx, key="k", workspace="T", channel="C", thread="", kind="card", body={}
                )
            )
        began = time.perf_counter()
        await until(lambda: bool(found))
        assert time.perf_counter() - began < LEASE_S
        assert (found[0].messages, found[0].dead, b.lost.is_set()) == (1, (), False)


async def test_nobody_is_taken_for_dead_because_the_database_was_away(tmp_path):
    server = own_server()
    url = server.url(server.ready())
    try:
        async with process(url, tmp_path, "a") as (a, of_a), process(url, tmp_path, "b") as (b, of_b):
            await asyncio.sleep(2 * LEASE_S)
            await asyncio.to_thread(server.stop)
            await until(lambda: not a.valid() and not b.valid())
            with pytest.raises(StoreUnavailable, match="sign of life"):
                a.must_hold()
            await asyncio.sleep(LEASE_S)
            await asyncio.to_thread(server.start)
            await until(lambda: a.valid() and b.valid())
            await asyncio.sleep(2 * LEASE_S)
            assert (of_a, of_b, a.lost.is_set(), b.lost.is_set()) == ([], [], False, False)
            await stop_beating(a)
            await until(lambda: bool(of_b))
            assert of_b[0].dead == ("a",)
    finally:
        server.remove()


async def test_who_was_away_itself_judges_nobody_until_it_was_heard_for_a_whole_lease(url, tmp_path):
    """A stopped process that wakes finds everybody's last sign of life old in what it read before."""
    now = [1000.0]
    async with process(url, tmp_path, "a", now=lambda: now[0]) as (a, _):
        assert not a._may_judge()
        for _ in range(5):
            now[0] += LEASE_S / 4
            await a._beat()
        assert a._may_judge()
        now[0] += LEASE_S * 3
        assert not a.valid(), "it does not need to ask anybody"
        await a._beat()
        assert a.valid()
        assert not a._may_judge()


async def test_on_sqlite_nothing_runs_out_and_the_process_before_is_gone(tmp_path):
    async with AsyncExitStack() as stack:
        db = await Database.open(f"sqlite:///{tmp_path}/app.db", clock=SystemClock(), worker="new")
        stack.push_async_callback(db.close)
        lease = Lease(db, now=lambda: 0.0)
        await lease.begin()
        assert (lease.valid(), await lease.state()) == (True, "ok")
        async with db.read() as tx:
            assert await lease.gone(tx, "old")
            assert not await lease.gone(tx, "new")
        await lease.end()


STEPPED = (
    "CREATE SCHEMA IF NOT EXISTS stepped",
    "CREATE TABLE IF NOT EXISTS stepped.by_s (s float)",
    "TRUNCATE stepped.by_s",
    """CREATE OR REPLACE FUNCTION stepped.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT pg_catalog.clock_timestamp() + make_interval(secs => (SELECT coalesce(sum(s), 0) FROM stepped.by_s)) $$""",
    "GRANT USAGE ON SCHEMA stepped TO PUBLIC",
    "GRANT SELECT ON stepped.by_s TO PUBLIC",
)


async def test_a_step_of_the_database_s_clock_makes_nobody_dead(postgres, tmp_path):
    name = postgres.ready()
    postgres.admin(*STEPPED, database=name)
    url = postgres.url(name) + "?options=-csearch_path%3Dstepped,pg_catalog,public"
    async with process(url, tmp_path, "a") as (a, of_a), process(url, tmp_path, "b") as (b, of_b):
        await until(lambda: a._may_judge() and b._may_judge())
        for _ in range(3):
            postgres.admin(f"INSERT INTO stepped.by_s VALUES ({3 * LEASE_S})", database=name)
            assert (await a.take(), await b.take()) == (Taken(), Taken())
            await asyncio.sleep(1.5 * LEASE_S)
        assert (of_a, of_b, a.lost.is_set(), b.lost.is_set()) == ([], [], False, False)
        await stop_beating(a)
        began = time.perf_counter()
        await until(lambda: bool(of_b))
        assert of_b[0].dead == ("a",)
        assert time.perf_counter() - began < 2 * LEASE_S + 1, "the second clock costs no time"
    postgres.admin("DROP SCHEMA stepped CASCADE", database=name)
    postgres.give_back(name)


class Unforeseen(Exception):
    """What nobody expected."""


async def test_what_could_not_be_done_about_the_dead_comes_again_and_ends_nobody(url, tmp_path):
    async with process(url, tmp_path, "a") as (a, _), process(url, tmp_path, "b") as (b, _):
        faults, seen = [Unforeseen("once"), StoreUnavailable("once more")], []

        async def fails_first(taken):
            seen.append(taken)
            if faults:
                raise faults.pop(0)

        look_no_more(b)
        b.watch(fails_first)
        await until(lambda: b.living == {"a", "b"} and b._may_judge())
        await stop_beating(a)
        await until(lambda: len(seen) == 3)
        assert [taken.dead for taken in seen] == [("a",)] * 3
        await asyncio.sleep(LEASE_S)
        assert (len(seen), b.lost.is_set(), b.valid()) == (3, False, True)


async def test_what_is_found_meanwhile_is_added_to_what_was_not_done(url, tmp_path):
    async with AsyncExitStack() as stack:
        b, _ = await stack.enter_async_context(process(url, tmp_path, "b"))
        seen = []

        async def fails(taken):
            seen.append(taken)
            raise StoreUnavailable("away")

        look_no_more(b)
        b.watch(fails)
        for name in ("c", "d"):
            async with process(url, tmp_path, name):
                await until(lambda name=name: name in b.living)
            await until(lambda name=name: bool(seen) and name in seen[-1].left)
        assert seen[-1].left == {"c", "d"}


async def test_an_end_of_the_signs_of_life_that_nobody_expected_is_the_end(url, tmp_path):
    async with process(url, tmp_path, "a") as (a, _):
        a.now = lambda: 1 / 0
        await until(a.lost.is_set)
        assert await a.state() == "its signs of life ended by an error: see the log"
