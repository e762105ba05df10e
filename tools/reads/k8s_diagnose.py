"""Why is it broken? Deterministic diagnosis of a workload, a service or a namespace, with proof."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

from pydantic import Field

from tools.cluster.collect import collect
from tools.cluster.diagnosis.analyse import Diagnosis, analyse
from tools.cluster.diagnosis.suspects import suspects
from tools.cluster.kinds import kind_of
from tools.cluster.revisions import revisions
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload, workloads
from tools.errors import AskBack, GiveUp
from tools.metrics.charts import chart
from tools.metrics.prometheus import Sample
from tools.metrics.read import signals
from tools.metrics.signals import Signal
from tools.reads.diagnosis_words import TOP, Victim, head, not_measured, paragraphs, tail
from tools.reads.digest import digest
from tools.services.model import Service
from tools.services.near import all_needed, circle
from tools.services.where import Place, find, need_namespace
from tools.spec import NAME, Call, Chart, Evidence, Json, Result, Scoped, Table, Tool

HOUR = timedelta(hours=1)
LONGEST = timedelta(hours=26)


class Args(Scoped):
    kind: str | None = Field(
        None, max_length=40, description="kind of the object, e.g. deployment, ingress, job"
    )
    name: str | None = Field(None, max_length=253, pattern=NAME, description="name of the workload or object")


@dataclass(frozen=True, slots=True)
class Look:
    """What one reading of the namespace showed. `focus` is what it was about, `near` the services that were measured."""

    snap: Snapshot
    focus: frozenset[str]
    near: tuple[Service, ...]
    found: Diagnosis


async def run(call: Call, args: Args) -> Result:
    place, asked = await _place(call, args)
    near = await circle(call, asked)
    first = await _look(call, place, args, _focus(place, args, near), near)
    services = _services_in(first.snap, first.focus, asked)
    look = await _deeper(call, place, args, first, asked=asked, services=services)
    return _result(place, look, asked, services)


async def _look(
    call: Call,
    place: Place,
    args: Args,
    focus: frozenset[str],
    near: tuple[Service, ...],
    *,
    known: tuple[Signal, ...] = (),
) -> Look:
    """`known` are the metrics of services that an earlier look measured: they are not asked for again."""
    snap = await collect(place.api, need_namespace(place), call.now, focus)
    await _name_services(call, snap)
    near = near or await _circle_of(call, snap, focus)
    await _measure(call, snap, near, known)
    focus = _check_focus(snap, focus, args, place)
    return Look(snap, focus, near, await asyncio.to_thread(analyse, snap, focus))


async def _deeper(
    call: Call, place: Place, args: Args, first: Look, *, asked: Service | None, services: set[str]
) -> Look:
    """Where nothing of its own is wrong, a second look with the logs of who shares what ran out, or of what it needs."""
    wider = _widened(first)
    if first.found.faults:
        if wider == first.focus:
            return first
        return replace(first, focus=wider, found=await asyncio.to_thread(analyse, first.snap, wider))
    near = await all_needed(call, asked) if asked is not None and _beyond(first, services) else ()
    wider |= (
        frozenset(f"{w.kind}/{w.name}" for s in near for w in s.workloads) if first.focus else frozenset()
    )
    if wider == first.focus:
        return first
    every = tuple({s.name: s for s in (*first.near, *near)}.values())
    second = await _look(call, place, args, wider, every, known=_measured_whole(first.snap))
    return second if second.found.faults else first


async def _place(call: Call, args: Args) -> tuple[Place, Service | None]:
    """The place; a service without workloads (a database) is looked at through those that need it."""
    place = await find(call, args)
    asked = place.service
    if asked is None or asked.workloads:
        return place, asked
    services = await call.clients.known_services()
    others = [s for s in services.dependents(asked.name, call.reach) if s.workloads]
    if any((place.api.name, args.namespace) in other.places() for other in others):
        return place, asked
    for other in others:
        for first in other.workloads[:1]:
            inner = args.model_copy(
                update={"service": None, "cluster": first.cluster, "namespace": first.namespace}
            )
            return replace(await find(call, inner), service=asked), asked
    return place, asked


async def _circle_of(call: Call, snap: Snapshot, focus: frozenset[str]) -> tuple[Service, ...]:
    """The services of the workloads in question, when no service was named."""
    names = {tail for _, _, tail in (thing.partition("/") for thing in focus)}
    mine = {s for thing, s in snap.services.items() if not focus or thing.partition("/")[2] in names}
    services = await call.clients.known_services()
    circles = [
        await circle(call, s)
        for name in sorted(mine)[:5]
        if (s := services.named(name, call.reach)) is not None
    ]
    return tuple({s.name: s for circle in circles for s in circle}.values())


def _focus(place: Place, args: Args, near: tuple[Service, ...]) -> frozenset[str]:
    if args.name:
        return frozenset({f"{kind_of(args.kind).singular}/{args.name}" if args.kind else f"*/{args.name}"})
    if place.refs:
        return frozenset(f"{ref.kind}/{ref.name}" for ref in place.refs)
    return frozenset(f"{w.kind}/{w.name}" for s in near for w in s.workloads)


def _widened(look: Look) -> frozenset[str]:
    """When something shared is at its limit, whoever shares it is a suspect too."""
    exhausted = {s.service for s in look.snap.signals if s.at_limit}
    shared = [s for s in look.near if exhausted & set(s.needs)]
    more = {f"{w.kind}/{w.name}" for s in shared for w in s.workloads}
    return look.focus | more if look.focus else look.focus


def _check_focus(snap: Snapshot, focus: frozenset[str], args: Args, place: Place) -> frozenset[str]:
    """A name that is nowhere is asked back, with near ones."""
    if not args.name:
        return focus
    named = [
        name
        for plural in snap.items
        for item in snap.of(plural)
        if (name := item["metadata"]["name"]) == args.name
    ]
    if named:
        return focus | {f"*/{args.name}"} if not args.kind else focus
    from tools.cluster.snapshot import near_names

    known = sorted({w.name for w in workloads(snap)})
    options = tuple(near_names(args.name, known))
    if not known:
        raise GiveUp(f"namespace {place.namespace} on {place.api.name} has no workloads", not_found=True)
    raise AskBack(
        f"There is no {args.kind or 'workload'} {args.name!r} in {place.namespace} on {place.api.name}. Which one?",
        options,
    )


async def _name_services(call: Call, snap: Snapshot) -> None:
    services = await call.clients.known_services()
    for workload in workloads(snap):
        service = services.of_workload(snap.cluster, snap.namespace, workload.kind, workload.name)
        if service is not None:
            snap.services[f"{workload.kind}/{workload.name}"] = service.name


async def _measure(call: Call, snap: Snapshot, near: tuple[Service, ...], known: tuple[Signal, ...]) -> None:
    """Metrics of the services in question, from before the last rollout until now."""
    if not any(s.metrics for s in near):
        return
    if call.clients.metrics is None:
        snap.unseen.append("metrics: no Prometheus is configured")
        return
    recent = [
        suspect.new.at
        for d in snap.of("deployments")
        for suspect in suspects(revisions(d, snap.of("replicasets")), call.now)
    ]
    window = max([HOUR, *(min((call.now - at) * 1.3, LONGEST) for at in recent)])
    snap.needs = {s.name: s.needs for s in near}
    measured = {signal.service for signal in known}
    wanted = [s for s in near if s.name not in measured]
    found, unseen = await signals(call.clients.metrics, wanted, call.now - window, call.now)
    snap.signals = (*known, *found)
    snap.unseen += unseen


def _measured_whole(snap: Snapshot) -> tuple[Signal, ...]:
    """Metrics of the services of which none is missing."""
    return tuple(s for s in snap.signals if not any(s.service in gap for gap in snap.unseen))


def _services_in(snap: Snapshot, focus: frozenset[str], asked: Service | None) -> set[str]:
    """Names of the services that the question is about."""
    if asked is not None:
        return {asked.name}
    names = {thing.partition("/")[2] for thing in focus}
    return {s for thing, s in snap.services.items() if not focus or thing.partition("/")[2] in names}


def _result(place: Place, look: Look, asked: Service | None, services: set[str]) -> Result:
    snap, found = look.snap, look.found
    victim, top = _victim(look, asked), found.findings[:TOP]
    proved = {e.ref for f in top for e in f.evidence}
    beyond = [s for s in _beyond(look, services) if s.ref not in proved]
    bad = [] if found.faults else beyond
    measured = _measured(beyond) if bad or victim else ()
    data: Json = {
        "findings": [f.to_json() for f in found.findings],
        "healthy": not found.faults and not bad,
        "verdict": found.faults[0].fault if found.faults else ("unexplained" if bad else "nothing_wrong"),
        "checked": list(found.checked),
        "workloads": [_row(w) for w in found.workloads],
        "victim": victim.name if victim else "",
        "unmeasured": not_measured(found, snap),
    }
    text = digest(
        [
            *head(found, place, victim, beyond),
            *paragraphs(found.findings, len(measured) + 1),
            *tail(found, snap),
        ]
    )
    return Result(
        data=data,
        digest=text,
        scope=place.scope("now"),
        evidence=(*measured, *(e for f in top for e in f.evidence)),
        ruled_out=tuple(dict.fromkeys(r for f in top for r in f.ruled_out)) if found.faults else (),
        could_not_see=tuple(snap.unseen),
        charts=tuple(_charts(snap.signals, asked.name if asked else "")),
        tables=_tables(found),
        raw=json.dumps(data, indent=1, ensure_ascii=False),
        untrusted=True,
    )


def _victim(look: Look, asked: Service | None) -> Victim | None:
    """When the service asked about suffers from somebody else's fault and has none of its own."""
    if asked is None or not look.found.faults:
        return None
    guilty = tuple(dict.fromkeys(f.object.rsplit("/", 1)[-1] for f in look.found.faults))
    if {w.name for w in asked.workloads} & set(guilty):
        return None
    needs = look.snap.needs
    needed = any(asked.name in needs.get(look.snap.services.get(f"deployment/{g}", g), ()) for g in guilty)
    return Victim(asked.name, guilty, needed)


