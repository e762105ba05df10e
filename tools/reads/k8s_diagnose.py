"""Why is it broken? Deterministic diagnosis of a workload, a service or a namespace, with proof."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from pydantic import Field

from tools.cluster.collect import collect
from tools.cluster.diagnosis.analyse import Diagnosis, analyse
from tools.cluster.diagnosis.finding import Finding
from tools.cluster.kinds import kind_of
from tools.cluster.revisions import revisions
from tools.cluster.snapshot import Snapshot
from tools.cluster.workloads import Workload, workloads
from tools.errors import AskBack, GiveUp
from tools.metrics.charts import chart, number
from tools.metrics.prometheus import Sample
from tools.metrics.read import signals
from tools.metrics.signals import Signal
from tools.reads.digest import digest, listed
from tools.services.model import Service
from tools.services.where import Place, find, need_namespace
from tools.spec import NAME, Call, Chart, Json, Result, Scoped, Table, Tool

HOUR = timedelta(hours=1)
LONGEST = timedelta(hours=26)


class Args(Scoped):
    kind: str | None = Field(
        None, max_length=40, description="kind of the object, e.g. deployment, ingress, job"
    )
    name: str | None = Field(None, max_length=253, pattern=NAME, description="name of the workload or object")


async def run(call: Call, args: Args) -> Result:
    place, asked = await _place(call, args)
    namespace = need_namespace(place)
    near = await _circle(call, asked)
    focus = _focus(place, args, near)
    snap = await collect(place.api, namespace, call.now, focus)
    await _name_services(call, snap)
    near = near or await _circle_of(call, snap, focus)
    await _measure(call, snap, near)
    focus = _check_focus(snap, focus, args, place)
    found = analyse(snap, _widened(snap, focus, near))
    return _result(place, snap, found, asked, _services_in(snap, focus, asked))


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


async def _circle(call: Call, asked: Service | None) -> tuple[Service, ...]:
    """The service, what it needs, and who else needs the same."""
    if asked is None:
        return ()
    services = await call.clients.known_services()
    needs = [s for name in asked.needs if (s := services.named(name, call.reach)) is not None]
    peers = [p for s in (*needs, asked) for p in services.dependents(s.name, call.reach)]
    return tuple({s.name: s for s in (asked, *needs, *peers)}.values())


async def _circle_of(call: Call, snap: Snapshot, focus: frozenset[str]) -> tuple[Service, ...]:
    """The services of the workloads in question, when no service was named."""
    names = {tail for _, _, tail in (thing.partition("/") for thing in focus)}
    mine = {s for thing, s in snap.services.items() if not focus or thing.partition("/")[2] in names}
    services = await call.clients.known_services()
    circles = [
        await _circle(call, s)
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


def _widened(snap: Snapshot, focus: frozenset[str], near: tuple[Service, ...]) -> frozenset[str]:
    """When something shared is at its limit, whoever shares it is a suspect too."""
    exhausted = {s.service for s in snap.signals if s.at_limit}
    shared = [s for s in near if exhausted & set(s.needs)]
    return focus | {f"{w.kind}/{w.name}" for s in shared for w in s.workloads} if focus else focus


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


async def _measure(call: Call, snap: Snapshot, near: tuple[Service, ...]) -> None:
    """Metrics of the services in question, from before the last rollout until now."""
    if not any(s.metrics for s in near):
        return
    if call.clients.metrics is None:
        snap.unseen.append("metrics: no Prometheus is configured")
        return
    rollouts = [
        r[-1].at for d in snap.of("deployments") if len(r := revisions(d, snap.of("replicasets"))) > 1
    ]
    recent = [at for at in rollouts if call.now - at < timedelta(hours=24)]
    window = max([HOUR, *(min((call.now - at) * 1.3, LONGEST) for at in recent)])
    snap.needs = {s.name: s.needs for s in near}
    snap.signals, unseen = await signals(call.clients.metrics, near, call.now - window, call.now)
    snap.unseen += unseen


def _services_in(snap: Snapshot, focus: frozenset[str], asked: Service | None) -> set[str]:
    """Names of the services that the question is about."""
    if asked is not None:
        return {asked.name}
    names = {thing.partition("/")[2] for thing in focus}
    return {s for thing, s in snap.services.items() if not focus or thing.partition("/")[2] in names}


def _result(
    place: Place, snap: Snapshot, found: Diagnosis, asked: Service | None, services: set[str]
) -> Result:
    victim = _victim(found, asked)
    bad = _unexplained(snap, found, services)
    data: Json = {
        "findings": [f.to_json() for f in found.findings],
        "healthy": not found.faults and not bad,
        "verdict": found.faults[0].fault if found.faults else ("unexplained" if bad else "nothing_wrong"),
        "checked": list(found.checked),
        "workloads": [_row(w) for w in found.workloads],
        "victim": victim,
    }
    top = found.findings[:3]
    text = digest(
        [*_head(found, place, victim, bad), *(_paragraph(f) for f in found.findings), *_tail(found, snap)]
    )
    return Result(
        data=data,
        digest=text,
        scope=place.scope("now"),
        evidence=tuple(e for f in top for e in f.evidence),
        ruled_out=tuple(dict.fromkeys(r for f in top for r in f.ruled_out)) if found.faults else (),
        could_not_see=tuple(snap.unseen),
        charts=tuple(_charts(snap.signals, asked.name if asked else "")),
        tables=_tables(found),
        raw=json.dumps(data, indent=1, ensure_ascii=False),
        untrusted=True,
    )


def _victim(found: Diagnosis, asked: Service | None) -> str:
    """When the service asked about ran out because of somebody else's release."""
    if asked is None:
        return ""
    guilty = [f for f in found.faults if f.fault == "bad_release" and f"service/{asked.name}" in f.touches]
    own = [f for f in guilty if f.object.rsplit("/", 1)[-1] in {w.name for w in asked.workloads}]
    return asked.name if guilty and not own else ""


