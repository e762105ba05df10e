"""What people said goes after a year, on every back end; what probation counts stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.housekeeping import Housekeeping
from storage.feedback import USEFUL, FeedbackRow
from storage.judgements import JudgementRow
from storage.shadow import JudgedRow, VoteRow
from tests.chaos.world import Alarms
from tests.contracts.conftest import NOW

LONG_AGO = NOW - timedelta(days=366)
LATELY = NOW - timedelta(days=364)
WORD = FeedbackRow("T1", "C1", "1.1", "req_old", "T1:UA", USEFUL, LONG_AGO)
SAID = JudgementRow("T1", "C1", "incident", "inc_old", "CheckoutDown", "T1:UA", "useless", LONG_AGO)


@pytest.fixture
async def said(db):
    async with db.write() as tx:
        await db.feedback.vote(tx, WORD)
        await db.feedback.vote(tx, replace(WORD, answer="req_new", at=LATELY))
        await db.judgements.judge(tx, SAID)
        await db.judgements.judge(tx, replace(SAID, subject="inc_new", at=LATELY))


async def left(db):
    since = LONG_AGO - timedelta(days=1)
    async with db.read() as tx:
        words = await db.feedback.since(tx, "T1", "C1", since)
        judged = await db.judgements.since(tx, "T1", "C1", since)
    return [row.answer for row in words], [row.subject for row in judged]


async def test_what_was_said_over_a_year_ago_goes_and_the_rest_stays(db, other, said, clock):
    for one in (db, other):
        await Housekeeping(one, clock, Alarms(), None, 30).daily()
    assert await left(other) == (["req_new"], ["inc_new"])


async def test_it_stays_as_long_as_results_where_they_are_kept_longer(db, said, clock):
    await Housekeeping(db, clock, Alarms(), None, 800).daily()
    assert await left(db) == (["req_old", "req_new"], ["inc_old", "inc_new"])


async def test_what_probation_counts_stays_however_old(db, said, clock):
    async with db.write() as tx:
        await db.shadow.judge(tx, JudgedRow("inc_old", "T1", "C1", "CheckoutDown", LONG_AGO, "CS"))
        await db.shadow.vote(tx, VoteRow("v1", "T1", "inc_old", "T1:UA", "right", LONG_AGO))
    await Housekeeping(db, clock, Alarms()).daily()
    async with db.read() as tx:
        assert await db.shadow.judged(tx, "inc_old") is not None
        assert [one.vote for one in await db.shadow.votes(tx, ["inc_old"])] == ["right"]
