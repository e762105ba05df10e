"""What waits for something else: a claim that pods still use, an ordinal that holds up those after it. Each with decoys."""

from datetime import UTC, datetime

import pytest

from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.snapshot import Snapshot

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LONG_AGO, GOING = "2026-11-24T08:00:00Z", "2026-11-24T08:40:00Z"
VOLUME = [{"name": "data", "persistentVolumeClaim": {"claimName": "ledger-data"}}]


def obj(kind, name, spec=None, status=None, **meta):
    base = {"name": name, "uid": f"uid-{kind}-{name}", "namespace": "ns", "creationTimestamp": LONG_AGO}
    return {"metadata": base | meta, "spec": spec or {}, "status": status or {}}


def pod(name, ready=True, **spec):
    states = [{"type": "PodScheduled", "status": "True"}, {"type": "Ready", "status": str(ready), "lastTransitionTime": LONG_AGO}]  # fmt: skip
    running = {"name": "app", "ready": ready, "restartCount": 0, "state": {"running": {"startedAt": LONG_AGO}}}  # fmt: skip
    owner = {"kind": "StatefulSet", "name": "ledger", "uid": "uid-StatefulSet-ledger", "controller": True}
    held = {"nodeName": "n1", "containers": [{"name": "app", "image": "img:1"}], **spec}
    return obj("Pod", name, held, {"phase": "Running", "conditions": states, "containerStatuses": [running]}, labels={"app": "ledger"}, ownerReferences=[owner])  # fmt: skip


def statefulset(**spec):
    wanted = {"replicas": 3, "selector": {"matchLabels": {"app": "ledger"}}, "template": {"metadata": {"labels": {"app": "ledger"}}}}  # fmt: skip
    return obj("StatefulSet", "ledger", wanted | spec, {"replicas": 2, "readyReplicas": 1, "currentRevision": "a", "updateRevision": "a"})  # fmt: skip


def claim(**meta):
    return obj("PersistentVolumeClaim", "ledger-data", {}, {"phase": "Bound"}, finalizers=["kubernetes.io/pvc-protection"], **meta)  # fmt: skip


def snap(**items):
    base = {"pods": [], "events": [], "deployments": [], "replicasets": [], "services": [], "nodes": []}
    return Snapshot("local", "ns", NOW, base | items)


USER = pod("ledger-0", volumes=VOLUME)
ALONE = [statefulset(replicas=1)]
ORDER = [pod("ledger-0"), pod("ledger-1", ready=False)]
CASES = {
    "a claim that a pod uses": ("pvc_stuck_terminating", "pods still use it: ledger-0", snap(pods=[USER], statefulsets=ALONE, persistentvolumeclaims=[claim(deletionTimestamp=GOING)])),
    "a claim that nobody uses": ("pvc_stuck_terminating", "finalizers: kubernetes.io/pvc-protection", snap(pods=[pod("ledger-0")], statefulsets=ALONE, persistentvolumeclaims=[claim(deletionTimestamp=GOING)])),
    "a claim that stays": ("", "", snap(pods=[USER], statefulsets=ALONE, persistentvolumeclaims=[claim()])),
    "an ordinal that holds up the next": ("statefulset_stuck", "waits for ledger-1", snap(pods=ORDER, statefulsets=[statefulset()])),
    "ordinals that do not wait": ("", "", snap(pods=ORDER, statefulsets=[statefulset(podManagementPolicy="Parallel")])),
    "all ordinals": ("", "", snap(pods=[pod(f"ledger-{n}") for n in range(3)], statefulsets=[statefulset()])),
}  # fmt: skip


@pytest.mark.parametrize(("fault", "words", "seen"), CASES.values(), ids=CASES)
def test_what_is_waited_for_is_named_and_a_decoy_is_not_taken_for_it(fault, words, seen):
    found = [f for f in analyse(seen).findings if f.fault in {"pvc_stuck_terminating", "statefulset_stuck"}]
    assert [f.fault for f in found] == ([fault] if fault else [])
    assert all(words in f.cause and f.evidence for f in found)
