"""Changes sent as the person who asked: the cluster's own rights decide, and its audit log names the same person as ours."""

import itertools
import json
import re
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from agents.changes.seal import open_plan, seal
from agents.outcomes import Failure
from storage.plans import PlanRow
from tests.chaos.world import DAN
from tests.contracts.actions.bench import OPEN, bench
from tests.contracts.actions.catalogue import BY_NAME
from tests.contracts.actions.place import cluster
from tools.cluster.acting import Acting, Lent

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(60)]
USER, GROUP, BOT = "slack:TLOCAL:UALICE", "chatops:operator", "system:serviceaccount:cloudops:cloudops-bot"
ROLES, RIG = "rbac.authorization.k8s.io/v1/clusterroles", BY_NAME["scale"]
NOTHING = ["get"]  # a rule needs a verb
_numbers = itertools.count(1)


def policy(known):
    """The policy in which clusters know alice so; empty: not at all."""
    return OPEN.replace("name: alice,", f"name: alice, kubernetes: {known},") if known else OPEN


AS_ALICE = policy(f'{{user: "{USER}", groups: ["{GROUP}"]}}')


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory):
    root, own = tmp_path_factory.mktemp("cluster"), tmp_path_factory.mktemp("bot")
    async with cluster(root, "bot") as place, bench(own, place) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def at(shared):
    shared.world.clock.at = datetime.now(UTC)
    shared.hold_s, shared.deadline_s = 0.0, 10.0
    ruled(shared, AS_ALICE)
    shared.engine()
    yield shared
    shared.place.clear()
    lent(shared, ["impersonate"])
    shared.world.starter.held = False


def ruled(at, text):
    at.world.policy_path.write_text(text)
    at.world.policy.reload()
    assert at.world.policy.changes_allowed, at.world.policy.problem


def lent(at, verbs):
    """What the bot may do with people and groups; asked anew, not remembered."""
    role = at.place.store.get(ROLES, None, "cloudops-bot")
    for rule in role["rules"]:
        if set(rule["resources"]) & {"users", "groups"}:
            rule["verbs"] = verbs
    at.place.store.replace(ROLES, role)
    at.place.clients.clusters.cluster(None).lent = Lent()


def made(at):
    return RIG.make(at.place, next(_numbers))


def asked(at, case, *, reads=False):
    found = [one for one in at.place.server.requests if re.search(case.path, one.path)]
    return [one for one in found if (one.verb in {"get", "list"}) is reads]


async def test_a_change_is_tried_and_sent_as_who_asked_and_read_as_the_bot(at):
    case = made(at)
    plan = await at.approved(RIG, case)
    assert await at.run(plan, case) == "succeeded"
    written = asked(at, case)
    assert {(one.user, one.impersonated, one.dry_run) for one in written} == {
        (BOT, USER, True),
        (BOT, USER, False),
    }
    assert all(GROUP in one.groups for one in written)
    assert [one.user_agent for one in written if not one.dry_run] == [f"cloudops ({plan.id})"]
    assert {(one.user, one.impersonated) for one in asked(at, case, reads=True)} == {(BOT, "")}


async def test_the_card_and_our_audit_name_the_user_that_the_clusters_audit_names(at):
    case = made(at)
    plan = await at.approved(RIG, case)
    assert (await at.world.changes.view(plan.id)).dry_run.startswith(f"sent as {USER} ({GROUP}); accepted by")
    await at.run(plan, case)
    async with at.world.db.read() as tx:
        events = await at.world.db.audit.find(tx, plan_id=plan.id)
    assert any(USER in str(event) for event in events if "write_intended" in str(event))


async def test_whom_the_cluster_refuses_gets_no_card_and_is_told_the_missing_right(at):
    node = f"n{next(_numbers)}"
    at.place.store.create("v1/nodes", {"metadata": {"name": node}, "spec": {}})
    answer = await at.world.changes.propose(
        at.world.turn(f"cordon node {node}"), "node_cordon", {"name": node}, "as asked"
    )
    assert isinstance(answer, Failure)
    assert (answer.what, "patch nodes" in answer.next_step) == (
        f"{USER} may not patch nodes at cluster scope on local",
        True,
    )
    assert not any(one.is_write and node in one.path for one in at.place.server.requests)


async def test_whom_the_bot_may_not_act_as_is_served_by_the_bot_and_the_card_says_so(at):
    ruled(at, policy("eve@shop.example"))
    case = made(at)
    plan = await at.approved(RIG, case)
    card = await at.world.changes.view(plan.id)
    assert card.dry_run.startswith(
        "sent to local as the bot, which may not act as eve@shop.example there; accepted by"
    )
    assert await at.run(plan, case) == "succeeded"
    assert {(one.impersonated, one.user_agent) for one in asked(at, case) if not one.dry_run} == {
        ("", f"cloudops ({plan.id})")
    }


async def test_what_does_not_take_effect_is_taken_back_as_the_same_person(at):
    at.deadline_s = 0.5
    case = made(at)
    plan = await at.approved(RIG, case)
    assert await at.run(plan, case, spoiled=True) == "rolled_back"
    assert [one.impersonated for one in asked(at, case) if not one.dry_run] == [USER, USER]


