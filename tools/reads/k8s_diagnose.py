"""Why is it broken? Deterministic diagnosis of a workload, a service or a namespace, with proof."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from pydantic import Field

from tools.cluster.collect import collect, widened
from tools.cluster.diagnosis.analyse import analyse
from tools.cluster.kinds import kind_of
from tools.cluster.snapshot import Snapshot, near_names
from tools.cluster.workloads import workloads
from tools.errors import AskBack, GiveUp
from tools.reads.diagnosis_look import Look, beyond, measure, measured_whole
from tools.reads.diagnosis_result import result
from tools.services.model import Service
from tools.services.near import all_needed, circle
from tools.services.where import Place, find, need_namespace
from tools.spec import NAME, Call, Result, Scoped, Tool


class Args(Scoped):
    kind: str | None = Field(
        None, max_length=40, description="kind of the object, e.g. deployment, ingress, job"
    )
    name: str | None = Field(None, max_length=253, pattern=NAME, description="name of the workload or object")


async def run(call: Call, args: Args) -> Result:
    place, asked = await _place(call, args)
    near = await circle(call, asked)
    first = await _look(call, place, args, _focus(place, args, near), near)
    services = _services_in(first.snap, first.focus, asked)
    look = await _deeper(call, place, args, first, asked=asked, services=services)
    return await asyncio.to_thread(result, place, look, asked, services)


async def _look(
    call: Call,
    place: Place,
    args: Args,
    focus: frozenset[str],
    near: tuple[Service, ...],
    *,
    seen: Snapshot | None = None,
) -> Look:
    """`seen` is what an earlier look read: it is not asked for again, nor are the metrics that were read whole."""
    known = measured_whole(seen) if seen else ()
    snap = await (
        widened(place.api, seen, focus)
        if seen
        else collect(place.api, need_namespace(place), call.now, focus)
    )
    await _name_services(call, snap)
    near = near or await _circle_of(call, snap, focus)
    await measure(call, snap, near, known)
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
    near = await all_needed(call, asked) if asked is not None and beyond(first, services) else ()
    wider |= (
        frozenset(f"{w.kind}/{w.name}" for s in near for w in s.workloads) if first.focus else frozenset()
    )
    if wider == first.focus:
        return first
    every = tuple({s.name: s for s in (*first.near, *near)}.values())
    second = await _look(call, place, args, wider, every, seen=first.snap)
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
    known = sorted({w.name for w in workloads(snap)})
    options = tuple(near_names(args.name, known))
    if not known:
        raise GiveUp(f"namespace {place.namespace} on {place.api.name} has no workloads", not_found=True)
    raise AskBack(
        f"There is no {args.kind or 'workload'} {args.name!r} in {place.namespace} on {place.api.name}. Which one?",
        options,
    )


async def _name_services(call: Call, snap: Snapshot) -> None:
    every = (await call.clients.known_services()).all()
    names: dict[tuple[str, str, str, str], str] = {
        (r.cluster, r.namespace, r.kind, r.name): one.name for one in reversed(every) for r in one.workloads
    }  # the first of several counts
    for workload in await asyncio.to_thread(workloads, snap):
        ref = (snap.cluster, snap.namespace, workload.kind, workload.name)
        if (service := names.get(ref)) is not None:
            snap.services[f"{workload.kind}/{workload.name}"] = service


def _services_in(snap: Snapshot, focus: frozenset[str], asked: Service | None) -> set[str]:
    """Names of the services that the question is about."""
    if asked is not None:
        return {asked.name}
    names = {thing.partition("/")[2] for thing in focus}
    return {s for thing, s in snap.services.items() if not focus or thing.partition("/")[2] in names}


K8S_DIAGNOSE = Tool(
    name="k8s_diagnose",
    summary="Find out why a service, workload or namespace is broken: root cause first, with evidence, what was ruled out and fitting actions; or that nothing is wrong.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("why is checkout failing?", "what is wrong in namespace shop?", "is the database the problem?"),
    deadline_s=25.0,
)  # fmt: skip
