"""Clicks: who counts, once, when, and for which plan (A3 to A8, A18, A19)."""

import asyncio
import random

import pytest

from agents.changes.requests import Click
from agents.people import Place
from tests.chaos.world import ALICE, BOB, CAROL, DAN, OPS, POLICY, STAGING, actor, open_world

TWO = POLICY.replace("high: {count: 1,", "high: {count: 2,")


@pytest.fixture
async def world(tmp_path):
    world = await open_world(tmp_path)
    yield world
    await world.close()


@pytest.fixture
async def two(tmp_path):
    world = await open_world(tmp_path, policy=TWO)
    yield world
    await world.close()


async def refused(world, plan, who, **click):
    decided = await world.click(plan.id, who, **click)
    assert decided.kind == "refused", decided
    assert "approval.refused" in await world.audit(plan.id)
    assert (await world.state(plan.id), world.backend.writes) == ("pending", [])
    return decided


async def test_a5_the_requester_cannot_approve_in_production(world):
    plan = await world.propose(who=BOB, name="web")
    decided = await refused(world, plan, BOB)
    assert "another person" in decided.text
    assert "dan may" in decided.text
    assert "Nothing was changed" in decided.text


async def test_a5_nor_through_a_second_account_of_theirs(world):
    plan = await world.propose(who=BOB)
    await refused(world, plan, actor("UBOB2"))


@pytest.mark.parametrize("asks", ["UBOB", "UBOB2"])
async def test_a5_nor_after_the_policy_lists_their_accounts_the_other_way_round(world, asks):
    plan = await world.propose(who=actor(asks))
    text = world.policy_path.read_text().replace(
        '{id: "TLOCAL:UBOB", name: bob, also: ["TLOCAL:UBOB2"]}',
        '{id: "TLOCAL:UBOB2", name: bob, also: ["TLOCAL:UBOB"]}',
    )
    world.policy_path.write_text(text)
    world.policy.reload()
    for account in ("UBOB", "UBOB2"):
        await refused(world, plan, actor(account))
    assert await world.changes.waiting_for(BOB, OPS) == []


@pytest.mark.parametrize(
    "who", [ALICE, CAROL, actor("UNOBODY"), actor("UBOB", "guest"), actor("UBOB", "deactivated")]
)
async def test_only_approvers_count(world, who):
    plan = await world.propose(who=DAN)
    await refused(world, plan, who)


async def test_a_click_from_a_shared_channel_never_counts(world):
    plan = await world.propose()
    await refused(world, plan, BOB, place=Place("TLOCAL", "COPS", "1", shared_externally=True))


async def test_a_click_from_another_workspace_finds_nothing(world):
    plan = await world.propose()
    assert (await world.click(plan.id, BOB, place=Place("TOTHER", "COPS", "1"))).kind == "unknown"


async def test_a_press_on_home_is_judged_by_the_channel_of_the_plan(world):
    plan = await world.propose()
    assert (await world.click(plan.id, BOB, place=Place("TLOCAL", "DHOME", "", "home"))).kind == "quorum"


async def test_a6_two_people_and_one_person_twice(two):
    plan = await two.propose()
    assert (await two.click(plan.id, BOB)).kind == "recorded"
    assert (await two.click(plan.id, BOB)).kind == "late"
    assert (await two.click(plan.id, actor("UBOB2"))).kind == "late", "two accounts, one person"
    assert await two.state(plan.id) == "pending"
    assert (await two.click(plan.id, DAN)).kind == "quorum"
    await two.starter.done()
    assert (await two.state(plan.id), len(two.backend.writes)) == ("succeeded", 1)


async def test_a6_an_approver_who_lost_the_role_no_longer_counts(two):
    plan = await two.propose()
    await two.click(plan.id, BOB)
    text = two.policy_path.read_text()
    two.policy_path.write_text(
        text.replace('["person:bob", "person:dan"], role: approver', '["person:dan"], role: approver')
    )
    two.policy.reload()
    assert (await two.click(plan.id, DAN)).kind == "recorded"
    assert await two.state(plan.id) == "pending"


async def test_a6_an_approver_who_was_deactivated_no_longer_counts(two):
    plan = await two.propose()
    await two.click(plan.id, BOB)
    two.people.standing["TLOCAL:UBOB"] = "deactivated"
    assert (await two.click(plan.id, DAN)).kind == "recorded"
    assert await two.state(plan.id) == "pending"


async def test_a6_any_deny_ends_it(two):
    plan = await two.propose()
    await two.click(plan.id, BOB)
    assert (await two.click(plan.id, DAN, "reject")).kind == "ended"
    assert await two.state(plan.id) == "rejected"
    assert (await two.click(plan.id, actor("UBOB2"))).kind == "late"
    assert two.backend.writes == []


async def test_a6_a_restart_in_the_middle_of_a_quorum_loses_nothing(two):
    plan = await two.propose()
    await two.click(plan.id, BOB)
    two.build(worker="w2")
    assert (await two.click(plan.id, DAN)).kind == "quorum"


async def test_a4_expiry_means_no_at_the_second(world):
    plan = await world.propose()
    world.clock.advance(3599)
    early = await world.propose(name="early")
    assert (await world.click(plan.id)).kind == "quorum"
    world.clock.advance(3600)
    assert (await world.click(early.id)).kind == "expired"
    assert await world.state(early.id) == "expired"
    assert "plan.expired" in await world.audit(early.id)
    assert world.told.settled[-1] == early.id


