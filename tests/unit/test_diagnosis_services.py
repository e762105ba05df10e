"""Services whose only label was renamed on one side, and pods that ask for more than before: each with decoys."""

from datetime import UTC, datetime

import pytest

from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.snapshot import Snapshot

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MADE = "2026-11-24T08:00:00Z"


def meta(name, **more):
    return {"name": name, "namespace": "ns", "uid": f"uid-{name}", "creationTimestamp": MADE, **more}


def owned(kind, name):
    return [{"kind": kind, "name": name, "uid": f"uid-{name}", "controller": True}]


def template(image, labels):
    return {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "app", "image": image}]}}


def release(number, image, labels):
    notes = {"deployment.kubernetes.io/revision": str(number)}
    body = {"replicas": 1, "template": template(image, labels)}
    return {"metadata": meta(f"web-{number}", annotations=notes, ownerReferences=owned("Deployment", "web")), "spec": body, "status": {"readyReplicas": 1}}  # fmt: skip


def pod(number, labels, *, placed=True):
    conditions = [{"type": "PodScheduled", "status": str(placed), "reason": "Unschedulable", "message": "0/1 nodes are available: 1 Insufficient cpu."}, {"type": "Ready", "status": str(placed)}]  # fmt: skip
    running = {"name": "app", "ready": True, "restartCount": 0, "state": {"running": {"startedAt": MADE}}}
    spec = {"containers": [{"name": "app", "image": f"web:{number}"}]} | (
        {"nodeName": "n1"} if placed else {}
    )
    status = {"phase": "Running" if placed else "Pending", "conditions": conditions, "containerStatuses": [running] if placed else []}  # fmt: skip
    name = f"web-{number}-{'a' if placed else 'b'}"
    return {"metadata": meta(name, labels=labels, ownerReferences=owned("ReplicaSet", f"web-{number}")), "spec": spec, "status": status}  # fmt: skip


def snap(pods, *, service="web", selector=None, labels=None):
    labels = labels or {"app": "web"}
    deployment = {"metadata": meta("web", annotations={"deployment.kubernetes.io/revision": "2"}), "spec": {"replicas": 1, "template": template("web:2", labels)}, "status": {}}  # fmt: skip
    items = {"pods": pods, "deployments": [deployment], "replicasets": [release(1, "web:1", labels), release(2, "web:2", labels)], "events": [], "nodes": [], "services": []}  # fmt: skip
    if selector is not None:
        items["services"] = [{"metadata": meta(service), "spec": {"selector": selector, "ports": []}}]
    return Snapshot("local", "ns", NOW, items)


WELL = pod(2, {"app": "web"})


@pytest.mark.parametrize(
    ("service", "selector", "found"),
    [
        ("web", {"app": "webb"}, True),
        ("web", {"app": "web"}, False),
        ("other", {"app": "webb"}, False),  # whose Service it is cannot be told
        ("web", {"team": "a"}, False),  # nothing of it is on the pods
    ],
)
def test_who_asks_about_a_workload_hears_of_the_service_of_its_name(service, selector, found):
    said = analyse(snap([WELL], service=service, selector=selector), frozenset({"*/web"})).findings
    named = [f for f in said if f.fault == "service_selects_nothing" and "deployment/web" in f.touches]
    assert bool(named) == found
    assert all("app=web" in f.cause for f in named)


@pytest.mark.parametrize(
    ("pods", "back"),
    [
        ([pod(1, {"app": "web"}), pod(2, {"app": "web"}, placed=False)], True),
        ([WELL, pod(2, {"app": "web"}, placed=False)], False),  # the same revision has a place: room ran out
        ([pod(2, {"app": "web"}, placed=False)], False),
    ],
)
def test_going_back_is_offered_only_where_the_release_asks_for_more(pods, back):
    found = next(f for f in analyse(snap(pods)).findings if f.fault == "pending_resources")
    assert bool(found.actions) == back, found.actions
