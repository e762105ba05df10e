"""ReplicaSets: as many pods as wanted, and an honest status when they are refused."""

from typing import Final

from sandbox.world.clock import stamp
from sandbox.world.context import Context
from sandbox.world.controllers.pods import (
    Retries,
    drop,
    generated_name,
    make,
    owned_pods,
    pod_from,
    terminating,
    victims,
)
from sandbox.world.events import Source
from sandbox.world.objects import (
    Obj,
    counts,
    deleting,
    labels,
    meta,
    name,
    pod_active,
    pod_available,
    pod_finished,
    pod_ready,
    spec,
    status,
)

REPLICASETS: Final = "apps/v1/replicasets"
KIND: Final = ("apps/v1", "ReplicaSet")
SOURCE: Final = Source("replicaset-controller")


class ReplicaSets:
    def __init__(self) -> None:
        self._retries = Retries()

    def reconcile(self, ctx: Context) -> None:
        for entry in ctx.access.list(REPLICASETS):
            if not deleting(entry):
                self._one(ctx, entry)

    def _one(self, ctx: Context, entry: Obj) -> None:
        pods = owned_pods(ctx, entry)
        active = [pod for pod in pods if pod_active(pod)]
        missing = spec(entry).get("replicas", 1) - len(active)
        refusal: str | None = None
        tried = False
        if missing > 0 and not self._retries.blocked(ctx, entry):
            tried = True
            refusal = self._grow(ctx, entry, missing)
        elif missing < 0:
            ready = {name(pod) for pod in active if pod_ready(pod)}
            for pod in victims(active, -missing, ready):
                drop(ctx, pod, entry, KIND, SOURCE)
        if missing <= 0:
            self._retries.passed(entry)
        pods = owned_pods(ctx, entry)
        failures = _failure(entry, refusal, tried=tried, missing=missing, now=ctx.now)
        ctx.access.set_status(REPLICASETS, entry, _status(ctx, entry, pods) | failures)

    def _grow(self, ctx: Context, entry: Obj, missing: int) -> str | None:
        for _ in range(missing):
            pod = pod_from(spec(entry)["template"], entry, KIND, generated_name(ctx, entry))
            refusal = make(ctx, pod, entry, KIND, SOURCE)
            if refusal is not None:
                self._retries.failed(ctx, entry)
                return refusal
        self._retries.passed(entry)
        return None


def _status(ctx: Context, entry: Obj, pods: list[Obj]) -> Obj:
    active = [pod for pod in pods if pod_active(pod)]
    wanted = (spec(entry).get("template") or {}).get("metadata", {}).get("labels") or {}
    min_ready = spec(entry).get("minReadySeconds", 0)
    if min_ready and any(pod_ready(pod) for pod in active):
        ctx.wait(min_ready)
    numbers = {
        "replicas": len(active),
        "fullyLabeledReplicas": sum(1 for pod in active if wanted.items() <= labels(pod).items()),
        "readyReplicas": sum(1 for pod in active if pod_ready(pod)),
        "availableReplicas": sum(1 for pod in active if pod_available(pod, min_ready, ctx.now)),
        "terminatingReplicas": terminating([pod for pod in pods if not pod_finished(pod)]),
        "observedGeneration": meta(entry).get("generation", 1),
    }
    return counts(numbers, keep=("replicas", "terminatingReplicas"))


def _failure(entry: Obj, refusal: str | None, *, tried: bool, missing: int, now: float) -> Obj:
    """The ReplicaFailure condition: the first refusal stays until pods can be made again."""
    before = [c for c in status(entry).get("conditions") or [] if c["type"] == "ReplicaFailure"]
    if refusal is None:
        return {"conditions": before} if before and missing > 0 and not tried else {}
    if before:
        return {"conditions": before}
    condition = {
        "type": "ReplicaFailure",
        "status": "True",
        "lastTransitionTime": stamp(now),
        "reason": "FailedCreate",
        "message": refusal,
    }
    return {"conditions": [condition]}
