"""Services that only serve clients on the same node: those inside whose node has no pod of it (internalTrafficPolicy Local),
those outside that come in on a node without one (externalTrafficPolicy Local).
"""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding, about
from tools.cluster.diagnosis.reaching import Failure, failures
from tools.cluster.objects import condition, labels, name, pod_ready, selects_plainly, spec
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Json

EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"


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
    for service in snap.of("services"):
        if spec(service).get("externalTrafficPolicy") == "Local" and snap.knows("nodes"):
            yield from _outside(snap, service)


def _outside(snap: Snapshot, service: Json) -> Iterator[Finding]:
    """A load balancer asks every node and leaves out those without a pod; who calls a node port is simply not answered."""
    has, balanced = _nodes(snap, service), spec(service).get("type") == "LoadBalancer"
    taking = [name(node) for node in snap.of("nodes") if _takes_traffic(node, balanced=balanced)]
    deaf = [node for node in taking if node not in has]
    if not has or not deaf or (balanced and len(deaf) < len(taking)):
        return
    where = f"its ready pods are on {', '.join(has[:5])} only"
    lost = not set(has) & set(taking)
    why = (
        f"no node that takes traffic from outside has a ready pod: {where}"
        if lost
        else f"{where}, and calls to the node port of {', '.join(deaf[:5])} are dropped"
    )
    facts = (
        snap.fact("services", service, "spec.externalTrafficPolicy", "Local", label="externalTrafficPolicy"),
        snap.fact("services", service, "spec.selector", ", ".join(has), label="nodes of its ready pods"),
        *(snap.fact("nodes", node, *_kept_out(node), label=f"node {name(node)}") for node in snap.of("nodes") if name(node) in has[:3]),
    )  # fmt: skip
    yield Finding(
        "traffic_policy_local", snap.address("services", name(service)),
        f"Service {name(service)} has externalTrafficPolicy Local, and {why}",
        "", facts, 0.9, 29 if lost else 61, frozenset({f"service/{name(service)}"}),
        ("the Service's pods: some are ready",), severity="fault" if lost else "risk",
    )  # fmt: skip


def _takes_traffic(node: Json, *, balanced: bool) -> bool:
    return condition(node, "Ready").get("status") == "True" and not (balanced and EXCLUDED in labels(node))


def _kept_out(node: Json) -> tuple[str, str]:
    """The field that says whether traffic from outside comes to it, and its value."""
    if EXCLUDED in labels(node):
        return f"metadata.labels[{EXCLUDED}]", "set: left out by load balancers"
    return "status.conditions[Ready].status", str(condition(node, "Ready").get("status", "not set"))


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
