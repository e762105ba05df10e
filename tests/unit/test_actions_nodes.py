"""Nodes, evictions and jobs, beyond what every action is held to: what is refused, in which words, and for whom."""

from pathlib import Path

import pytest

from tests.unit import test_actions_workload as shop
from tests.unit.test_actions_workload import ACTION, APP, NS
from tools.errors import AskBack, GiveUp, NotAllowed
from tools.plan import Observed
from tools.spec import Call, Risk

NODES, PODS, JOBS, BUDGETS = "v1/nodes", "v1/pods", "batch/v1/jobs", "policy/v1/poddisruptionbudgets"
POD = f"{APP}-1-0"
world = shop.world
pytestmark = pytest.mark.timeout(60)


class OfShop:
    """Somebody whose rights end at one namespace."""

    def namespace(self, cluster, namespace):
        return namespace == NS

    def compartment(self, name):
        return False


@pytest.fixture
def nodes(world):
    """The workload runs on n1; n2 could take it."""
    for name in ("n1", "n2"):
        if world.store.get(NODES, None, name) is None:
            world.store.create(NODES, {"metadata": {"name": name}, "spec": {}})
        world.store.patch_status(NODES, None, name, {"conditions": [{"type": "Ready", "status": "True"}]})
    return world


async def drafted(world, action, **args):
    return await ACTION[action].plan(world.call, ACTION[action].args(**args))


def budget(world, allowed):
    labels = {"matchLabels": {"app": APP}}
    world.store.create(
        BUDGETS,
        {"metadata": {"name": "web", "namespace": NS}, "spec": {"minAvailable": 3, "selector": labels}},
    )
    world.store.patch_status(BUDGETS, NS, "web", {
        "observedGeneration": 1, "disruptionsAllowed": allowed, "currentHealthy": 3, "desiredHealthy": 3, "expectedPods": 3,
    })  # fmt: skip


def bare(world, name="alone", **spec):
    body = {"containers": [{"name": "app", "image": "x"}], "nodeName": "n1", **spec}
    world.store.create(PODS, {"metadata": {"name": name, "namespace": NS}, "spec": body})


@pytest.mark.parametrize("action", ["node_cordon", "node_uncordon", "node_drain"])
async def test_whose_rights_end_at_a_namespace_may_not_touch_a_node(nodes, action):
    call = Call(nodes.clients, nodes.now, 15.0, OfShop())
    with pytest.raises(NotAllowed, match="outside what you may see here"):
        await ACTION[action].plan(call, ACTION[action].args(name="n1"))


async def test_a_node_nobody_knows_is_asked_back(nodes):
    with pytest.raises(AskBack) as asked:
        await drafted(nodes, "node_cordon", name="n")
    assert {"n1", "n2"} <= set(asked.value.options)


async def test_what_is_so_already_is_no_change(nodes):
    with pytest.raises(GiveUp, match="is not cordoned"):
        await drafted(nodes, "node_uncordon", name="n1")


async def test_the_last_node_that_takes_pods_is_a_high_risk(nodes):
    for one in nodes.store.list(NODES, None):
        if one["metadata"]["name"] != "n1":
            one["spec"]["unschedulable"] = True
            nodes.store.replace(NODES, one)
    draft = await drafted(nodes, "node_cordon", name="n1")
    assert (draft.risk, draft.warnings[0]) == (
        Risk.HIGH,
        "no other node takes pods: what is stopped or new waits",
    )
    with pytest.raises(GiveUp, match="would have no place"):
        await drafted(nodes, "node_drain", name="n1")


