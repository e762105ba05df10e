"""Once a day what is too old goes, the audit verifies, and nothing goes that nobody said may go."""

from datetime import timedelta

import pytest

from bot.housekeeping import Housekeeping
from bot.metrics import exposition
from bot.settings import Settings
from storage.clock import FixedClock
from storage.database import Database
from tests.chaos.world import Alarms
from tests.unit.audit_files import CLOCK, AuditFile, append

DAY = 86_400


@pytest.fixture
def clock():
    return FixedClock(CLOCK.at - timedelta(days=50))


@pytest.fixture
async def db(tmp_path, clock):
    """40 rows and a result, 50 days old, and 10 rows of today."""
    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/app.db", clock=clock)
    await append(db, *range(40))
    await put(db)
    clock.advance(50 * DAY)
    await append(db, *range(10))
    yield db
    await db.close()


async def put(db):
    async with db.write() as tx:
        await db.artifacts.put(
            tx, title="t", content_type="text/plain", text="x", owner="T:U", correlation="c"
        )


async def kept(db):
    """Rows of the audit, and results."""
    from sqlalchemy import text

    async with db.read() as tx:
        found = [await tx.run(text(f"SELECT count(*) FROM {t}")) for t in ("audit_events", "artifacts")]
        return tuple(count.scalar_one() for count in found)


def counted(what):
    line = next(
        (x for x in exposition().decode().splitlines() if f'purged_total{{what="{what}"}}' in x), "x 0"
    )
    return float(line.split()[-1])


async def test_what_is_too_old_goes_is_counted_and_the_audit_verifies(db, clock):
    before = counted("audit"), counted("results")
    await Housekeeping(db, clock, Alarms(), 30, 30).daily()
    assert await kept(db) == (11, 0)  # and the record of it
    assert (counted("audit") - before[0], counted("results") - before[1]) == (40, 1)
    assert (await db.verify()).ok


async def test_nothing_goes_where_no_setting_says_how_long(db, clock):
    home = Housekeeping(db, clock, Alarms())
    for _ in range(3):
        clock.advance(1000 * DAY)
        await home.daily()
    assert await kept(db) == (50, 1)


async def test_it_is_done_once_a_day_and_again_the_day_after(db, clock):
    home = Housekeeping(db, clock, Alarms(), None, 30)
    await home.daily()
    clock.advance(-40 * DAY)
    await put(db)
    clock.advance(40 * DAY)
    await home.daily()
    assert await kept(db) == (50, 1)
    clock.advance(DAY)
    await home.daily()
    assert await kept(db) == (50, 0)


async def test_an_audit_that_is_not_whole_is_left_as_it_is_and_loudly(tmp_path, db, clock):
    with AuditFile(tmp_path).sql() as raw, raw:
        raw.execute("UPDATE audit_events SET body = replace(body, 'row', 'raw') WHERE seq = 7")
    alarms = Alarms()
    await Housekeeping(db, clock, alarms, 30).daily()
    assert await kept(db) == (50, 1)
    assert [name for name, _ in alarms.raised] == ["audit_not_purged"]


async def test_the_setting_is_refused_where_the_bot_may_not_remove_rows():
    url = "postgresql+psycopg://bot@127.0.0.1/x"
    with pytest.raises(ValueError, match="AUDIT_KEEP_DAYS: only with SQLite"):
        Settings(database_url=url, audit_keep_days=400, _env_file=None)
    Settings(database_url=url, results_keep_days=400, _env_file=None)
