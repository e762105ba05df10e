"""Rollouts that do not come to an end, and workloads that are off on purpose."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.carriers import Wanting
from tools.cluster.diagnosis.finding import Finding, about, advise, undo
from tools.cluster.diagnosis.scheduling import taint_words, untolerated
from tools.cluster.objects import (
    annotated,
    condition,
    count,
    meta,
    name,
    spec,
    status,
    template,
    when,
)
from tools.cluster.revisions import Revision, revisions
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload, pods_of, reason
from tools.spec import Json

DEADLINE = "ProgressDeadlineExceeded"


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    wanting = Wanting(snap.of("services"))
    for workload in found:
        if workload.plural == "deployments":
            yield from _deployment(snap, workload)
        if workload.plural == "statefulsets":
            yield from _statefulset(snap, workload)
        if workload.plural == "daemonsets":
            yield from _daemonset(snap, workload)
        if workload.plural in {"deployments", "statefulsets"} and workload.desired == 0:
            yield _at_zero(snap, workload, wanting)


def _deployment(snap: Snapshot, workload: Workload) -> Iterator[Finding]:
    item = workload.item
    progressing = condition(item, "Progressing")
    history = revisions(item, workload.replicasets(snap))
    if progressing.get("reason") == DEADLINE and progressing.get("status") == "False":
        yield _stuck(snap, workload, progressing, history)
    elif spec(item).get("paused") and count(item, "updatedReplicas") < workload.desired:
        facts = [snap.fact("deployments", item, "spec.paused", "true", label="paused")]
        cause = f"the rollout of {workload.name} is paused with {count(item, 'updatedReplicas')} of {workload.desired} pods updated"
        yield about(
            snap, workload, "rollout_stuck", cause, facts, rank=15, ruled_out=("a fault: somebody paused it",)
        )


def _stuck(snap: Snapshot, workload: Workload, progressing: Json, history: tuple[Revision, ...]) -> Finding:
    item = workload.item
    serving = [r for r in history[:-1] if r.ready]
    facts = [
        snap.fact("deployments", item, "status.conditions[Progressing].reason", DEADLINE, label="progress"),
        snap.fact(
            "deployments",
            item,
            "status.updatedReplicas",
            f"{count(item, 'updatedReplicas')} of {workload.desired}, {count(item, 'availableReplicas')} available",
            label="replicas",
        ),
    ]
    new = history[-1] if history else None
    words = f"the rollout of deployment {workload.name}"
    if new is not None:
        facts.append(
            snap.fact(
                "replicasets",
                new.replicaset,
                "status.readyReplicas",
                f"{new.ready} of {new.pods}",
                label=f"revision {new.number}",
            )
        )
        facts += [
            snap.fact(
                "deployments",
                item,
                f"spec.template.{c.path}",
                f"{c.before or 'unset'} -> {c.after or 'unset'}",
                label=f"changed: {c.path}",
            )
            for c in new.changes[:4]
        ]
        words += f" to revision {new.number} ({new.images})"
        waiting = sorted({reason(pod) for pod in pods_of(workload.live, new.replicaset)})
        why = f": its new pods are {', '.join(waiting)}" if waiting else ": it has no new pods"
    else:
        why = ""
    old = f"; revision {serving[-1].number} still serves with {serving[-1].ready} pods" if serving else ""
    return about(
        snap,
        workload,
        "rollout_stuck",
        f"{words} is stuck ({DEADLINE}){why}{old}",
        facts,
        rank=14 if serving else 35,
        since=when(progressing.get("lastTransitionTime")),
        ruled_out=(f"the old pods: {serving[-1].ready} of them are ready",) if serving else (),
        actions=undo(snap, workload),
        detail={"revision": new.number if new else 0, "serving": serving[-1].number if serving else 0},
    )


def _statefulset(snap: Snapshot, workload: Workload) -> Iterator[Finding]:
    item = workload.item
    behind = status(item).get("updateRevision") != status(item).get("currentRevision")
    if (spec(item).get("updateStrategy") or {}).get("type") == "OnDelete" and behind:
        facts = [snap.fact("statefulsets", item, "spec.updateStrategy.type", "OnDelete", label="strategy")]
        cause = (
            f"the rollout of statefulset {workload.name} waits for its pods to be deleted by hand (OnDelete)"
        )
        yield about(snap, workload, "rollout_stuck", cause, facts, rank=35)
    if len(workload.live) < workload.desired or workload.ready < workload.desired:
        ordered = sorted(workload.live, key=lambda pod: _ordinal(name(pod)))
        first = next((p for p in ordered if condition(p, "Ready").get("status") != "True"), None)
        if (
            first is not None
            and spec(item).get("podManagementPolicy", "OrderedReady") == "OrderedReady"
            and len(workload.live) < workload.desired
        ):
            facts = [
                snap.fact(
                    "pods", first, "status.conditions[Ready].status", "False", label="first unready pod"
                )
            ]
            cause = f"statefulset {workload.name} goes in order and waits for {name(first)} ({reason(first)}): {len(workload.live)} of {workload.desired} pods exist"
            yield about(snap, workload, "statefulset_stuck", cause, facts, rank=36)


def _daemonset(snap: Snapshot, workload: Workload) -> Iterator[Finding]:
    """Nodes that should have a pod and have none that runs, with the taints that may keep it off."""
    item = workload.item
    wanted, there = count(item, "desiredNumberScheduled"), count(item, "currentNumberScheduled")
    ready = count(item, "numberReady")
    if ready >= wanted or any(condition(p, "Ready").get("status") != "True" for p in workload.live):
        return  # pods that exist and are not ready are explained by what is wrong with them
    has = {spec(pod).get("nodeName") for pod in workload.live}
    without = [node for node in snap.of("nodes") if name(node) not in has]
    taints = sorted(
        {
            taint_words(t)
            for node in without
            for t in untolerated({"spec": template(item).get("spec") or {}}, node)
        }
    )
    facts = [
        snap.fact(
            "daemonsets", item, "status.numberReady", f"{ready} of {wanted}, {there} scheduled", label="pods"
        )
    ]
    facts += [
        snap.fact("nodes", node, "spec.taints", ", ".join(taints) or "none", label=f"taints of {name(node)}")
        for node in without[:3]
    ]
    where = f": no pod on {', '.join(name(node) for node in without[:5])}" if without else ""
    why = f" (taints: {', '.join(taints)})" if taints else ""
    cause = f"daemonset {workload.name} has {ready} of {wanted} pods{where}{why}"
    yield about(snap, workload, "daemonset_short", cause, facts, rank=37, confidence=0.8)


def _ordinal(pod: str) -> int:
    tail = pod.rsplit("-", 1)[-1]
    return int(tail) if tail.isdigit() else 0


def _at_zero(snap: Snapshot, workload: Workload, wanting: Wanting) -> Finding:
    item = workload.item
    last = max(
        (e for e in meta(item).get("managedFields") or [] if _sets_replicas(e)),
        key=lambda e: when(e.get("time")),
        default=None,
    )
    facts = [snap.fact(workload.plural, item, "spec.replicas", 0, label="replicas")]
    who = ""
    if last is not None:
        who = f", last set by {last.get('manager', 'unknown')} at {last.get('time', '')}"
        facts.append(
            snap.fact(
                workload.plural,
                item,
                "metadata.managedFields[f:replicas]",
                f"{last.get('manager')} {last.get('time')}",
                label="who set it",
            )
        )
    events = snap.events(workload.plural, item, "ScalingReplicaSet")
    facts += [snap.told(event) for event in events[:1]]
    before = annotated(item).get("cloudops/replicas-before", "")
    return about(
        snap,
        workload,
        "scaled_to_zero",
        f"{workload.kind} {workload.name} is scaled to zero{who}: it has no pods because nobody wants any",
        facts,
        rank=13,
        since=when(last.get("time")) if last else None,
        ruled_out=("crashes, image and scheduling: there is no pod to fail",),
        actions=advise(snap, workload, "scale", replicas=int(before) if before.isdigit() else 1),
        severity="fault" if _served(wanting, item) else "risk",
    )


def _served(wanting: Wanting, item: Json) -> bool:
    """Does a Service expect its pods?"""
    return wanting.any(meta(template(item)).get("labels") or {})


def _sets_replicas(entry: Json) -> bool:
    return "f:replicas" in ((entry.get("fieldsV1") or {}).get("f:spec") or {})
