"""Processes on one database: who is alive, whose a row is, one a thread, once a schedule; each store is one process."""

import asyncio

import pytest
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.inbox import LaneTaken, number_of

LEASE_S = 0.3


@pytest.fixture
async def a(opened_stores):
    return await opened_stores("a")


@pytest.fixture
async def b(opened_stores):
    return await opened_stores("b")


@pytest.fixture
async def opened_stores(tmp_path, clock, backend):
    """`await opened_stores("a")`: the store as the process `a` sees it, which has said that it is there."""
    stores: list[Database] = []

    async def open_(worker):
        stores.append(await backend(tmp_path, clock, worker=worker))
        await stores[-1].write_whole(stores[-1].workers.begin)
        return stores[-1]

    yield open_
    for db in stores:
        await db.close()


async def do(db, call, *args, **named):
    return await db.write_whole(lambda tx: call(tx, *args, **named))


async def dead(db, other):
    """`other` fell silent, and `db` found out."""
    await asyncio.sleep(LEASE_S + 0.05)
    return await do(db, db.workers.declare_gone, other.workers.me, LEASE_S)


async def admit(db, key, lane="", *, started=False, said_at=None):
    row = db.inbox.row(
        workspace="T1", kind="mention", channel="C1", thread="1.0", actor_id="T1:UA", payload={}, correlation="c",
        lane=lane, started=started, said_at=said_at,
    )  # fmt: skip
    return await do(db, db.inbox.admit, row, (key,))


async def plan(db, key="card:1"):
    body = {"text": f"by {db.workers.me}"}
    return await do(
        db, db.outbox.plan, key=key, workspace="T1", channel="C1", thread="", kind="card", body=body
    )


# who is alive


async def test_who_gives_signs_of_life_is_alive_and_who_does_not_is_gone_for_good(a, b):
    assert await do(a, a.workers.living) == {"a", "b"}
    for _ in range(4):
        await asyncio.sleep(LEASE_S / 3)
        assert await do(b, b.workers.beat)
    assert await do(b, b.workers.silent, LEASE_S) == ["a"]
    assert not await do(a, a.workers.declare_gone, "b", LEASE_S)
    assert await do(b, b.workers.declare_gone, "a", LEASE_S)
    assert not await do(a, a.workers.beat)
    assert await do(b, b.workers.living) == {"b"}
    assert await do(b, b.workers.gone, "a")
    assert await do(b, b.workers.gone, "never heard of")
    assert not await do(b, b.workers.gone, "b")


async def test_of_many_who_declare_one_gone_one_succeeds(a, b, opened_stores):
    more = [await opened_stores(f"w{n}") for n in range(3)]
    await asyncio.sleep(LEASE_S + 0.05)
    found = await asyncio.gather(
        *(do(db, db.workers.declare_gone, "a", LEASE_S) for db in (b, *more) for _ in range(3))
    )
    assert sum(found) == 1


async def test_the_dead_declare_nobody_gone(a, b):
    await do(b, b.workers.leave)
    await asyncio.sleep(LEASE_S + 0.05)
    assert not await do(b, b.workers.declare_gone, "a", LEASE_S)
    assert set(await do(a, a.workers.signs)) == {"a"}


async def test_who_leaves_is_gone_at_once_and_who_is_known_to_be_dead_is_buried(a, b):
    await do(a, a.workers.leave)
    assert await do(b, b.workers.living) == {"b"}
    await do(a, a.workers.bury, "b")
    assert await do(a, a.workers.living) == frozenset()


# whose a row is


async def test_a_row_is_begun_and_ended_by_its_own_process_alone(a, b):
    row = await admit(a, "event:1")
    assert await do(b, b.inbox.start, row.id) is None
    assert not await do(b, b.inbox.finish, row.id, "done")
    assert await do(b, b.inbox.unfinished) == []
    assert (await do(a, a.inbox.start, row.id)).attempts == 1
    assert await do(a, a.inbox.finish, row.id, "done")


async def test_what_the_gone_left_is_adopted_once_and_not_theirs_any_more(a, b, opened_stores):
    c = await opened_stores("c")
    rows = [await admit(a, f"event:{n}", f"lane {n}", started=n % 2 == 0) for n in range(20)]
    assert not await do(b, b.inbox.left, alone=False)
    assert await do(b, b.inbox.adopt, alone=False) == frozenset()
    assert await dead(b, a)
    assert await do(b, b.inbox.left, alone=False)
    mine, theirs = await asyncio.gather(*(do(db, db.inbox.adopt, alone=False) for db in (b, c)))
    assert mine | theirs == {row.id for row in rows}
    assert not mine & theirs
    assert await do(a, a.inbox.start, rows[0].id) is None
    assert not await do(a, a.inbox.finish, rows[0].id, "done")
    owner = b if rows[0].id in mine else c
    assert (await do(owner, owner.inbox.start, rows[0].id)).attempts == 2


async def test_a_dead_process_takes_nothing_over(a, b, opened_stores):
    c = await opened_stores("c")
    row = await admit(c, "event:1")
    await plan(c)
    for db in (a, c):
        await do(db, db.workers.leave)
    assert not await do(a, a.inbox.left, alone=False)
    assert (await do(a, a.inbox.adopt, alone=False), await do(a, a.outbox.adopt, alone=False)) == (set(), 0)
    assert (await do(b, b.inbox.adopt, alone=False), await do(b, b.outbox.adopt, alone=False)) == (
        {row.id},
        1,
    )


async def test_the_only_process_adopts_from_everybody(a, b):
    row = await admit(a, "event:1")
    assert await do(b, b.inbox.left, alone=True)
    assert await do(b, b.inbox.adopt, alone=True) == {row.id}
    assert not await do(b, b.inbox.left, alone=True)


