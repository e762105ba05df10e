"""A node told whole, in a cluster with things in the way."""

import pytest

from tests.unit.cluster_desk import desk
from tests.unit.cluster_running import pod, running
from tools.errors import AskBack
from tools.reads.k8s_node import K8S_NODE


def node(name, **more):
    return {"metadata": {"name": name, "labels": {"topology.kubernetes.io/zone": "ad-1"}}, "spec": {"providerID": "ocid1.instance.oc1..a", **more}, "status": {"allocatable": {"cpu": "4", "memory": "8Gi", "pods": "10"}, "conditions": [{"type": "Ready", "status": "True"}, {"type": "DiskPressure", "status": "True"}], "nodeInfo": {"kubeletVersion": "v1.36.2"}}}  # fmt: skip


def owned(name, kind, owner, **spec):
    item = pod(name, node="n1", **spec)
    item["metadata"]["ownerReferences"] = [{"apiVersion": "apps/v1", "kind": kind, "name": owner, "uid": "u", "controller": True}]  # fmt: skip
    return item


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    with running(tmp_path_factory.mktemp("node")) as one:
        for space in ("shop", "ops"):
            one.store.create("v1/namespaces", {"metadata": {"name": space}})
        made = [("v1/nodes", node("n1", taints=[{"key": "a", "effect": "NoSchedule"}])), ("v1/nodes", node("n2", unschedulable=True))]  # fmt: skip
        pods = [owned("web-1", "ReplicaSet", "web"), pod("bare", node="n1"), owned("agent", "DaemonSet", "agent"), owned("scratch", "ReplicaSet", "s", volumes=[{"name": "x", "emptyDir": {}}]), pod("hidden", "ops", node="n1")]  # fmt: skip
        made += [("v1/pods", one_pod) for one_pod in pods]
        made += [("policy/v1/poddisruptionbudgets", {"metadata": {"name": "tight", "namespace": "shop"}, "spec": {"selector": {"matchLabels": {"app": "web"}}}, "status": {"disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1}})]  # fmt: skip
        for resource, item in made:
            created = one.store.create(resource, item)
            if "status" in item:
                one.store.patch_status(resource, item["metadata"].get("namespace"), created["metadata"]["name"], item["status"])  # fmt: skip
        yield one


async def test_one_node_says_what_runs_there_and_what_would_keep_it_from_being_drained(full):
    with desk(full) as at:
        found = await at.run(K8S_NODE, name="n1")
    assert found.data["node"]["problems"] == ["DiskPressure"]
    assert found.data["node"]["provider_id"] == "ocid1.instance.oc1..a"
    assert {one["name"] for one in found.data["pods"]} == {"web-1", "bare", "agent", "scratch", "hidden"}
    draining = " ".join(found.data["draining"])
    assert "budget shop/tight allows no disruption now" in draining
    assert "nobody would make ops/hidden, shop/bare again" in draining or "nobody would make shop/bare, ops/hidden again" in draining  # fmt: skip
    assert "shop/scratch would lose local data" in draining
    assert "taints a:NoSchedule" in found.digest


async def test_pods_of_other_namespaces_count_for_the_load_and_are_not_named(full):
    with desk(full) as at:
        found = await at.run(K8S_NODE, name="n1", sees=("ops",))
        every = await at.run(K8S_NODE)
    assert [one["name"] for one in found.data["pods"]] == ["hidden"]
    assert "bare" not in found.digest
    assert {one["name"]: (one["pods"], one["problems"]) for one in every.data["nodes"]} == {"n1": (5, ["DiskPressure"]), "n2": (0, ["DiskPressure", "cordoned"])}  # fmt: skip


async def test_a_node_that_is_not_there_is_asked_back(full):
    with desk(full) as at, pytest.raises(AskBack, match="no node 'n9'") as back:
        await at.run(K8S_NODE, name="n9")
    assert back.value.options == ("n1", "n2")
