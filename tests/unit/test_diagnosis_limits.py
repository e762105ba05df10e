"""Refused credentials and throttled containers, each with decoys."""

from datetime import UTC, datetime

import pytest

from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.snapshot import Snapshot, Text
from tools.metrics.signals import Signal

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
REFUSED = 'FATAL: password authentication failed for user "orders"'
KEY = {"secretKeyRef": {"name": "db-login", "key": "password"}}
FROM_SECRET = {"env": [{"name": "PW", "valueFrom": KEY}]}
THROTTLED = "rate(container_cpu_cfs_throttled_periods_total[5m]) / rate(container_cpu_cfs_periods_total[5m])"
LIMITED = {"resources": {"limits": {"cpu": "200m"}}}


def snap(log="", container=None, signals=(), **spec):
    meta = {"name": "web", "uid": "u", "namespace": "ns", "creationTimestamp": "2026-11-24T08:00:00Z"}
    running = {"name": "app", "ready": True, "restartCount": 0, "state": {"running": {}}}
    status = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}], "containerStatuses": [running]}  # fmt: skip
    held = {"name": "app", "image": "img:1"} | (container or {})
    pods = [{"metadata": meta, "spec": {"nodeName": "n1", "containers": [held], **spec}, "status": status}]
    logs = [Text("web", "app", False, log)] if log else []
    return Snapshot("local", "ns", NOW, {"pods": pods, "events": []}, logs, signals=signals, services={"pod/web": "web"})  # fmt: skip


def signal(last, query=THROTTLED):
    return Signal("web", "throttled", query, "ratio", 0.25, ((1.0, 0.0), (61.0, last)))


VOLUME = {"volumes": [{"name": "v", "secret": {"secretName": "db-login"}}]}
CASES = {
    "variable": ("secret_corrupted", snap(REFUSED, FROM_SECRET)),
    "all variables": ("secret_corrupted", snap(REFUSED, {"envFrom": [{"secretRef": {"name": "db-login"}}]})),
    "volume": ("secret_corrupted", snap(REFUSED, {"volumeMounts": [{"name": "v"}]}, **VOLUME)),
    "volume of another container": ("", snap(REFUSED, **VOLUME)),
    "no Secret": ("", snap(REFUSED, {"env": [{"name": "PW", "value": "x"}]})),
    "long ago": ("", snap(f"2026-11-24T08:00:00.1Z {REFUSED}", FROM_SECRET)),
    "no such user's database": ("", snap('FATAL: database "x" does not exist', FROM_SECRET)),
    "throttled": ("cpu_throttling", snap("", LIMITED, (signal(0.6),))),
    "hardly throttled": ("", snap("", LIMITED, (signal(0.1),))),
    "no limit": ("", snap("", {}, (signal(0.6),))),
    "another metric": ("", snap("", LIMITED, (signal(0.6, "rate(errors[5m])"),))),
}


@pytest.mark.parametrize(("fault", "seen"), CASES.values(), ids=CASES)
def test_the_cause_is_named_and_a_decoy_is_not_taken_for_it(fault, seen):
    found = analyse(seen).findings
    assert [f.fault for f in found] == ([fault] if fault else [])
    assert all(len(f.evidence) >= 2 for f in found)


def test_twice_the_processor_limit_fits_a_deployment_that_is_throttled():
    made = CASES["throttled"][1]
    owner = {"kind": "Deployment", "name": "web", "uid": "d", "controller": True}
    made.items["pods"][0]["metadata"]["ownerReferences"] = [owner]
    made.items["deployments"] = [{"metadata": {"name": "web", "namespace": "ns", "uid": "d"}, "spec": {"replicas": 1}, "status": {"readyReplicas": 1}}]  # fmt: skip
    made.services["deployment/web"] = "web"
    [found] = [f for f in analyse(made).findings if f.fault == "cpu_throttling"]
    assert [(a["action"], a["args"]["cpu_limit"]) for a in found.actions] == [("set_resources", "400m")]


def test_the_secret_is_named_with_the_field_that_holds_it():
    found = analyse(CASES["variable"][1]).findings[0]
    assert "db-login" in found.cause
    assert any("env[PW].valueFrom.secretKeyRef.name" in e.ref for e in found.evidence)
