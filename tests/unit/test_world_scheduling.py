"""Where pods go, and in a scheduler's words why they do not."""

import pytest

from tests.unit.worlds import NS, Lab, workload

TAIL = " no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."


def message(lab, name="p"):
    conditions = lab.get("v1/pods", name)["status"]["conditions"]
    return next(c["message"] for c in conditions if c["type"] == "PodScheduled")


def pod(lab, name="p", labels=None, requests=None, **spec):
    container = {"name": "main", "image": "app:1", "resources": {"requests": requests or {}}}
    return lab.make(
        "v1/pods", name, metadata={"labels": labels or {}}, spec={"containers": [container], **spec}
    )


def taint(lab):
    for node in lab.store.list("v1/nodes"):
        node["spec"]["taints"] = [{"key": "dedicated", "value": "db", "effect": "NoSchedule"}]
        lab.store.replace("v1/nodes", node)


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"nodeSelector": {"disk": "ssd"}}, "3 node(s) didn't match Pod's node affinity/selector."),
        ({"requests": {"cpu": "99"}}, "3 Insufficient cpu."),
        ({"requests": {"cpu": "99", "memory": "1Ti"}}, "3 Insufficient cpu, 3 Insufficient memory."),
        ({"requests": {"cpu": "99"}, "nodeSelector": {"disk": "ssd"}}, "3 node(s) didn't match Pod's node affinity/selector."),
    ],
)  # fmt: skip
def test_what_no_node_offers(wish, reason):
    lab = Lab()
    pod(lab, **wish)
    lab.after(1)
    assert message(lab) == f"0/3 nodes are available: {reason}{TAIL}"
    assert lab.events("FailedScheduling") == [message(lab)]


def test_taints_are_not_named_and_tolerations_help():
    lab = Lab()
    taint(lab)
    pod(lab)
    pod(lab, "q", tolerations=[{"key": "dedicated", "operator": "Exists"}])
    lab.after(2)
    assert message(lab).startswith("0/3 nodes are available: 3 node(s) had untolerated taint(s).")
    assert lab.get("v1/pods", "q")["status"]["phase"] == "Running"


def test_cordoned_and_full_nodes_are_counted_apart():
    lab = Lab()
    node = lab.store.get("v1/nodes", None, "n1")
    node["spec"]["unschedulable"] = True
    lab.store.replace("v1/nodes", node)
    for number in range(2):
        pod(lab, f"full{number}", requests={"cpu": "3"})
    lab.after(2)
    pod(lab, requests={"cpu": "2"})
    lab.after(1)
    assert message(lab) == (
        "0/3 nodes are available: 1 node(s) were unschedulable, 2 Insufficient cpu. no new claims to deallocate, "
        "preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, "
        "2 No preemption victims found for incoming pod."
    )


def test_room_that_is_freed_is_used_at_once():
    lab = Lab(nodes=1)
    pod(lab, "big", requests={"cpu": "4"})
    lab.after(2)
    pod(lab, requests={"cpu": "1"})
    lab.after(1)
    assert "Insufficient cpu" in message(lab)
    lab.store.delete("v1/pods", NS, "big")
    lab.after(3)
    assert lab.get("v1/pods", "p")["spec"]["nodeName"] == "n1"


def test_pods_of_one_owner_are_spread_and_anti_affinity_holds():
    lab = Lab()
    rule = {"labelSelector": {"matchLabels": {"app": "web"}}, "topologyKey": "kubernetes.io/hostname"}
    anti = {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [rule]}}
    lab.deployment(replicas=4, affinity=anti)
    lab.after(3)
    placed = [p["spec"]["nodeName"] for p in lab.pods() if p["spec"].get("nodeName")]
    assert sorted(placed) == ["n1", "n2", "n3"]
    left = next(p for p in lab.pods() if not p["spec"].get("nodeName"))
    assert "3 node(s) didn't match pod anti-affinity rules" in message(lab, left["metadata"]["name"])


def test_a_claim_of_an_unknown_class_holds_the_pod_and_a_known_one_binds():
    lab = Lab()
    volumes = [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": "1Gi"}},
        "storageClassName": "fast",
    }
    lab.make("v1/persistentvolumeclaims", "data", spec=spec)
    pod(lab, volumes=volumes)
    lab.after(2)
    assert (
        message(lab) == "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
    )
    assert lab.events("ProvisioningFailed") == ['storageclass.storage.k8s.io "fast" not found']
    lab.store.create("storage.k8s.io/v1/storageclasses", {"metadata": {"name": "fast"}, "provisioner": "x"})
    lab.after(3)
    assert lab.get("v1/persistentvolumeclaims", "data")["status"]["phase"] == "Bound"
    assert lab.get("v1/pods", "p")["status"]["phase"] == "Running"


def test_a_silent_node_becomes_unknown_and_loses_its_pods_after_minutes():
    lab = Lab()
    lab.deployment(replicas=3)
    lab.after(3)
    node = lab.store.get("v1/nodes", None, "n2")
    node["metadata"]["annotations"] = {"sim/down": "1"}
    lab.store.replace("v1/nodes", node)
    lab.after(30)
    assert ready(lab) == "True"
    lab.after(20)
    assert ready(lab) == "Unknown"
    assert {t["key"] for t in lab.store.get("v1/nodes", None, "n2")["spec"]["taints"]} == {
        "node.kubernetes.io/unreachable"
    }
    lab.after(320)
    running = [p for p in lab.pods() if not p["metadata"].get("deletionTimestamp")]
    assert {p["spec"]["nodeName"] for p in running} == {"n1", "n3"}
    assert len(running) == 3
    node = lab.store.get("v1/nodes", None, "n2")
    del node["metadata"]["annotations"]["sim/down"]
    lab.store.replace("v1/nodes", node)
    lab.after(5)
    assert ready(lab) == "True"
    assert len(lab.pods()) == 3


def ready(lab):
    conditions = lab.store.get("v1/nodes", None, "n2")["status"]["conditions"]
    return next(c["status"] for c in conditions if c["type"] == "Ready")


def test_daemons_run_on_every_node_that_fits():
    lab = Lab()
    lab.make("apps/v1/daemonsets", "agent", spec=workload("agent", "agent:1"))
    lab.after(3)
    assert sorted(p["spec"]["nodeName"] for p in lab.pods()) == ["n1", "n2", "n3"]
    status = lab.get("apps/v1/daemonsets", "agent")["status"]
    assert status["desiredNumberScheduled"] == status["numberReady"] == status["updatedNumberScheduled"] == 3
