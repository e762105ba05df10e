"""Access given for a while: through the same approvals, never beyond what the file offers, over by itself, gone at once."""

import threading
from datetime import timedelta

import pytest

from agents.policy.overlay import reach_of
from tests.chaos.world import ALICE, BOB, CAROL, DAN, POLICY, open_world

OFFERS = """
grantable:
  - {name: night-approver, role: approver, to: ["person:alice", "person:carol"], channels: ["COPS"], clusters: ["*"], namespaces: ["shop"], longest: 4h}
  - {name: operator-cover, role: operator, to: ["person:carol", "person:alice"], channels: ["COPS"], clusters: ["*"], namespaces: ["shop"], longest: 4h}
  - {name: root, role: admin, to: ["person:bob"], channels: ["COPS"], longest: 1h}
environments:
"""
FILE = POLICY.replace("\nenvironments:\n", OFFERS)


@pytest.fixture
async def world(tmp_path):
    world = await open_world(tmp_path, policy=FILE)
    yield world
    await world.close()


async def ask(world, who, action="access_grant", **args):
    return await world.changes.propose(world.turn("give access", who), action, args, "on call tonight")


async def give(world, person="carol", offer="operator-cover", who=ALICE, by=BOB, **end):
    plan = await ask(world, who, person=person, offer=offer, **(end or {"lasts": "2h"}))
    decided = await world.click(plan.id, by)
    assert decided.kind == "quorum", decided
    await world.starter.done()
    assert await world.state(plan.id) == "succeeded", (await world.changes.view(plan.id)).detail
    return plan


def may(world, who, permission="remediation:execute", namespace="shop"):
    from tests.chaos.world import OPS
    from tools.spec import Scope

    return world.policy.policy.decide(who, OPS, permission, Scope(cluster="c", namespace=namespace))


def changed(world, old, new):
    text = world.policy_path.read_text()
    assert old in text
    world.policy_path.write_text(text.replace(old, new))
    world.policy.reload()


async def test_it_is_a_sealed_plan_with_a_card_that_another_person_approves(world):
    assert not may(world, CAROL).allow
    plan = await ask(world, ALICE, person="carol", offer="operator-cover", lasts="2h")
    view = await world.changes.view(plan.id)
    assert (view.title, view.risk, view.not_requester) == ("Give carol operator-cover for 2h", "high", True)
    assert "role operator in COPS on */shop" in view.changes[0].after
    assert view.who_may == ("bob", "dan")
    assert (await world.click(plan.id, ALICE)).kind == "refused"
    assert not may(world, CAROL).allow
    assert (await world.click(plan.id, BOB)).kind == "quorum"
    await world.starter.done()
    decision = may(world, CAROL)
    assert (decision.allow, decision.rule_id) == (True, f"grant:{plan.id}:operator")
    assert not may(world, CAROL, namespace="pay").allow
    async with world.db.read() as tx:
        rows = [
            r.body for r in await world.db.audit.find(tx, plan_id=plan.id) if str(r.type) == "config.changed"
        ]
    assert [(r["result"], r["detail"]["person"], r["detail"]["requester"]) for r in rows] == [
        ("given", "TLOCAL:UCAROL", "TLOCAL:UALICE")
    ]


async def test_it_ends_by_itself_at_the_second(world):
    await give(world)
    world.clock.advance(7199)
    assert may(world, CAROL).allow
    world.clock.advance(1)
    assert not may(world, CAROL).allow


