"""Pods that no node takes: room, labels, taints, spreading, volumes, gates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tools.cluster.diagnosis import scheduling
from tools.cluster.diagnosis.finding import Finding, about, undo
from tools.cluster.diagnosis.volumes import claims_of_pod, explain_claim
from tools.cluster.objects import condition, meta, name, spec, when
from tools.cluster.quantity import shown
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

# Part of the scheduler's reason -> fault, what explains most first.
_REASONS = (
    ("PersistentVolumeClaim", "pending_pvc_unbound"),
    ("persistentvolumeclaim", "pending_pvc_unbound"),
    ("volume node affinity", "pending_pvc_unbound"),
    ("Insufficient", "pending_resources"),
    ("affinity/selector", "pending_node_selector"),
    ("node affinity", "pending_node_selector"),
    ("anti-affinity", "pending_anti_affinity"),
    ("topology spread", "pending_anti_affinity"),
    ("pod affinity", "pending_anti_affinity"),
    ("taint", "pending_taint"),
    ("unschedulable", "pending_taint"),
    ("Too many pods", "pending_resources"),
)

# What the pod itself asks for, so that going back to what it asked for before helps.
_ASKED = {"pending_resources", "pending_node_selector", "pending_anti_affinity", "pending_taint"}


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        waiting = [pod for pod in workload.live if condition(pod, "PodScheduled").get("status") == "False"]
        if waiting and _known(condition(waiting[0], "PodScheduled")):
            yield _finding(snap, workload, waiting)


def _known(scheduled: Json) -> bool:
    """A reason of a plugin that nobody here knows is no lack of room: what the scheduler says is shown as it is."""
    reasons = scheduling.parse(scheduled.get("message", ""))
    return scheduled.get("reason") == "SchedulingGated" or not reasons or any(part in r for r in reasons for part, _ in _REASONS)  # fmt: skip


def _finding(snap: Snapshot, workload: Workload, waiting: list[Json]) -> Finding:
    pod = waiting[0]
    scheduled = condition(pod, "PodScheduled")
    message = scheduled.get("message", "")
    facts = [
        snap.fact(
            "pods",
            pod,
            "status.conditions[PodScheduled].reason",
            scheduled.get("reason", ""),
            label="scheduling",
        ),
        snap.fact(
            "pods", pod, "status.conditions[PodScheduled].message", message, label="what the scheduler says"
        ),
    ]
    more: list[Evidence] = []
    if scheduled.get("reason") == "SchedulingGated":
        gates = ", ".join(g.get("name", "") for g in spec(pod).get("schedulingGates") or [])
        fault, why = "pending_schedulinggates", f"scheduling gates hold it back: {gates}"
    else:
        fault, why, more = explain(snap, pod, scheduling.parse(message))
    return about(
        snap,
        workload,
        fault,
        f"{len(waiting)} pods of {workload.kind} {workload.name} are Pending: {why}",
        [*facts, *more],
        rank=17,
        since=when(scheduled.get("lastTransitionTime")),
        ruled_out=("image and program: no container was started yet",),
        actions=undo(snap, workload) if fault in _ASKED and _came_with_release(workload, pod) else (),
        detail={"pods": len(waiting), "example": name(pod)},
    )


def _came_with_release(workload: Workload, pod: Json) -> bool:
    """Whether pods of another revision have their place: then what this one asks for is new."""
    own = meta(pod).get("ownerReferences") or [{}]
    placed = [p for p in workload.live if spec(p).get("nodeName")]
    return bool(placed) and all(
        (meta(p).get("ownerReferences") or [{}])[0].get("uid") != own[0].get("uid") for p in placed
    )


def explain(snap: Snapshot, pod: Json, reasons: Counter[str]) -> tuple[str, str, list[Evidence]]:
    """Fault, sentence and proof for what the scheduler counted, each checked again on nodes and claims."""
    faults: Counter[str] = Counter()
    for reason, nodes in reasons.items():
        faults[next((fault for part, fault in _REASONS if part in reason), "")] += nodes
    faults.pop("", None)
    order = [fault for _, fault in _REASONS]
    main = min(
        faults,
        key=lambda f: (f != "pending_pvc_unbound", -faults[f], order.index(f)),
        default="pending_resources",
    )
    explained = {fault: _EXPLAIN[fault](snap, pod, reasons) for fault in {main, *faults}}
    why, facts = explained[main]
    others = [explained[fault][0] for fault in faults if fault != main]
    also = f"; besides, on other nodes: {'; '.join(others)}" if others else ""
    return main, why + also, [*facts, *(f for fault in faults if fault != main for f in explained[fault][1])]


Explained = tuple[str, list[Evidence]]


def _resources(snap: Snapshot, pod: Json, reasons: Counter[str]) -> Explained:
    wanted = scheduling.requests(pod)
    short = [r.removeprefix("Insufficient ") for r in reasons if r.startswith("Insufficient ")]
    facts, words = [], []
    for resource in short or ["pods"]:
        most, node = scheduling.largest(snap.of("nodes"), resource)
        text = f"it asks for {shown(resource, wanted.get(resource, most * 0))} {resource}"
        if snap.knows("nodes"):
            text += f", the largest node can give {shown(resource, most)}" if most else ", no node has any"
            holder = snap.named("nodes", node) if most else None
            if holder is not None:
                path = f"status.allocatable.{resource}"
                facts.append(
                    snap.fact("nodes", holder, path, shown(resource, most), label=f"most {resource}")
                )
        words.append(text)
        facts.append(
            snap.fact(
                "pods",
                pod,
                f"spec.containers[*].resources.requests.{resource}",
                shown(resource, wanted.get(resource, most * 0)),
                label=f"requested {resource}",
            )
        )
    return f"Insufficient {', '.join(short) or 'room'}: {'; '.join(words)}", facts


def _selector(snap: Snapshot, pod: Json, reasons: Counter[str]) -> Explained:
    del reasons
    wanted = ", ".join(scheduling.wanted_labels(pod)) or "its affinity"
    matching = [name(node) for node in snap.of("nodes") if scheduling.matches_selector(pod, node)]
    facts = [snap.fact("pods", pod, "spec.nodeSelector", wanted, label="node selector")]
    if not snap.knows("nodes"):
        return f"its node selector or affinity ({wanted}) matches no node with room", facts
    if matching:
        return f"its node selector or affinity ({wanted}) matches only {', '.join(matching)}", facts
    return f"no node carries the labels that its node selector or affinity demands: {wanted}", facts


def _taints(snap: Snapshot, pod: Json, reasons: Counter[str]) -> Explained:
    del reasons
    kept_off: dict[str, list[str]] = {}
    facts = []
    for node in snap.of("nodes"):
        for taint in scheduling.untolerated(pod, node):
            words = scheduling.taint_words(taint)
            if words not in kept_off:
                facts.append(snap.fact("nodes", node, "spec.taints", words, label=f"taint of {name(node)}"))
            kept_off.setdefault(words, []).append(name(node))
        if spec(node).get("unschedulable"):
            kept_off.setdefault("cordoned", []).append(name(node))
    words = "; ".join(f"{taint} on {len(nodes)} nodes" for taint, nodes in kept_off.items())
    if not words:
        return "nodes have taints that it does not tolerate", facts
    return f"nodes have taints that it does not tolerate: {words}", facts


def _spreading(snap: Snapshot, pod: Json, reasons: Counter[str]) -> Explained:
    said = ", ".join(reason for reason in reasons if "affinity" in reason or "spread" in reason)
    rule = "spec.topologySpreadConstraints" if "spread" in said else "spec.affinity.podAntiAffinity"
    return f"its own rule keeps it away from other pods: {said}", [
        snap.fact("pods", pod, rule, "set", label="rule")
    ]


def _claims(snap: Snapshot, pod: Json, reasons: Counter[str]) -> Explained:
    del reasons
    words, facts = [], []
    for claim in claims_of_pod(snap, pod):
        why, proof = explain_claim(snap, claim)
        if why:
            words.append(why)
            facts += proof
    return "; ".join(words) or "a volume claim of it is not bound", facts


_EXPLAIN = {
    "pending_resources": _resources,
    "pending_node_selector": _selector,
    "pending_taint": _taints,
    "pending_anti_affinity": _spreading,
    "pending_pvc_unbound": _claims,
}
