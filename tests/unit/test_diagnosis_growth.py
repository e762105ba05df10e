"""Analysers that look at each object once: twice the namespace costs twice, never four times."""

from datetime import UTC, datetime

import pytest

from tools.cluster.diagnosis import autoscaling, nodes, refused, release, rollout, services
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import workloads

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
REFUSED = {
    "type": "ReplicaFailure",
    "status": "True",
    "reason": "FailedCreate",
    "message": "pods is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3",
}
CRASHING = {"name": "a", "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}}}
STUCK = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}


class Counted(list):
    """A list that knows how often it was gone through from the start."""

    passes = 0

    def __iter__(self):
        self.passes += 1
        return super().__iter__()


def obj(kind, name, spec=None, status=None, *, owner="", labels=None, **annotations):
    meta = {"name": name, "uid": f"{kind}-{name}", "namespace": "ns", "creationTimestamp": "2026-11-24T08:50:00Z"}  # fmt: skip
    ref = {"ownerReferences": [{"uid": owner, "name": owner, "kind": "x", "controller": True}]} if owner else {}  # fmt: skip
    return {"metadata": meta | ref | {"labels": labels or {}, "annotations": annotations}, "spec": spec or {}, "status": status or {}}  # fmt: skip


def deployment(number):
    """With three revisions, the last of which the quota refuses; beside it one that nobody wants, a budget, and a Service of nobody."""
    name = f"d{number}"
    mine = {"app": name}

    def template(image):
        return {
            "metadata": {"labels": mine},
            "spec": {"containers": [{"name": "a", "image": f"{name}:{image}"}]},
        }

    condition = {"conditions": [REFUSED]}
    sets = [
        obj("ReplicaSet", f"{name}-{n}", {"replicas": 2 * (n == 3), "template": template(n)}, condition if n == 3 else {}, owner=f"Deployment-{name}", **{"deployment.kubernetes.io/revision": str(n)})
        for n in (1, 2, 3)
    ]  # fmt: skip
    return {
        "deployments": [
            obj("Deployment", name, {"replicas": 2, "template": template(3)}, {"conditions": [STUCK]}),
            obj("Deployment", f"off-{name}", {"replicas": 0, "template": {"metadata": {"labels": {"app": f"off-{name}"}}}}),
        ],
        "replicasets": sets,
        "pods": [
            obj("Pod", f"{name}-3-x", {"nodeName": f"n{number}", "containers": []}, {"phase": "Running", "containerStatuses": [CRASHING]}, owner=f"ReplicaSet-{name}-3", labels=mine)
        ],
        "events": [
            {
                "metadata": {"name": f"e{number}"},
                "involvedObject": {"kind": "Pod", "name": f"{name}-3-x"},
                "reason": "BackOff",
                "message": "Back-off restarting failed container",
            }
        ],
        "nodes": [obj("Node", f"n{number}", {}, {"conditions": [{"type": "Ready", "status": "Unknown"}]})],
        "services": [
            obj("Service", name, {"selector": mine}),
            obj("Service", f"lost-{name}", {"selector": {**mine, "tier": "none"}}),
            obj("Service", f"off-{name}", {"selector": {"app": f"off-{name}"}}),
        ],
        "endpointslices": [obj("EndpointSlice", name)],
        "horizontalpodautoscalers": [
            obj("HPA", name, {"scaleTargetRef": {"kind": "Deployment", "name": name}}, {"conditions": [{"type": "ScalingActive", "status": "False"}]})
        ],
        "poddisruptionbudgets": [
            obj("PDB", name, {"selector": {"matchLabels": mine}, "minAvailable": 1}, {"disruptionsAllowed": 0, "expectedPods": 1, "currentHealthy": 1, "desiredHealthy": 1})
        ],
    }  # fmt: skip


def crowd(count):
    """A namespace of so many, and its lists, which count."""
    lists = {}
    for number in range(count):
        for plural, items in deployment(number).items():
            lists.setdefault(plural, Counted()).extend(items)
    return Snapshot("local", "ns", NOW, dict(lists)), lists


def passes(detect, count):
    snap, lists = crowd(count)
    lists["workloads"] = Counted(workloads(snap))
    for items in lists.values():
        items.passes = 0
    assert list(detect(snap, lists["workloads"]))
    return {plural: items.passes for plural, items in lists.items()}


@pytest.mark.parametrize(
    "detect",
    [
        refused.detect,
        rollout.detect,
        release.detect,
        services.detect,
        nodes.detect,
        autoscaling.detect_hpa,
        autoscaling.detect_pdb,
    ],
    ids=lambda detect: f"{detect.__module__.rpartition('.')[2]}.{detect.__name__}",
)
def test_twice_the_namespace_is_gone_through_no_more_often(detect):
    assert passes(detect, 40) == passes(detect, 20)
