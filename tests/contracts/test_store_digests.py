"""Digests, what they saw last, and what people said of what was posted."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from storage.digests import DigestRow
from storage.judgements import JudgementRow
from tests.contracts.conftest import NOW

ROW = DigestRow("dig_1", "T1", "C1", "cost", "0 9 * * 1", "UTC", "T1:UA", NOW, NOW)
SAID = JudgementRow("T1", "C1", "incident", "inc_1", "CheckoutDown", "T1:UA", "useless", NOW)
HOUR = timedelta(hours=1)


async def do(db, job, *args, **more):
    return await db.write_whole(lambda tx: job(tx, *args, **more))


async def test_a_moment_is_dealt_with_once_whoever_comes_and_only_ever_forward(db, other):
    await do(db, db.digests.add, ROW)
    pairs = [(db, other)[n % 2] for n in range(6)]
    told = await asyncio.gather(*(do(one, one.digests.dealt_with, "dig_1", NOW + HOUR) for one in pairs))
    assert sum(told) == 1
    assert not await do(db, db.digests.dealt_with, "dig_1", NOW)
    assert await do(db, db.digests.dealt_with, "dig_1", NOW + 2 * HOUR, "gone")
    assert not await do(db, db.digests.dealt_with, "dig_1", NOW + 3 * HOUR)
    assert await do(db, db.digests.running, "T1") == []
    (found,) = await do(db, db.digests.in_channel, "T1", "C1")
    assert (found.last_at, found.stopped) == (NOW + 2 * HOUR, "gone")
    assert await do(db, db.digests.in_channel, "T2", "C1") == []


async def test_what_the_policy_sets_up_is_put_once_and_follows_it(db, other):
    mine = replace(ROW, id="policy:T1:week", owner="system:digest")
    assert sum([await do(one, one.digests.put, mine) for one in (db, other)]) == 1
    assert await do(db, db.digests.dealt_with, mine.id, NOW + HOUR, "archived")
    assert not await do(db, db.digests.put, replace(mine, last_at=NOW + 2 * HOUR))
    changed = replace(mine, channel="C2", made_at=NOW + 2 * HOUR, last_at=NOW + 2 * HOUR)
    assert await do(db, db.digests.put, changed)
    (found,) = await do(db, db.digests.of, "T1", "system:digest")
    assert (found.channel, found.stopped, found.last_at) == ("C2", "", NOW + 2 * HOUR)
    assert await do(db, db.digests.of, "T2", "system:digest") == []


async def test_what_it_saw_is_replaced_and_goes_with_it(db):
    await do(db, db.digests.add, ROW)
    assert await do(db, db.digests.seen, "T1", "dig_1") is None
    for number in range(2):
        await do(db, db.digests.saw, ROW, NOW, {"areas": {"n": number}})
    assert await do(db, db.digests.seen, "T1", "dig_1") == {"areas": {"n": 1}}
    assert await do(db, db.digests.seen, "T2", "dig_1") is None
    assert await do(db, db.digests.remove, "dig_1")
    assert await do(db, db.digests.seen, "T1", "dig_1") is None
    assert not await do(db, db.digests.remove, "dig_1")


async def test_a_person_has_one_word_on_each_and_the_last_one_counts(db, other):
    await do(db, db.judgements.judge, SAID)
    await do(other, other.judgements.judge, replace(SAID, verdict="useful", at=NOW + HOUR))
    await do(db, db.judgements.judge, replace(SAID, voter="T1:UB", at=NOW + 2 * HOUR))
    await do(db, db.judgements.judge, replace(SAID, channel="C2", subject="inc_2"))
    found = await do(db, db.judgements.since, "T1", "C1", NOW)
    assert [(row.voter, row.verdict) for row in found] == [("T1:UA", "useful"), ("T1:UB", "useless")]
    assert await do(db, db.judgements.since, "T1", "C1", NOW + 2 * HOUR) == []


async def test_two_clicks_at_once_in_two_processes_are_one_word_and_neither_fails(db, other):
    for n in range(8):
        row = replace(SAID, subject=f"inc_{n}")
        pair = ((db, row), (other, replace(row, verdict="useful")))
        await asyncio.gather(*(do(one, one.judgements.judge, said) for one, said in pair * 3))
    found = await do(db, db.judgements.since, "T1", "C1", NOW - HOUR)
    assert sorted(row.subject for row in found) == [f"inc_{n}" for n in range(8)]


async def test_posts_are_counted_by_kind_and_channel_once_slack_has_them(db, clock):
    for key, kind, channel in (("a", "digest", "C1"), ("b", "incident", "C1"), ("c", "incident", "C1"), ("d", "digest", "C2")):  # fmt: skip
        plan = {"workspace": "T1", "channel": channel, "thread": "", "kind": kind, "body": {}}
        await do(db, db.outbox.plan, key=key, **plan)
    for key in "abd":
        await do(db, db.outbox.sent, key=key, ts="1.1")
    assert await do(db, db.judgements.posts, "T1", "C1", NOW - HOUR) == {"digest": 1, "incident": 1}
    assert await do(db, db.judgements.posts, "T1", "C1", NOW) == {}
