"""What does not do well although no detector knows why: said as it was seen, never explained away and never called healthy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from tools.cluster.diagnosis.finding import Finding
from tools.cluster.objects import condition, created, meta, name, pod_ready, status, when
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

STARTING = timedelta(minutes=2)
SHOWN = 3  # facts of a workload


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A workload that lacks pods, and what was seen of it."""

    workload: Workload
    evidence: tuple[Evidence, ...]

    @property
    def words(self) -> str:
        seen = "; ".join(f"{fact.label}: {fact.value}" for fact in self.evidence)
        return f"{self.workload.kind} {self.workload.name} has {self.workload.ready} of {self.workload.desired} pods ready ({seen})"


def unexplained(
    snap: Snapshot, found: tuple[Workload, ...], faults: tuple[Finding, ...]
) -> tuple[Unexplained, ...]:
    """Workloads that lack pods for longer than a start takes, and that no fault touches."""
    touched = frozenset[str]().union(*(fault.touches for fault in faults))
    return tuple(
        Unexplained(w, tuple(_seen(snap, w)))
        for w in found
        if w.ready < w.desired and f"{w.kind}/{w.name}" not in touched and _late(snap, w)
    )


def _sick(workload: Workload) -> list[Json]:
    return [pod for pod in workload.live if not pod_ready(pod) and not meta(pod).get("deletionTimestamp")]


def _late(snap: Snapshot, workload: Workload) -> bool:
    """Since when: of the pods that are not ready; where there are none, of the last that was heard of the rollout."""
    sick = _sick(workload)
    if not sick:
        last = when(condition(workload.item, "Progressing").get("lastUpdateTime"))
        return len(workload.live) < workload.desired and snap.now - max(last, created(workload.item)) > STARTING  # fmt: skip
    return any(snap.now - max(created(pod), when(condition(pod, "Ready").get("lastTransitionTime"))) > STARTING for pod in sick)  # fmt: skip


def _seen(snap: Snapshot, workload: Workload) -> list[Evidence]:
    sick = _sick(workload)
    if not sick:
        item = workload.item
        return [snap.fact(workload.plural, item, "status.readyReplicas", status(item).get("readyReplicas") or 0, label="ready")]  # fmt: skip
    pod = sick[0]
    facts = [
        snap.fact("pods", pod, f"status.containerStatuses[{state['name']}].state.{_kind(state)}.message", _state(state), label=f"container {state['name']} of {name(pod)}")
        for state in status(pod).get("containerStatuses") or []
        if not state.get("ready")
    ][:SHOWN]  # fmt: skip
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        said = str(scheduled.get("message", ""))[:300]
        facts.append(snap.fact("pods", pod, "status.conditions[PodScheduled].message", said, label="what the scheduler says"))  # fmt: skip
    facts += [snap.told(event) for event in snap.events("pods", pod) if event.get("type") == "Warning"][:1]
    ready = condition(pod, "Ready")
    words = f"{ready.get('status', 'not set')} {ready.get('reason', '')}".strip()
    return [*facts, snap.fact("pods", pod, "status.conditions[Ready]", words, label="Ready")]


def _kind(state: Json) -> str:
    return next(iter(state.get("state") or {}), "waiting")


def _state(state: Json) -> str:
    held = (state.get("state") or {}).get(_kind(state)) or {}
    told = " ".join(filter(None, (str(held.get("reason") or ""), str(held.get("message") or "")[:160])))
    return f"{_kind(state)}{f': {told}' if told else ''}"
