"""Inbox and outbox: in once, out once, whatever is delivered twice or dies in between."""

import asyncio
import contextlib
import random

from tests.contracts.conftest import NOW


async def admit(db, *keys, workspace="T1", text="hello"):
    row = db.inbox.row(
        workspace=workspace, kind="mention", channel="C1", thread="1.0", actor_id="T1:UA",
        payload={"text": text}, correlation="c_1",
    )  # fmt: skip
    return row if await db.write_whole(lambda tx: db.inbox.admit(tx, row, keys)) else None


async def test_any_known_key_makes_a_duplicate(db):
    row = await admit(db, "event:1", "C1:1.0")
    assert (row.state, row.attempts, row.received_at, row.payload) == ("new", 0, NOW, {"text": "hello"})
    assert await admit(db, "event:1") is None
    assert await admit(db, "event:2", "C1:1.0") is None
    assert await admit(db, "event:3") is not None


async def test_the_other_keys_of_a_duplicate_are_known_from_then_on(db):
    await admit(db, "event:1", "C1:1.0")
    assert await admit(db, "C1:1.0", "event:2") is None
    assert await admit(db, "event:2") is None


async def test_keys_are_known_within_their_workspace_only(db):
    await admit(db, "event:1")
    assert await admit(db, "event:1", workspace="T2") is not None


async def test_a_delivery_that_could_not_be_recorded_is_not_known(db):
    with contextlib.suppress(ZeroDivisionError):
        async with db.write() as tx:
            row = db.inbox.row(
                workspace="T1", kind="mention", channel="C", thread="", actor_id="a", payload={}, correlation="c",
            )  # fmt: skip
            await db.inbox.admit(tx, row, ("event:1",))
            raise ZeroDivisionError
    assert await admit(db, "event:1") is not None


async def test_a_thousand_events_delivered_four_times_to_two_processes_are_a_thousand_rows(db, other):
    count = 250
    deliveries = [(store, n) for n in range(count) for store in (db, other) for _ in range(2)]
    random.Random(5).shuffle(deliveries)
    rows = await asyncio.gather(*(admit(store, f"event:{n}", f"C1:{n}") for store, n in deliveries))
    assert sum(row is not None for row in rows) == count


async def test_work_is_started_until_it_ended_and_each_try_counts(db):
    row = await admit(db, "event:1")
    async with db.write() as tx:
        assert (await db.inbox.start(tx, row.id)).attempts == 1
        assert (await db.inbox.start(tx, row.id)).attempts == 2
        assert [r.id for r in await db.inbox.unfinished(tx)] == [row.id]
        assert await db.inbox.waiting(tx) == 1
        assert await db.inbox.finish(tx, row.id, "done", "said hello")
        assert await db.inbox.start(tx, row.id) is None
        assert not await db.inbox.finish(tx, row.id, "dead")
        assert await db.inbox.unfinished(tx) == []
        done = await db.inbox.get(tx, row.id)
    assert (done.state, done.note, done.finished_at) == ("done", "said hello", NOW)


async def test_unknown_work_is_not_started(db):
    async with db.write() as tx:
        assert await db.inbox.start(tx, "in_nosuch") is None
        assert not await db.inbox.finish(tx, "in_nosuch", "done")


async def test_unfinished_work_is_taken_up_in_the_order_it_came(db, clock):
    rows = []
    for n in range(5):
        clock.advance(1)
        rows.append(await admit(db, f"event:{n}"))
    async with db.read() as tx:
        assert [r.id for r in await db.inbox.unfinished(tx)] == [r.id for r in rows]


async def plan(db, key="reply:in_1", thread="1.0"):
    async with db.write() as tx:
        return await db.outbox.plan(
            tx, key=key, workspace="T1", channel="C1", thread=thread, kind="reply", body={}
        )


async def test_a_message_is_fresh_once_and_has_its_ts_when_sent(db):
    row, fresh = await plan(db)
    assert (fresh, row.ts) == (True, "")
    row, fresh = await plan(db)
    assert (fresh, row.ts) == (False, "")
    async with db.read() as tx:
        assert [r.key for r in await db.outbox.unsent(tx)] == ["reply:in_1"]
    async with db.write() as tx:
        await db.outbox.sent(tx, key="reply:in_1", ts="5.0")
    row, fresh = await plan(db)
    assert (fresh, row.ts, row.sent_at) == (False, "5.0", NOW)
    async with db.read() as tx:
        assert await db.outbox.unsent(tx) == []


async def test_the_bot_takes_part_where_it_spoke_and_under_its_own_messages(db):
    await plan(db, thread="1.0")
    await plan(db, key="digest:1", thread="")
    async with db.write() as tx:
        await db.outbox.sent(tx, key="digest:1", ts="7.0")

    async def engaged(channel, thread, workspace="T1"):
        async with db.read() as tx:
            return await db.turns.engaged(tx, workspace=workspace, channel=channel, thread=thread)

    assert await engaged("C1", "1.0")
    assert await engaged("C1", "7.0")
    assert not await engaged("C1", "2.0")
    assert not await engaged("C2", "1.0")
    assert not await engaged("C1", "1.0", workspace="T2")
    assert not await engaged("C1", "")


async def test_artifacts_are_kept_with_their_owner_until_they_are_old(db, clock):
    async with db.write() as tx:
        kept = await db.artifacts.put(
            tx, title="logs", content_type="text/plain", text="x" * 100_000, owner="T1:UA", correlation="c_1"
        )
    clock.advance(10)
    async with db.write() as tx:
        row = await db.artifacts.get(tx, kept)
        assert (row.owner, row.workspace, len(row.text)) == ("T1:UA", "T1", 100_000)
        assert await db.artifacts.forget_before(tx, NOW) == 0
        assert await db.artifacts.forget_before(tx, clock.now()) == 1
        assert await db.artifacts.get(tx, kept) is None
