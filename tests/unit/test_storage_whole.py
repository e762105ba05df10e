"""A transaction as one job: all of it or nothing, and it waits for nothing but its own statements."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from storage.audit.events import AuditEvent, EventType
from storage.clock import FixedClock
from storage.database import Database
from storage.errors import StoreUnavailable

CLOCK = FixedClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
EVENT = AuditEvent(type=EventType.TOOL_CALL, workspace="T1")


@pytest.fixture
async def db(tmp_path):
    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/app.db", clock=CLOCK)
    yield db
    await db.close()


async def rows(db):
    return len(await db.read_whole(db.audit.find))


async def append(db):
    return await db.write_whole(lambda tx: db.audit.append(tx, EVENT))


async def test_a_whole_transaction_is_there_when_it_returns(db):
    assert await append(db) == 1
    assert await rows(db) == 1


async def test_a_whole_transaction_that_fails_leaves_nothing_and_blocks_nobody(db):
    async def half(tx):
        await db.audit.append(tx, EVENT)
        raise LookupError

    with pytest.raises(LookupError):
        await db.write_whole(half)
    assert await append(db) == 1


async def test_a_whole_transaction_that_waits_for_something_else_is_refused_and_undone(db):
    async def slow(tx):
        await db.audit.append(tx, EVENT)
        await asyncio.sleep(0)

    for door in (db.write_whole, db.read_whole):
        with pytest.raises((RuntimeError, StoreUnavailable)):
            await door(slow)
    assert await rows(db) == 0


async def test_a_whole_transaction_runs_beside_the_event_loop(db):
    async def where(tx):
        await tx.run(text("SELECT 1"))
        return threading.current_thread()

    assert await db.write_whole(where) is not threading.current_thread()
    assert await db.read_whole(where) is not await db.write_whole(where)


async def test_a_reader_can_write_nothing(db):
    with pytest.raises(StoreUnavailable, match="readonly"):
        await db.read_whole(lambda tx: db.audit.append(tx, EVENT))
    assert await rows(db) == 0


async def test_whole_and_stepwise_writers_take_turns(db):
    async def stepwise():
        async with db.write() as tx:
            await asyncio.sleep(0.001)
            return await db.audit.append(tx, EVENT)

    done = await asyncio.gather(*(stepwise() if n % 2 else append(db) for n in range(40)))
    assert sorted(done) == list(range(1, 41))
    assert (await db.verify()).ok


async def test_a_whole_write_within_a_write_is_told(db):
    async with db.write():
        with pytest.raises(RuntimeError, match="within a write"):
            await append(db)


async def test_whole_writers_cancelled_at_any_moment_leave_a_whole_chain(db):
    for n in range(40):
        tasks = [asyncio.create_task(append(db)) for _ in range(3)]
        await asyncio.sleep(n * 0.0002)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await append(db)
    assert (await db.verify()).ok


async def test_more_readers_than_connections_all_get_their_turn(db):
    await append(db)
    async with db.write() as tx:
        await db.audit.append(tx, EVENT)
        assert await asyncio.gather(*(rows(db) for _ in range(100))) == [1] * 100


async def test_rows_are_read_where_they_are_asked_for(db):
    """What a statement found is there when it returns, however many rows, and in whatever portions it is taken."""
    async with db.write() as tx:
        await db.audit.append_many(tx, [EVENT] * 50)
    async with db.read() as tx:
        found = await tx.run(text("SELECT seq FROM audit_events ORDER BY seq"))
    assert found.fetchone().seq == 1
    assert [row.seq for row in found.fetchmany(3)] == [2, 3, 4]
    assert [row.seq for row in found] == list(range(5, 51))
