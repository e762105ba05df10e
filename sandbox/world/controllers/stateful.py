"""StatefulSets: pods with ordinals and volumes, made in order, replaced from the last to the first."""

import copy
from typing import Final

from sandbox.world.context import Context
from sandbox.world.controllers import controller_revisions as history
from sandbox.world.controllers.pods import Retries, drop, make, owned_pods, pod_from
from sandbox.world.events import Source
from sandbox.world.objects import (
    Obj,
    counts,
    deleting,
    labels,
    meta,
    name,
    namespace,
    pod_active,
    pod_available,
    pod_finished,
    pod_ready,
    spec,
    status,
)

STATEFULSETS: Final = "apps/v1/statefulsets"
CLAIMS: Final = "v1/persistentvolumeclaims"
KIND: Final = ("apps/v1", "StatefulSet")
SOURCE: Final = Source("statefulset-controller")
INDEX: Final = "apps.kubernetes.io/pod-index"
POD_NAME: Final = "statefulset.kubernetes.io/pod-name"


class StatefulSets:
    def __init__(self) -> None:
        self._retries = Retries()

    def reconcile(self, ctx: Context) -> None:
        for entry in ctx.access.list(STATEFULSETS):
            if not deleting(entry):
                self._one(ctx, entry)

    def _one(self, ctx: Context, entry: Obj) -> None:
        newest = history.current(ctx, entry, KIND)
        pods = {name(pod): pod for pod in owned_pods(ctx, entry)}
        if not self._retries.blocked(ctx, entry):
            self._move(ctx, entry, newest, pods)
        self._report(ctx, entry, newest)

    def _move(self, ctx: Context, entry: Obj, newest: str, pods: dict[str, Obj]) -> None:
        ordered = spec(entry).get("podManagementPolicy", "OrderedReady") == "OrderedReady"
        wanted = [f"{name(entry)}-{number}" for number in range(spec(entry).get("replicas", 1))]
        for pod_name in wanted:
            pod = pods.get(pod_name)
            if pod is not None and pod_finished(pod) and not deleting(pod):
                drop(ctx, pod, entry, KIND, SOURCE)
                return
            if pod is None and not self._grow(ctx, entry, newest, pod_name):
                return
            if ordered and (pod is None or not pod_ready(pod)):
                self._replace_broken(ctx, entry, newest, pod)
                return
        surplus = sorted((p for p in pods if p not in wanted), key=_ordinal, reverse=True)
        for pod_name in surplus[: 1 if ordered else None]:
            if not deleting(pods[pod_name]):
                drop(ctx, pods[pod_name], entry, KIND, SOURCE)
        if not surplus:
            self._update(ctx, entry, newest, [pods[n] for n in wanted if n in pods])

    def _replace_broken(self, ctx: Context, entry: Obj, newest: str, pod: Obj | None) -> None:
        """A pod of an old revision that never ran is replaced when none is away; else it blocks, as upstream."""
        stuck = pod is not None and status(pod).get("phase") == "Pending" and not deleting(pod)
        if pod is not None and stuck and _hash(pod) != newest and spec(pod).get("nodeName"):
            drop(ctx, pod, entry, KIND, SOURCE)

    def _grow(self, ctx: Context, entry: Obj, newest: str, pod_name: str) -> bool:
        _make_claims(ctx, entry, pod_name)
        template = copy.deepcopy(spec(entry)["template"])
        number = pod_name.rsplit("-", 1)[1]
        marks = {history.HASH: newest, INDEX: number, POD_NAME: pod_name}
        metadata = template.setdefault("metadata", {})
        metadata["labels"] = (metadata.get("labels") or {}) | marks
        pod = pod_from(template, entry, KIND, pod_name, generated=False)
        pod["metadata"]["generateName"] = f"{name(entry)}-"
        inner = pod["spec"]
        inner |= {"hostname": pod_name, "subdomain": spec(entry).get("serviceName", "")}
        claimed = [
            {"name": name(claim), "persistentVolumeClaim": {"claimName": f"{name(claim)}-{pod_name}"}}
            for claim in spec(entry).get("volumeClaimTemplates") or []
        ]
        inner["volumes"] = claimed + (inner.get("volumes") or [])
        if make(ctx, pod, entry, KIND, SOURCE) is None:
            self._retries.passed(entry)
            return True
        self._retries.failed(ctx, entry)
        return False

    def _update(self, ctx: Context, entry: Obj, newest: str, pods: list[Obj]) -> None:
        """The last pod of an old revision goes, when all behind it are ready."""
        strategy = spec(entry).get("updateStrategy") or {}
        if strategy.get("type") == "OnDelete":
            return
        first = (strategy.get("rollingUpdate") or {}).get("partition", 0)
        for pod in reversed(pods[first:]):
            if _hash(pod) != newest:
                if not deleting(pod):
                    drop(ctx, pod, entry, KIND, SOURCE)
                return
            if not pod_ready(pod):
                return

    def _report(self, ctx: Context, entry: Obj, newest: str) -> None:
        pods = [pod for pod in owned_pods(ctx, entry) if pod_active(pod)]
        new = [pod for pod in pods if _hash(pod) == newest]
        before = status(entry)
        done = len(new) == spec(entry).get("replicas", 1) and all(pod_ready(pod) for pod in new)
        min_ready = spec(entry).get("minReadySeconds", 0)
        update = f"{name(entry)}-{newest}"
        current = update if done or not before.get("currentRevision") else before["currentRevision"]
        old = [pod for pod in pods if f"{name(entry)}-{_hash(pod)}" == current]
        numbers = {
            "observedGeneration": meta(entry).get("generation", 1),
            "replicas": len(pods),
            "readyReplicas": sum(1 for pod in pods if pod_ready(pod)),
            "availableReplicas": sum(1 for pod in pods if pod_available(pod, min_ready, ctx.now)),
            "currentReplicas": len(old),
            "updatedReplicas": len(new),
            "collisionCount": 0,
        }
        body = counts(numbers, keep=("replicas", "availableReplicas", "collisionCount"))
        revisions = {"currentRevision": current, "updateRevision": update}
        ctx.access.set_status(STATEFULSETS, entry, body | revisions)


def _ordinal(pod_name: str) -> int:
    tail = pod_name.rsplit("-", 1)[-1]
    return int(tail) if tail.isdigit() else -1


def _hash(pod: Obj) -> str:
    return labels(pod).get(history.HASH, "")


def _make_claims(ctx: Context, entry: Obj, pod_name: str) -> None:
    for template in spec(entry).get("volumeClaimTemplates") or []:
        claim_name = f"{name(template)}-{pod_name}"
        if ctx.access.get(CLAIMS, namespace(entry), claim_name) is None:
            marks = (spec(entry).get("selector") or {}).get("matchLabels") or {}
            metadata = {"name": claim_name, "namespace": namespace(entry), "labels": dict(marks)}
            ctx.access.create(CLAIMS, {"metadata": metadata, "spec": copy.deepcopy(template["spec"])})
            text = f"create Claim {claim_name} Pod {pod_name} in StatefulSet {name(entry)} success"
            ctx.recorder.record(SOURCE, entry, KIND, ("Normal", "SuccessfulCreate", text))
