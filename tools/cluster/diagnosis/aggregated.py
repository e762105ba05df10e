"""Aggregated APIs that are down: as their APIService says it, and by what suffers from them: autoscalers without metrics,
namespaces that cannot be emptied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.cluster.diagnosis.finding import Finding
from tools.cluster.objects import condition, name, spec, stamp, when
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload
from tools.spec import Evidence, Json

DOWN = re.compile(
    r"currently unable to handle the request \(get \w+\.(?P<group>(?:[a-z-]+\.)*metrics\.k8s\.io)\)"
)
_STALE = re.compile(r"(?P<group>[a-z0-9.-]+\.[a-z0-9.-]+)/v\w+: (?:stale GroupVersion discovery|the server is currently unable)")  # fmt: skip


def detect(snap: Snapshot, found: tuple[Workload, ...]) -> Iterator[Finding]:
    told: set[str] = set()
    for scaler in snap.of("horizontalpodautoscalers"):
        target = spec(scaler).get("scaleTargetRef") or {}
        touched = f"{str(target.get('kind', '')).lower()}/{target.get('name', '')}"
        yield from _told(snap, "horizontalpodautoscalers", scaler, "ScalingActive", DOWN, touched=touched, told=told)  # fmt: skip
    for space in snap.of("namespaces"):
        yield from _told(snap, "namespaces", space, "NamespaceDeletionDiscoveryFailure", _STALE, told=told)
    for service in snap.of("apiservices"):
        if _group(service) not in told and _is_down(service) and _served_here(snap, service):
            yield _own(snap, service, found)


def _told(
    snap: Snapshot,
    plural: str,
    item: Json,
    kind: str,
    pattern: re.Pattern[str],
    *,
    told: set[str],
    touched: str = "",
) -> Iterator[Finding]:
    state = condition(item, kind)
    match = pattern.search(str(state.get("message", "")))
    if match is None:
        return
    served = [s for s in snap.of("apiservices") if _group(s) == match["group"]]
    if served and not any(map(_is_down, served)):
        return  # it answers by now: an old condition
    told.add(match["group"])
    holder = snap.address(plural, name(item)).split("/")[-2]
    down = next(filter(_is_down, served), None)
    suffering = snap.fact(plural, item, f"status.conditions[{kind}].message", state["message"], label=kind)
    yield Finding(
        "aggregated_api_down",
        f"k8s:{snap.cluster}/-/apiservice/{name(down) if down else match['group']}",
        f"the aggregated API {match['group']} does not answer: {_why(down)}, and {holder} {name(item)} waits for it",
        stamp(when(state.get("lastTransitionTime"))),
        (*(_proof(snap, down) if down else ()), suffering),
        0.97 if down else 0.9,
        11,
        frozenset({f"{holder}/{name(item)}", touched} - {""}),
        ("the API server itself: it answered all other questions",),
    )


def _own(snap: Snapshot, service: Json, found: tuple[Workload, ...]) -> Finding:
    """What serves it is in this namespace: whoever uses it suffers, wherever they are."""
    behind = str((spec(service).get("service") or {}).get("name", ""))
    state = condition(service, "Available")
    return Finding(
        "aggregated_api_down", snap.address("apiservices", name(service)),
        f"the aggregated API {_group(service)} does not answer: {_why(service)}",
        stamp(when(state.get("lastTransitionTime"))), _proof(snap, service), 0.95, 29,
        frozenset({f"apiservice/{name(service)}", f"service/{behind}", *(f"{w.kind}/{w.name}" for w in found if w.name == behind)}),
    )  # fmt: skip


def _group(service: Json) -> str:
    return str(spec(service).get("group", ""))


def _is_down(service: Json) -> bool:
    return condition(service, "Available").get("status") == "False"


def _served_here(snap: Snapshot, service: Json) -> bool:
    return (spec(service).get("service") or {}).get("namespace") == snap.namespace


def _why(service: Json | None) -> str:
    if service is None:
        return "what serves it is away"
    behind = spec(service).get("service") or {}
    reason = condition(service, "Available").get("reason", "")
    return f"APIService {name(service)} is not available ({reason}), its Service is {behind.get('namespace')}/{behind.get('name')}"


def _proof(snap: Snapshot, service: Json) -> tuple[Evidence, ...]:
    state = condition(service, "Available")
    base = "status.conditions[Available]"
    return (
        snap.fact("apiservices", service, f"{base}.reason", f"False: {state.get('reason', '')}", label="available"),
        snap.fact("apiservices", service, f"{base}.message", " ".join(str(state.get("message", "")).split())[:300]),
    )  # fmt: skip
