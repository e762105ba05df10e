"""Every node's kubelet in one: it looks at the pods placed on living nodes and writes what happens to them."""

from typing import Final

from sandbox.world.context import Context
from sandbox.world.events import Source
from sandbox.world.kubelet.applications import Applications
from sandbox.world.kubelet.pods import (
    PodRun,
    Step,
    accept,
    advance,
    is_stuck,
    next_due,
    status_of,
)
from sandbox.world.objects import (
    Obj,
    annotations,
    containers,
    deleting,
    name,
    pod_finished,
    spec,
    status,
    uid,
)

PODS: Final = "v1/pods"
NODES: Final = "v1/nodes"
_STOPS_IN: Final = 0.25  # a well-behaved process needs that long to end


class Kubelet:
    """Holds the containers of the whole cluster; `runs` maps a pod's uid to them."""

    def __init__(self, apps: Applications) -> None:
        self._apps = apps
        self.runs: dict[str, PodRun] = {}

    def reconcile(self, ctx: Context) -> None:
        nodes = {name(node): node for node in ctx.access.list(NODES)}
        seen = set()
        for pod in ctx.access.list(PODS):
            node = nodes.get(spec(pod).get("nodeName", ""))
            seen.add(uid(pod))
            if node is None or annotations(node).get("sim/down"):
                _leave(ctx, pod)
                continue
            if deleting(pod):
                self._stop(ctx, pod)
            elif not pod_finished(pod):
                self._sync(ctx, pod, node)
        for gone in self.runs.keys() - seen:
            del self.runs[gone]

    def _sync(self, ctx: Context, pod: Obj, node: Obj) -> None:
        run = self.runs.get(uid(pod))
        if run is None:
            run = self.runs[uid(pod)] = accept(pod, ctx.now, ctx.rng, self._apps)
        advance(run, pod, self._step(ctx, pod, run))
        due = next_due(run, ctx.now, ctx.speed)
        if due is not None:
            ctx.timers.at(due)
        ctx.access.set_status(PODS, pod, status_of(run, pod, _host_ip(node), ctx.now))

    def _step(self, ctx: Context, pod: Obj, run: PodRun) -> Step:
        source = Source("kubelet", run.node)

        def say(event_type: str, reason: str, message: str) -> None:
            text = message.replace("{ip}", run.pod_ip)
            ctx.recorder.record(source, pod, ("v1", "Pod"), (event_type, reason, text))

        return Step(ctx.access, ctx.now, ctx.speed, say, self._apps)

    def _stop(self, ctx: Context, pod: Obj) -> None:
        """Graceful termination: the containers are told, a moment later the pod is gone."""
        if is_stuck(pod):
            return
        run = self.runs.get(uid(pod))
        if run is None or pod_finished(pod):
            ctx.access.remove(PODS, pod)
            return
        if run.stops_at is None:
            for entry in run.every:
                if entry.running:
                    self._step(ctx, pod, run).say("Normal", "Killing", f"Stopping container {entry.name}")
            run.stops_at = ctx.wait(_STOPS_IN)
        if ctx.due(run.stops_at):
            for entry in run.every:
                if entry.spells and not entry.spells[-1].ended:
                    entry.spells[-1].ended = ctx.now
            ctx.access.remove(PODS, pod)


def _leave(ctx: Context, pod: Obj) -> None:
    """A pod that no node holds: an unplaced one that is deleted is gone at once."""
    if deleting(pod) and not spec(pod).get("nodeName"):
        ctx.access.remove(PODS, pod)


def _host_ip(node: Obj) -> str:
    found = [a["address"] for a in status(node).get("addresses") or [] if a["type"] == "InternalIP"]
    return found[0] if found else ""


def restarts(pod: Obj) -> dict[str, int]:
    """Restart counts by container name."""
    return {c["name"]: c.get("restartCount", 0) for c in status(pod).get("containerStatuses") or []} or {
        c["name"]: 0 for c in containers(pod)
    }
