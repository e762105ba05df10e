"""The audit on every back end: in the caller's transaction, in order, append-only, whole."""

import asyncio
import json
import re

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine
from sqlalchemy.event import listen, remove
from sqlalchemy.exc import DBAPIError

from storage.audit.events import AuditEvent, EventType
from storage.errors import StoreUnavailable
from storage.tx import PROPOSING
from tests.contracts.conftest import NOW


def event(n=0, **more):
    return AuditEvent(**{"type": EventType.TOOL_CALL, "workspace": "T1", "detail": {"n": n}, **more})


async def append(db, *events):
    async with db.write() as tx:
        return await db.audit.append_many(tx, events)


async def test_rows_are_numbered_from_one_without_a_gap(db):
    assert await append(db, event()) == [1]
    assert await append(db, event(), event()) == [2, 3]
    assert await append(db) == []
    async with db.write() as tx:
        assert await db.audit.append(tx, event()) == 4


async def test_a_failed_transaction_leaves_neither_row_nor_gap(db):
    with pytest.raises(ZeroDivisionError):
        async with db.write() as tx:
            await db.audit.append(tx, event())
            raise ZeroDivisionError
    assert await append(db, event()) == [1]
    assert (await db.verify()).ok


async def test_what_was_said_is_found_and_what_was_not_is_left_out(db):
    await append(db, event(7, tool="k8s_logs", plan_id="plan_1", approvers=("a", "b"), duration_ms=0))
    async with db.read() as tx:
        (row,) = await db.audit.find(tx)
    assert (row.seq, row.type) == (1, EventType.TOOL_CALL)
    assert row.body["detail"] == {"n": 7}
    assert row.body["approvers"] == ["a", "b"]
    assert row.body["duration_ms"] == 0
    assert row.body["time"] == NOW.isoformat(timespec="microseconds")
    assert "thread" not in row.body
    assert "error" not in row.body


async def test_finding_by_what_rows_are_about(db):
    await append(
        db,
        event(1, plan_id="plan_1", request="in_1"),
        event(2, plan_id="plan_2", request="in_1", correlation="c_1"),
        event(3, type=EventType.STOP_ALL, workspace="T2"),
    )

    async def found(**how):
        async with db.read() as tx:
            return [row.seq for row in await db.audit.find(tx, **how)]

    assert await found() == [1, 2, 3]
    assert await found(newest=True, limit=2) == [3, 2]
    assert await found(plan_id="plan_2") == [2]
    assert await found(request="in_1") == [1, 2]
    assert await found(correlation="c_1") == [2]
    assert await found(workspace="T2") == [3]
    assert await found(kind=EventType.STOP_ALL) == [3]
    assert await found(after=1, limit=1) == [2]
    assert await found(plan_id="plan_1' OR 1=1 --") == []


@pytest.mark.parametrize(
    "value",
    [
        2**64,
        -(2**63),
        float("nan"),
        float("inf"),
        NOW,
        "\ud800",
        {"k": (1, {2})},
        {1: 2},
        "é\u0000\u2028",
        EventType.HEAD,
    ],
    ids=str,
)
async def test_values_without_a_canonical_form_are_recorded_as_text(db, value):
    await append(db, event(detail={"value": value}))
    async with db.read() as tx:
        (row,) = await db.audit.find(tx)
    assert json.dumps(row.body)
    assert (await db.verify()).ok


async def test_u11_a_clock_that_goes_back_does_not_reorder(db, clock):
    await append(db, event(1))
    clock.advance(-3600)
    await append(db, event(2))
    async with db.read() as tx:
        rows = await db.audit.find(tx)
    assert [row.body["detail"]["n"] for row in rows] == [1, 2]
    assert rows[0].body["time"] > rows[1].body["time"]
    assert (await db.verify()).ok


async def test_appends_of_two_processes_at_once_make_one_chain(db, other):
    rows = await asyncio.gather(*(append(store, event(n)) for n in range(60) for store in (db, other)))
    assert sorted(seq for (seq,) in rows) == list(range(1, 121))
    report = await db.verify()
    assert (report.ok, report.rows) == (True, 120)


async def test_a_head_is_signed_at_every_hundredth_row_and_at_the_end(db, backend, tmp_path, clock):
    await append(db, *map(event, range(250)))
    async with db.read() as tx:
        seqs = (await tx.run(text("SELECT seq FROM audit_heads ORDER BY n"))).scalars().all()
    assert seqs == [100, 200]
    await db.close()
    db = await backend(tmp_path, clock)
    async with db.read() as tx:
        seqs = (await tx.run(text("SELECT seq FROM audit_heads ORDER BY n"))).scalars().all()
    assert seqs == [100, 200, 250]
    assert len(db.anchor.read_text().splitlines()) == 3
    await db.close()


async def test_a_head_is_signed_when_rows_stop_coming_and_not_between_rows_that_keep_coming(db):
    db._keeper._quiet = 0.3  # a wait that a test can afford
    for n in range(6):
        await append(db, event(n))
        await asyncio.sleep(0.05)
    assert (await db.verify()).heads == 0
    for _ in range(100):
        if (await db.verify()).anchored:  # the head's row comes first, then its line outside the database
            break
        await asyncio.sleep(0.05)
    report = await db.verify()
    assert (report.ok, report.heads, report.anchored) == (True, 1, 1)
    async with db.read() as tx:
        assert (await tx.run(text("SELECT seq FROM audit_heads"))).scalars().all() == [6]


