"""Containers that their own processor limit holds back, where the metrics count throttled periods."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding, about, advise
from tools.cluster.objects import containers
from tools.cluster.quantity import amount, cores
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.metrics.signals import Signal
from tools.spec import Evidence, Json

_COUNTERS = ("container_cpu_cfs_throttled_periods", "container_cpu_cfs_throttled_seconds")


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    over = {s.service: s for s in snap.signals if s.over and any(c in s.query for c in _COUNTERS)}
    for workload in found:
        signal = over.get(snap.services.get(f"{workload.kind}/{workload.name}", ""))
        pod = next(iter(workload.live), None)
        if signal and pod and (limits := _limits(pod)):
            yield _finding(snap, workload, pod, signal, limits)


def _limits(pod: Json) -> list[tuple[str, str]]:
    """(container, limits.cpu) of those that have one: without a limit nothing is throttled."""
    held = [(c["name"], ((c.get("resources") or {}).get("limits") or {}).get("cpu")) for c in containers(pod)]
    return [(container, str(limit)) for container, limit in held if limit]


def _finding(
    snap: Snapshot, workload: Workload, pod: Json, signal: Signal, limits: list[tuple[str, str]]
) -> Finding:
    said = ", ".join(f"{container} {limit}" for container, limit in limits)
    measured = f"{signal.last:.3g} {signal.unit}, limit {signal.limit:.3g}"
    return about(
        snap, workload, "cpu_throttling",
        f"{workload.kind} {workload.name} is throttled at its processor limit ({said})",
        [
            Evidence(signal.ref, signal.metric, measured),
            *(snap.fact("pods", pod, f"spec.containers[{c}].resources.limits.cpu", v, label="limits.cpu") for c, v in limits),
        ],
        rank=21,
        since=signal.first_at_limit(),
        confidence=0.8,
        actions=_raised(snap, workload, limits),
    )  # fmt: skip


def _raised(snap: Snapshot, workload: Workload, limits: list[tuple[str, str]]) -> tuple[Json, ...]:
    """Twice as much, where one container alone has a limit: of several the metric does not tell which is held back."""
    if len(limits) != 1 or not amount(limits[0][1]):
        return ()
    [(container, limit)] = limits
    return advise(snap, workload, "set_resources", container=container, cpu_limit=cores(amount(limit) * 2))
