"""Keys and what they signed, incidents and countdowns."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from storage.incidents import CountdownRow, IncidentRow
from storage.keys import KeyRow, SignatureRow
from tests.contracts.conftest import NOW
from tests.contracts.test_store_plans import plan, stored

KEY = KeyRow("aa-bb", "T1", "T1:UB", "00ff", "bob", NOW)
SIGNED = SignatureRow("plan_1", "T1:UB", "approve", "T1", "aa-bb", "text", "ab", alone=True, at=NOW)
INCIDENT = IncidentRow("inc_1", "T1", "C1", "down", "T1:UA", NOW)
COUNTDOWN = CountdownRow("plan_1", "T1", "inc_1", "T1:UA", "T1:UA", NOW)


async def do(db, job, *args, **more):
    return await db.write_whole(lambda tx: job(tx, *args, **more))


async def test_a_key_is_offered_once_and_counts_when_both_have_said_so(db):
    assert await do(db, db.keys.offer, KEY)
    assert not await do(db, db.keys.offer, replace(KEY, principal="T1:UEVE"))
    assert await do(db, db.keys.own, KEY, NOW)
    assert not await do(db, db.keys.own, KEY, NOW)
    assert (await do(db, db.keys.get, "T1", KEY.id)).state == "offered"
    assert await do(db, db.keys.confirm, KEY, "T1:UD", NOW)
    found = await do(db, db.keys.get, "T1", KEY.id)
    assert (found.state, found.principal) == ("enrolled", "T1:UB")
    assert await do(db, db.keys.revoke, KEY, "T1:UD", NOW)
    assert not await do(db, db.keys.revoke, KEY, "T1:UD", NOW)
    assert not await do(db, db.keys.confirm, KEY, "T1:UD", NOW)
    assert (await do(db, db.keys.get, "T1", KEY.id)).state == "revoked"
    assert await do(db, db.keys.get, "T2", KEY.id) is None


async def test_a_signature_is_kept_once_and_its_plans_are_found(db):
    await stored(db, plan(1), plan(2))
    assert await do(db, db.signatures.add, SIGNED)
    assert not await do(db, db.signatures.add, replace(SIGNED, signature="cd"))
    assert await do(db, db.signatures.add, replace(SIGNED, principal="T1:UD"))
    assert [s.signature for s in await do(db, db.signatures.for_plan, "plan_1")] == ["ab", "ab"]
    (found,) = await do(db, db.signatures.plans_since, NOW)
    assert (found.plan_id, found.state, found.signatures) == ("plan_1", "pending", 2)
    assert await do(db, db.signatures.plans_since, NOW + timedelta(seconds=1)) == []


async def test_one_incident_is_open_in_a_channel_however_many_declare_it(db, other):
    rows = [replace(INCIDENT, id=f"inc_{n}") for n in range(8)]
    told = await asyncio.gather(*(do(one, one.incidents.declare, r) for n, r in enumerate(rows) for one in [(db, other)[n % 2]]))  # fmt: skip
    assert sum(told) == 1
    found = await do(db, db.incidents.open_in, "T1", "C1")
    assert await do(db, db.incidents.open_in, "T1", "C2") is None
    assert await do(db, db.incidents.raise_budget, found.id, "T1:UB", NOW)
    assert not await do(db, db.incidents.raise_budget, found.id, "T1:UD", NOW)
    assert await do(db, db.incidents.close, found.id, by="T1:UB", note="over", at=NOW)
    assert not await do(db, db.incidents.close, found.id, by="T1:UB", note="over", at=NOW)
    assert not await do(db, db.incidents.raise_budget, found.id, "T1:UD", NOW)
    assert await do(db, db.incidents.declare, replace(INCIDENT, id="inc_9"))


@pytest.mark.parametrize("end", ["stop", "end"])
async def test_a_countdown_ends_or_is_stopped_once(db, end):
    await do(db, db.countdowns.begin, COUNTDOWN)
    await do(db, db.countdowns.seen, "plan_1", NOW, NOW + timedelta(seconds=60))
    (row,) = await do(db, db.countdowns.running)
    assert (row.seen_at, row.ends_at) == (NOW, NOW + timedelta(seconds=60))
    first = (
        (db.countdowns.stop, "plan_1", "bob", NOW) if end == "stop" else (db.countdowns.end, "plan_1", NOW)
    )
    assert await do(db, *first)
    assert not await do(db, db.countdowns.stop, "plan_1", "dan", NOW)
    assert not await do(db, db.countdowns.end, "plan_1", NOW)
    assert await do(db, db.countdowns.running) == []


async def test_of_what_was_not_sent_that_about_others_is_dropped(db):
    for n in (1, 2):
        await do(db, db.outbox.plan, key=f"escalate:plan_{n}:1", workspace="T1", channel="C1", thread="", kind="escalation", body={})  # fmt: skip
    await do(
        db, db.outbox.plan, key="card:plan_1", workspace="T1", channel="C1", thread="", kind="card", body={}
    )
    assert await do(db, db.outbox.drop, "escalation", {"plan_2"}) == 1
    assert [row.key for row in await do(db, db.outbox.unsent)] == ["card:plan_1", "escalate:plan_2:1"]
    await do(db, db.outbox.sent, key="escalate:plan_2:1", ts="1.0")
    assert await do(db, db.outbox.drop, "escalation", set()) == 0
