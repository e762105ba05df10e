"""A cluster with thousands of pods in one namespace, in a process of its own: it must not share a processor's turn with
whatever is measured. Says where its kubeconfigs are.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from sandbox.cluster.server import ClusterServer
from sandbox.cluster.store import Store

NAMESPACE = "big"
CREATED = "2026-11-01T08:00:00Z"
OWNERS = 100  # deployments that the pods belong to
LINES = 9_000  # of a container: a megabyte
PLANTED = "FATAL ledger shard 7 turned read-only: its disk is full"
SICK = 250  # every so many pods one does not come up


def pod(number: int) -> dict[str, Any]:
    """As a server lists one: some kilobytes, most of which nobody reads."""
    owner = f"svc-{number % OWNERS}"
    hashed = f"{number % OWNERS:08x}"
    name = f"{owner}-{hashed}-{number:05d}"
    labels = {
        "app": owner,
        "pod-template-hash": hashed,
        "app.kubernetes.io/part-of": "shop",
        "team": "platform",
    }
    settings = [{"name": f"SETTING_{n}", "value": f"value of {n}"} for n in range(12)]
    probe = {
        "httpGet": {"path": "/healthz", "port": 8080, "scheme": "HTTP"},
        "periodSeconds": 10,
        "failureThreshold": 3,
    }
    container = {
        "name": "app", "image": f"registry.example/{owner}:1.{number % 9}", "imagePullPolicy": "IfNotPresent",
        "env": settings, "ports": [{"containerPort": 8080, "protocol": "TCP"}], "livenessProbe": probe, "readinessProbe": probe,
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "volumeMounts": [{"name": "config", "mountPath": "/etc/app", "readOnly": True}],
    }  # fmt: skip
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name, "namespace": NAMESPACE, "uid": f"00000000-0000-4000-8000-{number:012d}", "creationTimestamp": CREATED,
            "resourceVersion": str(1000 + number), "labels": labels, "annotations": {"checksum/config": f"{number:064x}"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": f"{owner}-{hashed}", "uid": "r", "controller": True}],
            "managedFields": [{"manager": "kubelet", "operation": "Update", "apiVersion": "v1", "time": CREATED, "fieldsType": "FieldsV1", "fieldsV1": {f"f:field-{n}": {} for n in range(40)}}],
        },
        "spec": {"nodeName": f"node-{number % 40}", "serviceAccountName": owner, "containers": [container], "volumes": [{"name": "config", "configMap": {"name": owner}}]},
        "status": status(sick=number % SICK == 0),
    }  # fmt: skip


def status(*, sick: bool) -> dict[str, Any]:
    crash = {
        "waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container"}
    }
    state = crash if sick else {"running": {"startedAt": CREATED}}
    words = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    unmet = {"ContainersReady", "Ready"} if sick else set()
    return {
        "phase": "Running",
        "hostIP": "10.0.0.1",
        "podIP": "10.1.0.1",
        "startTime": CREATED,
        "conditions": [
            {"type": word, "status": "False" if word in unmet else "True", "lastTransitionTime": CREATED}
            for word in words
        ],
        "containerStatuses": [
            {"name": "app", "ready": not sick, "started": True, "restartCount": 9 if sick else 0, "state": state, "lastState": {}}
        ],
    }  # fmt: skip


class Logs:
    """A megabyte of each container, the newest line now: chatter, and one line that matters."""

    def __init__(self) -> None:
        ends = time.time()
        self._lines = [(ends - (LINES - n) / 10, _line(n)) for n in range(LINES)]

    def read(self, pod: dict[str, Any], container: str, *, previous: bool) -> list[tuple[float, str]]:
        del pod, container
        return [] if previous else self._lines


def _line(number: int) -> str:
    if number == LINES - LINES // 10:
        return PLANTED
    level = "WARN slow upstream" if number % 40 == 0 else "INFO request served"
    return f"{level} path=/orders/{number * 7919 % 100_000} status=200 duration_ms={number * 31 % 900} request_id={number:016x} tenant=t{number % 90}"


async def main() -> None:
    arguments = json.loads(sys.argv[1])
    store = Store()
    server = ClusterServer(store, Path(arguments["folder"]), logs=Logs())
    await server.start()
    for name in (NAMESPACE, "shop", "stg"):
        store.create("v1/namespaces", {"metadata": {"name": name}})
    store.restore((("v1/pods", pod(n)) for n in range(arguments["pods"])), version=100_000)
    print(json.dumps({name: str(file) for name, file in server.kubeconfigs.items()}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await server.stop()


if __name__ == "__main__":
    asyncio.run(main())
