"""A14: break-glass runs a sealed plan without the other approvals and in a freeze, for a reason, loudly, and is reviewed."""

from dataclasses import replace

import pytest

from agents.changes.requests import Click
from agents.people import Place
from tests.chaos.world import ALICE, BOB, CAROL, DAN, GLASS_ROLES, OPS, POLICY, actor, open_world

WHY = "checkout is down and nobody else is awake"
ROLES = GLASS_ROLES.replace('["person:alice", "person:dan"]', '["person:alice", "person:carol"]').replace(
    'namespaces: ["shop"]', 'namespaces: ["shop", "kube-system"], max_risk: high'
)
GLASS = POLICY.replace("\nbindings:\n", ROLES).replace("high: {count: 1,", "high: {count: 2,")
GLASS = GLASS.replace(
    'role: admin, channels: ["COPS"]', 'role: admin, channels: ["COPS"], clusters: ["*"], namespaces: ["*"]'
)
GLASS += "channels:\n  CAUDIT: {audit: true}\n"
FROZEN = GLASS + 'freeze:\n  - {name: year end, from: "11-20", to: "01-02"}\n'


@pytest.fixture
async def world(tmp_path):
    world = await open_world(tmp_path, policy=GLASS)
    yield world
    await world.close()


@pytest.fixture
async def frozen(tmp_path):
    world = await open_world(tmp_path, policy=FROZEN)
    yield world
    await world.close()


async def smash(world, plan, who=ALICE, why=WHY, place=OPS):
    return await world.changes.decide(Click(plan.id, who, place, "break_glass", why, "click_1"))


async def records(world, plan, kind="break_glass"):
    async with world.db.read() as tx:
        return [row.body for row in await world.db.audit.find(tx, plan_id=plan.id) if str(row.type) == kind]


def changed(world, old, new):
    text = world.policy_path.read_text()
    assert old in text
    world.policy_path.write_text(text.replace(old, new))
    world.policy.reload()


async def refused(world, plan, who=ALICE, why=WHY, place=OPS):
    decided = await smash(world, plan, who, why, place)
    assert decided.kind == "refused", decided
    assert "approval.refused" in await world.audit(plan.id)
    assert (await world.state(plan.id), world.backend.writes, world.told.glass) == ("pending", [], [])
    return decided


async def test_a14_one_person_runs_it_alone_and_everything_else_holds(world):
    plan = await world.propose(who=ALICE)
    assert (await smash(world, plan)).kind == "quorum"
    await world.starter.done()
    assert (await world.state(plan.id), len(world.backend.writes)) == ("succeeded", 1)
    (record,) = await records(world, plan)
    assert record["detail"]["break_glass"] is True
    assert record["detail"]["reason"] == WHY
    assert record["detail"]["passed_over"] == "2 approvals were missing"
    assert (record["plan_hash"], record["approvers"]) == (plan.hash, ["TLOCAL:UALICE"])
    assert world.told.glass == [plan.id]
    kinds = await world.audit(plan.id)
    assert kinds.index("plan.approved") < kinds.index("plan.executing") < kinds.index("plan.write_intended")


@pytest.mark.parametrize("why", ["", "   \n", "\u200b" * 40, "hurry", ". . . . . . . . . . .", "just do it"])
async def test_a14_without_a_reason_it_is_refused(world, why):
    plan = await world.propose()
    assert "needs a reason" in (await refused(world, plan, why=why)).text


@pytest.mark.parametrize(
    "who", [BOB, DAN, actor("UNOBODY"), actor("UALICE", "guest"), actor("UALICE", "deactivated")]
)
async def test_a14_only_whoever_holds_the_right_of_its_own(world, who):
    """bob and dan approve and are admins with `remediation:*`: no star holds it."""
    plan = await world.propose(who=CAROL if who is ALICE else ALICE)
    decided = await refused(world, plan, who)
    assert "alice may" in decided.text


