"""Things that should be gone and are not: namespaces, pods and claims held back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from tools.cluster.diagnosis.finding import Finding, about
from tools.cluster.objects import condition, meta, name, spec, stamp, when
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Json

SLACK = timedelta(seconds=30)
_FINALIZER = re.compile(r"finalizers remaining: (?P<list>.+)")


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for workload in found:
        stuck = [pod for pod in workload.pods if _stuck(snap, pod)]
        if stuck:
            yield _pods(snap, workload, stuck)
    for claim in snap.of("persistentvolumeclaims"):
        if meta(claim).get("deletionTimestamp"):
            yield _claim(snap, claim)


def _stuck(snap: Snapshot, pod: Json) -> bool:
    """The deletion timestamp already holds the grace period."""
    gone_by = meta(pod).get("deletionTimestamp")
    return bool(gone_by) and snap.now - when(gone_by) > SLACK


def _pods(snap: Snapshot, workload: Workload, stuck: list[Json]) -> Finding:
    pod = stuck[0]
    node = snap.named("nodes", spec(pod).get("nodeName", ""))
    finalizers = ", ".join(meta(pod).get("finalizers") or [])
    if finalizers:
        why = f"finalizers hold it: {finalizers}"
    elif snap.knows("nodes") and node is None:
        why = f"its node {spec(pod).get('nodeName', '')} is gone"
    elif node is not None and condition(node, "Ready").get("status") != "True":
        why = f"its node {name(node)} does not answer"
    else:
        why = "its containers do not end although their grace period is over"
    facts = [
        snap.fact(
            "pods",
            pod,
            "metadata.deletionTimestamp",
            meta(pod)["deletionTimestamp"],
            label="should be gone since",
        )
    ]
    if finalizers:
        facts.append(snap.fact("pods", pod, "metadata.finalizers", finalizers, label="finalizers"))
    cause = f"{len(stuck)} pods of {workload.kind} {workload.name} stay Terminating: {why}"
    return about(
        snap,
        workload,
        "pod_stuck_terminating",
        cause,
        facts,
        rank=40,
        since=when(meta(pod)["deletionTimestamp"]),
    )


def _claim(snap: Snapshot, claim: Json) -> Finding:
    users = [name(p) for p in snap.of("pods") if name(claim) in _claims(p)]
    why = (
        f"pods still use it: {', '.join(users)}"
        if users
        else f"finalizers: {', '.join(meta(claim).get('finalizers') or [])}"
    )
    return Finding(
        "pvc_stuck_terminating",
        snap.address("persistentvolumeclaims", name(claim)),
        f"PersistentVolumeClaim {name(claim)} stays Terminating: {why}",
        stamp(when(meta(claim)["deletionTimestamp"])),
        (
            snap.fact(
                "persistentvolumeclaims",
                claim,
                "metadata.finalizers",
                ", ".join(meta(claim).get("finalizers") or []),
            ),
        ),
        0.9,
        41,
        frozenset({f"persistentvolumeclaim/{name(claim)}"}),
    )


def _claims(pod: Json) -> list[str]:
    return [
        v["persistentVolumeClaim"]["claimName"]
        for v in spec(pod).get("volumes") or []
        if v.get("persistentVolumeClaim")
    ]


def detect_namespaces(snap: Snapshot, everything: tuple[Workload, ...]) -> Iterator[Finding]:
    del everything
    for namespace in snap.of("namespaces"):
        if not meta(namespace).get("deletionTimestamp"):
            continue
        remaining = condition(namespace, "NamespaceFinalizersRemaining")
        found = _FINALIZER.search(remaining.get("message", ""))
        content = condition(namespace, "NamespaceContentRemaining")
        holders = [
            (plural, item)
            for plural, items in snap.items.items()
            for item in items
            if plural != "namespaces" and meta(item).get("deletionTimestamp") and meta(item).get("finalizers")
        ]
        facts = [
            snap.fact(
                "namespaces",
                namespace,
                f"status.conditions[{c['type']}].message",
                " ".join(c.get("message", "").split()),
                label=c["type"],
            )
            for c in (remaining, content)
            if c.get("status") == "True"
        ]
        facts += [
            snap.fact(
                plural,
                item,
                "metadata.finalizers",
                ", ".join(meta(item)["finalizers"]),
                label=f"finalizer of {name(item)}",
            )
            for plural, item in holders[:3]
        ]
        who = (
            f", on {', '.join(f'{plural[:-1]} {name(item)}' for plural, item in holders[:3])}"
            if holders
            else ""
        )
        why = (
            f"finalizers are left: {found['list']}{who}"
            if found
            else " ".join(content.get("message", "its content is still being removed").split())
        )
        yield Finding(
            "finalizer_stuck",
            snap.address("namespaces", name(namespace)),
            f"namespace {name(namespace)} stays Terminating: {why}",
            stamp(when(meta(namespace)["deletionTimestamp"])),
            tuple(facts),
            0.95 if found else 0.7,
            11,
            frozenset({f"namespace/{name(namespace)}"}),
        )