async def test_until_counts_from_the_day_and_lasts_from_the_approval(world):
    plan = await ask(world, ALICE, person="carol", offer="operator-cover", lasts="1h")
    world.clock.advance(1800)
    await world.click(plan.id, BOB)
    await world.starter.done()
    world.clock.advance(3599)
    assert may(world, CAROL).allow
    world.clock.advance(1)
    assert not may(world, CAROL).allow
    until = await ask(world, ALICE, person="carol", offer="operator-cover", until="2026-11-24T11:00+00:00")
    await world.click(until.id, BOB)
    await world.starter.done()
    world.clock.advance(1799)
    assert may(world, CAROL).allow
    world.clock.advance(1)
    assert not may(world, CAROL).allow


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"person": "bob", "offer": "operator-cover", "lasts": "1h"}, "not to bob"),
        ({"person": "carol", "offer": "operator-cover", "lasts": "5h"}, "at most"),
        ({"person": "carol", "offer": "operator-cover", "until": "2026-11-25T09:00+00:00"}, "at most"),
        ({"person": "carol", "offer": "operator-cover", "until": "2026-11-24T08:00+00:00"}, "ended already"),
        ({"person": "carol", "offer": "operator-cover", "until": "2026-11-24T10:00"}, "time zone"),
        ({"person": "carol", "offer": "operator-cover"}, "not both"),
        ({"person": "carol", "offer": "operator-cover", "lasts": "soon"}, "no duration"),
        ({"person": "zed", "offer": "operator-cover", "lasts": "1h"}, "no person"),
        ({"person": "carol", "offer": "admin", "lasts": "1h"}, "offers no"),
    ],
)
async def test_nothing_beyond_what_the_file_offers(world, args, words):
    found = await ask(world, ALICE, **args)
    assert words in (getattr(found, "text", "") or getattr(found, "what", "")), found


async def test_nobody_asks_for_themselves_for_what_decides_about_others(world):
    refused = await ask(world, ALICE, person="alice", offer="night-approver", lasts="1h")
    assert "let another person ask" in refused.text
    assert (await ask(world, BOB, person="bob", offer="root", lasts="1h")).text.startswith("Not allowed")
    plan = await ask(world, ALICE, person="alice", offer="operator-cover", lasts="1h")
    assert plan.state.value == "pending", "an elevation that decides about nobody may be asked for"


async def test_nobody_approves_what_they_get(world):
    plan = await ask(world, ALICE, person="bob", offer="root", lasts="1h")
    assert (await world.changes.view(plan.id)).who_may == ("dan",)
    decided = await world.click(plan.id, BOB)
    assert (decided.kind, "what they get themselves" in decided.text) == ("refused", True), decided


async def test_whoever_approves_manages_people(world):
    changed(
        world, 'subjects: ["person:bob", "person:dan"], role: admin', 'subjects: ["person:dan"], role: admin'
    )
    plan = await ask(world, ALICE, person="carol", offer="operator-cover", lasts="1h")
    assert (await world.changes.view(plan.id)).who_may == ("dan",)
    decided = await world.click(plan.id, BOB)
    assert (decided.kind, "users:write" in decided.text) == ("refused", True), decided
    assert (await world.click(plan.id, DAN)).kind == "quorum"


async def test_an_offer_that_leaves_the_file_takes_its_grants_along(world):
    await give(world)
    changed(world, '"person:carol", "person:alice"]', '"person:alice"]')
    assert not may(world, CAROL).allow


WIDER = (
    'namespaces: ["shop"], longest: 4h}\n  - {name: root',
    'namespaces: ["*"], longest: 4h}\n  - {name: root',
)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        WIDER,
        ("name: operator-cover, role: operator", "name: operator-cover, role: viewer"),
        ("operator-cover", "cover"),
    ],
    ids=["wider", "another role", "removed"],
)
async def test_what_is_held_never_becomes_what_nobody_approved_and_ends_for_good(world, old, new):
    given = await give(world)
    changed(world, old, new)
    assert not may(world, CAROL).allow
    assert not may(world, CAROL, namespace="pay").allow
    await world.changes.tick()
    assert await world.changes.access.live() == []
    changed(world, new, old)
    assert not may(world, CAROL).allow, "an offer that comes back gives nothing back"
    async with world.db.read() as tx:
        rows = [
            r.body for r in await world.db.audit.find(tx, plan_id=given.id) if str(r.type) == "config.changed"
        ]
    assert [row["result"] for row in rows] == ["given", "ended"]
    assert "no longer offers" in rows[-1]["detail"]["why"]