async def test_a14_the_right_alone_is_not_the_right_to_change(world):
    """carol may break glass, and change nothing."""
    plan = await world.propose()
    assert "remediation:execute" in (await refused(world, plan, CAROL)).text


async def test_a14_whom_the_policy_keeps_from_a_target_it_keeps_from_it_here_too(world):
    plan = await world.propose()
    deny = '  - {subjects: ["person:alice"], role: operator, namespaces: ["shop"], deny: true}\n'
    changed(world, "environments:\n", deny + "environments:\n")
    await refused(world, plan)


async def test_a14_neither_beyond_its_risk_nor_from_a_shared_channel(world):
    plan = await world.propose()
    await refused(world, plan, place=Place("TLOCAL", "COPS", "1", shared_externally=True))
    changed(world, '"kube-system"], max_risk: high', '"kube-system"], max_risk: low')
    await refused(world, plan)


async def test_a14_where_nobody_would_hear_of_it_it_is_refused(world):
    plan = await world.propose()
    changed(world, "CAUDIT: {audit: true}", "CAUDIT: {audit: false}")
    assert "no audit channel" in (await refused(world, plan)).text


async def test_a14_it_runs_in_a_freeze_that_stops_what_was_approved(frozen):
    stopped = await frozen.propose(name="other")
    await frozen.click(stopped.id, BOB)
    await frozen.click(stopped.id, DAN)
    await frozen.starter.done()
    assert (await frozen.state(stopped.id), frozen.backend.writes) == ("void", [])
    plan = await frozen.propose()
    assert (await smash(frozen, plan)).kind == "quorum"
    await frozen.starter.done()
    assert (await frozen.state(plan.id), len(frozen.backend.writes)) == ("succeeded", 1)
    (record,) = await records(frozen, plan)
    assert record["detail"]["passed_over"] == "2 approvals were missing, freeze year end"


async def test_a14_whoever_approved_already_may_go_on_to_break_it(world):
    changed(world, 'subjects: ["person:alice", "person:carol"]', 'subjects: ["person:bob"]')
    plan = await world.propose()
    assert (await world.click(plan.id, BOB)).kind == "recorded"
    assert (await smash(world, plan, BOB)).kind == "quorum"
    await world.starter.done()
    assert await world.state(plan.id) == "succeeded"


async def test_a14_an_approval_before_it_is_kept_and_said(world):
    plan = await world.propose()
    await world.click(plan.id, BOB)
    await smash(world, plan)
    (record,) = await records(world, plan)
    assert record["detail"]["passed_over"] == "1 approval was missing"
    assert set(record["approvers"]) == {"TLOCAL:UALICE", "TLOCAL:UBOB"}


async def test_a14_once_and_never_for_what_is_settled(world):
    plan = await world.propose()
    await smash(world, plan)
    assert (await smash(world, plan)).kind == "late"
    await world.starter.done()
    assert len(world.backend.writes) == 1
    over = await world.propose(name="over")
    await world.click(over.id, BOB, "reject")
    assert (await smash(world, over)).kind == "late"
    assert (await world.state(over.id), len(world.backend.writes)) == ("rejected", 1)


async def test_a14_a_right_that_was_lost_before_the_write_stops_it(world):
    world.starter.held = True
    plan = await world.propose()
    assert (await smash(world, plan)).kind == "quorum"
    changed(world, 'subjects: ["person:alice", "person:carol"]', 'subjects: ["person:carol"]')
    await world.changes.execute(plan.id)
    assert (await world.state(plan.id), world.backend.writes) == ("void", [])
    assert "may no longer break the glass" in (await world.changes.view(plan.id)).detail


async def test_a14_a_stop_of_all_changes_holds_it_back(world):
    plan = await world.propose()
    await world.changes.stop_all(BOB, OPS, "incident")
    assert "stopped by bob" in (await refused(world, plan)).text


