"""Ingresses whose class or backend is not there."""

from __future__ import annotations

from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding
from tools.cluster.objects import created, name, spec, stamp
from tools.cluster.snapshot import Snapshot, near_names
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    del found
    for ingress in snap.of("ingresses"):
        problems = [*_class(snap, ingress), *_backends(snap, ingress)]
        if problems:
            cause = f"Ingress {name(ingress)} leads nowhere: {'; '.join(text for text, _, _ in problems)}"
            touched = {f"ingress/{name(ingress)}", *(f"service/{s}" for _, _, near in problems for s in near)}
            touched |= {f"deployment/{s}" for _, _, near in problems for s in near}
            yield Finding(
                "ingress_class",
                snap.address("ingresses", name(ingress)),
                cause,
                stamp(created(ingress)),
                tuple(fact for _, facts, _ in problems for fact in facts),
                0.95,
                31,
                frozenset(touched),
            )


Problem = tuple[str, list[Evidence], list[str]]


def _class(snap: Snapshot, ingress: Json) -> Iterator[Problem]:
    wanted = spec(ingress).get("ingressClassName")
    if not snap.knows("ingressclasses"):
        return
    known = [name(item) for item in snap.of("ingressclasses")]
    if wanted and wanted not in known:
        near = near_names(wanted, known)
        hint = f", there is {', '.join(near)}" if near else ""
        fact = snap.fact("ingresses", ingress, "spec.ingressClassName", wanted, label="class")
        yield f"IngressClass {wanted} does not exist{hint}", [fact], []


def _backends(snap: Snapshot, ingress: Json) -> Iterator[Problem]:
    if not snap.knows("services"):
        return
    seen = set()
    for path, backend in backends(ingress):
        service = backend.get("service") or {}
        wanted = service.get("name", "")
        port = service.get("port") or {}
        if not wanted or (wanted, str(port)) in seen:
            continue
        seen.add((wanted, str(port)))
        fact = snap.fact(
            "ingresses",
            ingress,
            f"{path}.backend.service",
            f"{wanted}:{port.get('number') or port.get('name')}",
            label="backend",
        )
        there = snap.named("services", wanted)
        if there is None:
            near = near_names(wanted, [name(item) for item in snap.of("services")])
            missing = Evidence(f"{snap.address('services', wanted)}#metadata.name", "looked up", "not found")
            hint = f", there is {', '.join(near)}" if near else ""
            yield f"its backend Service {wanted} does not exist{hint}", [fact, missing], near
        elif not any(
            port.get("number") == p.get("port") or (port.get("name") and port["name"] == p.get("name"))
            for p in spec(there).get("ports") or []
        ):
            ports = ", ".join(str(p.get("port")) for p in spec(there).get("ports") or [])
            yield (
                f"Service {wanted} has no port {port.get('number') or port.get('name')} (it has {ports})",
                [fact],
                [wanted],
            )


def backends(ingress: Json) -> Iterator[tuple[str, Json]]:
    """(JSON path, backend) of every rule and of the default."""
    if spec(ingress).get("defaultBackend"):
        yield "spec.defaultBackend", spec(ingress)["defaultBackend"]
    for r, rule in enumerate(spec(ingress).get("rules") or []):
        for p, path in enumerate((rule.get("http") or {}).get("paths") or []):
            yield f"spec.rules[{r}].http.paths[{p}]", path.get("backend") or {}
