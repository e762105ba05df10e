"""Deleting one pod, and those that have ended, against the local API server."""

import pytest
from pydantic import ValidationError

from tests.unit import test_actions_workload as shop
from tests.unit.test_actions_workload import ACTION, APP, NS, approved
from tools.cluster.answers import Conflict
from tools.errors import AskBack, GiveUp
from tools.plan import Effect, Observed
from tools.remediation.arguments import CleanUpArgs, PodArgs
from tools.spec import Risk

PODS = "v1/pods"
FIRST = f"{APP}-1-0"
world = shop.world
delete, clean = ACTION["pod_delete"], ACTION["pods_clean_up"]


async def drafted(world, name=FIRST):
    return await delete.plan(world.call, PodArgs(namespace=NS, name=name))


async def cleaning(world, **args):
    return await clean.plan(world.call, CleanUpArgs(**{"namespace": NS, **args}))


async def applied(world, action, draft):
    again = await action.reread(world.call, draft)
    assert again.drift == ()
    return await action.apply(world.call, approved(draft), again.precondition)


def gone(world, name):
    """The kubelet is done with it."""
    world.store.delete(PODS, NS, name, grace_seconds=0)


def replaced(world, number=7, **pod):
    rs = world.store.get("apps/v1/replicasets", NS, f"{APP}-1")
    world._pod(rs, world.item()["spec"]["template"], number, **pod)


def ended(world, name, phase="Failed", reason="", labels=None, **meta):
    world.store.create(PODS, {
        "metadata": {"name": name, "namespace": NS, "labels": labels or {}, **meta},
        "spec": {"containers": [{"name": "app", "image": "x"}], "nodeName": "n1"},
    })  # fmt: skip
    world.store.patch_status(PODS, NS, name, {"phase": phase} | ({"reason": reason} if reason else {}))


@pytest.fixture
def littered(world):
    ended(world, "batch-1", "Succeeded")
    ended(world, "evicted-1", reason="Evicted")
    ended(world, "crash-1", labels={"app": APP})
    return world


def names(world):
    return {p["metadata"]["name"] for p in world.store.list(PODS, NS)}


# one pod


async def test_deleting_asks_the_server_without_deleting(world):
    draft = await drafted(world)
    assert world.writes() == []
    assert FIRST in names(world)
    assert draft.dry_run == "accepted by local, no warnings"
    assert draft.write["body"]["preconditions"] == {"uid": draft.target.uid}
    assert (draft.reversible, draft.rollback, draft.risk) == (False, None, Risk.LOW)
    assert draft.undo == f"cannot be undone; ReplicaSet {APP}-1 makes a new pod"
    assert (draft.blast.percent, draft.before["pods ready"]) == (33, "3/3")


async def test_a_deleted_pod_is_done_when_another_is_ready_in_its_place(world):
    draft = await drafted(world)
    assert await delete.effect(world.call, draft, "plan_1") is Effect.NONE
    assert (await applied(world, delete, draft)).upstream_id
    assert await delete.effect(world.call, draft, "plan_1") is Effect.DONE
    gone(world, FIRST)
    assert (await delete.observe(world.call, draft)).progress == "no new pod yet"
    replaced(world, state={"waiting": {"reason": "ContainerCreating"}})
    seen = await delete.observe(world.call, draft)
    assert (seen.state, seen.progress) == (Observed.NOT_YET, f"the new pod {APP}-1-7 is ContainerCreating")
    replaced(world, 8)
    assert (await delete.observe(world.call, draft)).state is Observed.HOLDS
    assert len(world.writes()) == 1


async def test_a_pod_that_only_says_it_ends_is_not_gone(world):
    draft = await drafted(world)
    await applied(world, delete, draft)
    assert FIRST in names(world), "the test needs a pod with a grace period"
    assert (await delete.observe(world.call, draft)).progress == "the pod is ending"


async def test_a_new_pod_that_keeps_crashing_fails_and_nothing_is_taken_back(world):
    draft = await drafted(world)
    await applied(world, delete, draft)
    gone(world, FIRST)
    replaced(world, state={"waiting": {"reason": "CrashLoopBackOff"}}, restarts=3)
    seen = await delete.observe(world.call, draft)
    assert (seen.state, "CrashLoopBackOff" in seen.progress) == (Observed.FAILED, True)
    with pytest.raises(GiveUp, match="nothing brings that very pod back"):
        await delete.roll_back(world.call, approved(draft))
    assert (await delete.observe_rollback(world.call, draft)).state is Observed.FAILED


async def test_a_controller_that_was_scaled_down_wants_no_other(world):
    draft = await drafted(world)
    await applied(world, delete, draft)
    gone(world, FIRST)
    rs = world.store.get("apps/v1/replicasets", NS, f"{APP}-1")
    rs["spec"]["replicas"] = 2
    world.store.replace("apps/v1/replicasets", rs)
    seen = await delete.observe(world.call, draft)
    assert (seen.state, "wants no other" in seen.progress) == (Observed.HOLDS, True)


async def test_a_bare_pod_is_gone_for_good_and_said_to_be(world):
    ended(world, "debug", "Running")
    draft = await drafted(world, "debug")
    assert any("nothing makes this pod again (it has no controller)" in w for w in draft.warnings)
    assert (draft.undo, draft.risk) == ("cannot be undone", Risk.MEDIUM)
    await applied(world, delete, draft)
    gone(world, "debug")
    assert (await delete.observe(world.call, draft)).state is Observed.HOLDS


