"""What people said of answers: one word a person and answer, whichever process writes it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from storage.feedback import USEFUL, USELESS, FeedbackRow
from tests.contracts.conftest import NOW

ROW = FeedbackRow("T1", "C1", "1.1", "req_1", "T1:UA", USELESS, NOW)
LATER = NOW + timedelta(hours=1)


async def do(db, job, *args):
    return await db.write_whole(lambda tx: job(tx, *args))


async def said(db, channel="C1"):
    rows = await do(db, db.feedback.since, "T1", channel, NOW - timedelta(days=1))
    return [(row.voter, row.answer, row.verdict, row.reason) for row in rows]


async def test_a_double_click_in_two_processes_is_one_word(db, other):
    pairs = [(db, other)[n % 2] for n in range(6)]
    fresh = await asyncio.gather(*(do(one, one.feedback.vote, ROW) for one in pairs))
    assert sum(fresh) == 1
    assert await said(other) == [("T1:UA", "req_1", USELESS, "")]


async def test_both_words_at_once_leave_one_of_them(db, other):
    both = (do(db, db.feedback.vote, ROW), do(other, other.feedback.vote, replace(ROW, verdict=USEFUL)))
    await asyncio.gather(*both)
    (found,) = await said(db)
    assert found[2] in {USEFUL, USELESS}


async def test_the_last_word_counts_and_takes_the_reason_away(db, other):
    await do(db, db.feedback.vote, ROW)
    assert await do(other, other.feedback.explain, "T1", "req_1", "T1:UA", "stale")
    assert not await do(db, db.feedback.vote, replace(ROW, at=LATER))
    assert await said(db) == [("T1:UA", "req_1", USELESS, "stale")]
    assert await do(other, other.feedback.vote, replace(ROW, verdict=USEFUL, at=LATER))
    assert await said(db) == [("T1:UA", "req_1", USEFUL, "")]
    assert not await do(db, db.feedback.explain, "T1", "req_1", "T1:UA", "late")


async def test_each_person_answer_workspace_and_channel_is_apart(db):
    await do(db, db.feedback.vote, ROW)
    assert await do(db, db.feedback.vote, replace(ROW, voter="T1:UB", verdict=USEFUL, at=LATER))
    assert await do(db, db.feedback.vote, replace(ROW, answer="req_2", channel="C2"))
    assert await do(db, db.feedback.vote, replace(ROW, workspace="T2"))
    assert not await do(db, db.feedback.explain, "T1", "req_1", "T1:UB", "not theirs")
    assert [row[:3] for row in await said(db)] == [
        ("T1:UA", "req_1", USELESS),
        ("T1:UB", "req_1", USEFUL),
    ]
