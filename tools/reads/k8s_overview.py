"""A cluster, a namespace, or every cluster at a glance: counts, room, and what asks for attention, worst first."""

from __future__ import annotations

import asyncio
from datetime import datetime

from pydantic import Field

from tools.cluster.overview import Overview, Trouble, overview
from tools.cluster.quantity import cores, size
from tools.errors import ToolError
from tools.reads.digest import counted, digest, listed, proved
from tools.reads.windows import ago
from tools.services.where import allow, find
from tools.spec import Call, Evidence, Json, Result, Scope, Scoped, Table, Tool

PROVED = 8  # troubles that are evidence


class Args(Scoped):
    limit: int = Field(15, ge=1, le=100, description="how many troubles to list, worst first")


async def run(call: Call, args: Args) -> Result:
    namespace, names = await _where(call, args)
    answers = await asyncio.gather(
        *(overview(call.cluster(each), namespace, call.now, call.reach) for each in names),
        return_exceptions=True,
    )
    seen: list[Overview] = []
    away: list[str] = []
    for each, answer in zip(names, answers, strict=True):
        if isinstance(answer, Overview):
            seen.append(answer)
        elif isinstance(answer, ToolError) and len(names) > 1:
            away.append(f"cluster {each}: {answer.reason}")
        else:
            raise answer
    return _result(call, args, namespace, seen, away)


async def _where(call: Call, args: Args) -> tuple[str, tuple[str, ...]]:
    """The namespace, and the clusters: all of them where none is named."""
    if args.cluster or args.service or len(call.clients.clusters.names) < 2:
        place = await find(call, args)
        return place.namespace, (place.api.name,)
    names = call.clients.clusters.names
    if args.namespace:
        for each in names:
            allow(call, each, args.namespace)
    return args.namespace or "", names


def _result(call: Call, args: Args, namespace: str, seen: list[Overview], away: list[str]) -> Result:
    several = len(seen) + len(away) > 1
    troubles = sorted(
        ((one.cluster, trouble) for one in seen for trouble in one.troubles), key=lambda pair: pair[1].order
    )
    shown = troubles[: args.limit]
    unseen = [*away, *(f"{one.cluster}: {gap}" if several else gap for one in seen for gap in one.unseen)]
    lines = proved((_line(c, t, several=several) for c, t in shown), PROVED)
    if len(troubles) > len(shown):
        lines.append(f"showing the worst {len(shown)} of {len(troubles)}")
    state = [text for one in seen for text in _state(one, call.now)]
    gaps = [f"could not see: {'; '.join(unseen)}"] if unseen else []
    rows = tuple((*((c,) if several else ()), t.label, t.words) for c, t in shown)
    columns = (*(("cluster",) if several else ()), "what", "trouble")
    return Result(
        data={
            "clusters": [_json(one) for one in seen],
            "troubles": [{"cluster": c, "what": t.label, "trouble": t.words, "ref": t.ref} for c, t in shown],
            "total_troubles": len(troubles),
            "away": away,
        },
        digest=digest([_head(seen, away, len(troubles)), *lines, *state, *gaps]),
        scope=Scope(cluster="" if several else seen[0].cluster, namespace=namespace, service=args.service or "", since="now"),
        evidence=tuple(Evidence(t.ref, t.label, t.words) for _, t in shown[:PROVED]),
        could_not_see=tuple(unseen),
        tables=(Table("Needs attention", columns, rows),) if rows else (),
    )  # fmt: skip


def _line(cluster: str, trouble: Trouble, *, several: bool) -> str:
    return f"{f'{cluster}: ' if several else ''}{trouble.label}: {trouble.words}"


def _head(seen: list[Overview], away: list[str], troubles: int) -> str:
    pods = sum(sum(one.phases.values()) for one in seen)
    where = f"{counted(len(seen), 'cluster')} with {counted(pods, 'pod')}"
    gone = f" {counted(len(away), 'cluster')} could not be read: nothing is known of {'it' if len(away) == 1 else 'them'}." if away else ""  # fmt: skip
    if troubles:
        return (
            f"{counted(troubles, 'thing')} in {where} {'needs' if troubles == 1 else 'need'} attention.{gone}"
        )
    return f"Nothing in {where} needs attention.{gone}" if seen else gone.strip()


def _state(one: Overview, now: datetime) -> list[str]:
    place = f"namespace {one.namespace} of {one.cluster}" if one.namespace else f"cluster {one.cluster}"
    version = f" ({one.version})" if one.version else ""
    lines = [f"{place}{version}: {_pods(one)}; {_workloads(one)}{_nodes(one)}."]
    if one.rollouts:
        texts = [f"{ns}/{owner} {ago(at, now)} ago" for at, ns, owner in one.rollouts]
        lines.append(f"{one.cluster}: rolled out in the last day: {listed(texts, 6)}")
    if one.warnings:
        words = [f"{count}x {reason}" for reason, count in one.warnings.most_common()]
        lines.append(f"{one.cluster}: warnings in the last hour: {listed(words, 6)}")
    return lines


def _pods(one: Overview) -> str:
    phases = ", ".join(f"{count} {phase}" for phase, count in one.phases.most_common())
    spaces = "" if one.namespace else f" in {counted(len(one.namespaces), 'namespace')}"
    return f"{counted(sum(one.phases.values()), 'pod')}{spaces}" + (f" ({phases})" if phases else "")


def _workloads(one: Overview) -> str:
    return ", ".join(f"{number} {plural}" for plural, number in one.workloads.items()) or "no workloads seen"


def _nodes(one: Overview) -> str:
    if not one.nodes:
        return ""
    share = [
        f"{used:.0%} of {resource}"
        for resource in ("cpu", "memory")
        if (used := one.used(resource)) is not None
    ]
    asked = f" with {' and '.join(share)} asked for" if share else ""
    return f"; {one.nodes['ready']} of {one.nodes.total()} nodes take pods{asked}"


def _json(one: Overview) -> Json:
    return {
        "cluster": one.cluster,
        "namespace": one.namespace,
        "version": one.version,
        "pods": dict(one.phases),
        "namespaces": sorted(one.namespaces),
        "workloads": one.workloads,
        "nodes": {"ready": one.nodes["ready"], "total": one.nodes.total()},
        "room": {"cpu": cores(one.room.get("cpu", 0)), "memory": size(one.room.get("memory", 0))},
        "asked": {"cpu": cores(one.asked.get("cpu", 0)), "memory": size(one.asked.get("memory", 0))},
        "rollouts": [{"at": at.isoformat(), "namespace": ns, "name": owner} for at, ns, owner in one.rollouts[:20]],
        "warnings": dict(one.warnings.most_common(20)),
    }  # fmt: skip


K8S_OVERVIEW = Tool(
    name="k8s_overview",
    summary="Overview of a cluster, a namespace or all clusters: version, nodes, pods and workloads in counts, recent rollouts, what needs attention.",
    permission="kubernetes:read",
    args=Args,
    run=run,
    examples=("overview of the cluster", "how are all clusters doing?", "give me namespace shop at a glance"),
    cache_s=10,
)
