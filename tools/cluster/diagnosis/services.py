"""Services that reach nobody: the selector matches no pod, or the port is one that nothing listens on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from tools.cluster.diagnosis.carriers import Carriers
from tools.cluster.diagnosis.finding import Finding
from tools.cluster.objects import (
    containers,
    created,
    labels,
    name,
    selects_plainly,
    spec,
    stamp,
    status,
)
from tools.cluster.snapshot import Snapshot, near_names
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

BALANCER_TIME = timedelta(minutes=3)


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    carriers, slices = Carriers(found), _slices(snap)
    for service in snap.of("services"):
        selector = spec(service).get("selector") or {}
        if not selector or spec(service).get("type") == "ExternalName" or not snap.knows("pods"):
            continue
        if spec(service).get("type") == "LoadBalancer" and not _balanced(service):
            yield from _balancer(snap, service)
        matching = carriers.selected(selector)
        if not matching:
            yield _selects_nothing(snap, service, slices.get(name(service), []), carriers)
            continue
        for port in spec(service).get("ports") or []:
            wrong = _wrong_port(snap, service, port, matching)
            if wrong is not None:
                yield wrong


def _slices(snap: Snapshot) -> dict[str, list[Json]]:
    """EndpointSlices by the Service that they are of."""
    found: dict[str, list[Json]] = {}
    for item in snap.of("endpointslices"):
        found.setdefault(labels(item).get("kubernetes.io/service-name", ""), []).append(item)
    return found


def _balanced(service: Json) -> bool:
    return bool((status(service).get("loadBalancer") or {}).get("ingress"))


def _balancer(snap: Snapshot, service: Json) -> Iterator[Finding]:
    """A load balancer that the cloud does not deliver; young ones are still being made."""
    if snap.now - created(service) < BALANCER_TIME:
        return
    events = snap.events("services", service, "SyncLoadBalancerFailed", "UpdateLoadBalancerFailed")
    why = (
        " ".join(events[0].get("message", "").split())[:300]
        if events
        else "no event says why; is a cloud controller there?"
    )
    facts = [
        snap.fact("services", service, "status.loadBalancer", "empty", label="load balancer"),
        *(snap.told(e) for e in events[:1]),
    ]
    cause = f"Service {name(service)} waits for its load balancer: {why}"
    yield _make(
        snap, service, "loadbalancer_pending", cause, facts, touched=[], confidence=0.9 if events else 0.75
    )


def _make(
    snap: Snapshot,
    service: Json,
    fault: str,
    cause: str,
    facts: list[Evidence],
    *,
    touched: list[Workload],
    confidence: float,
) -> Finding:
    touches = {f"service/{name(service)}", *(f"{w.kind}/{w.name}" for w in touched)}
    return Finding(
        fault,
        snap.address("services", name(service)),
        cause,
        stamp(created(service)),
        tuple(facts),
        confidence,
        30,
        frozenset(touches),
        ("pods: whether they run is judged apart",),
    )


def _selects_nothing(snap: Snapshot, service: Json, slices: list[Json], carriers: Carriers) -> Finding:
    selector: dict[str, str] = spec(service)["selector"]
    words = ", ".join(f"{k}={v}" for k, v in selector.items())
    near = _nearest(service, selector, carriers)
    facts = [snap.fact("services", service, "spec.selector", words, label="selector")]
    facts += [
        snap.fact("endpointslices", item, "endpoints", "none", label="endpoints")
        for item in slices
        if not item.get("endpoints")
    ]
    hint = ""
    if near:
        workload, misses = near[0]
        hint = f"; nearest are the pods of {workload.kind} {workload.name}, which have {', '.join(misses)}"
        plural, example = ("pods", workload.live[0]) if workload.live else (workload.plural, workload.item)
        facts.append(snap.fact(plural, example, "metadata.labels", ", ".join(misses), label="their labels"))
    cause = f"Service {name(service)} selects no pod: its selector is {words}{hint}"
    touched = [workload for workload, misses in near if len(misses) == len(near[0][1])]
    return _make(
        snap,
        service,
        "service_selects_nothing",
        cause,
        facts,
        touched=touched,
        confidence=0.95 if near else 0.85,
    )


def _nearest(service: Json, selector: dict[str, str], carriers: Carriers) -> list[tuple[Workload, list[str]]]:
    """Workloads that share some of its labels, those with the most first; else the one of its own name that has these keys."""
    near = [(w, lacks) for w, have in carriers.sharing(selector) if len(lacks := _misses(selector, have)) < len(selector)]  # fmt: skip
    if near:
        return sorted(near, key=lambda pair: len(pair[1]))
    return [(w, _misses(selector, have)) for w, have in carriers.called(name(service)) if selector.keys() <= have.keys()]  # fmt: skip


def _misses(selector: dict[str, str], have: dict[str, str]) -> list[str]:
    """The labels that differ, as the pods have them."""
    return [f"{k}={have[k]}" if k in have else f"no {k}" for k, v in selector.items() if have.get(k) != v]


def _wrong_port(snap: Snapshot, service: Json, port: Json, matching: list[Workload]) -> Finding | None:
    target = port.get("targetPort", port.get("port"))
    pods = [
        pod for w in matching for pod in w.live if selects_plainly(spec(service)["selector"], labels(pod))
    ]
    declared = [p for pod in pods for c in containers(pod) for p in c.get("ports") or []]
    if not declared or target in {p.get("containerPort") for p in declared} | {
        p.get("name") for p in declared
    }:
        return None
    numbers = sorted({str(p.get("containerPort")) for p in declared})
    named = isinstance(target, str) and not target.isdigit()
    if named:
        near = near_names(str(target), [p["name"] for p in declared if p.get("name")])
        hint = f", there is {', '.join(near)}" if near else ""
        why = f"targetPort is named {target}, which no container port is called{hint}"
    else:
        why = f"targetPort is {target}, the containers declare {', '.join(numbers)}"
    facts = [
        snap.fact(
            "services", service, f"spec.ports[{port.get('port')}].targetPort", target, label="targetPort"
        ),
        snap.fact("pods", pods[0], "spec.containers[*].ports", ", ".join(numbers), label="container ports"),
    ]
    cause = f"Service {name(service)} sends port {port.get('port')} to a port that nothing listens on: {why}"
    return _make(
        snap,
        service,
        "service_target_port",
        cause,
        facts,
        touched=matching,
        confidence=0.95 if named else 0.85,
    )
