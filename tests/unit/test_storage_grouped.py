"""Writers who come together: one transaction, one wait for the disk, and yet each for itself."""

import asyncio
import sqlite3
import struct
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.audit.events import AuditEvent, EventType
from storage.clock import FixedClock
from storage.database import Database
from storage.errors import StoreUnavailable

CLOCK = FixedClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
EVENT = AuditEvent(type=EventType.TOOL_CALL, workspace="T1")
ROGUE = text("INSERT INTO audit_events (seq, body, prev, hash, mac) VALUES (1, '{}', x'', x'', x'')")
WAL_HEAD, FRAME_HEAD = 32, 24


@pytest.fixture
async def db(tmp_path):
    db = await Database.open(f"sqlite:///{tmp_path}/app.db", clock=CLOCK)
    yield db
    await db.close()


def commits(db):
    """How many transactions the write-ahead file holds: the last frame of each names the size of the database."""
    wal = db.file.with_name(f"{db.file.name}-wal").read_bytes()
    page = struct.unpack(">I", wal[8:12])[0]
    sizes = (wal[at + 4 : at + 8] for at in range(WAL_HEAD, len(wal), FRAME_HEAD + page))
    return sum(size != b"\0\0\0\0" for size in sizes)


def on_disk(db):
    """What another process sees."""
    with closing(sqlite3.connect(db.file)) as other:
        return other.execute("SELECT count(*) FROM audit_events").fetchone()[0]


async def append(db):
    return await db.write_whole(lambda tx: db.audit.append(tx, EVENT))


async def failing(db):
    async def half(tx):
        await db.audit.append(tx, EVENT)
        raise LookupError

    await db.write_whole(half)


async def test_those_who_come_together_share_one_commit(db):
    await append(db)
    before = commits(db)
    assert await asyncio.gather(*(append(db) for _ in range(20))) == list(range(2, 22))
    assert commits(db) == before + 1
    assert (await db.verify()).ok


async def test_each_is_on_the_disk_before_it_goes_on(db):
    async def one():
        seq = await append(db)
        assert on_disk(db) >= seq

    await asyncio.gather(*(one() for _ in range(20)))


async def test_one_that_fails_takes_back_its_own_rows_only(db):
    ends = await asyncio.gather(append(db), failing(db), append(db), return_exceptions=True)
    assert [ends[0], type(ends[1]), ends[2]] == [1, LookupError, 2]
    assert on_disk(db) == 2
    assert (await db.verify()).ok


async def test_a_broken_rule_of_one_is_told_to_that_one(db):
    async def rogue(tx):
        await tx.run(ROGUE)

    ends = await asyncio.gather(append(db), db.write_whole(rogue), append(db), return_exceptions=True)
    assert isinstance(ends[1], IntegrityError)
    assert ends[::2] == [1, 2]


async def test_when_it_cannot_be_kept_all_of_them_hear_it_and_nothing_is_there(db):
    away = db.file.with_name("away.db")

    async def move(tx):
        await db.audit.append(tx, EVENT)
        db.file.rename(away)

    ends = await asyncio.gather(append(db), db.write_whole(move), append(db), return_exceptions=True)
    assert {type(end) for end in ends} == {StoreUnavailable}
    away.rename(db.file)
    assert on_disk(db) == 0
    assert await append(db) == 1


async def test_when_the_transaction_itself_is_gone_all_of_them_hear_it(db):
    async def gone(tx):
        await tx.run(text("ROLLBACK"))
        raise LookupError

    ends = await asyncio.gather(append(db), db.write_whole(gone), append(db), return_exceptions=True)
    assert {type(end) for end in ends} == {StoreUnavailable}
    assert on_disk(db) == 0
    assert await append(db) == 1


async def test_who_stops_waiting_before_it_began_has_written_nothing(db):
    async with db.write() as tx:
        await db.audit.append(tx, EVENT)
        tasks = [asyncio.create_task(append(db)) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert ends[::2] == [2, 3]
    assert on_disk(db) == 3


async def test_closing_waits_for_writes_that_were_asked_for(db):
    tasks = [asyncio.create_task(append(db)) for _ in range(3)]
    await asyncio.sleep(0)
    await db.close()
    assert await asyncio.gather(*tasks) == [1, 2, 3]


async def test_who_wrote_step_by_step_may_write_whole_while_others_are_at_it(db):
    async with db.write() as tx:
        await db.audit.append(tx, EVENT)
    others = asyncio.create_task(append(db))
    await asyncio.sleep(0)  # theirs is asked for
    await asyncio.sleep(0)  # theirs has begun
    assert await append(db) == 3
    assert await others == 2
