"""Detectors: a look is one process's, what it found is kept once, and another policy makes another detector."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from storage.detectors import DetectorRow
from tests.contracts.conftest import NOW

ROW = DetectorRow("T1:cpu", "T1", "spec-1", NOW, NOW - timedelta(hours=1))
HOUR = timedelta(hours=1)


async def do(db, job, *args, **more):
    return await db.write_whole(lambda tx: job(tx, *args, **more))


async def test_it_is_put_once_whoever_comes_and_stays_as_it_is(db, other):
    assert sum([await do(one, one.detectors.put, ROW) for one in (db, other)]) == 1
    assert not await do(db, db.detectors.put, replace(ROW, spec="spec-2"))
    assert await do(db, db.detectors.of, "T1") == [ROW]
    assert await do(db, db.detectors.of, "T2") == []
    assert await do(db, db.detectors.get, "T2", "T1:cpu") is None


async def test_a_look_is_taken_by_one_of_all_that_try(db, other):
    await do(db, db.detectors.put, ROW)
    pairs = [(db, other)[n % 2] for n in range(6)]
    taken = await asyncio.gather(*(do(one, one.detectors.look, ROW, NOW) for one in pairs))
    assert sum(taken) == 1
    (found,) = await do(other, other.detectors.of, "T1")
    assert (found.looked_at, found.seen_at) == (NOW, None)


async def test_what_a_look_found_is_kept_unless_a_later_one_was_taken(db, other):
    await do(db, db.detectors.put, ROW)
    await do(db, db.detectors.look, ROW, NOW)
    mine = replace(ROW, looked_at=NOW)
    assert await do(db, db.detectors.seen, mine, {"trouble": "away"})
    assert await do(other, other.detectors.look, mine, NOW + HOUR)
    assert not await do(db, db.detectors.seen, mine, {"trouble": ""})
    found = await do(db, db.detectors.get, "T1", "T1:cpu")
    assert (found.seen_at, found.looked_at, dict(found.state)) == (NOW, NOW + HOUR, {"trouble": "away"})


async def test_another_meaning_of_the_same_name_is_another_detector(db):
    await do(db, db.detectors.put, ROW)
    meant = replace(ROW, spec="spec-2")
    assert not await do(db, db.detectors.look, meant, NOW)
    assert not await do(db, db.detectors.seen, meant, {})
    assert not await do(db, db.detectors.remove, meant)
    assert await do(db, db.detectors.remove, ROW)
    assert not await do(db, db.detectors.remove, ROW)
    assert await do(db, db.detectors.put, meant)