async def test_an_offer_that_leaves_the_file_takes_the_plans_along_that_wait_because_of_it(world):
    await give(world)
    mine, other = await world.propose(who=CAROL), await world.propose(who=ALICE, name="other")
    changed(world, "operator-cover", "cover")
    await world.changes.tick()
    assert [await world.state(p.id) for p in (mine, other)] == ["void", "pending"]


async def test_what_was_approved_does_not_run_once_its_offer_has_left_before_anybody_swept(world):
    await give(world)
    world.starter.held = True
    plan = await world.propose(who=CAROL)
    assert (await world.click(plan.id, BOB)).kind == "quorum"
    changed(world, "operator-cover", "cover")
    await world.changes.execute(plan.id)
    assert (await world.state(plan.id), world.backend.writes) == ("void", [])


async def test_a_file_that_cannot_be_read_ends_nothing(world):
    await give(world)
    text = world.policy_path.read_text()
    world.policy_path.write_text("nonsense: [")
    world.policy.reload()
    await world.changes.tick()
    assert len(await world.changes.access.live()) == 1
    world.policy_path.write_text(text)
    world.policy.reload()
    assert may(world, CAROL).allow


async def test_a_file_that_is_read_again_keeps_what_is_held(world):
    await give(world)
    changed(world, "longest: 1h", "longest: 2h")
    assert may(world, CAROL).allow


async def test_an_offer_that_was_changed_after_the_card_voids_the_plan(world):
    plan = await ask(world, ALICE, person="carol", offer="operator-cover", lasts="1h")
    changed(
        world,
        'namespaces: ["shop"], longest: 4h}\n  - {name: root',
        'namespaces: ["*"], longest: 4h}\n  - {name: root',
    )
    await world.click(plan.id, BOB)
    await world.starter.done()
    assert await world.state(plan.id) == "void"
    assert not may(world, CAROL).allow


async def test_an_offer_that_was_made_shorter_after_the_card_voids_the_plan(world):
    plan = await ask(world, ALICE, person="carol", offer="operator-cover", lasts="4h")
    changed(world, "longest: 4h}\n  - {name: root", "longest: 1h}\n  - {name: root")
    await world.click(plan.id, BOB)
    await world.starter.done()
    assert (await world.state(plan.id), may(world, CAROL).allow) == ("void", False)


async def test_a_file_that_is_read_while_access_is_given_is_in_force_afterwards(world):
    readers = []

    class Meanwhile:
        plan, person, offer = "pln_x", CAROL.id, "operator-cover"
        words = reach_of(world.policy.policy.offer("operator-cover"))

        @property
        def until(self):
            if not readers:
                readers.append(threading.Thread(target=world.policy.reload))
                readers[0].start()
                readers[0].join(0.3)
            return world.clock.now() + timedelta(hours=1)

    text = world.policy_path.read_text()
    world.policy_path.write_text(
        text.replace("sre: {people: [alice, bob, dan]}", "sre: {people: [bob, dan]}")
    )
    world.policy.hold([Meanwhile()])
    readers[0].join()
    assert not may(world, ALICE).allow
    assert may(world, CAROL).allow


async def test_a_deny_of_the_file_still_wins(world):
    await give(world)
    deny = '\n  - {subjects: ["person:carol"], role: operator, deny: true}'
    changed(world, "\ngrantable:", deny + "\ngrantable:")
    assert not may(world, CAROL).allow


