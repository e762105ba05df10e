"""U7: what is old enough is forgotten on purpose, and the audit still verifies."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from storage.audit.events import EventType
from storage.clock import FixedClock
from storage.database import Database
from storage.errors import AuditTampered
from tests.unit.audit_files import CLOCK, AuditFile, append


@pytest.fixture
def clock():
    return FixedClock(CLOCK.at - timedelta(days=500))


@pytest.fixture
async def db(tmp_path, clock):
    """150 rows of which 120 are 500 days old, the rest 100."""
    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/app.db", clock=clock)
    await append(db, *range(120))
    clock.advance(400 * 86_400)
    await append(db, *range(30))
    clock.advance(100 * 86_400)
    yield db
    await db.close()


async def seqs(db):
    async with db.read() as tx:
        return [row.seq for row in await db.audit.find(tx)]


async def test_u7_old_rows_go_and_what_is_left_verifies(db):
    assert await db.purge_audit() == 120
    assert await seqs(db) == list(range(121, 152))
    async with db.read() as tx:
        (record,) = await db.audit.find(tx, kind=EventType.PURGE)
    assert record.body["detail"] == {"days": 400, "up_to": 120}
    report = await db.verify()
    assert (report.ok, report.rows, report.notes) == (True, 31, ()), report.text
    await append(db, *range(100))
    assert (await db.verify()).ok
    assert await db.purge_audit() == 0


async def test_much_that_is_old_goes_some_at_a_time(db):
    assert await db.purge_audit(at_once=50) == 120
    async with db.read() as tx:
        records = await db.audit.find(tx, kind=EventType.PURGE)
    assert [record.body["detail"]["up_to"] for record in records] == [50, 100, 120]
    assert (await db.verify()).ok


async def test_the_public_key_alone_and_a_later_start_suffice(tmp_path, db):
    await db.purge_audit()
    await append(db, *range(100))
    await db.close()
    from storage.audit.keys import load_public
    from storage.audit.verify import Keys, verify_file

    keys = Keys(load_public(tmp_path / "audit-signing.pub.pem"))
    assert verify_file(db.file, keys, anchor=db.anchor).ok
    assert verify_file(db.file, keys, anchor=db.anchor, start=140).ok


async def test_the_table_is_append_only_again(db):
    await db.purge_audit()
    with pytest.raises(IntegrityError, match="append-only"):
        async with db.write() as tx:
            await tx.run(text("DELETE FROM audit_events WHERE seq = 125"))


async def test_the_newest_row_stays_whatever_its_age(db, clock):
    clock.advance(1000 * 86_400)
    assert await db.purge_audit() == 149
    assert await seqs(db) == [150, 151]
    assert (await db.verify()).ok


async def test_an_empty_audit_has_nothing_to_forget(tmp_path):
    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/app.db", clock=CLOCK)
    assert await db.purge_audit() == 0
    await db.close()


async def test_removing_more_than_was_signed_is_found(tmp_path, db):
    await db.purge_audit()
    await db.close()
    with AuditFile(tmp_path).sql() as raw, raw:
        raw.execute("DELETE FROM audit_events WHERE seq = 121")
    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/app.db", clock=CLOCK)
    assert (await db.verify()).problem.seq == 121
    await db.close()


async def test_nothing_is_forgotten_of_an_audit_that_was_edited(tmp_path, db):
    with AuditFile(tmp_path).sql() as raw, raw:
        raw.execute("UPDATE audit_events SET body = replace(body, 'row', 'raw') WHERE seq = 7")
    with pytest.raises(AuditTampered, match="row 7"):
        await db.purge_audit()
    assert len(await seqs(db)) == 150
