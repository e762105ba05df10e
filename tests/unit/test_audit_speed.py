"""A hundred thousand rows are verified in seconds. The bound is far off the goal: `make bench` measures, this catches folly."""

import pytest

from storage.audit.measure import fill, measure_appends
from storage.database import Database
from tests.unit.audit_files import CLOCK

ROWS = 100_000


@pytest.mark.timeout(180)
async def test_a_hundred_thousand_rows_verify_and_a_flaw_in_them_is_found(tmp_path, record_property):
    import asyncio
    import sqlite3

    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/app.db", clock=CLOCK)
    await asyncio.to_thread(fill, db.file, db._keys, ROWS)
    report = await db.verify()
    record_property("rows_per_second", round(report.rows / report.seconds))
    assert (report.ok, report.rows, report.heads) == (True, ROWS, ROWS // 100)
    assert report.seconds < 10
    await db.close()
    with sqlite3.connect(db.file) as raw:
        raw.execute("DROP TRIGGER audit_events_update")
        raw.execute("UPDATE audit_events SET body = replace(body, 'ok', 'no') WHERE seq = 99999")
    raw.close()
    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/app.db", clock=CLOCK)
    assert (await db.verify()).problem.seq == 99_999
    await db.close()


async def test_appending_is_measured(tmp_path, record_property):
    db = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/app.db", clock=CLOCK)
    figures = await measure_appends(db, rows=200, writers=4)
    record_property("p50_ms", figures.p50_ms)
    assert figures.p50_ms < 250
    assert (await db.verify()).rows == 200
    await db.close()
