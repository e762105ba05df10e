"""PostgreSQL: a server that is restarted, gone or frozen, a schema that does not fit, a role that can only add to the audit."""

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import create_engine, text

from bot.cli.db import upgraded
from storage.audit.events import AuditEvent, EventType
from storage.clock import FixedClock
from storage.database import Database
from storage.errors import SchemaMismatch, StoreUnavailable
from storage.migrate import CURRENT
from storage.postgresql import Remote
from storage.upgrading import grant, role_to_grant, upgrade
from tests.servers.postgres import opened as own_server

pytestmark = pytest.mark.servers
CLOCK = FixedClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
EVENT = AuditEvent(type=EventType.TOOL_CALL, workspace="T1")


async def opened(url, folder):
    return await Database.open(url, clock=CLOCK, folder=folder)


@pytest.fixture
def name(postgres):
    name = postgres.ready()
    yield name
    postgres.give_back(name)


@pytest.fixture
async def db(postgres, name, tmp_path):
    db = await opened(postgres.url(name), tmp_path)
    yield db
    await db.close()


@pytest.fixture(scope="module")
def fragile():
    """A server that a test may stop."""
    server = own_server()
    yield server
    server.remove()


@asynccontextmanager
async def on(server, folder):
    name = server.ready()
    db = await opened(server.url(name), folder)
    yield db
    await db.close()


async def note(db):
    return await db.write_whole(lambda tx: db.audit.append(tx, EVENT))


async def step_by_step(db):
    async with db.write() as tx:
        await asyncio.sleep(0)
        return await db.audit.append(tx, EVENT)


async def count(db):
    return len(await db.read_whole(db.audit.find))


# the server


async def test_after_a_restart_the_first_who_asks_is_served(fragile, tmp_path):
    async with on(fragile, tmp_path) as db:
        await asyncio.gather(*(note(db) for _ in range(6)), *(count(db) for _ in range(6)))
        fragile.stop()
        fragile.start()
        await asyncio.gather(*(note(db) for _ in range(6)), *(count(db) for _ in range(6)))
        assert await count(db) == 12


async def test_a_server_that_is_gone_is_unavailable_at_once_and_back_at_once(fragile, tmp_path):
    async with on(fragile, tmp_path) as db:
        await note(db)
        fragile.stop()
        begun = time.perf_counter()
        for use in (note, step_by_step, count):
            with pytest.raises(StoreUnavailable):
                await use(db)
        assert "cannot be used" in await db.check()
        assert time.perf_counter() - begun < 5.0
        fragile.start()
        assert await db.check() == "ok"
        assert await step_by_step(db) == 2
        assert (await db.verify()).ok


async def test_a_server_lost_in_the_middle_of_a_transaction_leaves_nothing_of_it(fragile, tmp_path):
    async with on(fragile, tmp_path) as db:
        with pytest.raises(StoreUnavailable):
            async with db.write() as tx:
                await db.audit.append(tx, EVENT)
                fragile.stop()
                await db.audit.append(tx, EVENT)
        fragile.start()
        assert await note(db) == 1


async def test_a_commit_that_the_server_does_not_live_to_see_leaves_nothing(fragile, tmp_path):
    async with on(fragile, tmp_path) as db:
        with pytest.raises(StoreUnavailable):
            async with db.write() as tx:
                await db.audit.append(tx, EVENT)
                fragile.stop()
        fragile.start()
        assert await note(db) == 1


async def test_a_frozen_server_is_given_up_and_what_was_given_up_is_not_written_later(fragile, tmp_path):
    async with on(fragile, tmp_path) as db:
        patience, Remote.answer_s = Remote.answer_s, 0.5  # a wait that a test can afford
        await note(db)
        fragile.freeze()
        try:
            begun = time.perf_counter()
            found = await asyncio.gather(note(db), step_by_step(db), count(db), return_exceptions=True)
            assert [type(one) for one in found] == [StoreUnavailable] * 3
            assert time.perf_counter() - begun < 4.0
        finally:
            fragile.thaw()
            Remote.answer_s = patience
        assert await note(db) == 2
        assert await count(db) == 2


async def test_a_lock_that_somebody_holds_for_ever_ends_in_words(postgres, name, tmp_path):
    with psycopg.connect(postgres.admin_url(name)) as holder:
        holder.execute("LOCK TABLE audit_events IN ACCESS EXCLUSIVE MODE")
        db = await opened(f"{postgres.url(name)}?options=-c%20lock_timeout%3D300", tmp_path)
        with pytest.raises(StoreUnavailable, match="lock timeout"):
            await note(db)
        holder.rollback()
        assert await note(db) == 1
        await db.close()


async def test_a_read_only_server_is_not_ready(postgres, name, tmp_path):
    db = await opened(f"{postgres.url(name)}?options=-c%20default_transaction_read_only%3Don", tmp_path)
    assert "read-only" in await db.check()
    with pytest.raises(StoreUnavailable, match="read-only"):
        await note(db)
    await db.close()


async def test_more_writers_than_connections_wait_for_one(postgres, name, tmp_path):
    db = await Database.open(postgres.url(name), clock=CLOCK, folder=tmp_path, pool_size=2)
    assert sorted(await asyncio.gather(*(note(db) for _ in range(40)))) == list(range(1, 41))
    with psycopg.connect(postgres.admin_url(name)) as conn:
        asked = conn.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND datname = %s", (name,)
        )
        assert asked.fetchone()[0] <= 2 + 2  # and those that read
    await db.close()


