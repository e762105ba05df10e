"""Quotas, volumes, autoscalers and room, asked of a cluster that lacks some of each."""

from datetime import UTC, datetime

import pytest

from sandbox.prometheus.memory import Memory
from sandbox.prometheus.server import PrometheusServer
from tests.unit.cluster_desk import desk
from tests.unit.cluster_running import pod, running, workload
from tools.errors import AskBack, NotAllowed
from tools.metrics.prometheus import Prometheus
from tools.reads.k8s_autoscaling import K8S_AUTOSCALING
from tools.reads.k8s_fits import K8S_FITS
from tools.reads.k8s_quota import K8S_QUOTA
from tools.reads.k8s_volumes import K8S_VOLUMES

OLD = "2026-01-01T00:00:00Z"
AUTOSCALERS = "autoscaling/v2/horizontalpodautoscalers"


def put(cluster, resource, item):
    made = cluster.store.create(resource, item)
    if "status" in item:
        cluster.store.patch_status(resource, item["metadata"].get("namespace"), made["metadata"]["name"], item["status"])  # fmt: skip


def claim(name, phase="Bound", volume="", klass="fast", **more):
    body = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "10Gi"}},
        "storageClassName": klass,
    }
    if volume:
        body["volumeName"] = volume
    return {"metadata": {"name": name, "namespace": "shop", "creationTimestamp": OLD, **more}, "spec": body, "status": {"phase": phase}}  # fmt: skip


