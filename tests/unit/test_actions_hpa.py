"""The bounds of an autoscaler, against the local API server."""

import pytest
from pydantic import ValidationError

from tests.unit import test_actions_workload as shop
from tests.unit.test_actions_workload import ACTION, APP, NS, applied, approved
from tools.cluster.answers import Conflict
from tools.errors import AskBack, GiveUp
from tools.plan import Effect, Observed
from tools.remediation.arguments import BoundsArgs
from tools.spec import Risk

KEY = "autoscaling/v2/horizontalpodautoscalers"
world = shop.world
action = ACTION["hpa_bounds"]


def hpa(name="auto", low=2, high=6):
    at = {"apiVersion": "apps/v1", "kind": "Deployment", "name": APP}
    return {
        "metadata": {"name": name, "namespace": NS},
        "spec": {"scaleTargetRef": at, "minReplicas": low, "maxReplicas": high},
    }


@pytest.fixture
def scaled(world):
    world.store.create(KEY, hpa())
    return world


async def drafted(world, **args):
    return await action.plan(world.call, action.args(namespace=NS, **{"name": APP, **args}))


def current(world, name="auto"):
    return world.store.get(KEY, NS, name)["spec"]


def edit(world, **fields):
    item = world.store.get(KEY, NS, "auto")
    item["spec"] |= fields
    world.store.replace(KEY, item)


def scale(world, pods):
    """What the autoscaler and the Deployment's controller do."""
    world.change(lambda item: item["spec"].update(replicas=pods))
    world.settle()


@pytest.mark.parametrize("name", ["auto", APP])
async def test_it_is_found_by_its_name_and_by_its_workload_and_planning_writes_nothing(scaled, name):
    draft = await drafted(scaled, name=name, max_replicas=8)
    assert scaled.writes() == []
    assert (draft.target.kind, draft.target.name) == ("HorizontalPodAutoscaler", "auto")
    assert [(c.path, c.before, c.after) for c in draft.changes] == [("spec.maxReplicas", "6", "8")]
    assert (draft.blast.pods, draft.risk, draft.dry_run) == (0, Risk.LOW, "accepted by local, no warnings")
    assert draft.rollback == {"minReplicas": 2, "maxReplicas": 6}
    assert draft.before == {"bounds": "2 to 6", "pods ready": "3/3", "pods wanted": "unknown"}


async def test_bounds_that_start_pods_hold_when_these_serve_and_go_back(scaled):
    draft = await drafted(scaled, min_replicas=5)
    assert (draft.blast.summary, draft.risk) == ("2 pods are started at once", Risk.LOW)
    assert await action.effect(scaled.call, draft, "plan_1") is Effect.NONE
    await applied(scaled, action, draft)
    assert await action.effect(scaled.call, draft, "plan_1") is Effect.DONE
    assert (await action.observe(scaled.call, draft)).state is Observed.NOT_YET
    scale(scaled, 5)
    seen = await action.observe(scaled.call, draft)
    assert (seen.state, seen.facts["bounds"]) == (Observed.HOLDS, "5 to 6")
    await action.roll_back(scaled.call, approved(draft))
    assert (current(scaled)["minReplicas"], current(scaled)["maxReplicas"]) == (2, 6)
    assert (await action.observe_rollback(scaled.call, draft)).state is Observed.HOLDS
    assert len(scaled.writes()) == 2


async def test_a_maximum_below_what_runs_is_warned_of_and_weighed(scaled):
    draft = await drafted(scaled, min_replicas=1, max_replicas=1)
    assert any("below the 3 pods that run now" in w for w in draft.warnings)
    assert (draft.blast.pods, draft.blast.percent, draft.risk) == (2, 67, Risk.MEDIUM)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ({"min_replicas": 2}, "already chooses between 2 and 6"),
        ({"min_replicas": 7}, "minimum 7 would be above the maximum 6"),
        ({"max_replicas": 1}, "minimum 2 would be above the maximum 1"),
        ({"name": "nobody", "max_replicas": 3}, "is called nobody or scales it"),
    ],
)
async def test_what_makes_no_sense_is_refused_in_words(scaled, args, words):
    with pytest.raises(GiveUp, match=words):
        await drafted(scaled, **args)


async def test_two_autoscalers_of_one_workload_are_asked_back(scaled):
    scaled.store.create(KEY, hpa("second"))
    with pytest.raises(AskBack) as asked:
        await drafted(scaled, max_replicas=9)
    assert asked.value.options == ("auto", "second")


@pytest.mark.parametrize(
    "args", [{}, {"min_replicas": 0}, {"min_replicas": 4, "max_replicas": 3}, {"max_replicas": 501}, {"max_replicas": "5"}]
)  # fmt: skip
def test_bounds_that_are_none_are_refused(args):
    with pytest.raises(ValidationError):
        BoundsArgs(namespace=NS, name=APP, **args)


async def test_an_ignored_write_and_one_that_is_reverted_never_hold(scaled):
    draft = await drafted(scaled, max_replicas=8)
    scaled.server.faults.add({"method": "PATCH", "accept_but_ignore": True, "times": 1})
    await applied(scaled, action, draft)
    seen = await action.observe(scaled.call, draft)
    assert (seen.state, "did not change" in seen.progress) == (Observed.FAILED, True)
    assert await action.effect(scaled.call, draft, "plan_1") is Effect.NONE
    scaled.server.faults.clear()
    await applied(scaled, action, draft)
    edit(scaled, maxReplicas=6)
    seen = await action.observe(scaled.call, draft)
    assert (seen.state, "changed it again" in seen.progress) == (Observed.FAILED, True)


async def test_drift_voids_and_somebody_elses_bounds_are_not_overwritten(scaled):
    draft = await drafted(scaled, max_replicas=8)
    again = await action.reread(scaled.call, draft)
    edit(scaled, maxReplicas=20)
    assert [d.path for d in (await action.reread(scaled.call, draft)).drift] == ["spec.maxReplicas"]
    with pytest.raises(Conflict):
        await action.apply(scaled.call, approved(draft), again.precondition)
    with pytest.raises(Conflict, match="somebody else"):
        await action.roll_back(scaled.call, approved(draft))
    assert current(scaled)["maxReplicas"] == 20


async def test_another_autoscaler_of_the_name_is_not_the_target(scaled):
    draft = await drafted(scaled, max_replicas=8)
    scaled.store.delete(KEY, NS, "auto")
    scaled.store.create(KEY, hpa())
    assert "metadata.uid" in {d.path for d in (await action.reread(scaled.call, draft)).drift}
    assert await action.effect(scaled.call, draft, "plan_1") is Effect.CANNOT_TELL
    assert (await action.observe(scaled.call, draft)).state is Observed.FAILED


async def test_an_unreadable_autoscaler_is_unreadable(scaled):
    draft = await drafted(scaled, max_replicas=8)
    scaled.server.faults.add(
        {"method": "GET", "path": "horizontalpodautoscalers/auto", "status": 503, "times": 50}
    )
    assert (await action.observe(scaled.call, draft)).state is Observed.UNREADABLE


async def test_a_refused_dry_run_gives_no_plan(scaled):
    scaled.server.faults.add({"method": "PATCH", "status": 403, "body": {
        "kind": "Status", "status": "Failure", "reason": "Forbidden", "code": 403,
        "message": 'admission webhook "gate" denied the request: frozen',
    }})  # fmt: skip
    with pytest.raises(GiveUp, match="frozen"):
        await drafted(scaled, max_replicas=8)
