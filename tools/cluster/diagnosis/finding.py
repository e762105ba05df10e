"""A finding: one fault of one object, with the facts that prove it and the actions that fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from tools.cluster.objects import stamp
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

Severity = Literal["fault", "risk"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`fault` is the slug of the fault table. `rank` orders findings: lower explains more.

    `touches` names everything that the fault bears on as `<kind>/<name>`, the object itself included.
    A risk is something that will hurt one day but breaks nothing now.
    """

    fault: str
    object: str
    cause: str
    since: str
    evidence: tuple[Evidence, ...]
    confidence: float
    rank: int
    touches: frozenset[str]
    ruled_out: tuple[str, ...] = ()
    actions: tuple[Json, ...] = ()
    severity: Severity = "fault"
    detail: Json = field(default_factory=dict)

    def to_json(self) -> Json:
        return {
            "fault": self.fault,
            "object": self.object,
            "cause": self.cause,
            "since": self.since,
            "evidence": [
                {"ref": e.ref, "field": e.ref.partition("#")[2] or e.label, "value": e.value}
                for e in self.evidence
            ],
            "confidence": self.confidence,
            "ruled_out": list(self.ruled_out),
            "actions": list(self.actions),
            "severity": self.severity,
            "detail": self.detail,
        }


Detector = Callable[[Snapshot, tuple[Workload, ...]], Iterable[Finding]]


def about(
    snap: Snapshot,
    workload: Workload,
    fault: str,
    cause: str,
    evidence: Iterable[Evidence],
    *,
    rank: int,
    since: datetime | None = None,
    confidence: float = 0.95,
    ruled_out: tuple[str, ...] = (),
    actions: tuple[Json, ...] = (),
    severity: Severity = "fault",
    touches: Iterable[str] = (),
    detail: Json | None = None,
) -> Finding:
    """A finding whose object is a workload."""
    own = {f"{workload.kind}/{workload.name}"}
    return Finding(
        fault,
        snap.address(workload.plural, workload.name),
        cause,
        stamp(since) if since else "",
        tuple(evidence),
        confidence,
        rank,
        frozenset(own.union(touches)),
        ruled_out,
        actions,
        severity,
        detail or {},
    )


def advise(snap: Snapshot, workload: Workload, action: str, **arguments: object) -> tuple[Json, ...]:
    """An action that fits; only the kinds that actions know are advised on."""
    if workload.plural not in {"deployments", "statefulsets", "daemonsets"}:
        return ()
    if action == "rollout_undo" and workload.plural != "deployments":
        return ()
    place = {"cluster": snap.cluster, "namespace": snap.namespace, "name": workload.name}
    kind = {} if workload.plural == "deployments" else {"kind": workload.kind}
    return ({"action": action, "args": place | kind | arguments},)


def undo(snap: Snapshot, workload: Workload) -> tuple[Json, ...]:
    """Going back, when there is a revision to go back to that is not known to be bad."""
    from tools.cluster.returning import known_bad, way_back
    from tools.cluster.revisions import is_restart, revisions

    history = revisions(workload.item, workload.replicasets(snap)) if workload.plural == "deployments" else ()
    if len(history) < 2 or is_restart(history[-1].changes):
        return ()
    back = way_back(
        history, known_bad(workload.item, history, workload.pods, snap.backing_off(workload.name))
    ).to
    return advise(snap, workload, "rollout_undo", revision=back.number) if back else ()
