"""Transactions, and a database that is locked, full, read-only, broken or gone: said so, and nothing is half written."""

import asyncio
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.audit.events import AuditEvent, EventType
from storage.clock import FixedClock
from storage.database import Database
from storage.errors import SchemaMismatch, StoreUnavailable
from storage.migrate import CURRENT, KNOWN

CLOCK = FixedClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
EVENT = AuditEvent(type=EventType.TOOL_CALL, workspace="T1")


async def opened(folder):
    return await Database.open(f"sqlite+aiosqlite:///{folder}/app.db", clock=CLOCK)


@pytest.fixture
async def db(tmp_path):
    db = await opened(tmp_path)
    yield db
    await db.close()


async def note(db):
    async with db.write() as tx:
        return await db.audit.append(tx, EVENT)


async def count(db):
    async with db.read() as tx:
        return len(await db.audit.find(tx))


async def test_readers_are_not_held_up_by_a_writer(db):
    await note(db)
    async with db.write() as tx:
        await db.audit.append(tx, EVENT)
        begun = time.perf_counter()
        assert await asyncio.gather(*(count(db) for _ in range(20))) == [1] * 20
        assert time.perf_counter() - begun < 2.0
    assert await count(db) == 2


async def test_a_reader_sees_one_state_of_the_database(db):
    await note(db)
    async with db.read() as tx:
        assert len(await db.audit.find(tx)) == 1
        await note(db)
        assert len(await db.audit.find(tx)) == 1
    assert await count(db) == 2


async def test_a_cancelled_writer_leaves_nothing_and_blocks_nobody(db):
    inside = asyncio.Event()

    async def slow():
        async with db.write() as tx:
            await db.audit.append(tx, EVENT)
            inside.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(slow())
    await inside.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await note(db) == 1


async def test_writers_cancelled_at_any_moment_leave_a_whole_chain(db):
    for n in range(40):
        tasks = [asyncio.create_task(note(db)) for _ in range(3)]
        await asyncio.sleep(n * 0.0003)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await note(db)
    assert (await db.verify()).ok


async def test_a_write_within_a_write_is_a_mistake_that_is_told_not_a_wait_for_ever(db):
    async with db.write() as tx:
        with pytest.raises(RuntimeError, match="within a write"):
            await note(db)
        await db.audit.append(tx, EVENT)
    assert await note(db) == 2


async def test_a_read_within_a_read_and_within_a_write_is_fine(db):
    async with db.write() as tx:
        await db.audit.append(tx, EVENT)
        async with db.read(), db.read():
            assert await count(db) == 0
    assert await count(db) == 1


async def test_a_full_disk_is_not_ready_although_a_transaction_can_begin(db):
    assert await db.check() == "ok"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        said = await db.check()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot be used" in said
    assert await db.check() == "ok"


async def test_a_closed_database_is_unavailable(db):
    await db.close()
    await db.close()
    for use in (note, count):
        with pytest.raises(StoreUnavailable):
            await use(db)
    assert await db.check() == "the database is closed"