async def test_a_delete_that_is_accepted_and_ignored_never_holds(world):
    draft = await drafted(world)
    world.server.faults.add({"method": "DELETE", "accept_but_ignore": True})
    await applied(world, delete, draft)
    seen = await delete.observe(world.call, draft)
    assert (seen.state, "still there" in seen.progress) == (Observed.FAILED, True)
    assert await delete.effect(world.call, draft, "plan_1") is Effect.NONE


async def test_another_pod_of_the_name_is_drift_and_is_not_deleted(world):
    draft = await drafted(world)
    gone(world, FIRST)
    assert (await delete.reread(world.call, draft)).drift
    replaced(world, 0)
    assert "metadata.uid" in {d.path for d in (await delete.reread(world.call, draft)).drift}
    with pytest.raises(Conflict):
        await delete.apply(world.call, approved(draft), "")
    assert FIRST in names(world)


async def test_a_budget_that_an_eviction_would_respect_is_named(world):
    world.store.create("policy/v1/poddisruptionbudgets", {
        "metadata": {"name": "keep", "namespace": NS},
        "spec": {"minAvailable": 3, "selector": {"matchLabels": {"app": APP}}},
    })  # fmt: skip
    status = {"disruptionsAllowed": 0, "expectedPods": 3}
    world.store.patch_status("policy/v1/poddisruptionbudgets", NS, "keep", status)
    assert any("pod_evict respects it" in w for w in (await drafted(world)).warnings)


async def test_a_name_that_is_nearly_right_is_asked_back(world):
    with pytest.raises(AskBack) as asked:
        await drafted(world, f"{APP}-1-9")
    assert FIRST in asked.value.options
    with pytest.raises(GiveUp) as caught:
        await drafted(world, "nobody")
    assert caught.value.not_found


@pytest.mark.parametrize("action", ["one", "many"])
async def test_a_refused_dry_run_gives_no_plan(littered, action):
    littered.server.faults.add({"method": "DELETE", "status": 403, "body": {
        "kind": "Status", "status": "Failure", "reason": "Forbidden", "code": 403,
        "message": 'admission webhook "gate" denied the request: frozen',
    }})  # fmt: skip
    with pytest.raises(GiveUp, match="frozen"):
        await (drafted(littered) if action == "one" else cleaning(littered))


async def test_pods_that_cannot_be_read_are_unreadable(littered):
    one, many = await drafted(littered), await cleaning(littered)
    littered.server.faults.add({"method": "GET", "path": "/pods/", "status": 503, "times": 99})
    assert (await delete.observe(littered.call, one)).state is Observed.UNREADABLE
    littered.server.faults.clear()
    littered.server.faults.add({"method": "GET", "path": "/pods/", "status": 503, "times": 99})
    assert (await clean.observe(littered.call, many)).state is Observed.UNREADABLE


# those that have ended


async def test_cleaning_up_names_each_pod_and_takes_those_alone(littered):
    draft = await cleaning(littered)
    assert littered.writes() == []
    assert {c.path for c in draft.changes} == {"pod batch-1", "pod evicted-1", "pod crash-1"}
    assert any("Failed (Evicted)" in c.before for c in draft.changes)
    assert (draft.blast.objects, draft.blast.percent, draft.reversible) == (3, 0, False)
    before = names(littered)
    assert await clean.effect(littered.call, draft, "plan_1") is Effect.NONE
    assert (await applied(littered, clean, draft)).detail == "3 of 3 pods deleted"
    assert names(littered) == before - {"batch-1", "evicted-1", "crash-1"}
    assert await clean.effect(littered.call, draft, "plan_1") is Effect.DONE
    assert (await clean.observe(littered.call, draft)).state is Observed.HOLDS
    with pytest.raises(GiveUp, match="nothing to clean up"):
        await cleaning(littered)


async def test_of_a_service_only_its_own_pods_go(littered):
    draft = await cleaning(littered, service=APP)
    assert [c.path for c in draft.changes] == ["pod crash-1"]


async def test_of_many_the_oldest_go_and_the_rest_is_counted(littered):
    ended(littered, "held-1", finalizers=["batch.kubernetes.io/job-tracking"])
    draft = await cleaning(littered, limit=2)
    assert draft.blast.objects == 2
    assert any("1 more stay" in w for w in draft.warnings)
    assert any("1 are left alone" in w for w in draft.warnings)


async def test_a_part_that_arrived_is_told_as_a_part(littered):
    draft = await cleaning(littered)
    path = draft.write["each"][1]["path"].rsplit("/", 1)[-1]
    littered.server.faults.add({"method": "DELETE", "path": path, "status": 500, "times": 9})
    with pytest.raises(Exception, match="error"):
        await applied(littered, clean, draft)
    assert await clean.effect(littered.call, draft, "plan_1") is Effect.DONE
    seen = await clean.observe(littered.call, draft)
    assert (seen.state, "1 of 3 pods are gone; still there" in seen.progress) == (Observed.FAILED, True)


async def test_a_list_that_changed_is_drift(littered):
    draft = await cleaning(littered)
    gone(littered, "crash-1")
    assert [d.path for d in (await clean.reread(littered.call, draft)).drift] == ["pod crash-1"]
    ended(littered, "crash-1")
    with pytest.raises(Conflict):
        await clean.apply(littered.call, approved(draft), "")
    assert "crash-1" in names(littered)


@pytest.mark.parametrize(
    "args", [{}, {"namespace": NS, "limit": 0}, {"namespace": NS, "limit": 101}, {"namespace": "x/y"}]
)
def test_what_names_no_place_or_too_many_is_refused(args):
    with pytest.raises(ValidationError):
        CleanUpArgs(**args)
