"""A cluster or a namespace in counts, and what in it asks for attention: one pass over each kind, nothing kept whole."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from tools.cluster.api import Api
from tools.cluster.diagnosis.nodes import PRESSURES
from tools.cluster.diagnosis.scheduling import requests
from tools.cluster.kinds import BY_PLURAL, WORKLOADS
from tools.cluster.objects import (
    condition,
    count,
    created,
    event_count,
    event_time,
    finished,
    meta,
    name,
    spec,
    status,
)
from tools.cluster.quantity import amount
from tools.cluster.revisions import revision_of
from tools.cluster.several import Several, several
from tools.cluster.survey import lacking, owner_name, unwell
from tools.errors import ToolError
from tools.spec import Json, Reach

RECENT = timedelta(hours=24)
WARNINGS = timedelta(hours=1)
NEARLY = Decimal("0.9")  # of a quota: what comes next may not fit
KINDS = (*WORKLOADS, "replicasets", "jobs", "horizontalpodautoscalers", "persistentvolumeclaims", "resourcequotas", "services", "events")  # fmt: skip
WIDE = ("nodes", "namespaces")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What asks for attention: `rank` 0 is worst, `ref` is evidence."""

    rank: int
    ref: str
    label: str
    words: str
    weight: int = 1

    @property
    def order(self) -> tuple[int, int, str]:
        return (self.rank, -self.weight, self.label)


@dataclass(slots=True)
class Overview:
    """`room` is what ready nodes can give and `asked` what pods ask of it, by resource."""

    cluster: str
    namespace: str
    version: str = ""
    nodes: Counter[str] = field(default_factory=Counter)  # ready, all
    phases: Counter[str] = field(default_factory=Counter)
    namespaces: set[str] = field(default_factory=set)
    workloads: dict[str, int] = field(default_factory=dict)
    room: dict[str, Decimal] = field(default_factory=dict)
    asked: dict[str, Decimal] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    rollouts: list[tuple[datetime, str, str]] = field(default_factory=list)  # when, namespace, Deployment
    warnings: Counter[str] = field(default_factory=Counter)
    unseen: list[str] = field(default_factory=list)

    def used(self, resource: str) -> Decimal | None:
        """Share of the nodes' room that is asked for; None when the nodes were not seen."""
        can = self.room.get(resource, Decimal(0))
        return self.asked.get(resource, Decimal(0)) / can if can else None


@dataclass(slots=True)
class _Sick:
    pods: int = 0
    why: Counter[str] = field(default_factory=Counter)


async def overview(api: Api, namespace: str, now: datetime, reach: Reach) -> Overview:
    """Raises ToolError when pods cannot be read: nothing could be said then."""
    seen = Overview(api.name, namespace)
    sick: dict[tuple[str, str, str], _Sick] = {}
    _, found, _ = await asyncio.gather(
        _pods(api, seen, sick, now=now, reach=reach),
        several(api, KINDS if namespace else (*KINDS, *WIDE), namespace, reach=reach),
        _version(api, seen),
    )
    seen.unseen += found.unseen
    seen.troubles = sorted(_troubles(seen, found, sick, now), key=lambda one: one.order)
    _counts(seen, found, now)
    return seen


async def _version(api: Api, seen: Overview) -> None:
    try:
        seen.version = str((await api.read("/version")).get("gitVersion", ""))
    except ToolError as error:
        seen.unseen.append(f"version: {error.reason}")


async def _pods(
    api: Api, seen: Overview, sick: dict[tuple[str, str, str], _Sick], *, now: datetime, reach: Reach
) -> None:
    def reduce(pod: Json) -> None:
        place = str(meta(pod).get("namespace", ""))
        if not finished(pod) and spec(pod).get("nodeName"):
            for resource, value in requests(pod).items():
                seen.asked[resource] = seen.asked.get(resource, Decimal(0)) + value
        if not reach.namespace(api.name, place):
            return
        seen.namespaces.add(place)
        seen.phases[str(status(pod).get("phase", "Unknown"))] += 1
        why = unwell(pod, now)
        if why:
            group = sick.setdefault((place, *owner_name(pod)), _Sick())
            group.pods += 1
            group.why[why] += 1

    await api.listing(BY_PLURAL["pods"], seen.namespace, reduce=reduce)


def _ref(seen: Overview, plural: str, item: Json, path: str) -> str:
    return f"k8s:{seen.cluster}/{meta(item).get('namespace') or '-'}/{BY_PLURAL[plural].singular}/{name(item)}#{path}"


