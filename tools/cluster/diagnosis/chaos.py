"""Chaos experiments that run now, by the events of their controllers: read anyhow, where the experiments' kinds may not be."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding
from tools.cluster.objects import event_start, event_time, name, stamp
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Json

GROUPS = ("chaos-mesh.org/", "litmuschaos.io/")
BEGUN = {"Applied", "Started", "ChaosInject", "ExperimentJobCreated"}
OVER = {"Recovered", "TimeUp", "FinishExperiment", "ChaosEngineCompleted", "ChaosEngineStopped", "Summary"}


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for event in _running(snap):
        text = str(event.get("message", ""))
        hit = [w for w in found if any(name(pod) in text for pod in w.pods)]
        if hit:
            yield _finding(snap, event, hit)


def _running(snap: Snapshot) -> list[Json]:
    """What experiments did last, where that was not their end."""
    last: dict[tuple[str, str], Json] = {}
    for event in sorted(snap.of("events"), key=event_time):
        about = event.get("involvedObject") or {}
        telling = event.get("reason") in BEGUN | OVER
        if telling and str(about.get("apiVersion", "")).startswith(GROUPS):
            last[about.get("kind", ""), about.get("name", "")] = event
    return [event for event in last.values() if event.get("reason") in BEGUN]


def _finding(snap: Snapshot, event: Json, hit: list[Workload]) -> Finding:
    about = event["involvedObject"]
    kind, whom = str(about.get("kind", "")), ", ".join(f"{w.kind} {w.name}" for w in hit)
    return Finding(
        "chaos_experiment",
        f"k8s:{snap.cluster}/{snap.namespace}/{kind.lower()}/{about.get('name', '')}",
        f"the experiment {kind} {about.get('name', '')} is running against {whom}",
        stamp(event_start(event)),
        (snap.told(event),),
        0.9,
        6,
        frozenset(f"{w.kind}/{w.name}" for w in hit),
    )
