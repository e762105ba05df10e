"""Decisions signed with a person's key: who counts, once, for which plan, and what is no signature (issue item 12)."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agents.changes.outofband import click_of
from agents.keys.enrolment import Enrolment
from agents.keys.private import public_of
from agents.keys.statement import Signed, Statement, fingerprint, sign
from agents.people import Actor, Place
from tests.chaos.world import ALICE, BOB, CAROL, DAN, OPS, POLICY, TEAM, actor, open_world

CLI = Place(TEAM, "cli", "", kind="cli")
HERE = Actor(TEAM, "UBOB", os_user="bob-laptop", standing="unknown")
TWO = POLICY.replace("high: {count: 1,", "high: {count: 2,")
PRIVATE_TOO = POLICY.replace('role: approver, channels: ["COPS"]', 'role: approver, channels: ["COPS", "dm"]')
ADMINS = {BOB.id: DAN, DAN.id: BOB}


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


def enrolment(world):
    return Enrolment(db=world.db, trail=world.trail, clock=world.clock, policy=world.policy)


def shell(who: Actor) -> Actor:
    """Whom the command line knows: by the key alone, Slack says nothing."""
    return replace(who, os_user="somebody", standing="unknown")


async def offered(world, who):
    private = Ed25519PrivateKey.generate()
    done = await enrolment(world).offer(replace(who, os_user="me"), CLI, public_of(private))
    assert done.kind == "done"
    return private, done.key


async def enrolled(world, who=BOB):
    private, key = await offered(world, who)
    assert (await enrolment(world).confirm(who, OPS, key)).kind == "done"
    assert (await enrolment(world).confirm(ADMINS.get(who.id, BOB), OPS, key)).kind == "done"
    return private


def statement(world, plan, private, who=BOB, decision="approve", **more):
    key = fingerprint(public_of(private))
    said = {
        "workspace": TEAM, "plan": plan.id, "hash": plan.hash, "decision": decision, "reason": "", "person": who.id,
        "key": key, "at": world.clock.now().isoformat(),
    }  # fmt: skip
    return Statement(**{**said, **more})


async def decide(world, signed, who=BOB):
    return await world.changes.decide(click_of(signed, shell(who), CLI))


async def approve(world, plan, private, who=BOB, **more):
    return await decide(world, sign(private, statement(world, plan, private, who, **more)), who)


async def run(world, plan, private, who=BOB, **more):
    signed = sign(private, statement(world, plan, private, who, "run", **more))
    return await world.changes.runner.may_run(signed, shell(who), CLI)


async def records(world, plan, kind):
    async with world.db.read() as tx:
        found = await world.db.audit.find(tx, plan_id=plan.id)
    return [row.body for row in found if row.type == kind]


# enrolment


async def test_a_key_counts_when_its_person_and_another_admin_have_said_so(world):
    private, key = await offered(world, BOB)
    plan = await world.propose()
    assert "not confirmed" in (await approve(world, plan, private)).text
    first = await enrolment(world).confirm(DAN, OPS, key)
    assert (first.kind, "bob must confirm" in first.text) == ("done", True)
    assert (await approve(world, plan, private)).kind == "refused"
    assert (await enrolment(world).confirm(BOB, OPS, key)).text == f"The key {key} is enrolled for bob."
    assert (await approve(world, plan, private)).kind == "quorum"


@pytest.mark.parametrize(
    ("who", "place"),
    [
        (DAN, CLI), (BOB, CLI), (ALICE, OPS), (CAROL, OPS), (actor("UNOBODY"), OPS), (actor("UDAN", "guest"), OPS),
        (actor("UDAN", "deactivated"), OPS), (DAN, replace(OPS, shared_externally=True)), (DAN, replace(OPS, channel="COTHER")),
    ],
)  # fmt: skip
async def test_nobody_else_and_nowhere_else_is_a_key_confirmed(world, who, place):
    _, key = await offered(world, BOB)
    assert (await enrolment(world).confirm(who, place, key)).kind == "refused"
    async with world.db.read() as tx:
        row = await world.db.keys.get(tx, TEAM, key)
    assert (row.state, row.owned_at, row.confirmed_at) == ("offered", None, None)


async def test_an_admin_alone_enrols_no_key_neither_theirs_nor_in_anothers_name(world):
    for name in (DAN, BOB):
        _, key = await offered(world, name)
        await enrolment(world).confirm(DAN, OPS, key)
        assert (await enrolment(world).confirm(DAN, OPS, key)).kind == "refused"
        assert [row.state for row in await enrolment(world).list() if row.id == key] == ["offered"]


async def test_a_key_never_becomes_another_persons_and_never_comes_back(world):
    private, key = await offered(world, BOB)
    again = await enrolment(world).offer(DAN, CLI, public_of(private))
    assert (again.kind, "before" in again.text) == ("refused", True)
    assert (await enrolment(world).revoke(BOB, CLI, key)).kind == "done"
    assert (await enrolment(world).confirm(BOB, OPS, key)).kind == "unknown"
    assert (await enrolment(world).offer(BOB, CLI, public_of(private))).kind == "refused"


async def test_a_key_is_revoked_by_its_person_or_an_admin_alone(world):
    _, key = await offered(world, BOB)
    for who in (ALICE, CAROL, actor("UNOBODY"), actor("UBOB", "guest")):
        assert (await enrolment(world).revoke(who, CLI, key)).kind == "refused"
    assert (await enrolment(world).revoke(DAN, CLI, key)).kind == "done"
    assert (await enrolment(world).revoke(DAN, CLI, key)).kind == "refused"


# a good one


async def test_a_signed_approval_counts_is_marked_and_runs_once(world):
    private = await enrolled(world)
    plan = await world.propose()
    decided = await approve(world, plan, private, reason="Slack is away")
    assert decided.kind == "quorum"
    await world.starter.done()
    assert (await world.state(plan.id), len(world.backend.writes)) == ("succeeded", 1)
    (recorded,) = await records(world, plan, "approval.recorded")
    said = recorded["actor"]
    assert (said["out_of_band"], said["channel"], said["os_user"]) == (True, "cli", "somebody")
    assert said["key"] == fingerprint(public_of(private))
    async with world.db.read() as tx:
        (kept,) = await world.db.signatures.for_plan(tx, plan.id)
    private.public_key().verify(bytes.fromhex(kept.signature), kept.signed.encode())
    assert plan.hash in kept.signed


async def test_a_click_is_not_marked(world):
    plan = await world.approved()
    (recorded,) = await records(world, plan, "approval.recorded")
    assert "out_of_band" not in recorded["actor"]


async def test_a_signed_no_ends_the_plan(world):
    private = await enrolled(world)
    plan = await world.propose()
    assert (await approve(world, plan, private, decision="reject", reason="not now")).kind == "ended"
    assert await world.state(plan.id) == "rejected"
    (recorded,) = await records(world, plan, "plan.rejected")
    assert recorded["actor"]["out_of_band"] is True


async def test_a_plan_made_in_private_is_judged_where_a_direct_message_is(tmp_path):
    for policy, kind in ((POLICY, "refused"), (PRIVATE_TOO, "quorum")):
        world = await open_world(
            tmp_path / kind if (tmp_path / kind).mkdir() is None else tmp_path, policy=policy
        )
        private = await enrolled(world)
        plan = await world.propose(place=Place(TEAM, "D1", "", kind="dm"))
        assert (await approve(world, plan, private)).kind == kind
        await world.close()


# what is none: one plan waits, and still waits


async def wrong(world, plan, private):
    """Each attack with the rule that the audit names."""
    strange = Ed25519PrivateKey.generate()
    other = await world.propose(name="other")
    good = sign(private, statement(world, plan, private))
    elsewhere = sign(private, statement(world, other, private))
    rejects = sign(private, statement(world, plan, private, decision="reject"))
    dans = await enrolled(world, DAN)
    alices = await enrolled(world, ALICE)
    said = good.statement
    old = (world.clock.now() - timedelta(minutes=6)).isoformat()
    late = (world.clock.now() + timedelta(minutes=6)).isoformat()
    me = fingerprint(public_of(private))
    return {
        "a key that nobody knows": (sign(strange, statement(world, plan, strange)), BOB, "key:unknown"),
        "a key that nobody knows under the id of one that is": (sign(strange, statement(world, plan, private)), BOB, "key:signature"),
        "no signature": (Signed(said, ""), BOB, "key:signature"),
        "a signature that is no hex": (Signed(said, "approved"), BOB, "key:signature"),
        "a signature that is cut": (Signed(said, good.signature[:-2]), BOB, "key:signature"),
        "a signature for another plan": (Signed(said, elsewhere.signature), BOB, "key:signature"),
        "a signature for another plan with its words": (Signed(replace(elsewhere.statement, plan=plan.id), elsewhere.signature), BOB, "key:signature"),
        "another plan's hash": (sign(private, statement(world, plan, private, hash=other.hash)), BOB, "key:plan"),
        "another workspace": (sign(private, statement(world, plan, private, workspace="TOTHER")), BOB, "key:plan"),
        "a no that is shown as a yes": (Signed(replace(rejects.statement, decision="approve"), rejects.signature), BOB, "key:signature"),
        "a run that is shown as a yes": (Signed(replace(said, decision="approve", reason="x"), sign(private, replace(said, decision="run", reason="x")).signature), BOB, "key:signature"),
        "a reason that was put in afterwards": (Signed(replace(said, reason="urgent"), good.signature), BOB, "key:signature"),
        "another's key in one's own name": (sign(dans, statement(world, plan, dans, BOB)), BOB, "key:person"),
        "one's own key in another's name": (sign(alices, statement(world, plan, alices, BOB)), BOB, "key:person"),
        "one's own key, shown as another": (sign(alices, statement(world, plan, alices, ALICE)), BOB, "key:person"),
        "another's id on one's own signature": (sign(alices, statement(world, plan, alices, BOB, key=me)), BOB, "key:signature"),
        "six minutes ago": (sign(private, statement(world, plan, private, at=old)), BOB, "key:time"),
        "in six minutes": (sign(private, statement(world, plan, private, at=late)), BOB, "key:time"),
        "no time": (sign(private, statement(world, plan, private, at="now")), BOB, "key:time"),
        "a time without a zone": (sign(private, statement(world, plan, private, at="2026-11-24T09:00:00")), BOB, "key:time"),
        "the requester": (sign(alices, statement(world, plan, alices, ALICE)), ALICE, "four-eyes"),
        "a person whom Slack has put out": (good, actor("UBOB", "deactivated"), "standing:deactivated"),
        "a guest": (good, actor("UBOB", "guest"), "standing:guest"),
    }  # fmt: skip


async def test_what_is_no_signature_of_theirs_is_refused_and_on_record(world):
    private = await enrolled(world)
    plan = await world.propose()
    passed, known = {}, []
    for name, (signed, who, rule) in (await wrong(world, plan, private)).items():
        person = who if who.standing != "member" else shell(who)
        decided = await world.changes.decide(click_of(signed, person, CLI))
        async with world.db.read() as tx:
            approvals = await world.db.approvals.for_plan(tx, plan.id)
            kept = await world.db.signatures.for_plan(tx, plan.id)
        refusals = [r["decision"]["rule"] for r in await records(world, plan, "approval.refused")]
        if (decided.kind, approvals, kept, sorted(refusals)) != ("refused", [], [], sorted([*known, rule])):
            passed[name] = (decided, approvals, kept, refusals)
        known = refusals
    assert passed == {}
    assert (await world.state(plan.id), world.backend.writes) == ("pending", [])


async def test_a_viewers_key_gives_no_right(world):
    private = await enrolled(world, CAROL)
    plan = await world.propose()
    decided = await approve(world, plan, private, CAROL)
    assert (decided.kind, "bob or dan may" in decided.text) == ("refused", True)


@pytest.mark.parametrize("what", ["expired", "stopped", "policy", "altered", "elsewhere"])
async def test_the_rest_of_the_rules_hold_for_a_signature_too(world, what):
    private = await enrolled(world)
    plan = await world.propose()
    wanted = {"expired": "expired", "altered": "void", "elsewhere": "unknown"}.get(what, "refused")
    if what == "expired":
        world.clock.advance(3600)
    elif what == "stopped":
        await world.changes.stop_all(BOB, OPS, "enough")
    elif what == "policy":
        world.policy_path.write_text("version: 7")
        world.policy.reload()
    elif what == "altered":
        async with world.db.write() as tx:
            await world.db.plans.move(tx, plan.id, to="pending", allowed_from={"pending"}, risk="low")
    place = replace(CLI, workspace="TOTHER") if what == "elsewhere" else CLI
    signed = sign(private, statement(world, plan, private))
    decided = await world.changes.decide(click_of(signed, shell(BOB), place))
    assert (decided.kind, world.backend.writes) == (wanted, [])


async def test_one_person_counts_once_however_they_decide(two):
    private = await enrolled(two)
    plan = await two.propose()
    assert (await approve(two, plan, private)).kind == "recorded"
    assert (await two.click(plan.id, BOB)).kind == "late"
    assert (await two.click(plan.id, actor("UBOB2"))).kind == "late"
    again = await approve(two, plan, private)
    assert (again.kind, await two.state(plan.id)) == ("recorded", "pending")
    assert (await two.click(plan.id, DAN)).kind == "quorum"
    await two.starter.done()
    assert (await two.state(plan.id), len(two.backend.writes)) == ("succeeded", 1)


# Slack and the key


async def test_a_key_stands_in_for_a_slack_that_says_nothing_until_the_run(world):
    private = await enrolled(world)
    world.people.standing[BOB.id] = "unknown"
    plan = await world.propose()
    assert (await approve(world, plan, private)).kind == "quorum"
    await world.starter.done()
    assert await world.state(plan.id) == "succeeded"


async def test_a_slack_that_says_no_stops_it_before_the_run(world):
    private = await enrolled(world)
    world.starter.held = True
    plan = await world.propose()
    await approve(world, plan, private)
    world.people.standing[BOB.id] = "deactivated"
    await world.changes.execute(plan.id)
    assert (await world.state(plan.id), world.backend.writes) == ("void", [])


async def test_a_key_revoked_before_the_run_takes_its_signature_with_it(world):
    private = await enrolled(world)
    world.starter.held = True
    plan = await world.propose()
    await approve(world, plan, private)
    await enrolment(world).revoke(BOB, OPS, fingerprint(public_of(private)))
    await world.changes.execute(plan.id)
    assert (await world.state(plan.id), world.backend.writes) == ("void", [])
    view = await world.changes.view(plan.id)
    assert "does not count any more" in view.detail


async def test_who_clicked_and_cannot_be_asked_about_signs_too(two):
    dans, bobs = await enrolled(two, DAN), await enrolled(two, BOB)
    plan = await two.propose()
    await two.click(plan.id, BOB)
    two.people.standing[BOB.id] = "unknown"
    two.starter.held = True
    assert (await approve(two, plan, dans, DAN)).kind == "recorded"
    assert (await approve(two, plan, bobs)).kind == "quorum"
    await two.changes.execute(plan.id)
    assert (await two.state(plan.id), len(two.backend.writes)) == ("succeeded", 1)


async def test_a_signature_and_a_click_at_the_same_time_run_it_once(world):
    private = await enrolled(world, DAN)
    for n in range(20):
        plan = await world.propose(name=f"w{n}")
        answers = await asyncio.gather(world.click(plan.id, BOB), approve(world, plan, private, DAN))
        assert sorted(a.kind for a in answers) == ["late", "quorum"]
        await world.starter.done()
    assert len(world.backend.writes) == 20


# run


async def held(world, who=BOB):
    private = await enrolled(world, who)
    world.starter.held = True
    plan = await world.propose()
    await approve(world, plan, private, who)
    return plan, private


async def test_who_may_approve_or_asked_may_have_it_begin(world):
    plan, private = await held(world)
    assert (await run(world, plan, private)).kind == "recorded"
    alices = await enrolled(world, ALICE)
    assert (await run(world, plan, alices, ALICE)).kind == "recorded"
    (first, *_) = [
        r for r in await records(world, plan, "authz.decision") if r.get("actor", {}).get("out_of_band")
    ]
    assert first["decision"]["allow"] is True
    await world.changes.execute(plan.id)
    await world.changes.execute(plan.id)
    assert len(world.backend.writes) == 1
    assert (await run(world, plan, private)).kind == "late"


async def test_nobody_else_may_and_no_other_signature_does(world):
    plan, private = await held(world)
    carols = await enrolled(world, CAROL)
    assert (await run(world, plan, carols, CAROL)).kind == "refused"
    yes = sign(private, statement(world, plan, private))
    assert (await world.changes.runner.may_run(yes, shell(BOB), CLI)).kind == "refused"
    assert (await run(world, plan, private, hash="0" * 64)).kind == "refused"
    assert world.backend.writes == []


async def test_what_is_not_approved_does_not_begin_and_is_not_ended_by_trying(world):
    private = await enrolled(world)
    plan = await world.propose()
    assert (await run(world, plan, private)).kind == "late"
    world.starter.held = True
    await world.click(plan.id, DAN)
    world.people.standing[DAN.id] = "unknown"
    refused = await run(world, plan, private)
    assert (refused.kind, "0 of 1 approvals" in refused.text) == ("refused", True)
    assert await world.state(plan.id) == "approved"
