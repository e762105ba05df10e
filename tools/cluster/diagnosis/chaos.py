"""Chaos experiments that run now: by their own records where their kinds could be read, else by the events of their controllers."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding
from tools.cluster.kinds import BY_KIND, BY_PLURAL, CHAOS_MESH
from tools.cluster.objects import (
    annotated,
    condition,
    created,
    event_start,
    event_time,
    labels,
    name,
    selects_plainly,
    spec,
    stamp,
    status,
)
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

GROUPS = ("chaos-mesh.org/", "litmuschaos.io/")
BEGUN = {"Applied", "Started", "ChaosInject", "ExperimentJobCreated"}
MESH = tuple(plural for plural, kind in BY_PLURAL.items() if kind.group == CHAOS_MESH)
ENGINES = "chaosengines"
PAUSED = "experiment.chaos-mesh.org/pause"
OVER = {"Recovered", "TimeUp", "FinishExperiment", "ChaosEngineCompleted", "ChaosEngineStopped", "Summary"}


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for plural in (*MESH, ENGINES):
        for item in snap.of(plural):
            facts = _engine(snap, item) if plural == ENGINES else _injected(snap, plural, item)
            hit = _hit(snap, plural, item, found) if facts else []
            if hit:
                yield _known(snap, plural, item, facts, hit)
    for event in _running(snap):
        if snap.knows(_plural(event)):
            continue  # the experiment itself was asked
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


def _plural(event: Json) -> str:
    kind = BY_KIND.get(str(event["involvedObject"].get("kind", "")))
    return kind.plural if kind else ""


def _injected(snap: Snapshot, plural: str, item: Json) -> list[Evidence]:
    """Chaos Mesh: what it wants, and that it is in force; nothing when it is paused, over or has not begun."""
    done = condition(item, "AllRecovered").get("status") == "True"
    wanted = (status(item).get("experiment") or {}).get("desiredPhase")
    if wanted != "Run" or done or annotated(item).get(PAUSED) == "true":
        return []
    records = [r for r in _records(item) if r.get("phase") == "Injected"]
    if not records and condition(item, "AllInjected").get("status") != "True":
        return []
    said = ", ".join(str(r.get("id")) for r in records[:3]) or "all that it selects"
    action = str(spec(item).get("action") or "")
    facts = [snap.fact(plural, item, "status.experiment.desiredPhase", "Run", label="wanted phase"),
             snap.fact(plural, item, "status.experiment.containerRecords", f"Injected: {said}", label="injected")]  # fmt: skip
    return [*facts, snap.fact(plural, item, "spec.action", action, label="action")] if action else facts


def _records(item: Json) -> list[Json]:
    return (status(item).get("experiment") or {}).get("containerRecords") or []


def _engine(snap: Snapshot, item: Json) -> list[Evidence]:
    """Litmus: the engine is active, and its operator has not seen it end."""
    state, how = spec(item).get("engineState", "active"), status(item).get("engineStatus")
    if state != "active" or how != "initialized":
        return []
    names = ", ".join(str(e.get("name")) for e in spec(item).get("experiments") or []) or "none named"
    return [
        snap.fact(ENGINES, item, "status.engineStatus", how, label="engine"),
        snap.fact(ENGINES, item, "spec.experiments", names, label="experiments"),
    ]


def _hit(snap: Snapshot, plural: str, item: Json, found: tuple[Workload, ...]) -> list[Workload]:
    """Whom it names: pods in its records, else by the labels that it selects."""
    pods = {str(r.get("id", "")).split("/")[1] for r in _records(item) if str(r.get("id", "")).startswith(f"{snap.namespace}/")}  # fmt: skip
    if _records(item):
        return [w for w in found if any(name(pod) in pods for pod in w.pods)]
    wanted = _selected(snap, plural, item)
    return [w for w in found if wanted and any(selects_plainly(wanted, labels(pod)) for pod in w.live)]


def _selected(snap: Snapshot, plural: str, item: Json) -> dict[str, str]:
    if plural == ENGINES:
        about = spec(item).get("appinfo") or {}
        key, _, value = str(about.get("applabel", "")).partition("=")
        return {key: value} if about.get("appns", snap.namespace) == snap.namespace and key else {}
    selector = spec(item).get("selector") or {}
    here = snap.namespace in (selector.get("namespaces") or [snap.namespace])
    return selector.get("labelSelectors") or {} if here else {}


def _known(snap: Snapshot, plural: str, item: Json, facts: list[Evidence], hit: list[Workload]) -> Finding:
    kind, whom = BY_PLURAL[plural].kind, ", ".join(f"{w.kind} {w.name}" for w in hit)
    return Finding(
        "chaos_experiment", snap.address(plural, name(item)),
        f"the experiment {kind} {name(item)} is running against {whom}",
        stamp(created(item)), tuple(facts), 0.95, 6, frozenset(f"{w.kind}/{w.name}" for w in hit),
    )  # fmt: skip


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