async def test_a_writer_that_holds_the_file_too_long_makes_it_unavailable(tmp_path, db):
    await note(db)
    with sqlite3.connect(tmp_path / "app.db", isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            await note(db)
        assert await count(db) == 1
        holder.execute("ROLLBACK")
    holder.close()
    assert await note(db) == 2


async def test_a_full_disk_writes_nothing_and_says_so(db):
    await note(db)
    async with db.write() as tx:
        pages = (await tx.run(text("PRAGMA page_count"))).scalar_one()
        await tx.run(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreUnavailable, match="full"):
        async with db.write() as tx:
            await db.audit.append_many(tx, [EVENT] * 5000)
    async with db.write() as tx:
        await tx.run(text("PRAGMA max_page_count = 1000000"))
    assert await note(db) == 2
    assert (await db.verify()).ok


async def test_a_file_that_is_gone_takes_no_more_writes(tmp_path, db):
    await note(db)
    (tmp_path / "app.db").rename(tmp_path / "moved.db")
    with pytest.raises(StoreUnavailable, match="gone"):
        await note(db)
    (tmp_path / "moved.db").rename(tmp_path / "app.db")
    assert await note(db) == 2


async def test_a_file_put_in_its_place_takes_none_either(tmp_path, db):
    await note(db)
    shutil.copy(tmp_path / "app.db", tmp_path / "copy.db")
    (tmp_path / "copy.db").rename(tmp_path / "app.db")
    with pytest.raises(StoreUnavailable, match="gone"):
        await note(db)


async def test_a_file_that_is_no_database_is_unavailable_at_start(tmp_path):
    (tmp_path / "app.db").write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        await opened(tmp_path)


async def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable):
        await opened(tmp_path / "file")


