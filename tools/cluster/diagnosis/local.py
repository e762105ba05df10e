"""Services that only serve clients on the same node (internalTrafficPolicy Local), and clients whose node has no pod of it."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding, about
from tools.cluster.diagnosis.reaching import Failure, failures
from tools.cluster.objects import labels, pod_ready, selects_plainly, spec
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Json


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    for failure in failures(snap, found):
        service = snap.named("services", failure.service) if failure.service else None
        if failure.how not in {"silent", "refused"} or service is None:
            continue
        nodes = _nodes(snap, service)
        if (
            spec(service).get("internalTrafficPolicy") == "Local"
            and nodes
            and _node(failure.pod) not in nodes
        ):
            yield _finding(snap, failure, service, nodes)


def _node(pod: Json) -> str:
    return str(spec(pod).get("nodeName", ""))


def _nodes(snap: Snapshot, service: Json) -> list[str]:
    """Where ready pods of it are; none at all is another fault."""
    mine = [p for p in snap.of("pods") if selects_plainly(spec(service).get("selector"), labels(p))]
    return sorted({_node(p) for p in mine if pod_ready(p) and _node(p)})


def _finding(snap: Snapshot, failure: Failure, service: Json, nodes: list[str]) -> Finding:
    client, where = failure.workload, _node(failure.pod)
    return about(
        snap, client, "traffic_policy_local",
        f"{client.kind} {client.name} on node {where} cannot reach Service {failure.service}: its internalTrafficPolicy is Local, and its ready pods are on {', '.join(nodes[:5])} only",
        [
            snap.fact("services", service, "spec.internalTrafficPolicy", "Local", label="internalTrafficPolicy"),
            snap.fact("pods", failure.pod, "spec.nodeName", where, label="node of the client"),
            snap.said(failure.log, failure.line),
        ],
        rank=18,
        ruled_out=("the Service's pods: some are ready",),
        touches=(f"service/{failure.service}",),
    )  # fmt: skip