async def test_a14_protected_targets_and_limits_stay(world):
    assert "Not allowed" in (await world.propose(namespace="kube-system")).text
    plan = await world.propose()
    world.starter.held = True
    await smash(world, plan)
    changed(world, 'protected: {namespaces: ["kube-system"]}', 'protected: {namespaces: ["shop"]}')
    await world.changes.execute(plan.id)
    assert (await world.state(plan.id), world.backend.writes) == ("void", [])


async def test_a14_what_does_not_hold_is_rolled_back(tmp_path):
    world = await open_world(tmp_path, policy=GLASS, mode="never_ready")
    try:
        plan = await world.propose()
        await smash(world, plan)
        await world.starter.done()
        assert await world.state(plan.id) == "rolled_back"
    finally:
        await world.close()


async def test_a14_the_button_is_there_only_where_somebody_may(world):
    plan = await world.propose()
    assert (await world.changes.view(plan.id)).who_may_break == ("alice",)
    assert await world.changes.may_break(plan.id, ALICE, OPS)
    assert not await world.changes.may_break(plan.id, BOB, OPS)
    changed(world, "role: breaker", "role: viewer")
    assert (await world.changes.view(plan.id)).who_may_break == ()


# the review


async def used(world):
    plan = await world.propose(who=ALICE)
    await smash(world, plan)
    await world.starter.done()
    return plan


async def close(world, plan, who, words="the pods were out of memory, right call"):
    return await world.changes.reviews.close(plan.id, who, OPS, words)


async def test_a14_a_review_stays_open_until_another_person_closes_it_with_words(world):
    plan = await used(world)
    (open_,) = await world.changes.reviews.waiting("TLOCAL")
    assert (open_.plan.id, open_.broken_by, open_.reason) == (plan.id, "alice", WHY)
    assert await world.changes.reviews.waiting("TOTHER") == []
    assert (await close(world, plan, BOB, "ok")).kind == "refused"
    assert (await close(world, plan, CAROL)).kind == "refused"
    assert len(await world.changes.reviews.waiting()) == 1
    assert (await close(world, plan, BOB)).kind == "closed"
    assert await world.changes.reviews.waiting() == []
    assert (await close(world, plan, DAN)).kind == "late"
    assert [r["result"] for r in await records(world, plan)] == [
        "used",
        "review refused",
        "review refused",
        "reviewed",
    ]
    done = await world.changes.reviews.of(plan.id)
    assert (done.closed_by, done.words) == ("bob", "the pods were out of memory, right call")


@pytest.mark.parametrize(("words", "kind"), [("it was fine", "refused"), ("it was right", "closed")])
async def test_a14_ten_letters_are_the_least_that_a_reviewer_says(world, words, kind):
    plan = await used(world)
    assert (await close(world, plan, BOB, words)).kind == kind


async def test_a14_neither_who_broke_the_glass_nor_who_asked_reviews_it(world):
    changed(world, 'subjects: ["person:alice", "person:carol"]', 'subjects: ["person:bob"]')
    plan = await world.propose(who=DAN)
    await smash(world, plan, BOB)
    await world.starter.done()
    for who in (BOB, actor("UBOB2"), DAN):
        closed = await close(world, plan, who)
        assert (closed.kind, "does not review it" in closed.text) == ("refused", True), closed
    assert len(await world.changes.reviews.waiting()) == 1


async def test_a14_nobody_reviews_in_anothers_name_at_a_command_line(world):
    """Whoever broke the glass and sits there could say `--as bob`."""
    plan = await used(world)
    bob, terminal = replace(BOB, os_user="alice"), Place("TLOCAL", "cli", "", "cli")
    words = "the pods were out of memory, right call"
    assert (await world.changes.reviews.close(plan.id, bob, terminal, words)).kind == "refused"
    assert len(await world.changes.reviews.waiting()) == 1
    assert (await records(world, plan))[-1]["actor"]["os_user"] == "alice"


async def test_a14_nobody_reviews_what_was_not_broken(world):
    plan = await world.propose()
    assert (await close(world, plan, BOB)).kind == "unknown"
