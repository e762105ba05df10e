"""Three in the morning: a declared incident lets whoever is on duty run a pre-authorised change alone, after a countdown."""

import asyncio
import dataclasses
from dataclasses import replace
from datetime import timedelta

import pytest

from agents.changes.requests import Click
from agents.duty.duty import OnDuty
from agents.incidents.declared import Declared
from agents.people import Place
from agents.policy.compile import compile_policy
from agents.policy.marks import DocumentError
from tests.chaos.resize import resize_action
from tests.chaos.world import ALICE, BOB, CAROL, DAN, GLASS_ROLES, OPS, POLICY, TEAM, actor, open_world
from tools.spec import Risk

NIGHT = POLICY + "incident: {actions: [resize], max_objects: 1, countdown: 60s, budget_factor: 3}\n"
TWO = NIGHT.replace("high: {count: 1,", "high: {count: 2,")


class Duty:
    """Alice is on duty until a test says otherwise."""

    def __init__(self, world):
        self.world, self.names, self.asked = world, ["alice"], []

    async def on_duty(self, channel, now):
        self.asked.append(channel)
        found = [self.world.policy.policy.person_named(name) for name in self.names]
        return OnDuty(tuple(p for p in found if p), "test")


def as_if(action, **draft):
    """The same action, whose plans say something else of themselves."""

    async def plan(call, args):
        made = await action.plan(call, args)
        return made.model_copy(
            update={**draft, "blast": made.blast.model_copy(update=draft.get("blast", {}))}
        )

    return dataclasses.replace(action, plan=plan)


async def opened(tmp_path, policy=NIGHT, **draft):
    world = await open_world(tmp_path, policy=policy)
    world.duty = Duty(world)
    world.actions = (as_if(resize_action(world.backend.url), **draft),)
    world.build()
    world.incidents = Declared(db=world.db, trail=world.trail, clock=world.clock, policy=world.policy)
    return world


@pytest.fixture
async def world(tmp_path):
    world = await opened(tmp_path)
    yield world
    await world.close()


@pytest.fixture
async def two(tmp_path):
    world = await opened(tmp_path, TWO)
    yield world
    await world.close()


async def declared(world, place=OPS):
    told = await world.incidents.declare(ALICE, place, "checkout is down")
    assert told.kind == "done", told
    return told.incident


async def begun(world, who=ALICE, *, shown=True, **how):
    plan = await world.propose(who=ALICE, **how)
    decided = await world.click(plan.id, who)
    assert decided.kind == "recorded", decided
    if shown:
        await world.changes.countdowns.shown(plan.id)
    return plan


async def passes(world, plan, seconds, changes=None):
    """Second by second, as a process that looks after it sees it."""
    for _ in range(seconds):
        world.clock.advance(1)
        await (changes or world.changes).countdowns.look(plan.id)
    await world.starter.done()


async def waits(world, plan):
    assert (await world.state(plan.id), world.backend.writes) == ("pending", [])


async def records(world, plan):
    async with world.db.read() as tx:
        return [{**row.body, "kind": str(row.type)} for row in await world.db.audit.find(tx, plan_id=plan.id)]


# incidents


async def test_an_incident_is_declared_once_a_channel_by_who_may_change_there_and_is_on_record(world):
    for who, place in ((CAROL, OPS), (actor("UNOBODY"), OPS), (actor("UALICE", "guest"), OPS), (ALICE, Place(TEAM, "D1", "", "dm")), (ALICE, replace(OPS, shared_externally=True)), (ALICE, replace(OPS, channel="COTHER"))):  # fmt: skip
        assert (await world.incidents.declare(who, place, "x")).kind == "refused"
    first = await declared(world)
    assert (await world.incidents.declare(BOB, OPS, "again")).kind == "none"
    assert (await world.incidents.close(CAROL, OPS, "no")).kind == "refused"
    assert (await world.incidents.close(BOB, OPS, "over")).kind == "done"
    assert (await world.incidents.close(BOB, OPS, "over")).kind == "none"
    assert (await declared(world)).id != first.id
    async with world.db.read() as tx:
        events = [r.body for r in await world.db.audit.find(tx, limit=50)]
    assert [e["result"] for e in events if e.get("detail", {}).get("what") == "incident"].count(
        "declared"
    ) == 2


async def test_of_many_that_declare_at_once_one_does(world):
    told = await asyncio.gather(*(world.incidents.declare(BOB, OPS, f"{n}") for n in range(10)))
    assert sorted(t.kind for t in told) == ["done"] + ["none"] * 9