async def test_a4_the_tick_expires_what_nobody_clicks(world):
    plan = await world.propose(namespace=STAGING)
    world.clock.advance(899)
    await world.changes.tick()
    assert await world.state(plan.id) == "pending"
    assert await world.changes.next_expiry_s() == 1.0
    world.clock.advance(1)
    await world.changes.tick()
    assert await world.state(plan.id) == "expired"


async def test_a4_approved_but_started_too_late_never_runs(world):
    world.starter.held = True
    plan = await world.propose()
    await world.click(plan.id)
    world.clock.advance(3601)
    await world.changes.execute(plan.id)
    assert world.backend.writes == []
    await world.changes.tick()
    assert await world.state(plan.id) == "expired"


async def test_a8_a_stale_button_resolves_to_its_own_plan(world):
    old = await world.propose(name="web")
    new = await world.propose(name="api")
    await world.click(old.id)
    await world.starter.done()
    assert [name for name, _, _ in world.backend.writes] == ["web"]
    assert await world.state(new.id) == "pending"


async def test_an_unknown_plan_does_nothing(world):
    await world.propose()
    assert (await world.click("plan_nosuch")).kind == "unknown"


async def test_a19_cancel_by_the_requester_and_reject_by_an_approver(world):
    plan = await world.propose()
    assert (await world.click(plan.id, ALICE, "cancel")).kind == "ended"
    assert await world.state(plan.id) == "cancelled"
    plan = await world.propose()
    assert (await world.click(plan.id, CAROL, "reject")).kind == "refused"
    assert (await world.click(plan.id, BOB, "reject")).kind == "ended"
    assert (await world.click(plan.id, DAN)).kind == "late"
    view = await world.changes.view(plan.id)
    assert (view.state, view.detail, view.can_approve) == ("rejected", "rejected by bob", False)


async def test_a19_an_approved_plan_can_be_cancelled_until_it_is_claimed(world):
    world.starter.held = True
    plan = await world.propose()
    await world.click(plan.id)
    assert (await world.click(plan.id, ALICE, "cancel")).kind == "ended"
    await world.changes.execute(plan.id)
    assert (await world.state(plan.id), world.backend.writes) == ("cancelled", [])


async def test_a19_approve_and_cancel_races_end_as_committed(tmp_path, request):
    """1,000 races in full, 120 otherwise: the final state is that of whoever committed first, never both."""
    races = 1000 if request.config.getoption("--full") else 120
    world = await open_world(tmp_path, hold_s=0.01, deadline_s=1.0)
    choose = random.Random(7)
    plans = [await world.propose(name=f"n-{n}", namespace=STAGING) for n in range(races)]

    async def race(plan):
        clicks = [
            world.changes.decide(Click(plan.id, ALICE, OPS, "approve", "", "a")),
            world.changes.decide(Click(plan.id, BOB, OPS, "cancel", "", "c")),
        ]
        choose.shuffle(clicks)
        await asyncio.gather(*clicks)

    await asyncio.gather(*map(race, plans))
    await world.starter.done()
    written = {token.partition(":")[0] for _, _, token in world.backend.writes}
    assert len(written) == len(world.backend.writes)
    states = set()
    for plan in plans:
        state, events = await world.state(plan.id), await world.audit(plan.id)
        states.add(state)
        assert state in {"cancelled", "succeeded"}
        assert (state == "succeeded") == (plan.id in written)
        assert ("plan.cancelled" in events) == (state == "cancelled")
    assert "cancelled" in states
    await world.close()


async def test_a3_many_clicks_one_execution(tmp_path, request):
    """2,000 concurrent clicks on 200 plans in full, 600 on 60 otherwise: as many executions as plans."""
    count = 200 if request.config.getoption("--full") else 60
    world = await open_world(tmp_path, hold_s=0.01, deadline_s=5.0)
    plans = [await world.propose(name=f"n-{n}") for n in range(count)]
    people = [BOB, DAN, actor("UBOB2"), BOB, DAN, ALICE, CAROL, BOB, DAN, actor("UNOBODY")]
    clicks = [Click(p.id, who, OPS, "approve", "", "c") for p in plans for who in people]
    random.Random(3).shuffle(clicks)
    decided = await asyncio.gather(*map(world.changes.decide, clicks))
    assert sum(d.kind == "quorum" for d in decided) == count
    for plan in plans:  # and the engine enters some runs twice
        await world.starter.start_change(plan.id)
    await world.starter.done()
    tokens = [token for _, _, token in world.backend.writes]
    assert len(tokens) == len(set(tokens)) == count
    for plan in plans:
        assert await world.state(plan.id) == "succeeded"
        assert (await world.audit(plan.id)).count("plan.executing") == 1
    await world.close()


async def test_a_click_while_the_store_is_away_does_not_count(world):
    plan = await world.propose()
    world.store_away()
    decided = await world.click(plan.id)
    assert decided.kind == "later"
    assert "Nothing was changed" in decided.text
    world.store_away(away=False)
    assert await world.state(plan.id) == "pending"


async def test_one_approval_one_execution_the_next_identical_call_asks_again(world):
    await world.approved()
    again = await world.propose()
    assert again.state.value == "pending"
    assert len(world.backend.writes) == 1


async def test_an_approved_plan_that_nobody_starts_raises_an_alarm_and_is_started(world):
    world.starter.held = True
    plan = await world.propose()
    await world.click(plan.id)
    world.clock.advance(61)
    world.starter.held = False
    await world.changes.tick()
    await world.starter.done()
    assert [name for name, _ in world.alarms.raised] == ["approved_not_started"]
    assert await world.state(plan.id) == "succeeded"