def autoscaler(name, target, *, low=2, high=5, now=2, want=2, **conditions):
    return {
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}, "minReplicas": low, "maxReplicas": high, "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}}]},
        "status": {"currentReplicas": now, "desiredReplicas": want, "currentMetrics": [{"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 93, "averageValue": "1"}}}], "conditions": [{"type": kind, "status": word, "reason": reason, "message": "m"} for kind, (word, reason) in conditions.items()]},
    }  # fmt: skip


def node(name, cpu="4", *, ready="True", labels=None, **spec):
    return {
        "metadata": {"name": name, "labels": labels or {}},
        "spec": spec,
        "status": {"allocatable": {"cpu": cpu, "memory": "8Gi", "pods": "10"}, "conditions": [{"type": "Ready", "status": ready}]},
    }  # fmt: skip


def asking(cpu, memory="1Gi"):
    return [{"name": "web", "image": "web:1", "resources": {"requests": {"cpu": cpu, "memory": memory}}}]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with running(tmp_path_factory.mktemp("state")) as one:
        for space in ("shop", "ops", "empty"):
            one.store.create("v1/namespaces", {"metadata": {"name": space}})
        put(one, "storage.k8s.io/v1/storageclasses", {"metadata": {"name": "fast"}, "provisioner": "x", "volumeBindingMode": "WaitForFirstConsumer"})  # fmt: skip
        for item in (node("n1"), node("n2", "2", taints=[{"key": "gpu", "effect": "NoSchedule"}]), node("n3", ready="False"), node("n4", unschedulable=True), node("n5", "8", labels={"disk": "ssd"})):  # fmt: skip
            put(one, "v1/nodes", item)
        mounting = pod("db", node="n1", containers=asking("1"), volumes=[{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}])  # fmt: skip
        put(one, "v1/pods", mounting)
        put(one, "v1/pods", pod("big", "ops", node="n5", containers=asking("7")))
        for item in (claim("data", volume="v1"), claim("idle", volume="v2"), claim("lost", "Lost"), claim("waits", "Pending"), claim("no-class", "Pending", klass="slow")):  # fmt: skip
            put(one, "v1/persistentvolumeclaims", item)
        put(one, "v1/persistentvolumes", {"metadata": {"name": "gone"}, "spec": {"capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteOnce"], "claimRef": {"namespace": "shop", "name": "old"}, "hostPath": {"path": "/x"}}, "status": {"phase": "Released"}})  # fmt: skip
        for name, pods in (
            ("checkout", asking("500m")),
            ("bare", [{"name": "web", "image": "web:1"}]),
            ("ssd", asking("500m")),
        ):
            item = workload(name, replicas=0, containers=pods)
            if name == "ssd":
                item["spec"]["template"]["spec"]["nodeSelector"] = {"disk": "ssd"}
            one.store.create("apps/v1/deployments", item)
        for item in (
            autoscaler("checkout", "checkout", now=5, want=5, ScalingLimited=("True", "TooManyReplicas")), autoscaler("bare", "bare"),
            autoscaler("blind", "checkout", ScalingActive=("False", "FailedGetResourceMetric")), autoscaler("lost", "nothing"), autoscaler("fixed", "ssd", low=2, high=2, now=1),
        ):  # fmt: skip
            put(one, AUTOSCALERS, item)
        put(one, "v1/limitranges", {"metadata": {"name": "defaults", "namespace": "ops"}, "spec": {"limits": [{"type": "Container", "default": {"cpu": "1"}}]}})  # fmt: skip
        put(one, "v1/resourcequotas", {"metadata": {"name": "team", "namespace": "shop"}, "spec": {"hard": {"pods": "4", "requests.cpu": "1200m"}}, "status": {"hard": {"pods": "4", "requests.cpu": "1200m"}, "used": {"pods": "1", "requests.cpu": "1"}}})  # fmt: skip
        yield one


@pytest.fixture
def at(shop):
    with desk(shop) as one:
        yield one


async def test_a_quota_is_told_with_what_is_left(at):
    found = await at.run(K8S_QUOTA, namespace="shop")
    rows = {row["resource"]: (row["used"], row["hard"]) for row in found.data["quotas"]}
    assert rows == {"pods": ("1", "4"), "requests.cpu": ("1", "1.200")}
    assert "shop/team requests.cpu: 1 of 1.2 used (83%), 200m left" in found.digest
    assert found.evidence[0].ref == "k8s:local/shop/resourcequota/team#status.used[requests.cpu]"
    assert (
        "limit range ops/defaults: Container defaultRequest cpu 1, Container default cpu 1"
        in (await at.run(K8S_QUOTA)).digest
    )
    assert (await at.run(K8S_QUOTA, namespace="empty")).digest.startswith("No quota in namespace empty")


def claims(found):
    return {one["name"]: one["problems"] for one in found.data["claims"]}


async def test_claims_that_hold_nothing_or_nobody_uses_come_first(at):
    found = await at.run(K8S_VOLUMES)
    assert claims(found) == {
        "data": [],
        "idle": ["no pod uses it"],
        "lost": ["its volume is gone"],
        "waits": [],
        "no-class": ["pending: storage class slow does not exist"],
    }
    assert [one["name"] for one in found.data["claims"]][:3] == ["lost", "no-class", "idle"]
    assert "mounted by waits for its first pod" in found.digest
    assert found.data["stray"] == [{"name": "gone", "phase": "Released", "size": "5Gi"}]
    assert found.could_not_see == ("how full they are: no Prometheus is set up here",)


async def test_how_full_a_volume_is_comes_from_prometheus(at):
    memory, now = Memory(), datetime.now(UTC).replace(microsecond=0)
    for word, value in (("used", 95.0), ("capacity", 100.0)):
        memory.record(f"kubelet_volume_stats_{word}_bytes", now.timestamp(), value, namespace="shop", persistentvolumeclaim="data")  # fmt: skip
    server = PrometheusServer(memory)
    await server.start()
    at.clients.metrics = Prometheus(server.url)
    found = await at.run(K8S_VOLUMES, namespace="shop", name="data", now=now)
    assert claims(found) == {"data": ["95% full"]}
    await at.clients.metrics.close()
    await server.stop()


async def test_an_autoscaler_says_why_it_does_not_scale(at):
    found = await at.run(K8S_AUTOSCALING, namespace="shop")
    told = {one["name"]: one["problems"] for one in found.data["autoscalers"]}
    assert told == {
        "checkout": ["is at its maximum of 5 and wants more"],
        "bare": ["does not know the share: container web has no cpu request"],
        "blind": ["does not scale (FailedGetResourceMetric: m)"],
        "lost": ["cannot scale: Deployment nothing does not exist"],
        "fixed": ["its bounds are the same: it can change nothing"],
    }
    assert "scales deployment checkout, 5 now, wants 5, between 2 and 5, by cpu 93 % of 70 %" in found.digest
    assert [t["name"] for t in found.data["autoscalers"]][-1] in {"checkout", "fixed"}
    assert (await at.run(K8S_AUTOSCALING, namespace="ops")).digest.startswith(
        "No autoscaler in namespace ops"
    )
    assert (await at.run(K8S_AUTOSCALING, namespace="shop", name="ssd")).data["total"] == 1


def rooms(found):
    return {one["name"]: one["fits"] for one in found.data["nodes"]}


async def test_what_fits_is_counted_node_by_node(at):
    found = await at.run(K8S_FITS, cpu="1", memory="1Gi", count=5)
    assert rooms(found) == {"n1": 3, "n2": 0, "n3": 0, "n4": 0, "n5": 1}
    assert found.digest.startswith("No: 5 wanted. 4 more fit on local: a pod of 1 cpu and 1Gi memory")
    closed = {one["name"]: one["closed"] for one in found.data["nodes"] if one["closed"]}
    assert closed == {"n2": "taint gpu:NoSchedule is not tolerated", "n3": "not ready", "n4": "cordoned"}
    assert any("the scheduler looks at them too" in gap for gap in found.could_not_see)


async def test_a_workload_is_bound_by_its_selector_and_its_quota(at):
    found = await at.run(K8S_FITS, namespace="shop", name="checkout")
    assert (found.data["on_nodes"], found.data["fits"], found.data["quota"]["left"]) == (8, 0, 0)
    assert "The nodes would take 8, but quota team: requests.cpu lets in 0." in found.digest
    assert rooms(await at.run(K8S_FITS, namespace="shop", name="ssd"))["n1"] == 0
    bare = await at.run(K8S_FITS, namespace="shop", name="bare")
    assert "It asks for nothing" in bare.digest
    assert rooms(bare) == {"n1": 9, "n2": 0, "n3": 0, "n4": 0, "n5": 9}


async def test_without_a_size_it_is_asked_back(at):
    with pytest.raises(AskBack, match="How large is one pod"):
        await at.run(K8S_FITS)
    with pytest.raises(ValueError, match="quantity"):
        await at.run(K8S_FITS, cpu="much")


@pytest.mark.parametrize("tool", [K8S_QUOTA, K8S_VOLUMES, K8S_AUTOSCALING], ids=lambda tool: tool.name)
async def test_what_may_not_be_seen_is_not_told_and_a_missing_right_is_no_nothing(shop, at, tool):
    found = await at.run(tool, sees=("ops",))
    assert found.data["total"] == 0
    assert "shop" not in found.digest
    with desk(shop, who="nobody") as other, pytest.raises(NotAllowed):
        await other.run(tool)
