"""Placing pods on nodes, one at a time, the first failing filter of each node told."""

import copy
from collections import Counter
from typing import Final

from sandbox.world.clock import stamp
from sandbox.world.context import Context
from sandbox.world.objects import (
    Obj,
    condition,
    controller_of,
    deleting,
    name,
    namespace,
    pod_finished,
    spec,
    status,
)
from sandbox.world.scheduling import affinity, claims, room

PODS: Final = "v1/pods"
NODES: Final = "v1/nodes"
MANAGER: Final = "kube-scheduler"
_AGAIN: Final = 300.0  # an unplaced pod is tried, and told of, again
_HELPLESS: Final = "Preemption is not helpful for scheduling."
_NO_VICTIMS: Final = "No preemption victims found for incoming pod."
_LEFTOVER: Final = "no new claims to deallocate"


def reconcile(ctx: Context) -> None:
    waiting = [pod for pod in ctx.access.list(PODS) if not spec(pod).get("nodeName") and not deleting(pod)]
    waiting = [pod for pod in waiting if not pod_finished(pod)]
    if waiting:
        plan = _Plan(ctx)
        for pod in waiting:
            plan.place(pod)


class _Plan:
    """The nodes and what is on them, kept up to date while pods are placed."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.nodes = ctx.access.list(NODES)
        by_name = {name(node): node for node in self.nodes}
        running = [pod for pod in ctx.access.list(PODS) if not pod_finished(pod)]
        self.placed = [
            (p, by_name[spec(p)["nodeName"]]) for p in running if spec(p).get("nodeName") in by_name
        ]
        self.taken = {
            name(node): room.used([p for p, at in self.placed if at is node]) for node in self.nodes
        }

    def place(self, pod: Obj) -> None:
        if spec(pod).get("schedulingGates"):
            text = "Scheduling is blocked due to non-empty scheduling gates"
            self._unplaced(pod, "SchedulingGated", text)
            return
        blocked = claims.blocked_by(self.ctx.access, pod)
        if blocked is not None:
            text = f"0/{len(self.nodes)} nodes are available: {blocked}. not found"
            self._refuse(pod, text)
            return
        wanted = room.asked(pod)
        reasons = {name(node): self._reasons(pod, node, wanted) for node in self.nodes}
        fitting = [node for node in self.nodes if not reasons[name(node)]]
        if fitting:
            self._bind(pod, min(fitting, key=lambda node: self._cost(pod, node)), wanted)
        else:
            self._refuse(pod, self._message(reasons, wanted))

    def _reasons(self, pod: Obj, node: Obj, wanted: room.Room) -> list[str]:
        """The first filter that fails, in the order of the real one."""
        if spec(node).get("unschedulable") and not affinity.tolerates(
            pod, {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
        ):
            return ["node(s) were unschedulable"]
        others = [
            t for t in affinity.untolerated(pod, node) if t["key"] != "node.kubernetes.io/unschedulable"
        ]
        if others:
            return ["node(s) had untolerated taint(s)"]
        if not affinity.wanted_node(pod, node):
            return ["node(s) didn't match Pod's node affinity/selector"]
        missing = room.short(wanted, node, self.taken[name(node)])
        if missing:
            return missing
        if affinity.skewed(pod, node, self.nodes, self.placed):
            return ["node(s) didn't match pod topology spread constraints"]
        if affinity.too_far(pod, node, self.placed):
            return ["node(s) didn't match pod affinity rules"]
        if affinity.too_close(pod, node, self.placed):
            return ["node(s) didn't match pod anti-affinity rules"]
        return []

    def _cost(self, pod: Obj, node: Obj) -> tuple[int, float, str]:
        """Spread the pods of one owner, then prefer the emptier node."""
        owner = (controller_of(pod) or {}).get("uid")
        alike = sum(
            1 for other, at in self.placed if at is node and (controller_of(other) or {}).get("uid") == owner
        )
        have = room.allocatable(node)
        taken = self.taken[name(node)]
        full = sum(float(taken.get(key, 0) / have[key]) for key in ("cpu", "memory") if have.get(key))
        return (alike if owner else 0, full, name(node))

    def _message(self, reasons: dict[str, list[str]], wanted: room.Room) -> str:
        if not self.nodes:
            return "no nodes available to schedule pods"
        total = len(self.nodes)
        counted = Counter(reason for found in reasons.values() for reason in found)
        listed = ", ".join(sorted(f"{count} {reason}" for reason, count in counted.items()))
        helps: Counter[str] = Counter()
        for node in self.nodes:
            lacking = all(r.startswith(("Insufficient", "Too many")) for r in reasons[name(node)])
            evictable = lacking and not room.never_fits(wanted, node)
            helps[_NO_VICTIMS if evictable else _HELPLESS] += 1
        tail = ", ".join(sorted(f"{count} {text}" for text, count in helps.items()))
        tail = tail.replace("., ", ", ")
        return (
            f"0/{total} nodes are available: {listed}. {_LEFTOVER}, preemption: "
            f"0/{total} nodes are available: {tail}"
        )

    def _bind(self, pod: Obj, node: Obj, wanted: room.Room) -> None:
        changed = copy.deepcopy(pod)
        changed["spec"]["nodeName"] = name(node)
        stored = self.ctx.access.update(PODS, changed, manager=MANAGER)
        now = stamp(self.ctx.now)
        entry = {"type": "PodScheduled", "status": "True", "lastProbeTime": None, "lastTransitionTime": now}
        others = [c for c in status(pod).get("conditions") or [] if c["type"] != "PodScheduled"]
        before = {"phase": "Pending", **status(stored)}
        stored = self.ctx.access.set_status(PODS, stored, {**before, "conditions": [entry, *others]})
        text = f"Successfully assigned {namespace(pod)}/{name(pod)} to {name(node)}"
        self.ctx.recorder.record_scheduling(stored, ("Normal", "Scheduled", text), "Binding")
        self.placed.append((stored, node))
        taken = self.taken[name(node)]
        for key, value in wanted.items():
            taken[key] = taken.get(key, value * 0) + value

    def _refuse(self, pod: Obj, message: str) -> None:
        before = condition(pod, "PodScheduled") or {}
        news = before.get("message") != message
        self._unplaced(pod, "Unschedulable", message)
        if news or self.ctx.rings(f"unplaced/{pod['metadata']['uid']}", _AGAIN):
            self.ctx.recorder.record_scheduling(pod, ("Warning", "FailedScheduling", message), "Scheduling")
            self.ctx.remind(f"unplaced/{pod['metadata']['uid']}", _AGAIN)

    def _unplaced(self, pod: Obj, reason: str, message: str) -> None:
        before = condition(pod, "PodScheduled") or {}
        same = before.get("status") == "False"
        entry = {
            "type": "PodScheduled",
            "observedGeneration": pod["metadata"].get("generation", 1),
            "status": "False",
            "lastProbeTime": None,
            "lastTransitionTime": before["lastTransitionTime"] if same else stamp(self.ctx.now),
            "reason": reason,
            "message": message,
        }
        self.ctx.access.set_status(PODS, pod, {"phase": "Pending", **status(pod), "conditions": [entry]})