async def test_an_undo_is_sent_as_who_asks_for_it(at):
    ruled(at, AS_ALICE.replace("name: dan}", 'name: dan, kubernetes: {user: "slack:TLOCAL:UDAN", groups: ["chatops:approver"]}}'))  # fmt: skip
    case = made(at)
    plan = await at.approved(RIG, case)
    assert await at.run(plan, case) == "succeeded"
    undo = await at.world.changes.undo(at.world.turn("undo", who=DAN), plan.id)
    assert isinstance(undo, PlanRow), undo
    await at.world.click(undo.id)
    assert await at.run(undo, case) == "succeeded"
    assert asked(at, case)[-1].impersonated == "slack:TLOCAL:UDAN"


@pytest.mark.parametrize(
    "later", [policy(""), policy('{user: "slack:TLOCAL:UALICE", groups: ["chatops:admin"]}')]
)
async def test_who_is_somebody_else_to_the_cluster_by_now_changes_nothing(at, later):
    case = made(at)
    plan = await at.approved(RIG, case)
    ruled(at, later)
    assert await at.run(plan, case) == "void"
    assert (
        "another user of the cluster" in (await at.world.changes.view(plan.id)).detail,
        at.place.writes(case),
    ) == (True, [])


async def test_a_plan_sealed_for_the_bot_does_not_run_for_a_person_named_since(at):
    ruled(at, policy(""))
    case = made(at)
    plan = await at.approved(RIG, case)
    ruled(at, AS_ALICE)
    assert (await at.run(plan, case), at.place.writes(case)) == ("void", [])


async def test_a_right_to_act_that_was_lost_after_the_click_never_falls_back_on_the_bots_own(at):
    case = made(at)
    plan = await at.approved(RIG, case)
    lent(at, NOTHING)
    assert await at.run(plan, case) == "void"
    assert (
        "may not act for this person" in (await at.world.changes.view(plan.id)).detail,
        at.place.writes(case),
    ) == (True, [])


async def test_a_right_that_came_after_the_card_changes_nothing_that_the_card_said(at):
    lent(at, NOTHING)
    case = made(at)
    plan = await at.approved(RIG, case)
    lent(at, ["impersonate"])
    assert await at.run(plan, case) == "succeeded"
    assert {one.impersonated for one in asked(at, case)} == {""}


async def test_who_is_known_to_no_cluster_is_served_by_the_bot_as_before(at):
    ruled(at, policy(""))
    case = made(at)
    plan = await at.approved(RIG, case)
    assert "acting" not in plan.body
    assert seal(open_plan(plan)) == (plan.body, plan.hash)
    assert await at.run(plan, case) == "succeeded"
    assert {one.impersonated for one in asked(at, case)} == {""}


async def test_a_cluster_that_cannot_say_whom_it_lends_gets_no_plan_for_the_bot(at):
    lent(at, ["impersonate"])
    at.place.server.faults.add({"path": "selfsubjectaccessreviews", "status": 500, "times": 100})
    case = made(at)
    assert isinstance(await at.propose(RIG, case), Failure)


async def test_each_name_is_asked_for_once_a_minute(at):
    lent(at, ["impersonate"])
    before = len(at.place.server.requests)
    for _ in range(2):
        await at.propose(RIG, made(at))
    new = list(at.place.server.requests)[before:]
    assert sum(one.resource == "selfsubjectaccessreviews" for one in new) == 2  # the user and the group


async def test_the_newer_narrower_right_to_act_counts_too(at):
    lent(at, NOTHING)
    narrow = {"apiGroups": ["authentication.k8s.io"], "resources": ["users", "groups"], "verbs": ["impersonate:user-info"]}  # fmt: skip
    role = at.place.store.get(ROLES, None, "cloudops-bot")
    before = list(role["rules"])
    role["rules"] = [*before, narrow]
    at.place.store.replace(ROLES, role)
    api = at.place.clients.clusters.at(None, 10.0)
    assert await api.acts_as(Acting(user=USER, groups=(GROUP,)))
    role = at.place.store.get(ROLES, None, "cloudops-bot")
    role["rules"] = before
    at.place.store.replace(ROLES, role)


async def test_a_runbook_is_planned_run_and_taken_back_as_who_asked(at):
    """Every step, the one that is planned again just before it runs as well, and the way back of all of them."""
    case = made(at)
    folder = at.world.root / "runbooks"
    folder.mkdir(exist_ok=True)
    more = {**case.args, "replicas": case.args["replicas"] + 1}
    steps = "".join(
        f"  - {{name: {name}, action: scale, args: {json.dumps(args)}{after}}}\n"
        for name, args, after in (("up", case.args, ""), ("more", more, ", after: up"))
    )
    (folder / "twice.yaml").write_text(f"version: 1\nsummary: Scale twice.\nsteps:\n{steps}")
    at.world.runbooks = folder
    at.engine()
    try:
        plan = await at.world.changes.propose(
            at.world.turn("run the runbook twice"), "runbook", {"name": "twice", "params": {}}, "as asked"
        )
        assert isinstance(plan, PlanRow), plan
        assert (await at.world.changes.view(plan.id)).dry_run.startswith(f"sent as {USER} ({GROUP})")
        at.world.starter.held = True
        await at.world.click(plan.id)
        assert await at.run(plan, case) == "succeeded"
        sent = [one for one in asked(at, case) if not one.dry_run]
        assert len(sent) == 2
        undo = await at.world.changes.undo(at.world.turn("undo"), plan.id)
        assert isinstance(undo, PlanRow), undo
        await at.world.click(undo.id)
        assert await at.run(undo, case) == "succeeded"
        assert {(one.user, one.impersonated) for one in asked(at, case)} == {(BOT, USER)}
        assert len([one for one in asked(at, case) if not one.dry_run]) == 4
    finally:
        at.world.runbooks = None
        at.engine()