async def test_one_approver_raises_the_budget_until_the_incident_is_closed(world):
    text = world.policy_path.read_text().replace(
        "changes_per_person_hour: 5000", "changes_per_person_hour: 1"
    )
    world.policy_path.write_text(text)
    world.policy.reload()
    first = await world.propose(name="a")
    assert hasattr(first, "hash")
    await declared(world)
    assert not hasattr(await world.propose(name="b"), "hash"), "an incident alone gives no room"
    assert (await world.incidents.raise_budget(ALICE, OPS)).kind == "refused"
    assert (await world.incidents.raise_budget(BOB, OPS)).kind == "done"
    assert (await world.incidents.raise_budget(DAN, OPS)).kind == "none"
    assert hasattr(await world.propose(name="b"), "hash")
    assert hasattr(await world.propose(name="c"), "hash")
    refused = await world.propose(name="d")
    assert "the limit a person is 3" in refused.text
    await world.incidents.close(BOB, OPS, "over")
    assert "the limit a person is 1" in (await world.propose(name="e")).text


async def test_an_incident_that_was_forgotten_gives_no_rights_any_more(world):
    await declared(world)
    world.clock.advance(12 * 3600)
    plan = await world.propose(who=ALICE)
    assert (await world.click(plan.id, ALICE)).kind == "refused"
    assert world.backend.writes == []


# a good one


async def test_it_runs_alone_after_sixty_seconds_is_marked_and_leaves_a_review(world):
    incident = await declared(world)
    plan = await begun(world)
    await passes(world, plan, 59)
    await waits(world, plan)
    view = await world.changes.view(plan.id)
    assert view.extra["countdown"] == "runs"
    await passes(world, plan, 1)
    assert (await world.state(plan.id), len(world.backend.writes)) == ("succeeded", 1)
    (review,) = await world.changes.reviews.waiting()
    assert (review.broken_by, "1 approvals were missing" in review.passed_over) == ("alice", True)
    said = [r for r in await records(world, plan) if (r.get("actor") or {}).get("pre_authorised")]
    assert [r["kind"] for r in said] == ["plan.approved"]
    marked = [r["detail"] for r in await records(world, plan) if r["detail"].get("pre_authorised")]
    assert {d.get("incident") for d in marked} == {incident.id}
    closed = await world.changes.reviews.close(plan.id, ALICE, OPS, "it was all very fine")
    assert closed.kind == "refused"
    assert (await world.changes.reviews.close(plan.id, DAN, OPS, "it was all very fine")).kind == "closed"


# no countdown


@pytest.mark.parametrize(
    "why", ["no incident", "closed", "elsewhere", "not on duty", "another's plan", "no action", "too many", "critical", "private", "shared"]
)  # fmt: skip
async def test_without_each_of_its_conditions_it_is_refused_as_ever(tmp_path, why):
    policy = POLICY if why == "no action" else NIGHT
    draft = {"too many": {"blast": {"objects": 2}}, "critical": {"risk": Risk.CRITICAL}}.get(why, {})
    world = await opened(tmp_path, policy, **draft)
    if why != "no incident":
        await declared(world)
    if why == "closed":
        await world.incidents.close(BOB, OPS, "over")
    if why == "not on duty":
        world.duty.names = ["dan"]
    if why == "another's plan":
        world.duty.names = ["alice", "bob"]
    place = {"elsewhere": replace(OPS, channel="CDEV"), "private": Place(TEAM, "D1", "", "dm")}.get(why, OPS)
    if why == "elsewhere":
        text = world.policy_path.read_text().replace(
            'channels: ["COPS", "dm"]', 'channels: ["COPS", "CDEV", "dm"]'
        )
        world.policy_path.write_text(text)
        world.policy.reload()
    who = BOB if why == "another's plan" else ALICE
    plan = await world.propose(who=who, place=place)
    clicked = replace(OPS, shared_externally=True) if why == "shared" else place
    decided = await world.changes.decide(Click(plan.id, ALICE, clicked, "approve", "", "c1"))
    assert decided.kind == "refused", decided
    await waits(world, plan)
    async with world.db.read() as tx:
        assert await world.db.countdowns.get(tx, plan.id) is None
    await world.close()


async def test_what_cannot_be_undone_is_never_pre_authorised(tmp_path):
    world = await opened(tmp_path, reversible=False, rollback=None)
    await declared(world)
    plan = await world.propose()
    assert (await world.click(plan.id, ALICE)).kind == "refused"
    await world.close()


async def test_what_is_protected_is_never_pre_authorised_nor_what_became_so(world):
    await declared(world)
    assert not hasattr(await world.propose(namespace="kube-system"), "hash")
    plan = await begun(world)
    text = world.policy_path.read_text().replace(
        'namespaces: ["kube-system"]}', 'namespaces: ["kube-system", "shop"]}'
    )
    world.policy_path.write_text(text)
    world.policy.reload()
    await passes(world, plan, 61)
    await waits(world, plan)
    assert "protected" in (await world.changes.view(plan.id)).extra["stopped_by"]


