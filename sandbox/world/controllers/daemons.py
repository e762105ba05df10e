"""DaemonSets: one pod on every node that fits, replaced one after the other."""

import copy
from typing import Final

from sandbox.world.context import Context
from sandbox.world.controllers import controller_revisions as history
from sandbox.world.controllers.pods import Retries, drop, generated_name, make, owned_pods, pod_from
from sandbox.world.events import Source
from sandbox.world.objects import (
    Obj,
    deleting,
    labels,
    meta,
    name,
    pod_active,
    pod_finished,
    pod_ready,
    spec,
)
from sandbox.world.scheduling.affinity import untolerated, wanted_node

DAEMONSETS: Final = "apps/v1/daemonsets"
NODES: Final = "v1/nodes"
KIND: Final = ("apps/v1", "DaemonSet")
SOURCE: Final = Source("daemonset-controller")
_RULE: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_TOLERATED: Final = (
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
)


class DaemonSets:
    def __init__(self) -> None:
        self._retries = Retries()

    def reconcile(self, ctx: Context) -> None:
        for entry in ctx.access.list(DAEMONSETS):
            if not deleting(entry):
                self._one(ctx, entry)

    def _one(self, ctx: Context, entry: Obj) -> None:
        newest = history.current(ctx, entry, KIND)
        probe = {"metadata": {}, "spec": _daemon_spec(entry)}
        fitting = {
            name(n) for n in ctx.access.list(NODES) if wanted_node(probe, n) and not untolerated(probe, n)
        }
        by_node = {_node_of(pod): pod for pod in owned_pods(ctx, entry)}
        if not self._retries.blocked(ctx, entry):
            self._place(ctx, entry, newest, sorted(fitting - by_node.keys()))
        for node, pod in by_node.items():
            gone = node not in fitting or pod_finished(pod)
            if gone and not deleting(pod):
                drop(ctx, pod, entry, KIND, SOURCE)
        self._update(ctx, entry, newest, by_node)
        self._report(ctx, entry, newest, fitting)

    def _place(self, ctx: Context, entry: Obj, newest: str, nodes: list[str]) -> None:
        for node in nodes:
            template = copy.deepcopy(spec(entry)["template"])
            metadata = template.setdefault("metadata", {})
            metadata["labels"] = (metadata.get("labels") or {}) | {history.HASH: newest}
            template["spec"] = _daemon_spec(entry) | {"affinity": _pinned(node)}
            pod = pod_from(template, entry, KIND, generated_name(ctx, entry))
            if make(ctx, pod, entry, KIND, SOURCE) is not None:
                self._retries.failed(ctx, entry)
                return
        self._retries.passed(entry)

    def _update(self, ctx: Context, entry: Obj, newest: str, by_node: dict[str, Obj]) -> None:
        if (spec(entry).get("updateStrategy") or {}).get("type") == "OnDelete":
            return
        if any(deleting(pod) or (_hash(pod) == newest and not pod_ready(pod)) for pod in by_node.values()):
            return
        old = next((by_node[node] for node in sorted(by_node) if _hash(by_node[node]) != newest), None)
        if old is not None:
            drop(ctx, old, entry, KIND, SOURCE)

    def _report(self, ctx: Context, entry: Obj, newest: str, fitting: set[str]) -> None:
        pods = [pod for pod in owned_pods(ctx, entry) if pod_active(pod)]
        here = [pod for pod in pods if _node_of(pod) in fitting]
        ready = sum(1 for pod in here if pod_ready(pod))
        body = {
            "currentNumberScheduled": len(here),
            "numberMisscheduled": len(pods) - len(here),
            "desiredNumberScheduled": len(fitting),
            "numberReady": ready,
            "observedGeneration": meta(entry).get("generation", 1),
            "updatedNumberScheduled": sum(1 for pod in here if _hash(pod) == newest),
            "numberAvailable": ready,
            "numberUnavailable": len(fitting) - ready,
        }
        always = ("currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady")
        ctx.access.set_status(DAEMONSETS, entry, {k: v for k, v in body.items() if v or k in always})


def _daemon_spec(entry: Obj) -> Obj:
    """The template's spec with what every daemon tolerates."""
    inner = copy.deepcopy(spec(entry)["template"]["spec"])
    extra = [
        {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": effect}
        for key, effect in _TOLERATED
    ]
    inner["tolerations"] = (inner.get("tolerations") or []) + extra
    return dict(inner)


def _pinned(node: str) -> Obj:
    term = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [node]}]}
    return {"nodeAffinity": {_RULE: {"nodeSelectorTerms": [term]}}}


def _node_of(pod: Obj) -> str:
    """Where the pod is, or is pinned to."""
    rule = ((spec(pod).get("affinity") or {}).get("nodeAffinity") or {}).get(_RULE) or {}
    for term in rule.get("nodeSelectorTerms") or []:
        for field in term.get("matchFields") or []:
            return str(field["values"][0])
    return str(spec(pod).get("nodeName", ""))


def _hash(pod: Obj) -> str:
    return labels(pod).get(history.HASH, "")
