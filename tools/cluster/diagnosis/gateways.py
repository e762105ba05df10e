"""Gateways and HTTPRoutes that no controller takes up, or that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from tools.cluster.diagnosis.finding import Finding
from tools.cluster.objects import condition, created, name, spec, stamp, status
from tools.cluster.snapshot import Snapshot, near_names
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

TAKEN_UP = timedelta(minutes=1)  # a controller's time to say what it makes of a new object
_HEALTHY = {"Accepted": "True", "Programmed": "True", "ResolvedRefs": "True", "Conflicted": "False"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, its proof, and the Services that it is about."""

    words: str
    facts: tuple[Evidence, ...]
    near: tuple[str, ...] = ()


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    del found
    for gateway in snap.of("gateways"):
        problems = [*_gateway(snap, gateway)]
        if problems:
            yield _finding(snap, "gateways", gateway, problems, rank=30)
    for route in snap.of("httproutes"):
        problems = [*_route(snap, route)]
        if problems:
            yield _finding(snap, "httproutes", route, problems, rank=31)


def _finding(snap: Snapshot, plural: str, item: Json, problems: list[Problem], *, rank: int) -> Finding:
    kind = "Gateway" if plural == "gateways" else "HTTPRoute"
    near = {service for problem in problems for service in problem.near}
    touched = {f"{kind.lower()}/{name(item)}", *(f"{k}/{s}" for s in near for k in ("service", "deployment"))}
    return Finding(
        "gateway_not_accepted",
        snap.address(plural, name(item)),
        f"{kind} {name(item)} does not work: {'; '.join(dict.fromkeys(p.words for p in problems))}",
        stamp(created(item)),
        tuple(fact for problem in problems for fact in problem.facts),
        0.95,
        rank,
        frozenset(touched),
    )


def _gateway(snap: Snapshot, gateway: Json) -> Iterator[Problem]:
    yield from _said(snap, "gateways", gateway, status(gateway).get("conditions") or [], "status")
    for listener in status(gateway).get("listeners") or []:
        where = f"status.listeners[{listener.get('name')}]"
        yield from _said(snap, "gateways", gateway, listener.get("conditions") or [], where)
    if condition(gateway, "Accepted").get("status") in {None, "Unknown"} and _old(snap, gateway):
        yield _ignored(snap, gateway)


def _ignored(snap: Snapshot, gateway: Json) -> Problem:
    """Nobody has said anything about it: then its class is the question."""
    wanted = str(spec(gateway).get("gatewayClassName", ""))
    fact = snap.fact("gateways", gateway, "spec.gatewayClassName", wanted, label="class")
    silent = snap.fact("gateways", gateway, "status.conditions[Accepted].status", condition(gateway, "Accepted").get("status") or "not set", label="accepted")  # fmt: skip
    there = snap.named("gatewayclasses", wanted)
    if there is not None and condition(there, "Accepted").get("status") != "True":
        state = condition(there, "Accepted")
        proof = snap.fact("gatewayclasses", there, "status.conditions[Accepted].reason", state.get("reason") or "not set", label=f"class {wanted}")  # fmt: skip
        return Problem(
            f"its GatewayClass {wanted} is not accepted ({state.get('reason') or 'no controller speaks'})",
            (fact, silent, proof),
        )
    if snap.knows("gatewayclasses") and there is None:
        return Problem(
            f"GatewayClass {wanted} does not exist{_hint(snap, 'gatewayclasses', wanted)}", (fact, silent)
        )
    return Problem(f"no controller has taken it up (class {wanted})", (fact, silent))


def _route(snap: Snapshot, route: Json) -> Iterator[Problem]:
    parents = status(route).get("parents") or []
    for parent in parents:
        where = f"status.parents[{(parent.get('parentRef') or {}).get('name')}]"
        yield from _said(snap, "httproutes", route, parent.get("conditions") or [], where)
    if not parents and _old(snap, route):
        yield from _orphan(snap, route)
    yield from _backends(snap, route)


def _orphan(snap: Snapshot, route: Json) -> Iterator[Problem]:
    """No Gateway's controller speaks of it."""
    for ref in spec(route).get("parentRefs") or []:
        wanted = str(ref.get("name", ""))
        elsewhere = ref.get("namespace") not in {None, snap.namespace} or ref.get("kind", "Gateway") != "Gateway"  # fmt: skip
        fact = snap.fact("httproutes", route, f"spec.parentRefs[{wanted}].name", wanted, label="parent")
        if not elsewhere and snap.knows("gateways") and snap.named("gateways", wanted) is None:
            yield Problem(
                f"its parent Gateway {wanted} does not exist{_hint(snap, 'gateways', wanted)}", (fact,)
            )
        else:
            yield Problem(f"no controller has taken it up for parent {wanted}", (fact,))


def _backends(snap: Snapshot, route: Json) -> Iterator[Problem]:
    seen = set()
    for path, ref in backend_refs(route):
        wanted, port = str(ref.get("name", "")), ref.get("port")
        foreign = ref.get("kind", "Service") != "Service" or ref.get("namespace") not in {
            None,
            snap.namespace,
        }
        if foreign or not snap.knows("services") or (wanted, port) in seen:
            continue
        seen.add((wanted, port))
        fact = snap.fact("httproutes", route, path, f"{wanted}:{port}", label="backend")
        there = snap.named("services", wanted)
        if there is None:
            gone = Evidence(f"{snap.address('services', wanted)}#metadata.name", "looked up", "not found")
            near = near_names(wanted, map(name, snap.of("services")))
            yield Problem(
                f"its backend Service {wanted} does not exist{_hint(snap, 'services', wanted)}",
                (fact, gone),
                tuple(near),
            )
        elif port not in {p.get("port") for p in spec(there).get("ports") or []}:
            ports = ", ".join(str(p.get("port")) for p in spec(there).get("ports") or [])
            yield Problem(f"Service {wanted} has no port {port} (it has {ports})", (fact,), (wanted,))


def backend_refs(route: Json) -> Iterator[tuple[str, Json]]:
    """(JSON path, reference) of every rule."""
    for r, rule in enumerate(spec(route).get("rules") or []):
        for b, ref in enumerate(rule.get("backendRefs") or []):
            yield f"spec.rules[{r}].backendRefs[{b}]", ref


def _said(snap: Snapshot, plural: str, item: Json, conditions: list[Json], where: str) -> Iterator[Problem]:
    """What its controller complains about; `Unknown` is no complaint."""
    for state in conditions:
        kind, how = str(state.get("type", "")), state.get("status")
        if how in {"True", "False"} and _HEALTHY.get(kind, how) != how:
            base = f"{where}.conditions[{kind}]"
            facts = (
                snap.fact(plural, item, f"{base}.reason", f"{how}: {state.get('reason', '')}", label=kind),
                snap.fact(plural, item, f"{base}.message", " ".join(str(state.get("message", "")).split())[:300]),
            )  # fmt: skip
            listener = where.partition("[")[2].rstrip("]")
            place = f" ({listener})" if listener else ""
            yield Problem(f"{kind} is {how}{place}: {state.get('reason', '')}", facts)


def _hint(snap: Snapshot, plural: str, wanted: str) -> str:
    near = near_names(wanted, map(name, snap.of(plural)))
    return f", there is {', '.join(near)}" if near else ""


def _old(snap: Snapshot, item: Json) -> bool:
    return snap.now - created(item) > TAKEN_UP