def _unexplained(snap: Snapshot, found: Diagnosis, services: set[str]) -> list[str]:
    """Metrics beyond their limit although no fault was found: not healthy, and not to be guessed about."""
    needs = {n for service in services for n in snap.needs.get(service, ())}
    bad = [
        s for s in snap.signals if (s.over and s.service in services) or (s.at_limit and s.service in needs)
    ]
    return [] if found.faults else [_beyond(s) for s in bad]


def _beyond(signal: Signal) -> str:
    return f"{signal.service} {signal.metric} is {number(signal.last)} {signal.unit}, limit {number(signal.limit or 0)}"


def _head(found: Diagnosis, place: Place, victim: str, bad: list[str]) -> list[str]:
    where = f"{place.namespace} on {place.api.name}"
    if victim:
        return [f"{victim} is the victim, not the cause. {_faults(len(found.faults))} around it in {where}."]
    if found.faults:
        return [_most(len(found.faults), where)]
    if bad:
        return [
            f"Not healthy, and the cause is not visible here: {'; '.join(bad)}. Nothing is wrong in {where} with what was checked."
        ]
    names = listed([f"{w.name} {w.ready}/{w.desired}" for w in found.workloads if w.desired])
    risks = f" {len(found.findings)} risks, none of them hurts now." if found.findings else ""
    return [
        f"Healthy: nothing is wrong in {where} with what was checked ({names or 'no workloads'} ready).{risks}"
    ]


def _most(faults: int, where: str) -> str:
    return f"{_faults(faults)} in {where}{'; the first explains most' if faults > 1 else ''}."


def _faults(faults: int) -> str:
    return "1 fault" if faults == 1 else f"{faults} faults"


def _paragraph(finding: Finding) -> str:
    since = f" since {finding.since}" if finding.since else ""
    lines = [
        f"[{finding.severity} {finding.fault}, confidence {finding.confidence:.2f}{since}] {finding.cause}"
    ]
    lines += [f"  - {e.label}: {e.value} ({e.ref})" for e in finding.evidence[:8]]
    lines += [f"  ruled out: {'; '.join(finding.ruled_out)}"] if finding.ruled_out else []
    lines += [f"  fits: {a['action']} {json.dumps(a['args'])}" for a in finding.actions]
    return "\n".join(lines)


def _tail(found: Diagnosis, snap: Snapshot) -> list[str]:
    lines = [] if found.faults else [f"checked: {'; '.join(found.checked)}"]
    return lines + ([f"could not see: {'; '.join(snap.unseen)}"] if snap.unseen else [])


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
    summary="Find out why a service, workload or namespace is broken: root cause first, with evidence, what was ruled out and fitting actions. Says so when nothing is wrong.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("why is checkout failing?", "what is wrong in namespace shop?", "is the database the problem?"),
    deadline_s=25.0,
)  # fmt: skip
