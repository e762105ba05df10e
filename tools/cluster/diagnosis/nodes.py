"""Nodes that are away or under pressure, and the pods that suffer."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding
from tools.cluster.diagnosis.scheduling import taint_words
from tools.cluster.objects import condition, name, spec, stamp, status, when
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

PRESSURES = ("MemoryPressure", "DiskPressure", "PIDPressure", "NetworkUnavailable")
ELSEWHERE = 90  # the rank of a node that carries nothing of the namespace: it explains nothing here


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    pods = _by_node(found) if snap.of("nodes") else {}
    for node in snap.of("nodes"):
        touched = sorted(pods.get(name(node), ()))
        ready = condition(node, "Ready")
        if ready.get("status") in {"False", "Unknown"}:
            yield _not_ready(snap, node, ready, touched)
            continue
        for kind in PRESSURES:
            pressed = condition(node, kind)
            if pressed.get("status") == "True":
                yield _pressure(snap, node, pressed, touched)
    yield from _evicted(snap, found)


def _by_node(found: tuple[Workload, ...]) -> dict[str, set[str]]:
    """The workloads that have pods on each node."""
    pods: dict[str, set[str]] = {}
    for workload in found:
        for pod in workload.pods:
            pods.setdefault(str(spec(pod).get("nodeName") or ""), set()).add(
                f"{workload.kind}/{workload.name}"
            )
    return pods


def _not_ready(snap: Snapshot, node: Json, ready: Json, touched: list[str]) -> Finding:
    silent = ready["status"] == "Unknown"
    how = (
        "its kubelet stopped sending heartbeats"
        if silent
        else " ".join(ready.get("message", "").split())[:200]
    )
    facts = [
        snap.fact("nodes", node, "status.conditions[Ready].status", ready["status"], label="ready"),
        snap.fact("nodes", node, "status.conditions[Ready].reason", ready.get("reason", ""), label="reason"),
        snap.fact(
            "nodes",
            node,
            "status.conditions[Ready].lastHeartbeatTime",
            ready.get("lastHeartbeatTime", ""),
            label="last heartbeat",
        ),
    ]
    facts += [
        snap.fact("nodes", node, "spec.taints", taint_words(t), label="taint")
        for t in (spec(node).get("taints") or [])[:1]
    ]
    pods = f"; workloads here with pods on it: {', '.join(touched)}" if touched else ""
    return _make(
        snap,
        node,
        "node_not_ready",
        f"node {name(node)} is NotReady ({ready.get('reason', '')}): {how}{pods}",
        facts=facts,
        state=ready,
        touched=touched,
        rank=12,
    )


def _pressure(snap: Snapshot, node: Json, pressed: Json, touched: list[str]) -> Finding:
    facts = [
        snap.fact(
            "nodes", node, f"status.conditions[{pressed['type']}].status", "True", label=pressed["type"]
        )
    ]
    cause = (
        f"node {name(node)} reports {pressed['type']}: {' '.join(pressed.get('message', '').split())[:200]}"
    )
    return _make(snap, node, "node_pressure", cause, facts=facts, state=pressed, touched=touched, rank=33)


def _make(
    snap: Snapshot,
    node: Json,
    fault: str,
    cause: str,
    *,
    facts: list[Evidence],
    state: Json,
    touched: list[str],
    rank: int,
) -> Finding:
    since = stamp(when(state.get("lastTransitionTime")))
    touches = frozenset({f"node/{name(node)}", *touched})
    return Finding(
        fault, snap.address("nodes", name(node)), cause, since, tuple(facts), 0.95, rank if touched else ELSEWHERE, touches,
        severity="fault" if touched else "risk",
    )  # fmt: skip


def _evicted(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        gone = [pod for pod in workload.pods if status(pod).get("reason") == "Evicted"]
        if gone:
            message = " ".join(status(gone[0]).get("message", "").split())[:200]
            yield Finding(
                "node_pressure",
                snap.address(workload.plural, workload.name),
                f"{len(gone)} pods of {workload.kind} {workload.name} were evicted: {message}",
                "",
                (snap.fact("pods", gone[0], "status.message", message, label="why it was evicted"),),
                0.9,
                34,
                frozenset({f"{workload.kind}/{workload.name}"}),
            )