async def test_a_message_is_sent_by_who_planned_it_until_that_one_is_gone(a, b):
    row, fresh = await plan(a)
    assert (fresh, row.worker, a.outbox.left_to_another(row)) == (True, "a", False)
    row, fresh = await plan(b)
    assert (fresh, row.worker, b.outbox.left_to_another(row)) == (False, "a", True)
    assert (await do(b, b.outbox.unsent), len(await do(a, a.outbox.unsent))) == ([], 1)
    assert await do(b, b.outbox.adopt, alone=False) == 0
    assert await dead(b, a)
    assert await do(b, b.outbox.left, alone=False)
    assert await do(b, b.outbox.adopt, alone=False) == 1
    assert ([row.key for row in await do(b, b.outbox.unsent)], await do(a, a.outbox.unsent)) == (
        ["card:1"],
        [],
    )
    await do(b, b.outbox.sent, key="card:1", ts="5.0")
    row, _ = await plan(a)
    assert (row.ts, a.outbox.left_to_another(row)) == ("5.0", False)


# one at a time in a lane


async def test_of_a_lane_one_row_is_started_and_the_earlier_first(a, b, clock):
    first = await admit(a, "event:1", "x", started=True)
    clock.advance(1)
    second = await admit(b, "event:2", "x", started=True)
    clock.advance(1)
    third = await admit(a, "event:3", "x", started=True)
    assert [row.state for row in (first, second, third)] == ["started", "new", "new"]
    for db, row in ((b, second), (a, third)):
        with pytest.raises(LaneTaken):
            await do(db, db.inbox.start, row.id)
    assert (await do(a, a.inbox.start, first.id)).attempts == 2, "whoever has the lane may try again"
    await do(a, a.inbox.finish, first.id, "done")
    with pytest.raises(LaneTaken):
        await do(a, a.inbox.start, third.id)
    assert (await do(b, b.inbox.start, second.id)).attempts == 1
    await do(b, b.inbox.finish, second.id, "done")
    assert await do(a, a.inbox.start, third.id)


async def test_what_was_said_earlier_comes_first_although_it_was_delivered_later(a, b, clock):
    now = clock.now()
    clock.advance(5)
    held = await admit(a, "event:1", "x", started=True)
    later = await admit(a, "event:3", "x", said_at=clock.now())
    earlier = await admit(b, "event:2", "x", said_at=now)
    await do(a, a.inbox.finish, held.id, "done")
    with pytest.raises(LaneTaken):
        await do(a, a.inbox.start, later.id)
    assert await do(b, b.inbox.start, earlier.id)


async def test_rows_without_a_lane_wait_for_nobody(a, b):
    rows = [(db, await admit(db, f"event:{n}", started=True)) for n, db in enumerate((a, b))]
    assert [row.state for _, row in rows] == ["started", "started"]


async def test_many_who_bring_messages_of_one_lane_at_once_have_one_started(a, b):
    for turn in range(5):
        rows = await asyncio.gather(
            *(admit(db, f"{turn}:{n}", f"lane {turn}", started=True) for n in range(4) for db in (a, b))
        )
        started = [row for row in rows if row is not None and row.state == "started"]
        assert len(started) == 1


async def test_many_who_start_what_waits_in_one_lane_start_the_first(a, b, clock):
    waiting = []
    for n in range(6):
        clock.advance(1)
        db = (a, b)[n % 2]
        waiting.append((db, await admit(db, f"event:{n}", "x")))

    async def start(db, row):
        try:
            return await do(db, db.inbox.start, row.id)
        except LaneTaken:
            return None

    for n in range(6):
        found = await asyncio.gather(*(start(db, row) for db, row in waiting[n:]))
        assert [row is not None for row in found] == [True] + [False] * (5 - n)
        db, row = waiting[n]
        await do(db, db.inbox.finish, row.id, "done")


async def test_the_database_itself_refuses_two_of_a_lane(a):
    await admit(a, "event:1", "x", started=True)
    row = await admit(a, "event:2", "x")

    async def force(tx):
        from sqlalchemy import text

        await tx.run(text("UPDATE inbox SET state = 'started' WHERE id = :id"), {"id": row.id})

    with pytest.raises(IntegrityError):
        await a.write_whole(force)


async def test_a_lane_is_idle_while_nothing_in_it_is_under_way(a, b):
    assert await do(b, b.inbox.idle, "x")
    row = await admit(a, "event:1", "x", started=True)
    assert not await do(b, b.inbox.idle, "x")
    await do(a, a.inbox.finish, row.id, "done")
    assert await do(b, b.inbox.idle, "x")
    await admit(a, "event:2", "x")
    assert await do(b, b.inbox.idle, "x")
    assert not await do(b, b.inbox.idle, "x", started=False)


def test_a_lane_s_number_is_no_other_lock_s():
    assert {number_of(f"T:C:{n}") < 0 for n in range(100)} == {True}
    assert number_of("T:C:1") >= -(2**63)


# once


async def test_a_slot_is_taken_once_by_all_processes_together(a, b):
    async def first(db, at):
        return await do(db, db.slots.first, "digest", at)

    taken = await asyncio.gather(
        *(first(db, f"2026-11-{day:02}") for day in range(1, 26) for db in (a, b) for _ in range(2))
    )
    assert sum(taken) == 25
    assert await do(b, b.slots.first, "other", "2026-11-01")


async def test_an_old_slot_is_not_free_again_for_a_process_whose_clock_is_behind(a, b):
    assert await do(a, a.slots.first, "digest", "2026-11-24")
    assert await do(a, a.slots.first, "digest", "2026-11-25")
    assert not await do(b, b.slots.first, "digest", "2026-11-24")