async def test_what_is_taken_back_is_gone_at_once_and_what_waited_because_of_it_too(world):
    await give(world)
    mine = await world.propose(who=CAROL)
    other = await world.propose(who=ALICE, name="other")
    plan = await ask(world, ALICE, "access_revoke", person="carol", offer="operator-cover")
    assert (await world.click(plan.id, BOB)).kind == "quorum"
    await world.starter.done()
    assert await world.state(plan.id) == "succeeded", (await world.changes.view(plan.id)).detail
    assert not may(world, CAROL).allow
    assert [await world.state(p.id) for p in (mine, other)] == ["void", "pending"]
    assert "what they held for a while has ended" in (await world.changes.view(mine.id)).detail
    assert await world.changes.access.live() == []
    again = await ask(world, ALICE, "access_revoke", person="carol", offer="operator-cover")
    assert "no 'operator-cover' that still runs" in again.what


async def test_what_was_approved_before_the_end_does_not_run_after_it(world):
    await give(world, lasts="10m")
    world.starter.held = True
    plan = await world.propose(who=CAROL)
    assert (await world.click(plan.id, BOB)).kind == "quorum"
    world.clock.advance(600)
    await world.changes.execute(plan.id)
    assert (await world.state(plan.id), world.backend.writes) == ("void", [])


async def test_an_approval_of_what_was_held_no_longer_counts_after_it(world):
    await give(world, person="carol", offer="night-approver", lasts="10m")
    world.starter.held = True
    plan = await world.propose(who=ALICE)
    assert (await world.click(plan.id, CAROL)).kind == "quorum"
    world.clock.advance(600)
    await world.changes.execute(plan.id)
    assert (await world.state(plan.id), world.backend.writes) == ("void", [])
    assert "may no longer approve" in (await world.changes.view(plan.id)).detail


async def test_taking_back_waits_for_no_freeze_and_giving_does(world):
    await give(world)
    changed(world, "version: 1\n", 'version: 1\nfreeze:\n  - {name: year end, from: "11-20", to: "01-02"}\n')
    plan = await ask(world, ALICE, "access_revoke", person="carol", offer="operator-cover")
    await world.click(plan.id, BOB)
    more = await ask(world, ALICE, person="carol", offer="night-approver", lasts="1h")
    await world.click(more.id, BOB)
    await world.starter.done()
    assert [await world.state(p.id) for p in (plan, more)] == ["succeeded", "void"]


async def test_another_process_knows_it_when_it_decides(world):
    """The store of a second process that has not looked yet."""
    from agents.policy import PolicyStore

    await give(world, person="carol", offer="night-approver")
    plan = await world.propose(who=ALICE)
    world.policy = PolicyStore(world.policy_path, clock=world.clock)
    world.build(worker="w2")
    assert not may(world, CAROL, "approve:high").allow
    assert (await world.click(plan.id, CAROL)).kind == "quorum"


async def test_access_is_never_undone_by_a_button_nor_given_by_break_glass(world):
    plan = await give(world)
    assert not (await world.changes.view(plan.id)).can_undo
    assert "access revoke" in (await world.changes.undo(world.turn("undo", ALICE), plan.id)).what


async def test_a_crash_after_the_write_gives_it_once(world):
    class Died(BaseException):
        pass

    def die(name, plan_id):
        if name == "after_write":
            raise Died

    world.build(point=die)
    world.starter.held = True
    plan = await ask(world, ALICE, person="carol", offer="operator-cover", lasts="1h")
    await world.click(plan.id, BOB)
    with pytest.raises(Died):
        await world.changes.execute(plan.id)
    world.build(worker="w2")
    await world.changes.execute(plan.id)
    assert await world.state(plan.id) == "succeeded"
    assert len(await world.changes.access.live()) == 1


async def test_an_offer_that_reaches_no_place_says_of_none(world):
    words = reach_of(world.policy.policy.offer("root"))
    assert words.startswith("role admin in COPS: ")


async def test_a_name_that_became_another_persons_after_the_card_voids_the_plan(world):
    plan = await ask(world, ALICE, person="carol", offer="operator-cover", lasts="1h")
    changed(world, "TLOCAL:UCAROL", "TLOCAL:UOTHER")
    await world.click(plan.id, BOB)
    await world.starter.done()
    assert await world.state(plan.id) == "void"