async def test_a_drain_names_each_pod_and_leaves_what_belongs_to_the_node(nodes):
    nodes.store.create(PODS, {
        "metadata": {"name": "agent", "namespace": NS, "ownerReferences": [
            {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "agent", "uid": "u", "controller": True}]},
        "spec": {"containers": [{"name": "a", "image": "x"}], "nodeName": "n1"},
    })  # fmt: skip
    draft = await drafted(nodes, "node_drain", name="n1")
    assert [change.path for change in draft.changes] == [
        "spec.unschedulable",
        *(f"pod {NS}/{APP}-1-{n}" for n in range(3)),
    ]
    assert (draft.blast.objects, draft.risk, str(draft.target)) == (4, Risk.HIGH, "local/*/node/n1")
    assert nodes.writes() == []


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        ("128Mi", "these pods ask for 192Mi memory and the other nodes have 128Mi free: some will wait"),
        ("1Gi", ""),
    ],
)
async def test_a_drain_says_when_the_other_nodes_have_no_room(nodes, memory, said):
    for one in nodes.store.list(NODES, None):
        if one["metadata"]["name"] not in {"n1", "n2"}:
            one["spec"]["unschedulable"] = True
            nodes.store.replace(NODES, one)
    ready = [{"type": "Ready", "status": "True"}]
    nodes.store.patch_status(
        NODES, None, "n2", {"conditions": ready, "allocatable": {"cpu": "4", "memory": memory}}
    )
    draft = await drafted(nodes, "node_drain", name="n1")
    assert [text for text in draft.warnings if "will wait" in text] == ([said] if said else [])


@pytest.mark.parametrize(
    ("spec", "said", "allow"),
    [
        ({}, "nothing makes shop/alone again: say lose_bare_pods", {"lose_bare_pods": True}),
        ({"volumes": [{"name": "d", "emptyDir": {}}]}, "nothing makes shop/alone again", {}),
    ],
)
async def test_what_would_be_lost_for_good_is_asked_for_by_name(nodes, spec, said, allow):
    bare(nodes, **spec)
    with pytest.raises(GiveUp, match=said):
        await drafted(nodes, "node_drain", name="n1")
    if allow:
        assert (await drafted(nodes, "node_drain", name="n1", **allow)).blast.pods == 4
    else:
        with pytest.raises(GiveUp, match="keep data in emptyDir volumes"):
            await drafted(nodes, "node_drain", name="n1", lose_bare_pods=True)


async def test_a_budget_that_holds_a_pod_is_named_with_its_numbers(nodes):
    budget(nodes, 0)
    with pytest.raises(GiveUp, match="the disruption budget web needs 3 healthy pods and has 3"):
        await drafted(nodes, "pod_evict", namespace=NS, name=POD)
    draft = await drafted(nodes, "node_drain", name="n1")
    assert draft.dry_run.endswith("budgets hold back 3 of 3 pods now")


async def test_an_eviction_that_a_budget_allows_is_planned(nodes):
    budget(nodes, 1)
    draft = await drafted(nodes, "pod_evict", namespace=NS, name=POD)
    assert (draft.title, draft.write["path"].endswith(f"/pods/{POD}/eviction")) == (f"Evict pod {POD}", True)
    assert nodes.writes() == []


async def test_a_job_is_done_once_more_without_what_the_server_added(world):
    pod = {"spec": {"containers": [{"name": "app", "image": "x:1"}], "restartPolicy": "Never"}}
    world.store.create(JOBS, {"metadata": {"name": "backup", "namespace": NS}, "spec": {"template": pod}})
    draft = await drafted(world, "job_rerun", namespace=NS, name="backup")
    body = draft.write["body"]
    assert "selector" not in body["spec"]
    assert not set(body["spec"]["template"]["metadata"].get("labels") or {}) & {
        "controller-uid",
        "batch.kubernetes.io/job-name",
    }
    assert body["metadata"]["name"].startswith("backup-")
    assert "may be done twice" in draft.warnings[0]
    assert (await ACTION["job_rerun"].observe(world.call, draft)).state is Observed.FAILED


async def test_a_job_nobody_knows_is_asked_back(world):
    pod = {"spec": {"containers": [{"name": "app", "image": "x:1"}], "restartPolicy": "Never"}}
    world.store.create(JOBS, {"metadata": {"name": "backup", "namespace": NS}, "spec": {"template": pod}})
    with pytest.raises(AskBack) as asked:
        await drafted(world, "job_delete", namespace=NS, name="backups")
    assert asked.value.options == ("backup",)


def test_no_change_goes_to_a_cluster_past_who_asked():
    """Only `Call.cluster` carries the person as whom it is sent."""
    folder = Path(__file__).resolve().parents[2] / "tools" / "remediation"
    assert [file.name for file in folder.glob("*.py") if "clusters.at(" in file.read_text()] == []
