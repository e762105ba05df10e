"""Services that clients call by name and that are not there any more."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding, about
from tools.cluster.diagnosis.reaching import Failure, failures, written
from tools.cluster.objects import name
from tools.cluster.snapshot import Snapshot, near_names
from tools.cluster.workloads import Workload
from tools.spec import Evidence


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    if not snap.knows("services"):
        return
    for failure in failures(snap, found):
        missing = failure.service and snap.named("services", failure.service) is None
        if failure.how == "absent" and missing:
            yield _finding(snap, failure)


def _finding(snap: Snapshot, failure: Failure) -> Finding:
    wanted, client = failure.service, failure.workload
    proof = written(snap, failure)
    near = near_names(wanted, [name(item) for item in snap.of("services")])
    hint = f"; there is {', '.join(near)}" if near else ""
    gone = Evidence(f"{snap.address('services', wanted)}#metadata.name", "looked up", "not found")
    return about(
        snap,
        client,
        "service_deleted",
        f"{client.kind} {client.name} calls Service {wanted}, which does not exist in namespace {snap.namespace}{hint}",
        [gone, *proof, snap.said(failure.log, failure.line)],
        rank=19,
        confidence=0.95 if proof else 0.85,
        ruled_out=("name resolution: it answered, that there is no such name",),
        touches=(f"service/{wanted}",),
    )