@pytest.mark.parametrize("countdown", ["59s", "0s", "1s", "11m"])
def test_no_policy_makes_the_countdown_shorter(countdown):
    with pytest.raises(DocumentError):
        compile_policy(NIGHT.replace("countdown: 60s", f"countdown: {countdown}"))


# the countdown


async def test_it_does_not_count_before_people_can_see_it(world):
    await declared(world)
    plan = await begun(world, shown=False)
    await passes(world, plan, 120)
    await waits(world, plan)
    await world.changes.countdowns.shown(plan.id)
    await world.changes.countdowns.shown(plan.id)
    await passes(world, plan, 59)
    await waits(world, plan)
    await passes(world, plan, 1)
    assert await world.state(plan.id) == "succeeded"


async def test_it_counts_once_from_when_people_can_see_it(world):
    await declared(world)
    plan = await begun(world)
    await passes(world, plan, 30)
    await world.changes.countdowns.shown(plan.id)
    await passes(world, plan, 30)
    assert await world.state(plan.id) == "succeeded"


async def test_the_end_is_judged_by_what_is_stored_then(world):
    """It was due when it was looked at, and began anew before it was ended."""
    await declared(world)
    plan = await begun(world)
    await passes(world, plan, 59)
    world.clock.advance(1)
    actors = {ALICE.id: ALICE}
    async with world.db.write() as tx:
        await world.db.countdowns.seen(
            tx, plan.id, world.clock.now(), world.clock.now() + timedelta(seconds=60)
        )
    async with world.db.write() as tx:
        assert await world.changes.countdowns._look(tx, plan.id, actors, on_duty=True) == ""
    await waits(world, plan)


async def test_neither_clicking_again_nor_executing_skips_it(world):
    await declared(world)
    plan = await begun(world)
    assert (await world.click(plan.id, ALICE)).kind in {"late", "refused"}
    await world.changes.execute(plan.id)
    await world.changes.tick()
    await waits(world, plan)


@pytest.mark.parametrize("who", [BOB, DAN, ALICE])
async def test_an_approver_or_who_asked_stops_it_for_good_and_the_plan_waits_on(world, who):
    await declared(world)
    plan = await begun(world)
    await passes(world, plan, 59)
    assert (await world.changes.countdowns.stop(plan.id, who, OPS)).kind == "recorded"
    await passes(world, plan, 120)
    await waits(world, plan)
    assert (await world.click(plan.id, ALICE)).kind in {"late", "refused"}
    assert (await world.changes.countdowns.stop(plan.id, who, OPS)).kind == "late"
    assert (await world.click(plan.id, DAN)).kind == "quorum"


@pytest.mark.parametrize(
    "who", [CAROL, actor("UNOBODY"), actor("UBOB", "guest"), actor("UDAN", "deactivated")]
)
async def test_nobody_else_stops_it(world, who):
    await declared(world)
    plan = await begun(world)
    assert (await world.changes.countdowns.stop(plan.id, who, OPS)).kind == "refused"
    assert (await world.changes.view(plan.id)).extra["countdown"] == "runs"


async def test_a_no_ends_it_with_the_plan(world):
    await declared(world)
    plan = await begun(world)
    assert (await world.click(plan.id, DAN, "reject")).kind == "ended"
    await passes(world, plan, 61)
    assert (await world.state(plan.id), world.backend.writes) == ("rejected", [])


async def test_it_does_not_run_while_all_changes_are_stopped_and_begins_anew_after(world):
    await declared(world)
    plan = await begun(world)
    await passes(world, plan, 50)
    await world.changes.stop_all(BOB, OPS, "wait")
    await passes(world, plan, 120)
    await waits(world, plan)
    await world.changes.resume(BOB, OPS)
    await world.changes.resume(DAN, OPS)
    await passes(world, plan, 59)
    await waits(world, plan)
    await passes(world, plan, 1)
    assert await world.state(plan.id) == "succeeded"


async def test_time_in_which_nobody_looked_after_it_does_not_count(world):
    await declared(world)
    plan = await begun(world)
    await passes(world, plan, 30)
    world.clock.advance(600)
    changes = world.build(worker="w2")
    await passes(world, plan, 59, changes)
    await waits(world, plan)
    await passes(world, plan, 2, changes)
    assert (await world.state(plan.id), len(world.backend.writes)) == ("succeeded", 1)


@pytest.mark.parametrize(("gap", "anew"), [(14, False), (15, True)])
async def test_it_begins_anew_after_more_than_fifteen_seconds_unseen(world, gap, anew):
    await declared(world)
    plan = await begun(world)
    await passes(world, plan, 30)
    world.clock.advance(gap)  # the look after it is a second later
    await passes(world, plan, 30)
    assert (await world.state(plan.id) == "pending") is anew