def _beyond(look: Look, services: set[str]) -> list[Signal]:
    """Metrics beyond their limit: not healthy, and where no fault explains them, not to be guessed about."""
    needs = {n for service in services for n in look.snap.needs.get(service, ())}
    return [
        s
        for s in look.snap.signals
        if (s.over and s.service in services) or (s.at_limit and s.service in services | needs)
    ]


def _measured(signals: list[Signal]) -> tuple[Evidence, ...]:
    return tuple(Evidence(s.ref, f"{s.service}: {s.metric}", s.words) for s in signals)


def _row(workload: Workload) -> Json:
    return {
        "kind": workload.kind,
        "name": workload.name,
        "ready": workload.ready,
        "desired": workload.desired,
    }


def _cells(workload: Workload) -> tuple[str, ...]:
    return (workload.kind, workload.name, str(workload.ready), str(workload.desired))


def _tables(found: Diagnosis) -> tuple[Table, ...]:
    """Pods ready and wanted; a fault that left every pod ready is told by other things."""
    if found.faults and all(w.ready >= w.desired for w in found.workloads):
        return ()
    return (Table("Workloads", ("kind", "name", "ready", "wanted"), tuple(map(_cells, found.workloads))),)


def _charts(found: tuple[Signal, ...], asked: str) -> list[Chart]:
    """At most four, over or at a limit first: one of each service, what ran out before what fails because of it."""
    nth = Counter[str]()
    ranked: list[tuple[tuple[object, ...], Signal]] = []
    for s in sorted(found, key=lambda s: (not s.over and not s.at_limit, s.metric)):
        calm = not s.over and not s.at_limit
        ranked.append(((calm, nth[s.service], s.service != asked, s.over, s.service, s.metric), s))
        nth[s.service] += 1
    drawn = [
        chart(f"{s.service}: {s.metric}", s.unit, [Sample({"service": s.service}, s.points)], s.limit)
        for _, s in sorted(ranked, key=lambda item: item[0])[:4]
    ]
    return [c for c in drawn if c is not None]


K8S_DIAGNOSE = Tool(
    name="k8s_diagnose",
    summary="Find out why a service, workload or namespace is broken: root cause first, with evidence, what was ruled out and fitting actions; or that nothing is wrong.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("why is checkout failing?", "what is wrong in namespace shop?", "is the database the problem?"),
    deadline_s=25.0,
)  # fmt: skip
