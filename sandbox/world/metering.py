"""What pods and nodes use: metrics.k8s.io, and what autoscalers read."""

import hashlib
from typing import Final

from sandbox.world.clock import stamp
from sandbox.world.context import Context
from sandbox.world.kubelet.applications import Applications, Usage
from sandbox.world.kubelet.behaviour import cpu_use, working_set
from sandbox.world.kubelet.kubelet import Kubelet
from sandbox.world.objects import Obj, containers, labels, name, namespace, spec, uid
from sandbox.world.quantity import kibibytes, nanocores

PODS: Final = "v1/pods"
NODES: Final = "v1/nodes"
WINDOW: Final = "15s"
_SETTLE: Final = 15.0  # a process needs that long to reach its working set


class Meter:
    """The metric source of an API server."""

    def __init__(self, ctx: Context, kubelet: Kubelet, apps: Applications) -> None:
        self._ctx = ctx
        self._kubelet = kubelet
        self._apps = apps

    def usage(self, pod: Obj, container: Obj) -> Usage:
        """Of one container now; nothing while it does not run."""
        run = self._kubelet.runs.get(uid(pod))
        entry = next((e for e in run.every if e.name == container["name"]), None) if run else None
        if entry is None or not entry.running:
            return Usage(0.0, 0.0)
        now = self._ctx.now
        known = self._apps.usage(pod, container, now)
        if known is not None:
            return known
        age = now - entry.spells[-1].began if entry.spells else _SETTLE
        grown = 0.6 + 0.4 * min(1.0, age / _SETTLE)
        drift = wobble(f"{uid(pod)}/{container['name']}", now)
        return Usage(
            cpu_use(pod, container) * (1 + drift), working_set(pod, container) * grown * (1 + drift / 4)
        )

    def pair(self, pod: Obj, container: Obj) -> tuple[float, float]:
        found = self.usage(pod, container)
        return found.cores, found.size

    def pods(self) -> list[Obj]:
        found = []
        for pod in self._ctx.access.list(PODS):
            run = self._kubelet.runs.get(uid(pod))
            if run is not None and any(entry.running for entry in run.main):
                found.append(self._pod(pod))
        return found

    def nodes(self) -> list[Obj]:
        by_node: dict[str, list[Usage]] = {}
        for pod in self._ctx.access.list(PODS):
            used = [self.usage(pod, c) for c in containers(pod)]
            by_node.setdefault(spec(pod).get("nodeName", ""), []).extend(used)
        return [self._node(node, by_node.get(name(node), [])) for node in self._ctx.access.list(NODES)]

    def _pod(self, pod: Obj) -> Obj:
        metadata = {"name": name(pod), "namespace": namespace(pod), "labels": labels(pod)}
        used = [
            {"name": container["name"], "usage": _written(self.usage(pod, container))}
            for container in containers(pod)
        ]
        return self._stamped(metadata) | {"containers": used}

    def _node(self, node: Obj, used: list[Usage]) -> Obj:
        total = Usage(0.12 + sum(u.cores for u in used), 400 * 2.0**20 + sum(u.size for u in used))
        metadata = {"name": name(node), "labels": labels(node)}
        return self._stamped(metadata) | {"usage": _written(total)}

    def _stamped(self, metadata: Obj) -> Obj:
        now = stamp(self._ctx.now)
        return {"metadata": metadata | {"creationTimestamp": now}, "timestamp": now, "window": WINDOW}


def _written(used: Usage) -> dict[str, str]:
    return {"cpu": nanocores(used.cores), "memory": kibibytes(used.size)}


def wobble(key: str, now: float, period: float = 15.0) -> float:
    """-0.1 to 0.1, another value each `period`, the same for the same key and time."""
    digest = hashlib.sha256(f"{key}/{int(now // period)}".encode()).digest()
    return (digest[0] - 127.5) / 1275