async def test_of_many_processes_that_look_at_its_end_one_has_it_begin(world):
    await declared(world)
    plan = await begun(world)
    others = [world.changes, *(world.build(worker=f"w{n}") for n in range(2, 6))]
    await passes(world, plan, 59)
    world.clock.advance(1)
    await asyncio.gather(*(one.countdowns.look(plan.id) for one in others))
    await world.starter.done()
    assert (await world.state(plan.id), len(world.backend.writes)) == ("succeeded", 1)
    assert len(await world.changes.reviews.waiting()) == 1


@pytest.mark.parametrize(
    "what", ["duty", "incident", "role", "account", "policy", "pre-authorised", "expiry"]
)
async def test_what_is_no_longer_so_at_its_end_holds_it_back(world, what):
    incident = await declared(world)
    plan = await begun(world)
    await passes(world, plan, 59)
    text = world.policy_path.read_text()
    if what == "duty":
        world.duty.names = ["dan"]
    elif what == "incident":
        assert incident is not None
        await world.incidents.close(BOB, OPS, "over")
    elif what == "account":
        world.people.standing[ALICE.id] = "deactivated"
    elif what == "expiry":
        async with world.db.write() as tx:
            await world.db.countdowns.seen(tx, plan.id, world.clock.now() + timedelta(hours=1))
        world.clock.advance(3600)
    else:
        new = {
            "role": text.replace("sre: {people: [alice, bob, dan]}", "sre: {people: [bob, dan]}"),
            "policy": "version: 7", "pre-authorised": text.replace("actions: [resize]", "actions: [scale]"),
        }[what]  # fmt: skip
        world.policy_path.write_text(new)
        world.policy.reload()
    await passes(world, plan, 3)
    assert (await world.state(plan.id), world.backend.writes) == ("pending", [])


@pytest.mark.parametrize("what", ["incident", "pre-authorised", "account"])
async def test_and_between_its_end_and_the_run_too(world, what):
    await declared(world)
    plan = await begun(world)
    world.starter.held = True
    await passes(world, plan, 60)
    assert await world.state(plan.id) == "approved"
    if what == "incident":
        await world.incidents.close(BOB, OPS, "over")
    elif what == "account":
        world.people.standing[ALICE.id] = "guest"
    else:
        text = world.policy_path.read_text()
        world.policy_path.write_text(text.replace("actions: [resize]", "actions: []"))
        world.policy.reload()
    await world.changes.execute(plan.id)
    assert (await world.state(plan.id), world.backend.writes) == ("void", [])


@pytest.mark.parametrize("why", ["stopped", "nobody there"])
async def test_what_did_not_start_right_after_its_countdown_does_not_start_later(world, why):
    await declared(world)
    plan = await begun(world)
    world.starter.held = True
    await passes(world, plan, 60)
    assert await world.state(plan.id) == "approved"
    if why == "stopped":
        await world.changes.stop_all(BOB, OPS, "wait")
        await world.changes.execute(plan.id)
        assert await world.state(plan.id) == "approved"
    world.clock.advance(300)
    await world.changes.resume(BOB, OPS)
    await world.changes.resume(DAN, OPS)
    await world.changes.execute(plan.id)
    assert (await world.state(plan.id), world.backend.writes) == ("void", [])


async def test_another_persons_approval_meanwhile_runs_it_at_once_and_once(world):
    await declared(world)
    plan = await begun(world)
    assert (await world.click(plan.id, DAN)).kind == "quorum"
    await world.starter.done()
    await passes(world, plan, 120)
    assert (await world.state(plan.id), len(world.backend.writes)) == ("succeeded", 1)
    assert await world.changes.reviews.waiting() == []


async def test_their_own_word_is_no_ordinary_approval(two):
    await declared(two)
    plan = await begun(two)
    assert (await two.click(plan.id, DAN)).kind == "recorded"
    await waits(two, plan)
    await two.changes.countdowns.stop(plan.id, BOB, OPS)
    await passes(two, plan, 120)
    await waits(two, plan)
    assert (await two.click(plan.id, BOB)).kind == "quorum"


async def test_who_began_a_countdown_may_go_on_to_break_the_glass_and_it_runs_once(tmp_path):
    glass = NIGHT.replace("\nbindings:\n", GLASS_ROLES) + "channels:\n  CAUDIT: {audit: true}\n"
    world = await opened(tmp_path, glass)
    await declared(world)
    plan = await begun(world)
    why = "it cannot wait for a minute, checkout is down"
    decided = await world.changes.decide(Click(plan.id, ALICE, OPS, "break_glass", why, "click_9"))
    assert decided.kind == "quorum", decided
    await world.starter.done()
    await passes(world, plan, 61)
    await world.starter.done()
    assert (await world.state(plan.id), len(world.backend.writes)) == ("succeeded", 1)
    await world.close()
