"""Settings that are not what they look like: a variable given twice, or a ConfigMap that changed after its pods started."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding, about
from tools.cluster.objects import containers, name, status, when
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Json


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    """A variable that the log complains about is a fault, any other a risk."""
    for workload in found:
        for pod in workload.live[:1]:
            for container in containers(pod):
                yield from _twice(snap, workload, pod, container)
            yield from _older(snap, workload, pod)


def _twice(snap: Snapshot, workload: Workload, pod: Json, container: Json) -> Iterator[Finding]:
    given: dict[str, list[Json]] = {}
    for entry in container.get("env") or []:
        given.setdefault(entry["name"], []).append({k: v for k, v in entry.items() if k != "name"})
    log = snap.log(name(pod), container["name"])
    for variable, values in given.items():
        if any(value != values[-1] for value in values):
            line = next((x for x in (log.text if log else "").splitlines() if variable in x), "")
            yield about(
                snap, workload, "config_drift",
                f"{workload.kind} {workload.name} sets {variable} {len(values)} times in container {container['name']}; only the last counts",
                [
                    snap.fact("pods", pod, f"spec.containers[{container['name']}].env[{variable}]", f"given {len(values)} times", label=variable),
                    *([snap.said(log, line)] if log and line else []),
                ],
                rank=23 if line else 70, confidence=0.85, severity="fault" if line else "risk",
            )  # fmt: skip


def _older(snap: Snapshot, workload: Workload, pod: Json) -> Iterator[Finding]:
    """Variables are read once, at the start: a ConfigMap that changed since is not in force."""
    started = when(status(pod).get("startTime"))
    for wanted in sorted({n for c in containers(pod) for n in _maps(c)}):
        there = snap.named("configmaps", wanted)
        changed = when(there.get("changed")) if there else started
        if status(pod).get("startTime") and there and changed > started:
            yield about(
                snap, workload, "config_drift",
                f"ConfigMap {wanted} changed after the pods of {workload.kind} {workload.name} started; their variables still have its old values",
                [
                    snap.fact("configmaps", there, "metadata.managedFields[*].time", there["changed"], label="changed"),
                    snap.fact("pods", pod, "status.startTime", status(pod)["startTime"], label="started"),
                ],
                since=changed, rank=71, confidence=0.8, severity="risk", touches=(f"configmap/{wanted}",),
            )  # fmt: skip


def _maps(container: Json) -> Iterator[str]:
    for source in container.get("envFrom") or []:
        if source.get("configMapRef"):
            yield source["configMapRef"]["name"]
    for entry in container.get("env") or []:
        reference = (entry.get("valueFrom") or {}).get("configMapKeyRef")
        if reference:
            yield reference["name"]