ATTEMPTS = (
    "UPDATE audit_events SET body = '{}' WHERE seq = 1",
    "UPDATE audit_events SET seq = 9 WHERE seq = 1",
    "UPDATE audit_events SET mac = hash",
    "DELETE FROM audit_events",
    "DELETE FROM audit_events WHERE seq = 3",
    "INSERT INTO audit_events (seq, body, prev, hash, mac) SELECT seq, '{}', prev, hash, mac FROM audit_events WHERE seq = 1",
    "INSERT INTO audit_events (seq, body, prev, hash, mac) SELECT 9, '{}', prev, hash, mac FROM audit_events WHERE seq = 1",
    "UPDATE audit_heads SET hash = 'x'",
    "DELETE FROM audit_heads",
)
POSTGRESQL_ATTEMPTS = (
    "TRUNCATE audit_events",
    "TRUNCATE audit_heads",
    "DROP TABLE audit_events",
    "DROP TRIGGER audit_events_row ON audit_events",
    "ALTER TABLE audit_events DISABLE TRIGGER audit_events_row",
    "ALTER TABLE audit_events RENAME TO gone",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION audit_block() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    "CREATE RULE lost AS ON INSERT TO audit_events DO INSTEAD NOTHING",
    "INSERT INTO audit_events (seq, body, prev, hash, mac) SELECT seq, '{}', prev, hash, mac FROM audit_events WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET body = '{}'",
    "CREATE TABLE audit_events_new AS SELECT * FROM audit_events",
)
REFUSED_BY_POSTGRESQL = (
    "permission denied|must be owner|duplicate key"  # the bot's role; see test_storage_roles for the owner
)
SQLITE_ATTEMPTS = (
    "REPLACE INTO audit_events (seq, body, prev, hash, mac) SELECT seq, '{}', prev, hash, mac FROM audit_events WHERE seq = 1",
    "INSERT OR REPLACE INTO audit_events (seq, body, prev, hash, mac) SELECT 9, '{}', prev, hash, mac FROM audit_events WHERE seq = 1",
    "INSERT INTO audit_events (seq, body, prev, hash, mac) SELECT seq, '{}', prev, hash, mac FROM audit_events WHERE seq = 1 ON CONFLICT (seq) DO UPDATE SET body = '{}'",
    "UPDATE OR REPLACE audit_events SET seq = 2 WHERE seq = 1",
    "UPDATE OR IGNORE audit_events SET body = '{}'",
    "INSERT OR REPLACE INTO audit_heads SELECT * FROM audit_heads",
)


@pytest.mark.parametrize("attempt", [*ATTEMPTS, *SQLITE_ATTEMPTS, *POSTGRESQL_ATTEMPTS])
async def test_u9_what_is_written_can_only_be_added_to(db, attempt):
    postgresql = isinstance(db.source, str)
    if attempt in (SQLITE_ATTEMPTS if postgresql else POSTGRESQL_ATTEMPTS):
        return
    await append(db, *map(event, range(101)))
    with pytest.raises((DBAPIError, StoreUnavailable)) as refused:
        async with db.write() as tx:
            await tx.run(text(attempt))
    assert re.search(REFUSED_BY_POSTGRESQL if postgresql else "append-only", str(refused.value))
    assert (await db.verify()).ok


async def test_a_reading_transaction_cannot_write(db):
    with pytest.raises(StoreUnavailable):
        async with db.read() as tx:
            await db.audit.append(tx, event())
    assert await append(db, event()) == [1]


async def test_what_people_ask_for_is_found_by_an_index(db):
    if isinstance(db.source, str):
        return  # the planner of PostgreSQL reads a small table whole
    async with db.read() as tx:
        for column in ("plan_id", "request", "correlation"):
            plan = await tx.run(
                text(f"EXPLAIN QUERY PLAN SELECT body FROM audit_events WHERE {column} = 'x' ORDER BY seq")
            )
            assert f"USING INDEX audit_events_{column}" in str(plan.all())


async def note(db, *, fails=False):
    async def write(tx):
        seq = await db.audit.append(tx, event())
        return seq // 0 if fails else seq

    return await db.write_whole(write, shares=True)


async def test_notes_that_come_together_are_each_whole_and_one_that_fails_takes_back_its_own(db):
    ends = await asyncio.gather(*(note(db, fails=n == 3) for n in range(8)), return_exceptions=True)
    assert [end for end in ends if isinstance(end, int)] == [1, 2, 3, 4, 5, 6, 7]
    assert [type(end) for end in ends if not isinstance(end, int)] == [ZeroDivisionError]
    assert (await db.verify()).rows == 7


async def test_notes_that_come_together_wait_for_the_disk_once(db):
    commits = []
    seen = commits.append
    listen(Engine, "commit", seen)
    try:
        await asyncio.gather(*(note(db) for _ in range(20)))
    finally:
        remove(Engine, "commit", seen)
    assert len(commits) <= 2


async def test_notes_and_changes_of_two_processes_never_wait_for_each_other_for_ever(db, other):
    """A change holds its own rows before it asks for the chain; notes hold the chain and ask for nothing more."""

    async def change(at, n):
        async with at.write() as tx:
            await tx.alone(PROPOSING)
            await at.audit.append(tx, event(n))

    work = [note(at) for at in (db, other) for _ in range(20)]
    work += [change(at, n) for at in (db, other) for n in range(10)]
    await asyncio.wait_for(asyncio.gather(*work), 30)
    report = await db.verify()
    assert (report.ok, report.rows) == (True, 60)
