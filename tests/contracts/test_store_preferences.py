"""What people set for themselves, in every store."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from storage.preferences import Preferences
from tests.contracts.conftest import NOW

HERS = Preferences("T1", "T1:UA", zone="Europe/Berlin", verbosity="short", namespace="shop", changed_at=NOW)


async def do(db, job, *args):
    return await db.write_whole(lambda tx: job(tx, *args))


async def test_what_was_set_is_found_and_nobody_elses(db):
    assert await do(db, db.preferences.get, "T1", "T1:UA") == Preferences("T1", "T1:UA")
    await do(db, db.preferences.set, HERS)
    await do(db, db.preferences.set, replace(HERS, verbosity="full"))
    assert await do(db, db.preferences.get, "T1", "T1:UA") == replace(HERS, verbosity="full")
    assert await do(db, db.preferences.get, "T2", "T1:UA") == Preferences("T2", "T1:UA")
    assert await do(db, db.preferences.get, "T1", "T1:UB") == Preferences("T1", "T1:UB")
    assert await do(db, db.preferences.forget, "T1", "T1:UA")
    assert not await do(db, db.preferences.forget, "T1", "T1:UA")
    assert await do(db, db.preferences.get, "T1", "T1:UA") == Preferences("T1", "T1:UA")


async def test_set_by_two_at_once_one_whole_row_stays(db, other):
    rows = [replace(HERS, zone=f"Z{n}", namespace=f"n{n}") for n in range(6)]
    await asyncio.gather(*(do(one, one.preferences.set, row) for n, row in enumerate(rows) for one in [(db, other)[n % 2]]))  # fmt: skip
    assert await do(db, db.preferences.get, "T1", "T1:UA") in rows


@pytest.mark.parametrize(
    ("begin", "end", "hour", "minute", "quiet"),
    [
        ("22:00", "07:00", 20, 59, True),  # 22:59 in Berlin
        ("22:00", "07:00", 19, 59, False),
        ("22:00", "07:00", 5, 0, False),  # 07:00 in Berlin: over
        ("22:00", "07:00", 4, 59, True),
        ("12:00", "13:00", 10, 30, True),
        ("12:00", "13:00", 12, 30, False),
        ("", "", 2, 0, False),
    ],
)
def test_quiet_hours_hold_by_the_clock_of_their_zone(begin, end, hour, minute, quiet):
    at = datetime(2026, 7, 6, hour, minute, tzinfo=UTC)
    hers = replace(HERS, quiet_from=begin, quiet_until=end)
    assert hers.quiet_at(at) is quiet
    assert replace(hers, zone="").quiet_at(at, "Europe/Berlin") is quiet
    assert replace(hers, zone="Nowhere/Here").quiet_at(at) in {True, False}
