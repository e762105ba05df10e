"""NetworkPolicies that cut a client off: from the Service that it calls, or from name resolution."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding, about
from tools.cluster.diagnosis.reaching import Failure, failures
from tools.cluster.netpol.ends import End, of_pod
from tools.cluster.netpol.evaluate import Flow, Side, decide, isolating
from tools.cluster.netpol.words import opening, peers, refusal
from tools.cluster.objects import finished, labels, name, selects_plainly, spec
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

DNS = 53


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    """One finding for each client and each of what it cannot reach."""
    deaf: set[str] = set()
    for failure in failures(snap, found):
        if failure.how in {"unresolved", "absent"} and failure.workload.name not in deaf:
            unheard = [*_resolution(snap, failure)]
            deaf |= {failure.workload.name} if unheard else set()
            yield from unheard
        elif failure.how == "silent":
            yield from _blocked(snap, failure)


def _space(snap: Snapshot) -> dict[str, str]:
    here = snap.named("namespaces", snap.namespace)
    return labels(here) if here else {}


def _resolution(snap: Snapshot, failure: Failure) -> Iterator[Finding]:
    how = spec(failure.pod).get("dnsPolicy", "ClusterFirst")
    there = failure.service and snap.named("services", failure.service) is not None
    if how in {"Default", "None"} and there:
        fact = snap.fact("pods", failure.pod, "spec.dnsPolicy", how, label="dnsPolicy")
        cause = (
            f"dnsPolicy {how} makes it ask outside the cluster, where Service {failure.service} has no name"
        )
        yield _unresolved(snap, failure, cause, [fact, snap.said(failure.log, failure.line)])
        return
    closing = isolating(snap.of("networkpolicies"), of_pod(failure.pod, _space(snap)), "egress")
    if failure.how == "unresolved" and closing and not any(map(_lets_resolve, closing)):
        facts = [snap.fact("networkpolicies", p, "spec.egress", peers(p, "egress"), label="egress") for p in closing]  # fmt: skip
        names = ", ".join(name(p) for p in closing)
        cause = f"NetworkPolicy {names} lets nothing out on UDP 53, so that no name resolves"
        yield _unresolved(snap, failure, cause, [*facts, snap.said(failure.log, failure.line)])


def _lets_resolve(policy: Json) -> bool:
    return any(_on_dns(rule.get("ports") or []) for rule in spec(policy).get("egress") or [])


def _on_dns(ports: list[Json]) -> bool:
    """A named port may be anything: it gets the benefit of the doubt."""
    for port in (p for p in ports if p.get("protocol", "TCP") == "UDP"):
        number = port.get("port", DNS)
        if isinstance(number, str) or number <= DNS <= int(port.get("endPort") or number):
            return True
    return not ports


def _unresolved(snap: Snapshot, failure: Failure, why: str, facts: list[Evidence]) -> Finding:
    client = failure.workload
    return about(
        snap, client, "dns_egress_policy",
        f"{client.kind} {client.name} cannot resolve names ({failure.host}): {why}",
        facts, rank=17, confidence=0.9,
    )  # fmt: skip


def _blocked(snap: Snapshot, failure: Failure) -> Iterator[Finding]:
    service = snap.named("services", failure.service) if failure.service else None
    if service is None or not snap.of("networkpolicies"):
        return
    client = of_pod(failure.pod, _space(snap))
    pods = [p for p in snap.of("pods") if selects_plainly(spec(service).get("selector"), labels(p)) and not finished(p)]  # fmt: skip
    refusing = [_refusing(snap, client, of_pod(pod, _space(snap)), service) for pod in pods]
    if refusing and all(refusing):
        yield _refused(snap, failure, client, refusing[0][0])


def _refusing(snap: Snapshot, client: End, target: End, service: Json) -> list[tuple[Side, End, Flow]]:
    """What says no on every port of the Service; nothing when one port is open."""
    found = []
    for port in spec(service).get("ports") or []:
        goal, how = port.get("targetPort") or port.get("port"), str(port.get("protocol") or "TCP")
        flow = Flow(int(goal) if str(goal).isdigit() else target.number(str(goal), how), how)
        verdict = decide(snap.of("networkpolicies"), client, target, flow)
        if flow.port is None or verdict.allowed:
            return []
        found.append((verdict.refusing[0], target, flow))
    return found


def _refused(snap: Snapshot, failure: Failure, client: End, refused: tuple[Side, End, Flow]) -> Finding:
    side, target, flow = refused
    end, other = (client, target) if side.direction == "egress" else (target, client)
    mine = failure.workload
    facts = [
        snap.fact("networkpolicies", p, f"spec.{side.direction}", peers(p, side.direction), label=side.direction)
        for p in side.isolating[:3]
    ]  # fmt: skip
    return about(
        snap, mine, "network_policy",
        f"{mine.kind} {mine.name} cannot reach Service {failure.service} on {flow.protocol} {flow.port}: {refusal(side, end, other)}; missing is {opening(side, other, flow)}",
        [*facts, snap.said(failure.log, failure.line)],
        rank=18, confidence=0.7 if side.doubt or not snap.knows("namespaces") else 0.95,
        ruled_out=("the Service: it is there and selects pods",),
        touches=(f"service/{failure.service}", *(f"networkpolicy/{name(p)}" for p in side.isolating)),
    )  # fmt: skip
