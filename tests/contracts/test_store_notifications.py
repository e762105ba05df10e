"""Notifications on every back end: planned once, claimed by one, settled by whoever claimed it, taken over from the gone."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.notify.capping import AN_HOUR, Cap
from storage.notifications import DEAD, DROPPED, SENDING, SENT, WAITING, NotificationRow
from tests.contracts.conftest import NOW

ROW = NotificationRow(
    "ntf_1", "T1", "incident:1:opened", "incident:1", "incident", "critical", "trigger", "ops", "email", "email:a@example.com",
    {"title": "down"}, NOW, NOW,
)  # fmt: skip
SOON = NOW + timedelta(minutes=1)


async def do(db, job, *args, **more):
    return await db.write_whole(lambda tx: job(tx, *args, **more))


async def state(db, ref="ntf_1"):
    row = await do(db, db.notifications.get, "T1", ref)
    return row.state, row.attempts, row.unsure


@pytest.fixture
async def two(tmp_path, clock, backend):
    """Two processes on one store, both known to be alive."""
    dbs = [await backend(tmp_path, clock, worker=name) for name in ("w1", "w2")]
    for db in dbs:
        await db.write_whole(db.workers.begin)
    yield dbs
    for db in dbs:
        await db.close()


async def test_it_is_planned_once_and_claimed_by_one_of_all_that_ask(two):
    told = await asyncio.gather(*(do(db, db.notifications.add, ROW) for db in two * 4))
    assert sum(told) == 1
    due = await do(two[0], two[0].notifications.due, "T1", ("email",), NOW)
    assert due == [ROW]
    claimed = await asyncio.gather(*(do(db, db.notifications.claim, "ntf_1") for db in two * 4))
    assert sum(claimed) == 1
    assert await do(two[0], two[0].notifications.due, "T1", ("email",), NOW) == []


async def test_only_its_way_its_workspace_and_its_time_make_it_due(two):
    db = two[0]
    await do(db, db.notifications.add, replace(ROW, due_at=SOON))
    assert await do(db, db.notifications.due, "T1", ("email",), NOW) == []
    assert await do(db, db.notifications.due, "T2", ("email",), SOON) == []
    assert await do(db, db.notifications.due, "T1", ("slack", "pagerduty"), SOON) == []
    assert len(await do(db, db.notifications.due, "T1", ("slack", "email"), SOON)) == 1


async def test_who_did_not_claim_it_settles_nothing(two):
    one, two = two
    await do(one, one.notifications.add, ROW)
    await do(one, one.notifications.claim, "ntf_1")
    assert not await do(two, two.notifications.sent, "ntf_1", "x", NOW)
    assert not await do(two, two.notifications.dead, "ntf_1", "why")
    assert await do(one, one.notifications.sent, "ntf_1", "<id>", NOW)
    assert not await do(one, one.notifications.again, "ntf_1", "why", SOON, unsure=False)
    assert await state(one) == (SENT, 1, False)


async def test_what_the_gone_were_sending_waits_anew_and_is_unsure_what_the_living_send_stays(two):
    one, two = two
    await do(one, one.notifications.add, ROW)
    await do(one, one.notifications.claim, "ntf_1")
    assert await do(two, two.notifications.take_over, alone=False) == 0
    assert await state(two) == (SENDING, 1, False)
    await do(one, one.workers.leave)
    assert await do(two, two.notifications.take_over, alone=False) == 1
    assert await state(two) == (WAITING, 1, True)


async def test_what_a_process_lost_sight_of_waits_anew_unless_it_went_on_meanwhile(two):
    one, two = two
    await do(one, one.notifications.add, ROW)
    await do(one, one.notifications.claim, "ntf_1")
    (read,) = await do(one, one.notifications.ours)
    assert await do(two, two.notifications.ours) == []
    assert not await do(two, two.notifications.let_go, read)
    await do(one, one.notifications.again, "ntf_1", "why", NOW, unsure=False)
    await do(one, one.notifications.claim, "ntf_1")
    assert not await do(one, one.notifications.let_go, read)
    assert await state(one) == (SENDING, 2, False)
    (read,) = await do(one, one.notifications.ours)
    assert await do(one, one.notifications.let_go, read)
    assert await state(one) == (WAITING, 2, True)


async def test_a_dead_one_is_tried_anew_only_when_somebody_asks(two):
    db = two[0]
    await do(db, db.notifications.add, ROW)
    assert not await do(db, db.notifications.retry, "T1", "ntf_1", NOW)
    await do(db, db.notifications.claim, "ntf_1")
    await do(db, db.notifications.dead, "ntf_1", "no such user")
    assert await do(db, db.notifications.due, "T1", ("email",), SOON) == []
    assert not await do(db, db.notifications.retry, "T2", "ntf_1", NOW)
    assert await do(db, db.notifications.retry, "T1", "ntf_1", NOW)
    assert await state(db) == (WAITING, 0, False)
    assert await do(db, db.notifications.counts, "T1") == {WAITING: 1}


async def test_what_is_over_is_dropped_where_it_surely_did_not_arrive(two):
    db = two[0]
    rows = [replace(ROW, id=f"ntf_{n}", destination=f"email:{n}@example.com") for n in range(3)]
    for row in [*rows, replace(ROW, id="ntf_9", subject="incident:2")]:
        await do(db, db.notifications.add, row)
    await do(db, db.notifications.claim, "ntf_1")
    await do(db, db.notifications.again, "ntf_1", "no answer", NOW, unsure=True)
    await do(db, db.notifications.claim, "ntf_2")
    assert await do(db, db.notifications.drop, "T1", "incident:1", NOW, "over") == 1
    found = {row.id: row.state for row in await do(db, db.notifications.history, "T1")}
    assert found == {"ntf_0": DROPPED, "ntf_1": WAITING, "ntf_2": SENDING, "ntf_9": WAITING}


async def test_it_is_escalated_once_and_not_when_somebody_saw_it(two):
    one, two = two
    for n in (1, 2):
        row = replace(ROW, id=f"ntf_{n}", subject=f"incident:{n}", escalate_at=SOON)
        await do(one, one.notifications.add, row)
        await do(one, one.notifications.claim, row.id)
        await do(one, one.notifications.sent, row.id, "x", NOW)
    assert await do(one, one.notifications.overdue, "T1", NOW) == []
    assert await do(one, one.notifications.seen, "T1", "incident:2", "bob", NOW) == 1
    assert [row.id for row in await do(one, one.notifications.overdue, "T1", SOON)] == ["ntf_1"]
    told = await asyncio.gather(*(do(db, db.notifications.escalated, "ntf_1") for db in (one, two)))
    assert sum(told) == 1
    assert await do(one, one.notifications.overdue, "T1", SOON) == []


async def test_history_goes_when_it_is_old_and_what_waits_stays(two):
    db = two[0]
    await do(db, db.notifications.add, ROW)
    await do(db, db.notifications.add, replace(ROW, id="ntf_2", state=DEAD))
    assert await do(db, db.notifications.oldest_due, "T1", SOON) == NOW
    assert await do(db, db.notifications.open, "T1", ("incident",), NOW) == ["incident:1"]
    assert await do(db, db.notifications.open, "T1", ("approval", "glass"), NOW) == []
    assert await do(db, db.notifications.forget, SOON) == 1
    assert [row.id for row in await do(db, db.notifications.history, "T1")] == ["ntf_1"]


async def test_two_processes_at_once_send_no_more_than_an_hours_worth_to_a_destination(two):
    def row(n):
        return replace(ROW, id=f"ntf_race{n}", event=f"race:{n}", area="approval", severity="warning")

    adds = [do(two[n % 2], Cap(two[n % 2].notifications).add, row(n)) for n in range(3 * AN_HOUR)]
    assert all(await asyncio.gather(*adds))
    rows = [await do(two[0], two[0].notifications.get, "T1", f"ntf_race{n}") for n in range(3 * AN_HOUR)]
    assert [sum(one.state == state for one in rows) for state in (WAITING, DROPPED)] == [AN_HOUR, 2 * AN_HOUR]