async def test_texts_with_a_nul_and_broken_letters_are_kept_as_far_as_they_can_be(db):
    async with db.write() as tx:
        kept = await db.artifacts.put(
            tx, title="a\0b", content_type="t", text="x\0y", owner="T1:U", correlation="c"
        )
        row = db.inbox.row(
            workspace="T1", kind="mention", channel="C", thread="", actor_id="a", payload={"t": "\0 \ud800"},
            correlation="c",
        )  # fmt: skip
        assert await db.inbox.admit(tx, row, ["k"])
    async with db.read() as tx:
        found = await db.artifacts.get(tx, kept)
        assert (found.title, found.text) == ("a\ufffdb", "x\ufffdy")
        assert (await db.inbox.get(tx, row.id)).payload == {"t": "\0 \ud800"}


async def test_an_error_shows_no_values(db):
    with pytest.raises(StoreUnavailable) as error:
        async with db.write() as tx:
            await tx.run(text("SELECT CAST(:secret AS integer)"), {"secret": "hunter2"})
    assert "hunter2" not in str(error.value)


# schema and roles


async def test_a_database_without_our_tables_is_refused_with_what_to_do(postgres, tmp_path):
    with pytest.raises(SchemaMismatch, match=r"no tables of ours yet.*db upgrade"):
        await opened(postgres.url(postgres.new()), tmp_path)


@pytest.mark.parametrize(
    ("version", "words"), [("9999", "newer than this program"), ("", "no tables of ours yet")]
)
async def test_a_schema_that_does_not_fit_is_refused(postgres, name, tmp_path, version, words):
    postgres.admin(f"UPDATE alembic_version SET version_num = '{version}'", database=name)
    with pytest.raises(SchemaMismatch, match=words):
        await opened(postgres.url(name), tmp_path)
    if version:
        with pytest.raises(SchemaMismatch, match=words):
            upgrade(postgres.url(name, "owner"))
    postgres.admin(f"UPDATE alembic_version SET version_num = '{CURRENT}'", database=name)


async def test_a_role_without_rights_is_told_apart_from_a_server_that_is_away(postgres, tmp_path):
    name = postgres.new()
    upgrade(postgres.url(name, "owner"))
    with pytest.raises(SchemaMismatch, match="may not look at our tables"):
        await opened(postgres.url(name), tmp_path)


async def test_upgrading_at_once_and_again_is_the_same_as_once(postgres):
    name = postgres.new()
    both = (postgres.url(name, "owner"), "DATABASE_OWNER_URL", postgres.url(name))
    done = await asyncio.gather(asyncio.to_thread(upgraded, *both), asyncio.to_thread(upgraded, *both))
    assert all(words.endswith("rights granted to app") for words in done)
    assert upgraded(*both) == f"up to date at {CURRENT}; rights granted to app"


def test_a_role_that_is_not_there_is_named(postgres):
    name = postgres.new()
    with pytest.raises(SchemaMismatch, match="no role nobody"):
        role_to_grant(postgres.url(name, "owner"), postgres.url(name, "nobody"))


OWNERS_ATTEMPTS = (
    "UPDATE audit_events SET body = '{}' WHERE seq = 1",
    "DELETE FROM audit_events",
    "TRUNCATE audit_events",
    "INSERT INTO audit_events (seq, body, prev, hash, mac) SELECT seq, '{}', prev, hash, mac FROM audit_events ON CONFLICT (seq) DO UPDATE SET body = '{}'",
    "UPDATE audit_heads SET hash = ''",
    "TRUNCATE audit_heads",
)


@pytest.mark.parametrize("attempt", OWNERS_ATTEMPTS)
@pytest.mark.parametrize("role", ["owner", "postgres"])
async def test_u9_even_the_owner_is_stopped_by_the_triggers(postgres, name, db, role, attempt):
    await db.write_whole(lambda tx: db.audit.append_many(tx, [EVENT] * 100))
    with psycopg.connect(postgres.url(name, role).replace("+psycopg", "")) as conn:
        if role == "postgres":
            conn.execute("SET session_replication_role = replica")
        with pytest.raises(psycopg.Error, match="append-only"):
            conn.execute(attempt)
        conn.rollback()
    assert (await db.verify()).ok


async def test_whoever_gets_around_the_triggers_is_found(postgres, name, db):
    await db.write_whole(lambda tx: db.audit.append_many(tx, [EVENT] * 120))
    postgres.admin(
        "DROP TRIGGER audit_events_row ON audit_events", "UPDATE audit_events SET body = replace(body, 'T1', 'T2') WHERE seq = 70",
        database=name,
    )  # fmt: skip
    report = await db.verify()
    assert (report.problem.seq, report.problem.why) == (70, "was edited")
    assert "audit_events_row removed" in report.notes[0]
    postgres.admin(
        "CREATE TRIGGER audit_events_row BEFORE UPDATE OR DELETE ON audit_events FOR EACH ROW EXECUTE FUNCTION audit_block()",
        database=name,
    )


def test_migrations_make_the_tables_of_the_models(postgres, name):
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    import storage.tables_audit  # noqa: F401 - registers its tables
    from storage.tables import Base
    from tests.unit.test_storage_database import about_the_chain, flat

    engine = create_engine(postgres.url(name))
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()
    assert [d for d in flat(differences) if not about_the_chain(d)] == []


def test_rights_can_be_granted_again(postgres, name):
    assert grant(postgres.url(name, "owner"), "app") == "rights granted to app"
    assert grant(postgres.url(name, "owner"), "").startswith("the bot's role owns the tables")