def _troubles(
    seen: Overview, found: Several, sick: dict[tuple[str, str, str], _Sick], now: datetime
) -> Iterator[Trouble]:
    yield from _nodes(seen, found)
    short = {
        (str(meta(item)["namespace"]), BY_PLURAL[plural].singular, name(item)): note
        for plural in WORKLOADS
        for item in found.of(plural)
        if (note := lacking(plural, item, now))
    }
    for place, kind, owner in sorted(sick.keys() | short.keys()):
        group = sick.get((place, kind, owner), _Sick())
        why = ", ".join(f"{n} {word}" for word, n in group.why.most_common())
        words = "; ".join(part for part in (short.get((place, kind, owner), ""), why) if part)
        ref = f"k8s:{seen.cluster}/{place}/{kind}/{owner}#status"
        yield Trouble(1, ref, f"{kind} {place}/{owner}", words, max(1, group.pods))
    yield from _others(seen, found)


def _nodes(seen: Overview, found: Several) -> Iterator[Trouble]:
    for node in found.of("nodes"):
        bad = [
            str(c["type"])
            for c in status(node).get("conditions") or []
            if c["type"] in PRESSURES and c.get("status") == "True"
        ]
        if condition(node, "Ready").get("status") != "True":
            bad.insert(0, "not ready")
        if bad:
            yield Trouble(
                0, _ref(seen, "nodes", node, "status.conditions"), f"node {name(node)}", ", ".join(bad)
            )
        elif spec(node).get("unschedulable"):
            yield Trouble(
                4, _ref(seen, "nodes", node, "spec.unschedulable"), f"node {name(node)}", "cordoned"
            )


def _others(seen: Overview, found: Several) -> Iterator[Trouble]:
    for job in found.of("jobs"):
        if condition(job, "Failed").get("status") == "True":
            why = str(condition(job, "Failed").get("reason", ""))
            yield _about(seen, "jobs", job, "status.conditions", f"failed ({why})")
    for claim in found.of("persistentvolumeclaims"):
        if status(claim).get("phase") in {"Pending", "Lost"}:
            yield _about(seen, "persistentvolumeclaims", claim, "status.phase", str(status(claim)["phase"]))
    yield from _places(seen, found)


def _places(seen: Overview, found: Several) -> Iterator[Trouble]:
    for hpa in found.of("horizontalpodautoscalers"):
        if words := _autoscaler(hpa):
            yield _about(seen, "horizontalpodautoscalers", hpa, "status", words, rank=3)
    for quota in found.of("resourcequotas"):
        for resource, used, hard in _full(quota):
            yield _about(seen, "resourcequotas", quota, "status.used", f"{resource} {used} of {hard}")
    for service in found.of("services"):
        if spec(service).get("type") == "LoadBalancer" and not (status(service).get("loadBalancer") or {}).get("ingress"):  # fmt: skip
            yield _about(seen, "services", service, "status.loadBalancer", "has no load balancer address")
    for space in found.of("namespaces"):
        if status(space).get("phase") == "Terminating":
            yield _about(seen, "namespaces", space, "status.phase", "is being deleted", rank=3)


def _about(seen: Overview, plural: str, item: Json, path: str, words: str, *, rank: int = 2) -> Trouble:
    place = f"{meta(item)['namespace']}/" if meta(item).get("namespace") else ""
    return Trouble(
        rank, _ref(seen, plural, item, path), f"{BY_PLURAL[plural].singular} {place}{name(item)}", words
    )


def _autoscaler(hpa: Json) -> str:
    if condition(hpa, "ScalingActive").get("status") == "False":
        return f"does not scale ({condition(hpa, 'ScalingActive').get('reason', '')})"
    top, now = int(spec(hpa).get("maxReplicas") or 0), count(hpa, "currentReplicas")
    return f"is at its maximum of {top}" if now >= top > 0 else ""


def _full(quota: Json) -> Iterator[tuple[str, str, str]]:
    used = status(quota).get("used") or {}
    for resource, hard in (status(quota).get("hard") or {}).items():
        if amount(hard) > 0 and amount(used.get(resource)) >= NEARLY * amount(hard):
            yield resource, str(used.get(resource)), str(hard)


def _counts(seen: Overview, found: Several, now: datetime) -> None:
    for plural in (*WORKLOADS, "jobs"):
        if found.knows(plural):
            seen.workloads[plural] = len(found.of(plural))
    for node in found.of("nodes"):
        ready = condition(node, "Ready").get("status") == "True" and not spec(node).get("unschedulable")
        seen.nodes["ready" if ready else "not ready"] += 1
        can = status(node).get("allocatable") or {}
        for resource in ("cpu", "memory") if ready else ():
            seen.room[resource] = seen.room.get(resource, Decimal(0)) + amount(can.get(resource))
    for rs in found.of("replicasets"):
        if revision_of(rs) > 1 and now - created(rs) < RECENT:
            owner = next(
                (r["name"] for r in meta(rs).get("ownerReferences") or [] if r.get("controller")), ""
            )
            seen.rollouts.append((created(rs), str(meta(rs)["namespace"]), str(owner or name(rs))))
    seen.rollouts.sort(reverse=True)
    for event in found.of("events"):
        if event.get("type") == "Warning" and now - event_time(event) < WARNINGS:
            seen.warnings[str(event.get("reason", ""))] += event_count(event)
