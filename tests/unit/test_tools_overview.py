"""A cluster, a namespace and all clusters at a glance; one that is gone does not spoil the others."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.cluster_desk import desk, source
from tests.unit.cluster_running import pod, running, workload
from tools.cluster.connection import Source
from tools.errors import TryLater
from tools.reads.k8s_overview import K8S_OVERVIEW

OLD = "2026-01-01T00:00:00Z"


def node(name, *, ready="True", cordoned=False):
    return {
        "metadata": {"name": name},
        "spec": {"unschedulable": True} if cordoned else {},
        "status": {
            "allocatable": {"cpu": "4", "memory": "8Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": ready, "reason": "KubeletReady"}],
        },
    }


def put(cluster, resource, item):
    made = cluster.store.create(resource, item)
    if "status" in item:
        cluster.store.patch_status(resource, item["metadata"].get("namespace"), made["metadata"]["name"], item["status"])  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with running(tmp_path_factory.mktemp("overview")) as one:
        for name in ("shop", "ops"):
            one.store.create("v1/namespaces", {"metadata": {"name": name}})
        for item in (node("n1"), node("n2", ready="False"), node("n3", cordoned=True)):
            put(one, "v1/nodes", item)
        busy = {"name": "c", "image": "i", "resources": {"requests": {"cpu": "2", "memory": "2Gi"}}}
        sick = pod("sick", ready=False, containers=[busy])
        sick["metadata"]["creationTimestamp"] = OLD
        for item in (pod("well", node="n1"), sick, pod("other", "ops")):
            put(one, "v1/pods", item)
        one.store.create("apps/v1/deployments", workload("web") | {"metadata": {"name": "web", "namespace": "shop", "creationTimestamp": OLD}})  # fmt: skip
        put(one, "v1/persistentvolumeclaims", {"metadata": {"name": "data", "namespace": "shop"}, "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}, "status": {"phase": "Pending"}})  # fmt: skip
        put(one, "v1/resourcequotas", {"metadata": {"name": "team", "namespace": "shop"}, "spec": {"hard": {"pods": "2"}}, "status": {"hard": {"pods": "2"}, "used": {"pods": "2"}}})  # fmt: skip
        put(one, "v1/services", {"metadata": {"name": "front", "namespace": "shop"}, "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}})  # fmt: skip
        yield one


@pytest.fixture
def at(shop):
    with desk(shop) as one:
        yield one


def told(found):
    return {one["what"]: one["trouble"] for one in found.data["troubles"]}


async def test_what_needs_attention_comes_worst_first_with_its_evidence(at):
    found = await at.run(K8S_OVERVIEW)
    assert told(found) == {
        "node n2": "not ready",
        "deployment shop/web": "0/2 ready",
        "pod shop/sick": "1 NotReady",
        "persistentvolumeclaim shop/data": "Pending",
        "resourcequota shop/team": "pods 2 of 2",
        "service shop/front": "has no load balancer address",
        "node n3": "cordoned",
    }
    assert found.data["troubles"][0]["what"] == "node n2"
    assert found.evidence[0].ref == "k8s:local/-/node/n2#status.conditions"
    [cluster] = found.data["clusters"]
    assert (cluster["version"], cluster["nodes"]) == ("v1.36.2", {"ready": 1, "total": 3})
    assert (cluster["room"]["cpu"], cluster["asked"]["cpu"]) == ("4", "2")
    assert "1 of 3 nodes take pods with 50% of cpu and 25% of memory asked for" in found.digest


async def test_a_namespace_is_itself_alone_and_nothing_wrong_is_an_answer(at):
    found = await at.run(K8S_OVERVIEW, namespace="ops")
    assert found.data["troubles"] == []
    assert found.digest.startswith("Nothing in 1 cluster with 1 pod needs attention.")
    assert (found.scope.cluster, found.scope.namespace) == ("local", "ops")


async def test_what_may_not_be_seen_is_left_out(at):
    found = await at.run(K8S_OVERVIEW, sees=("ops",))
    assert set(told(found)) == {"node n2", "node n3"}
    assert found.data["clusters"][0]["namespaces"] == ["ops"]


async def test_a_kind_that_may_not_be_read_is_named(shop):
    with desk(shop, who="viewer") as one:
        found = await one.run(K8S_OVERVIEW)
    assert [gap for gap in found.could_not_see if gap.startswith("nodes: ")]
    assert found.data["clusters"][0]["nodes"]["total"] == 0


def gone(tmp_path: Path, shop) -> Source:
    """A cluster whose address nobody answers at."""
    text = shop.server.kubeconfigs["bot"].read_text().replace(shop.server.url, "https://127.0.0.1:1")
    file = tmp_path / "gone.kubeconfig"
    file.write_text(text)
    return source(file, "gone")


async def test_a_cluster_that_is_gone_never_spoils_the_others(shop, tmp_path):
    """Its breaker opens, and only its own."""
    with desk(shop, gone(tmp_path, shop)) as one:
        for _ in range(8):
            found = await one.run(K8S_OVERVIEW, seconds=5)
            assert [c["cluster"] for c in found.data["clusters"]] == ["local"]
            assert found.could_not_see[0].startswith("cluster gone: cluster gone ")
        assert "1 cluster could not be read: nothing is known of it." in found.digest
        states = {name: one.clients.clusters.cluster(name).breaker.state for name in ("local", "gone")}
        assert states == {"local": "closed", "gone": "open"}
        began = datetime.now(UTC)
        assert (await one.run(K8S_OVERVIEW, seconds=5)).data["away"]
        assert datetime.now(UTC) - began < timedelta(seconds=2)
        with pytest.raises(TryLater):
            await one.run(K8S_OVERVIEW, cluster="gone", seconds=5)
