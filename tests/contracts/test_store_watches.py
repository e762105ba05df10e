"""Watches on every back end: of those who begin at once no more than the limit, and each step forward by one of all that try."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial

from storage.watches import WatchRow
from tests.contracts.conftest import NOW

ROW = WatchRow("wat_0", "T1", "C1", "", "T1:U1", "cart", "k8s_workload", {}, NOW, NOW + timedelta(hours=1), NOW, {"state": "up"})  # fmt: skip
LIMITS = {"of_person": 5, "of_channel": 10}


async def begin(db, row):
    return await db.write_whole(lambda tx: db.watches.begin(tx, row, **LIMITS))


async def ids(db):
    return [row.id for row in await db.read_whole(lambda tx: db.watches.running(tx, "T1"))]


async def test_of_those_who_begin_at_once_over_two_connections_no_more_than_the_limit(db, other):
    for tried in range(4):
        rows = [
            replace(ROW, id=f"wat_{tried}_{n}", owner=f"T1:U{tried}", channel=f"C{tried}") for n in range(12)
        ]
        said = await asyncio.gather(*(begin((db, other)[n % 2], row) for n, row in enumerate(rows)))
        assert (said.count(""), said.count("person")) == (5, 7), said
    assert len(await ids(db)) == 20


async def test_whoever_comes_while_another_is_not_done_counts_what_that_one_began(db, other):
    for n in range(9):
        assert await begin(db, replace(ROW, id=f"wat_{n}", owner=f"T1:U{n}")) == ""
    async with AsyncExitStack() as held:
        tx = await held.enter_async_context(db.write())
        assert await db.watches.begin(tx, replace(ROW, id="first", owner="T1:Ux"), **LIMITS) == ""
        late = asyncio.create_task(begin(other, replace(ROW, id="second", owner="T1:Uy")))
        await asyncio.wait([late], timeout=0.5)
    assert await late == "channel"
    assert len(await ids(db)) == 10


async def test_what_ended_and_what_is_elsewhere_counts_no_more(db):
    for n in range(5):
        await begin(db, replace(ROW, id=f"wat_{n}"))
    assert await begin(db, replace(ROW, id="more")) == "person"
    assert await db.write_whole(partial(db.watches.end, watch="wat_0", why="stopped"))
    assert await begin(db, replace(ROW, id="more")) == ""
    assert await begin(db, replace(ROW, id="elsewhere", workspace="T2")) == ""


async def test_a_look_and_a_message_are_taken_once_and_nothing_follows_the_end(db, other):
    await begin(db, ROW)
    look = [one.write_whole(partial(one.watches.look, row=ROW, at=NOW + timedelta(minutes=1), log=[])) for one in (db, other) * 2]  # fmt: skip
    assert sorted(await asyncio.gather(*look)) == [False, False, False, True]
    tell = [one.write_whole(partial(one.watches.tell, row=ROW, seen={"state": "down"}, trouble="", log=["x"], ended="over")) for one in (db, other) * 2]  # fmt: skip
    assert sorted(await asyncio.gather(*tell)) == [False, False, False, True]
    (row,) = [await db.read_whole(lambda tx: db.watches.get(tx, "T1", ROW.id))]
    assert (row.said, row.seen, row.ended) == (1, {"state": "down"}, "over")
    assert await ids(db) == []
