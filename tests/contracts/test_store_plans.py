"""Plans: stored as sealed, moved by compare-and-set, found by what queries need."""

import asyncio
import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage.plans import PlanRow, PlanState
from tests.contracts.conftest import NOW

PENDING, APPROVED, EXECUTING = PlanState.PENDING, PlanState.APPROVED, PlanState.EXECUTING


def plan(n=1, **more):
    row = PlanRow(
        id=f"plan_{n}", workspace="T1", state=PENDING, body='{"a":1}', hash="h", action="scale", target_key="web",
        requester="T1:UA", channel="C1", thread="1.0", environment="production", risk="high", created_at=NOW,
        expires_at=NOW + timedelta(hours=1), inbox_id="in_1", proposal_key=f"key_{n}",
    )  # fmt: skip
    return dataclasses.replace(row, **more)


async def stored(db, *rows):
    async with db.write() as tx:
        for row in rows:
            await db.plans.insert(tx, row)


async def test_what_was_stored_comes_back_the_same(db):
    row = plan(
        outcome={"detail": "é", "n": [1, None]}, decided_at=NOW, claimed_by="w", card_ts="1.5", unaudited=True
    )
    await stored(db, row, plan(2))
    async with db.read() as tx:
        assert await db.plans.get(tx, "plan_1") == row
        assert await db.plans.get(tx, "plan_2") == plan(2)
        assert await db.plans.get(tx, "plan_3") is None


async def test_a_proposal_is_stored_once(db):
    await stored(db, plan())
    with pytest.raises(IntegrityError):
        await stored(db, plan(2, proposal_key="key_1"))
    async with db.read() as tx:
        assert (await db.plans.by_proposal_key(tx, "key_1")).id == "plan_1"
        assert await db.plans.by_proposal_key(tx, "key_2") is None


async def test_a_move_writes_state_and_columns(db):
    await stored(db, plan())
    async with db.write() as tx:
        assert await db.plans.move(
            tx, "plan_1", to=APPROVED, allowed_from={PENDING}, decided_at=NOW, outcome={"x": 1}
        )
    async with db.read() as tx:
        row = await db.plans.get(tx, "plan_1")
    assert (row.state, row.decided_at, row.outcome) == (APPROVED, NOW, {"x": 1})


@pytest.mark.parametrize(
    "unlike",
    [
        {"allowed_from": {APPROVED}},
        {"allowed_from": {PENDING}, "where_hash": "other"},
        {"allowed_from": {PENDING}, "not_expired_at": NOW + timedelta(hours=1)},
    ],
)
async def test_a_plan_that_is_not_as_believed_does_not_move(db, unlike):
    await stored(db, plan())
    async with db.write() as tx:
        assert not await db.plans.move(tx, "plan_1", to=EXECUTING, claimed_by="w", **unlike)
    async with db.read() as tx:
        assert await db.plans.get(tx, "plan_1") == plan()


async def test_a_move_one_moment_before_expiry_counts(db):
    await stored(db, plan())
    at = NOW + timedelta(hours=1) - timedelta(microseconds=1)
    async with db.write() as tx:
        assert await db.plans.move(
            tx, "plan_1", to=APPROVED, allowed_from={PENDING}, where_hash="h", not_expired_at=at
        )


async def test_a_move_within_a_transaction_is_seen_in_it_and_gone_when_it_fails(db):
    await stored(db, plan())
    with pytest.raises(ZeroDivisionError):
        async with db.write() as tx:
            await db.plans.move(tx, "plan_1", to=APPROVED, allowed_from={PENDING})
            assert (await db.plans.get(tx, "plan_1")).state is APPROVED
            raise ZeroDivisionError
    async with db.read() as tx:
        assert (await db.plans.get(tx, "plan_1")).state is PENDING


async def test_of_many_claims_from_two_processes_one_wins_a_plan(db, other):
    await stored(db, *(plan(n, state=APPROVED) for n in range(30)))

    async def claim(store, n, who):
        async with store.write() as tx:
            return await store.plans.move(
                tx, f"plan_{n}", to=EXECUTING, allowed_from={APPROVED}, where_hash="h", claimed_by=who
            )

    claims = [claim(store, n, f"{i}") for n in range(30) for i in range(5) for store in (db, other)]
    assert sum(await asyncio.gather(*claims)) == 30


async def test_lists_are_newest_first_and_queues_oldest_first(db):
    await stored(
        db,
        plan(1),
        plan(2, created_at=NOW + timedelta(seconds=1), state=APPROVED),
        plan(3, created_at=NOW + timedelta(seconds=2), workspace="T2"),
        plan(4, created_at=NOW + timedelta(seconds=3), target_key="api", requester="T1:UB", channel="C2"),
    )
    ids = lambda rows: [row.id for row in rows]  # noqa: E731
    async with db.read() as tx:
        assert ids(await db.plans.list(tx)) == ["plan_4", "plan_3", "plan_2", "plan_1"]
        assert ids(await db.plans.list(tx, limit=2)) == ["plan_4", "plan_3"]
        assert ids(await db.plans.list(tx, state="approved")) == ["plan_2"]
        assert ids(await db.plans.list(tx, workspace="T2")) == ["plan_3"]
        assert ids(await db.plans.pending_for(tx, "T1")) == ["plan_1", "plan_4"]
        assert ids(await db.plans.for_target(tx, "web", {PENDING, APPROVED})) == [
            "plan_1",
            "plan_2",
            "plan_3",
        ]
        assert await db.plans.count_since(tx, NOW, workspace="T1", requester="T1:UA") == 1
        assert await db.plans.count_since(tx, NOW - timedelta(seconds=1), workspace="T1", channel="C1") == 2


async def test_the_place_of_a_card_is_no_part_of_the_state(db):
    await stored(db, plan())
    async with db.write() as tx:
        await db.plans.set_card(tx, "plan_1", "1764000000.1")
    async with db.read() as tx:
        assert await db.plans.get(tx, "plan_1") == plan(card_ts="1764000000.1")
