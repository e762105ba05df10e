"""Approvals, intent rows and the stop switch."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage.grants import GrantRow
from storage.reviews import ReviewRow
from tests.contracts.conftest import NOW
from tests.contracts.test_store_plans import plan, stored


@pytest.fixture
async def planned(db):
    await stored(db, plan(1), plan(2))
    return db


async def approve(db, who="T1:UB", decision="approve", plan_id="plan_1", at=NOW):
    async with db.write() as tx:
        return await db.approvals.add(
            tx, plan_id=plan_id, principal=who, account=who, decision=decision, plan_hash="h", roles=["approver"],
            reason="ok", at=at,
        )  # fmt: skip


async def test_a_person_decides_once_a_plan_and_the_first_word_stands(planned):
    assert await approve(planned)
    assert not await approve(planned, decision="reject")
    assert await approve(planned, plan_id="plan_2")
    async with planned.read() as tx:
        (row,) = await planned.approvals.for_plan(tx, "plan_1")
    assert (row.decision, row.roles, row.workspace, row.at) == ("approve", ["approver"], "T1", NOW)


async def test_a_hundred_clicks_of_one_person_are_one_approval(planned, other):
    clicks = [approve(store) for _ in range(50) for store in (planned, other)]
    assert sum(await asyncio.gather(*clicks)) == 1


async def test_an_intent_is_there_once_committed_and_its_outcome_later(planned):
    async with planned.write() as tx:
        await planned.executions.intend(
            tx, plan_id="plan_1", step="apply", token="plan_1:apply", request={"precondition": "7"}
        )
    async with planned.read() as tx:
        row = await planned.executions.get(tx, "plan_1", "apply")
        assert await planned.executions.get(tx, "plan_1", "rollback") is None
    assert (row.outcome, row.request, row.intended_at, row.workspace) == (
        None,
        {"precondition": "7"},
        NOW,
        "T1",
    )
    async with planned.write() as tx:
        await planned.executions.record(tx, "plan_1", "apply", {"upstream_id": "u"})
    async with planned.read() as tx:
        row = await planned.executions.get(tx, "plan_1", "apply")
    assert (row.outcome, row.recorded_at) == ({"upstream_id": "u"}, NOW)


async def test_intending_again_replaces_the_request(planned):
    for version in ("7", "8"):
        async with planned.write() as tx:
            await planned.executions.intend(
                tx, plan_id="plan_1", step="apply", token="plan_1:apply", request={"precondition": version}
            )
    async with planned.read() as tx:
        assert (await planned.executions.get(tx, "plan_1", "apply")).request == {"precondition": "8"}


async def test_a_token_belongs_to_one_step(planned):
    async with planned.write() as tx:
        await planned.executions.intend(tx, plan_id="plan_1", step="apply", token="t", request={})
    with pytest.raises(IntegrityError):
        async with planned.write() as tx:
            await planned.executions.intend(tx, plan_id="plan_2", step="apply", token="t", request={})


async def test_a_stop_is_taken_back_by_votes_of_which_each_person_has_one(db):
    async with db.write() as tx:
        assert not (await db.switches.get(tx)).stopped
        await db.switches.stop(tx, by="alice", at=NOW, reason="smoke")
        assert await db.switches.vote_resume(tx, "T1:UB") == ("T1:UB",)
        assert await db.switches.vote_resume(tx, "T1:UB") == ("T1:UB",)
        assert set(await db.switches.vote_resume(tx, "T1:UD")) == {"T1:UB", "T1:UD"}
    async with db.read() as tx:
        state = await db.switches.get(tx)
    assert (state.stopped, state.by, state.reason, len(state.votes)) == (True, "alice", "smoke", 2)
    async with db.write() as tx:
        await db.switches.clear(tx)
        assert not (await db.switches.get(tx)).stopped


async def test_votes_against_an_old_stop_do_not_count_against_a_new_one(db):
    async with db.write() as tx:
        await db.switches.stop(tx, by="alice", at=NOW, reason="one")
        await db.switches.vote_resume(tx, "T1:UB")
        await db.switches.stop(tx, by="dan", at=NOW, reason="two")
        state = await db.switches.get(tx)
    assert (state.by, state.votes) == ("dan", ())


async def test_two_who_decide_on_a_plan_at_once_do_not_overlook_each_other(planned, other):
    async def decide(store, who):
        async with store.write() as tx:
            await store.plans.get(tx, "plan_1")
            await asyncio.sleep(0.15)
            await store.approvals.add(
                tx, plan_id="plan_1", principal=who, account=who, decision="approve", plan_hash="h", roles=[], reason="",
                at=NOW,
            )  # fmt: skip
            await asyncio.sleep(0.15)
            return len(await store.approvals.for_plan(tx, "plan_1"))

    for store in (planned, other):  # connected already
        async with store.write() as tx:
            await store.approvals.for_plan(tx, "plan_1")
    seen = await asyncio.gather(decide(planned, "T1:UB"), decide(other, "T1:UD"))
    assert sorted(seen) == [1, 2]


async def test_many_who_propose_at_once_are_counted_one_after_the_other(planned, other):
    async def propose(store, n):
        async with store.write() as tx:
            assert await store.plans.by_proposal_key(tx, f"key_{n}") is None
            many = await store.plans.count_since(
                tx, NOW - timedelta(hours=1), workspace="T1", requester="T1:UA"
            )
            await asyncio.sleep(0.01)
            await store.plans.insert(tx, plan(n))
            return many

    counts = await asyncio.gather(*(propose((planned, other)[n % 2], n) for n in range(10, 16)))
    assert sorted(counts) == [2, 3, 4, 5, 6, 7]


async def test_an_approval_can_be_raised_and_a_no_cannot(planned):
    async def raised(who):
        async with planned.write() as tx:
            return await planned.approvals.raised(
                tx, of=("approve",), plan_id="plan_1", principal=who, account=who, decision="break_glass",
                reason="why", at=NOW,
            )  # fmt: skip

    await approve(planned, "T1:UB")
    await approve(planned, "T1:UC", decision="reject")
    assert [await raised(who) for who in ("T1:UB", "T1:UB", "T1:UC", "T1:UD")] == [True, False, False, False]
    async with planned.read() as tx:
        rows = await planned.approvals.for_plan(tx, "plan_1")
    assert {(r.principal, r.decision) for r in rows} == {("T1:UB", "break_glass"), ("T1:UC", "reject")}


async def test_a_review_is_open_until_it_is_closed_once(planned):
    async with planned.write() as tx:
        for n in (1, 2):
            await planned.reviews.open(
                tx, ReviewRow(f"plan_{n}", "T1", "T1:UB", "why", "over", NOW + timedelta(n))
            )
    async with planned.read() as tx:
        assert [r.plan_id for r in await planned.reviews.waiting(tx, "T1")] == ["plan_1", "plan_2"]
        assert await planned.reviews.waiting(tx, "T2") == []
    for expected in (True, False):
        async with planned.write() as tx:
            assert await planned.reviews.close(tx, "plan_1", by="T1:UC", words="fine", at=NOW) is expected
    async with planned.read() as tx:
        assert [r.plan_id for r in await planned.reviews.waiting(tx)] == ["plan_2"]
        closed = await planned.reviews.get(tx, "plan_1")
    assert (closed.closed_by, closed.words, closed.closed_at) == ("T1:UC", "fine", NOW)


async def test_what_is_given_is_held_until_it_ends_or_is_ended(db):
    async def give(n, hours):
        async with db.write() as tx:
            row = GrantRow(f"plan_{n}", "T1", "T1:UB", "cover", NOW, NOW + timedelta(hours=hours))
            return await db.grants.give(tx, row)

    async def live(hours):
        async with db.read() as tx:
            return [row.plan_id for row in await db.grants.live(tx, NOW + timedelta(hours=hours))]

    async def over(hours):
        async with db.read() as tx:
            return await db.grants.over(tx, "T1:UB", NOW + timedelta(hours=hours))

    assert [await give(1, 3), await give(2, 1), await give(1, 3)] == [True, True, False]
    assert [await live(h) for h in (0, 1, 3)] == [["plan_2", "plan_1"], ["plan_1"], []]
    assert [await over(h) for h in (0, 1)] == [False, True]
    async with db.write() as tx:
        assert await db.grants.end(tx, ["plan_1"], by="T1:UC", at=NOW) == 1
        assert await db.grants.end(tx, ["plan_1"], by="T1:UD", at=NOW) == 0
    async with db.read() as tx:
        assert (await db.grants.get(tx, "plan_1")).ended_by == "T1:UC"
        assert await db.grants.get(tx, "plan_9") is None
    assert await live(0) == ["plan_2"]