READ_ONLY = """
import asyncio, os, sys
from pathlib import Path
from storage.audit.events import AuditEvent, EventType
from storage.audit.keys import load_public
from storage.audit.verify import Keys, verify_file
from storage.clock import SystemClock
from storage.database import Database
from storage.errors import StoreUnavailable

async def main(folder):
    warm = await Database.open(f"sqlite+aiosqlite:///{folder}/warm/app.db", clock=SystemClock())
    async with warm.write() as tx:  # imports everything while it still may
        await warm.audit.append(tx, AuditEvent(type=EventType.HEAD))
    await warm.close()
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
    try:
        await Database.open(f"sqlite+aiosqlite:///{folder}/app.db", clock=SystemClock())
    except StoreUnavailable as error:
        print(error)
    report = verify_file(folder / "app.db", Keys(load_public(folder / "audit-signing.pub.pem")))
    print(report.ok, report.rows)

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody who may not write")
async def test_a_file_that_may_not_be_written_is_unavailable_and_can_still_be_verified(tmp_path, db, root):
    await note(db)
    await db.close()
    for path in (tmp_path, *tmp_path.parents):
        if path.stat().st_mode & 0o005 != 0o005:
            path.chmod(path.stat().st_mode | 0o055)
    for path in tmp_path.iterdir():
        path.chmod(0o444)
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", READ_ONLY, str(tmp_path)],
        cwd=root,
        capture_output=True,
        text=True,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 2, done.stderr
    assert "readonly" in lines[0]
    assert lines[1] == "True 1"


async def test_a_broken_rule_is_no_absence_of_the_store(db):
    with pytest.raises(IntegrityError):
        async with db.write() as tx:
            for _ in range(2):
                await tx.run(text("INSERT INTO switches VALUES ('a', '', '', '', '2026')"))


async def test_an_error_of_the_store_shows_no_values(db):
    with pytest.raises(StoreUnavailable) as error:
        async with db.write() as tx:
            await tx.run(text("INSERT INTO nosuch VALUES (:secret)"), {"secret": "hunter2"})
    assert "hunter2" not in str(error.value)


async def test_a_newer_schema_is_refused(tmp_path, db):
    await db.close()
    with sqlite3.connect(tmp_path / "app.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    with pytest.raises(SchemaMismatch, match="9999, newer than this program"):
        await opened(tmp_path)


def test_the_schema_that_the_program_expects_is_the_newest_migration():
    from alembic.script import ScriptDirectory

    from storage.migrations.run import configuration

    scripts = ScriptDirectory.from_config(configuration())
    assert scripts.get_heads() == [CURRENT]
    assert [s.revision for s in scripts.walk_revisions()][::-1] == list(KNOWN)


def test_migrations_make_the_tables_of_the_models(tmp_path):
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import create_engine

    import storage.tables_audit  # noqa: F401 - registers its tables
    from storage.migrate import bring_up_to_date
    from storage.tables import Base

    bring_up_to_date(tmp_path / "app.db")
    engine = create_engine(f"sqlite:///{tmp_path}/app.db")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()
    assert [d for d in flat(differences) if not about_the_chain(d)] == []
    of_no_workspace = {
        "workers",
        "slots",
        "deploy_events",
        "triage_turn",
    }  # about our own processes, or told by other systems
    tables = Base.metadata.tables.items()
    assert {name for name, table in tables if "workspace" not in table.columns} == of_no_workspace


def test_a_new_database_is_what_migrating_step_by_step_makes(tmp_path):
    from storage.migrate import bring_up_to_date
    from storage.migrations.run import upgrade_sqlite

    bring_up_to_date(tmp_path / "new.db")
    upgrade_sqlite(tmp_path / "steps.db")
    assert made(tmp_path / "new.db") == made(tmp_path / "steps.db")


def made(file):
    with sqlite3.connect(file) as raw:
        found = raw.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        version = raw.execute("SELECT version_num FROM alembic_version").fetchall()
    raw.close()
    return sorted(map(str, found)), version


def flat(differences):
    for difference in differences:
        yield from difference if isinstance(difference, list) else [difference]


def about_the_chain(difference):
    """Keys, indexes and computed columns of the audit are written in plain SQL."""
    kind, thing = difference[0], difference[1]
    if kind in {"remove_index", "add_index", "add_constraint", "remove_constraint"}:
        return thing.table.name.startswith("audit_")
    return kind in {"modify_nullable", "modify_default"} and difference[2].startswith("audit_")


async def test_several_processes_may_start_on_a_new_database_at_once(tmp_path):
    opened_at_once = await asyncio.gather(*(opened(tmp_path) for _ in range(4)))
    assert [await note(db) for db in opened_at_once] == [1, 2, 3, 4]
    for db in opened_at_once:
        await db.close()
    assert (tmp_path / "audit.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "audit-signing.pem").stat().st_mode & 0o777 == 0o600


def test_opening_a_current_database_is_lean(tmp_path, root):
    """Alembic and cryptography are for the first start and for heads, not for every command."""
    code = (
        "import asyncio, sys\n"
        "from storage.clock import SystemClock\n"
        "from storage.database import Database\n"
        "async def main():\n"
        f"    db = await Database.open('sqlite+aiosqlite:///{tmp_path}/app.db', clock=SystemClock())\n"
        "    async with db.read() as tx:\n"
        "        await db.plans.get(tx, 'plan_1')\n"
        "    await db.close()\n"
        "asyncio.run(main())\n"
        "print([m for m in ('alembic', 'langgraph', 'langchain_core') if m in sys.modules])\n"
    )
    for expected in ("['alembic']", "[]"):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == expected


REPLACE = (
    "INSERT OR REPLACE INTO audit_events (seq, body, prev, hash, mac)"
    " SELECT seq, '{}', prev, hash, mac FROM audit_events WHERE seq = 1"
)


async def test_a_stranger_with_another_program_cannot_replace_a_row(tmp_path, db):
    """Without our pragma a REPLACE deletes behind the back of the DELETE trigger: the INSERT trigger refuses it."""
    await note(db)
    with (
        sqlite3.connect(tmp_path / "app.db") as raw,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        raw.execute(REPLACE)
    raw.close()


async def test_we_could_not_replace_a_row_even_without_that_trigger(tmp_path, db):
    await note(db)
    with sqlite3.connect(tmp_path / "app.db") as raw:
        raw.execute("DROP TRIGGER audit_events_insert")
    raw.close()
    with pytest.raises(IntegrityError, match="append-only"):
        async with db.write() as tx:
            await tx.run(text(REPLACE))


async def test_what_is_committed_is_on_disk(db):
    async with db.write() as tx:
        assert (await tx.run(text("PRAGMA synchronous"))).scalar_one() == 2
        assert (await tx.run(text("PRAGMA journal_mode"))).scalar_one() == "wal"
